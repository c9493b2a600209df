"""What a scenario is: an integration's functions on AWS, the vendors around them, and acts from outside."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from local.vendors.server import Simulator
from tests.office_on_aws import TABLES, AwsServer, Sandbox

# One invocation of a function, in an execution environment.
Doing = Callable[[Sandbox], object]


class OnAws(Protocol):
    """An integration's functions in this process on the AWS server, with a clock to move and a queue to deliver."""

    now: float
    changes: Callable[[Sandbox], None] | None
    sandbox: Sandbox

    def new_sandbox(self) -> Sandbox:
        """A new execution environment."""
        ...

    def rows(self, table: str) -> list[dict[str, Any]]:
        """All rows of a table, as plain values."""
        ...

    def tick(self, sandbox: Sandbox | None = None) -> None:
        """EventBridge Scheduler's call."""
        ...

    def message(self) -> tuple[dict[str, Any], str] | None:
        """The next message as an SQS event, and its receipt; it stays in the queue until it is deleted."""
        ...

    def handle(self, happening: dict[str, Any], sandbox: Sandbox | None = None, seconds: float = 300) -> bool:
        """The worker's answer to an event: whether the message is spent."""
        ...

    def spend(self, receipt: str) -> None:
        """Deletes a message."""
        ...


Place = TypeVar("Place", bound=OnAws)

# One call from outside, ready to be made; who dies in it is called again.
Act = Callable[[Place], Doing]


class ToldToWaitError(Exception):
    """The same request is being done, says the API, and that the person should ask again in a minute."""


def tick(place: OnAws) -> Doing:
    """EventBridge Scheduler's call."""
    return place.tick


def nothing(_: OnAws) -> None:
    """Nothing."""


@dataclass(frozen=True, kw_only=True)
class Scenario(ABC, Generic[Place]):
    """`prepare` brings the place to where the acts begin; after each, what waits is worked off until all is quiet."""

    name: str
    prepare: Callable[[Place], object]
    acts: tuple[Act[Place], ...] = (tick,)
    meanwhile: Callable[[Place], None] = nothing  # happens between two acts

    @property
    @abstractmethod
    def replaced_after(self) -> float:
        """Seconds after which another is called in the place of who died: past every lease and visibility timeout."""

    @abstractmethod
    def opened(self, aws: AwsServer) -> AbstractContextManager[Place]:
        """The place on a fresh AWS, connected and prepared."""

    def begin(self, place: Place) -> None:
        """Takes away, before a performance, what the last one left beside rows and messages."""

    def arrange(self, place: Place, sandbox: Sandbox) -> None:
        """Arranges something in each of the place's execution environments."""

    @abstractmethod
    def vendors(self, place: Place) -> Mapping[str, Simulator]:
        """The simulators that the place has."""

    @abstractmethod
    def created(self, vendor: str, subject: str, body: Mapping[str, Any]) -> str:
        """What a request to create is about, by its natural key."""

    @abstractmethod
    def is_quiet(self, place: Place) -> bool:
        """Whether nothing more will happen by itself; no message waits."""

    @abstractmethod
    def check(self, place: Place) -> None:
        """Raises AssertionError where something does not hold that always must."""

    @abstractmethod
    def world(self, place: Place, creates: Mapping[str, int]) -> dict[str, Any]:
        """Every row of every vendor and table, without what may differ between a disturbed and an undisturbed run."""


def tables(aws: AwsServer) -> list[str]:
    """The tables that the integration's functions know."""
    known = (*TABLES, "hints", "projects", "mailboxes")
    return [table for table in known if os.environ[f"{table.upper()}_TABLE"] in aws.tables]


def differences(expected: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    """What differs, part by part; empty where nothing does."""
    return "\n".join(
        f"{part}: expected {expected[part]}\n{part}:    found {found[part]}"
        for part in expected
        if expected[part] != found[part]
    )
