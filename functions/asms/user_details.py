"""What is asked of a user's password and additional fields before they are kept. Pure, but for the hash's salt.

Source: seed 003, “políticas de senha” and “Adicional”.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace

from asms.additional import AdditionalField, missing, wrong
from asms.passwords import Policy, broken, hashed, is_password
from asms.users import User
from sincronia.answers import Problem, ProblemError

LONGEST_ADDITIONAL = 250_000  # bytes, as they are kept: a user is one row, and a row has 400 KB at most


def with_password(user: User, password: str, policy: Policy) -> User:
    """The user with a new password; as it was, where the password is the present one, so that repeating is safe.

    Raises ProblemError(asms.password_refused), with every rule that the password doesn't keep.
    """
    if user.password and is_password(user.password, password):
        return user
    rules = broken(policy, password, login=user.login, name=user.name, earlier=user.earlier_passwords)
    if rules:
        raise ProblemError(Problem("asms.password_refused", {"rules": " ".join(one.sentence for one in rules)}))
    new = hashed(password)
    return replace(user, password=new, earlier_passwords=(new, *user.earlier_passwords)[: policy.history])


def with_additional(user: User, given: Mapping[str, str | None]) -> User:
    """The user with other values of additional fields, by the field's id; an empty value takes one away.

    Raises ProblemError(asms.additional_too_long).
    """
    after = _filled(user, given)
    if len(json.dumps(after)) > LONGEST_ADDITIONAL:
        raise ProblemError(Problem("asms.additional_too_long"))
    return replace(user, additional=after)


def wrong_additional(
    user: User, given: Mapping[str, str | None], fields: Iterable[AdditionalField]
) -> dict[str, Problem]:
    """What is wrong with new values, and what the user would be without, by the field's id.

    fields: those of the user's projects, for its category. A value that the user has already is never wrong: the field
    may have changed since.
    """
    active = {field.id: field for field in fields if field.active}
    found = {}
    for name, value in given.items():
        if not value or user.additional.get(name) == value:
            continue
        field = active.get(name)
        problem = wrong(field, value) if field else Problem("asms.additional_unknown")
        if problem:
            found[name] = problem
    for field in missing(active.values(), _filled(user, given)):
        found[field.id] = Problem("asms.additional_empty", {"field": field.name})
    return found


def _filled(user: User, given: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in {**user.additional, **given}.items() if value}
