"""One suite for the state that the engine stands on: DynamoDB behind PynamoDB, and the light store in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from local.light_store import LightStore
from sincronia.engine import flow, state
from tests.office_on_aws import START, AwsServer, Sandbox

ENTITY = "pessoa"


@dataclass
class House:
    """A store and a schedule, with the modules whose types they take, and a way to put a connection."""

    store: Any
    schedule: Any
    state: Any
    flow: Any
    problem: Any
    put: Callable[[Any, Any], None]
    outcomes: Callable[[], list[str]]
    identities: Callable[[], set[str]]


def _light() -> House:
    from sincronia.answers import Problem  # noqa: PLC0415

    store = LightStore()

    def put(connection: Any, scheduled: Any) -> None:
        store.connections[connection.id] = connection
        store.flows[scheduled.connection, scheduled.flow] = scheduled

    return House(
        store,
        store,
        state,
        flow,
        Problem,
        put,
        lambda: sorted(seq for _, seq in store.outcomes_by_seq),
        lambda: {f"{identity.kind}#{identity.value} {source_id}" for identity, _, _, source_id in store.identities},
    )


def _dynamodb(sandbox: Sandbox) -> House:
    def put(connection: Any, scheduled: Any) -> None:
        sandbox.registering.put_connection(connection, [scheduled], {"token": "t"}, "sincronia/test/")

    def scanned(module: str, model: str) -> list[Any]:
        return list(getattr(sandbox.of(f"sincronia.store.{module}"), model).scan())

    return House(
        sandbox.of("sincronia.store.working").DynamoStore(),
        sandbox.of("sincronia.store.scheduling").DynamoSchedule(),
        sandbox.of("sincronia.engine.state"),
        sandbox.of("sincronia.engine.flow"),
        sandbox.of("sincronia.answers").Problem,
        put,
        lambda: sorted(item.seq for item in scanned("outcomes", "OutcomeItem")),
        lambda: {f"{item.identity} {item.holder.split('#')[-1]}" for item in scanned("identities", "IdentityItem")},
    )


@pytest.fixture
def dynamodb(aws: AwsServer, zen_environment: Sandbox) -> House:
    """On emptied tables, at START."""
    aws.emptied()
    return _dynamodb(zen_environment)


@pytest.fixture(params=["light", "dynamodb"])
def house(request: pytest.FixtureRequest) -> House:
    found: House = _light() if request.param == "light" else request.getfixturevalue("dynamodb")
    return found


def scheduled(house: House, **changes: Any) -> Any:
    """A flow that is due at START."""
    values = {"filters": {"groups": [1]}, "every_minutes": 60, "wake_at": START, "active_run": ""} | changes
    return house.state.ScheduledFlow("casa", "test", "pessoas", "Sincronizar Pessoas", **values)


def started(house: House, run_id: str = "r1", wake_at: float = START + 120) -> Any:
    """A run that start_run has made."""
    run = house.state.Run(
        house.state.RunKey("casa", run_id),
        "test",
        "pessoas",
        "schedule",
        {"groups": [1]},
        "casa",
        START,
        wake_at=wake_at,
    )
    house.put(_connection(house), scheduled(house))
    assert house.schedule.start_run(start(house, run, START + 3600))
    return run


def start(house: House, run: Any, next_due: float | None, apart: tuple[Any, ...] = (), **flow: Any) -> Any:
    """What start_run is given."""
    run_id = run.key.run_id
    told = house.state.Notification("casa", run_id, "casa", "test", "Sincronizar", "…", "2026-11-23T09:00:00.000Z")
    return house.state.Start(scheduled(house, **flow), run, told, apart, next_due)


def _connection(house: House) -> Any:
    return house.state.Connection("casa", "test", "Casa", {"endereço": "http://x.example"}, "", "ana", enabled=True)


def held(house: House, lease: str = "a") -> Any:
    """A started run under a lease."""
    run = started(house)
    leased = replace(run, lease=lease, lease_until=START + 330, attempts=1, wake_at=START + 330)
    assert house.store.take_lease(run, leased)
    return leased


def test_a_connection_comes_back_as_it_was_put(house: House) -> None:
    house.put(_connection(house), scheduled(house))
    found = house.store.connection("casa")
    assert replace(found, secret_name="") == _connection(house)
    assert house.store.connection("outra") is None


def test_a_run_comes_back_as_it_was_started(house: House) -> None:
    run = started(house)
    assert house.store.run(run.key) == run
    assert house.schedule.run(run.key) == run
    assert house.store.run(house.state.RunKey("casa", "none")) is None


def test_a_due_time_makes_one_run(house: House) -> None:
    run = started(house)
    assert not house.schedule.start_run(start(house, run, START + 7200))
    (due,) = house.schedule.due_flows("test", START + 3600)
    assert (due.wake_at, due.active_run) == (START + 3600, "r1")
    other = replace(run, key=house.state.RunKey("casa", "r2"))
    assert not house.schedule.start_run(start(house, other, START + 7200))
    assert house.store.run(other.key) is None
    assert not house.schedule.start_run(start(house, run, START + 7200, active_run="r1")), "this very run was made"


def test_flows_that_are_apart_are_looked_at_in_the_same_transaction(house: House) -> None:
    first = started(house)
    other = replace(scheduled(house), flow="tudo", every_minutes=None, wake_at=None, active_run="")
    run = replace(first, key=house.state.RunKey("casa", "r2"), flow="tudo")
    told = start(house, run, None).notification
    stale, fresh = scheduled(house), scheduled(house, active_run="r1")
    assert not house.schedule.start_run(house.state.Start(other, run, told, (stale,)))
    assert house.store.run(run.key) is None
    assert house.schedule.start_run(house.state.Start(other, run, told, (fresh,)))


def test_a_flow_that_nobody_put_is_made_with_its_first_run_and_is_never_due(house: House) -> None:
    first = started(house)
    other = replace(scheduled(house), flow="tudo", title="Tudo", filters={}, every_minutes=None, wake_at=None)
    assert house.schedule.flow("casa", "tudo") is None
    run = replace(first, key=house.state.RunKey("casa", "r2"), flow="tudo")
    told = start(house, run, None).notification
    assert house.schedule.start_run(house.state.Start(other, run, told))
    assert house.schedule.flow("casa", "tudo") == replace(other, active_run="r2")
    assert [due.flow for due in house.schedule.due_flows("test", START + 10**6)] == ["pessoas"]


def test_whoever_wants_a_run_to_end_is_heard_by_its_holder(house: House) -> None:
    before = held(house)
    assert house.store.ask_to_cancel(before.key, "ana")
    assert house.store.ask_to_cancel(before.key, "bia"), "the first one's wish stands"
    assert not house.store.commit(before, replace(before, position=1), house.state.Rows())
    now = house.store.run(before.key)
    assert now.wake_at is not None
    assert now == replace(before, cancelled_by="ana", wake_at=now.wake_at)
    ended = replace(now, position=1, lease="", wake_at=None, phase=house.state.Phase.DONE)
    assert house.store.commit(now, ended, house.state.Rows())
    assert not house.store.ask_to_cancel(before.key, "bia")
    assert house.store.run(before.key) == ended


def test_outcomes_come_by_kind_in_the_order_of_the_plan(house: House) -> None:
    before = held(house)
    kind, problem = house.state.OutcomeKind, house.problem("email_shared", {"code": "2", "others": "3"})
    outcomes = tuple(
        house.state.Outcome(f"{number:08}", entity, which, f"1/{number}", "Ana", problem, ("Nome",), "t1")
        for number, (which, entity) in enumerate(
            ((kind.REJECTED, "filho"), (kind.CREATED, ENTITY), (kind.REJECTED, "tareffa.pessoa"))
        )
    )
    assert house.store.commit(before, replace(before, position=3), house.state.Rows(ENTITY, (), outcomes))
    assert list(house.store.outcomes("r1", kind.REJECTED)) == [outcomes[0], outcomes[2]]
    assert list(house.store.outcomes("r1", kind.FAILED)) == []


def test_flows_are_due_by_integration_and_time(house: House) -> None:
    house.put(_connection(house), scheduled(house))
    assert list(house.schedule.due_flows("test", START - 1)) == []
    assert list(house.schedule.due_flows("other", START)) == []
    assert list(house.schedule.due_flows("test", START)) == [scheduled(house)]
    house.schedule.pass_over(scheduled(house), START - 60)  # never back
    assert list(house.schedule.due_flows("test", START)) == [scheduled(house)]
    house.schedule.pass_over(scheduled(house), START + 3600)
    assert list(house.schedule.due_flows("test", START + 3599)) == []


def test_a_flow_that_a_connection_no_longer_has_is_never_due(dynamodb: House) -> None:
    house = dynamodb
    house.put(_connection(house), scheduled(house))
    other = replace(scheduled(house), flow="empresas")
    house.put(_connection(house), other)
    assert list(house.schedule.due_flows("test", START)) == [other]
    house.put(_connection(house), scheduled(house))
    assert list(house.schedule.due_flows("test", START)) == [scheduled(house)]


def test_runs_are_due_until_they_are_put_off(house: House) -> None:
    run = started(house, wake_at=START)
    assert list(house.schedule.due_runs("test", START)) == [run.key]
    house.schedule.wake_later(run.key, START - 5)
    assert list(house.schedule.due_runs("test", START)) == [run.key]
    house.schedule.wake_later(run.key, START + 120)
    assert list(house.schedule.due_runs("test", START + 119)) == []
    assert list(house.schedule.due_runs("test", START + 120)) == [run.key]


def test_one_lease_at_a_time(house: House) -> None:
    run = started(house)
    first = replace(run, lease="a", lease_until=START + 330, attempts=1)
    assert house.store.take_lease(run, first)
    assert not house.store.take_lease(run, replace(run, lease="b", lease_until=START + 330, attempts=1))
    assert house.store.run(run.key) == first
    assert house.store.take_lease(first, replace(first, lease="b", attempts=2))


def test_a_step_and_its_rows_are_committed_together(house: House) -> None:
    before = held(house)
    identity = house.flow.Identity("email", "a@office.example")
    link = house.state.Link("1", "t1", "Nome=1", "Ana", identities=(identity,), at="2026-11-23T09:00:00.000Z")
    problem = house.problem("email_shared", {"code": "2", "others": "3"})
    outcomes = (
        house.state.Outcome("00000000", ENTITY, house.state.OutcomeKind.CREATED, "1", "Ana", target_id="t1"),
        house.state.Outcome("00000001", ENTITY, house.state.OutcomeKind.REJECTED, "2", "Bia", problem, ("Nome",)),
    )
    after = replace(
        before,
        phase=house.state.Phase.APPLY,
        position=2,
        tallies={
            ENTITY: house.state.Tally(5, 3, {house.state.OutcomeKind.UNCHANGED: 2, house.state.OutcomeKind.CREATED: 1}),
            "filho": house.state.Tally(2, 2),
        },
        source_manifests={"pessoas": "runs/w"},
        plan_manifests={ENTITY: "runs/x", "filho": "runs/y"},
        problem=problem,
        brakes=(problem, problem),
        decided_by="ana",
        decided_at=START,
    )
    rows = house.state.Rows(ENTITY, (link,), outcomes, known_by=(("1", identity),))
    assert house.store.commit(before, after, rows)
    assert house.store.run(before.key) == after
    assert list(house.store.run(before.key).tallies) == [ENTITY, "filho"]  # in the order of the plan
    assert list(house.store.links("casa", ENTITY)) == [link]
    assert house.outcomes() == ["00000000", "00000001"]
    assert house.identities() == {"email#a@office.example 1"}
    assert house.store.commit(before, after, rows), "the answer of this commit was lost, and it is sent again"


@pytest.mark.parametrize("change", [{"lease": "b"}, {"position": 1}, {"lane": 1}, {"phase": "plan"}], ids=str)
def test_who_was_overtaken_commits_nothing(house: House, change: dict[str, Any]) -> None:
    before = held(house)
    if "phase" in change:
        change = {"phase": house.state.Phase(change["phase"])}
    assert house.store.commit(before, replace(before, **change), house.state.Rows())
    late = house.state.Rows(ENTITY, (), (house.state.Outcome("9", ENTITY, house.state.OutcomeKind.FAILED, "1", "Ana"),))
    assert not house.store.commit(before, replace(before, position=9), late)
    assert house.outcomes() == []
    assert house.store.run(before.key) == replace(before, **change)


def test_a_link_is_replaced_whole_and_an_old_identity_is_forgotten(house: House) -> None:
    before = held(house)
    old, new = (house.flow.Identity("email", f"{name}@office.example") for name in ("old", "new"))
    link = house.state.Link("1", "t1", "Nome=1", "Ana", seen="Nome=2", active=False, identities=(old,), at="a")
    middle = replace(before, position=1)
    assert house.store.commit(before, middle, house.state.Rows(ENTITY, (link,), known_by=(("1", old),)))
    assert list(house.store.links("casa", ENTITY)) == [link]
    renewed = replace(link, seen=None, active=True, version=2, identities=(new,))
    rows = house.state.Rows(ENTITY, (renewed,), known_by=(("1", new),), forgotten=(("1", old),))
    assert house.store.commit(middle, replace(middle, position=2), rows)
    assert list(house.store.links("casa", ENTITY)) == [renewed]
    assert house.identities() == {"email#new@office.example 1"}


def test_a_link_that_was_taken_over_goes_with_its_identity(house: House) -> None:
    before = held(house)
    email = house.flow.Identity("email", "a@office.example")
    gone = house.state.Link("1", "t1", "x", "Ana", active=False, identities=(email,), at="a")
    middle = replace(before, position=1)
    assert house.store.commit(before, middle, house.state.Rows(ENTITY, (gone,), known_by=(("1", email),)))
    heir = replace(gone, source_id="2", active=True)
    rows = house.state.Rows(ENTITY, (heir,), (), (("2", email),), (("1", email),), ("1",))
    assert house.store.commit(middle, replace(middle, position=2), rows)
    assert list(house.store.links("casa", ENTITY)) == [heir]
    assert house.identities() == {"email#a@office.example 2"}


def test_links_come_in_the_order_of_their_source_ids(house: House) -> None:
    before = held(house)
    links = tuple(house.state.Link(code, f"t{code}", "x", "Ana", at="a") for code in ("3", "1", "2"))
    assert house.store.commit(before, replace(before, position=1), house.state.Rows(ENTITY, links))
    assert [link.source_id for link in house.store.links("casa", ENTITY)] == ["1", "2", "3"]
    assert list(house.store.links("casa", "outra")) == []


def test_a_run_that_ends_leaves_no_lease_and_no_alarm_clock(house: House) -> None:
    before = held(house)
    after = replace(before, lease="", lease_until=0, wake_at=None, phase=house.state.Phase.DONE, attempts=0)
    assert house.store.commit(before, after, house.state.Rows())
    assert house.store.run(before.key) == after
    house.schedule.wake_later(before.key, START + 5)
    assert list(house.schedule.due_runs("test", START + 10**6)) == []
