"""The work of one connection for a privacy request: place by place, a few findings at a time, each with its count.

An erasure takes findings out in the transaction that moves the run on, so that whoever dies is followed by somebody who
counts nothing twice and leaves nothing out. An export writes them to objects of the run, under where it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from aws_lambda_powertools import Logger

from sincronia import clock
from sincronia.answers import Problem, problem_out
from sincronia.engine.ports import Objects, RowsOvertakenError, RunQueue, Store
from sincronia.engine.privacy import Finding, Holdings, Person, Purpose, Stay, Subject
from sincronia.engine.report import closed, released
from sincronia.engine.state import Phase, Rows, Run, RunKey

PRIVACY = "lgpd"  # the flow that such runs are kept under
FILE = "dados.json"

_MOST_WRITES = 60  # beside the run's own, of a transaction of 100; one finding alone may have more
_RACES = 5  # lost to others who change the same rows, before the message has to come again
_ATTEMPTS = 12  # that ended without progress
_HOURS = 24  # that the work is tried for
_WAITING_SECONDS = 60  # until it is looked again whether others are done

logger = Logger(child=True)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as its parts need it."""

    id: str
    purpose: Purpose
    connections: frozenset[str]


@dataclass(frozen=True, slots=True)
class Part:
    """What became of a request at one connection. `found`: how many, by what people call one and several of them.

    `gone`: the connection was deleted, with all that was its. Times are ISO 8601.
    """

    connection: str
    concluded_at: str
    found: Mapping[tuple[str, str], int]
    has_file: bool = False
    gone: bool = False
    vendors: tuple[str, ...] = ()
    stays: tuple[tuple[str, str], ...] = ()  # what, and until when; empty: as long as the record is in the vendors
    problem: Problem | None = None


class Files(Objects, Protocol):
    """Where what was found is written down."""

    def write_document(self, key: str, value: Mapping[str, Any], name: str) -> None:
        """Writes JSON that people download under a name."""
        ...


class Requests(Protocol):
    """Where privacy requests are kept."""

    def asked(self, request: str) -> Asked | None:
        """The request; None while it is being made."""
        ...

    def subject(self, request: str) -> Subject | None:
        """Whom it is about; None where that was forgotten."""
        ...

    def concluded(self, request: str, part: Part) -> tuple[Callable[[Any], None], ...]:
        """What tells of a part's end, once; that of the last one forgets whom the request is about."""
        ...


class Held(Protocol):
    """What is kept of one connection."""

    def is_there(self, connection: str) -> bool:
        """Whether the connection is there, and not on its way out."""
        ...

    def name(self, connection: str) -> str:
        """What people call it."""
        ...

    def busy(self, run: RunKey) -> bool:
        """Whether another run of the connection is at work; one that waits for a person isn't."""
        ...

    def person(self, connection: str, whom: Subject, holdings: Holdings) -> Person:
        """The person as the connection knows them now."""
        ...


@dataclass(frozen=True, slots=True)
class PrivacyWork:
    """Implements sincronia.engine.tasks.Task: one connection's part of a privacy request."""

    store: Store
    queue: RunQueue
    files: Files
    requests: Requests
    held: Held
    holdings: Holdings

    def go_on(self, held: Run, deadline: float) -> Run | None:
        """Goes on until the part has ended, somebody else has to finish first, or time is up."""
        request, connection = str(held.filters["request"]), held.key.connection
        asked = self.requests.asked(request)
        if asked is None:  # the request is written after its runs
            return self._put_off(held) if clock.now() < held.started_at + 600 else self._end(held, None)
        if connection not in asked.connections:  # of somebody who died, and whose request was made anew without it
            return self._end(held, None)
        if not self.held.is_there(connection):
            return self._conclude(held, asked, Part(connection, clock.moment(), {}, gone=True))
        whom = self.requests.subject(request)
        too_late = clock.now() > held.started_at + _HOURS * 3600 or held.attempts > _ATTEMPTS
        if whom is None or too_late:
            code = "privacy_given_up" if whom else "privacy_person_forgotten"
            return self._conclude(held, asked, self._part(held, asked, Problem(code)))
        if asked.purpose == Purpose.ERASURE and self.held.busy(held.key):
            return self._put_off(held)
        return self._walk(held, asked, self.held.person(connection, whom, self.holdings), deadline)

    def _walk(self, held: Run, asked: Asked, person: Person, deadline: float) -> Run | None:
        run, races = held, 0
        while int(run.progress.get("place", 0)) < len(self.holdings.places):
            if clock.now() >= deadline:
                return self._later(run)
            after, found = self._some(run, asked, person, deadline)
            if asked.purpose == Purpose.EXPORT:
                after = self._kept(after, found)
            try:
                if not self.store.commit(run, after, Rows(beside=self._erasing(asked, found))):
                    return None
            except RowsOvertakenError:
                races += 1
                if races > _RACES:
                    raise
                continue
            run = after
        part = self._part(run, asked, None)
        if part.has_file:
            self._bundle(run, asked)
        return self._conclude(run, asked, part)

    def _some(self, run: Run, asked: Asked, person: Person, deadline: float) -> tuple[Run, list[Finding]]:
        """The run behind the next few findings of its place, or before the next place."""
        place, after = int(run.progress.get("place", 0)), str(run.progress.get("after", ""))
        found, writes = list[Finding](), 0
        for seen in self.holdings.places[place](person, after):
            if seen.finding and (seen.finding.erase or asked.purpose == Purpose.EXPORT):
                writes += len(seen.finding.erase)
                if found and writes > _MOST_WRITES:
                    break
                found.append(seen.finding)
            after = seen.after
            if clock.now() >= deadline:
                break
        else:
            place, after = place + 1, ""
        counted = _counted(run.progress.get("found", []), found)
        progress = {**run.progress, "place": place, "after": after, "found": counted}
        return replace(run, position=run.position + 1, progress=progress, attempts=1), found

    @staticmethod
    def _erasing(asked: Asked, found: Iterable[Finding]) -> tuple[Callable[[Any], None], ...]:
        if asked.purpose != Purpose.ERASURE:
            return ()
        for finding in found:
            if finding.first:
                finding.first()
        return tuple(write for finding in found for write in finding.erase)

    def _kept(self, run: Run, found: list[Finding]) -> Run:
        """The run with an object of what was found; whoever does the same step again writes the same object."""
        if not found:
            return run
        lines = [{"what": finding.what[0], "data": dict(finding.data)} for finding in found]
        self.files.write_lines(_step_key(run, run.position), lines)
        return replace(run, progress={**run.progress, "steps": [*run.progress.get("steps", []), run.position]})

    def _bundle(self, run: Run, asked: Asked) -> None:
        """One file of all that was found, in the order of the places."""
        by_kind: dict[str, list[Any]] = {}
        for position in run.progress["steps"]:
            for line in self.files.read_lines(_step_key(run, position)):
                by_kind.setdefault(line["what"], []).append(line["data"])
        whole = {
            "pedido": asked.id,
            "conexão": self.held.name(run.key.connection),
            "integração": run.integration,
            "reunido em": clock.moment(),
            "dados": by_kind,
        }
        self.files.write_document(file_key(run.key), whole, FILE)

    def _part(self, run: Run, asked: Asked, problem: Problem | None) -> Part:
        now = clock.now()
        erased = asked.purpose == Purpose.ERASURE
        return Part(
            connection=run.key.connection,
            concluded_at=clock.iso(now),
            found={(one, several): number for one, several, number in run.progress.get("found", [])},
            has_file=asked.purpose == Purpose.EXPORT and problem is None and bool(run.progress.get("steps")),
            vendors=self.holdings.vendors,
            stays=tuple((stay.what, _until(stay, now)) for stay in self.holdings.stays) if erased else (),
            problem=problem,
        )

    def _conclude(self, run: Run, asked: Asked, part: Part) -> Run | None:
        ended = closed(run, part.problem)
        for race in range(_RACES):  # with parts of other connections, which end at the same time
            try:
                if not self.store.commit(run, ended, Rows(beside=self.requests.concluded(asked.id, part))):
                    return None
                break
            except RowsOvertakenError:
                if race == _RACES - 1:
                    raise
        logger.info("privacy_part_concluded", purpose=asked.purpose, gone=part.gone, problem=problem_out(part.problem))
        return ended

    def _end(self, run: Run, problem: Problem | None) -> Run | None:
        """The end of a run whose request was never made."""
        ended = closed(run, problem)
        return ended if self.store.commit(run, ended, Rows()) else None

    def _put_off(self, run: Run) -> Run | None:
        later = released(run, clock.now() + _WAITING_SECONDS)
        return later if self.store.commit(run, later, Rows()) else None

    def _later(self, run: Run) -> Run | None:
        """The run as somebody else goes on with it at once."""
        left = replace(released(run, clock.now()), attempts=run.attempts)
        if not self.store.commit(run, left, Rows()):
            return None
        self.queue.send(run.key)
        return left


def file_key(run: RunKey) -> str:
    """The object that an export's file of one connection is."""
    return f"results/{run.connection}/{run.run_id}/{FILE}"


def part_key(connection: str, request: str) -> RunKey:
    """The run that does a connection's part of a request. Its id is no moment: no month lists it."""
    return RunKey(connection, f"{PRIVACY}-{request}")


def part_run(connection: str, integration: str, request: str, by: str) -> Run:
    """The run as it is made: due at once. It names the request, and never the person."""
    now = clock.now()
    return Run(
        key=part_key(connection, request),
        integration=integration,
        flow=PRIVACY,
        trigger=by,
        filters={"request": request},
        audience=connection,
        started_at=now,
        wake_at=now,
    )


def is_open(run: Run) -> bool:
    """Whether a run is a part of a request that has not ended."""
    return run.flow == PRIVACY and run.phase != Phase.DONE


def _step_key(run: Run, position: int) -> str:
    return f"results/{run.key.connection}/{run.key.run_id}/{position:06}.jsonl.gz"


def _counted(before: Iterable[Sequence[Any]], found: Iterable[Finding]) -> list[list[Any]]:
    """How many were found of each, in the order in which they were first found."""
    numbers = {(one, several): number for one, several, number in before}
    for finding in found:
        numbers[finding.what] = numbers.get(finding.what, 0) + 1
    return [[one, several, number] for (one, several), number in numbers.items()]


def _until(stay: Stay, now: float) -> str:
    return "" if stay.days is None else clock.iso(now + stay.days * 86400)
