"""The day's run on plain values: what it counts, what its brake holds, what a person decides, when it ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from sincronia import clock
from sincronia.answers import Problem
from sincronia.engine import days
from sincronia.engine.flow import Limit
from sincronia.engine.hint_worker import PUT_OFF_SECONDS
from sincronia.engine.hints import Decision, Hint, HintState
from sincronia.engine.state import Notification, Phase, Result, Run
from tests.hints_in_memory import DAY, HOUR, START, Contract, Provider, conserved, counters, vendor_down


class Death(BaseException):
    """The worker is gone."""


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Provider:
    return Provider(monkeypatch)


def small(provider: Provider, number: int = 14) -> list[str]:
    """Contracts on the map of a small provider, all of them cancelled now."""
    codes = [f"{code:02}" for code in range(number)]
    provider.on_the_map(*codes)
    provider.cancel(*codes)
    return codes


def states(provider: Provider, hints: list[Hint]) -> list[str]:
    """Where hints stand, or what became of them."""
    stored = map(provider.stored, hints)
    return [each.effect.kind if each.state == HintState.DONE and each.effect else each.state for each in stored]


def at(text: str) -> float:
    """A moment of São Paulo in seconds since 1970."""
    return datetime.fromisoformat(text).replace(tzinfo=clock.SAO_PAULO).timestamp()


# The brake


def test_ten_removals_go_and_the_eleventh_of_a_small_provider_waits(provider: Provider) -> None:
    hints = [provider.told(code).hint for code in small(provider)]
    assert states(provider, hints) == ["removed"] * 10 + ["held"] * 4
    assert len(provider.target.places) == 4
    day = provider.day()
    assert (day.run.phase, day.run.wake_at, day.removed, day.links) == (Phase.BRAKE, None, 10, 14)
    assert day.held == {hint.id for hint in hints[10:]}
    assert day.run.received == 24, "what is held has not come to its end"
    notification = provider.notification(day.run)
    assert notification.state == "Pendente"
    assert notification.text == (
        "Em “Contratos do dia”, 10 dos 14 cadastros já foram retirados hoje, e mais 4 esperam "
        "(10 Cliente 10, 11 Cliente 11, 12 Cliente 12 e mais 1); nada destes foi alterado. "
        "Confira se eles foram mesmo encerrados na origem e aprove ou rejeite a retirada."
    )


def test_the_first_that_is_held_is_named_at_once(provider: Provider) -> None:
    for code in small(provider)[:11]:
        provider.told(code)
    (problem,) = provider.day().run.brakes
    assert problem == Problem(
        "brake_removals",
        {"lane": "Contratos do dia", "removed": "10", "links": "14", "number": "1", "names": "10 Cliente 10"},
    )


def test_a_fifth_of_a_large_provider_goes_in_a_day(provider: Provider) -> None:
    hints = [provider.told(code).hint for code in small(provider, 60)]
    assert states(provider, hints) == ["removed"] * 12 + ["held"] * 48
    assert provider.store.counts["links counted"] == 1


@pytest.mark.parametrize(("links", "allowed"), [(0, 10), (49, 10), (54, 10), (55, 11), (100, 20), (1000, 200)])
def test_a_day_s_allowance_is_the_larger_of_number_and_share(links: int, allowed: int) -> None:
    assert days.allowance(Limit(percent=20, number=10), links) == allowed


def test_a_record_counts_once_a_day_however_often_it_goes(provider: Provider) -> None:
    (code,) = small(provider, 1)
    for _ in range(12):
        assert provider.told(code).state == HintState.DONE
        provider.source.contracts[code] = Contract("De Volta")
        provider.told(code)
        provider.cancel(code)
    assert provider.day().removed == 1


def test_a_change_of_status_is_no_removal(provider: Provider) -> None:
    codes = [str(code) for code in range(30)]
    provider.on_the_map(*codes)
    provider.source.contracts = {code: Contract(f"Cliente {code}", "ERROR") for code in codes}
    assert states(provider, [provider.told(code).hint for code in codes]) == ["updated"] * 30
    assert provider.day().removed == 0


def test_the_next_day_has_its_own_allowance(provider: Provider) -> None:
    codes = small(provider)
    hints = [provider.told(code).hint for code in codes[:11]]
    provider.now += DAY
    hints += [provider.told(code).hint for code in codes[11:]]
    assert states(provider, hints) == ["removed"] * 10 + ["held"] + ["removed"] * 3


def test_what_is_held_waits_however_often_its_message_comes(provider: Provider) -> None:
    held = [provider.told(code).hint for code in small(provider)][-1]
    readings = provider.source.readings
    assert provider.work(held) is None
    provider.now += 2 * HOUR
    provider.tick()
    assert (provider.source.readings, provider.queue.messages) == (readings, [])


def test_a_removal_that_died_goes_on_although_the_day_is_full(provider: Provider) -> None:
    codes = small(provider)
    first = provider.hint(codes[0])
    provider.target.faults[provider.target.writes + 1] = ("after", Death())
    with pytest.raises(Death):
        provider.work(first)
    hints = [provider.told(code).hint for code in codes[1:]]
    assert states(provider, hints) == ["removed"] * 9 + ["held"] * 4
    provider.work(first)
    assert states(provider, [first]) == ["removed"]


# What a person decides


def test_a_record_that_is_held_is_not_held_again(provider: Provider) -> None:
    first = [provider.told(code).hint for code in small(provider)][-1]
    key, held = provider.key(), provider.day().held

    again = provider.told(first.record)
    assert again.effect
    assert (states(provider, [again.hint]), again.effect.action) == (["skipped"], "")
    assert again.effect.problem == Problem("removal_held_before", {"hint": first.id})
    assert provider.day().held == held
    link = provider.link(first.record)
    assert (link.held, link.active, link.seen is None) == (first.id, True, False), "seen, and nothing came of it"
    provider.now += DAY
    assert states(provider, [provider.told(first.record).hint]) == ["skipped"], "nor taken away on another day"
    provider.decide(key, Decision.REJECTED)
    provider.work_all()
    assert states(provider, [first, provider.told(first.record).hint]) == ["skipped", "removed"]


def _held(provider: Provider) -> list[Hint]:
    return [provider.told(code).hint for code in small(provider)][10:]


def test_what_is_approved_goes_on_and_the_day_goes_on_with_it(provider: Provider) -> None:
    held = _held(provider)
    sweep = provider.decide(provider.key(), Decision.APPROVED)
    assert (provider.day().run.phase, provider.day().run.decided_by) == (Phase.APPLY, "ana")
    provider.work_all()
    assert states(provider, held) == ["removed"] * 4
    assert provider.target.places == {}
    assert (provider.day().held, provider.stored(sweep).queued) == (frozenset(), 4)
    assert [provider.stored(hint).hint.by for hint in held] == ["ana"] * 4
    assert counters(provider.day().run) == {"created": 14, "removed": 14}
    provider.on_the_map("50")
    provider.cancel("50")
    assert states(provider, [provider.told("50").hint]) == ["removed"], "the day is let through"


def test_what_is_rejected_stays_and_the_log_says_who_said_so(provider: Provider) -> None:
    held = _held(provider)
    provider.decide(provider.key(), Decision.REJECTED)
    readings = provider.source.readings
    provider.work_all()
    assert states(provider, held) == ["skipped"] * 4
    assert (len(provider.target.places), provider.source.readings) == (4, readings)
    effect = provider.stored(held[0]).effect
    assert effect is not None
    assert (effect.problem, effect.label, effect.freed) == (
        Problem("removal_rejected", {"by": "ana"}),
        "10 Cliente 10",
        (),
    )
    assert states(provider, [provider.told("10").hint]) == ["held"], "nobody let the day through"


def test_what_was_held_after_the_decision_stays_held(provider: Provider) -> None:
    held = _held(provider)
    sweep = provider.decide(provider.key(), Decision.REJECTED)
    provider.now += 1
    provider.on_the_map("50")
    provider.cancel("50")
    late = provider.told("50").hint
    provider.work_all()
    assert states(provider, [*held, late]) == ["skipped"] * 4 + ["held"]
    day = provider.day()
    assert (day.run.phase, day.held, provider.stored(sweep).queued) == (Phase.BRAKE, frozenset({late.id}), 4)
    provider.decide(provider.key(), Decision.APPROVED)
    provider.work_all()
    assert states(provider, [late]) == ["removed"]


def test_what_the_truth_has_overtaken_is_not_removed_by_an_approval(provider: Provider) -> None:
    held = _held(provider)
    provider.source.contracts["10"] = Contract("Cliente 10")
    provider.decide(provider.key(), Decision.APPROVED)
    provider.work_all()
    assert states(provider, held) == ["unchanged"] + ["removed"] * 3


@pytest.mark.parametrize("decision", list(Decision))
def test_a_decision_that_died_half_way_is_carried_on_and_the_day_forgets_all(
    provider: Provider, decision: Decision
) -> None:
    held = _held(provider)
    sweep = provider.decide(provider.key(), decision)
    provider.queue.messages.clear()
    send = provider.queue.send

    def dies(hint: Hint, turn: str = "") -> None:
        if len(provider.queue.messages) == 2:
            raise Death
        send(hint, turn)

    provider.monkeypatch.setattr(provider.queue, "send", dies)
    with pytest.raises(Death):
        provider.work(sweep)
    provider.monkeypatch.setattr(provider.queue, "send", send)
    provider.work_all()
    assert states(provider, held).count("held") == 2
    provider.work(sweep)
    provider.work_all()
    assert "held" not in states(provider, held)
    assert (provider.day().held, provider.stored(sweep).state) == (frozenset(), HintState.DONE)


def test_a_decision_is_carried_out_by_the_tick_where_its_message_is_lost(provider: Provider) -> None:
    held = _held(provider)
    provider.decide(provider.key(), Decision.APPROVED)
    provider.queue.messages.clear()
    provider.now += 121
    provider.tick()
    provider.work_all()
    assert states(provider, held) == ["removed"] * 4


def test_a_decision_needs_no_vendor_and_no_enabled_connection(provider: Provider) -> None:
    held = _held(provider)
    provider.connect(enabled=False)
    provider.decide(provider.key(), Decision.APPROVED)
    provider.work_all()
    assert states(provider, held) == ["failed"] * 4
    problem = provider.stored(held[0]).effect
    assert problem is not None
    assert problem.problem == Problem("connection_missing")
    assert provider.day().held == frozenset()


def test_who_is_approved_after_days_still_waits_for_a_vendor(provider: Provider) -> None:
    held, key = _held(provider), provider.key()
    provider.now += 3 * DAY
    provider.decide(key, Decision.APPROVED)
    provider.source.down = vendor_down()
    provider.work_all()
    waiting = provider.stored(held[0])
    assert (waiting.state, waiting.hint.decision) == (HintState.WAITING, Decision.APPROVED)
    assert provider.work(replace(held[0], decision=None)) is not None
    assert provider.stored(held[0]).hint.decision == Decision.APPROVED, "a message from before the decision"
    provider.source.down = None
    provider.now += PUT_OFF_SECONDS
    provider.tick()
    provider.work_all()
    assert states(provider, held) == ["removed"] * 4


def test_a_removal_that_meets_an_approval_is_not_held(provider: Provider) -> None:
    codes = small(provider)
    for code in codes[:11]:
        provider.told(code)
    claim, refused = provider.store.claim_removal, list[str]()

    def then_somebody_approves(key: object, record: str, allowed: int) -> bool:
        claimed = claim(key, record, allowed)  # type: ignore[arg-type]
        refused.append(record)
        if not claimed and len(refused) == 2:
            provider.decide(provider.key(), Decision.APPROVED)
        return claimed

    provider.monkeypatch.setattr(provider.store, "claim_removal", then_somebody_approves)
    assert states(provider, [provider.told(codes[11]).hint]) == ["removed"]
    assert provider.day().run.phase == Phase.APPLY


# The day


def test_the_first_end_opens_the_day_and_all_of_it_counts(provider: Provider) -> None:
    provider.source.contracts = {"1": Contract("Ana"), "2": Contract("Bia", live=False)}
    opened = list[Run]()
    open_day = provider.store.open_day

    def counting(run: Run, notification: Notification) -> bool:
        opened.append(run)
        return open_day(run, notification)

    provider.monkeypatch.setattr(provider.store, "open_day", counting)
    for code in ("1", "2", "1", "9"):
        provider.told(code)
        assert conserved(provider.day().run)
    run = provider.day().run
    assert len(opened) == 1
    assert (run.flow, run.trigger, run.phase, run.received) == ("contratos_do_dia", "webhook", Phase.APPLY, 4)
    assert counters(run) == {"created": 1, "unchanged": 2, "rejected": 1}
    assert clock.iso(run.started_at) == "2026-11-18T03:00:00.000Z"
    notification = provider.notification(run)
    assert (notification.title, notification.state) == ("Contratos do dia: 18/11/2026", "Pendente")
    assert provider.told("1").run_id == run.key.run_id


@pytest.mark.parametrize(
    ("last", "first"),
    [
        ("2026-11-18T23:59:59.999", "2026-11-19T00:00:00"),
        ("2026-11-30T23:59:59.999", "2026-12-01T00:00:00"),
        ("2026-12-31T23:59:59.999", "2027-01-01T00:00:00"),
        ("2028-02-28T23:59:59.999", "2028-02-29T00:00:00"),
    ],
)
def test_a_day_ends_with_the_first_tick_after_midnight(provider: Provider, last: str, first: str) -> None:
    provider.source.contracts = {"1": Contract("Ana")}
    provider.now = at(last)
    provider.told("1")
    key = provider.key()
    provider.tick()
    assert provider.day(key).run.phase == Phase.APPLY
    provider.now = at(first)
    provider.told("1")
    assert provider.key() != key
    provider.tick()
    provider.tick()
    run = provider.day(key).run
    assert (run.phase, run.result, run.wake_at, run.concluded_at) == (Phase.DONE, Result.SUCCESS, None, provider.now)
    assert (counters(run), counters(provider.day().run)) == ({"created": 1}, {"unchanged": 1})
    notification = provider.notification(run)
    assert (notification.state, notification.text) == ("Concluído", "1 conferido: 1 criado.")
    assert provider.runs.messages == []
    month = clock.month(run.started_at)
    begin, end = clock.month_bounds(month)
    assert month == last[:7]
    assert begin <= key.run_id < end, "the list of its month has it"


def test_a_day_with_something_left_over_ends_in_part(provider: Provider) -> None:
    provider.told("9")
    key = provider.key()
    provider.now += DAY
    provider.tick()
    run = provider.day(key).run
    assert (run.result, counters(run)) == (Result.PARTIAL, {"rejected": 1})
    assert provider.notification(run).text == "1 conferido: 1 precisa de correção."


def test_a_day_that_holds_something_ends_only_after_the_decision(provider: Provider) -> None:
    _held(provider)
    key = provider.key()
    for _ in range(3):
        provider.now += DAY
        provider.tick()
        assert provider.day(key).run.phase == Phase.BRAKE
    provider.decide(key, Decision.APPROVED)
    provider.tick()
    assert provider.day(key).run.phase == Phase.DONE
    provider.work_all()
    assert provider.day(key).run.received == 24
    assert counters(provider.day().run) == {"removed": 4}, "they came to their end today"
    assert provider.target.places == {}


def test_a_day_that_was_decided_on_before_its_midnight_ends_after_it(provider: Provider) -> None:
    _held(provider)
    key = provider.key()
    provider.decide(key, Decision.APPROVED)
    provider.tick()
    assert provider.day(key).run.phase == Phase.APPLY
    provider.work_all()
    provider.now = days.midnights(provider.now)[1]
    provider.tick()
    assert (provider.day(key).run.phase, provider.day(key).run.received) == (Phase.DONE, 28)


def test_who_meets_the_end_of_the_day_is_counted_in_the_next(provider: Provider) -> None:
    provider.source.contracts = {"1": Contract("Ana")}
    provider.now = at("2026-11-18T23:59:59.500")
    provider.told("1")
    first, conclude = provider.key(), provider.store.conclude

    def after_midnight(*ended: object) -> object:
        if provider.now < at("2026-11-19T00:00:00"):
            provider.now = at("2026-11-19T00:00:00")
            provider.tick()
        return conclude(*ended)  # type: ignore[arg-type]

    provider.monkeypatch.setattr(provider.store, "conclude", after_midnight)
    stored = provider.told("1")
    assert provider.day(first).run.phase == Phase.DONE
    assert (provider.day(first).run.received, counters(provider.day().run)) == (1, {"unchanged": 1})
    assert stored.run_id == provider.key().run_id != first.run_id


def test_a_day_in_which_something_ended_meanwhile_is_closed_by_the_next_tick(provider: Provider) -> None:
    provider.source.contracts = {"1": Contract("Ana")}
    provider.told("1")
    key, close = provider.key(), provider.store.close_day
    provider.now = days.midnights(START)[1]

    def too_late(before: days.Day, after: Run, notification: Notification) -> bool:
        provider.monkeypatch.setattr(provider.store, "close_day", close)
        provider.now -= 1  # another worker's last moment of the day
        provider.told("1")
        provider.now += 1
        return close(before, after, notification)

    provider.monkeypatch.setattr(provider.store, "close_day", too_late)
    provider.tick()
    assert provider.day(key).run.phase == Phase.APPLY
    provider.tick()
    assert (provider.day(key).run.phase, provider.day(key).run.received) == (Phase.DONE, 2)


def test_a_day_of_a_sweep_alone_is_none(provider: Provider) -> None:
    provider.work(provider.sweep_hint("conferir"))
    assert provider.store.runs == {}


def test_what_is_held_says_so_in_the_words_of_the_kind(provider: Provider) -> None:
    run = days.opened(provider.key(), provider.kind, START)
    day = days.Day(run, 10, frozenset({"a", "b"}), None, approved=False)
    assert days.held_problem(provider.kind, day, ["Ana"]).details["names"] == "Ana e mais 1"
