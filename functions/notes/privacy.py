"""What IBM Notes ↔ Zoho CRM holds about a person: mailboxes, pairs, the conflict history, what became of records."""

from __future__ import annotations

from notes.store.privacy import losers, mailboxes, pairs, records_of
from sincronia.engine.privacy import ANSWERS_KEPT, BACKUPS, FILES_FOR_PEOPLE, FILES_OF_RUNS, STATES, Holdings
from sincronia.store.privacy_places import identities, notifications_of, outcomes, runs

HOLDINGS = Holdings(
    places=(outcomes, notifications_of(), runs, losers, pairs, identities, mailboxes),
    vendors=("IBM Notes", "Zoho CRM"),
    stays=(STATES, ANSWERS_KEPT, FILES_FOR_PEOPLE, BACKUPS, FILES_OF_RUNS),
    records=records_of,
)
