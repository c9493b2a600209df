"""What an integration gives to the routes that are the same for all: its flows, its forms, what people call them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from sincronia import clock
from sincronia.answers import Answers, Problem, ProblemError
from sincronia.engine.flow import Flow, FlowKind, Opening, Record, RunFlow
from sincronia.engine.starting import Apart
from sincronia.engine.state import Connection, Run, RunKey
from sincronia.store.aws import SecretsManagerSecrets
from sincronia.store.connections import Registered, registered
from sincronia.store.runs import stored_run
from sincronia.web.fields import connection_url
from sincronia.web.run_answers import RequestProblemError

LONGEST_FORM = 10_000  # characters of JSON that settings, secret or filters may be


@dataclass(frozen=True, slots=True)
class LaneTitle:
    """A lane as people know it: the records, where they go, and the step of the flow that it belongs to."""

    title: str
    target: str
    step: str


class Check(Protocol):
    """One part of a connection that was tried; no problem where it works."""

    @property
    def what(self) -> str: ...

    @property
    def problem(self) -> Problem | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Integration:
    """An integration as its on_http offers it."""

    name: str
    flows: Mapping[str, FlowKind]  # that a connection can schedule
    days: Mapping[str, FlowKind] = field(default_factory=dict)  # that hints open by themselves, day by day
    tasks: Mapping[str, FlowKind] = field(default_factory=dict)  # that people ask for, each time
    filters: Mapping[str, type[BaseModel]]  # by flow
    answers: Answers  # of its flows; the routes' own come beside them
    settings: type[BaseModel]
    secret: type[BaseModel]
    lanes: Mapping[str, LaneTitle]  # by entity: all that its flows can have
    listings: Mapping[str, str]  # by name: what people call what is read
    corrections: Mapping[str, type[BaseModel]] = field(default_factory=dict)  # by lane's entity: what the pencil takes
    # Tries every part of a connection; raises OutOfTimeError. None where no vendor is called.
    check: Callable[[Opening], Sequence[Check]] | None = None

    @property
    def connection_path(self) -> str:
        """What the paths of all its connections' routes begin with."""
        return connection_url(self.name, "<connection>")

    def connection(self, connection_id: str) -> Registered:
        """A connection of this integration. Raises ProblemError(connection_unknown)."""
        found = registered(connection_id)
        if found is None or found.deleting or found.connection.integration != self.name:
            raise ProblemError(Problem("connection_unknown"))
        return found

    def enabled(self, connection_id: str) -> Connection:
        """The same, where it may act. Raises ProblemError(connection_disabled) too."""
        connection = self.connection(connection_id).connection
        if not connection.enabled:
            raise ProblemError(Problem("connection_disabled"))
        return connection

    def described(self, flow: str) -> FlowKind:
        """What people know of one of its flows."""
        return self.flows.get(flow) or self.days.get(flow) or self.tasks[flow]

    def lane_title(self, entity: str) -> str:
        """What people call a lane's records, and where they go; empty for what no lane carries."""
        lane = self.lanes.get(entity)
        return " → ".join(filter(None, (lane.title, lane.target))) if lane else ""

    def checked(self, model: type[BaseModel], values: Mapping[str, Any], *at: str) -> BaseModel:
        """The values as the model takes them; `at` is the field that holds them. Raises what names the wrong field."""
        if len(json.dumps(values)) > LONGEST_FORM:
            raise RequestValidationError(
                [{"type": "string_too_long", "loc": ("body", *at), "ctx": {"max_length": LONGEST_FORM}}]
            )
        unknown = [name for name in values if name not in model.model_fields]
        if unknown:
            raise RequestValidationError([{"type": "extra_forbidden", "loc": ("body", *at, name)} for name in unknown])
        try:
            return model.model_validate(values)
        except ValidationError as error:
            wrong = error.errors(include_input=False, include_url=False)
        for one in wrong:
            if one["type"] in self.answers:
                name = str(one["loc"][0])
                details = {"field": model.model_fields[name].title or name, **one.get("ctx", {})}
                raise RequestProblemError(Problem(one["type"], details), field=".".join((*at, name)))
        raise RequestValidationError([{**one, "loc": ("body", *at, *one["loc"])} for one in wrong])

    def opening(self, connection: Connection, filters: Mapping[str, Any], seconds: float = 0) -> Opening:
        """What flows, and the test of the connection, are opened with; vendors may be called for `seconds`.

        The secret is read anew: whoever has just changed it tries it at once. Raises ProblemError(secret_missing).
        """
        secret = SecretsManagerSecrets().fields(connection.secret_name)
        return Opening(connection.settings, secret, filters, clock.now() + seconds)

    def tried(self, connection: Connection, seconds: float) -> Sequence[Check]:
        """Every part of a connection, tried for so long at most; none where no vendor is called.

        Raises OutOfTimeError, and ProblemError(secret_missing).
        """
        return self.check(self.opening(connection, {}, seconds)) if self.check else ()

    def run(self, connection_id: str, run_id: str) -> Run:
        """A run of one of its connections. Raises ProblemError(run_unknown)."""
        run = stored_run(RunKey(connection_id, run_id))
        if run is None or run.integration != self.name or run.flow not in {*self.flows, *self.days, *self.tasks}:
            raise ProblemError(Problem("run_unknown"))
        return run


@dataclass(frozen=True, slots=True, kw_only=True)
class RunIntegration(Integration):
    """An integration whose flows are carried out by runs that people may start, too."""

    flows: Mapping[str, RunFlow]
    apart: Apart
    correct: Callable[[Opening, str, str, Mapping[str, Any]], Record]  # the listing's record, read back; raises too

    def kind(self, flow: str, *at: str) -> RunFlow:
        """A flow by its name; `at` is the field that names it. Raises where there is none."""
        if flow not in self.flows:
            expected = ", ".join(sorted(self.flows))
            raise RequestValidationError([{"type": "enum", "loc": ("body", *at), "ctx": {"expected": expected}}])
        return self.flows[flow]

    def opened(self, connection: Connection, flow: str, filters: Mapping[str, Any]) -> Flow:
        """The flow, opened without a call to a vendor. Raises what keeps it from running."""
        kind = self.kind(flow, "flow")
        self.checked(self.filters[flow], filters, "filters")
        try:
            return kind.open(self.opening(connection, filters))
        except ProblemError as error:
            raise RequestProblemError(error.problem) from None
