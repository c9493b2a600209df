"""What ASMS holds about a person: the directory is ours, so an erasure takes them out of it for good."""

from __future__ import annotations

from asms.store.privacy import comments, records_of, users
from sincronia.engine.privacy import ANSWERS_KEPT, BACKUPS, FILES_FOR_PEOPLE, FILES_OF_RUNS, Holdings, Stay
from sincronia.store.privacy_places import notifications_of, outcomes, runs

HOLDINGS = Holdings(
    places=(outcomes, notifications_of(), runs, comments, users),
    vendors=(),
    stays=(
        ANSWERS_KEPT,
        FILES_FOR_PEOPLE,
        Stay("Planilhas que foram importadas", 30),
        BACKUPS,
        FILES_OF_RUNS,
        Stay("Comentários sobre outras pessoas que citem esta: só quem os lê pode julgar", None),
    ),
    records=records_of,
)
