"""The store of projects on the AWS server: a network of stores, and what is put into it straight."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, cast

import pytest

from tests.office_on_aws import SECRET_PREFIX, START, AwsServer, Sandbox, clock_of, plain

CONNECTION, OTHER = "rede-modelo", "rede-vizinha"
SELLER, REVIEWER, ADMINISTRATOR = "a" * 16, "b" * 16, "c" * 16


@dataclass
class Network:
    """A network of stores on the AWS server. Time is `now`."""

    aws: AwsServer
    sandbox: Sandbox
    now: float = START
    made: int = 0

    def __post_init__(self) -> None:
        self.sandbox.of("sincronia.clock").now = clock_of(self)
        for connection in (CONNECTION, OTHER):
            self.connect(connection)

    def connect(self, connection: str) -> None:
        """Puts a connection, which is empty."""
        state = self.of("sincronia.engine.state")
        new = state.Connection(connection, "promob", "Rede Modelo", {}, "", "ana", enabled=True)
        self.sandbox.registering.put_connection(new, [], {}, SECRET_PREFIX)

    def of(self, name: str) -> Any:
        """One of the product's modules."""
        return self.sandbox.imported(name)

    def projects(self, connection: str = CONNECTION) -> Any:
        """The store of projects."""
        return self.of("promob.store.projects").DynamoProjects(connection)

    def new_id(self) -> str:
        """An id that nothing else has here."""
        self.made += 1
        return f"{self.made:016x}"

    def environment(self, name: str = "Cozinha", **fields: Any) -> Any:
        """An environment that isn't kept yet."""
        return self.of("promob.environments").Environment(id=self.new_id(), name=name, **fields)

    def project(self, *environments: Any, **fields: Any) -> Any:
        """A project that isn't kept yet, as whoever makes it stamps it."""
        whole = {"store": "1" * 16, "customer": "2" * 16, "name": "Casa", "created_at": self.now, "created_by": SELLER}
        stamp = {"version": 1, "changed_at": self.now, "changed_by": SELLER}
        new = {"id": self.new_id(), "environments": environments}
        return self.of("promob.projects").Project(**new | whole | stamp | fields)

    def kept(self, *environments: Any, connection: str = CONNECTION, **fields: Any) -> Any:
        """A project as the store has it."""
        new = self.project(*environments, **fields)
        assert self.projects(connection).keep(None, new, SELLER)
        return self.projects(connection).project(new.id)

    def then(self, project: Any, **changes: Any) -> Any:
        """A project after a change."""
        return replace(project, version=project.version + 1, changed_at=self.now, **changes)

    def budgeted(self, environment: Any, sequence: int = 1) -> Any:
        """An environment after Promob's budget of a sequence."""
        new = self.of("promob.environments").StoredBudget
        numbers = {"count": 3, "unpriced": 1, "cost": Decimal("100.10"), "price": Decimal("210.00")}
        return replace(
            environment,
            saved=sequence,
            budget=new(sequence=sequence, option="Casa", received_at=self.now, items="items/a", **numbers),
        )

    def updated(self, environment: Any, **fields: Any) -> Any:
        """An environment after an update."""
        version = self.of("promob.environments").Version(
            number=environment.next_number,
            sequence=environment.budget.sequence,
            option="Casa",
            imported_at=self.now,
            promob_id=environment.promob_id,
            items="priced/b",
            count=3,
            unpriced=1,
            cost=Decimal("100.10"),
            price=Decimal("250.50"),
            promob_price=Decimal("210.00"),
            **fields,
        )
        return replace(environment, current=version)

    def beside(self, **what: Any) -> Any:
        """What is written beside a project."""
        return self.of("promob.ports").Beside(**what)

    def rows(self, table: str = "projects") -> list[dict[str, Any]]:
        """All rows of a table, as plain values, in one order."""
        found = self.aws.dynamodb.scan(TableName=os.environ[f"{table.upper()}_TABLE"], ConsistentRead=True)["Items"]
        rows = [{name: plain(cast("dict[str, Any]", value)) for name, value in item.items()} for item in found]
        return sorted(rows, key=str)

    def world(self) -> list[Any]:
        """All that there is of projects, and of what follows from them."""
        return [self.rows(table) for table in ("projects", "identities", "hints", "notifications")]

    def queued(self) -> list[dict[str, Any]]:
        """The hints that wait in the queue, which is empty then."""
        found = []
        while received := self.aws.sqs.receive_message(
            QueueUrl=os.environ["HINT_QUEUE_URL"], MaxNumberOfMessages=10, WaitTimeSeconds=0
        ).get("Messages"):
            for message in received:
                found.append(json.loads(message["Body"]))
                self.aws.sqs.delete_message(
                    QueueUrl=os.environ["HINT_QUEUE_URL"], ReceiptHandle=message["ReceiptHandle"]
                )
        return found

    def refused(self, act: Callable[[], Any]) -> tuple[str, dict[str, str]]:
        """The problem that keeps an act from being done."""
        with pytest.raises(self.of("sincronia.answers").ProblemError) as caught:
            act()
        problem = caught.value.problem
        return problem.code, dict(problem.details)

    def deleting(self) -> None:
        """Somebody asks for the deletion of the connection."""
        registering = self.sandbox.registering
        registering.delete_connection(self.of("sincronia.store.connections").registered(CONNECTION), ADMINISTRATOR)


def budget(network: Network, project: Any, **fields: Any) -> Any:
    offers, of_projects = network.of("promob.offers"), network.of("promob.projects")
    lines = tuple(
        offers.BudgetLine(
            offered=of_projects.Offered(environment=one.id, version=1, manual=0, discount=Decimal("2.5")),
            name=one.name,
            gross=Decimal("250.50"),
            price=Decimal("244.24"),
        )
        for one in project.environments
    )
    new = {"id": network.new_id(), "number": 1, "project": project.id, "lines": lines, "version": 1}
    stamp = {"created_at": network.now, "created_by": SELLER, "changed_at": network.now, "valid_until": "2026-12-03"}
    return offers.Budget(**new | stamp | fields)
