"""Runs a scenario to its quiet end while a fate befalls one of its calls, and says what the world looks like then."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import botocore.loaders
import botocore.session
import pytest

from local.vendors.office import Office as QuestorOffice
from local.vendors.questor import QuestorSimulator
from local.vendors.zen import ZenSimulator
from tests.crash.choke import Choke, Death, Fate, choked
from tests.office_on_aws import AwsServer, OfficeOnAws, Sandbox

LEASE_OVER = 331.0  # seconds: past the worker's lease
MINUTE = 61.0
PATIENCE = 80  # deliveries and ticks until a scenario must be quiet

# What may differ between a disturbed and an undisturbed run: times, who held the lease, and where objects lie.
VOLATILE = {
    "at", "attempts", "concluded_at", "created_at", "expires_at", "lease", "lease_until", "look_until",
    "plan_manifests", "source_manifests", "started_at", "story_at", "wake_at",
}  # fmt: skip


@dataclass(frozen=True)
class Scenario:
    """`prepare` brings the office to where the watched sync begins; the sync itself is the same for all."""

    name: str
    prepare: Callable[[OfficeOnAws], None]


def _sharing(office: OfficeOnAws) -> set[int]:
    return {code for pair in office.questor.office.sharing for code in pair}


def first_sync(office: OfficeOnAws) -> None:
    """Nothing was ever synced: four creates, one whom Zen already knows under an old name, three rejections."""
    known = next(row for row in office.questor.users() if row["EMAIL"] and row["CODIGOUSUARIO"] not in _sharing(office))
    office.zen.add("Nome Antigo", str(known["EMAIL"]))


def everything(office: OfficeOnAws) -> None:
    """A new name of one whom Zen has lost, a new e-mail, one who left, came, came back as another, got an e-mail."""
    office.sync()
    codes = sorted(int(link["source_id"]) for link in office.rows("links"))
    back = office.questor.user(codes[4])
    office.questor.remove(codes[4])
    office.sync()
    office.questor.add("Quem Voltou", str(back["EMAIL"]), 2)
    office.questor.change(codes[1], NOMEUSUARIO="Nome Novo")
    (lost,) = [link for link in office.rows("links") if link["source_id"] == str(codes[1])]
    office.zen.remove(int(lost["target_id"]))
    office.questor.change(codes[2], EMAIL="endereco.novo@escritorio.example")
    office.questor.remove(codes[3])
    office.questor.add("Quem Chegou", "quem.chegou@escritorio.example", 1)
    office.questor.change(office.questor.office.codes_without_email[0], EMAIL="agora.tem@escritorio.example")


FIRST_SYNC = Scenario("first sync", first_sync)
EVERYTHING = Scenario("everything at once", everything)


class Stage:
    """The AWS server and the scenario's office, set up anew for each performance."""

    def __init__(self, aws: AwsServer, monkeypatch: pytest.MonkeyPatch, scenario: Scenario) -> None:
        self.aws = aws
        self.monkeypatch = monkeypatch
        self.scenario = scenario
        self.changes: Callable[[Sandbox], None] | None = None
        monkeypatch.setattr(botocore.session, "create_loader", lru_cache(botocore.loaders.create_loader))
        aws.renew()

    def perform(self, choke: Choke, drive: Callable[[OfficeOnAws, Choke], None] | None = None) -> dict[str, Any]:
        """Sets up, lets the watched sync happen under the choke, and gives the world at its quiet end."""
        self.aws.clear()
        with QuestorSimulator(QuestorOffice(8, 1, 1)) as questor, ZenSimulator() as zen:
            office = OfficeOnAws(self.aws, questor, zen)
            office.connect()
            self.scenario.prepare(office)
            (flow,) = [row for row in office.rows("connections") if row["item"].startswith("FLOW#")]
            office.now = max(office.now, float(flow["wake_at"]))
            office.changes = self.changes
            office.sandbox = office.new_sandbox()
            with choked(choke, self.monkeypatch):
                (drive or until_quiet)(office, choke)
            return world(office)


def until_quiet(office: OfficeOnAws, choke: Choke) -> None:
    """The tick, then deliveries and ticks until the newest run is done and nothing waits."""
    tick(office, choke)
    for _ in range(PATIENCE):
        if deliver(office, choke):
            continue
        if office.rows("runs") and office.run()["phase"] == "done":
            return
        office.now += MINUTE
        tick(office, choke)
    message = f"not quiet: {office.rows('runs')}"
    raise AssertionError(message)


def tick(office: OfficeOnAws, choke: Choke) -> None:
    """EventBridge Scheduler's call; repeated, as EventBridge does, where it died."""
    try:
        with choke.watching():
            office.tick()
    except Death:
        reborn(office, choke)
        office.tick()


def deliver(office: OfficeOnAws, choke: Choke) -> bool:
    """Delivers one message; where the worker dies the message stays, and time goes by. False where none waits."""
    waiting = office.message()
    if waiting is None:
        return False
    happening, receipt = waiting
    try:
        with choke.watching():
            office.handle(happening)
        office.spend(receipt)
    except Death:
        reborn(office, choke)
    conserved(office)
    return True


def reborn(office: OfficeOnAws, choke: Choke) -> None:
    """A new execution environment takes the dead one's place, when its lease is over."""
    choke.revive()
    office.now += LEASE_OVER
    office.sandbox = office.new_sandbox()


def conserved(office: OfficeOnAws) -> None:
    """The law of conservation, on every run there is."""
    for run in office.rows("runs"):
        remaining = run["position"] if run["phase"] in {"apply", "brake", "done"} else 0
        for tally in json.loads(run["tallies"]).values():
            done = min(remaining, tally["planned"])
            remaining -= done
            assert tally["received"] == sum(tally["counters"].values()) + tally["planned"] - done, run


def overtaken(*, lease_over: bool) -> Callable[[OfficeOnAws, Choke], None]:
    """A drive in which the worker is held up at the choke's call while another gets the same message.

    With lease_over the clock moves past the first one's lease, so the other finishes the run: a zombie resumes.
    Without it, both are at work at once, and the lease says whose run it is.
    """

    def drive(office: OfficeOnAws, choke: Choke) -> None:
        office.tick()
        waiting = office.message()
        assert waiting is not None
        happening, receipt = waiting
        held_up, resume, errors = threading.Event(), threading.Event(), list[BaseException]()
        first = office.sandbox

        def hold_up() -> None:
            held_up.set()
            resume.wait(60)

        choke.pause = hold_up

        def work() -> None:
            try:
                with choke.watching():
                    office.handle(happening, first)
            except Exception as error:  # a zombie may fail loudly; it may not change anything
                errors.append(error)
            finally:
                held_up.set()

        thread = threading.Thread(target=work)
        thread.start()
        held_up.wait(60)
        if lease_over:
            office.now += LEASE_OVER
        office.sandbox = office.new_sandbox()
        office.handle(happening)
        conserved(office)
        resume.set()
        thread.join(60)
        assert not thread.is_alive()
        assert lease_over or not errors, errors
        office.spend(receipt)
        conserved(office)
        until_quiet(office, choke)

    return drive


def world(office: OfficeOnAws) -> dict[str, Any]:
    """Zen's users and every table, without what is volatile; Zen's codes stand as the e-mail they belong to."""
    emails = {str(user["Codigo"]): user["Email"] for user in office.zen.users()}
    found: dict[str, Any] = {
        "zen": sorted(
            (user["Email"], user["Nome"], user["CodigoGrupo"], user["Situacao"]) for user in office.zen.users()
        )
    }
    for table in ("links", "identities", "runs", "outcomes", "notifications"):
        rows = []
        for row in office.rows(table):
            kept = {name: value for name, value in row.items() if name not in VOLATILE}
            if "target_id" in kept:
                kept["target_id"] = emails.get(kept["target_id"], "deleted")
            rows.append(kept)
        found[table] = sorted(rows, key=lambda row: json.dumps(row, sort_keys=True))
    found["queued"] = office.message()
    return found


def differences(expected: dict[str, Any], found: dict[str, Any]) -> str:
    """What differs, part by part; empty where nothing does."""
    return "\n".join(
        f"{part}: expected {expected[part]}\n{part}:    found {found[part]}"
        for part in expected
        if expected[part] != found[part]
    )


def sweep(
    stage: Stage,
    fate: Fate = Fate.BEFORE,
    drive: Callable[[OfficeOnAws, Choke], None] | None = None,
    only: str = "",
) -> dict[str, str]:
    """Performs the scenario once for each of its calls (`only`: of those so named); gives what went wrong, by call."""
    undisturbed = Choke()
    expected = stage.perform(undisturbed)
    assert len(undisturbed.seen) >= 20, undisturbed.seen
    wrong = {}
    for at, name in enumerate(undisturbed.seen, start=1):
        if only in name:
            try:
                differing = differences(expected, stage.perform(Choke(at=at, fate=fate), drive))
            except AssertionError as error:
                differing = str(error)
            if differing:
                wrong[f"call {at} ({name})"] = differing
    return wrong
