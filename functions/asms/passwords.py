"""Password policies: what a directory asks of a password, each rule apart, and the hashes that are kept of passwords.

Source: seed 003, “políticas de senha”. A password is normalized (Unicode NFKC) before it is measured, hashed or
compared, so that it is the same whatever keyboard it was typed on; its characters are counted as code points. Nothing
here puts a password into an error.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from sincronia.names import name_key

if TYPE_CHECKING:
    from argon2 import PasswordHasher

LONGEST = 128  # characters of a password
MOST_EARLIER = 12  # passwords that may not come again
_SHORTEST_WORD = 3  # letters that a word of a name has to have to count


class Rule(StrEnum):
    """What can be asked of a password, in the order that people are shown it in."""

    MIN_LENGTH = "min_length"
    MAX_LENGTH = "max_length"
    UPPER = "upper"
    LOWER = "lower"
    DIGIT = "digit"
    SYMBOL = "symbol"
    NO_LOGIN = "no_login"
    NO_NAME = "no_name"
    HISTORY = "history"


@dataclass(frozen=True, slots=True)
class Policy:
    """What a directory asks of passwords; that none is longer than 128 characters is always asked.

    `history`: so many of the last passwords, the present one among them, may not come again.
    """

    min_length: int = 8  # 1 to 128
    upper: bool = False
    lower: bool = False
    digit: bool = False
    symbol: bool = False
    no_login: bool = True
    no_name: bool = True
    history: int = 3  # 0 to 12
    version: int = 0  # 0: the policy of who never kept one

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that are on."""
        return tuple(rule for rule in Rule if rule == Rule.MAX_LENGTH or getattr(self, rule.value))

    def sentence(self, rule: Rule) -> str:
        """What a rule asks, for people."""
        return _SENTENCES[rule].format(min_length=self.min_length, longest=LONGEST, history=self.history)


@dataclass(frozen=True, slots=True)
class RuleResult:
    """Whether a password keeps one rule, and what that rule asks."""

    rule: Rule
    kept: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class _Tried:
    """A normalized password beside all that it is compared with."""

    policy: Policy
    text: str = field(repr=False)
    login: str
    name: str
    earlier: Sequence[str] = field(repr=False)

    def holds(self, word: str) -> bool:
        """Whether the text has a word inside, without regard to case and accents."""
        return bool(word) and word in name_key(self.text)


_SENTENCES: Mapping[Rule, str] = {
    Rule.MIN_LENGTH: "A senha deve ter no mínimo {min_length} caracteres.",
    Rule.MAX_LENGTH: "A senha deve ter no máximo {longest} caracteres.",
    Rule.UPPER: "A senha deve ter uma letra maiúscula.",
    Rule.LOWER: "A senha deve ter uma letra minúscula.",
    Rule.DIGIT: "A senha deve ter um algarismo.",
    Rule.SYMBOL: "A senha deve ter um símbolo, como ! ou @.",
    Rule.NO_LOGIN: "A senha não pode conter o login.",
    Rule.NO_NAME: "A senha não pode conter nenhuma palavra do nome que tenha três letras ou mais.",
    Rule.HISTORY: "A senha não pode repetir uma anterior; o diretório lembra até {history}.",
}
_KEPT: Mapping[Rule, Callable[[_Tried], bool]] = {
    Rule.MIN_LENGTH: lambda tried: len(tried.text) >= tried.policy.min_length,
    Rule.MAX_LENGTH: lambda tried: len(tried.text) <= LONGEST,
    Rule.UPPER: lambda tried: any(map(str.isupper, tried.text)),
    Rule.LOWER: lambda tried: any(map(str.islower, tried.text)),
    Rule.DIGIT: lambda tried: any(map(str.isdecimal, tried.text)),
    Rule.SYMBOL: lambda tried: any(unicodedata.category(one)[0] in "PS" for one in tried.text),
    Rule.NO_LOGIN: lambda tried: not tried.holds(name_key(tried.login)),
    Rule.NO_NAME: lambda tried: not any(map(tried.holds, _words(tried.name))),
    Rule.HISTORY: lambda tried: not any(is_password(one, tried.text) for one in tried.earlier[: tried.policy.history]),
}


def checked(policy: Policy, password: str, *, login: str, name: str, earlier: Sequence[str]) -> tuple[RuleResult, ...]:
    """Each rule that is on, whether the password keeps it or not. `earlier`: hashes, the newest first."""
    tried = _Tried(policy, _normal(password), login, name, earlier)
    return tuple(RuleResult(rule, _KEPT[rule](tried), policy.sentence(rule)) for rule in policy.rules)


def broken(policy: Policy, password: str, *, login: str, name: str, earlier: Sequence[str]) -> tuple[RuleResult, ...]:
    """Only the rules that the password doesn't keep."""
    results = checked(policy, password, login=login, name=name, earlier=earlier)
    return tuple(result for result in results if not result.kept)


def hashed(password: str) -> str:
    """The argon2id hash of a password, with its salt and its parameters."""
    return _hasher().hash(_normal(password))


def is_password(kept: str, password: str) -> bool:
    """Whether a kept hash is that of a password. Raises argon2's InvalidHashError where it is no hash at all."""
    from argon2.exceptions import VerifyMismatchError  # noqa: PLC0415  # as below

    try:
        return _hasher().verify(kept, _normal(password))
    except VerifyMismatchError:
        return False


@cache
def _hasher() -> PasswordHasher:
    """With the least that OWASP's Password Storage Cheat Sheet recommends of argon2id: 19 MiB, two passes, one lane."""
    from argon2 import PasswordHasher  # noqa: PLC0415  # only who sets a password needs it

    return PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


def _words(name: str) -> list[str]:
    """The words of a name that count, as they are compared."""
    return [word for word in re.findall(r"[^\W_]+", name_key(name)) if len(word) >= _SHORTEST_WORD]
