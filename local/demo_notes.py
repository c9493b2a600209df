"""The act `notes`: an office keeps its IBM Notes mailboxes and its Zoho CRM in step, both ways."""

from __future__ import annotations

from local.demo_notes_limits import empty, password, uninstalled
from local.demo_notes_office import Office
from local.demo_notes_opening import connected, removed, tested
from local.demo_notes_syncs import brought_back, edited, first, meeting, nothing_to_do
from local.demo_stage import Stage


def play(stage: Stage) -> None:
    """Plays all scenes. Raises NotAsItShouldBeError."""
    office = Office(stage)
    connected(office)
    tested(office)
    removed(office)
    first(office)
    nothing_to_do(office)
    brought_back(office, edited(office))
    meeting(office)
    password(office)
    empty(office)
    uninstalled(office)
