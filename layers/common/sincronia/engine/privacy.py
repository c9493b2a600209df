"""All that is held about a person, exported or erased (LGPD, Art. 18): who it is, and how they are found.

What an integration holds is in *places*. A place is walked row by row; a row about the person is a *finding*, which
tells what it says and how it goes. What keeps systems in step (ids, fingerprints) stays, without the person. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from sincronia.answers import Problem, ProblemError
from sincronia.engine.flow import Identity
from sincronia.identities import IdentityError, cpf, punctuated

ERASED = "(apagado)"  # stands where something about the person stood
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,185}\.[^@\s.]{2,}")
_LEAST_NAME = 7  # letters of a label that is looked for in other texts; shorter ones stand for anybody


class Purpose(StrEnum):
    """What is asked for."""

    EXPORT = "export"
    ERASURE = "erasure"


class KnownBy(StrEnum):
    """What a person is named by. Contract and login are SGP's, which knows neither CPF nor e-mail."""

    CPF = "cpf"
    EMAIL = "email"
    CONTRACT = "contract"
    LOGIN = "login"


@dataclass(frozen=True, slots=True)
class Subject:
    """The person, by a value in normal form."""

    known_by: KnownBy
    value: str

    @property
    def identities(self) -> tuple[Identity, ...]:
        """What records of the person may be known by."""
        if self.known_by == KnownBy.CPF:
            return (Identity("cpf", self.value),)
        if self.known_by == KnownBy.CONTRACT:
            return (Identity("contract", self.value),)
        logins = tuple(Identity("login", text) for text in dict.fromkeys((self.value, self.value.casefold())))
        return (Identity("email", self.value), *logins) if self.known_by == KnownBy.EMAIL else logins

    @property
    def texts(self) -> tuple[str, ...]:
        """What names the person in other texts, and nobody else; a contract's number may be anything there."""
        if self.known_by == KnownBy.CPF:
            return (self.value, punctuated(self.value))
        return (self.value,) if self.known_by == KnownBy.EMAIL else ()


def subject(known_by: KnownBy, text: str) -> Subject:
    """Whom a person meant. Raises ProblemError(privacy_person_invalid)."""
    value = text.strip()
    if known_by == KnownBy.CPF:
        try:
            value = cpf(value)
        except IdentityError:
            value = ""
    elif known_by == KnownBy.EMAIL:
        value = value.casefold() if _EMAIL.fullmatch(value) else ""
    if not value:
        raise ProblemError(Problem("privacy_person_invalid", {"kind": TITLES[known_by]}))
    return Subject(known_by, value)


TITLES: Mapping[KnownBy, str] = {
    KnownBy.CPF: "CPF",
    KnownBy.EMAIL: "e-mail",
    KnownBy.CONTRACT: "contrato",
    KnownBy.LOGIN: "login",
}


@dataclass(frozen=True)
class Mentions:
    """Texts that name a person, to be found in others, whatever their case and what stands around them."""

    texts: tuple[str, ...]

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        longest_first = sorted(set(self.texts), key=lambda text: (-len(text), text))
        found = "|".join(re.escape(text) for text in longest_first if text)
        # Within a longer number, address or name it would be somebody else.
        return re.compile(rf"(?<![\w@.+-])(?:{found})(?![\w@-]|\.\w)", re.IGNORECASE) if found else None

    def are_in(self, value: Any) -> bool:
        """Whether some text of a JSON value names the person."""
        if self._pattern is None:
            return False
        return any(self._pattern.search(text) for text in _texts_in(value))

    def taken_out_of(self, value: Any) -> Any:
        """The JSON value with ERASED in their place."""
        pattern = self._pattern
        return value if pattern is None else _each_text(value, lambda text: pattern.sub(ERASED, text))


def blanked(value: Any) -> Any:
    """A JSON value with ERASED in the place of each text."""
    return _each_text(value, lambda text: ERASED if text else "")


def names_of(labels: Iterable[str]) -> tuple[str, ...]:
    """The labels that may be looked for in other texts."""
    return tuple(dict.fromkeys(label for label in labels if len(label) >= _LEAST_NAME and " " in label))


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts_in(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts_in(each)


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {name: _each_text(each, change) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_each_text(each, change) for each in value]
    return value


@dataclass(frozen=True, slots=True)
class Named:
    """A record of the person: entity and source id, and what people call it."""

    entity: str
    id: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """The person, as one connection knows them."""

    connection: str
    subject: Subject
    records: tuple[Named, ...] = ()

    @property
    def keys(self) -> frozenset[tuple[str, str]]:
        """Entity and source id of each of their records."""
        return frozenset((one.entity, one.id) for one in self.records)

    @property
    def mentions(self) -> Mentions:
        """What names them in other texts."""
        return Mentions((*self.subject.texts, *names_of(one.label for one in self.records)))


@dataclass(frozen=True, slots=True)
class Finding:
    """A row about the person. `what`: what people call such rows, in the singular and the plural.

    `erase`: each adds one action to a transaction, on the condition that the row is as it was read. `first`: what goes
    before them and outside of it (objects, secrets); done again, it changes nothing.
    """

    what: tuple[str, str]
    data: Mapping[str, Any]
    erase: tuple[Callable[[Any], None], ...] = ()
    first: Callable[[], None] | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """A row of a place was looked at. `after`: where the walk goes on behind it."""

    after: str
    finding: Finding | None = None


# The rows of a place behind `after` (empty: from the beginning), always in the same order.
Place = Callable[[Person, str], Iterator[Seen]]


@dataclass(frozen=True, slots=True)
class Stay:
    """What stays behind an erasure, and goes by itself after so many days; None: `what` says until when."""

    what: str
    days: int | None


@dataclass(frozen=True, slots=True)
class Holdings:
    """What an integration holds about people.

    places: in the order in which they are erased; those that tell who the person is come last. records: the person's
    own records beside those that identities lead to. vendors: systems that keep the person, and are not touched.
    """

    places: tuple[Place, ...]
    vendors: tuple[str, ...]
    stays: tuple[Stay, ...]
    records: Callable[[str, Subject], Iterable[Named]] = field(default=lambda _connection, _subject: ())


BACKUPS = Stay("Cópias de segurança das tabelas, que só se restauram inteiras", 35)
ANSWERS_KEPT = Stay("Respostas guardadas para pedidos que se repetem", 2)
FILES_OF_RUNS = Stay("Arquivos do que as execuções leram, planejaram e mostraram em prévias", 90)
FILES_FOR_PEOPLE = Stay("Planilhas e exportações já feitas", 7)
BODIES = Stay("Corpos de webhooks e retratos do que foi retirado, de avisos que não são só desta pessoa", 90)
STATES = Stay("Vínculos sem dados pessoais (códigos nos dois sistemas e impressão digital do conteúdo)", None)
