"""The fields of an integration's settings and secret as people know them, from the models that check them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, Field
from pydantic.fields import FieldInfo

Kind = Literal["text", "number", "flag", "pairs", "groups", "secret"]

_KINDS: Mapping[Any, Kind] = {
    str: "text",
    int: "number",
    bool: "flag",
    dict[str, str]: "pairs",
    dict[str, list[str]]: "groups",
}


class DescribedField(BaseModel):
    """A field that a person fills in: what it is called, and what it takes."""

    name: str
    title: str
    kind: Kind = Field(
        description="pairs: um texto por nome; groups: uma lista de textos por nome; secret: nunca é mostrado."
    )
    required: bool


def settings_fields(model: type[BaseModel]) -> list[DescribedField]:
    """Those of settings; what is only there to be refused isn't described."""
    return [
        _described(name, field, _KINDS[field.annotation])
        for name, field in model.model_fields.items()
        if not field.exclude
    ]


def secret_fields(model: type[BaseModel]) -> list[DescribedField]:
    """Those of a secret, whatever they hold."""
    return [_described(name, field, "secret") for name, field in model.model_fields.items()]


def _described(name: str, field: FieldInfo, kind: Kind) -> DescribedField:
    return DescribedField(name=name, title=field.title or name, kind=kind, required=field.is_required())
