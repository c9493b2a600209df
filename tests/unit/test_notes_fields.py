"""The table of fields: as documented, and one with the records that it speaks of."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from notes.content_sentences import CONTENT
from notes.fields import TABLE
from notes.records import Contact, Event, Module, Task

PAGE = (Path(__file__).parents[2] / "docs" / "fields.md").read_text(encoding="utf-8")
KINDS = {Module.CONTACTS: Contact, Module.TASKS: Task, Module.EVENTS: Event}


@pytest.mark.parametrize("module", list(Module))
def test_table_is_documented_row_by_row(module: Module) -> None:
    section = PAGE.split("## The mailbox ⇄ Zoho CRM")[1].split(f"### {module.capitalize()}\n\n")[1].split("\n\n")[0]
    rows = [
        f"| {row.name} | {', '.join(row.notes)} | {', '.join(row.crm) or '–'} | {row.kind} | "
        f"{'yes' if row.configurable else ''} |"
        for row in TABLE[module]
    ]
    assert section.splitlines()[2:] == rows


@pytest.mark.parametrize("module", list(Module))
def test_every_field_of_a_record_is_in_the_table(module: Module) -> None:
    names = {one.name for one in fields(KINDS[module])} - {"completed_at"}
    assert {row.name for row in TABLE[module]} == names


@pytest.mark.parametrize("module", list(Module))
def test_no_two_rows_share_a_name_on_a_side(module: Module) -> None:
    for names in ([row.notes for row in TABLE[module]], [row.crm for row in TABLE[module]]):
        told = [name for one in names for name in one]
        assert len(told) == len(set(told))


def test_reasons_are_documented() -> None:
    assert {code for code in CONTENT if f"`{code}`" not in PAGE} == set()
