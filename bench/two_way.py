"""What a two-way sync takes, beside vdirsyncer's sync engine: `python -m bench.two_way WAY CONTACTS CHANGED`.

Each is a process of its own, over as many contacts in memory on two sides that agree; so many of them were edited on
one since. A run is the product's own, step by step with its catalogues, plan and pairs, on ports in memory. The
decision is what of it has no port: versions compared with those seen last, fingerprints of what moved, matching,
deciding, the pairs that follow. No table, bucket or vendor is behind either, nor behind vdirsyncer.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from unittest.mock import patch

from bench.exports import ENVIRONMENT
from local import processes
from notes.fields import record_fingerprint
from notes.normal_forms import email
from notes.records import Contact, Module
from notes.sync_settings import Direction, SyncSettings
from sincronia import clock
from sincronia.engine.state import Result
from sincronia.engine.two_way import Act, ActKind, Pair, Policy, Seen, Side, decide, pair_after
from sincronia.engine.two_way_matching import matched
from tests.notes_in_memory import Mailbox

CONTACTS = 10_000
CHANGED = (0, CONTACTS // 100)
VDIRSYNCER_PYTHON = processes.ROOT / ".venv-vdirsyncer" / "bin" / "python"


class Way(StrEnum):
    """By what is decided."""

    RUN = "run"
    DECISION = "decision alone"
    VDIRSYNCER = "vdirsyncer"


@dataclass(frozen=True, slots=True)
class MeasuredSync:
    """One row."""

    way: Way
    contacts: int  # on each side
    changed: int  # edited on one side since both agreed
    seconds: float
    processor_seconds: float
    peak_megabytes: float  # of the process, resident
    read: int  # bodies
    written_there: int  # writes to the side that nobody edited
    written: int  # writes to both


def measure(way: Way, contacts: int, changed: int) -> MeasuredSync:
    """Measures in a fresh process."""
    command = [sys.executable, "-m", "bench.two_way", way.value]
    if way == Way.VDIRSYNCER:
        command = [str(VDIRSYNCER_PYTHON), "-m", "bench.vdirsyncer_sync"]
    done = subprocess.run(
        [*command, str(contacts), str(changed)],
        cwd=processes.ROOT,
        env={**processes.base_environment(), **ENVIRONMENT},
        capture_output=True,
        text=True,
        check=True,
    )
    return MeasuredSync(way, contacts, changed, *json.loads(done.stdout))


def broken(rows: Sequence[MeasuredSync]) -> list[tuple[str, list[str]]]:
    """What the counts must show, as sentences, with the rows where one does not hold."""

    def where(found: Iterable[MeasuredSync]) -> list[str]:
        return [f"{row.way.value}, {row.changed:,} of {row.contacts:,} changed" for row in found]

    return [
        (
            "A body is read for each edit, and no other; by a run twice more, of both sides just before it writes",
            where(row for row in rows if row.read != row.changed * (3 if row.way == Way.RUN else 1)),
        ),
        (
            "A write is made for each edit, on the other side alone",
            where(row for row in rows if (row.written_there, row.written) != (row.changed, row.changed)),
        ),
    ]


@dataclass(slots=True)
class _InMemory:
    """A side: contacts with their versions, what was seen of them last, and what is asked of it."""

    contacts: dict[str, tuple[str, Contact]]
    last: dict[str, Seen]
    read: int = 0
    written: int = 0

    def seen(self) -> Iterable[Seen]:
        """Each contact, read only where its version moved."""
        for one, (version, contact) in self.contacts.items():
            known = self.last.get(one)
            if known is None or known.version != version:
                self.read += 1
                known = Seen(one, version, record_fingerprint(contact), email(contact.email), contact.last_name)
                self.last[one] = known
            yield known

    def write(self, one: str, contact: Contact) -> str:
        """The version that it has then."""
        self.written += 1
        version = str(int(self.contacts[one][0]) + 1) if one in self.contacts else "1"
        self.contacts[one] = version, contact
        return version


def _contact(number: int) -> Contact:
    return Contact(
        last_name=f"Exemplo {number}",
        first_name="Pessoa",
        email=f"pessoa{number}@example.com",
        phone=f"(11) 5550-{number % 10000:04}",
        company=f"Empresa {number % 50}",
        title="Compras",
        street=f"Rua {number}",
        city="São Paulo",
        state="SP",
        zip_code="01000-000",
        country="Brasil",
    )


def _synced(sides: Mapping[Side, _InMemory], pairs: dict[str, Pair]) -> None:
    """Decides on all, and carries it out; pairs are by the id in the first side."""
    policy = Policy(None, Side.B)
    for case in matched(sides[Side.A].seen(), sides[Side.B].seen(), list(pairs.values())):
        act = decide(case, policy)
        if act.kind is ActKind.NOTHING:
            continue
        after = _carried_out(act, sides)
        pairs[after.a.id] = after


def _carried_out(act: Act, sides: Mapping[Side, _InMemory]) -> Pair:
    version = ""
    if act.on is not None:
        source, target = act.case.seen(act.on.other), act.case.seen(act.on)
        assert source is not None
        assert target is not None  # nothing is created or removed here
        contact = sides[act.on.other].contacts[source.id][1]
        version = sides[act.on].write(target.id, contact)
        sides[act.on].last[target.id] = replace(target, version=version, fingerprint=source.fingerprint)
    after = pair_after(act, version=version)
    assert after is not None
    return after


def _decided(contacts: int, changed: int) -> tuple[Callable[[], None], _Counts]:
    made = {f"contato-{number}": ("1", _contact(number)) for number in range(contacts)}
    a, b = (_InMemory(dict(made), {}) for _ in Side)
    sides, pairs = {Side.A: a, Side.B: b}, dict[str, Pair]()
    _synced(sides, pairs)
    for number in range(changed):
        one = f"contato-{number}"
        a.write(one, _edited(a.contacts[one][1], number))
    before = a.read + b.read, b.written, a.written + b.written

    def counts() -> tuple[int, ...]:
        return _since(before, (a.read + b.read, b.written, a.written + b.written))

    return lambda: _synced(sides, pairs), counts


def _ran(contacts: int, changed: int) -> tuple[Callable[[], None], _Counts]:
    """Twice in step before it is measured, so that what the first run wrote was seen by the second."""
    mailbox = Mailbox()
    mailbox.mailboxes.saved = SyncSettings(frozenset({Module.CONTACTS}), direction=Direction.BOTH, version=1)
    a, b = mailbox.side(Side.A), mailbox.side(Side.B)
    ids = [a.typed(_contact(number)) for number in range(contacts)]
    for number in range(contacts):
        b.typed(_contact(number))

    def synced() -> None:
        run = mailbox.worked(mailbox.started(), times=2)
        assert run.result is Result.SUCCESS, run.problem

    with patch.object(clock, "now", lambda: mailbox.now):
        synced()
        synced()
    for number, one in enumerate(ids[:changed]):
        a.edited(one, content=_edited(_contact(number), number))
    before = a.bodies_read + b.bodies_read, b.writes, a.writes + b.writes

    def counts() -> tuple[int, ...]:
        return _since(before, (a.bodies_read + b.bodies_read, b.writes, a.writes + b.writes))

    def measured() -> None:
        with patch.object(clock, "now", lambda: mailbox.now):
            synced()

    return measured, counts


def _edited(contact: Contact, number: int) -> Contact:
    return replace(contact, phone=f"(21) 5550-{number % 10000:04}")


def _since(before: Sequence[int], after: Sequence[int]) -> tuple[int, ...]:
    return tuple(now - then for then, now in zip(before, after, strict=True))


_Counts = Callable[[], tuple[int, ...]]
_WAYS = {Way.RUN: _ran, Way.DECISION: _decided}


def main(way: str, contacts: int, changed: int) -> None:
    """Prints what MeasuredSync has from its seconds on."""
    synced, counts = _WAYS[Way(way)](contacts, changed)
    start, processor = time.perf_counter(), time.process_time()
    synced()
    taken = time.perf_counter() - start, time.process_time() - processor
    with Path("/proc/self/status").open(encoding="ascii") as process:
        (peak,) = (line.split()[1] for line in process if line.startswith("VmHWM:"))
    print(json.dumps([*taken, int(peak) / 1024, *counts()]))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
