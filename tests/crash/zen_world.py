"""What the world looks like when all is quiet: every table, every row of every vendor. And what must always hold."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from local.vendors.questor_rows import CONSULTATIONS
from local.vendors.server import Simulator
from local.vendors.zen_resources import RESOURCES
from tests.crash.scenario import tables
from tests.office_on_aws import OfficeOnAws

# What may differ between a disturbed and an undisturbed run: times, who held the lease, where objects lie, and what
# the idempotency of requests keeps of them.
VOLATILE = {
    "at", "attempts", "concluded_at", "created_at", "data", "expiration", "expires_at", "id", "in_progress_expiration",
    "lease", "lease_until", "look_until", "plan_manifests", "source_manifests", "started_at", "story_at", "validation",
    "wake_at",
}  # fmt: skip

KINDS = {"questor": tuple(CONSULTATIONS), "zen": tuple(RESOURCES), "tareffa": ("users", "companies")}
IDS = {"zen": "Codigo", "tareffa": "id"}  # what a vendor made, and may make otherwise the next time
TARGETS = {
    "usuario_escritorio": ("zen", "users"),
    "empresa": ("zen", "companies"),
    "filial": ("zen", "establishments"),
    "organograma": ("zen", "org_units"),
    "socio": ("zen", "partners"),
    "usuario_cliente": ("zen", "employees"),
    "tareffa.usuario": ("tareffa", "users"),
    "tareffa.empresa": ("tareffa", "companies"),
}
NATURAL_KEYS = {("zen", resource.name): resource.natural for resource in RESOURCES.values()} | {
    ("tareffa", "usuarios"): ("email",),
    ("tareffa", "empresas"): ("cnpj",),
}

Rows = Mapping[tuple[str, str], Mapping[str, dict[str, Any]]]


def vendors(office: OfficeOnAws) -> dict[str, Simulator]:
    """The simulators that the office has."""
    found = {"questor": office.questor, "zen": office.zen, "tareffa": office.tareffa}
    return {name: simulator for name, simulator in found.items() if simulator}


def vendor_rows(office: OfficeOnAws) -> dict[tuple[str, str], dict[str, dict[str, Any]]]:
    """All rows of every kind of the vendors that are written to, by the id that the vendor made."""
    found = {}
    for vendor, simulator in vendors(office).items():
        if vendor in IDS:
            for kind in KINDS[vendor]:
                rows = simulator.rows(kind)
                found[vendor, kind] = {str(row[IDS[vendor]]): row for row in rows}
    return found


def world(office: OfficeOnAws, creates: Mapping[str, int]) -> dict[str, Any]:
    """Every row of every vendor and table without what is volatile.

    A row's id at a vendor stands as the row itself, and a run's id as its place among the runs.
    """
    rows = vendor_rows(office)
    ids = {
        place: {row_id: _text(_without_id(row, place)) for row_id, row in found.items()}
        for place, found in rows.items()
    }
    found: dict[str, Any] = {f"{vendor} {kind}": sorted(texts.values()) for (vendor, kind), texts in ids.items()}
    for kind in KINDS["questor"]:
        found[f"questor {kind}"] = office.questor.rows(kind)
    runs = sorted(str(row["run_id"]) for row in office.rows("runs"))
    for table in tables(office.aws):
        texts = []
        for row in office.rows(table):
            kept = {name: value for name, value in row.items() if name not in VOLATILE}
            if "target_id" in kept:
                kept["target_id"] = ids[TARGETS[_entity(row)]].get(kept["target_id"], "deleted")
            text = _text(kept)
            for place, run_id in reversed([*enumerate(runs)]):  # the id of a run that follows another begins with its
                text = text.replace(run_id, f"run {place}")
            texts.append(text)
        found[table] = [json.loads(text) for text in sorted(texts)]
    found["queued"] = office.message()
    found["creates"] = dict(creates)
    return found


def _text(row: Mapping[str, Any]) -> str:
    return json.dumps(row, sort_keys=True, ensure_ascii=False)


def _without_id(row: Mapping[str, Any], place: tuple[str, str]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != IDS[place[0]]}


def _entity(row: Mapping[str, Any]) -> str:
    """The lane that a link's or an outcome's row is of."""
    return str(row.get("scope") or row["record"]).split("#")[1]


def conserved(office: OfficeOnAws) -> None:
    """The law of conservation, on every lane of every run there is."""
    for run in office.rows("runs"):
        remaining = run["position"] if run["phase"] in {"apply", "brake", "done"} else 0
        for tally in json.loads(run["tallies"]).values():
            done = min(remaining, tally["planned"])
            remaining -= done
            assert tally["received"] == sum(tally["counters"].values()) + tally["planned"] - done, run


def accounted_for(office: OfficeOnAws, before: Rows) -> None:
    """Nothing was written without link and outcome, and the run's counts are those of its outcomes, lane by lane."""
    run = office.run()
    outcomes = office.outcomes(run)
    written = [row for row in outcomes if row["kind"] in {"created", "updated", "deactivated"}]
    linked = {(_entity(row), row["target_id"]) for row in office.rows("links")}
    by_target = {(TARGETS[_entity(row)], row["target_id"]): _entity(row) for row in written}
    for place, row_id in _changed(before, vendor_rows(office)):
        assert (place, row_id) in by_target, f"{place} {row_id} without an outcome: {run}"
        assert (by_target[place, row_id], row_id) in linked, f"{place} {row_id} without a link: {run}"
    counted = Counter((_entity(row), row["kind"]) for row in outcomes)
    for entity, tally in json.loads(run["tallies"]).items():
        assert tally["received"] == sum(tally["counters"].values()), run
        for kind in ("created", "updated", "deactivated", "rejected"):
            assert tally["counters"].get(kind, 0) == counted[entity, kind], (entity, kind, run)


def _changed(before: Rows, after: Rows) -> Iterator[tuple[tuple[str, str], str]]:
    for place, rows in after.items():
        for row_id, row in rows.items():
            if before[place].get(row_id) != row:
                yield place, row_id
