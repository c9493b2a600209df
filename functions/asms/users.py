"""Clients and specialists as the directory has them, and what happens to them when they are changed. Pure.

Source: seed 003, “Clientes” and “Especialistas”.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from asms.catalogues import Address, Category, Geolocation, Relation
from sincronia.answers import Problem, ProblemError
from sincronia.engine.flow import Identity
from sincronia.identities import IdentityError, cpf_or_cnpj, kind_of
from sincronia.names import name_key

MOST_PROJECTS = 50  # of one user: all of its rows change in one transaction
MOST_RELATED = 200  # of one relation
MOST_TOKENS = 20  # of one specialist
MOST_SHIFTS = 200
MOST_COUNTED = 10  # of those who share an e-mail


class Culture(StrEnum):
    """The language that a user reads."""

    PT = "pt"
    EN = "en"
    ES = "es"


@dataclass(frozen=True, slots=True)
class Shift:
    """A specialist's shift: from a day on, until the day that it ends, which the next one may begin on."""

    id: str
    since: date
    until: date
    calendar: str  # id of the catalogue's entry

    def meets(self, other: Shift) -> bool:
        """Whether some day belongs to both."""
        return self.since < other.until and other.since < self.until


@dataclass(frozen=True, slots=True)
class User:
    """A client or a specialist. Ids are those of catalogues' entries; what isn't known is empty.

    `login` is unique in its directory however it is written; `version` rises with each change.
    """

    id: str
    category: Category
    name: str
    login: str
    email: str = ""
    identification: str = ""
    phone: str = ""
    active: bool = True
    culture: Culture = Culture.PT
    location: str = ""
    photo: str = ""  # the object that holds it
    address: Address = field(default_factory=Address)
    additional: Mapping[str, str] = field(default_factory=dict)  # by the field's id
    geolocation: Geolocation | None = None  # of clients alone
    relations: Mapping[Relation, frozenset[str]] = field(default_factory=dict)  # without empty ones
    projects: frozenset[str] = frozenset()
    shifts: tuple[Shift, ...] = ()  # of specialists alone, by their first day
    tokens: tuple[str, ...] = ()  # ids of a specialist's integration tokens that weren't revoked here
    password: str = ""  # its hash; empty where there is none yet
    earlier_passwords: tuple[str, ...] = ()  # hashes, the newest first, the present one among them
    created_at: str = ""
    changed_at: str = ""
    changed_by: str = ""  # a token's id
    version: int = 0  # 0: not kept yet

    @property
    def login_key(self) -> str:
        """What makes a login unique."""
        return name_key(self.login)

    @property
    def identities(self) -> tuple[Identity, ...]:
        """What people may search for it by, besides its login."""
        found = [Identity("email", self.email.casefold())] if self.email else []
        try:
            number = cpf_or_cnpj(self.identification)
        except IdentityError:
            return tuple(found)
        return (*found, Identity(kind_of(number), number))


def warnings(user: User, shared_by: int) -> tuple[Problem, ...]:
    """What doesn't keep a user from being saved, and people should know.

    shared_by: how many others have its e-mail; MOST_COUNTED stands for any more, too.
    """
    if not user.email:
        return (Problem("asms.email_missing"),)
    if not shared_by:
        return ()
    number = f"{shared_by}" if shared_by < MOST_COUNTED else f"{MOST_COUNTED} ou mais"
    return (Problem("asms.email_shared", {"number": number}),)


def with_location(user: User, location: str, filled: Address) -> User:
    """The user at another location, whose address it gets; what is then typed over it stays as typed."""
    return replace(user, location=location, address=user.address if filled.is_empty else filled)


def with_shift(user: User, shift: Shift) -> User:
    """The user with one more shift. Raises ProblemError(asms.shift_empty, asms.shifts_overlap, asms.too_many)."""
    if shift.until <= shift.since:
        raise ProblemError(Problem("asms.shift_empty"))
    for other in user.shifts:
        if shift.meets(other):
            days = {"since": f"{other.since:%d/%m/%Y}", "until": f"{other.until:%d/%m/%Y}"}
            raise ProblemError(Problem("asms.shifts_overlap", days))
    if len(user.shifts) == MOST_SHIFTS:
        raise ProblemError(Problem("asms.too_many", {"what": "turnos", "most": str(MOST_SHIFTS)}))
    return replace(user, shifts=tuple(sorted((*user.shifts, shift), key=lambda one: one.since)))


def without_shift(user: User, shift_id: str) -> User:
    """The user without one of its shifts. Raises ProblemError(asms.shift_unknown)."""
    left = tuple(shift for shift in user.shifts if shift.id != shift_id)
    if len(left) == len(user.shifts):
        raise ProblemError(Problem("asms.shift_unknown"))
    return replace(user, shifts=left)


def check_active(user: User) -> None:
    """Raises ProblemError(asms.specialist_inactive): what a deactivation ends doesn't begin after it."""
    if not user.active:
        raise ProblemError(Problem("asms.specialist_inactive"))


def with_token(user: User, token: str, ended: Set[str]) -> User:
    """The user with one more token, and without those that were revoked elsewhere.

    Raises ProblemError(asms.specialist_inactive, asms.too_many).
    """
    if token in user.tokens:
        return user
    check_active(user)
    left = without_tokens(user, ended)
    if len(left.tokens) >= MOST_TOKENS:
        raise ProblemError(Problem("asms.too_many", {"what": "tokens de integração", "most": str(MOST_TOKENS)}))
    return replace(left, tokens=(*left.tokens, token))


def without_tokens(user: User, ended: Set[str]) -> User:
    """The user without these tokens."""
    return replace(user, tokens=tuple(one for one in user.tokens if one not in ended))


def deactivated(user: User, today: date) -> User:
    """The user without access: tokens end, and so do shifts that aren't over; those still ahead never were."""
    past = (replace(shift, until=min(shift.until, today)) for shift in user.shifts if shift.since < today)
    return replace(user, active=False, tokens=(), shifts=tuple(past))


def related(user: User, relation: Relation, add: Iterable[str], remove: Iterable[str]) -> User:
    """The user with other entries of one relation. Raises ProblemError(asms.too_many)."""
    after = (user.relations.get(relation, frozenset()) | {*add}) - {*remove}
    if len(after) > MOST_RELATED:
        raise ProblemError(Problem("asms.too_many", {"what": "itens desta associação", "most": str(MOST_RELATED)}))
    others = {name: ids for name, ids in user.relations.items() if name != relation}
    return replace(user, relations={**others, relation: after} if after else others)


def associated(user: User, projects: Iterable[str]) -> User:
    """The user in more projects. Raises ProblemError(asms.too_many)."""
    after = user.projects | {*projects}
    if len(after) > MOST_PROJECTS:
        raise ProblemError(Problem("asms.too_many", {"what": "projetos", "most": str(MOST_PROJECTS)}))
    return replace(user, projects=after)
