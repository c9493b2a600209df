"""The store of mailboxes on the AWS server."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from pynamodb.transactions import TransactWrite

from tests.office_on_aws import SECRET_PREFIX, START, AwsServer, Sandbox, plain, sandbox_as_new

CONNECTION, OTHER = "correio-modelo", "correio-vizinho"


@dataclass
class MailboxesOnAws:
    """Two connections, and the store."""

    aws: AwsServer
    sandbox: Sandbox

    def __post_init__(self) -> None:
        for connection in (CONNECTION, OTHER):
            state = self.of("sincronia.engine.state")
            new = state.Connection(connection, "notes", "Correio", {}, "", "ana", enabled=True)
            self.sandbox.registering.put_connection(new, [], {}, SECRET_PREFIX)
        self.store = self.of("notes.store.mailboxes").DynamoMailboxes()
        self.users = self.of("notes.store.users")
        self.contacts = self.of("notes.records").Module("contacts")

    def of(self, name: str) -> Any:
        """One of the product's modules."""
        return self.sandbox.imported(name)

    def user(self, user_id: str) -> Any:
        """A user who isn't kept yet."""
        return self.of("notes.mailbox_users").MailboxUser(
            id=user_id,
            name=user_id.capitalize(),
            email=f"{user_id}@escritorio.example",
            login=user_id,
            zone=ZoneInfo("America/Sao_Paulo"),
            databases={self.contacts: "mail/a.nsf"},
            views={},
            crm_owner="1",
            secret_name="",
            excluded={},
        )

    def made(self, user_id: str, connection: str = CONNECTION, licence: int = 2) -> Any:
        """A user who is kept."""
        return self.users.made_user(connection, self.user(user_id), "senha-inventada", licence)

    def pair(self, notes_id: str = "n1", crm_id: str = "c1", version: str = "1") -> Any:
        """Two records that are one."""
        two_way = self.of("sincronia.engine.two_way")
        held = [two_way.Held(each, version, "f", "k") for each in (notes_id, crm_id)]
        return self.of("notes.ports").StoredPair(two_way.Pair(*held), "Lima")

    def loser(self, entry: str, user: str = "ana") -> Any:
        """A content that a conflict has overwritten."""
        content = self.of("notes.records").Contact(last_name="Lima", email="carla@escritorio.example")
        side = self.of("sincronia.engine.two_way").Side.B
        ports = self.of("notes.ports")
        return ports.Loser(entry, user, self.contacts, side, "c1", "Lima", content, "conflict", "2026-11-22", "r1")

    def committed(self, *actions: Callable[[Any], None]) -> None:
        """One transaction of these."""
        with TransactWrite(connection=self.of("sincronia.store.connected").dynamodb) as transaction:
            for action in actions:
                action(transaction)

    def link(self, user: str, before: Any, after: Any, connection: str = CONNECTION) -> None:
        """Puts a pair in the place of another."""
        self.committed(*self.store.pair_kept(connection, user, self.contacts, before, after))

    def secrets(self) -> set[str]:
        """The names of all secrets."""
        found = self.of("sincronia.store.aws").secrets_manager().list_secrets()["SecretList"]
        return {each["Name"] for each in found}

    def rows(self, table: str) -> list[dict[str, Any]]:
        """All rows of a table."""
        found = self.aws.dynamodb.scan(TableName=os.environ[f"{table.upper()}_TABLE"], ConsistentRead=True)["Items"]
        return [{name: plain(cast("dict[str, Any]", value)) for name, value in item.items()} for item in found]

    def refused(self, act: Callable[[], Any]) -> str:
        """The code of what keeps an act from being done."""
        with pytest.raises(self.of("sincronia.answers").ProblemError) as caught:
            act()
        return str(caught.value.problem.code)


def mailboxes_on_aws(aws: AwsServer) -> Sandbox:
    """An execution environment on an emptied AWS."""
    aws.emptied("notes")
    return sandbox_as_new(lambda: START, integration="notes")
