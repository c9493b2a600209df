"""One suite for the state that hints stand on: DynamoDB behind PynamoDB, and the light store in memory."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.light_hints import LightHints
from sincronia import answers, clock
from sincronia.engine import days, flow, hint_ports, hints, state
from tests.office_on_aws import START, AwsServer, Sandbox

ENTITY, DAY_FLOW, TITLE = "contrato", "contratos_do_dia", "Contratos do dia"


@dataclass
class House:
    """A store and a schedule, with the modules whose types they take. Its time is START until a test moves it."""

    store: Any
    schedule: Any
    hints: Any
    days: Any
    state: Any
    ports: Any
    flow: Any
    answers: Any
    of: Any  # a module by name
    now: float = START
    number: int = 0  # tests that used it

    @property
    def name(self) -> str:
        """Of the connection; each test has its own, and its own integration."""
        return f"casa-{self.number}"

    @property
    def integration(self) -> str:
        """Of the connection."""
        return f"test-{self.number}"

    def __post_init__(self) -> None:
        self.kind = self.hints.HintKind(self.integration, ENTITY, TITLE, DAY_FLOW, self.answers.COMMON)

    def put(self, *, enabled: bool = True, **flows: float) -> None:
        """The connection; its sweeps by name, each with when it is due."""
        connection = self.state.Connection(self.name, self.integration, "Casa", {"a": "b"}, "", "ana", enabled=enabled)
        made = [
            self.state.ScheduledFlow(self.name, self.integration, name, "Conferir", {}, 10, due, "")
            for name, due in flows.items()
        ]
        if isinstance(self.store, LightHints):
            self.store.connections[self.name] = connection
            for each in made:
                self.store.flows[self.name, each.flow] = each
        else:
            self.of("sincronia.store.registering").put_connection(connection, made, {"token": "t"}, "sincronia/test/")

    def mark(self) -> None:
        """The connection is on its way out."""
        if isinstance(self.store, LightHints):
            self.store.deleting.add(self.name)
        else:
            registered = self.of("sincronia.store.connections").registered(self.name)
            self.of("sincronia.store.registering").delete_connection(registered, "ana")

    def due_by_hand(self, name: str, due: float) -> None:
        """Somebody sets a sweep's time in the table."""
        if not isinstance(self.store, LightHints):
            item = self.of("sincronia.store.connections").ConnectionItem
            item(self.name, f"FLOW#{name}").update([item.wake_at.set(due)])

    def hint(self, record: str, number: int = 0, **values: Any) -> Any:
        """A hint that was received so many seconds after START."""
        received_at = START + number
        named = self.hints.hint_id(received_at, self.name, record, str(number))
        return self.hints.Hint(self.name, named, ENTITY, record, self.hints.Cause.WEBHOOK, received_at, **values)

    def stored(self, hint: Any, name: str, **values: Any) -> Any:
        """The hint in a state."""
        at = self.of("sincronia.clock").iso(self.now)
        return self.hints.StoredHint(hint, self.hints.HintState(name), at=at, **values)

    def effect(self, kind: str, **values: Any) -> Any:
        """An effect of that kind."""
        return self.hints.Effect(self.state.OutcomeKind(kind), **values)

    def open_day(self) -> Any:
        """The key of today's run, which is open from now on."""
        key = self.days.day_key(self.name, self.kind, self.now)
        run = self.days.opened(key, self.kind, self.now)
        assert self.store.open_day(run, self.days.told(run, self.kind))
        return key

    def conclude(self, stored: Any, key: Any, link: Any = None, forgotten: tuple[Any, ...] = ()) -> str:
        """The hint's end."""
        outcome = None
        if key:
            outcome = self.state.Outcome(stored.hint.id, ENTITY, stored.effect.kind, stored.hint.record, "Ana")
        name: str = self.store.conclude(stored, key, outcome, link, forgotten).name
        return name

    def hold(self, hint: Any, key: Any, before: Any = None, link: Any = None) -> bool:
        """The brake of the day holds the hint."""
        before = before or self.store.day(key)
        problem = self.days.held_problem(self.kind, before, ["Ana"])
        after = replace(before.run, phase=self.state.Phase.BRAKE, brakes=(problem,), wake_at=None)
        held = self.stored(hint, "held", effect=self.effect("removed", label="Ana"), run_id=key.run_id)
        done: bool = self.store.hold(held, before, after, self.days.told(after, self.kind), link)
        return done

    def decide(self, before: Any, *, let_through: bool, number: int = 900) -> bool:
        """A person decides on what the day holds."""
        after = self.days.decided(before, "ana")
        sweep = replace(self.hint("", number), entity="decidir_retidos", day=after.key.run_id)
        decide = (
            self.store.decide_day
            if isinstance(self.store, LightHints)
            else self.of("sincronia.store.hinting").decide_day
        )
        told = self.days.told(after, self.kind)
        done: bool = decide(before, after, self.stored(sweep, "waiting"), told, let_through=let_through)
        return done

    def link(self, login: str = "ana", **values: Any) -> Any:
        """The link of contract 1."""
        return self.state.Link("1", "p1", "x", "Ana", identities=(self.identity(login),), at="a", **values)

    def identity(self, login: str) -> Any:
        """A login."""
        return self.flow.Identity("login", login)

    def logins(self) -> set[str]:
        """Of contract 1."""
        if isinstance(self.store, LightHints):
            return {identity.value for identity, *_ in self.store.identities}
        found = self.of("sincronia.store.identities").IdentityItem.scan()
        return {item.identity.removeprefix("login#") for item in found if item.holder.startswith(f"{self.name}#")}

    def outcomes(self, key: Any) -> list[str]:
        """Of a day's run, by seq."""
        if isinstance(self.store, LightHints):
            return [outcome.seq for outcome in self.store.outcomes_of(key.run_id)]
        found = self.of("sincronia.store.outcomes").outcomes_of(key.run_id, None, 100, None)
        return [outcome.seq for outcome in found.values]

    def told(self, key: Any) -> Any:
        """The day's notification."""
        if isinstance(self.store, LightHints):
            return self.store.notifications[self.name, key.run_id]
        return self.of("sincronia.store.notifications").stored_notification(self.name, key.run_id)


@pytest.fixture(scope="module")
def dynamodb(aws: AwsServer) -> House:
    aws.renew("sgp")
    moved: list[House] = []
    sandbox = Sandbox(lambda: moved[0].now if moved else START, integration="sgp")

    def of(name: str) -> ModuleType:
        found: ModuleType = sandbox.modules.get(name) or sandbox.imported(name)
        return found

    hinting = of("sincronia.store.hinting")
    house = House(
        store=hinting.DynamoHintStore("test-0"),
        schedule=hinting.DynamoHintSchedule("test-0"),
        hints=of("sincronia.engine.hints"),
        days=of("sincronia.engine.days"),
        state=of("sincronia.engine.state"),
        ports=of("sincronia.engine.hint_ports"),
        flow=of("sincronia.engine.flow"),
        answers=of("sincronia.answers"),
        of=of,
    )
    moved.append(house)
    return house


@pytest.fixture
def fresh(dynamodb: House) -> House:
    """DynamoDB, with a connection that no other test has."""
    dynamodb.number += 1
    dynamodb.now = START
    hinting = dynamodb.of("sincronia.store.hinting")
    dynamodb.store = hinting.DynamoHintStore(dynamodb.integration)
    dynamodb.schedule = hinting.DynamoHintSchedule(dynamodb.integration)
    dynamodb.__post_init__()
    dynamodb.put()
    return dynamodb


@pytest.fixture(params=["light", "dynamodb"])
def house(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> House:
    if request.param == "dynamodb":
        fresh: House = request.getfixturevalue("fresh")
        return fresh
    store = LightHints()
    light = House(store, store, hints, days, state, hint_ports, flow, answers, {"sincronia.clock": clock}.get)
    monkeypatch.setattr(clock, "now", lambda: light.now)
    light.put()
    return light


@pytest.fixture
def calls(fresh: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter[str]]:
    """What is asked of DynamoDB from here on, by operation."""
    connection, counted = fresh.of("sincronia.store.connected").dynamodb, Counter[str]()
    dispatch = connection.dispatch

    def counting(operation: str, given: Any) -> Any:
        counted[operation] += 1
        return dispatch(operation, given)

    monkeypatch.setattr(connection, "dispatch", counting)
    return iter([counted])


# Hints


def test_a_hint_comes_back_as_it_was_kept(house: House) -> None:
    assert house.store.hint(house.name, "x") is None
    hint = replace(
        house.hint("1", event_id="e", body_hash="h"),
        by="ana",
        period=house.hints.Period(START, START + 60.5),
        day="d",
        decision=house.hints.Decision.APPROVED,
        decided_at=START + 0.25,
    )
    problem = house.answers.Problem("vendor_down", {"vendor": "SGP", "status": "503"})
    effect = house.effect(
        "updated",
        action="updated",
        label="1 – Ana",
        problem=problem,
        before={"Nome": "Ana", "Coordenadas": [1.5, 2]},
        after={"Nome": None},
        freed=("CTO 1, porta 2",),
        goal="present",
    )
    told = house.stored(
        hint, "waiting", effect=effect, problem=problem, image="hints/casa/x.json.gz", wake_at=START + 300.25
    )
    told = replace(told, position={"at": 3, "page": "b"}, compared=7, queued=5, run_id="r")
    assert house.store.keep(told)
    assert house.store.hint(house.name, hint.id) == told
    assert house.schedule.hint(house.name, hint.id) == told
    bare = house.stored(house.hint("2", 1), "working")
    assert house.store.keep(bare)
    assert house.store.hint(house.name, bare.hint.id) == bare


def test_who_has_come_to_its_end_is_never_written_again(house: House) -> None:
    key, hint = house.open_day(), house.hint("1")
    done = house.stored(hint, "done", effect=house.effect("created"), run_id=key.run_id)
    assert house.store.keep(house.stored(hint, "working"))
    assert house.conclude(done, key) == "DONE"
    assert not house.store.keep(house.stored(hint, "waiting"))
    assert not house.hold(hint, key)
    assert house.store.hint(house.name, hint.id) == done


def test_an_event_is_known_by_who_brought_it_first(house: House) -> None:
    first, second = house.hint("1", event_id="e", body_hash="a"), house.hint("2", 1, event_id="e", body_hash="b")
    event = house.ports.Event(first.id, "a")
    assert house.store.known(first) == event
    assert house.store.known(first) == event
    assert house.store.known(second) == event
    other = house.hint("3", 2, event_id="f", body_hash="c")
    assert house.store.known(other) == house.ports.Event(other.id, "c")


def test_a_connection_on_its_way_out_is_none(house: House) -> None:
    assert house.store.connection(house.name).name == "Casa"
    assert house.store.connection("outra") is None
    house.mark()
    assert house.store.connection(house.name) is None


# The end of a hint


def test_an_end_is_written_once_with_all_that_belongs_to_it(house: House) -> None:
    key, hint = house.open_day(), house.hint("1")
    done = house.stored(hint, "done", effect=house.effect("created"), run_id=key.run_id)
    assert house.conclude(done, key, house.link()) == "DONE"
    house.now += 5
    assert house.conclude(house.stored(hint, "done", effect=house.effect("failed")), key, house.link("bia")) == "DONE"
    assert house.store.hint(house.name, hint.id) == done
    assert house.store.link(house.name, ENTITY, "1") == house.link()
    assert (house.logins(), house.outcomes(key)) == ({"ana"}, [hint.id])
    (tally,) = house.store.day(key).run.tallies.values()
    assert (tally.received, {kind.value: number for kind, number in tally.counters.items() if number}) == (
        1,
        {"created": 1},
    )


def test_identities_that_a_record_no_longer_has_go_with_its_end(house: House) -> None:
    key = house.open_day()
    done = house.stored(house.hint("1"), "done", effect=house.effect("created"))
    assert house.conclude(done, key, house.link()) == "DONE"
    again = house.stored(house.hint("1", 1), "done", effect=house.effect("updated"))
    assert house.conclude(again, key, house.link("bia"), (house.identity("ana"),)) == "DONE"
    assert house.logins() == {"bia"}


@pytest.mark.parametrize(
    "kind", ["created", "updated", "unchanged", "deactivated", "removed", "skipped", "rejected", "failed"]
)
def test_every_kind_is_counted(house: House, kind: str) -> None:
    key = house.open_day()
    for number in range(2):
        stored = house.stored(house.hint("1", number), "done", effect=house.effect(kind))
        assert house.conclude(stored, key) == "DONE"
    run = house.store.day(key).run
    assert (run.received, {name.value: count for name, count in run.counters.items() if count}) == (2, {kind: 2})


def test_without_an_open_day_nothing_is_written(house: House) -> None:
    key = house.days.day_key(house.name, house.kind, START)
    done = house.stored(house.hint("1"), "done", effect=house.effect("created"))
    assert house.conclude(done, key, house.link()) == "NO_DAY"
    house.open_day()
    day = house.store.day(key)
    assert house.schedule.close_day(day, house.days.ended(day), house.told(key))
    assert house.conclude(done, key, house.link()) == "NO_DAY"
    assert house.store.hint(house.name, done.hint.id) is None
    assert (house.store.link(house.name, ENTITY, "1"), house.outcomes(key)) == (None, [])


def test_of_a_connection_on_its_way_out_nothing_ends(house: House) -> None:
    key, hint = house.open_day(), house.hint("1")
    house.mark()
    assert house.conclude(house.stored(hint, "done", effect=house.effect("created")), key) == "ERASED"
    assert house.store.hint(house.name, hint.id) is None
    house.now += 86400
    run = house.days.opened(house.days.day_key(house.name, house.kind, house.now), house.kind, house.now)
    assert not house.store.open_day(run, house.days.told(run, house.kind))
    assert house.store.day(run.key) is None


def test_a_sweep_ends_without_a_day(house: House) -> None:
    sweep = replace(house.hint(""), entity="conferir")
    done = house.stored(sweep, "done", effect=house.effect("unchanged", after={"Conferidos": 3}), compared=3)
    assert house.conclude(done, None) == "DONE"
    assert house.conclude(done, None) == "DONE"
    assert house.store.hint(house.name, sweep.id) == done


def test_workers_that_meet_are_all_counted(house: House) -> None:
    key = house.open_day()
    ends = [house.stored(house.hint(str(n), n), "done", effect=house.effect("created")) for n in range(12)]
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda end: house.conclude(end, key), ends * 2)) == {"DONE"}
    assert house.store.day(key).run.received == 12
    assert len(house.outcomes(key)) == 12


def _cancelled(reason: str) -> ClientError:
    answer: Any = {
        "Error": {"Code": "TransactionCanceledException", "Message": f"[{reason}]"},
        "CancellationReasons": [{"Code": reason}],
    }
    return ClientError(answer, "TransactWriteItems")


@pytest.mark.parametrize("effect", ["before", "after"])
def test_a_conflict_is_tried_again_and_counted_once(fresh: House, monkeypatch: pytest.MonkeyPatch, effect: str) -> None:
    key, hint = fresh.open_day(), fresh.hint("1")
    connection = fresh.of("sincronia.store.connected").dynamodb
    dispatch, faults = connection.dispatch, ["TransactionConflict"]

    def faulty(operation: str, given: Any) -> Any:
        if operation == "TransactWriteItems" and faults:
            if effect == "after":  # its answer was lost, and the client's own repetition was refused
                dispatch(operation, given)
            raise _cancelled(faults.pop())
        return dispatch(operation, given)

    monkeypatch.setattr(connection, "dispatch", faulty)
    assert fresh.conclude(fresh.stored(hint, "done", effect=fresh.effect("created")), key) == "DONE"
    assert (faults, fresh.store.day(key).run.received) == ([], 1)


def test_a_conflict_without_end_is_no_answer(fresh: House, monkeypatch: pytest.MonkeyPatch) -> None:
    key = fresh.open_day()
    connection = fresh.of("sincronia.store.connected").dynamodb
    dispatch = connection.dispatch

    def faulty(operation: str, given: Any) -> Any:
        if operation == "TransactWriteItems":
            raise _cancelled("TransactionConflict")
        return dispatch(operation, given)

    monkeypatch.setattr(connection, "dispatch", faulty)
    monkeypatch.setattr(fresh.of("sincronia.store.hinting").time, "sleep", lambda _: None)
    done = fresh.stored(fresh.hint("1"), "done", effect=fresh.effect("created"))
    with pytest.raises(RuntimeError, match="never stood still"):
        fresh.conclude(done, key)


# The day and its brake


def test_a_day_is_opened_once(house: House) -> None:
    key = house.open_day()
    day = house.store.day(key)
    assert (day.removed, day.held, day.links, day.approved) == (0, frozenset(), None, False)
    assert (day.run.received, day.run.phase, day.run.wake_at) == (0, "apply", house.days.midnights(START)[1])
    done = house.stored(house.hint("1"), "done", effect=house.effect("created"))
    assert house.conclude(done, key) == "DONE"
    assert house.open_day() == key
    assert house.store.day(key).run.received == 1
    assert house.told(key).state == "Pendente"


def test_removals_are_claimed_up_to_what_is_allowed(house: House) -> None:
    key = house.days.day_key(house.name, house.kind, START)
    assert not house.store.claim_removal(key, "1", 2), "there is no day"
    assert house.store.day(key) is None
    house.open_day()
    assert [house.store.claim_removal(key, record, 2) for record in "1213"] == [True, True, True, False]
    assert house.store.claim_removal(key, "3", 3)
    assert house.store.day(key).removed == 3


def test_eight_at_once_never_claim_more(house: House) -> None:
    key = house.open_day()
    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(lambda record: house.store.claim_removal(key, str(record % 20), 10), range(60)))
    assert house.store.day(key).removed == 10
    assert sum(claims) == 30, "each of the ten, three times"


def test_a_day_that_a_person_let_through_has_no_limit(house: House) -> None:
    key = house.open_day()
    assert house.hold(house.hint("1"), key)
    assert house.decide(house.store.day(key), let_through=True)
    assert house.store.day(key).approved
    assert house.store.claim_removal(key, "1", 0)


def test_links_are_counted_once_a_day_with_those_that_went(house: House) -> None:
    key = house.open_day()
    for number in range(3):
        link = replace(house.link(), source_id=str(number), active=number > 0)
        stored = house.stored(house.hint(str(number), number), "done", effect=house.effect("created"))
        assert house.conclude(stored, key, link) == "DONE"
    assert house.store.claim_removal(key, "0", 9)
    assert house.store.count_links(key, ENTITY) == 3
    more = house.stored(house.hint("9", 9), "done", effect=house.effect("created"))
    assert house.conclude(more, key, replace(house.link(), source_id="9")) == "DONE"
    assert house.store.count_links(key, ENTITY) == 3
    assert house.store.day(key).links == 3


def test_who_counts_links_beside_another_leaves_the_first_number(fresh: House, monkeypatch: pytest.MonkeyPatch) -> None:
    key, hinting = fresh.open_day(), fresh.of("sincronia.store.hinting")
    assert fresh.store.count_links(key, ENTITY) == 0
    done = fresh.stored(fresh.hint("1"), "done", effect=fresh.effect("created"))
    assert fresh.conclude(done, key, fresh.link()) == "DONE"
    before = replace(fresh.store.day(key), links=None)
    with monkeypatch.context() as earlier:
        earlier.setattr(hinting, "stored_day", lambda _: before)
        fresh.store.count_links(key, ENTITY)
    assert fresh.store.day(key).links == 0


def test_what_is_held_is_written_with_its_day(house: House) -> None:
    key, first, second = house.open_day(), house.hint("1"), house.hint("2", 1)
    link = house.link(held=first.id)
    assert house.hold(first, key, link=link)
    assert house.store.link(house.name, ENTITY, link.source_id) == link
    day = house.store.day(key)
    assert (day.held, day.run.phase, day.run.wake_at, len(day.run.brakes)) == ({first.id}, "brake", None, 1)
    assert house.store.hint(house.name, first.id).state == "held"
    assert "freio" not in house.told(key).text
    assert "esperam (Ana)" in house.told(key).text
    assert house.hold(second, key)
    assert house.store.day(key).held == {first.id, second.id}
    assert house.hold(second, key), "a first try went through, and its answer was lost"
    house.store.let_go(key, frozenset({first.id, second.id}))
    house.store.let_go(key, frozenset({first.id}))
    assert house.store.day(key).held == frozenset()


def test_whoever_holds_must_have_read_the_day_as_it_is(house: House) -> None:
    key = house.open_day()
    before = house.store.day(key)
    assert house.hold(house.hint("1"), key)
    assert not house.hold(house.hint("2", 1), key, before), "the first was held since"
    before = house.store.day(key)
    assert house.hold(house.hint("4", 3), key)
    assert not house.hold(house.hint("2", 1), key, before), "another was held since"
    before = house.store.day(key)
    assert house.decide(before, let_through=False)
    assert not house.hold(house.hint("2", 1), key, before), "a person decided since"
    assert house.hold(house.hint("2", 1), key), "nobody let the day through"
    assert house.decide(house.store.day(key), let_through=True, number=901)
    assert not house.hold(house.hint("3", 2), key), "somebody has"
    assert house.store.hint(house.name, house.hint("3", 2).id) is None


def test_a_decision_is_made_once_whatever_ends_meanwhile(house: House) -> None:
    key, hint = house.open_day(), house.hint("1")
    assert house.hold(hint, key)
    before = house.store.day(key)
    done = house.stored(house.hint("2", 1), "done", effect=house.effect("created"))
    assert house.conclude(done, key) == "DONE"
    assert house.decide(before, let_through=False)
    assert not house.decide(before, let_through=True, number=901)
    day = house.store.day(key)
    assert (day.approved, day.run.phase, day.run.decided_by, day.run.received) == (False, "apply", "ana", 1)
    assert (day.run.wake_at, day.held) == (house.days.midnights(START)[1], {hint.id})
    assert house.store.hint(house.name, house.hint("", 900).id).hint.day == key.run_id
    assert house.store.hint(house.name, house.hint("", 901).id) is None


def test_a_day_ends_as_it_was_read_or_not_at_all(house: House) -> None:
    key = house.open_day()
    before = house.store.day(key)
    done = house.stored(house.hint("1"), "done", effect=house.effect("rejected"))
    assert house.conclude(done, key) == "DONE"
    ended = house.days.ended(before)
    assert not house.schedule.close_day(before, ended, house.days.told(ended, house.kind))
    before = house.schedule.day(key)
    ended = house.days.ended(before)
    assert house.schedule.close_day(before, ended, house.days.told(ended, house.kind))
    day = house.store.day(key)
    assert (day.run.phase, day.run.result, day.run.wake_at, day.run.received) == ("done", "partial", None, 1)
    assert (house.told(key).state, house.told(key).text) == ("Concluído", "1 conferido: 1 precisa de correção.")
    assert not house.schedule.close_day(before, ended, house.days.told(ended, house.kind))
    assert not house.hold(house.hint("2", 1), key, before)


def test_a_day_that_holds_something_since_it_was_read_does_not_end(house: House) -> None:
    key = house.open_day()
    before = house.schedule.day(key)
    assert house.hold(house.hint("1"), key)
    ended = house.days.ended(before)
    assert not house.schedule.close_day(before, ended, house.days.told(ended, house.kind))


def test_days_are_due_after_their_midnight(house: House) -> None:
    key = house.open_day()
    midnight = house.days.midnights(START)[1]
    assert list(house.schedule.due_runs(house.integration, midnight - 1)) == []
    assert list(house.schedule.due_runs(house.integration, midnight)) == [key]
    assert house.hold(house.hint("1"), key)
    assert list(house.schedule.due_runs(house.integration, midnight)) == []


# What waits, and what is due


def test_hints_are_due_until_they_are_put_off(house: House) -> None:
    waiting = house.stored(house.hint("1"), "waiting", wake_at=START + 60.5)
    assert house.store.keep(waiting)
    assert house.store.keep(house.stored(house.hint("2", 1), "working"))
    assert list(house.schedule.due_hints(house.integration, START + 60)) == []
    assert list(house.schedule.due_hints("other", START + 61)) == []
    assert list(house.schedule.due_hints(house.integration, START + 61)) == [waiting]
    house.schedule.wake_hint_later(waiting, START + 30)
    assert list(house.schedule.due_hints(house.integration, START + 61)) == [waiting]
    house.schedule.wake_hint_later(waiting, START + 120)
    assert list(house.schedule.due_hints(house.integration, START + 119)) == []
    assert list(house.schedule.due_hints(house.integration, START + 120)) == [replace(waiting, wake_at=START + 120)]
    assert house.store.keep(house.stored(house.hint("1"), "working"))
    house.schedule.wake_hint_later(waiting, START + 180)
    assert list(house.schedule.due_hints(house.integration, START + 999)) == []


def _sweep(house: House, due: float) -> Any:
    hint = replace(house.hint("", int(due - START)), entity="conferir", cause=house.hints.Cause.SCHEDULE)
    return house.stored(hint, "waiting", wake_at=due + 120)


def test_a_sweep_is_made_once_for_its_time(house: House) -> None:
    house.put(conferir=START)
    (flow_read,) = house.schedule.due_flows(house.integration, START)
    sweep = _sweep(house, START)
    assert house.schedule.start_sweep(flow_read, sweep, START + 600)
    assert house.store.hint(house.name, sweep.hint.id) == sweep
    assert not house.schedule.start_sweep(flow_read, sweep, START + 600)
    assert not house.schedule.start_sweep(flow_read, _sweep(house, START + 1), START + 900)
    assert list(house.schedule.due_flows(house.integration, START + 599)) == []
    (again,) = house.schedule.due_flows(house.integration, START + 600)
    assert (again.wake_at, again.active_run) == (START + 600, sweep.hint.id)
    assert house.schedule.start_sweep(again, _sweep(house, START + 600), START + 1200)


def test_a_sweep_is_not_made_where_its_time_was_moved(house: House) -> None:
    house.put(conferir=START)
    (flow_read,) = house.schedule.due_flows(house.integration, START)
    house.schedule.pass_over(flow_read, START + 600)
    assert not house.schedule.start_sweep(flow_read, _sweep(house, START), START + 1200)
    (unmoved,) = house.schedule.due_flows(house.integration, START + 600)
    assert unmoved.wake_at == START + 600


def test_of_a_connection_on_its_way_out_no_sweep_is_made(house: House) -> None:
    house.put(conferir=START)
    (flow_read,) = house.schedule.due_flows(house.integration, START)
    house.mark()
    house.due_by_hand("conferir", START)
    sweep = _sweep(house, START)
    assert not house.schedule.start_sweep(flow_read, sweep, START + 600)
    assert house.store.hint(house.name, sweep.hint.id) is None


def test_kept_values_come_by_the_beginning_of_their_names(house: House) -> None:
    kept = house.store.kept(house.name, ENTITY)
    kept.keep("splitter#1", {"busy": [1, 2]})
    kept.keep("splitter#2", {"busy": []})
    kept.keep("reconciled", {"settled": "2026-11-22"})
    kept.keep("splitter#1", {"busy": [3]})
    house.store.kept("outra", ENTITY).keep("splitter#9", {})
    assert kept.named("splitter#") == {"splitter#1": {"busy": [3]}, "splitter#2": {"busy": []}}
    assert kept.named("reconciled") == {"reconciled": {"settled": "2026-11-22"}}
    assert kept.link("1") is None
    done = house.stored(house.hint("1"), "done", effect=house.effect("created"))
    assert house.conclude(done, house.open_day(), house.link()) == "DONE"
    assert kept.link("1") == house.link()


# The log


def _log(house: House, number: int = 7) -> list[Any]:
    """Hints of two records, a second after another; every third failed; an event and a kept value beside them."""
    key, told = house.open_day(), []
    for second in range(number):
        effect = house.effect("failed" if second % 3 == 0 else "created")
        stored = house.stored(house.hint(str(second % 2), second), "done", effect=effect)
        assert house.conclude(stored, key) == "DONE"
        told.append(stored)
    house.store.known(house.hint("1", 99, event_id="e"))
    house.store.kept(house.name, ENTITY).keep("x", {})
    return told


def test_what_was_received_in_a_period_comes_in_its_order(house: House) -> None:
    told = _log(house)
    everything = house.hints.Period(START - 1, START + 100)
    assert list(house.store.received(house.name, everything, "")) == told
    assert list(house.store.received(house.name, house.hints.Period(START + 2, START + 5), "")) == told[2:5]
    assert list(house.store.received(house.name, everything, told[3].hint.id)) == told[4:]
    assert list(house.store.received("outra", everything, "")) == []


def test_each_page_of_the_log_is_one_query(fresh: House, calls: Iterator[Counter[str]]) -> None:
    told, counted, log = _log(fresh), next(calls), fresh.of("sincronia.store.hints")
    period = fresh.hints.Period(START, START + 100)
    kind, working = fresh.state.OutcomeKind, fresh.hints.HintState.WORKING
    lists: dict[str, tuple[Any, list[Any]]] = {
        "period": (lambda after: log.hints_between(fresh.name, period, 2, after), told),
        "record": (
            lambda after: log.hints_of_record(fresh.name, "1", period, 2, after, entities=(ENTITY,)),
            told[1::2],
        ),
        "kind": (lambda after: log.hints_in_state(fresh.name, kind.FAILED, period, 2, after), told[0::3]),
        "state": (lambda after: log.hints_in_state(fresh.name, working, period, 2, after), []),
    }
    for name, (read, expected) in lists.items():
        found, after, pages = list[Any](), None, 0
        counted.clear()
        while pages == 0 or after is not None:
            page = read(after)
            found, after, pages = [*found, *page.values], page.after, pages + 1
            assert len(page.values) <= 2
        assert found == expected[::-1], name
        assert counted == {"Query": pages}
        assert pages <= len(expected) // 2 + 1


def test_the_log_s_period_ends_before_its_end(fresh: House) -> None:
    told, log = _log(fresh), fresh.of("sincronia.store.hints")
    period = fresh.hints.Period(START + 2, START + 5)
    assert log.hints_between(fresh.name, period, 10, None).values == tuple(told[4:1:-1])
    assert log.hints_of_record(fresh.name, "0", period, 10, None, entities=(ENTITY,)).values == (told[4], told[2])
    assert log.hints_in_state(fresh.name, fresh.state.OutcomeKind.FAILED, period, 10, None).values == (told[3],)


def test_a_record_s_hints_are_found_whatever_they_are_about(fresh: House) -> None:
    told, log = _log(fresh), fresh.of("sincronia.store.hints")
    other = fresh.hints.waiting(replace(fresh.hint("C-1", 8), entity="cliente"))
    assert fresh.store.keep(other)
    period, both = fresh.hints.Period(START, START + 100), (ENTITY, "cliente")
    found = [log.hints_of_record(fresh.name, record, period, 10, None, entities=both) for record in ("C-1", "1", "x")]
    assert [page.values for page in found] == [(other,), tuple(told[1::2][::-1]), ()]
    assert log.hints_of_record(fresh.name, "C-1", period, 10, None, entities=(ENTITY,)).values == ()


def test_a_cursor_of_another_list_is_refused(fresh: House) -> None:
    told, log = _log(fresh), fresh.of("sincronia.store.hints")
    period = fresh.hints.Period(START, START + 100)
    for after in ({"connection": fresh.name, "id": told[0].hint.id}, {"seq": "1"}, {}):
        with pytest.raises(fresh.answers.ProblemError, match="cursor_invalid"):
            log.hints_between(fresh.name, period, 2, after)


def test_a_hint_is_listed_by_where_it_stands_now(fresh: House) -> None:
    key, hint, log = fresh.open_day(), fresh.hint("1"), fresh.of("sincronia.store.hints")
    period, states = fresh.hints.Period(START, START + 100), fresh.hints.HintState

    def listed(name: Any) -> int:
        return len(log.hints_in_state(fresh.name, name, period, 10, None).values)

    assert fresh.store.keep(fresh.stored(hint, "waiting", wake_at=START))
    assert (listed(states.WAITING), listed(states.HELD)) == (1, 0)
    assert fresh.hold(hint, key)
    assert (listed(states.WAITING), listed(states.HELD)) == (0, 1)
    assert fresh.conclude(fresh.stored(hint, "done", effect=fresh.effect("removed")), key) == "DONE"
    assert (listed(states.HELD), listed(fresh.state.OutcomeKind.REMOVED), listed(states.DONE)) == (0, 1, 0)


def test_rows_go_when_their_time_is_over(fresh: House, aws: AwsServer) -> None:
    _log(fresh, 1)
    everything = aws.items()[os.environ["HINTS_TABLE"]]
    rows = [row for row in everything if row["connection"]["S"] == fresh.name]
    kept_for = {row["id"]["S"][:5]: float(row["expires_at"]["N"]) - START for row in rows if "expires_at" in row}
    assert kept_for == {"EVENT": 60 * 86400, "20261": 400 * 86400}


# The end of a connection


def test_what_is_erased_leaves_nothing(fresh: House, aws: AwsServer) -> None:
    aws.clear()  # of what other tests had
    fresh.put(conferir=START)
    remains = fresh.of("sincronia.store.hint_remains").HintRemains([ENTITY])
    _log(fresh)
    key = fresh.open_day()
    login = fresh.stored(fresh.hint("1", 20), "done", effect=fresh.effect("created"))
    assert fresh.conclude(login, key, fresh.link()) == "DONE"
    renamed = fresh.stored(fresh.hint("1", 21), "done", effect=fresh.effect("updated"))
    assert fresh.conclude(renamed, key, fresh.link("bia"), (fresh.identity("ana"),)) == "DONE"
    assert fresh.hold(fresh.hint("2", 22), key)
    assert fresh.store.keep(fresh.stored(fresh.hint("3", 23), "waiting", wake_at=START))
    objects = fresh.of("sincronia.store.aws").S3Objects()
    objects.write_lines(f"hints/{fresh.name}/x.json.gz", [{"a": 1}])
    fresh.mark()
    for _ in remains.erased(fresh.name):
        pass
    remains.conclude(fresh.name)
    assert {name: rows for name, rows in aws.items().items() if rows} == {}
    assert aws.s3.list_objects_v2(Bucket=os.environ["DATA_BUCKET"]).get("Contents", []) == []


def test_a_deletion_waits_until_every_worker_that_saw_the_connection_is_done(fresh: House) -> None:
    remains = fresh.of("sincronia.store.hint_remains").HintRemains([ENTITY])
    assert remains.held_until(fresh.name) == 0
    fresh.mark()
    assert remains.being_deleted(fresh.name)
    assert remains.held_until(fresh.name) == START + fresh.of("sincronia.engine.worker").LEASE_SECONDS
