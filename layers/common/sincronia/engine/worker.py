"""The worker: takes a run's lease, moves it on step by step, and commits each step under that lease.

Who dies leaves a lease that expires. After an attempt that did not commit, records are looked for before they are
created.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from uuid import uuid4

from aws_lambda_powertools import Logger

from sincronia import clock
from sincronia.answers import ProblemError
from sincronia.engine import applying, planning, reading
from sincronia.engine.decisions import cancelled
from sincronia.engine.flow import Flow, Opening, RunFlow
from sincronia.engine.lines import StoredActions, stored_plan
from sincronia.engine.ports import Objects, RunQueue, Secrets, Store
from sincronia.engine.report import told
from sincronia.engine.state import Phase, Run, RunKey, Step
from sincronia.engine.steps import Steps, going_on
from sincronia.engine.tasks import Task

LEASE_SECONDS = 330  # longer than the function may run, shorter than the queue hides a message
WORK_SECONDS = 240  # what one invocation works at most

logger = Logger(child=True)


@dataclass(frozen=True, slots=True)
class Outside:
    """What a worker works with. `flows` are an integration's, by name."""

    store: Store
    objects: Objects
    queue: RunQueue
    secrets: Secrets
    flows: Mapping[str, RunFlow]
    tasks: Mapping[str, Task] = field(default_factory=dict)  # what else its runs carry out, by the run's flow


def work(key: RunKey, outside: Outside, seconds_left: float) -> Run | None:
    """Moves a run on until it is done, waits, or time is up; gives it as it was left, None where it was not ours.

    None also after a deletion, which leaves nothing. A run that is done, waits at the brake, or is held by somebody
    else is left alone: its message is spent.
    """
    run = outside.store.run(key)
    if run is None or _rests(run) or clock.now() < run.lease_until:
        logger.info("run_left_alone", phase=run.phase if run else None)
        return None
    held = _leased(run)
    if not outside.store.take_lease(run, held):
        logger.info("lease_not_taken")
        return None
    deadline = clock.now() + min(seconds_left, WORK_SECONDS)
    if held.flow in outside.tasks:
        return outside.tasks[held.flow].go_on(held, deadline)
    kind = outside.flows[held.flow]
    steps = Steps(outside.store, outside.queue, kind.answers, lambda left: told(left, kind.title, kind.answers))
    if held.cancelled_by:
        return steps.commit(held, Step(cancelled(held, held.cancelled_by)))
    try:
        flow = _opened(held, kind, outside, deadline)
    except ProblemError as error:
        return steps.commit(held, Step(held, stop=error))
    return _go_on(held, flow, outside, steps)


def _rests(run: Run) -> bool:
    return run.phase == Phase.DONE or (run.phase == Phase.BRAKE and not run.cancelled_by)


def _leased(run: Run) -> Run:
    """The run under a new lease. Attempts are left where a holder died: it may have written beyond the cursor."""
    until = clock.now() + LEASE_SECONDS
    died_writing = run.attempts > 0 and run.phase == Phase.APPLY
    look_until = max(run.look_until, run.position + applying.BLOCK_SIZE) if died_writing else run.look_until
    return replace(
        run,
        lease=uuid4().hex,
        lease_until=until,
        attempts=run.attempts + 1,
        look_until=look_until,
        wake_at=until,
    )


def _opened(run: Run, kind: RunFlow, outside: Outside, deadline: float) -> Flow:
    """The flow, ready to go on. Raises ProblemError where the run has to end here."""
    connection = going_on(run, kind.answers, outside.store)
    secret = outside.secrets.fields(connection.secret_name)
    return kind.open(Opening(connection.settings, secret, run.filters, deadline))


def _go_on(run: Run, flow: Flow, outside: Outside, steps: Steps) -> Run | None:
    actions: StoredActions | None = None
    while True:
        if run.phase == Phase.READ:
            step = reading.read(run, flow, outside.objects)
        elif run.phase == Phase.PLAN:
            step = planning.plan(run, flow, outside.objects, outside.store)
        else:
            actions = actions or stored_plan(run, outside.objects)
            step = applying.apply(run, flow, steps.answers, actions)
        after = steps.commit(run, step)
        if after is None or not after.lease:
            return after
        run = after
