"""Routes of Configurações de Sincronização, and of the sync that they start (seed 001, “Sincronizar dados”)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from notes.flow_names import SYNC
from notes.flows import FLOWS, SYNC_MINUTES
from notes.settings_forms import NewSync, SettingsAnswer, SettingsForm, settings_answer, settings_of
from notes.store.settings import keep_settings, stored_settings
from notes.sync_settings import SyncSettings
from notes.syncing.told import told
from sincronia import clock
from sincronia.answers import Problem, ProblemError
from sincronia.auth import Role, Token
from sincronia.engine.state import Mode, Run, RunKey, ScheduledFlow
from sincronia.store.asked import asked_for, digest
from sincronia.store.runs import stored_run
from sincronia.web.application import Caller, IdempotencyKey, Routes
from sincronia.web.fields import ConnectionInPath
from sincronia.web.integration import Integration
from sincronia.web.run_decisions import Decision, decided
from sincronia.web.run_forms import RunAnswer, RunInPath, run_answer
from sincronia.web.run_starts import asked_run, made, new_run_id

_STARTS = ("connection_disabled", "run_not_made", "notes.modules_none")


@dataclass(frozen=True, slots=True)
class SettingsRoutes:
    """The routes of the integration."""

    integration: Integration

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Sincronização")
        base = self.integration.connection_path
        started: dict[str, Any] = {"status": 201, "answered": "A execução, que está na fila."}
        routes.get(
            f"{base}/sync-settings",
            role=Role.READER,
            summary="Lê as Configurações de Sincronização",
            refuses=("connection_unknown",),
            page="notes/settings.html",
            menu="Configurações",
        )(self.read_sync_settings)
        routes.patch(
            f"{base}/sync-settings",
            role=Role.ADMINISTRATOR,
            summary="Salva as Configurações de Sincronização, por inteiro; valem a partir da próxima execução",
            answered="As configurações; salvar as mesmas de novo não muda nada, e o que está vinculado não é refeito.",
            idempotent=True,
            refuses=("connection_unknown", "notes.settings_changed_meanwhile", *_STARTS),
        )(self.save_sync_settings)
        routes.post(
            f"{base}/runs",
            role=Role.OPERATOR,
            summary="Inicia uma sincronização, ou uma pré-visualização dela",
            refuses=("connection_unknown", "run_active", "notes.settings_unsaved", *_STARTS),
            **started,
        )(self.start_sync)
        routes.post(
            f"{base}/runs/<run_id>/decision",
            role=Role.OPERATOR,
            summary="Aprova ou rejeita uma sincronização que espera no freio",
            refuses=("connection_unknown", "run_unknown", "nothing_to_decide", "decided_before"),
        )(self.decide_sync)
        return routes

    def read_sync_settings(self, connection: ConnectionInPath) -> SettingsAnswer:
        """As saved, or as they are before anybody saves them."""
        self.integration.connection(connection)
        return settings_answer(stored_settings(connection), connection)

    def save_sync_settings(
        self, connection: ConnectionInPath, form: SettingsForm, caller: Caller, idempotency_key: IdempotencyKey
    ) -> SettingsAnswer:
        """Saved first, then started: who dies in between and asks again gets the run."""
        self.integration.connection(connection)
        if form.start:
            self.integration.enabled(connection)
            _check_modules(settings_of(form, 0))
        before = stored_settings(connection)
        after = settings_of(form, before.version)
        if before.version == 0 or after != before:
            if form.version not in {None, before.version}:
                raise ProblemError(Problem("notes.settings_changed_meanwhile"))
            after = replace(after, version=before.version + 1)
            keep_settings(connection, after, self._flow(connection, SYNC_MINUTES))
        if not form.start:
            return settings_answer(after, connection)
        return settings_answer(after, connection, self._started_or_active(connection, caller, idempotency_key))

    def start_sync(
        self, connection: ConnectionInPath, wanted: NewSync, caller: Caller, idempotency_key: IdempotencyKey
    ) -> RunAnswer:
        """One at a time. Refused before anybody has saved the settings."""
        self.integration.enabled(connection)
        settings = stored_settings(connection)
        if settings.version == 0:
            raise ProblemError(Problem("notes.settings_unsaved"))
        _check_modules(settings)
        return self._started(connection, wanted.mode, caller, idempotency_key)

    def decide_sync(
        self, connection: ConnectionInPath, run_id: RunInPath, wanted: Decision, caller: Caller
    ) -> RunAnswer:
        """Once: who comes second is told so."""
        self.integration.connection(connection)
        run = self.integration.run(connection, run_id)
        return run_answer(decided(run, wanted, caller, told), self.integration)

    def _started_or_active(self, connection: str, caller: Token, idempotency_key: str) -> RunAnswer:
        """The settings are saved by now: a run that is at work is no refusal of them."""
        try:
            return self._started(connection, Mode.APPLY, caller, idempotency_key)
        except ProblemError as error:
            active = stored_run(RunKey(connection, str(error.problem.details.get("run", ""))))
            if error.problem.code != "run_active" or active is None:
                raise
            return run_answer(active, self.integration)

    def _started(self, connection: str, mode: Mode, caller: Token, idempotency_key: str) -> RunAnswer:
        run_id = new_run_id(connection, SYNC)
        if idempotency_key:
            run_id = asked_for(digest(SYNC, caller.id, connection, idempotency_key, mode.value), run_id)
        asked = asked_run(RunKey(connection, run_id), self.integration.name, SYNC, {}, caller)
        run: Run = replace(asked, mode=mode)
        if made(run, self._flow(connection, None), {}, told(run)):
            return run_answer(run, self.integration)
        return run_answer(stored_run(run.key) or run, self.integration)

    def _flow(self, connection: str, every_minutes: int | None) -> ScheduledFlow:
        """The sync's flow, where nothing is kept of it yet; with a period it is due when that has gone by."""
        return ScheduledFlow(
            connection=connection,
            integration=self.integration.name,
            flow=SYNC,
            title=FLOWS[SYNC].title,
            filters={},
            every_minutes=every_minutes,
            wake_at=clock.now() + every_minutes * 60 if every_minutes else None,
            active_run="",
        )


def _check_modules(settings: SyncSettings) -> None:
    if not settings.modules:
        raise ProblemError(Problem("notes.modules_none"))
