"""What Promob's integration holds about a person: customers, users, projects, the log of hints, links."""

from __future__ import annotations

from promob.store.privacy import customers, notifications, projects, records_of, users
from sincronia.engine.privacy import ANSWERS_KEPT, BACKUPS, BODIES, FILES_FOR_PEOPLE, STATES, Holdings, Stay
from sincronia.store.privacy_hints import hints_of
from sincronia.store.privacy_places import links, outcomes, runs

HOLDINGS = Holdings(
    places=(outcomes, hints_of(keeps_bodies=True), notifications, runs, projects, links, users, customers),
    vendors=("Promob",),
    stays=(
        STATES,
        Stay("Projetos, orçamentos e pedidos do cliente, sem quem ele é: são da loja", None),
        ANSWERS_KEPT,
        FILES_FOR_PEOPLE,
        BACKUPS,
        BODIES,
    ),
    records=records_of,
)
