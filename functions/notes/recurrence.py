"""Recurrence rules in one form that both sides can hold: days counted from the first, with a last day.

A rule is carried whole or not at all: the days that its form gives are counted against those that the rule itself does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from sincronia.answers import Problem, ProblemError

LIMIT = 1_000  # days of a series

_BY_FREQUENCY = {
    "DAILY": {"FREQ", "INTERVAL"},
    "WEEKLY": {"FREQ", "INTERVAL", "BYDAY"},
    "MONTHLY": {"FREQ", "INTERVAL", "BYMONTHDAY", "BYDAY", "BYSETPOS"},
    "YEARLY": {"FREQ", "INTERVAL", "BYMONTH", "BYMONTHDAY", "BYDAY", "BYSETPOS"},
}
_WEEK = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_CARRIED = ("FREQ", "INTERVAL", "BYMONTH", "BYMONTHDAY", "BYDAY", "BYSETPOS")  # in this order, before UNTIL
_COUNT = re.compile(r"[1-9]\d{0,3}")
_OTHER = {"COUNT", "UNTIL", "WKST", "DTSTART"}


def whole(rule: str, first: date, at: time | None, zone: ZoneInfo) -> str:
    """The rule of a series whose first day is `first`, at that time of day in its zone (None: all day).

    Raises ProblemError(notes.recurrence_rule, notes.recurrence_endless, notes.recurrence_long).
    """
    parts = _parts(rule)
    if "UNTIL" not in parts and "COUNT" not in parts:
        raise _problem("recurrence_endless")
    if "UNTIL" in parts and "COUNT" in parts:
        raise _problem("recurrence_rule")
    if "UNTIL" in parts:
        parts["UNTIL"] = f"{_last_day(parts['UNTIL'], at, zone):%Y%m%d}"
    days = _days(parts, first)
    if not days or days[0] != first:
        raise _problem("recurrence_rule")
    form = {name: parts[name] for name in _CARRIED if name in parts}
    form |= _implied(form, first) | {"UNTIL": f"{days[-1]:%Y%m%d}"}
    if _days(form, first) != days:  # as with weeks that begin on Sunday, which the other side doesn't know of
        raise _problem("recurrence_rule")
    if form.get("INTERVAL") == "1":
        del form["INTERVAL"]
    return ";".join(f"{name}={form[name]}" for name in (*_CARRIED, "UNTIL") if name in form)


def days_of(whole_rule: str, first: date) -> list[date]:
    """The days of a series."""
    return _days(_parts(whole_rule), first)


def first_day_told(rule: str) -> date | None:
    """The day that a rule of Zoho says the series begins on. Raises ProblemError(notes.recurrence_rule)."""
    told = _parts(rule).get("DTSTART")
    return _day(told) if told else None


def for_crm(whole_rule: str, first: date) -> str:
    """The rule as Zoho writes it: with its first day, and dashes in days."""
    parts = {"FREQ": "", "INTERVAL": "1", **_parts(whole_rule)}
    parts["UNTIL"] = _day(parts["UNTIL"]).isoformat()
    parts["DTSTART"] = first.isoformat()
    return ";".join(f"{name}={value}" for name, value in parts.items())


def for_notes(whole_rule: str, at: time | None, zone: ZoneInfo) -> str:
    """The rule as iCalendar has it: its end is a moment in UTC, or a day for what lasts all day."""
    parts = _parts(whole_rule)
    if at is not None:
        end = datetime.combine(_day(parts["UNTIL"]), at, tzinfo=zone).astimezone(UTC)
        parts["UNTIL"] = f"{end:%Y%m%dT%H%M%SZ}"
    return ";".join(f"{name}={value}" for name, value in parts.items())


def _problem(name: str, **details: str) -> ProblemError:
    return ProblemError(Problem(f"notes.{name}", details))


def _parts(rule: str) -> dict[str, str]:
    pairs = [part.partition("=") for part in rule.strip().removeprefix("RRULE:").upper().split(";") if part.strip()]
    parts = {name.strip(): value.strip() for name, _, value in pairs}
    if not parts.keys() <= {*_CARRIED, *_OTHER} or parts.get("FREQ") not in _BY_FREQUENCY or len(parts) != len(pairs):
        raise _problem("recurrence_rule")
    counts = [parts[name] for name in ("INTERVAL", "COUNT") if name in parts]
    if not all(parts.values()) or not all(_COUNT.fullmatch(count) for count in counts):
        raise _problem("recurrence_rule")
    if parts["FREQ"] == "DAILY" and "BYDAY" in parts and parts.get("INTERVAL", "1") == "1":
        parts["FREQ"] = "WEEKLY"  # on working days, say
    if not parts.keys() <= {*_OTHER, *_BY_FREQUENCY[parts["FREQ"]]}:
        raise _problem("recurrence_rule")
    if "BYDAY" in parts:
        parts |= _weekdays(parts)
    for name in ("BYMONTH", "BYMONTHDAY"):
        if name in parts:
            parts[name] = ",".join(sorted(set(parts[name].split(","))))
    return parts


def _weekdays(parts: Mapping[str, str]) -> dict[str, str]:
    """Days of the week in their order; `1MO` of a month said as `MO` and the first of them."""
    days = parts["BYDAY"].split(",")
    one = days[0]
    if len(days) == 1 and len(one) > 2 and parts["FREQ"] == "MONTHLY" and "BYSETPOS" not in parts:
        return {"BYDAY": one[-2:], "BYSETPOS": one[:-2].removeprefix("+")}
    if not set(days) <= set(_WEEK):
        raise _problem("recurrence_rule")
    return {"BYDAY": ",".join(sorted(set(days), key=_WEEK.index))}


def _implied(parts: Mapping[str, str], first: date) -> dict[str, str]:
    """What a rule leaves to its first day."""
    frequency = parts["FREQ"]
    if any(name in parts for name in ("BYDAY", "BYMONTHDAY")) or frequency == "DAILY":
        return {}
    if frequency == "WEEKLY":
        return {"BYDAY": _WEEK[first.weekday()]}
    month = {"BYMONTH": str(first.month)} if frequency == "YEARLY" and "BYMONTH" not in parts else {}
    return {**month, "BYMONTHDAY": str(first.day)}


def _days(parts: Mapping[str, str], first: date) -> list[date]:
    rule = ";".join(f"{name}={value}" for name, value in parts.items() if name != "DTSTART")
    try:
        found = list(islice(rrulestr(rule, dtstart=datetime.combine(first, time())), LIMIT + 1))
    except (ValueError, TypeError, OverflowError) as error:
        raise _problem("recurrence_rule") from error
    if len(found) > LIMIT:
        raise _problem("recurrence_long", limit=str(LIMIT))
    return [moment.date() for moment in found]


def _last_day(until: str, at: time | None, zone: ZoneInfo) -> date:
    """The last day on which one may begin, of an end that is a day or a moment."""
    text = until.replace("-", "").replace(":", "")
    if "T" not in text:
        return _day(text)
    try:
        moment = datetime.strptime(text.removesuffix("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007  # its zone follows
    except ValueError as error:
        raise _problem("recurrence_rule") from error
    if text.endswith("Z") and at is not None:
        moment = moment.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)
    if at is not None and moment.time() < at:
        return date.fromordinal(moment.toordinal() - 1)
    return moment.date()


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text[:10] if "-" in text else text[:8])
    except ValueError as error:
        raise _problem("recurrence_rule") from error
