"""The panel of results: counts of runs as people read them."""

from __future__ import annotations

from notes.content_sentences import CONTENT
from notes.records import Module
from notes.result_answers import SideResults, module_results
from notes.sync_settings import CRM, NOTES
from notes.syncing.counts import CONFLICTS, Counted


def shown(counts: list[Counted], module: Module, side: str) -> SideResults:
    """What the panel has of a module's side."""
    (found,) = (one for one in module_results(counts, CONTENT) if one.module == module)
    (answer,) = (one for one in found.sides if one.side == side)
    return answer


def test_a_panel_has_all_modules_and_both_sides_before_anything_was_counted() -> None:
    results = module_results([], CONTENT)

    assert [(one.module, one.title, [side.title for side in one.sides]) for one in results] == [
        ("contacts", "Contatos", ["IBM Notes", "Zoho CRM"]),
        ("tasks", "Tarefas", ["IBM Notes", "Zoho CRM"]),
        ("events", "Eventos", ["IBM Notes", "Zoho CRM"]),
    ]
    assert all(side.created == side.skipped == 0 and not side.reasons for one in results for side in one.sides)


def test_counts_of_several_runs_and_users_are_added_where_they_belong() -> None:
    counts = [
        Counted(Module.CONTACTS, "ana", CRM, "created", 2),
        Counted(Module.CONTACTS, "ana", CRM, "created", 3),
        Counted(Module.CONTACTS, "ana", CRM, CONFLICTS, 1),
        Counted(Module.CONTACTS, "ana", CRM, "unchanged", 7),
        Counted(Module.CONTACTS, "ana", NOTES, "updated", 4),
        Counted(Module.TASKS, "ana", CRM, "removed", 5),
        Counted(Module.TASKS, "ana", CRM, "rejected", 1),
        Counted(Module.TASKS, "ana", CRM, "failed", 2),
    ]

    contacts, tasks = shown(counts, Module.CONTACTS, "crm"), shown(counts, Module.TASKS, "crm")
    assert (contacts.created, contacts.updated, contacts.conflicts, contacts.skipped) == (5, 0, 1, 0)
    assert shown(counts, Module.CONTACTS, "notes").updated == 4
    assert (tasks.removed, tasks.failed) == (5, 3)


def test_what_was_left_out_is_told_by_reason_with_the_most_frequent_first() -> None:
    counts = [
        Counted(Module.EVENTS, "ana", CRM, "skipped", 1, "notes.subject_missing"),
        Counted(Module.EVENTS, "ana", CRM, "skipped", 2, "notes.zone_unknown"),
        Counted(Module.EVENTS, "ana", CRM, "skipped", 2, "notes.zone_unknown"),
        Counted(Module.EVENTS, "ana", NOTES, "skipped", 9, "notes.subject_missing"),
    ]

    events = shown(counts, Module.EVENTS, "crm")

    assert events.skipped == 5
    assert [(one.code, one.number) for one in events.reasons] == [
        ("notes.zone_unknown", 4),
        ("notes.subject_missing", 1),
    ]
    assert events.reasons[0].reason == ("O evento está no fuso horário …, que não é conhecido; nada dele foi alterado.")
