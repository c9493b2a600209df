"""A day's receipt: what its runs come to, on plain values."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.receipt_rules import period_of, receipts, told
from sincronia.engine.state import Mode, OutcomeKind, Phase, Result, Run, RunKey, ScheduledFlow, Tally

START = 1795424400.0
SCHEDULED = ScheduledFlow("escritorio", "zen", "usuarios", "Usuários", {}, 60, START, "")


def run(number: int = 0, name: str = "usuarios", received: int | None = None, **more: Any) -> Run:
    """A run that has ended; what of `received` nothing was done to is still before its cursor."""
    counted = {kind: more.pop(kind.value) for kind in OutcomeKind if kind.value in more}
    done = sum(counted.values())
    received = done if received is None else received
    acted = done - counted.get(OutcomeKind.UNCHANGED, 0)
    fields = {"phase": Phase.DONE, "result": Result.SUCCESS, **more}
    return Run(
        RunKey("escritorio", f"{number}"),
        "zen",
        name,
        "schedule",
        {},
        "escritorio",
        started_at=START + number * 60,
        tallies={"usuario": Tally(received, received - counted.get(OutcomeKind.UNCHANGED, 0), counted)},
        position=acted,
        **fields,
    )


def test_a_run_is_told_as_people_ask_for_it() -> None:
    (receipt,) = receipts([SCHEDULED], [run(unchanged=203, updated=9, rejected=2)])

    assert told([receipt]) == "214 conferidos, 9 atualizados, 2 esperam você."
    assert (receipt.received, receipt.checked, receipt.to_correct) == (214, 214, 2)


@pytest.mark.parametrize(
    ("counted", "sentence"),
    [
        ({"unchanged": 1}, "1 conferido, nada a mudar."),
        ({"created": 1, "removed": 1, "rejected": 1}, "3 conferidos, 1 criado, 1 removido, 1 espera você."),
        ({"unchanged": 61_632, "failed": 2}, "61.634 conferidos, 2 não enviados."),
    ],
)
def test_words_agree_with_numbers(counted: dict[str, Any], sentence: str) -> None:
    assert told(receipts([SCHEDULED], [run(**counted)])) == sentence


def test_of_a_flow_that_reads_all_again_what_happened_adds_up_and_what_stands_is_the_last_run_s() -> None:
    runs = [run(0, created=5, rejected=3), run(1, unchanged=6, updated=1, rejected=2), run(2, unchanged=8, rejected=1)]

    (receipt,) = receipts([SCHEDULED], runs)

    assert told([receipt]) == "9 conferidos, 5 criados, 1 atualizado, 1 espera você."
    assert receipt.received == 26
    assert receipt.counters == {
        OutcomeKind.CREATED: 5,
        OutcomeKind.UPDATED: 1,
        OutcomeKind.UNCHANGED: 14,
        OutcomeKind.REJECTED: 6,
    }
    assert receipt.to_correct_in == (runs[2],)


def test_of_what_people_ask_for_each_run_has_its_own_records() -> None:
    runs = [run(0, "importar", created=5, rejected=3), run(1, "importar", created=2, rejected=1)]

    (receipt,) = receipts([SCHEDULED], runs)

    assert told([receipt]) == "11 conferidos, 7 criados, 4 esperam você."
    assert receipt.to_correct_in == (runs[1], runs[0])


def test_a_retry_says_what_still_waits_and_not_how_many_there_are() -> None:
    runs = [run(0, unchanged=6, rejected=2), run(1, updated=1, rejected=1, retried="0")]

    assert told(receipts([SCHEDULED], runs)) == "8 conferidos, 1 atualizado, 1 espera você."


def test_a_run_that_ended_before_it_knew_its_records_hides_nothing() -> None:
    failed = run(1, result=Result.FAILURE)

    sentence = told(receipts([SCHEDULED], [run(0, unchanged=6, rejected=2), failed]))

    assert sentence == "8 conferidos, 2 esperam você, 1 execução com erro."
    assert told(receipts([SCHEDULED], [failed])) == "1 execução com erro."


def test_a_run_at_the_brake_waits_for_a_decision() -> None:
    braked = run(1, received=60, phase=Phase.BRAKE, result=None)

    (receipt,) = receipts([SCHEDULED], [braked])

    assert told([receipt]) == "60 conferidos, 1 execução no freio."
    assert (receipt.at_brake, receipt.remaining) == ((braked,), 60)


def test_previews_write_nothing_and_have_no_receipt() -> None:
    assert receipts([SCHEDULED], [run(created=5, mode=Mode.PREVIEW)]) == ()
    assert told([]) == "Nada foi executado neste dia."


def test_the_day_is_sao_paulo_s() -> None:
    period = period_of(date(2026, 11, 27))

    begun, over = (datetime.fromtimestamp(at, UTC) for at in (period.since, period.until))
    assert (begun, over) == (datetime(2026, 11, 27, 3, tzinfo=UTC), datetime(2026, 11, 28, 3, tzinfo=UTC))


_NUMBERS = st.dictionaries(st.sampled_from([kind.value for kind in OutcomeKind]), st.integers(0, 50))


@given(st.lists(st.tuples(_NUMBERS, st.sampled_from(["usuarios", "importar"]), st.integers(0, 9)), max_size=8))
def test_whatever_ran_is_conserved(ran: list[tuple[dict[str, int], str, int]]) -> None:
    runs = [
        run(number, name, received=sum(counted.values()) + left, phase=Phase.APPLY, result=None, **counted)
        for number, (counted, name, left) in enumerate(ran)
    ]

    found = receipts([SCHEDULED], runs)

    assert sum(receipt.received for receipt in found) == sum(each.received for each in runs)
    for receipt in found:
        assert receipt.received == sum(receipt.counters.values()) + receipt.remaining
        assert receipt.checked <= receipt.received
        assert all(number <= receipt.counters[kind] for kind, number in receipt.standing.items())
