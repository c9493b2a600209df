"""The routes of settings, users and uninstalling of IBM Notes, and who calls them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from tests.notes_history_on_aws import CONNECTION, NotesHistory
from tests.routes_on_aws import Answer

ONE = f"/integrations/notes/connections/{CONNECTION}"
SETTINGS, USERS, RUNS = f"{ONE}/sync-settings", f"{ONE}/users", f"{ONE}/runs"
PASSWORD = "segredo-da-ana"  # invented


class NotesHttp(NotesHistory):
    """An execution environment of notes.on_http; its administrator manages the connection."""

    def save(self, *, role: str = "administrator", key: str = "", **settings: Any) -> Answer:
        """Saves the settings."""
        return self.call("PATCH", SETTINGS, role=role, body=settings, key=key)

    def form(self, role: str, **more: Any) -> dict[str, Any]:
        """A new user, who calls with `role` as the token's."""
        self.token(role)
        return {
            "token": self.ids[role],
            "name": role.capitalize(),
            "email": f"{role}@escritorio.example",
            "login": role,
            "password": PASSWORD,
            "databases": {"contacts": "names.nsf", "tasks": "mail/a.nsf", "events": "mail/a.nsf"},
            "crm_owner": "1001",
            **more,
        }

    def add(self, role: str, **more: Any) -> Answer:
        """Adds a user."""
        return self.call("POST", USERS, role="administrator", body=self.form(role, **more))

    def password_of(self, user: str) -> str:
        """The password that is kept of a user."""
        with_secret = self.of("notes.store.users").stored_user(CONNECTION, user)
        text = self.of("sincronia.store.aws").secrets_manager().get_secret_value(SecretId=with_secret.secret_name)
        return str(json.loads(text["SecretString"])["password"])

    def at_brake(self, run_id: str) -> None:
        """A run waits for a person's decision."""
        state, store = self.of("sincronia.engine.state"), self.of("sincronia.store.runs")
        run = store.stored_run(state.RunKey(CONNECTION, run_id))
        store.run_out(replace(run, phase=state.Phase.BRAKE)).save()
