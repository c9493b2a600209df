"""Writes docs/formats.md from the schema of the workbooks' columns: `python -m operations.formats`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from asms.catalogues import Category
from asms.columns import (
    CHOICES_SHEET,
    HEADINGS,
    INFORMATION_SHEET,
    LAYOUT_TITLES,
    RECORDS_SHEET,
    RULES,
    TEMPLATE_VERSION,
    Column,
    Layout,
    Section,
    additional_examples,
    columns_of,
    described,
)

FILE = Path(__file__).parents[1] / "docs" / "formats.md"

_BEFORE = f"""\
# Os formatos de clientes e especialistas

Esta página é feita por `make formats` a partir de `functions/asms/columns.py`, de onde vêm também a exportação e a aba
“{INFORMATION_SHEET}” de cada planilha. Versão do formato: {TEMPLATE_VERSION}.

Há três formatos: *{LAYOUT_TITLES[Layout.EMPTY]}*, para criar; *{LAYOUT_TITLES[Layout.WITH_DATA]}*; e
*{LAYOUT_TITLES[Layout.WITH_DATA_WITHOUT_RELATIONS]}*, em que faltam as últimas colunas. Uma planilha (.xlsx) tem a aba
dos usuários, a aba “{INFORMATION_SHEET}”, e a aba oculta “{CHOICES_SHEET}”, com as listas de que se escolhe. Todas as
células são texto.
"""


def whole_page() -> str:
    """The page as it is committed."""
    parts = [_BEFORE, "".join(f"- {rule}\n" for rule in RULES)]
    for category in Category:
        columns = columns_of(category, (), Layout.WITH_DATA)
        details = [column for column in columns if column.section == Section.DETAILS]
        others = [column for column in columns if column.section != Section.DETAILS]
        parts += [
            f"## {RECORDS_SHEET[category]}\n",
            _table(details),
            "Uma coluna para cada campo adicional do projeto, conforme o tipo do campo:\n",
            _table(additional_examples(category)),
            "Relacionamentos e turnos:\n",
            _table(others),
        ]
    return "\n".join(parts)


def _table(columns: Iterable[Column]) -> str:
    rows = [HEADINGS, ("---",) * len(HEADINGS), *map(described, columns)]
    return "".join(f"| {' | '.join(_cell(text) for text in row)} |\n" for row in rows)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def main() -> None:
    """Writes the file again."""
    FILE.write_text(whole_page(), encoding="utf-8")
    print(f"{FILE} foi gravado.")


if __name__ == "__main__":
    main()
