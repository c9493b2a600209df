"""Workbooks that people download: what stands in a cell is text, whatever it looks like."""

from __future__ import annotations

import io

import pytest
from python_calamine import CalamineWorkbook

from sincronia.workbooks import Column, workbook


@pytest.mark.parametrize("cell", ["=1+1", "http://x.example", "<b>&amp;", "00123", "a\nb", "<r>a</r>", "<r></r>"])
def test_what_is_in_a_cell_is_read_again_as_text(cell: str) -> None:
    file = workbook("Folha", [Column("Nome", 20), Column("Outra", 20)], [[cell, "depois"]])
    head, row = CalamineWorkbook.from_filelike(io.BytesIO(file)).get_sheet_by_name("Folha").to_python()
    assert head == ["Nome", "Outra"]
    assert [str(text).strip() for text in row] == [cell, "depois"]
