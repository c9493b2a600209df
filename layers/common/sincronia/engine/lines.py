"""Records and actions as JSON lines in objects, in parts that a manifest lists.

Objects live under `runs/<connection>/<run>/<lease>/`: a holder that has lost its lease writes where nobody reads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sincronia.answers import problem_in, problem_out
from sincronia.engine.flow import Identity, Record
from sincronia.engine.plan import Action
from sincronia.engine.ports import Objects
from sincronia.engine.state import Link, OutcomeKind, Run

SCHEMA = 2  # of the lines and the manifest; a run never outlives a change of it unnoticed
PART_SIZE = 500  # actions in one object of a plan


@dataclass(frozen=True, slots=True)
class Part:
    """One object and how many lines it holds."""

    key: str
    count: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What was stored: its parts in order, and whether they are all that the source has."""

    parts: tuple[Part, ...] = ()
    complete: bool = False

    @property
    def received(self) -> int:
        """How many lines there are in all."""
        return sum(part.count for part in self.parts)


def key_of(run: Run, name: str) -> str:
    """The object key for what this holder of the run writes."""
    return f"runs/{run.key.connection}/{run.key.run_id}/{run.lease}/{name}.jsonl.gz"


def write_manifest(objects: Objects, key: str, manifest: Manifest) -> None:
    """Stores a manifest: a line about the whole, then a line a part."""
    head = {"schema": SCHEMA, "complete": manifest.complete, "received": manifest.received}
    parts = ({"key": part.key, "count": part.count} for part in manifest.parts)
    objects.write_lines(key, [head, *parts])


def read_manifest(objects: Objects, key: str) -> Manifest:
    """The manifest of that key; an empty key is an empty manifest."""
    if not key:
        return Manifest()
    head, *parts = objects.read_lines(key)
    if head["schema"] != SCHEMA:
        message = f"The manifest has schema {head['schema']}, this version reads {SCHEMA}."
        raise ValueError(message)
    return Manifest(tuple(Part(part["key"], part["count"]) for part in parts), head["complete"])


@dataclass(frozen=True, slots=True)
class StoredRecords:
    """The records of a manifest; can be walked as often as needed, one part in memory at a time.

    `shape` gives each as a lane's target is told of it.
    """

    objects: Objects
    manifest: Manifest
    shape: Callable[[Record], Record] | None = None

    def __iter__(self) -> Iterator[Record]:
        for part in self.manifest.parts:
            for line in self.objects.read_lines(part.key):
                record = record_from_line(line)
                yield self.shape(record) if self.shape else record


class StoredActions:
    """A plan read by position, its lanes one after the other; keeps the part that was read last."""

    def __init__(self, objects: Objects, manifests: Mapping[str, Manifest]) -> None:
        self._objects = objects
        self._manifests = manifests  # by lane's entity
        self._part: tuple[str, list[Action]] = ("", [])

    def from_position(self, position: int) -> Iterator[tuple[str, Action]]:
        """The actions from a position to the end of the plan, each with its lane's entity."""
        first = 0
        for entity, manifest in self._manifests.items():
            for part in manifest.parts:
                if position < first + part.count:
                    for action in islice(self._actions(part), max(position - first, 0), None):
                        yield entity, action
                first += part.count

    def _actions(self, part: Part) -> list[Action]:
        if self._part[0] != part.key:
            self._part = (part.key, [action_from_line(line) for line in self._objects.read_lines(part.key)])
        return self._part[1]


def stored_plan(run: Run, objects: Objects) -> StoredActions:
    """The plan of a run, in the order of its lanes."""
    manifests = {entity: read_manifest(objects, run.plan_manifests[entity]) for entity in run.tallies}
    return StoredActions(objects, manifests)


def write_actions(objects: Objects, run: Run, entity: str, actions: Iterable[Action]) -> Manifest:
    """Stores a lane's plan in parts. Holds one part in memory."""
    source, parts = iter(actions), list[Part]()
    while lines := [line_from_action(action) for action in islice(source, PART_SIZE)]:
        key = key_of(run, f"plan-{entity}-{len(parts):05}")
        objects.write_lines(key, lines)
        parts.append(Part(key, len(lines)))
    return Manifest(tuple(parts), complete=True)


def line_from_record(record: Record) -> dict[str, Any]:
    """The line of a record; what is empty is left out."""
    line: dict[str, Any] = {"id": record.source_id, "label": record.label}
    if record.problem:
        line["problem"] = problem_out(record.problem)
    else:
        line |= {"key": record.natural_key, "content": dict(record.content)}
    if record.identities:
        line["identities"] = _identities_out(record.identities)
    if record.parent:
        line["parent"] = record.parent
    if record.left:
        line["left"] = True
    return line


def record_from_line(line: dict[str, Any]) -> Record:
    """The record of a line."""
    return Record(
        source_id=line["id"],
        label=line["label"],
        content=line.get("content", {}),
        natural_key=line.get("key", ""),
        identities=_identities_in(line.get("identities", ())),
        problem=problem_in(line.get("problem")),
        parent=line.get("parent", ""),
        left=line.get("left", False),
    )


def line_from_action(action: Action) -> dict[str, Any]:
    """The line of an action; what is empty is left out."""
    line: dict[str, Any] = {"kind": action.kind.value, "id": action.source_id, "label": action.label}
    optional = {
        "content": dict(action.content),
        "key": action.natural_key,
        "print": action.fingerprint,
        "target": action.target_id,
        "identities": _identities_out(action.identities),
        "changed": list(action.changed),
        "problem": problem_out(action.problem),
        "link": _link_out(action.link) if action.link else None,
        "over": _link_out(action.takes_over) if action.takes_over else None,
        "before": dict(action.before),
    }
    return line | {name: value for name, value in optional.items() if value}


def action_from_line(line: dict[str, Any]) -> Action:
    """The action of a line."""
    return Action(
        kind=OutcomeKind(line["kind"]),
        source_id=line["id"],
        label=line["label"],
        content=line.get("content", {}),
        natural_key=line.get("key", ""),
        fingerprint=line.get("print", ""),
        target_id=line.get("target", ""),
        identities=_identities_in(line.get("identities", ())),
        changed=tuple(line.get("changed", ())),
        problem=problem_in(line.get("problem")),
        link=_link_in(line.get("link")),
        takes_over=_link_in(line.get("over")),
        before=line.get("before", {}),
    )


def _link_out(link: Link) -> dict[str, Any]:
    return {
        "id": link.source_id,
        "target": link.target_id,
        "synced": link.synced,
        "label": link.label,
        "version": link.version,
        "seen": link.seen,
        "active": link.active,
        "identities": _identities_out(link.identities),
        "at": link.at,
    }


def _link_in(line: dict[str, Any] | None) -> Link | None:
    if line is None:
        return None
    return Link(
        source_id=line["id"],
        target_id=line["target"],
        synced=line["synced"],
        label=line["label"],
        version=line["version"],
        seen=line["seen"],
        active=line["active"],
        identities=_identities_in(line["identities"]),
        at=line["at"],
    )


def _identities_out(identities: Iterable[Identity]) -> list[list[str]]:
    return [[identity.kind, identity.value] for identity in identities]


def _identities_in(pairs: Iterable[Iterable[str]]) -> tuple[Identity, ...]:
    return tuple(Identity(kind, value) for kind, value in pairs)
