"""Configurações de Sincronização as the API takes and shows them (seed 001, “Sincronizar dados”)."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from notes.flow_names import INTEGRATION
from notes.records import Module
from notes.sync_settings import Direction, SyncSettings, Window, Winner
from sincronia.engine.state import Mode
from sincronia.web.application import Input
from sincronia.web.fields import connection_url
from sincronia.web.run_forms import RunAnswer

Truth = Annotated[bool, Field(strict=True)]


class SettingsForm(Input):
    """All settings at once; what isn't named is as before anybody saved them."""

    contacts: Truth = Field(default=False, description="Sincronizar Contatos.")
    tasks: Truth = Field(default=False, description="Sincronizar Tarefas.")
    events: Truth = Field(default=False, description="Sincronizar Eventos.")
    window: Window = Field(
        default=Window.ALL,
        description="Quais eventos, pelo início, no fuso do usuário: todos, os de hoje ou os dos últimos 30 dias.",
    )
    direction: Direction = Field(
        default=Direction.TO_CRM, description="Unidirecional, em um dos sentidos, ou bidirecional."
    )
    winner: Winner = Field(default=Winner.CRM, description="De quem são os dados que ficam em um conflito.")
    version: Annotated[int, Field(strict=True, ge=0)] | None = Field(
        default=None, description="A versão que foi lida; sem ela, as configurações são salvas sobre quaisquer outras."
    )
    start: Truth = Field(default=False, description="Se é de Iniciar Sincronização: salva e inicia uma execução.")


class NewSync(Input):
    """A sync that is to run now, with the settings that are saved."""

    mode: Mode = Mode.APPLY


class SettingsAnswer(BaseModel):
    """The settings as they are saved. A run keeps those that it began with."""

    contacts: bool
    tasks: bool
    events: bool
    window: Window
    direction: Direction
    winner: Winner
    version: int = Field(description="0, enquanto ninguém as salvou; nada é sincronizado antes disso.")
    run: RunAnswer | None = Field(
        default=None, description="Com start: a execução iniciada, ou a que já estava em curso com as anteriores."
    )
    url: str = Field(description="Onde se acompanha a execução; sem ela, onde as configurações são lidas.")


def settings_of(form: SettingsForm, version: int) -> SyncSettings:
    """The settings that a person typed, as they follow those of that version."""
    modules = frozenset(module for module in Module if getattr(form, module.value))
    return SyncSettings(modules, form.window, form.direction, form.winner, version)


def settings_answer(settings: SyncSettings, connection: str, run: RunAnswer | None = None) -> SettingsAnswer:
    """The settings as people read them."""
    return SettingsAnswer(
        contacts=Module.CONTACTS in settings.modules,
        tasks=Module.TASKS in settings.modules,
        events=Module.EVENTS in settings.modules,
        window=settings.window,
        direction=settings.direction,
        winner=settings.winner,
        version=settings.version,
        run=run,
        url=run.url if run else f"{connection_url(INTEGRATION, connection)}/sync-settings",
    )
