"""What hints from Promob and to it ask for, as the hints' engine sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from promob import flow_names
from promob.acting import Projects
from promob.answers import WORKED
from promob.connection import promob_of
from promob.events import BudgetMade, CustomerTold, Event, PasswordChanged, ProjectCreated, ProjectSaved, event_of
from promob.incoming import Incoming
from promob.outgoing import Outgoing
from promob.promob_client import Promob
from promob.store.items import S3Items
from promob.store.projects import DynamoProjects
from promob.told_people import ToldPeople
from sincronia.answers import Problem, ProblemError, Retry
from sincronia.engine.flow import Opening
from sincronia.engine.hints import Change, Effect, Hint, Kept, Swept
from sincronia.engine.state import Link, OutcomeKind
from sincronia.store.webhook_bodies import kept_body


def open_promob(opening: Opening, kept: Kept) -> PromobRecords:  # noqa: ARG001  # the engine's; nothing is kept by name
    """A connection's records; no I/O. What Promob has saved is let in even where its portal can't be asked."""
    return PromobRecords(partial(promob_of, opening))


@dataclass(frozen=True, slots=True)
class PromobRecords:
    """Implements sincronia.engine.hints.HintedRecords. `promob` opens the portal."""

    promob: Callable[[], Promob]

    def change(self, hint: Hint, link: Link | None) -> Change:
        """What an event, or a change made here, asks for now; a refusal with what people call its record."""
        projects = Projects(DynamoProjects(hint.connection), S3Items(hint.connection))
        if hint.entity == flow_names.ENVIRONMENT:
            return Outgoing(hint.connection, projects, self.promob()).environment(hint.record)
        if hint.entity == flow_names.CUSTOMER:
            return Outgoing(hint.connection, projects, self.promob()).customer(hint.record)
        body = kept_body(hint.connection, hint.body_hash) if hint.body_hash else None
        if body is None:
            raise ProblemError(Problem("promob.body_gone"))
        return self._told(event_of(body), hint, link, projects)

    def sweep(self, hint: Hint, position: Mapping[str, Any]) -> Iterator[Swept]:  # noqa: ARG002  # the engine's
        """Promob tells by itself what it saves: there is nothing to go through."""
        yield from ()

    def _told(self, event: Event, hint: Hint, link: Link | None, projects: Projects) -> Change:
        people = ToldPeople(hint.connection, self.promob)
        incoming = Incoming(hint.connection, projects, people)
        try:
            match event:
                case ProjectCreated():
                    return incoming.created(event, hint.received_at)
                case ProjectSaved():
                    return incoming.saved(event)
                case BudgetMade():
                    return incoming.budgeted(event, hint.received_at)
                case CustomerTold():
                    return people.customer_told(event, link)
                case PasswordChanged():
                    return people.password_changed(event)
        except ProblemError as error:
            if WORKED[error.problem.code].retry != Retry.AFTER_CORRECTION:
                raise
            label = _label(event, incoming)
            return Change(Effect(OutcomeKind.REJECTED, label=label, problem=error.problem), None)


def _label(event: Event, incoming: Incoming) -> str:
    """What people call what an event is about."""
    match event:
        case ProjectCreated() | ProjectSaved() | BudgetMade():
            return incoming.label(event.project)
        case CustomerTold():
            return event.customer.name
        case PasswordChanged():
            return event.user
