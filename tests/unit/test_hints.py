"""Hints worked off on plain values: the truth is read, acted on, and told once."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from sincronia.answers import AnswerUnknownError, OutOfTimeError, Problem, ProblemError
from sincronia.engine import sweeps
from sincronia.engine.flow import Identity, TargetGoneError
from sincronia.engine.hint_worker import HINT_HOURS, PUT_OFF_SECONDS, REST_SECONDS
from sincronia.engine.hints import Cause, Effect, Hint, HintState, Period, StoredHint, merged, requested, waiting
from sincronia.engine.starting import QUEUED_SECONDS
from sincronia.engine.state import OutcomeKind
from tests.hints_in_memory import DAY, ENTITY, HOUR, START, Contract, Place, Provider, counters, vendor_down


class Death(BaseException):
    """The worker is gone."""


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Provider:
    provider = Provider(monkeypatch)
    provider.source.contracts = {"1": Contract("Ana"), "2": Contract("Bia")}
    return provider


def effect_of(stored: StoredHint) -> Effect:
    """What the log says was done."""
    assert stored.effect is not None
    return stored.effect


def test_the_truth_is_read_acted_on_and_told(provider: Provider) -> None:
    stored = provider.told("1")
    assert list(provider.target.places.values()) == [Place("1", "Ana", "OK")]
    assert (stored.state, stored.run_id, stored.at) == (
        HintState.DONE,
        provider.key().run_id,
        "2026-11-18T11:06:40.000Z",
    )
    effect = effect_of(stored)
    assert (effect.kind, effect.label, dict(effect.after)) == ("created", "1 Ana", {"Nome": "Ana", "Situação": "OK"})
    assert (provider.link("1").target_id, provider.link("1").active) == ("p1", True)
    (outcome,) = provider.store.outcomes_of(provider.key().run_id)
    assert (outcome.seq, outcome.kind, outcome.source_id, outcome.label, outcome.target_id, outcome.changed) == (
        stored.hint.id,
        OutcomeKind.CREATED,
        "1",
        "1 Ana",
        "p1",
        ("Nome", "Situação"),
    )


def test_who_has_no_link_is_known_by_the_outcome_and_whoever_has_one_by_that(provider: Provider) -> None:
    provider.kind = replace(provider.kind, known_by=lambda entity, record: (Identity(entity, record),))
    provider.outside = provider.new_outside()
    provider.told("9")  # nobody
    provider.told("1")
    del provider.source.contracts["1"]
    provider.told("1")
    found = provider.store.outcomes_of(provider.key().run_id)
    assert [(one.kind, one.known_by) for one in found] == [
        (OutcomeKind.REJECTED, (Identity(ENTITY, "9"),)),
        (OutcomeKind.CREATED, ()),
        (OutcomeKind.REJECTED, ()),
    ]


def test_what_is_right_is_left_alone_and_told_all_the_same(provider: Provider) -> None:
    provider.told("1")
    writes = provider.target.writes
    assert effect_of(provider.told("1")).kind == OutcomeKind.UNCHANGED
    assert provider.target.writes == writes
    assert counters(provider.day().run) == {"created": 1, "unchanged": 1}


def test_a_hint_that_comes_again_when_it_is_done_asks_nobody(provider: Provider) -> None:
    hint = provider.told("1").hint
    before = dict(provider.store.counts)
    assert provider.work(hint) is None
    assert provider.source.readings == 1
    after = dict(provider.store.counts) | {"hint reads": before["hint reads"]}
    assert after == before, "one look at the log is all"


def test_hints_in_any_order_and_number_leave_what_is_true(provider: Provider) -> None:
    provider.source.contracts = {str(code): Contract(f"C{code}", live=code % 3 > 0) for code in range(12)}
    codes = [str(code % 12) for code in range(40)]
    hints = [provider.hint(code) for code in codes]
    deliveries = [hint for number, hint in enumerate(hints) for _ in range(1 + number % 4)]
    random.Random(7).shuffle(deliveries)
    for hint in deliveries:
        provider.work(hint)
    live = {code: contract for code, contract in provider.source.contracts.items() if contract.live}
    assert sorted(place.code for place in provider.target.places.values()) == sorted(live)
    assert counters(provider.day().run) == {"created": len(live), "unchanged": 40 - len(live)}
    assert provider.day().run.received == 40


def test_before_it_writes_it_writes_down_what_and_keeps_what_goes(provider: Provider) -> None:
    provider.told("1")
    provider.cancel("1")
    hint, seen = provider.hint("1"), list[StoredHint]()
    provider.target.before_write = lambda: seen.append(provider.stored(hint))
    provider.work(hint)
    assert [each.state for each in seen] == [HintState.WORKING] * 2
    assert effect_of(seen[0]).kind == OutcomeKind.REMOVED
    image = f"hints/casa/{hint.id}.json.gz"
    assert seen[0].image == provider.stored(hint).image == image
    assert list(provider.objects.read_lines(image)) == [{"code": "1", "name": "Ana"}]
    assert not provider.link("1").active


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("write", [1, 2])
def test_who_comes_after_a_death_does_what_is_left_and_tells_the_whole(
    provider: Provider, when: str, write: int
) -> None:
    hint = provider.hint("1")
    provider.target.faults[write] = (when, Death())
    with pytest.raises(Death):
        provider.work(hint)
    assert provider.stored(hint).state == HintState.WORKING
    provider.work(hint)
    assert list(provider.target.places.values()) == [Place("1", "Ana", "OK")]
    effect = effect_of(provider.stored(hint))
    assert (effect.kind, effect.action, dict(effect.after)) == (
        OutcomeKind.CREATED,
        "created",
        {"Nome": "Ana", "Situação": "OK"},
    )
    assert provider.link("1").target_id == "p1"
    assert counters(provider.day().run) == {"created": 1}


def test_a_removal_that_died_half_way_is_told_whole_and_counted_once(provider: Provider) -> None:
    provider.told("1")
    provider.cancel("1")
    hint = provider.hint("1")
    provider.target.faults[provider.target.writes + 1] = ("after", Death())
    with pytest.raises(Death):
        provider.work(hint)
    provider.work(hint)
    assert provider.target.places == {}
    effect = effect_of(provider.stored(hint))
    assert (effect.kind, dict(effect.before), effect.freed) == ("removed", {"Nome": "Ana"}, ("porta de 1",))
    assert provider.day().removed == 1
    assert list(provider.objects.read_lines(provider.stored(hint).image)) == [{"code": "1", "name": "Ana"}]


def test_a_write_whose_answer_was_lost_is_told_once_as_what_it_was(provider: Provider) -> None:
    hint = provider.hint("1")
    unknown = AnswerUnknownError(Problem("vendor_unreachable", {"vendor": "Destino", "host": "h"}))
    provider.target.faults[2] = ("after", unknown)
    provider.work(hint)
    waiting = provider.stored(hint)
    assert (waiting.state, waiting.wake_at) == (HintState.WAITING, START + PUT_OFF_SECONDS)
    assert waiting.problem is not None
    provider.now += PUT_OFF_SECONDS
    provider.tick()
    provider.work_all()
    effect = effect_of(provider.stored(hint))
    assert (effect.kind, dict(effect.after)) == ("created", {"Nome": "Ana", "Situação": "OK"})
    assert (provider.target.made, counters(provider.day().run)) == (1, {"created": 1})


def test_where_the_truth_has_another_goal_by_then_only_that_is_told(provider: Provider) -> None:
    provider.told("1")
    provider.cancel("1")
    hint = provider.hint("1")
    provider.target.faults[provider.target.writes + 1] = ("after", Death())
    with pytest.raises(Death):
        provider.work(hint)
    provider.source.contracts["1"] = Contract("Ana")
    provider.work(hint)
    effect = effect_of(provider.stored(hint))
    assert (effect.kind, dict(effect.after), effect.freed) == (OutcomeKind.UPDATED, {"Nome": "Ana"}, ())


def test_what_a_vendor_refused_for_certain_was_not_done(provider: Provider) -> None:
    hint = provider.hint("1")
    provider.target.faults[1] = ("before", vendor_down())
    provider.work(hint)
    assert provider.stored(hint).effect is None
    provider.source.contracts["1"] = Contract("Ana", live=False)
    provider.now += PUT_OFF_SECONDS
    provider.work(hint)
    assert effect_of(provider.stored(hint)).kind == OutcomeKind.UNCHANGED


def test_what_was_done_before_a_vendor_refused_is_told(provider: Provider) -> None:
    hint = provider.hint("1")
    provider.target.faults[2] = ("before", vendor_down())
    provider.work(hint)
    assert effect_of(provider.stored(hint)).kind == OutcomeKind.CREATED
    assert list(provider.target.places.values()) == [Place("1", "Ana")]
    provider.now += PUT_OFF_SECONDS
    provider.work(hint)
    effect = effect_of(provider.stored(hint))
    assert (effect.kind, dict(effect.after)) == (OutcomeKind.CREATED, {"Nome": "Ana", "Situação": "OK"})


def _effect(kind: OutcomeKind, goal: str = "present", **values: object) -> Effect:
    return Effect(kind, goal=goal, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("settled", "now", "kind", "before", "after"),
    [
        (None, _effect(OutcomeKind.UNCHANGED), "unchanged", {}, {}),
        (
            _effect(OutcomeKind.CREATED, after={"a": 1}, action="created"),
            _effect(OutcomeKind.UPDATED, before={"b": 0}, after={"b": 2}),
            "created",
            {"b": 0},
            {"a": 1, "b": 2},
        ),
        (
            _effect(OutcomeKind.UPDATED, before={"a": 0}, after={"a": 1}),
            _effect(OutcomeKind.UPDATED, before={"a": 1}, after={"a": 2}),
            "updated",
            {"a": 0},
            {"a": 2},
        ),
        (
            _effect(OutcomeKind.REMOVED, "absent", before={"a": 1}),
            _effect(OutcomeKind.UNCHANGED, "absent"),
            "removed",
            {"a": 1},
            {},
        ),
        (_effect(OutcomeKind.REMOVED, "absent"), _effect(OutcomeKind.CREATED, after={"a": 1}), "created", {}, {"a": 1}),
        (_effect(OutcomeKind.UPDATED, after={"a": 1}), _effect(OutcomeKind.CREATED), "created", {}, {}),
        (
            _effect(OutcomeKind.UPDATED, after={"a": 1}),
            _effect(OutcomeKind.REJECTED, problem=Problem("x")),
            "rejected",
            {},
            {},
        ),
    ],
)
def test_two_attempts_are_told_as_one(
    settled: Effect | None, now: Effect, kind: str, before: dict[str, int], after: dict[str, int]
) -> None:
    told = merged(settled, now)
    assert (told.kind, dict(told.before), dict(told.after)) == (kind, before, after)
    assert merged(merged(settled, now), now) == told


@pytest.mark.parametrize(("asked", "until"), [(None, PUT_OFF_SECONDS), (700.0, 700.0), (0.0, REST_SECONDS)])
def test_a_vendor_that_is_down_is_waited_for_as_long_as_it_says(
    provider: Provider, asked: float | None, until: float
) -> None:
    provider.source.down = vendor_down(None if asked is None else START + asked)
    hint = provider.hint("1")
    provider.work(hint)
    waiting = provider.stored(hint)
    assert (waiting.state, waiting.wake_at) == (HintState.WAITING, START + until)
    assert waiting.problem is not None
    assert waiting.problem.code == "vendor_down"
    assert provider.queue.messages == []
    provider.now += until - 1
    provider.tick()
    assert provider.queue.messages == []
    provider.source.down = None
    provider.now += 1
    provider.tick()
    provider.work_all()
    assert (provider.stored(hint).state, provider.stored(hint).problem) == (HintState.DONE, None)


def test_a_vendor_that_rests_is_not_called(provider: Provider) -> None:
    provider.source.down = vendor_down(START + 700)
    first, second = provider.hint("1"), provider.hint("2")
    provider.work(first)
    provider.work(second)
    assert provider.source.readings == 1
    assert provider.stored(second).wake_at == START + 700
    assert provider.stored(second).problem == provider.stored(first).problem
    provider.source.down = None
    provider.now = START + 700
    provider.tick()
    provider.work_all()
    assert counters(provider.day().run) == {"created": 2}


def test_what_waited_for_a_day_is_given_up_with_its_cause(provider: Provider) -> None:
    provider.source.down = vendor_down()
    hint = provider.hint("1")
    provider.now += HINT_HOURS * HOUR - 1
    provider.work(hint)
    assert provider.stored(hint).state == HintState.WAITING
    provider.now += PUT_OFF_SECONDS
    provider.work(hint)
    effect = effect_of(provider.stored(hint))
    assert effect.kind == OutcomeKind.FAILED
    assert effect.problem is not None
    assert effect.problem.code == "hint_too_old"
    assert "erro interno (código 503)" in effect.problem.details["cause"]


@pytest.mark.parametrize(
    ("problem", "kind"),
    [
        (Problem("contract_unknown", {"code": "1"}), OutcomeKind.REJECTED),
        (Problem("vendor_answer_malformed", {"vendor": "O", "host": "h", "where": "JSON"}), OutcomeKind.FAILED),
        (Problem("vendor_refused_token", {"vendor": "O", "host": "h"}), OutcomeKind.FAILED),
    ],
    ids=["after correction", "next run", "stop"],
)
def test_what_waiting_does_not_mend_comes_to_its_end(provider: Provider, problem: Problem, kind: OutcomeKind) -> None:
    provider.source.stops[1] = ProblemError(problem)
    effect = effect_of(provider.told("1"))
    assert (effect.kind, effect.problem) == (kind, problem)
    assert effect_of(provider.told("1")).kind == OutcomeKind.CREATED, "the next hint is another story"


def test_a_connection_that_is_disabled_costs_no_call(provider: Provider) -> None:
    provider.connect(enabled=False)
    effect = effect_of(provider.told("1"))
    assert (effect.kind, effect.problem) == (OutcomeKind.FAILED, Problem("connection_missing"))
    assert provider.source.readings == 0


@pytest.mark.parametrize("gone", ["erased", "on its way out"])
def test_of_a_connection_that_goes_nothing_is_written_any_more(provider: Provider, gone: str) -> None:
    if gone == "erased":
        provider.store.connections.clear()
    else:
        provider.store.deleting.add("casa")
    assert provider.work(provider.hint("1", event_id="e1")) is None
    assert provider.work(provider.sweep_hint("conferir")) is None
    assert (provider.store.hints, provider.store.events, provider.store.runs) == ({}, {}, {})
    assert provider.source.readings == 0


def test_who_saw_the_connection_before_it_was_marked_tells_nothing(provider: Provider) -> None:
    hint = provider.hint("1")
    provider.target.before_write = lambda: provider.store.deleting.add("casa")
    assert provider.work(hint) is None
    assert provider.stored(hint).state == HintState.WORKING
    assert (provider.store.runs, provider.store.notifications) == ({}, {})


def test_a_removal_opens_no_day_of_a_connection_that_goes(provider: Provider) -> None:
    provider.told("1")
    provider.cancel("1")
    provider.store.runs.clear()
    links = provider.store.link

    def then_it_is_marked(connection: str, entity: str, source_id: str) -> object:
        provider.store.deleting.add("casa")
        return links(connection, entity, source_id)

    provider.monkeypatch.setattr(provider.store, "link", then_it_is_marked)
    assert provider.work(provider.hint("1")) is None
    assert provider.target.places["p1"].name == "Ana"


def test_an_event_is_acted_on_once(provider: Provider) -> None:
    first = provider.hint("1", event_id="e1")
    provider.work(first)
    again = provider.hint("1", event_id="e1")
    assert provider.work(again) is None
    assert ("casa", again.id) not in provider.store.hints
    assert provider.day().run.received == 1


def test_an_event_whose_worker_died_is_still_its_own(provider: Provider) -> None:
    hint = provider.hint("1", event_id="e1")
    provider.source.stops[1] = Death()
    with pytest.raises(Death):
        provider.work(hint)
    assert provider.work(hint) is not None
    assert effect_of(provider.stored(hint)).kind == OutcomeKind.CREATED


def test_another_body_under_a_known_event_is_rejected_once(provider: Provider) -> None:
    provider.work(provider.hint("1", event_id="e1"))
    forged = provider.hint("2", event_id="e1", body_hash="other")
    provider.work(forged)
    provider.work(forged)
    effect = effect_of(provider.stored(forged))
    assert (effect.kind, effect.problem) == (OutcomeKind.REJECTED, Problem("event_reused", {"event": "e1"}))
    assert provider.source.readings == 1
    assert counters(provider.day().run) == {"created": 1, "rejected": 1}


def test_a_record_that_goes_while_it_is_written_is_looked_at_again(provider: Provider) -> None:
    provider.on_the_map("1")
    provider.source.contracts["1"] = Contract("Ana Maria")
    provider.target.faults[provider.target.writes + 1] = ("before", TargetGoneError())
    assert effect_of(provider.told("1")).kind == OutcomeKind.UPDATED


def test_a_record_that_never_stands_still_fails(provider: Provider) -> None:
    provider.on_the_map("1")
    provider.source.contracts["1"] = Contract("Ana Maria")
    for write in range(1, 4):
        provider.target.faults[provider.target.writes + write] = ("before", TargetGoneError())
    effect = effect_of(provider.told("1"))
    assert (effect.kind, effect.problem) == (OutcomeKind.FAILED, Problem("target_moving"))
    assert dict(effect.after) == {}, "nothing was done"


def test_time_that_is_up_queues_the_hint_at_once(provider: Provider) -> None:
    hint = provider.hint("1")
    provider.source.stops[1] = OutOfTimeError()
    provider.work(hint)
    assert provider.stored(hint).wake_at == START
    assert provider.queue.messages == [hint]
    provider.tick()
    assert provider.queue.messages == [hint], "the tick means the same turn"
    provider.work_all()
    assert provider.stored(hint).state == HintState.DONE


def test_a_record_that_no_attempt_has_time_for_is_given_up_after_a_day(provider: Provider) -> None:
    hint = provider.hint("1")
    provider.source.stops |= dict.fromkeys(range(1, 6), OutOfTimeError())
    for seconds in (0, HINT_HOURS * HOUR - 1):
        provider.now += seconds
        provider.work(hint)
        assert provider.stored(hint).state == HintState.WAITING
    provider.now += 2
    provider.work(hint)
    effect = effect_of(provider.stored(hint))
    assert effect.kind == OutcomeKind.FAILED
    assert effect.problem is not None
    assert (effect.problem.code, "em 240 segundos" in effect.problem.details["cause"]) == ("hint_too_old", True)


def test_who_is_out_of_time_and_was_overtaken_says_nothing(provider: Provider) -> None:
    hint = provider.hint("1")
    provider.source.stops[1] = OutOfTimeError()
    read = provider.source.read

    def overtaken(code: str) -> Contract:
        if provider.source.readings == 0:
            provider.monkeypatch.setattr(provider.source, "read", read)
            provider.source.readings = 1
            provider.work(hint)
            raise OutOfTimeError
        return read(code)

    provider.monkeypatch.setattr(provider.source, "read", overtaken)
    assert provider.work(hint) is None
    assert provider.stored(hint).state == HintState.DONE
    assert provider.queue.messages == []


def test_a_zombie_tells_nothing_twice(provider: Provider) -> None:
    hint, beside = provider.hint("1"), list[StoredHint | None]()

    def another_worker() -> None:
        provider.target.before_write = lambda: None
        beside.append(provider.work(hint))

    provider.target.before_write = another_worker
    provider.work(hint)
    assert len(beside) == 1
    assert provider.day().run.received == 1
    assert len(provider.store.outcomes_of(provider.key().run_id)) == 1


def test_what_the_record_was_known_by_is_forgotten(provider: Provider) -> None:
    provider.told("1")
    provider.source.contracts["1"] = Contract("Ana Maria")
    provider.told("1")
    known_by = {identity for identity, *_ in provider.store.identities}
    assert known_by == {Identity("login", "ana maria")}


# Sweeps


def test_a_sweep_is_due_made_once_and_queues_what_differs(provider: Provider) -> None:
    provider.told("1")
    provider.source.contracts |= {"1": Contract("Ana", "ERROR"), "3": Contract("Caio")}
    provider.schedule_sweep()
    provider.now = START + 600
    assert provider.tick().started == 1
    assert provider.tick().started == 0
    (sweep,) = provider.queue.messages
    assert (sweep.entity, sweep.record, sweep.cause) == ("conferir", "", Cause.SCHEDULE)
    provider.work_all()
    assert {place.code: place.status for place in provider.target.places.values()} == {
        "1": "ERROR",
        "2": "OK",
        "3": "OK",
    }
    told = provider.stored(sweep)
    assert (told.state, told.compared, told.queued) == (HintState.DONE, 3, 3)
    assert dict(effect_of(told).after) == {"Conferidos": 3, "Avisos": 3}
    assert provider.day().run.received == 4, "sweeps are not counted, what they queue is"
    causes = {
        stored.hint.cause for stored in provider.store.hints.values() if stored.hint.record and stored.hint.record > "1"
    }
    assert causes == {Cause.RECONCILE}


def test_two_ticks_at_once_make_one_sweep(provider: Provider) -> None:
    provider.schedule_sweep()
    provider.now = START + 600
    (flow,) = provider.store.due_flows("test", provider.now)
    provider.tick()
    provider.monkeypatch.setattr(provider.store, "due_flows", lambda *_: iter([flow]))
    assert provider.tick().started == 0
    assert len(provider.queue.messages) == 1
    assert provider.store.flows["casa", "conferir"].wake_at == START + 1200


def test_a_sweep_that_was_made_and_not_queued_is_queued_by_the_tick(provider: Provider) -> None:
    provider.schedule_sweep()
    provider.now = START + 600
    provider.tick()
    provider.queue.messages.clear()
    provider.now += 119
    assert provider.tick().queued == 0
    provider.now += 1
    assert provider.tick().queued == 1
    provider.work_all()
    assert provider.target.made == 2


def test_while_a_sweep_is_at_work_no_other_is_made(provider: Provider) -> None:
    provider.schedule_sweep()
    provider.now = START + 600
    provider.tick()
    (sweep,) = provider.queue.messages
    provider.stretch = 1
    provider.source.stops[2] = Death()
    with pytest.raises(Death):
        provider.work_all()
    provider.now += 600
    assert (provider.tick().started, provider.tick().passed_over) == (0, 0)
    assert provider.store.flows["casa", "conferir"].wake_at == START + 1800
    provider.now += 3600
    assert provider.tick().started == 1, "a sweep whose message is lost stops no other for ever"
    assert provider.store.flows["casa", "conferir"].active_run != sweep.id


def test_a_sweep_goes_on_where_it_was_left(provider: Provider) -> None:
    provider.source.contracts = {str(code): Contract(f"C{code}") for code in range(6)}
    sweep = provider.sweep_hint("conferir")
    provider.source.stops[4] = Death()
    with pytest.raises(Death):
        provider.work(sweep)
    left = provider.stored(sweep)
    assert (left.state, dict(left.position), left.compared, left.queued) == (HintState.WORKING, {"at": 2}, 2, 2)
    before = provider.source.readings
    provider.work(sweep)
    assert provider.source.readings == before + 4
    told = provider.stored(sweep)
    assert (told.state, told.compared, told.queued) == (HintState.DONE, 6, 6)
    assert len(provider.queue.messages) == 6


def test_a_sweep_at_its_deadline_is_queued_from_its_position(provider: Provider) -> None:
    provider.source.contracts = {str(code): Contract(f"C{code}") for code in range(6)}
    sweep = provider.sweep_hint("conferir")
    read = provider.source.read

    def slow(code: str) -> Contract:
        provider.now += 130
        return read(code)

    provider.monkeypatch.setattr(provider.source, "read", slow)
    provider.work(sweep)
    assert (provider.stored(sweep).state, dict(provider.stored(sweep).position)) == (HintState.WAITING, {"at": 2})
    assert provider.queue.messages[-1] == sweep
    provider.monkeypatch.setattr(provider.source, "read", read)
    provider.work_all()
    assert (provider.stored(sweep).compared, provider.target.made) == (6, 6)


def test_a_sweep_that_is_repeated_queues_the_same_hints(provider: Provider) -> None:
    sweep = provider.sweep_hint("conferir")
    keep = provider.store.keep

    def dies(stored: StoredHint) -> bool:
        provider.monkeypatch.setattr(provider.store, "keep", keep)
        raise Death

    provider.monkeypatch.setattr(provider.store, "keep", dies)
    with pytest.raises(Death):
        provider.work(sweep)
    queued = list(provider.queue.messages)
    provider.queue.sent.clear()  # more than five minutes later
    provider.work(sweep)
    assert provider.queue.messages == queued * 2
    provider.work_all()
    assert provider.day().run.received == 2


def test_a_vendor_that_is_down_puts_a_sweep_off(provider: Provider) -> None:
    sweep = provider.sweep_hint("conferir")
    provider.source.down = vendor_down()
    provider.work(sweep)
    assert (provider.stored(sweep).state, provider.stored(sweep).wake_at) == (
        HintState.WAITING,
        START + PUT_OFF_SECONDS,
    )
    provider.source.down = None
    provider.now += PUT_OFF_SECONDS
    provider.tick()
    provider.work_all()
    assert provider.target.made == 2


def _asked(provider: Provider, name: str) -> Hint:
    provider.now += 60
    return provider.sweep_hint(name, period=Period(START, provider.now), by="ana")


def test_a_period_is_looked_at_again(provider: Provider) -> None:
    early = provider.told("1")
    provider.told("9")
    provider.now += DAY
    provider.told("2")
    sweep = provider.sweep_hint(sweeps.REPLAY, period=Period(START, START + HOUR), by="ana")
    provider.source.contracts["1"] = Contract("Ana", "ERROR")
    provider.work(sweep)
    assert [(hint.record, hint.cause, hint.by) for hint in provider.queue.messages] == [
        ("1", Cause.REPLAY, "ana"),
        ("9", Cause.REPLAY, "ana"),
    ]
    provider.work_all()
    assert provider.target.places["p1"].status == "ERROR"
    assert provider.stored(early.hint) == early


def test_of_a_period_what_failed_is_tried_again(provider: Provider) -> None:
    provider.told("1")
    assert effect_of(provider.told("9")).kind == OutcomeKind.REJECTED
    provider.source.contracts["9"] = Contract("Iva")
    provider.work(_asked(provider, sweeps.RETRY))
    assert [(hint.record, hint.cause) for hint in provider.queue.messages] == [("9", Cause.RETRY)]
    provider.work_all()
    assert counters(provider.day().run) == {"created": 2, "rejected": 1}


def test_of_a_record_that_is_something_else_link_and_outcome_are_that_s(provider: Provider) -> None:
    provider.work(replace(provider.hint("1"), entity="client"))
    assert set(provider.store.link_rows) == {("casa", "client")}
    (outcome,) = provider.store.outcomes_of(provider.key().run_id)
    assert (outcome.entity, outcome.source_id) == ("client", "1")


def test_what_is_repeated_of_a_period_stays_what_it_is_about(provider: Provider) -> None:
    provider.work(replace(provider.hint("1", body_hash="one"), entity="client"))
    for body in ("one", "two", "one"):
        provider.work(provider.hint("1", body_hash=body))
    provider.work(_asked(provider, sweeps.REPLAY))
    assert [(hint.entity, hint.record, hint.body_hash) for hint in provider.queue.messages] == [
        ("client", "1", ""),
        (ENTITY, "1", ""),
    ]


def test_where_bodies_are_kept_each_is_repeated_once(provider: Provider) -> None:
    provider.outside = replace(provider.outside, kind=replace(provider.kind, keeps_bodies=True))
    for body in ("one", "two", "one"):
        provider.work(provider.hint("1", body_hash=body))
    sweep = _asked(provider, sweeps.REPLAY)
    provider.work(sweep)
    assert [(hint.record, hint.body_hash) for hint in provider.queue.messages] == [("1", "one"), ("1", "two")]
    assert provider.stored(sweep).queued == 2
    assert len({hint.id for hint in provider.queue.messages}) == 2


def test_what_is_asked_for_here_waits_until_its_message_comes_or_the_tick(provider: Provider) -> None:
    kept = waiting(requested("casa", ENTITY, "1", "ana"))
    assert provider.store.keep(kept)  # as an integration does in its own transaction, and dies before it is queued
    assert (kept.state, kept.hint.cause, kept.hint.by) == (HintState.WAITING, Cause.REQUEST, "ana")
    assert provider.tick().queued == 0
    provider.now += QUEUED_SECONDS
    assert provider.tick().queued == 1
    provider.work_all()
    assert provider.stored(kept.hint).state == HintState.DONE
    assert provider.target.places["p1"].name == "Ana"


def test_no_two_requests_are_one(provider: Provider) -> None:
    assert requested("casa", ENTITY, "1", "ana").id != requested("casa", ENTITY, "1", "ana").id


def test_a_long_period_is_gone_through_in_stretches(provider: Provider) -> None:
    provider.source.contracts = {str(code): Contract(f"C{code}") for code in range(130)}
    for code in provider.source.contracts:
        provider.told(code)
    sweep = _asked(provider, sweeps.REPLAY)
    keep, stretches = provider.store.keep, list[int]()

    def dies(stored: StoredHint) -> bool:
        stretches.append(stored.queued)
        kept = keep(stored)
        if len(stretches) == 1:
            raise Death
        return kept

    provider.monkeypatch.setattr(provider.store, "keep", dies)
    with pytest.raises(Death):
        provider.work(sweep)
    assert provider.stored(sweep).queued == 100
    provider.work(sweep)
    assert stretches == [100, 130]
    assert provider.stored(sweep).compared == 130
    assert sorted(hint.record for hint in provider.queue.messages) == sorted(provider.source.contracts)


def test_a_tick_wakes_what_waits_once_in_two_minutes(provider: Provider) -> None:
    provider.source.down = vendor_down()
    hint = provider.hint("1")
    provider.work(hint)
    provider.now += PUT_OFF_SECONDS
    assert (provider.tick().queued, provider.tick().queued) == (1, 0)
    provider.queue.messages.clear()  # the message is lost
    provider.now += 120
    assert provider.tick().queued == 1
    assert provider.queue.messages == [hint]


def test_other_runs_that_are_due_go_to_their_queue(provider: Provider) -> None:
    provider.told("1")
    deletion = replace(provider.day().run, flow="excluir_conexao", wake_at=START)
    provider.store.runs[deletion.key] = deletion
    provider.tick()
    assert provider.runs.messages == [deletion.key]
    assert provider.store.runs[deletion.key].wake_at == START + 120
