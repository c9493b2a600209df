"""Secrets as they are kept and deleted, whoever's they are: a connection's, or one person's of it."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sincronia.store.aws import secrets_manager


def keep_secret(name: str, secret: Mapping[str, str]) -> None:
    """Keeps a secret's fields; makes the secret where there is none."""
    client, text = secrets_manager(), json.dumps(dict(secret))
    try:
        client.put_secret_value(SecretId=name, SecretString=text)
    except client.exceptions.ResourceNotFoundException:
        client.create_secret(Name=name, SecretString=text)


def delete_secret(name: str) -> None:
    """For good: whoever deletes a connection wants its keys gone."""
    client = secrets_manager()
    try:
        client.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    except client.exceptions.ResourceNotFoundException:
        return
