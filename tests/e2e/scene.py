"""Connections and runs in all the states that the API's operations ask for, with what their paths and bodies name."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from local.model_provider import CONNECTIONS as PROVIDERS
from local.model_service_desk import CONNECTIONS as DIRECTORIES
from tests.e2e.directory_over_http import PNG, Directory
from tests.e2e.mailbox_scene import MailboxScene
from tests.e2e.network_scene import NetworkScene
from tests.e2e.over_http import COMPANIES, CONNECTIONS, USERS, Caller, Json, Office, definition, until
from tests.e2e.provider_over_http import Provider

FOUND = "quem.faltava@contabilaurora.example"
LANE = "usuario_escritorio"
_DAYS = {"since": "2027-01-04", "until": "2027-01-31"}


class Scene:
    """One of every integration; parts of it can be made apart."""

    def __init__(self, administrator: Caller) -> None:
        self.administrator = administrator
        self.office = Office(administrator)
        self.provider = Provider(administrator, remove_property=True)
        self.directory = directory = Directory(administrator)
        network, mailboxes = NetworkScene(administrator), MailboxScene(administrator)
        self.new = {**network.new(), **mailboxes.new()}
        self.there: Mapping[str, Json] = {
            **of_office(self.office),
            "zen_change_connection": {"connection": self.spare()},
            **of_provider(self.provider),
            "sgp_change_connection": {"connection": self.spare_provider()},
            "sgp_decide_day": held(administrator),
            "sgp_download_corrections": ended_day(administrator),
            **of_directory(directory),
            **of_privacy(directory),
            "asms_change_connection": {"connection": self.spare_directory()},
            "asms_cancel_run": left_alone(directory),
            **of_imports(directory),
            "asms_decide_run": braked(administrator),
            **network.there(),
            **mailboxes.there(),
        }
        # What says of which connection there is; all else that a query may say is left out.
        self.queries: Mapping[str, Json] = {
            **queries_of_provider(self.provider),
            **queries_of_directory(directory, self.there),
            **network.queries(),
            **mailboxes.queries(),
        }
        user = next(user for user in self.office.questor.users() if not user["EMAIL"])
        settings = self.office.definition["settings"]
        of_sgp: Json = {"settings": self.provider.definition["settings"], "secret": {}, "flows": {}}
        self.right: Mapping[str, Json] = {
            "ask_privacy_request": {"purpose": "export", "known_by": "email", "value": FOUND},
            "zen_create_connection": {"settings": settings, "secret": {}, "flows": {}},
            "zen_change_connection": {"settings": settings, "secret": {}, "flows": {USERS: {"filters": {}}}},
            "zen_start_run": {"flow": USERS, "filters": {}},
            "zen_apply_preview": {"deselected": [{"lane": LANE, "source_id": "1"}]},
            "zen_correct_record": {"lane": LANE, "source_id": str(user["CODIGOUSUARIO"]), "fields": {"email": FOUND}},
            "zen_select_records": {"deselected": [{"lane": LANE, "source_id": "1"}]},
            **dict.fromkeys(("sgp_create_connection", "sgp_change_connection"), of_sgp),
            "sgp_replay_period": {"since": "2026-01-31T00:00:00Z", "until": None},
            **right_of_directory(directory),
            **network.right(),
            **mailboxes.right(),
        }

    def spare(self) -> str:
        """A new connection that nobody else looks at."""
        made = definition(self.administrator.stack, f"{self.office.id}-{os.urandom(4).hex()}")
        self.administrator.post(CONNECTIONS, made)
        return str(made["id"])

    def spare_provider(self) -> str:
        """The same, of SGP."""
        made = {**self.provider.definition, "id": f"{self.provider.id}-{os.urandom(4).hex()}"}
        self.administrator.post(PROVIDERS, made)
        return str(made["id"])

    def spare_directory(self) -> str:
        """The same, of ASMS."""
        made = {**self.directory.definition, "id": f"{self.directory.id}-{os.urandom(4).hex()}"}
        self.administrator.post(DIRECTORIES, made)
        return str(made["id"])

    def named(self, name: str) -> Json:
        """What exists; a new one of what is used up."""
        new: Mapping[str, Callable[[], Json]] = {
            "revoke": lambda: {"token_id": self.administrator.with_role("reader").id},
            "zen_delete_connection": lambda: {"connection": self.spare()},
            "sgp_delete_connection": lambda: {"connection": self.spare_provider()},
            "asms_delete_connection": lambda: {"connection": self.spare_directory()},
            "asms_remove_shift": lambda: shift(self.directory),
            "asms_revoke_specialist_token": lambda: token(self.directory),
            **self.new,
        }
        return new[name]() if name in new else self.there.get(name, {})


def of_office(office: Office) -> dict[str, Json]:
    """What there is of an office: runs that are done, previews, runs at the brake; and the notification of one."""
    starting, braking = (Office(office.administrator) for _ in range(2))  # first, for each empties Zen
    synced, _ = both(office)
    applied, corrected = (office.sync(USERS, "preview")["run_id"] for _ in range(2))
    both(braking)
    braking.questor.misbehave(kind="empty", operation="list", times=None)
    decided, cancelled = both(braking)
    braking.questor.reset()
    connection = {"connection": office.id}
    run, planned = ({**connection, "run_id": run_id} for run_id in (synced, corrected))
    there = {
        **dict.fromkeys(("read_connection", "check_connection", "list_connection_runs"), connection),
        "start_run": {"connection": starting.id},
        **dict.fromkeys(("read_run", "read_messages", "list_outcomes", "download_corrections", "retry_run"), run),
        **dict.fromkeys(("list_planned", "select_records", "correct_record"), planned),
        "read_flow": {**connection, "flow": USERS},
        "apply_preview": {**connection, "run_id": applied},
        "decide_run": {"connection": braking.id, "run_id": decided},
        "cancel_run": {"connection": braking.id, "run_id": cancelled},
    }
    return {
        **{f"zen_{name}": named for name, named in there.items()},
        "read_notification": {**connection, "notification_id": synced},
    }


def queries_of_provider(provider: Provider) -> dict[str, Json]:
    """What lists have to name."""
    connection: Json = {"connection": provider.id}
    return dict.fromkeys(("sgp_list_logs", "sgp_list_statuses"), connection)


def of_provider(provider: Provider) -> dict[str, Json]:
    """What there is of a provider: a line of the log with its image, its contract and its day."""
    contract = provider.mapped()[0]
    provider.change(contract, status=3)
    line = provider.told(contract)
    assert line["has_image"]
    connection = {"connection": provider.id}
    hint, run = {**connection, "hint": line["id"]}, {**connection, "run_id": line["run_id"]}
    record = {**connection, "record": str(contract)}
    there = {
        **dict.fromkeys(("read_connection", "check_connection", "read_webhook"), connection),
        **dict.fromkeys(("replay_period", "list_connection_runs"), connection),
        **dict.fromkeys(("read_hint", "read_image", "replay_hint"), hint),
        **dict.fromkeys(("preview_record", "sync_record"), record),
        **dict.fromkeys(("read_run", "list_outcomes"), run),
    }
    return {f"sgp_{name}": named for name, named in there.items()}


def held(administrator: Caller) -> Json:
    """A day of which the brake holds something."""
    provider = Provider(administrator, remove_property=True)
    for contract in provider.mapped()[:11]:
        provider.change(contract, status=3)
        provider.sent(contract)
    (line,) = provider.until(lambda: provider.lines(outcome="held"), bool)
    return {"connection": provider.id, "run_id": line["run_id"]}


def ended_day(administrator: Caller) -> Json:
    """A day that has come to its end, with a contract to correct."""
    provider = Provider(administrator)
    run_id = provider.told(99999)["run_id"]
    provider.day_ends(run_id)
    return {"connection": provider.id, "run_id": run_id}


def of_privacy(directory: Directory) -> dict[str, Json]:
    """A request of LGPD that has a file, of a client of the directory."""
    administrator, email = directory.administrator, f"lgpd-{os.urandom(4).hex()}@empresa.example"
    directory.user("clients", email=email)
    asked = administrator.post("/privacy/requests", {"purpose": "export", "known_by": "email", "value": email})
    administrator.stack.fire_schedule("AsmsOnSchedule")
    until(lambda: administrator.get(asked["url"]), lambda seen: any(part["file"] for part in seen["parts"]))
    request = {"request_id": asked["id"]}
    return {"read_privacy_request": request, "download_privacy_file": {**request, "connection": directory.id}}


def of_directory(directory: Directory) -> dict[str, Json]:
    """What there is of a directory: entries, a field, a client with comment and photo, a specialist, an export."""
    connection = {"connection": directory.id}
    client, specialist = directory.user("clients"), directory.user("specialists")
    directory.operator.post(f"{client}/photo", {"content": PNG})
    directory.operator.post(f"{client}/comments", {"text": "Prefere a tarde."})
    exported = directory.export("clients", "with_data")
    run = {**connection, "run_id": directory.ended(exported)["run_id"]}
    catalogue = {**connection, "catalogue": "roles"}
    entry = {**catalogue, "entry": directory.entry("roles", "Atendente")}
    project = {**connection, "project": directory.project}
    field = {**project, "field": directory.field(category="clients", name="Matrícula", type="text")}
    members = {**project, "category": "clients"}
    category = {**connection, "category": "clients"}
    user = {**category, "user": _last(client)}
    relation = {**user, "relation": "groups"}
    of_specialist = {**connection, "user": _last(specialist)}
    there = {
        **dict.fromkeys(("read_connection", "list_connection_runs"), connection),
        **dict.fromkeys(("read_policy", "change_policy", "check_password"), connection),
        **dict.fromkeys(("list_catalogues", "read_export_form", "read_import_form", "read_sent_file"), connection),
        **dict.fromkeys(("list_entries", "create_entry"), catalogue),
        **dict.fromkeys(("read_entry", "change_entry"), entry),
        **dict.fromkeys(("start_export", "start_import", "list_fields", "create_field"), project),
        "change_field": field,
        **dict.fromkeys(("associate_users", "dissociate_users", "download_empty_format", "list_association"), members),
        **dict.fromkeys(("read_run", "list_outcomes", "read_export"), run),
        "download_export": {**run, "file": _last(exported["file"])},
        **dict.fromkeys(("list_users", "create_user", "read_new_user_form"), category),
        **dict.fromkeys(("read_user", "change_user", "list_comments", "add_comment"), user),
        **dict.fromkeys(("change_photo", "download_photo"), user),
        **dict.fromkeys(("read_details", "read_address", "read_additional"), user),
        "remove_photo": {**category, "user": _last(directory.user("clients"))},
        **dict.fromkeys(("change_relation", "list_related"), relation),
        **dict.fromkeys(("add_shift", "list_shifts"), of_specialist),
        **dict.fromkeys(("list_specialist_tokens", "create_specialist_token"), of_specialist),
    }
    return {f"asms_{name}": named for name, named in there.items()}


def queries_of_directory(directory: Directory, there: Mapping[str, Json]) -> dict[str, Json]:
    """What forms have to name, and the file of an import; what narrows a list is left out."""
    imported = directory.administrator.get(f"{directory.path}/runs/{there['asms_read_import']['run_id']}")
    of_project: Json = {"project": directory.project}
    queries: dict[str, Json] = {
        **dict.fromkeys(("read_export_form", "read_import_form", "read_new_user_form"), of_project),
        "list_association": {},
        "list_related": {},
        "read_sent_file": {"key": imported["filters"]["key"]},
    }
    return {f"asms_{name}": query for name, query in queries.items()}


def of_imports(directory: Directory) -> dict[str, Json]:
    """Imports of a directory: some previews, and one that has created somebody, and left a row to correct."""
    rows = ("Nome;Login;E-mail", "Ana Souza;ana.souza;", "Bruno Prado;bruno.prado;sem arroba")
    previews = [directory.imported((*rows, f"Pessoa {number};pessoa.{number};"), "preview") for number in range(2)]
    shown, applied = ({"connection": directory.id, "run_id": run["run_id"]} for run in previews)
    run = {"connection": directory.id, "run_id": directory.imported(rows)["run_id"]}
    there = {
        **dict.fromkeys(("read_import", "list_rows", "download_corrections", "undo_import"), run),
        "list_planned": shown,
        "apply_preview": applied,
    }
    return {f"asms_{name}": named for name, named in there.items()}


def braked(administrator: Caller) -> Json:
    """An import that waits for a decision, for it would deactivate all of eleven."""
    directory = Directory(administrator)
    logins = [f"pessoa.{number}" for number in range(11)]
    for status in ("Ativo", "Inativo"):
        run = directory.imported(["Nome;Login;Status", *(f"{login};{login};{status}" for login in logins)])
    assert run["phase"] == "brake", run
    return {"connection": directory.id, "run_id": run["run_id"]}


def right_of_directory(directory: Directory) -> dict[str, Json]:
    """What of bodies has to be of the directory, or of the kind that is asked for."""
    empty: Json = {"settings": {}, "secret": {}, "flows": {}}
    plain: Json = {"address": None, "projects": None}  # some catalogues have the one, some the other, most neither
    whom: Json = {"users": None, "search": "", "cursor": ""}
    chosen: Json = {"location": None, "additional": None, "password": None}
    calendar = directory.entry("calendars", "Horário comercial")
    bodies: dict[str, Json] = {
        **dict.fromkeys(("create_connection", "change_connection"), empty),
        **dict.fromkeys(("create_entry", "change_entry"), plain),
        # No field is a must: whoever is made after it would have to fill it in.
        "create_field": {"type": "text", "options": [], "obligatory": False},
        "change_field": {"type": None, "options": None, "obligatory": None},
        **dict.fromkeys(("associate_users", "dissociate_users"), whom),
        "create_user": {**chosen, "project": directory.project},
        "change_user": {**chosen, "version": None},
        "change_relation": {"add": [], "remove": [], "associate": None},
        "change_photo": {"content": PNG},
        "add_shift": {**_DAYS, "calendar": calendar},
    }
    return {f"asms_{name}": body for name, body in bodies.items()}


def shift(directory: Directory) -> Json:
    """A shift of a new specialist."""
    specialist, calendar = directory.user("specialists"), directory.entry("calendars", os.urandom(4).hex())
    made = directory.operator.post(f"{specialist}/shifts", {**_DAYS, "calendar": calendar})
    return {"connection": directory.id, "user": _last(specialist), "shift": made["id"]}


def token(directory: Directory) -> Json:
    """A token of a new specialist."""
    specialist = directory.user("specialists")
    made = directory.administrator.post(f"{specialist}/tokens", {"description": "Painel"})
    return {"connection": directory.id, "user": _last(specialist), "token": made["id"]}


def left_alone(directory: Directory) -> Json:
    """An export that nobody works at: by hand it is made to look as it did before it was taken up."""
    run_id = directory.ended(directory.export("specialists", "with_data"))["run_id"]
    directory.stack.client("dynamodb").update_item(
        TableName=directory.stack.outputs["RunsTable"],
        Key={"connection": {"S": directory.id}, "run_id": {"S": run_id}},
        UpdateExpression="SET phase = :read",
        ExpressionAttributeValues={":read": {"S": "read"}},
    )
    return {"connection": directory.id, "run_id": run_id}


def _last(address: str) -> str:
    return address.rpartition("/")[2]


def both(office: Office) -> list[str]:
    """Runs of users and of companies at the same time, done or at the brake."""
    runs = [office.start(flow, "apply") for flow in (USERS, COMPANIES)]
    return [office.ended(run)["run_id"] for run in runs]
