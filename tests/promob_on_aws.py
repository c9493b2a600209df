"""Promob's routes: the real handler in this process, on the network's AWS server and simulator, and who calls it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.office_on_aws import AwsServer, Sandbox, in_place_of_the_tests_own
from tests.promob_worker_on_aws import CONNECTION, PromobWorker, promob_worker
from tests.routes_on_aws import Answer, RoutesOnAws

BASE = "/integrations/promob/connections"
ONE = f"{BASE}/{CONNECTION}"
STORES, USERS, CUSTOMERS = f"{ONE}/stores", f"{ONE}/users", f"{ONE}/customers"
PROJECTS, LOGS = f"{ONE}/projects", "/integrations/promob/logs"
UNKNOWN = "f" * 16  # an id that nothing has
MOMENT = "2026-11-23T09:00:00.000Z"  # START
LATE = ("sincronia.web.pages", "sincronia.web.session")  # what is imported when it is needed


class PromobHttp(RoutesOnAws):
    """An execution environment of promob.on_http, and the network of stores that is asked about."""

    def __init__(self, network: PromobWorker) -> None:
        super().__init__(network.sandbox, "promob", asking="read_store", sending="create_store")
        self.network = network
        for name in LATE:
            self.sandbox.imported(name)

    def handled(self, happening: dict[str, Any]) -> Answer:
        with in_place_of_the_tests_own(self.sandbox.modules):  # pydantic looks for types by their modules' names
            return super().handled(happening)

    def person(self, name: str, role: str = "operator") -> str:
        """Somebody with a token of their own, who calls with `role=name`; gives the token's id."""
        if name not in self.tokens:
            auth = self.sandbox.of("sincronia.auth")
            text, token = auth.made(name.capitalize(), auth.Role(role), None, "operator:ana")
            self.sandbox.of("sincronia.store.tokens").keep_token(token)
            self.tokens[name], self.ids[name] = str(text), str(token.id)
        return self.ids[name]

    def active_store(self, responsible: str = "ana", **fields: Any) -> Any:
        """A store whose configuration is concluded, kept straight in the store; a person answers for it."""
        return self.network.store(responsible=self.person(responsible), **fields)

    def seller(self, store: Any, name: str = "bia", number: int = 0, **fields: Any) -> str:
        """A person who is a linked user of a store, kept straight in the store; gives the token's id."""
        self.network.user(store, token=self.person(name), number=number, **fields)
        return self.ids[name]

    def patch(self, path: str, body: Any, **more: Any) -> Answer:
        """What an operator is answered who changes something."""
        return self.call("PATCH", path, body=body, **more)

    def refusal(self, answer: Answer) -> tuple[int, str, str]:
        """Status, code and the sentence of a refusal."""
        return answer.status, answer.body["code"], answer.body["detail"]


@contextmanager
def promob_http(aws: AwsServer, sandbox: Sandbox) -> Iterator[PromobHttp]:
    """A connected network on emptied tables, in an execution environment that there is."""
    with promob_worker(aws, sandbox) as network:
        yield PromobHttp(network)
