"""The act `notes`: an office keeps its IBM Notes mailboxes and its Zoho CRM in step, both ways."""

from __future__ import annotations

from local.demo_notes_office import Office
from local.demo_notes_opening import connected, tested
from local.demo_stage import Stage


def play(stage: Stage) -> None:
    """Plays all scenes. Raises NotAsItShouldBeError."""
    office = Office(stage)
    connected(office)
    tested(office)
