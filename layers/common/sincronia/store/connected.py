"""The one AWS session and the one DynamoDB client that everything goes over.

PynamoDB would make a session and a client for each table: a tenth of a second of cold start, each.
"""

from __future__ import annotations

from typing import Any

from pynamodb.connection import Connection, TableConnection
from pynamodb.models import Model

dynamodb = Connection()
session: Any = dynamodb.session  # botocore's own: boto3 would load its resources and S3's transfers at every start


class Table(Model):
    """A table's model that shares the client."""

    @classmethod
    def _get_connection(cls) -> TableConnection:
        table = super()._get_connection()
        if table.connection is not dynamodb:
            dynamodb.add_meta_table(table.get_meta_table())
            table.connection = dynamodb
        return table
