"""The day's run: what hints did to a connection's records from midnight to midnight in São Paulo.

Pure but for the clock. It is opened by the first hint that comes to an end, and closed by the first tick after
midnight; while the brake holds something of it, it waits for a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from hashlib import blake2b

from sincronia import clock
from sincronia.answers import Problem, explain
from sincronia.engine.flow import Limit
from sincronia.engine.hints import HintKind, compact
from sincronia.engine.report import closed, totals
from sincronia.engine.state import Notification, Phase, Run, RunKey, Tally

NAMES = 3  # of held records that the notification tells


@dataclass(frozen=True, slots=True)
class Day:
    """A day's run, and what the brake has of it."""

    run: Run
    removed: int  # records that something was taken away from, or is about to be
    held: frozenset[str]  # ids of the hints that wait for a person
    links: int | None  # the connection's links when they were counted
    approved: bool  # a person lets the day's removals through


def midnights(now: float) -> tuple[float, float]:
    """The day's first instant in São Paulo, and the next day's: seconds since 1970."""
    day = datetime.fromtimestamp(now, clock.SAO_PAULO).date()
    first = datetime.combine(day, time(), clock.SAO_PAULO)
    after = datetime.combine(day + timedelta(days=1), time(), clock.SAO_PAULO)
    return first.timestamp(), after.timestamp()


def day_key(connection: str, kind: HintKind, now: float) -> RunKey:
    """The key of the run of the day that `now` falls into."""
    at = compact(midnights(now)[0])
    digest = blake2b(f"{connection}\n{kind.day_flow}\n{at}".encode(), digest_size=8).hexdigest()
    return RunKey(connection, f"{at}-{digest}")


def opened(key: RunKey, kind: HintKind, now: float) -> Run:
    """The run of a day that has just had its first result; the tick looks at it again after midnight."""
    first, after = midnights(now)
    return Run(
        key=key,
        integration=kind.integration,
        flow=kind.day_flow,
        trigger="webhook",
        filters={},
        audience=key.connection,
        started_at=first,
        phase=Phase.APPLY,
        tallies={kind.entity: Tally()},
        wake_at=after,
    )


def allowance(limit: Limit, links: int) -> int:
    """How many removals a day has without a person: the brake trips only where both number and share are exceeded."""
    return max(limit.number, int(links * limit.percent / 100))


def held_problem(kind: HintKind, day: Day, names: Sequence[str]) -> Problem:
    """Why the brake holds; `names` are the labels of what it holds, the first ones."""
    more = len(day.held) - len(names[:NAMES])
    told = ", ".join(names[:NAMES]) + (f" e mais {more}" if more > 0 else "")
    details = {
        "lane": kind.title,
        "removed": str(day.removed),
        "links": str(day.links or 0),
        "number": str(len(day.held)),
        "names": told,
    }
    return Problem("brake_removals", details)


def ended(day: Day) -> Run:
    """The day's run at its end."""
    return closed(day.run)


def told(run: Run, kind: HintKind) -> Notification:
    """The notification as the day's run now stands."""
    if run.phase == Phase.BRAKE:
        text = " ".join(explain(problem, kind.answers) for problem in run.brakes)
    elif run.phase == Phase.DONE:
        text = totals(run)
    else:
        text = "Em andamento; o dia é encerrado à meia-noite."
    day = datetime.fromtimestamp(run.started_at, clock.SAO_PAULO)
    return Notification(
        audience=run.audience,
        id=run.key.run_id,
        connection=run.key.connection,
        integration=run.integration,
        title=f"{kind.title}: {day:%d/%m/%Y}",
        text=text,
        created_at=clock.iso(run.started_at),
        concluded_at=clock.iso(run.concluded_at) if run.concluded_at is not None else "",
        result=run.result,
    )


def decided(day: Day, by: str) -> Run:
    """The day's run after a person decided: it is open again, and closed after its midnight."""
    _, after = midnights(day.run.started_at)
    return replace(
        day.run,
        phase=Phase.APPLY,
        brakes=(),
        wake_at=max(after, clock.now()),
        decided_by=by,
        decided_at=clock.now(),
    )
