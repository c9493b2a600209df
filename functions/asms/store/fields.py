"""What projects ask for, in DynamoDB: a row for each additional field, and the row by which its name is its own."""

from __future__ import annotations

from typing import Any

from asms.additional import AdditionalField, FieldType
from asms.catalogues import Category
from asms.store.named_rows import KeptNamed, keep_named
from asms.store.rows import DirectoryRow
from sincronia.names import name_key


def stored_fields(connection: str, project: str) -> list[AdditionalField]:
    """What a project asks for, of clients first, in the order of names; read consistently."""
    rows = DirectoryRow.query(fields_scope(connection, project), consistent_read=True)
    return [_field_in(row) for row in sorted(rows, key=lambda row: row.name_key)]


def stored_field(connection: str, project: str, field_id: str) -> AdditionalField | None:
    """One of them, read consistently."""
    try:
        return _field_in(DirectoryRow.get(fields_scope(connection, project), field_id, consistent_read=True))
    except DirectoryRow.DoesNotExist:
        return None


def keep_field(connection: str, before: AdditionalField | None, after: AdditionalField) -> KeptNamed:
    """Writes a field and its name, if it still is as it was read; None before: if there is none yet."""
    return keep_named(_field_out(connection, before) if before else None, _field_out(connection, after))


def fields_scope(connection: str, project: str) -> str:
    """The scope of what a project asks for."""
    return f"{connection}#fields#{project}"


def _field_out(connection: str, field: AdditionalField) -> DirectoryRow:
    value: dict[str, Any] = {
        "category": field.category.value,
        "name": field.name,
        "type": field.type.value,
        "obligatory": field.obligatory,
        "active": field.active,
    }
    if field.options:
        value["options"] = list(field.options)
    return DirectoryRow(
        fields_scope(connection, field.project),
        field.id,
        name_key=f"{field.category.value}#{name_key(field.name)}",
        value=value,
        version=field.version,
    )


def _field_in(row: DirectoryRow) -> AdditionalField:
    value = row.value
    return AdditionalField(
        id=row.item,
        project=row.scope.rpartition("#")[2],
        category=Category(value["category"]),
        name=value["name"],
        type=FieldType(value["type"]),
        obligatory=value["obligatory"],
        options=tuple(value.get("options", ())),
        active=value["active"],
        version=int(row.version),
    )
