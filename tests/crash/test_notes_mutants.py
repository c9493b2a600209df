"""The sweeps notice what they are for: without what protects a record, a world ends otherwise."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.crash.choke import Choke, Fate
from tests.crash.notes_scenarios import CONTACTS, MEETING, TASKS, NotesScenario, given_up
from tests.crash.notes_world import MailboxesInDanger
from tests.crash.stage import Stage
from tests.crash.sweeps import sweep
from tests.office_on_aws import AwsServer, Sandbox


def no_look(sandbox: Sandbox) -> None:
    """Neither side is looked at before a record is made."""
    for module, name in (("notes.crm_side", "CrmRecords"), ("notes.mailbox_side", "MailboxRecords")):
        getattr(sandbox.of(module), name).found = lambda *_: ()


def no_word(sandbox: Sandbox) -> None:
    """No pair says before a write what is about to be written."""
    sandbox.of("sincronia.engine.two_way").pair_before = lambda act: act.case.pair


def no_entry(sandbox: Sandbox) -> None:
    """What is about to be lost is not kept."""
    sandbox.of("notes.store.mailboxes").DynamoMailboxes.loser_kept = lambda *_: lambda _: None


@contextmanager
def mutated(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch, scenario: NotesScenario, mutant: Callable[[Sandbox], None] | None
) -> Iterator[Stage[MailboxesInDanger]]:
    """The stage of a scenario whose execution environments are changed."""
    with Stage(aws, monkeypatch, scenario) as stage:
        stage.changes = mutant
        yield stage


def left(world: dict[str, Any]) -> dict[str, Any]:
    """What both sides have, and what of the contents that were lost is kept."""
    lost = [row["value"] for row in world["mailboxes"] if row["scope"].endswith("#losers")]
    told = sorted(f"{one['why']} {one['label']} {one['content']}" for one in lost)
    sides = {part: rows for part, rows in world.items() if part.startswith(("domino", "zoho"))}
    return {**sides, "lost": told, "agreed": sorted(world["agreed"].values())}


def of_given_up_runs(stage: Stage[MailboxesInDanger], writes: Collection[str]) -> dict[str, str]:
    """What ends otherwise where a run is cancelled after one of these, and a person edits on; by call."""
    seen = Choke()
    expected = left(stage.perform(seen, given_up))
    wrong = {}
    for at, name in enumerate(seen.seen, start=1):
        if name in writes:
            found = left(stage.perform(Choke(at=at, fate=Fate.AFTER), given_up))
            if found != expected:
                wrong[f"call {at} ({name})"] = "\n".join(
                    f"{part}: expected {expected[part]}\n{part}:    found {found[part]}"
                    for part in expected
                    if found[part] != expected[part]
                )
    return wrong


@pytest.mark.sweep
def test_what_a_cancelled_run_wrote_passes_for_nobodys_edit(aws: AwsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with mutated(aws, monkeypatch, CONTACTS, None) as stage:
        assert of_given_up_runs(stage, {"vendor PUT", "vendor PATCH"}) == {}


@pytest.mark.sweep
def test_without_the_word_before_a_write_it_passes_for_an_edit_and_a_persons_is_lost(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mutated(aws, monkeypatch, CONTACTS, no_word) as stage:
        wrong = of_given_up_runs(stage, {"vendor PUT"})
    assert any("conflict Ana Lima" in text.partition("lost:    found")[2] for text in wrong.values()), wrong


@pytest.mark.sweep
@pytest.mark.parametrize("scenario", [pytest.param(one, id=one.name) for one in (TASKS, MEETING)])
def test_without_a_look_a_death_after_a_creation_makes_it_twice(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch, scenario: NotesScenario
) -> None:
    with mutated(aws, monkeypatch, scenario, no_look) as stage:
        wrong = sweep(stage, Fate.AFTER, only="vendor POST")
    twice = [text for text in wrong.values() if ": 2" in text.partition("creates:    found")[2]]
    assert len(twice) == 2, wrong  # one on each side


@pytest.mark.sweep
def test_a_content_that_is_lost_without_an_entry_is_noticed(aws: AwsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        mutated(aws, monkeypatch, TASKS, no_entry) as stage,
        pytest.raises(AssertionError, match="no entry"),
    ):
        stage.perform(Choke())
