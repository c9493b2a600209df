"""Rules of series: the same days come of both sides' forms, and what can't be said whole is refused."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, given
from hypothesis import strategies as st

from notes import recurrence, zones
from notes.content_sentences import CONTENT
from sincronia.answers import ProblemError, explain

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
MONDAY = date(2026, 11, 23)
NINE = time(9)


def _refused(rule: str, first: date = MONDAY) -> str:
    with pytest.raises(ProblemError) as caught:
        recurrence.whole(rule, first, NINE, SAO_PAULO)
    assert explain(caught.value.problem, CONTENT)
    return caught.value.problem.code


@pytest.mark.parametrize(
    ("rule", "form"),
    [
        ("FREQ=WEEKLY;COUNT=3", "FREQ=WEEKLY;BYDAY=MO;UNTIL=20261207"),
        ("FREQ=WEEKLY;INTERVAL=1;BYDAY=MO;UNTIL=20261207T120000Z", "FREQ=WEEKLY;BYDAY=MO;UNTIL=20261207"),
        ("FREQ=WEEKLY;BYDAY=MO;UNTIL=20261210", "FREQ=WEEKLY;BYDAY=MO;UNTIL=20261207"),
        ("FREQ=WEEKLY;BYDAY=MO;UNTIL=2026-12-07;DTSTART=2026-11-23", "FREQ=WEEKLY;BYDAY=MO;UNTIL=20261207"),
        # An end before that day's hour: the day before it is the last.
        ("FREQ=WEEKLY;UNTIL=20261207T115900Z", "FREQ=WEEKLY;BYDAY=MO;UNTIL=20261130"),
        ("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;COUNT=6", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;UNTIL=20261130"),
        ("FREQ=MONTHLY;BYDAY=4MO;COUNT=2", "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=4;UNTIL=20261228"),
        ("FREQ=YEARLY;COUNT=2", "FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=23;UNTIL=20271123"),
        ("FREQ=WEEKLY;WKST=SU;COUNT=2", "FREQ=WEEKLY;BYDAY=MO;UNTIL=20261130"),
    ],
)
def test_rule_has_its_form(rule: str, form: str) -> None:
    assert recurrence.whole(rule, MONDAY, NINE, SAO_PAULO) == form


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("FREQ=DAILY", "notes.recurrence_endless"),
        ("FREQ=DAILY;COUNT=1001", "notes.recurrence_long"),
        ("FREQ=HOURLY;COUNT=3", "notes.recurrence_rule"),
        ("FREQ=DAILY;INTERVAL=0;COUNT=3", "notes.recurrence_rule"),
        ("FREQ=DAILY;COUNT=3;UNTIL=20261201", "notes.recurrence_rule"),
        ("FREQ=DAILY;BYHOUR=9,15;COUNT=3", "notes.recurrence_rule"),
        ("FREQ=MONTHLY;BYDAY=1MO,3MO;COUNT=3", "notes.recurrence_rule"),
        ("FREQ=WEEKLY;BYDAY=TU;COUNT=3", "notes.recurrence_rule"),  # begins on a day that is none of its own
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=SU;COUNT=4", "notes.recurrence_rule"),  # other days from Monday on
        ("FREQ=WEEKLY;UNTIL=amanhã", "notes.recurrence_rule"),
        ("FREQ=MONTHLY;BYMONTHDAY=99;COUNT=2", "notes.recurrence_rule"),
        ("BYDAY=MO", "notes.recurrence_rule"),
        ("", "notes.recurrence_rule"),
    ],
)
def test_rule_that_cannot_be_said_whole_is_refused(rule: str, code: str) -> None:
    assert _refused(rule) == code


@st.composite
def _rules(draw: st.DrawFn) -> str:
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={frequency}", f"INTERVAL={draw(st.integers(1, 4))}"]
    if frequency == "WEEKLY":
        days = draw(st.sets(st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"])))
        parts += [f"BYDAY={','.join(days)}"] if days else []
        parts += [f"WKST={draw(st.sampled_from(['MO', 'SU']))}"]
    if frequency == "MONTHLY" and draw(st.booleans()):
        parts += [f"BYDAY={draw(st.sampled_from(['1MO', '-1FR', '2SU']))}"]
    return ";".join([*parts, f"COUNT={draw(st.integers(1, 20))}"])


@given(_rules(), st.dates(date(2024, 1, 1), date(2030, 1, 1)), st.none() | st.times())
def test_days_of_a_rule_are_kept_in_the_forms_of_both_sides(rule: str, first: date, at: time | None) -> None:
    at = at.replace(microsecond=0, tzinfo=None) if at else None
    try:
        form = recurrence.whole(rule, first, at, SAO_PAULO)
    except ProblemError:
        assume(False)
    days = [moment.date() for moment in rrulestr(rule, dtstart=datetime.combine(first, time()))]
    assert recurrence.days_of(form, first) == days
    assert recurrence.whole(form, first, at, SAO_PAULO) == form
    assert recurrence.whole(recurrence.for_crm(form, first), first, at, SAO_PAULO) == form
    assert recurrence.whole(recurrence.for_notes(form, at, SAO_PAULO), first, at, SAO_PAULO) == form
    assert recurrence.first_day_told(recurrence.for_crm(form, first)) == first


def test_crm_is_told_the_first_day_and_the_last() -> None:
    form = recurrence.whole("FREQ=DAILY;INTERVAL=10;COUNT=3", MONDAY, NINE, SAO_PAULO)
    assert recurrence.for_crm(form, MONDAY) == "FREQ=DAILY;INTERVAL=10;UNTIL=2026-12-13;DTSTART=2026-11-23"


def test_notes_own_names_of_zones_are_known() -> None:
    assert zones.zone_named("E. South America").key == "America/Sao_Paulo"
    assert zones.zone_named("E. South America Standard Time").key == "America/Sao_Paulo"
    assert zones.zone_named("America/Manaus").key == "America/Manaus"


@pytest.mark.parametrize("name", ["Marte", "", "../../etc/passwd", "\0"])
def test_unknown_zone_is_refused(name: str) -> None:
    with pytest.raises(ProblemError) as caught:
        zones.zone_named(name)
    assert caught.value.problem.code == "notes.zone_unknown"


def test_zone_is_told_with_its_offset() -> None:
    told = zones.entry(SAO_PAULO, [MONDAY], NINE)
    assert (told["tzid"], told["standard"]["offsetTo"]) == ("America/Sao_Paulo", "-0300")
    assert zones.entry(ZoneInfo("Asia/Kolkata"), [MONDAY], NINE)["standard"]["offsetTo"] == "+0530"


def test_series_over_a_change_of_the_clock_is_refused() -> None:
    days = [date(2026, 10, 20) + timedelta(weeks=week) for week in range(4)]
    with pytest.raises(ProblemError) as caught:
        zones.entry(ZoneInfo("America/New_York"), days, NINE)
    assert caught.value.problem.code == "notes.zone_changes"
    assert zones.entry(SAO_PAULO, days, NINE)


def test_zones_are_compared_by_what_their_clocks_show() -> None:
    assert zones.same_hours(SAO_PAULO, ZoneInfo("America/Fortaleza"), [MONDAY], NINE)
    assert not zones.same_hours(SAO_PAULO, ZoneInfo("America/Fortaleza"), [MONDAY, date(2019, 1, 7)], NINE)
