"""How a scenario is driven to its quiet end: who is called when, and who comes in the place of who died."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from contextlib import suppress
from functools import partial
from typing import Any

from tests.crash.choke import Choke, Death
from tests.crash.scenario import Doing, OnAws, Place, Scenario, ToldToWaitError
from tests.office_on_aws import Sandbox

MINUTE = 61.0
PATIENCE = 80  # deliveries and ticks until a scenario must be quiet
PLENTY = 240  # vendor calls: more than any scenario makes

Invoke = Callable[[Place, Choke, Scenario[Place], Doing], None]
Drive = Callable[[Place, Choke, Scenario[Place]], None]


def until_quiet(
    place: Place,
    choke: Choke,
    scenario: Scenario[Place],
    invoke: Invoke[Place] | None = None,
    calls: Collection[int] = (),
) -> None:
    """Each act, then deliveries and ticks until all is quiet.

    `calls`: to how many vendor calls the invocations of the worker are limited, one after the other.
    """
    limits = iter(calls)
    for number, act in enumerate(scenario.acts):
        if number:
            scenario.meanwhile(place)
        (invoke or mortal)(place, choke, scenario, act(place))
        for _ in range(PATIENCE):
            if deliver(place, choke, scenario, invoke or mortal, next(limits, PLENTY)):
                continue
            if scenario.is_quiet(place):
                break
            place.now += MINUTE
            (invoke or mortal)(place, choke, scenario, place.tick)
        else:
            message = f"not quiet: {place.rows('runs')}"
            raise AssertionError(message)


def deliver(place: Place, choke: Choke, scenario: Scenario[Place], invoke: Invoke[Place], calls: int = PLENTY) -> bool:
    """Delivers one message to a worker that has time for so many vendor calls; False where none waits."""
    waiting = place.message()
    if waiting is None:
        return False
    happening, receipt = waiting
    seconds = place.sandbox.on_queue.SPARE_SECONDS + calls
    invoke(place, choke, scenario, lambda sandbox: place.handle(happening, sandbox, seconds))
    place.spend(receipt)
    scenario.check(place)
    return True


def mortal(place: Place, choke: Choke, scenario: Scenario[Place], doing: Doing) -> None:
    """One invocation. Who dies is replaced later, and called again, as EventBridge and SQS do."""
    try:
        with choke.watching():
            doing(place.sandbox)
    except Death:
        choke.revive()
        scenario.check(place)
        place.now += scenario.replaced_after
        place.sandbox = place.new_sandbox()
        doing(place.sandbox)
    except ToldToWaitError:  # nobody is at it: only the answer of a first try was lost
        place.now += MINUTE
        doing(place.sandbox)


def overtaken(*, too_late: bool) -> Drive[Any]:
    """A drive in which whoever makes the choke's call is held up there while another does the same from the start.

    Where it is too late, the clock moves on to when the other is called: a zombie resumes. Else both are at work at
    once.
    """

    def invoke(place: OnAws, choke: Choke, scenario: Scenario[Any], doing: Doing) -> None:
        waits, resume, ended = threading.Event(), threading.Event(), threading.Event()
        first, errors = place.sandbox, list[Exception]()

        def hold_up() -> None:
            waits.set()
            resume.wait(60)

        def work() -> None:
            try:
                with choke.watching():
                    doing(first)
            except ToldToWaitError:
                pass
            except Exception as error:  # a zombie may fail loudly; it may not change anything
                errors.append(error)
            finally:
                ended.set()
                waits.set()

        choke.pause = hold_up
        thread = threading.Thread(target=work)
        thread.start()
        waits.wait(60)
        zombie = too_late and not ended.is_set()
        if not ended.is_set():
            place.now += scenario.replaced_after if too_late else 0
            place.sandbox = place.new_sandbox()
            with suppress(ToldToWaitError):
                doing(place.sandbox)
            scenario.check(place)
            resume.set()
        thread.join(60)
        assert not thread.is_alive()
        assert zombie or not errors, errors

    return partial(until_quiet, invoke=invoke)


def repeated(place: Place, choke: Choke, scenario: Scenario[Place]) -> None:
    """A drive in which every call from outside and every message comes twice, one after the other."""

    def invoke(place: Place, choke: Choke, scenario: Scenario[Place], doing: Doing) -> None:
        mortal(place, choke, scenario, doing)
        mortal(place, choke, scenario, doing)

    until_quiet(place, choke, scenario, invoke=invoke)


def cut(*calls: int) -> Drive[Any]:
    """A drive in which a worker's time is up after so many vendor calls, and the next one's after so many."""

    def drive(place: OnAws, choke: Choke, scenario: Scenario[Any]) -> None:
        a_second_for_each_vendor_call(place)
        until_quiet(place, choke, scenario, calls=calls)

    return drive


def a_second_for_each_vendor_call(place: OnAws) -> None:
    """From now on each of them takes a second of the place's clock."""
    before = place.changes

    def changes(sandbox: Sandbox) -> None:
        if before:
            before(sandbox)
        session = sandbox.of("sincronia.vendor_http").VendorSession
        whole = session._exchange

        def exchange(*arguments: Any) -> Any:
            answer = whole(*arguments)
            place.now += 1
            return answer

        session._exchange = exchange

    place.changes = changes
    place.sandbox = place.new_sandbox()
