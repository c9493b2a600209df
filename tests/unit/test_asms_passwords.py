"""Password policies: each rule is told apart, whatever the others say; hashes are argon2id's, as OWASP asks."""

from __future__ import annotations

from dataclasses import fields, replace
from functools import cache
from itertools import product

import pytest
from argon2.exceptions import InvalidHashError
from hypothesis import example, given, settings
from hypothesis import strategies as st

from asms.passwords import LONGEST, MOST_EARLIER, Policy, Rule, RuleResult, broken, checked, hashed, is_password

OPEN = Policy(min_length=1, no_login=False, no_name=False, history=0)
STRICT = Policy(min_length=10, upper=True, lower=True, digit=True, symbol=True)
SENTENCES = {
    Rule.MIN_LENGTH: "A senha deve ter no mínimo 10 caracteres.",
    Rule.MAX_LENGTH: "A senha deve ter no máximo 128 caracteres.",
    Rule.UPPER: "A senha deve ter uma letra maiúscula.",
    Rule.LOWER: "A senha deve ter uma letra minúscula.",
    Rule.DIGIT: "A senha deve ter um algarismo.",
    Rule.SYMBOL: "A senha deve ter um símbolo, como ! ou @.",
    Rule.NO_LOGIN: "A senha não pode conter o login.",
    Rule.NO_NAME: "A senha não pode conter nenhuma palavra do nome que tenha três letras ou mais.",
    Rule.HISTORY: "A senha não pode repetir uma anterior; o diretório lembra até 3.",
}


@cache
def hash_of(password: str) -> str:
    """Each takes its time."""
    return hashed(password)


def rules(policy: Policy, password: str, login: str = "", name: str = "", earlier: tuple[str, ...] = ()) -> set[Rule]:
    """The rules that a password doesn't keep."""
    return {one.rule for one in broken(policy, password, login=login, name=name, earlier=earlier)}


# ── each rule apart ──────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_password_with_everything_keeps_every_rule() -> None:
    results = checked(
        STRICT, "Céu-azul 2026!", login="maria.silva", name="Maria da Silva", earlier=(hash_of("Outra-senha-1"),)
    )

    assert results == tuple(RuleResult(rule, True, sentence) for rule, sentence in SENTENCES.items())


def test_a_password_can_break_every_rule_but_the_greatest_length() -> None:
    results = checked(STRICT, "", login="", name="", earlier=(hash_of(""),))

    assert {one.rule: one.kept for one in results} == {
        **dict.fromkeys((Rule.MIN_LENGTH, Rule.UPPER, Rule.LOWER, Rule.DIGIT, Rule.SYMBOL, Rule.HISTORY), False),
        **dict.fromkeys((Rule.MAX_LENGTH, Rule.NO_LOGIN, Rule.NO_NAME), True),
    }


@pytest.mark.parametrize(
    ("password", "rule"),
    [
        ("Céu-azul2", Rule.MIN_LENGTH),
        ("Céu-azul 2026!" * 10, Rule.MAX_LENGTH),
        ("céu-azul 2026!", Rule.UPPER),
        ("CÉU-AZUL 2026!", Rule.LOWER),
        ("Céu-azul de maio!", Rule.DIGIT),
        ("Céu azul 2026", Rule.SYMBOL),
        ("ANA.LIMA-céu-azul 2026!", Rule.NO_LOGIN),
        ("Beatriz-céu-azul 2026!", Rule.NO_NAME),
        ("Mar-aberto 2025!", Rule.HISTORY),
    ],
)
def test_each_rule_is_reported_apart(password: str, rule: Rule) -> None:
    earlier = (hash_of("Outra-senha-1"), hash_of("Mar-aberto 2025!"))

    assert broken(STRICT, password, login="ana.lima", name="Beatriz Souza", earlier=earlier) == (
        RuleResult(rule, False, SENTENCES[rule]),
    )


SWITCHES = st.builds(
    Policy,
    min_length=st.integers(1, LONGEST),
    upper=st.booleans(),
    lower=st.booleans(),
    digit=st.booleans(),
    symbol=st.booleans(),
    no_login=st.booleans(),
    no_name=st.booleans(),
    history=st.integers(0, MOST_EARLIER),
)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=140)


@given(SWITCHES, TEXTS, st.text(max_size=10), st.text(max_size=20))
@example(OPEN, "ǅ", "", "")  # a letter of two, of which one is large
@example(OPEN, "①", "", "")  # a digit in a ring
def test_a_rule_says_the_same_whichever_others_are_on(policy: Policy, password: str, login: str, name: str) -> None:
    """And those that are on are told in one order, each once; what is off isn't told."""
    results = checked(policy, password, login=login, name=name, earlier=())
    on = [rule for rule in Rule if rule == Rule.MAX_LENGTH or getattr(policy, rule.value)]

    assert [one.rule for one in results] == on
    for result in results:
        value = getattr(policy, result.rule.value, None)
        alone = replace(OPEN, **{} if value is None else {result.rule.value: value})
        assert result in checked(alone, password, login=login, name=name, earlier=())


@given(st.text("aB3-é ", min_size=1, max_size=6))
def test_classes_are_what_the_text_has(password: str) -> None:
    policy = replace(OPEN, upper=True, lower=True, digit=True, symbol=True)

    assert rules(policy, password) == {
        rule
        for rule, letters in ((Rule.UPPER, "B"), (Rule.LOWER, "aé"), (Rule.DIGIT, "3"), (Rule.SYMBOL, "-"))
        if not set(letters) & set(password)
    }


def test_every_rule_has_its_switch_and_the_default_is_known() -> None:
    assert {one.name for one in fields(Policy)} == {rule.value for rule in Rule} - {"max_length"} | {"version"}
    assert Policy().rules == (Rule.MIN_LENGTH, Rule.MAX_LENGTH, Rule.NO_LOGIN, Rule.NO_NAME, Rule.HISTORY)


# ── lengths ──────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("password", "wrong"),
    [
        ("1234567", {Rule.MIN_LENGTH}),
        ("12345678", set()),
        ("e\u0301" * 7, {Rule.MIN_LENGTH}),  # é typed as two code points is one letter
        ("e\u0301" * 8, set()),
        ("x" * 128, set()),
        ("x" * 129, {Rule.MAX_LENGTH}),
        ("e\u0301" * 128, set()),
        ("ﬃ" * 43, {Rule.MAX_LENGTH}),  # one sign for three letters is three letters
    ],
)
def test_lengths_are_those_of_the_normalized_text(password: str, wrong: set[Rule]) -> None:
    assert rules(Policy(), password) == wrong


# ── login and name ───────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("password", "login", "inside"),
    [
        ("xx-jose.avila-xx", "jose.avila", True),
        ("xx-JOSÉ.ÁVILA-xx", "jose.avila", True),
        ("xx-jose.avila-xx", "José.Ávila", True),
        ("xx-jose\u0301.avila-xx", "josé.avila", True),
        ("xx-ｊｏｓｅ.avila-xx", "jose.avila", True),
        ("grande-STRASSE-9", "straße", True),
        ("xx-jo-xx", "jo", True),
        ("xx-jose-avila-xx", "jose.avila", False),
        ("xx-jose.avil", "jose.avila", False),
        ("anything", "", False),
        ("anything", "  ", False),
    ],
)
def test_the_login_may_not_be_inside(password: str, login: str, inside: bool) -> None:
    policy = replace(OPEN, no_login=True)

    assert rules(policy, password, login=login) == ({Rule.NO_LOGIN} if inside else set())
    assert rules(OPEN, password, login=login) == set()


@pytest.mark.parametrize(
    ("password", "name", "inside"),
    [
        ("sou-o-joao-1", "João da Silva", True),
        ("SILVA2026", "João da Silva", True),
        ("em-são-luís", "Luis Só", True),
        ("davila-99", "Inês D’Ávila", True),
        ("d’avi-la-99", "Inês D’Ávila", False),
        ("que-EVA-1", "Eva Sá", True),
        ("lima-e-limão", "Ana Souza-Lima", True),
        ("da-de-do-e", "Zé da Sé de Lá", False),  # words of two letters
        ("que-dia-ruim", "Ruy Dias", False),
        ("anything", "", False),
        ("anything", "’ - . _", False),
    ],
)
def test_no_word_of_the_name_may_be_inside(password: str, name: str, inside: bool) -> None:
    policy = replace(OPEN, no_name=True)

    assert rules(policy, password, name=name) == ({Rule.NO_NAME} if inside else set())
    assert rules(OPEN, password, name=name) == set()


# ── history ──────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture(scope="module")
def earlier() -> tuple[str, ...]:
    """The newest first."""
    return tuple(hash_of(f"senha número {number}") for number in (4, 3, 2, 1))


@pytest.mark.parametrize(("history", "number"), [*product((0, 1, 3, 4, 12), (1, 2, 3, 4, 5))])
def test_so_many_of_the_last_passwords_may_not_come_again(earlier: tuple[str, ...], history: int, number: int) -> None:
    again = number in range(5 - min(history, 4), 5)
    found = rules(replace(OPEN, history=history), f"senha número {number}", earlier=earlier)

    assert found == ({Rule.HISTORY} if again else set())


def test_a_password_is_the_same_however_it_was_typed(earlier: tuple[str, ...]) -> None:
    assert rules(replace(OPEN, history=1), "senha nu\u0301mero ４", earlier=earlier) == {Rule.HISTORY}
    assert rules(replace(OPEN, history=1), "Senha número 4", earlier=earlier) == set()


# ── hashes ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_hashes_have_owasps_figures_and_a_salt_of_their_own() -> None:
    first, second = hashed("Céu-azul 2026!"), hashed("Céu-azul 2026!")

    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert first != second
    assert is_password(first, "Céu-azul 2026!")
    assert is_password(second, "Ce\u0301u-azul 2026!")
    assert not is_password(first, "Ceu-azul 2026!")
    assert not is_password(first, "")


def test_what_is_not_the_same_is_another_password() -> None:
    words = ("a", "A", "á", "a ", "а")  # the last is Cyrillic

    assert [pair for pair in product(words, words) if is_password(hash_of(pair[0]), pair[1])] == [
        (word, word) for word in words
    ]


@settings(max_examples=15)
@given(TEXTS)
def test_whatever_was_hashed_is_known_again(password: str) -> None:
    assert is_password(hashed(password), password)


# ── nothing is told ──────────────────────────────────────────────────────────────────────────────────────────────────
@given(st.text("QXZW79", min_size=9, max_size=30))
def test_neither_result_nor_error_holds_the_password(password: str) -> None:
    assert password not in repr(checked(STRICT, password, login=password, name=password, earlier=()))
    with pytest.raises(InvalidHashError) as refused:
        broken(STRICT, password, login="", name="", earlier=(password,))
    assert password not in f"{refused.value!r} {refused.value}"
