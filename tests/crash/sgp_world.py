"""What the world of SGP's hints looks like when all is quiet: both vendors, every table. And what must always hold."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from local.vendors.ozmap_kinds import KINDS
from tests.crash.scenario import tables
from tests.hints_on_aws import HintsOnAws
from tests.provider_on_aws import ProviderOnAws

# What may differ between a disturbed and an undisturbed run.
VOLATILE = {
    "at", "created_at", "decided_at", "story_at",  # who comes later is later
    "expires_at",  # counted from then
    "received_at",  # a sender whom nobody answered sends the event again
    "queued", "Avisos",  # a sweep that is taken up again may name a contract once more, whose hint is told once
    "createdAt", "updatedAt", "enter_date", "exit_date",  # OZmap has a clock of its own
}  # fmt: skip


def world(town: ProviderOnAws, creates: Mapping[str, int]) -> dict[str, Any]:
    """Every row of both vendors and of every table, and what was kept of what was removed, without what is volatile.

    A hint's id stands as the record that it is about and its place among those: the id says when it was received.
    """
    log = town.log()
    found: dict[str, Any] = {f"ozmap {kind}": _plain(town.ozmap.rows(kind)) for kind in KINDS}
    found["sgp"] = town.sgp.rows("contracts")
    ids = _names(log)
    for table in tables(town.aws):
        texts = [json.dumps(_plain(row), sort_keys=True, ensure_ascii=False) for row in town.rows(table)]
        found[table] = [json.loads(text) for text in sorted(_named(text, ids) for text in texts)]
    objects = town.sandbox.of("sincronia.store.aws").S3Objects()
    found["images"] = {ids[row["id"]]: _plain(list(objects.read_lines(row["image"]))) for row in log if "image" in row}
    found["queued"] = town.message()
    found["creates"] = dict(creates)
    return found


def _names(log: list[dict[str, Any]]) -> dict[str, str]:
    """What stands for each id."""
    seen, names = Counter[str](), {}
    for row in log:
        about = str(row["hint"].get("record") or row["hint"]["entity"])
        names[row["id"]] = f"{about} {seen[about]}"
        seen[about] += 1
    return names


def _named(text: str, ids: Mapping[str, str]) -> str:
    for each, name in ids.items():
        text = text.replace(each, name)
    return text


def _plain(value: Any) -> Any:
    """A value without what is volatile; JSON that a row keeps is read, and sets have an order."""
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items() if name not in VOLATILE}
    if isinstance(value, list):
        return sorted(value) if all(isinstance(inner, str) for inner in value) else [_plain(inner) for inner in value]
    if isinstance(value, str) and value.startswith(("{", "[")):
        return _plain(json.loads(value))
    return value


def conserved(town: HintsOnAws) -> None:
    """The law of conservation, of the day: what came to its end is counted, and has an outcome of its kind."""
    done = {
        row["id"]: row["effect"]["kind"] for row in town.log() if row["state"] == "done" and "record" in row["hint"]
    }
    assert {row["seq"]: row["kind"] for row in town.rows("outcomes")} == done
    counted = [{name: int(number["N"]) for name, number in row["counted"].items()} for row in town.rows("runs")]
    assert sum(count.pop("received") for count in counted) == len(done), counted
    assert sum(sum(count.values()) for count in counted) == len(done), counted
