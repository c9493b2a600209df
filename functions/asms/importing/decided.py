"""Rows decided one after the other, as the directory will be when their turn comes; it is asked for many at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Protocol

from asms.catalogues import Category
from asms.importing.deciding import Rules, decide, named
from asms.importing.header import Header
from asms.importing.model import Decision, Found, Place, Row
from asms.users import User
from sincronia.engine.state import OutcomeKind

_AHEAD = 100  # rows that the directory is asked for at once, which is what DynamoDB gives

# How a decision's user is to be kept: with an id, and whatever else only who keeps it knows.
Finish = Callable[[User | None, Decision], User]


class Directory(Protocol):
    """Whom a directory has."""

    def users(self, category: Category, ids: Iterable[str]) -> Mapping[str, User]:
        """Those of the ids that there are, by id."""
        ...

    def holders(self, logins: Iterable[str]) -> Mapping[str, tuple[Category, str]]:
        """Whose logins are, by User.login_key: category and id."""
        ...


@dataclass(frozen=True, slots=True)
class Decided:
    """A row, whom it is about, and what becomes of it; the decision's user is as it is to be kept."""

    header: Header
    row: Row
    before: User | None
    decision: Decision


@dataclass(slots=True)
class Deciding:
    """Decides rows in their order. What passes by is remembered: no two rows may name the same Id or login."""

    rules: Rules
    directory: Directory
    finish: Finish
    seen: dict[str, Place] = field(default_factory=dict)
    moved: dict[str, tuple[Category, str] | None] = field(default_factory=dict)  # logins that changed hands on the way

    def passed(self, header: Header, row: Row) -> None:
        """Remembers a row that somebody decided before."""
        self._earlier(*named(row, header), row.place)

    def decided(self, rows: Iterable[tuple[Header, Row]]) -> Iterator[Decided]:
        """What becomes of each row."""
        source = iter(rows)
        while ahead := [(header, row, *named(row, header)) for header, row in islice(source, _AHEAD)]:
            logins = [login for _, _, _, login in ahead if login]
            holders = {
                **self.directory.holders(logins),
                **{one: self.moved[one] for one in logins if one in self.moved},
            }
            category = self.rules.category
            ids = {user_id or _id_in(category, holders.get(login)) for _, _, user_id, login in ahead}
            users = {**self.directory.users(category, ids - {""})}
            for header, row, user_id, login in ahead:
                holder = holders.get(login)
                before = users.get(user_id or _id_in(category, holder))
                found = Found(before, holder, self._earlier(user_id, login, row.place))
                decision = decide(row, header, found, self.rules)
                if decision.user is not None and decision.kind != OutcomeKind.UNCHANGED:
                    after = self.finish(before, decision)
                    decision = replace(decision, user=after)
                    users[after.id] = after
                    self._move(before, after, holders)
                yield Decided(header, row, before, decision)

    def _earlier(self, user_id: str, login: str, place: Place) -> Place | None:
        """Where the same Id or login was before; remembers them."""
        found: Sequence[Place | None] = [
            None if self.seen.setdefault(key, place) is place else self.seen[key]
            for key in (f"id#{user_id}" if user_id else "", f"login#{login}" if login else "")
            if key
        ]
        return next((one for one in found if one is not None), None)

    def _move(self, before: User | None, after: User, holders: dict[str, tuple[Category, str] | None]) -> None:
        if before is not None and before.login_key == after.login_key:
            return
        moves: dict[str, tuple[Category, str] | None] = {after.login_key: (after.category, after.id)}
        if before is not None:
            moves[before.login_key] = None
            self.moved |= moves  # of a new user, `seen` knows it
        holders |= moves


def _id_in(category: Category, holder: tuple[Category, str] | None) -> str:
    """The id of who has a login, where it is one of the category."""
    return holder[1] if holder and holder[0] == category else ""
