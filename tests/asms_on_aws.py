"""ASMS's routes: the real handler in this process, one directory on the AWS server, and who calls it."""

from __future__ import annotations

import os
import urllib.request
from collections import Counter
from collections.abc import Iterable
from typing import Any, cast

from local.calls import CALLS_PATH, Record
from tests.office_on_aws import SECRET_PREFIX, START, AwsServer, Sandbox, clock_of, plain
from tests.routes_on_aws import Answer, RoutesOnAws

CONNECTION = "empresa-modelo"
BASE = "/integrations/asms/connections"
ONE = f"{BASE}/{CONNECTION}"
CATALOGUES = f"{ONE}/catalogues"
USERS = f"{ONE}/users"
CLIENTS, SPECIALISTS = f"{USERS}/clients", f"{USERS}/specialists"
UNKNOWN = "f" * 16  # an id that nothing has


class Asms(RoutesOnAws):
    """An execution environment of asms.on_http, and who asks for a directory. Keeps all that it answered.

    Time is `now`.
    """

    def __init__(self, aws: AwsServer, sandbox: Sandbox) -> None:
        super().__init__(sandbox, "asms", asking="read_user", sending="create_user")
        self.aws = aws
        self.now = START
        self.made = 0
        self.sandbox.of("sincronia.clock").now = clock_of(self)

    def connect(self, connection: str = CONNECTION) -> None:
        """Puts a directory, which is empty."""
        state = self.sandbox.of("sincronia.engine.state")
        new = state.Connection(connection, "asms", "Empresa Modelo", {}, "", "ana", enabled=True)
        self.sandbox.registering.put_connection(new, [], {}, SECRET_PREFIX)

    def new_id(self) -> str:
        """An id that nothing else has here: 0000000000000001 and so on."""
        self.made += 1
        return f"{self.made:016x}"

    def entry(
        self,
        catalogue: str,
        name: str,
        *,
        active: bool = True,
        address: dict[str, str] | None = None,
        projects: Iterable[str] = (),
    ) -> str:
        """A new entry of a catalogue, kept straight in the store; gives its id."""
        catalogues, store = self.sandbox.of("asms.catalogues"), self.sandbox.of("asms.store.catalogues")
        entry = catalogues.Entry(
            self.new_id(),
            catalogues.Catalogue(catalogue),
            name,
            active,
            catalogues.Address(**(address or {})),
            frozenset(projects),
        )
        assert store.keep_entry(CONNECTION, None, entry) == "done"
        return str(entry.id)

    def user(self, category: str, name: str, **fields: Any) -> str:
        """A new user, kept straight in the store, with the fields of asms.users.User; gives its id.

        Its login is its name in small letters with dots, unless one is given.
        """
        users, store = self.sandbox.of("asms.users"), self.sandbox.of("asms.store.users")
        moment = self.sandbox.of("sincronia.clock").moment()
        whole = {"login": name.lower().replace(" ", "."), "version": 1, "created_at": moment, "changed_at": moment}
        new = users.User(self.new_id(), self.sandbox.of("asms.catalogues").Category(category), name, **whole | fields)
        assert store.keep_user(CONNECTION, None, new) == "done"
        return str(new.id)

    def stored(self, category: str, user_id: str) -> Any:
        """A user as the store has it."""
        of = self.sandbox.of
        return of("asms.store.users").stored_user(CONNECTION, of("asms.catalogues").Category(category), user_id)

    def patch(self, path: str, body: Any, **more: Any) -> Answer:
        """What an operator is answered who changes something."""
        return self.call("PATCH", path, body=body, **more)

    def rows(self, table: str = "directory") -> list[dict[str, Any]]:
        """All rows of a table, as plain values."""
        pages = self.aws.dynamodb.get_paginator("scan").paginate(
            TableName=os.environ[f"{table.upper()}_TABLE"], ConsistentRead=True
        )
        found = (item for page in pages for item in page["Items"])
        return [{name: plain(cast("dict[str, Any]", value)) for name, value in item.items()} for item in found]

    def calls(self) -> Counter[str]:
        """The AWS calls since the last time, by table or index: `directory/by_name Query`."""
        request = urllib.request.Request(f"{self.aws.endpoint}{CALLS_PATH}", method="DELETE")  # noqa: S310  # our own server
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            record = Record.from_json(answer.read())
        named = (name for name in os.environ if name.endswith("_TABLE"))
        tables = {os.environ[name]: name.removesuffix("_TABLE").lower() for name in named}
        found: Counter[str] = Counter()
        for right, count in record.rights.items():
            service, _, action = right.action.partition(":")
            table, _, index = right.resource.rpartition(":table/")[2].partition("/index/")
            where = f"{tables[table]}/{index}" if index else tables.get(table, "")
            found[f"{where} {action}" if service == "dynamodb" else right.action] += count
        return found


def problem(status: int, title: str, code: str, detail: str, **more: Any) -> dict[str, Any]:
    """The body of a problem."""
    return {"type": "about:blank", "title": title, "status": status, "code": code, "detail": detail, **more}
