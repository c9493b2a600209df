"""What a preview keeps of each row, for people to read and for the import that applies it to hold on to. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from json import dumps

from asms.columns import Column
from asms.importing.decided import Decided
from asms.importing.deciding import Rules
from asms.importing.masking import masked
from asms.users import User
from sincronia.engine.plan import Action
from sincronia.engine.state import OutcomeKind

_SECRET = "password"  # the key of a column, not a password  # noqa: S105


def action_of(one: Decided, rules: Rules) -> Action:
    """What the import would do with a row; of one that is rejected, what was typed, masked."""
    decision, before = one.decision, one.before
    if decision.kind == OutcomeKind.REJECTED:
        wrong = {
            fault.column.header: masked(fault.column.key, fault.value) for fault in decision.faults if fault.column
        }
        return Action(
            kind=decision.kind,
            source_id=before.id if before else "",
            label=label_of(one),
            content=wrong,
            changed=tuple(wrong),
            problem=decision.faults[0].problem,
        )
    after = decision.user
    content = _texts(decision.changed, after, rules) if after else {}
    had = _texts(decision.changed, before, rules) if before else {}
    return Action(
        kind=decision.kind,
        source_id=before.id if before else "",
        label=label_of(one),
        content=content,
        before=had,
        changed=tuple(content),
        fingerprint=_print(decision.kind, before, had, content),
    )


def agreed(one: Decided, seen: Action, rules: Rules) -> bool:
    """Whether a row would do what a preview has shown of it."""
    return action_of(one, rules).fingerprint == seen.fingerprint


def label_of(one: Decided) -> str:
    """What people call a row: the user's name, or what stands where its name should."""
    user, header, row = one.decision.user or one.before, one.header, one.row
    return user.name if user else header.text(row, "name").strip() or header.text(row, "login").strip()


def _texts(columns: tuple[Column, ...], user: User | None, rules: Rules) -> Mapping[str, str]:
    if user is None:
        return {}
    return {column.header: "••••" if column.key == _SECRET else column.cell(user, rules.names) for column in columns}


def _print(kind: OutcomeKind, before: User | None, had: Mapping[str, str], content: Mapping[str, str]) -> str:
    """Short, and the same whatever ids new users and shifts get; another where what would be lost is another."""
    text = dumps([kind.value, before.id if before else "", sorted(had.items()), sorted(content.items())])
    return blake2b(text.encode(), digest_size=8).hexdigest()
