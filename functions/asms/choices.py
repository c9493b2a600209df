"""What people choose from when they fill in a form: a catalogue's active entries, the rules of a password."""

from __future__ import annotations

from pydantic import BaseModel

from asms.catalogue_routes import entry_of
from asms.catalogues import Catalogue
from asms.passwords import Policy, Rule
from asms.store.catalogues import entries_by_name
from asms.user_forms import Named

MOST_CHOICES = 100  # that one list offers; whoever has more searches by name


class RuleAnswer(BaseModel):
    """A rule of the password policy that is on, and what it asks."""

    rule: Rule
    sentence: str


def choices(connection: str, catalogue: Catalogue, beginning: str = "") -> list[Named]:
    """The first of a catalogue's active entries whose name begins so, in the order of names."""
    found = entries_by_name(connection, catalogue, beginning, MOST_CHOICES, None)
    return [Named(id=one.id, name=one.name) for one in found.values if one.active]


def rules_of(policy: Policy) -> list[RuleAnswer]:
    """What a policy asks, as people are shown it."""
    return [RuleAnswer(rule=rule, sentence=policy.sentence(rule)) for rule in policy.rules]


def offered_projects(connection: str, project: str) -> tuple[list[Named], Named | None]:
    """The first active projects, and the one that is named; where none is, the only one that there is.

    Raises ProblemError(asms.entry_missing).
    """
    projects = choices(connection, Catalogue.PROJECTS)
    if project:
        entry = entry_of(connection, Catalogue.PROJECTS, project)
        return projects, Named(id=entry.id, name=entry.name)
    return projects, projects[0] if len(projects) == 1 else None
