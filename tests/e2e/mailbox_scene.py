"""Connections of IBM Notes in all the states that its operations ask for, with what their paths and bodies name."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from tests.e2e.mailbox_over_http import CONNECTIONS, Mail
from tests.e2e.over_http import Caller, Json

_OF_CONTACT: Json = {"module": "contacts", "side": "notes", "record_id": "5F3A0C2E1B7D4A6980C1D2E3F4A5B6C7"}


class MailboxScene:
    """Whoever asks is an administrator with a mailbox; other connections to the same vendors wait at the brake."""

    def __init__(self, administrator: Caller) -> None:
        self.administrator = administrator
        self.mail, self.starting, *braked = mails = [Mail(administrator, administrator) for _ in range(4)]
        self.mail.start_over()
        for mail in mails:
            mail.ended(mail.saved(start=True)["run"])
        self.entry = str(self.mail.conflict()["id"])
        self.run = str(self.mail.synced()["run_id"])
        self.mail.domino.act("empty", mailbox=self.mail.mailbox)
        self.decided, self.cancelled = ({"connection": mail.id, "run_id": self._held(mail)} for mail in braked)
        self.connection: Json = {"connection": self.mail.id}
        self.gone, self.spare = ({"connection": self._spare()} for _ in range(2))
        form = self._form()
        self.email = form["email"]
        self.other = self._user(form)

    def there(self) -> dict[str, Json]:
        """What exists, by operation."""
        run, entry = self.connection | {"run_id": self.run}, self.connection | {"entry": self.entry}
        lists = ("users", "pairs", "conflicts", "connection_runs")
        there = {
            **dict.fromkeys(("read_connection", "check_connection", "read_sync_settings"), self.connection),
            **dict.fromkeys(("read_results", "schedule_meeting", "create_user"), self.connection),
            **dict.fromkeys(("list_calendars", "describe_uninstalling"), self.connection),
            **dict.fromkeys((f"list_{name}" for name in lists), self.connection),
            **dict.fromkeys(("read_run", "list_outcomes"), run),
            **dict.fromkeys(("read_conflict", "bring_back"), entry),
            **dict.fromkeys(("change_user", "change_user_password", "exclude_record", "include_record"), self.other),
            **dict.fromkeys(("change_connection", "save_sync_settings"), self.spare),
            "delete_connection": self.gone,
            "start_sync": {"connection": self.starting.id},
            "decide_sync": self.decided,
            "cancel_run": self.cancelled,
        }
        return {f"notes_{name}": named for name, named in there.items()}

    def new(self) -> dict[str, Callable[[], Json]]:
        """What is used up, made anew each time, by operation."""
        return {"notes_remove_user": lambda: self._user(self._form())}

    def right(self) -> dict[str, Json]:
        """What of bodies has to be of the connection."""
        of_connection: Json = {"settings": self.mail.definition["settings"], "secret": {}, "flows": {}}
        bodies: dict[str, Json] = {
            **dict.fromkeys(("create_connection", "change_connection"), of_connection),
            "create_user": self._form(),
            "change_user": dict.fromkeys(("name", "email", "login", "zone", "databases", "views")),
            "change_user_password": {"email": self.email},
            **dict.fromkeys(("exclude_record", "include_record"), _OF_CONTACT),
            "save_sync_settings": {"contacts": True, "version": None, "start": False},
            "schedule_meeting": {
                "user": "",
                "participants": [],
                "starts": "2027-01-12T14:00:00-03:00",
                "ends": "2027-01-12T15:00:00-03:00",
            },
        }
        return {f"notes_{name}": body for name, body in bodies.items()}

    def queries(self) -> Mapping[str, Json]:
        """What a deletion confirms; what narrows a list is left out."""
        lists = ("read_results", "list_pairs", "list_conflicts")
        return {
            **{f"notes_{name}": {} for name in lists},
            "notes_delete_connection": {"confirm": self.gone["connection"]},
        }

    def _held(self, mail: Mail) -> str:
        """The run that the brake holds, for the mailbox came back empty."""
        run = mail.synced()
        assert run["phase"] == "brake", run
        return str(run["run_id"])

    def _spare(self) -> str:
        """A new connection that nobody else looks at."""
        made = {**self.mail.definition, "id": f"{self.mail.id}-{os.urandom(4).hex()}"}
        self.administrator.post(CONNECTIONS, made)
        return str(made["id"])

    def _form(self) -> Json:
        """What a user who was never there is made with."""
        token = self.administrator.with_role("operator").id
        return self.mail.form | {"token": token, "email": f"{token}@escritorio.example", "name": "Lia Prado"}

    def _user(self, form: Json) -> Json:
        """A new user of whom nothing is synced."""
        made = self.administrator.post(f"{self.mail.path}/users", form)
        return self.connection | {"user": made["id"]}
