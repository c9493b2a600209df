"""What a run of each flow can be narrowed to, as people type it; the titles are those of Questor's screens."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from sincronia.engine.flow import BrakeLimits, LinkStatus
from zen.selectors import Selector, SelectorError, parse


def _selector(value: Any) -> Any:
    """A selector's text, parsed; blank means all. The error's context fills the sentence."""
    if value is None or isinstance(value, Selector):
        return value
    if not isinstance(value, str):
        raise PydanticCustomError("zen.selector_invalid", "no text", {"position": "1", "piece": ""})
    if not value.strip():
        return None
    try:
        return parse(value)
    except SelectorError as error:
        position, piece = str(error.position), f" (“{error.piece}”)" if error.piece else ""
    raise PydanticCustomError("zen.selector_invalid", "no selector", {"position": position, "piece": piece})


def _codes(value: Any) -> Any:
    """Codes as people type them, with a semicolon between; what else there is stays as it is."""
    return [piece for piece in value.split(";") if piece.strip()] if isinstance(value, str) else value


_Selected = Annotated[Selector | None, BeforeValidator(_selector, json_schema_input_type=str | None)]


class _Sending(BaseModel):
    """What all flows are asked. `brake` takes the place of the flow's limits; empty statuses mean all."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, str_strip_whitespace=True)

    statuses: frozenset[LinkStatus] = Field(default=frozenset(), title="Status")
    tareffa: bool = Field(default=False, title="Sincronizar Tareffa")
    force: bool = Field(default=False, title="Enviar também os sincronizados")
    brake: BrakeLimits = Field(default=BrakeLimits(), title="Limites do freio")


class UsersFilters(_Sending):
    """Of "Sincronizar Usuários"."""

    groups: Annotated[
        tuple[Annotated[int, Field(ge=0)], ...], BeforeValidator(_codes, json_schema_input_type=list[int] | str)
    ] = Field(default=(), title="Código Grupo")


class CompaniesFilters(_Sending):
    """Of "Sincronizar Empresas e Funcionários"; a selector that is empty means all."""

    statuses: frozenset[LinkStatus] = Field(default=frozenset(), title="Status Empresa")
    companies: _Selected = Field(default=None, title="Empresa")
    branches: _Selected = Field(default=None, title="Filial")
    org_units: _Selected = Field(default=None, title="Organograma")
    contracts: _Selected = Field(default=None, title="Contrato do Empregado")
    partners: bool = Field(default=False, title="Enviar Sócios da Empresa")
    org_chart: bool = Field(default=False, title="Enviar Organogramas da Empresa")


class InitialFilters(_Sending):
    """Of "Sincronização Inicial", which is complete: no selector narrows it."""

    partners: bool = Field(default=True, title="Enviar Sócios da Empresa")
    org_chart: bool = Field(default=True, title="Enviar Organogramas da Empresa")


_NOT_IN_STEP = [LinkStatus.NOT_SYNCED.value, LinkStatus.RESYNC_PENDING.value]

# The schedules': who is in step is listed and not sent.
USERS_DEFAULTS: dict[str, Any] = {"groups": [], "statuses": _NOT_IN_STEP, "tareffa": False, "force": False}
COMPANIES_DEFAULTS: dict[str, Any] = {
    "companies": "",
    "branches": "",
    "org_units": "",
    "contracts": "",
    "partners": False,
    "org_chart": False,
    "statuses": _NOT_IN_STEP,
    "tareffa": False,
    "force": False,
}
INITIAL_DEFAULTS: dict[str, Any] = {
    "partners": True,
    "org_chart": True,
    "statuses": _NOT_IN_STEP,
    "tareffa": False,
    "force": False,
}
