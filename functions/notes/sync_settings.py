"""What a connection is set to keep in step: Configurações de Sincronização (seed 001, “Configurações”)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from notes.records import Event, Module
from sincronia.engine.two_way import Policy, Side

NOTES, CRM = Side.A, Side.B  # which side of the two-way decision is which


class Direction(StrEnum):
    """Which way records go."""

    TO_CRM = "notes_to_crm"
    TO_NOTES = "crm_to_notes"
    BOTH = "both"


class Window(StrEnum):
    """Which events are kept in step, by their start in the user's zone."""

    ALL = "all"
    TODAY = "today"
    LAST_MONTH = "last_month"  # the last 30 days, today among them


class Winner(StrEnum):
    """Whose word stands where both sides changed."""

    CRM = "crm"
    NOTES = "notes"


@dataclass(frozen=True, slots=True)
class SyncSettings:
    """What is kept in step, and how. As nobody has saved them yet, nothing is."""

    modules: frozenset[Module] = frozenset()
    window: Window = Window.ALL
    direction: Direction = Direction.TO_CRM
    winner: Winner = Winner.CRM
    version: int = 0  # rises with each time they are saved; 0: never

    @property
    def policy(self) -> Policy:
        """What the two-way decision follows."""
        source = {Direction.TO_CRM: NOTES, Direction.TO_NOTES: CRM, Direction.BOTH: None}[self.direction]
        return Policy(source, CRM if self.winner is Winner.CRM else NOTES)

    def days(self, now: datetime, zone: ZoneInfo) -> tuple[date, date] | None:
        """The first and the last day of the window; None where it has no edge."""
        today = now.astimezone(zone).date()
        match self.window:
            case Window.ALL:
                return None
            case Window.TODAY:
                return today, today
            case Window.LAST_MONTH:
                return today - timedelta(days=29), today


def within(starts: date, days: tuple[date, date] | None, zone: ZoneInfo) -> bool:
    """Whether an event that starts then lies in the window."""
    if days is None:
        return True
    day = starts.astimezone(zone).date() if isinstance(starts, datetime) else starts
    return days[0] <= day <= days[1]


def event_within(event: Event, days: tuple[date, date] | None, zone: ZoneInfo) -> bool:
    """The same, of an event. ASSUMED: a series lies where its first day does, as the seed counts by start."""
    return within(event.starts, days, zone)


def settings_out(settings: SyncSettings) -> dict[str, Any]:
    """As stored, and as frozen in a run."""
    return {
        "modules": sorted(settings.modules),
        "window": settings.window.value,
        "direction": settings.direction.value,
        "winner": settings.winner.value,
        "version": settings.version,
    }


def settings_in(stored: Mapping[str, Any]) -> SyncSettings:
    """From what `settings_out` gave."""
    return SyncSettings(
        modules=frozenset(map(Module, stored["modules"])),
        window=Window(stored["window"]),
        direction=Direction(stored["direction"]),
        winner=Winner(stored["winner"]),
        version=int(stored["version"]),
    )
