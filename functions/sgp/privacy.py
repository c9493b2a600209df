"""What SGP → OZmap holds about a person: the log of hints with its before and after, links, and what was told.

It knows people by contract and login; SGP's CPF and e-mail are never read.
"""

from __future__ import annotations

from sincronia.engine.privacy import ANSWERS_KEPT, BACKUPS, BODIES, FILES_FOR_PEOPLE, STATES, Holdings
from sincronia.store.privacy_hints import hints_of
from sincronia.store.privacy_places import links, notifications_of, outcomes, runs

HOLDINGS = Holdings(
    places=(outcomes, hints_of(keeps_bodies=False), notifications_of(), runs, links),
    vendors=("SGP", "OZmap"),
    stays=(STATES, ANSWERS_KEPT, FILES_FOR_PEOPLE, BACKUPS, BODIES),
)
