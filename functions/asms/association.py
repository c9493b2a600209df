"""How users come into projects: by themselves, or with the groups that they are added to. Pure.

Source: seed 003, “Associar usuários a um projeto”, and the note on groups: a window asks for the kind of association.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from asms.additional import AdditionalField, missing
from asms.catalogues import Entry, Relation
from asms.choosing import check_active
from asms.users import User, associated, related
from sincronia.answers import Problem
from sincronia.engine.brake import labels
from sincronia.web.run_answers import RequestProblemError

_MOST_NAMES = 20  # in one sentence


def regrouped(
    user: User,
    relation: Relation,
    add: Mapping[str, Entry],
    remove: Iterable[str],
    projects: Mapping[str, Entry],
    *,
    associate: bool | None,
) -> User:
    """The user with other entries of one relation; with groups, in their projects too where people want that.

    add: by id, also those that it has already; projects: those of the groups in `add` that can be chosen, by id.
    associate: whether it joins them; None where nobody has decided that, which only new groups need.
    Raises ProblemError(asms.entry_inactive, asms.association_undecided, asms.too_many).
    """
    had = user.relations.get(relation, frozenset())
    new = [entry for entry in add.values() if entry.id not in had]
    check_active(new, "add")
    after = related(user, relation, add, remove)
    if associate:
        return associated(after, projects)
    if associate is None:
        _check_decided(user, new, projects)
    return after


def unfilled(project: Entry, fields: Iterable[AdditionalField], user: User) -> Problem | None:
    """What people should know of a user in a project: which obligatory fields of its category have no value."""
    names = [field.name for field in missing(fields, user.additional) if field.category == user.category]
    if not names:
        return None
    return Problem("asms.additional_missing", {"project": project.name, "fields": labels(names, _MOST_NAMES)})


def _check_decided(user: User, groups: Iterable[Entry], projects: Mapping[str, Entry]) -> None:
    ahead = ({one for group in groups for one in group.projects} & projects.keys()) - user.projects
    if ahead:
        names = labels(sorted(projects[one].name for one in ahead), _MOST_NAMES)
        raise RequestProblemError(Problem("asms.association_undecided", {"projects": names}), field="associate")
