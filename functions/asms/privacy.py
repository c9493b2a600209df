"""What the directory holds about a person: links, what became of records, what was told, and files of runs."""

from __future__ import annotations

from sincronia.engine.privacy import ANSWERS_KEPT, BACKUPS, FILES_FOR_PEOPLE, FILES_OF_RUNS, STATES, Holdings
from sincronia.store.privacy_places import links, notifications_of, outcomes, runs

HOLDINGS = Holdings(
    places=(outcomes, notifications_of(), runs, links),
    vendors=(),
    stays=(STATES, ANSWERS_KEPT, FILES_FOR_PEOPLE, BACKUPS, FILES_OF_RUNS),
)
