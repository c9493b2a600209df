"""What a run of a flow can be narrowed to, as a person fills it in: the fields of Questor's screens. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel

from sincronia.engine.flow import LinkStatus

Kind = Literal["selector", "flag", "choices"]

_SELECTOR = "Vazio para todos; 1..10 para uma sequência, 1;3;9 para alguns."
_HELP: Mapping[str, str] = {  # in the order of Questor's screens
    "groups": "O código do grupo de usuários, como 2 ou 1;3. Vazio para todos os grupos.",
    "companies": _SELECTOR,
    "branches": "Vazio ou 1.. para todas as filiais. A matriz vai como a própria empresa.",
    "org_units": _SELECTOR,
    "contracts": _SELECTOR,
    "partners": "Sincroniza os sócios das empresas escolhidas.",
    "org_chart": "Sincroniza os organogramas e os funcionários das empresas escolhidas.",
    "statuses": "Nenhum marcado vale por todos. Para dar o primeiro acesso, marque Não Sincronizado.",
    "tareffa": "Marque se o escritório usa o Tareffa e quer sincronizar também o cadastro nele.",
    "force": "Envia de novo também quem já está igual.",
}


class FilterField(BaseModel):
    """A filter of a flow."""

    name: str
    title: str
    kind: Kind
    help: str
    choices: list[str]
    value: str | bool | list[str]


def filter_fields(form: type[BaseModel], values: Mapping[str, Any]) -> list[FilterField]:
    """Those of a flow, filled in with what its connection keeps. The brake's limits aren't a filter."""
    return [_field(name, form, values) for name in _HELP if name in form.model_fields]


def _field(name: str, form: type[BaseModel], values: Mapping[str, Any]) -> FilterField:
    known = form.model_fields[name]
    kind: Kind = "flag" if known.annotation is bool else "choices" if name == "statuses" else "selector"
    return FilterField(
        name=name,
        title=known.title or name,
        kind=kind,
        help=_HELP[name],
        choices=[str(status) for status in LinkStatus] if kind == "choices" else [],
        value=_value(kind, values.get(name, known.default)),
    )


def _value(kind: Kind, value: Any) -> str | bool | list[str]:
    """As the form shows it: a selector is a text, whether it is kept as that or as its codes."""
    if kind == "flag":
        return bool(value)
    if kind == "choices":
        return [str(each) for each in value or ()]
    return value if isinstance(value, str) else ";".join(str(each) for each in value or ())
