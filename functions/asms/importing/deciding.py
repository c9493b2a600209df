"""What becomes of a row: compared with whom it is about, parsed where it differs, checked, decided. Pure.

Most rows of most imports change nothing, so that a cell is first compared with what an export would write in it, and
parsed only where it differs. All that is wrong with a row is found, not only what comes first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import cached_property
from typing import Any

from asms.additional import AdditionalField
from asms.catalogues import RELATIONS, Address, Catalogue, Category, Geolocation
from asms.columns import Column, Need, fitting
from asms.importing import cells
from asms.importing.header import Header, line_of
from asms.importing.model import Catalogues, Decision, Fault, Found, Row
from asms.passwords import LONGEST as LONGEST_PASSWORD
from asms.passwords import Policy, broken, is_password
from asms.text_forms import fits_key
from asms.user_details import with_additional
from asms.users import MOST_PROJECTS, Culture, Shift, User, associated, deactivated, related, with_location
from sincronia.answers import Problem, ProblemError
from sincronia.engine.state import OutcomeKind
from sincronia.ids import ID_FORM, new_id
from sincronia.names import name_key

_ID = re.compile(ID_FORM)
_ADDRESS = tuple(one.name for one in fields(Address))
_LATITUDE, _LONGITUDE = "geolocation.latitude", "geolocation.longitude"
_SINCE, _UNTIL, _CALENDAR = "shifts.since", "shifts.until", "shifts.calendar"
_LINES: Mapping[str, Callable[[Column, str], str]] = {  # of the user itself
    "name": cells.name_in,
    "login": cells.name_in,
    "email": cells.email_in,
    "identification": cells.line_in,
    "phone": cells.line_in,
}
_CHOICES: Mapping[str, Callable[[str], Any]] = {"active": lambda value: value == "true", "culture": Culture}


class _Names(dict[str, str]):
    """What a catalogue's entries are called. One that is younger than the import's catalogues goes by its id."""

    def __missing__(self, entry_id: str) -> str:
        return entry_id


@dataclass(frozen=True)
class Rules:
    """What all rows of an import are decided by; `columns` and `fields` are those of its project and category."""

    category: Category
    project: str
    columns: Sequence[Column]
    fields: Sequence[AdditionalField]
    catalogues: Catalogues
    policy: Policy
    today: date

    @cached_property
    def names(self) -> Mapping[Catalogue, Mapping[str, str]]:
        """What entries are called, as columns take it."""
        return {catalogue: _Names(entries.names) for catalogue, entries in self.catalogues.items()}

    @cached_property
    def by_key(self) -> Mapping[str, Column]:
        """The columns by their keys."""
        return {column.key: column for column in self.columns}

    @cached_property
    def choices(self) -> Mapping[str, Mapping[str, str]]:
        """What the choices of each column mean, by its key and as cells.by_name gives them."""
        return {column.key: cells.by_name(column.choices) for column in self.columns if column.choices}

    @cached_property
    def obligatory(self) -> Sequence[Column]:
        """What a user can't be made without."""
        return [column for column in self.columns if column.need == Need.OBLIGATORY]

    @cached_property
    def additional(self) -> Mapping[str, AdditionalField]:
        """The additional fields by their columns' keys."""
        return {key: one for one in self.fields if (key := f"additional.{one.id}") in self.by_key}


def named(row: Row, header: Header) -> tuple[str, str]:
    """The Id and the login (by name_key) that a row names; empty where it names none that could be somebody's."""
    user_id, login = header.text(row, "id").strip(), name_key(header.text(row, "login"))
    return user_id if _ID.fullmatch(user_id) else "", login if fits_key(login) else ""


def decide(row: Row, header: Header, found: Found, rules: Rules) -> Decision:
    """What becomes of a row. A user who is new has no id; new shifts have theirs."""
    user = found.user or User("", rules.category, "", "")
    texts, width, names = row.cells, len(header.columns), rules.names
    if len(texts) < width:
        texts = [*texts, *[""] * (width - len(texts))]
    differing = [(place, one) for place, one in header.compared if texts[place] != one.cell(user, names)]
    if not differing and found.earlier is None and rules.project in user.projects:
        place = header.places.get("id")
        if place is None or texts[place] in {"", user.id}:
            return Decision(OutcomeKind.UNCHANGED, user)
    says_else = {one.key for place, one in differing if texts[place] != fitting(one.cell(user, names))}
    draft = _Draft(row, texts, header, found, rules, user, user, says_else)
    for read in _READING:
        read(draft)
    if draft.faults:
        return Decision(OutcomeKind.REJECTED, faults=tuple(sorted(draft.faults, key=_order)))
    return _decided(draft)


@dataclass(slots=True)
class _Draft:
    """A row while it is decided: the user before it, and after as much of it as was read."""

    row: Row
    texts: Sequence[str]  # for all of the header's columns
    header: Header
    found: Found
    rules: Rules
    before: User
    after: User
    differing: set[str]  # keys of the columns whose cells say something else, and can be read
    unreadable: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)
    password: str = field(default="", repr=False)

    @property
    def is_new(self) -> bool:
        """Whether the row is about nobody that there is."""
        return self.found.user is None

    def column(self, key: str) -> Column:
        """The column of a key."""
        return self.rules.by_key[key]

    def cell(self, key: str) -> str:
        """What a column's cell says; nothing where there is no such column."""
        place = self.header.places.get(key)
        return "" if place is None else self.texts[place]

    def stripped(self, key: str) -> str:
        """What it says without spaces around it."""
        return self.cell(key).strip()

    def fault(self, key: str, code: str, details: Mapping[str, str] | None = None, value: str | None = None) -> None:
        """Something is wrong with a cell; `value`: with this part of it alone."""
        self.add(key, Problem(code, details or {}), value)

    @contextmanager
    def judging(self, key: str, value: str | None = None) -> Iterator[None]:
        """What is raised within becomes a fault of a cell; `value`: of this part of it alone."""
        try:
            yield
        except ProblemError as error:
            self.add(key, error.problem, value)

    def add(self, key: str, problem: Problem, value: str | None = None) -> None:
        """A fault of a cell, or of this part of it; nothing of a password is ever its value."""
        shown = "" if key == "password" else self.cell(key) if value is None else value
        self.faults.append(Fault(problem, self.column(key), self.header.places.get(key), shown))


def _decided(draft: _Draft) -> Decision:
    before, after, rules = draft.before, draft.after, draft.rules
    given = {"password"} if draft.password else set()
    if draft.is_new:
        filled = (one for one in rules.columns if one.key in given or one.cell(after, rules.names))
        return Decision(OutcomeKind.CREATED, after, tuple(filled), password=draft.password)
    ended = before.active and not after.active
    if ended and rules.category == Category.SPECIALISTS:
        after = deactivated(after, rules.today)
    if after == before and not given:
        return Decision(OutcomeKind.UNCHANGED, before)
    changed = tuple(
        one
        for one in rules.columns
        if one.key in given or one.cell(after, rules.names) != one.cell(before, rules.names)
    )
    return Decision(OutcomeKind.DEACTIVATED if ended else OutcomeKind.UPDATED, after, changed, password=draft.password)


def _order(fault: Fault) -> tuple[bool, int]:
    """By columns, after what is wrong with the whole row, and before what the file lacks."""
    return fault.column is not None and fault.place is None, -1 if fault.place is None else fault.place


# ── the row as a whole ───────────────────────────────────────────────────────────────────────────────────────────────
def _check_row(draft: _Draft) -> None:
    earlier, user, user_id = draft.found.earlier, draft.found.user, draft.stripped("id")
    if earlier is not None:
        details = {"line": line_of(earlier, seen_from=draft.row.place)}
        draft.faults.append(Fault(Problem("asms.row_repeated", details)))
    if user_id and not _ID.fullmatch(user_id):
        draft.fault("id", "asms.cell_id_malformed")
    elif user_id and (user is None or user.id != user_id):
        draft.fault("id", "asms.cell_id_unknown")
    elif draft.is_new:
        _check_obligatory(draft)
    meant = user is not None or not user_id  # whose login it is, nobody can say of a user whom the Id doesn't find
    holder = draft.found.holder
    if meant and holder and "login" in draft.differing and holder != (draft.rules.category, draft.before.id):
        draft.fault("login", "asms.cell_login_taken")


def _check_obligatory(draft: _Draft) -> None:
    for column in draft.rules.obligatory:
        if column.key not in draft.header.places:
            draft.fault(column.key, "asms.column_missing", {"column": column.header})
        elif not draft.stripped(column.key):
            draft.fault(column.key, "asms.cell_empty")


def _check_cells(draft: _Draft) -> None:
    """Leaves only what can be read among the cells that say something else."""
    for key in sorted(draft.differing):
        try:
            cells.check_readable(draft.cell(key))
        except ProblemError as error:
            draft.add(key, error.problem)
            draft.unreadable.add(key)
    draft.differing -= draft.unreadable


def _join(draft: _Draft) -> None:
    """Into the project, where the user isn't there yet."""
    try:
        draft.after = associated(draft.after, [draft.rules.project])
    except ProblemError:
        draft.faults.append(Fault(Problem("asms.row_projects_too_many", {"most": str(MOST_PROJECTS)})))


# ── section by section ───────────────────────────────────────────────────────────────────────────────────────────────
def _read_details(draft: _Draft) -> None:
    values: dict[str, Any] = {}
    for key, read in _LINES.items():
        if key not in draft.differing:
            continue
        if text := draft.stripped(key):
            with draft.judging(key):
                values[key] = read(draft.column(key), text)
        elif draft.column(key).need != Need.OBLIGATORY:
            values[key] = ""
        elif not draft.is_new:
            draft.fault(key, "asms.cell_empty")
    for key, meaning in _CHOICES.items():
        if key not in draft.differing:
            continue
        column = draft.column(key)
        if text := draft.stripped(key):
            with draft.judging(key):
                values[key] = meaning(cells.choice_in(column, draft.rules.choices[key], text))
        elif not draft.is_new:
            draft.fault(key, "asms.cell_choice_empty", {"choices": cells.choices_shown(column)})
    if values:
        draft.after = replace(draft.after, **values)


def _read_address(draft: _Draft) -> None:
    """A location that is new fills the parts that nothing is typed in; the same location again keeps them filled."""
    location, is_new = _read_location(draft)
    typed = {}
    for name in _ADDRESS:
        key = f"address.{name}"
        text, had = draft.stripped(key), getattr(draft.before.address, name)
        if not location.is_empty and not text and (is_new or had == getattr(location, name)):
            continue
        if key in draft.differing:
            with draft.judging(key):
                typed[name] = cells.line_in(draft.column(key), text)
        elif is_new and text:
            typed[name] = had
    if typed:
        draft.after = replace(draft.after, address=replace(draft.after.address, **typed))


def _read_location(draft: _Draft) -> tuple[Address, bool]:
    """The address of the location that the row names, and whether the user has been elsewhere."""
    locations, location = draft.rules.catalogues[Catalogue.LOCATIONS], draft.before.location
    if not (text := draft.stripped("location")):
        if "location" in draft.differing:
            draft.after = replace(draft.after, location="")
        return Address(), False
    if "location" in draft.differing:
        with draft.judging("location"):
            location = cells.entry_in(locations, {location}, text)
    entry = locations.by_id.get(location)
    address = entry.address if entry else Address()
    if location == draft.before.location:
        return address, False
    draft.after = with_location(draft.after, location, address)
    return address, True


def _read_geolocation(draft: _Draft) -> None:
    keys = {_LATITUDE: 90, _LONGITUDE: 180}
    if not draft.differing & keys.keys() or draft.unreadable & keys.keys():
        return
    had = draft.before.geolocation
    present = {_LATITUDE: had.latitude, _LONGITUDE: had.longitude} if had else {}
    texts = {key: draft.stripped(key) if key in draft.header.places else f"{present.get(key, '')}" for key in keys}
    if not any(texts.values()):
        draft.after = replace(draft.after, geolocation=None)
        return
    degrees = {}
    for key, limit in keys.items():
        if not texts[key]:
            (other,) = keys.keys() - {key}
            draft.fault(key, "asms.cell_degrees_half", {"column": draft.column(other).header})
        elif key not in draft.differing:
            degrees[key] = present[key]
        else:
            with draft.judging(key):
                degrees[key] = cells.degrees_in(texts[key], limit)
    if len(degrees) == len(keys):
        draft.after = replace(draft.after, geolocation=Geolocation(degrees[_LATITUDE], degrees[_LONGITUDE]))


def _read_additional(draft: _Draft) -> None:
    given: dict[str, str | None] = {}
    for key, of in draft.rules.additional.items():
        if key not in draft.differing:
            continue
        column, text = draft.column(key), draft.cell(key)
        if not text.strip():
            given[of.id] = None
            if of.obligatory and not draft.is_new:
                draft.fault(key, "asms.cell_empty")
        elif text.strip() != column.cell(draft.before, draft.rules.names).strip():
            with draft.judging(key):
                given[of.id] = cells.additional_in(of, column, draft.rules.choices.get(key, {}), text)
    try:
        draft.after = with_additional(draft.after, given) if given else draft.after
    except ProblemError:
        draft.faults.append(Fault(Problem("asms.row_additional_too_long")))


def _read_relations(draft: _Draft) -> None:
    for relation, catalogue in RELATIONS[draft.rules.category].items():
        key = f"relations.{relation.value}"
        if key in draft.differing:
            had = draft.before.relations.get(relation, frozenset())
            names = _items(draft, key)
            for name in cells.repeated(names):
                draft.fault(key, "asms.cell_entry_repeated", {"name": cells.shown(name)}, name)
            ids = _entries(draft, key, catalogue, names, had)
            draft.after = related(draft.after, relation, ids, had.difference(ids))


def _items(draft: _Draft, key: str) -> Sequence[str]:
    with draft.judging(key):
        return cells.items_in(draft.column(key), draft.cell(key))
    return ()


def _entries(
    draft: _Draft, key: str, catalogue: Catalogue, names: Sequence[str], had: Collection[str]
) -> Sequence[str]:
    """The ids of entries, of which each that can't be chosen is a fault."""
    found = []
    for name in names:
        with draft.judging(key, name):
            found.append(cells.entry_in(draft.rules.catalogues[catalogue], had, name))
    return found


# ── shifts ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def _read_shifts(draft: _Draft) -> None:
    keys = (_SINCE, _UNTIL, _CALENDAR)
    differing = draft.differing.intersection(keys)
    if not differing or draft.unreadable.intersection(keys):
        return
    if absent := [draft.column(key).header for key in keys if key not in draft.header.places]:
        for key in sorted(differing):
            draft.fault(key, "asms.cell_shifts_columns", {"columns": ", ".join(absent)})
        return
    faults = len(draft.faults)
    had = {shift.calendar for shift in draft.before.shifts}
    since, until = _days(draft, _SINCE), _days(draft, _UNTIL)
    calendars = _entries(draft, _CALENDAR, Catalogue.CALENDARS, _items(draft, _CALENDAR), had)
    if len(draft.faults) > faults:
        return
    if not len(since) == len(until) == len(calendars):
        numbers = {"since": len(since), "until": len(until), "calendars": len(calendars)}
        draft.fault(_SINCE, "asms.cell_shifts_uneven", {name: f"{number}" for name, number in numbers.items()})
        return
    known = {(one.since, one.until, one.calendar): one for one in draft.before.shifts}
    told = sorted(zip(since, until, calendars, strict=True))
    _check_shifts(draft, told, known)
    shifts = (known.get(one) or Shift(new_id(), *one) for one in told)
    draft.after = replace(draft.after, shifts=tuple(shifts))


def _days(draft: _Draft, key: str) -> Sequence[date]:
    found = []
    for text in _items(draft, key):
        with draft.judging(key, text):
            found.append(cells.day_in(text))
    return found


def _check_shifts(
    draft: _Draft, told: Sequence[tuple[date, date, str]], known: Collection[tuple[date, date, str]]
) -> None:
    """No shift is empty, none meets another, and none begins for who is inactive."""
    last: tuple[date, date] | None = None
    for since, until, calendar in told:
        days = f"{since} – {until}"
        if until <= since:
            draft.fault(_UNTIL, "asms.cell_shift_empty", {"days": days}, f"{until}")
            continue
        if last and since < last[1]:
            draft.fault(
                _SINCE, "asms.cell_shifts_overlap", {"one": f"{last[0]} – {last[1]}", "other": days}, f"{since}"
            )
        if not draft.after.active and until > draft.rules.today and (since, until, calendar) not in known:
            draft.fault(_UNTIL, "asms.cell_shift_inactive", {"days": days}, f"{until}")
        if last is None or until > last[1]:
            last = since, until


# ── password ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def _read_password(draft: _Draft) -> None:
    """Measured by the login and the name that the row gives; each rule that it doesn't keep is a fault of its own."""
    before, after, policy, text = draft.before, draft.after, draft.rules.policy, draft.cell("password")
    if "password" not in draft.differing or not text.strip():
        return
    if before.password and is_password(before.password, text):
        return
    details = {"shortest": f"{policy.min_length}", "longest": f"{LONGEST_PASSWORD}", "history": f"{policy.history}"}
    for one in broken(policy, text, login=after.login, name=after.name, earlier=before.earlier_passwords):
        draft.fault("password", f"asms.password_{one.rule.value}", details)
    draft.password = text


_READING = (  # in this order: a password is measured by what the row says of name and login
    _check_cells,
    _check_row,
    _read_details,
    _read_address,
    _read_geolocation,
    _read_additional,
    _read_relations,
    _read_shifts,
    _read_password,
    _join,
)
