"""Zen's sentences: each can be filled with what is told, ends, and says what to do."""

from __future__ import annotations

from string import Formatter

import pytest

from sincronia.answers import COMMON, Problem, Retry, explain
from zen.answers import ANSWERS

DETAILS = {"vendor", "host", "status", "where", "code", "others", "query", "kind", "company", "field", "position",
           "piece"}  # fmt: skip
OWN = sorted(set(ANSWERS) - set(COMMON))


@pytest.mark.parametrize("code", OWN)
def test_every_sentence_can_be_filled_and_ends(code: str) -> None:
    answer = ANSWERS[code]
    used = {name for text in (answer.sentence, answer.advice) for _, name, _, _ in Formatter().parse(text) if name}
    assert used <= DETAILS
    assert answer.sentence.endswith(".")
    assert answer.advice.endswith(".")
    assert explain(Problem(code, dict.fromkeys(DETAILS, "x")), ANSWERS)


def test_no_common_sentence_is_overridden() -> None:
    assert {code for code in COMMON if ANSWERS[code] is not COMMON[code]} == set()


@pytest.mark.parametrize("code", ["zen.email_shared", "zen.cnpj_shared", "zen.branch_shared", "zen.employee_shared",
                                  "zen.partner_shared", "zen.classification_shared"])  # fmt: skip
def test_what_is_shared_names_the_others(code: str) -> None:
    sentence = explain(Problem(code, {"code": "12", "others": "15, 31"}), ANSWERS)
    assert "12" in sentence
    assert "15, 31" in sentence


@pytest.mark.parametrize("code", ["zen.access_key_refused", "zen.access_key_missing", "zen.administrator_key_missing"])
def test_wrong_access_key_is_told_with_the_message_that_people_know(code: str) -> None:
    answer = ANSWERS[code]
    assert answer.retry == Retry.STOP
    assert "“Host not Found - Socket Error #11001”" in answer.sentence
    for word in ("Administrador", "Minha Conta", "Token API Questor Zen"):
        assert word in answer.advice


def test_true_dns_failure_speaks_of_the_address_alone() -> None:
    sentence = explain(Problem("vendor_host_unknown", {"vendor": "Zen", "host": "zen.example"}), ANSWERS)
    assert "11001" not in sentence
    assert "zen.example" in sentence
