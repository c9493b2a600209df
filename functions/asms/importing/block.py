"""What is changed in one transaction: users with all that is theirs, and an outcome of each, beside a run's step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from asms.importing.told import told
from sincronia.engine.state import Outcome, OutcomeKind, Rows, Run, Step
from sincronia.store.writing import Writes

ACTIONS = 98  # of a transaction, beside the run and its notification
BYTES = 2_000_000  # of a transaction, which may have four million


@dataclass(slots=True, kw_only=True)
class Block:
    """Rows or users that a run has changed together; `number` counts those that nothing came of, too."""

    run: Run
    number: int = 0
    counted: Counter[OutcomeKind] = field(default_factory=Counter)
    outcomes: list[Outcome] = field(default_factory=list)
    writes: Writes = field(default_factory=Writes)
    bytes: int = 0

    def count(self, kind: OutcomeKind) -> None:
        """Counts one."""
        self.counted[kind] += 1
        self.number += 1

    def adds(self, outcome: Outcome, writes: Writes, size: int = 0) -> bool:
        """Adds what came of one, if the transaction has room for it; size: about so many bytes."""
        actions = len(self.writes.actions) + len(writes.actions) + len(self.outcomes) + 1
        meets = not self.writes.items.isdisjoint(writes.items)
        if self.number and (actions > ACTIONS or meets or self.bytes + size > BYTES):
            return False
        self.writes.actions += writes.actions
        self.writes.items |= writes.items
        self.bytes += size
        self.outcomes.append(outcome)
        self.count(outcome.kind)
        return True

    def step(self) -> Step:
        """What is committed."""
        ((entity, tally),) = self.run.tallies.items()
        after = replace(
            self.run,
            position=self.run.position + self.number,
            tallies={entity: replace(tally, counters=dict(Counter(tally.counters) + self.counted))},
            progress=self.progress,
        )
        rows = Rows(
            entity=entity, outcomes=tuple(self.outcomes), beside=tuple(self.writes.actions), notification=told(after)
        )
        return Step(after, rows)

    @property
    def progress(self) -> Mapping[str, Any]:
        """What the run goes on from, beside its cursor."""
        return self.run.progress
