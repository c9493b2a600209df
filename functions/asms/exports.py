"""Exports of a project's clients or specialists: what was asked for, where its files are, what people are told. Pure.

Source: seed 003, “Formato de exportação para clientes e especialistas”.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from asms.answers import ANSWERS
from asms.catalogues import Category
from asms.columns import LAYOUT_TITLES, RECORDS_SHEET, Layout
from sincronia import clock
from sincronia.answers import explain
from sincronia.engine.state import Notification, Result, Run
from sincronia.names import name_key

EXPORT = "exportar"  # the flow that such runs are kept under
RECORDS = 7_000  # of one workbook (seed 003)

_COUNTED: Mapping[Category, tuple[str, str]] = {
    Category.CLIENTS: ("cliente", "clientes"),
    Category.SPECIALISTS: ("especialista", "especialistas"),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an export is of. The project's name is the one that it had when it was asked for."""

    project: str
    project_name: str
    category: Category
    layout: Layout

    @property
    def flow(self) -> str:
        """What one export at a time is held by: those of other projects, and of the other category, go on beside it."""
        return f"{EXPORT}-{self.project}-{self.category.value}"

    @property
    def title(self) -> str:
        """As people call it."""
        who = RECORDS_SHEET[self.category].lower()
        return f"Exportar {who}: {self.project_name} ({LAYOUT_TITLES[self.layout]})"

    @property
    def name(self) -> str:
        """What its files' names begin with: the project, in plain letters, and the category."""
        letters = (letter if letter.isascii() and letter.isalnum() else " " for letter in name_key(self.project_name))
        project = "-".join("".join(letters).split())[:60] or self.project
        return f"{project}-{_COUNTED[self.category][1]}"

    def out(self) -> dict[str, Any]:
        """As a run keeps it, among its filters."""
        return {
            "project": self.project,
            "project_name": self.project_name,
            "category": self.category.value,
            "format": self.layout.value,
        }


def wanted_by(run: Run) -> Wanted:
    """What a run is to export."""
    kept = run.filters
    return Wanted(kept["project"], kept["project_name"], Category(kept["category"]), Layout(kept["format"]))


def file_name(wanted: Wanted) -> str:
    """The name of what people download."""
    return f"{wanted.name}.zip"


def workbook_name(wanted: Wanted, number: int) -> str:
    """The name of a workbook in it; `number` is counted from 0."""
    return f"{wanted.name}-{number + 1:03}.xlsx"


def object_key(run: Run, lease: str, name: str) -> str:
    """Where a file of an export is kept for a week; who wrote it under another lease has written another."""
    return f"exports/{run.key.connection}/{run.key.run_id}/{lease}/{name}"


def export_key(run: Run) -> str:
    """Where what people download of an export is kept; it has ended in success."""
    return object_key(run, run.progress["zip"], file_name(wanted_by(run)))


def told(run: Run) -> Notification:
    """The notification of an export as it now stands."""
    wanted = wanted_by(run)
    if run.problem:
        text = explain(run.problem, ANSWERS)
    elif run.result:
        text = f"{_counted(run, wanted)}. O arquivo fica guardado por 7 dias."
    else:
        text = "A exportação foi iniciada."
    return Notification(
        audience=run.audience,
        id=run.key.run_id,
        connection=run.key.connection,
        integration=run.integration,
        title=wanted.title,
        text=text,
        created_at=clock.iso(run.started_at),
        concluded_at=clock.iso(run.concluded_at) if run.concluded_at is not None else "",
        result=run.result,
        files=(file_name(wanted),) if run.result == Result.SUCCESS else (),
    )


def _counted(run: Run, wanted: Wanted) -> str:
    """`7.001 clientes em 2 planilhas`."""
    records, workbooks = run.progress["records"], len(run.progress["workbooks"])
    who = _COUNTED[wanted.category][records != 1]
    planilhas = "planilha" if workbooks == 1 else "planilhas"
    return f"{records:,} {who} em {workbooks} {planilhas}".replace(",", ".")
