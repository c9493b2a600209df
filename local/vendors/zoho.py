"""Zoho CRM, simulated: the accounts server's tokens and REST v8 of one organization with contacts, tasks and events.

As Zoho's published description of v8 has it; what is only ASSUMED:
- the accounts server and the API are one address here, which `api_domain` names; whatever data centre it stands for;
- `If-Modified-Since` means later than, for records and for what was deleted; nothing newer is 304, without a body;
- unknown names in `fields` and in a record are left out without a word; a record that isn't there is 204;
- a token of a page goes on behind the last record that was read; there is none to go back; `per_page` is bound to it;
- `If-Unmodified-Since` is answered per record, and with 412 where that befell all;
- any write moves Modified_Time, though nothing changes; a record restored is modified then, unless told otherwise;
- searching wants the scope of search beside that of modules;
- an organization's zone is São Paulo's, and it made fields of its own (zoho_modules.CUSTOM_NAMES); no field is unique.
COQL, upsert, notifications and bulk are not there, nor are the other days of a recurring event as records of their own
(`rows/events` adds one by hand). Over the control path people work in the CRM (`rows/contacts`, `rows/tasks`,
`rows/events`, values as they come back, unchecked) and administrators change it, for example
`POST /_simulator/touch {"kind": "contacts", "key": "36…"}` as a workflow does.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from werkzeug.wrappers import Request, Response

from local.vendors.server import Simulator, answered
from local.vendors.zoho_answers import LIMIT, RefusedError, nothing, whole
from local.vendors.zoho_modules import FIELDS, PRIVATE, SINGULAR, Field
from local.vendors.zoho_reads import Reads
from local.vendors.zoho_store import DOMAIN, KINDS, TIME_ZONE, Row, Sizes, ZohoStore
from local.vendors.zoho_tokens import CLIENT_ID, CLIENT_SECRET, SEARCHING, Tokens, needed
from local.vendors.zoho_values import module_id
from local.vendors.zoho_writes import Writes

BASE = "/crm/v8/"
_TOKEN = "/oauth/v2/token"  # noqa: S105  # a path
_WRITES = {"POST": "create", "PUT": "update", "DELETE": "delete"}
_RECORD = re.compile(r"\d{1,19}")
_OTHERS = {"org": "org", "users": "users", "settings/fields": "settings", "settings/modules": "settings"}
_KINDS_OF_USERS = {"AllUsers", "ActiveUsers", "CurrentUser", "AdminUsers", "ActiveConfirmedUsers"}


class ZohoSimulator(Simulator):
    """An organization in Zoho CRM. Kinds of rows: contacts, tasks, events, users and deleted."""

    SUBJECTS = "subjects"

    def __init__(
        self,
        *,
        users: int = 2,
        contacts: int = 3,
        tasks: int = 2,
        events: int = 2,
        seed: int = 1,
        newest: bool = False,
        port: int = 0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(port)
        self._sizes = Sizes(users, contacts, tasks, events)
        self._seed = seed
        self._newest = newest
        self._now = now
        self.lay_out()

    def lay_out(self) -> None:
        """See Simulator.lay_out."""
        self.store = ZohoStore(self._sizes, self._seed, self._now, newest=self._newest)
        self.tokens = Tokens(self._now, self.url)
        self._reads = Reads(self, self.store)
        self._writes = Writes(self.store)

    @property
    def credentials(self) -> dict[str, str]:
        """What an application that was authorized holds."""
        own = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        return {**own, "refresh_token": self.tokens.refresh_token}

    def state(self) -> dict[str, Any]:
        """See Simulator.state; `records` counts what was written by module, `credits` what calls cost."""
        return {**super().state(), "records": dict(self.store.written), "credits": self.tokens.spent}

    def reset(self) -> None:
        """See Simulator.reset."""
        super().reset()
        with self.lock:
            self.store.written.clear()

    def rows(self, kind: str) -> list[Row]:
        """See Simulator.rows; as a record is answered without `fields`, without what begins with $."""
        with self.lock:
            return self.store.rows(kind)

    def edit(self, kind: str, change: dict[str, Any]) -> None:
        """See Simulator.edit, of contacts, tasks and events; what is removed goes into the recycle bin."""
        for row in change.get("add", ()):
            self.add(kind, **row)
        for key, fields in change.get("change", {}).items():
            self.change(kind, key, **fields)
        for key in change.get("remove", ()):
            self.remove(kind, key)

    def acts(self) -> Mapping[str, Callable[..., Any]]:
        """See Simulator.acts."""
        return {
            "touch": self.touch,
            "private": self.set_private,
            "restore": self.restore,
            "purge": self.purge,
            "empty": self.empty,
            "unique": self.set_unique,
            "search-lag": self.set_search_lag,
            "expire": self.expire_tokens,
            "revoke": self.revoke,
            "scopes": self.set_scopes,
            "limits": self.set_limits,
            "throttle": self.throttle,
        }

    def add(self, kind: str, **fields: Any) -> str:
        """Somebody makes a record; gives its id. Raises KeyError."""
        with self.lock:
            return str(self.store.create(KINDS[kind], fields)["id"])

    def change(self, kind: str, key: str, **fields: Any) -> None:
        """Somebody edits a record. Raises KeyError."""
        with self.lock:
            self.store.change(KINDS[kind], key, fields)

    def remove(self, kind: str, key: str) -> None:
        """Somebody deletes a record: into the recycle bin. Raises KeyError."""
        with self.lock:
            self.store.delete(KINDS[kind], key)

    def touch(self, kind: str, key: str) -> None:
        """A new Modified_Time with the same content, as a workflow makes it. Raises KeyError."""
        self.change(kind, key)

    def set_private(self, kind: str, key: str, private: bool = True) -> None:
        """Somebody ticks or clears the field that says private. Raises KeyError."""
        self.change(kind, key, **{PRIVATE: private})

    def restore(self, kind: str, key: str, modified: bool = True) -> None:
        """Somebody takes a record out of the recycle bin; `modified`: it counts as changed. Raises KeyError."""
        with self.lock:
            self.store.restore(KINDS[kind], key, modified=modified)

    def purge(self, kind: str, key: str) -> None:
        """Somebody deletes for good what is in the recycle bin. Raises KeyError."""
        with self.lock:
            self.store.purge(KINDS[kind], key)

    def empty(self, kind: str) -> None:
        """A module that comes back with nothing in it, nor in the list of what was deleted. Raises KeyError."""
        with self.lock:
            self.store.records[KINDS[kind]].clear()

    def set_unique(self, kind: str, field: str, unique: bool = True) -> None:
        """Lets no two records of a module have the same value in a field. Raises KeyError."""
        with self.lock:
            pair = (KINDS[kind], self.store.fields[KINDS[kind]][field].name)
            if unique:
                self.store.unique.add(pair)
            else:
                self.store.unique.discard(pair)

    def set_search_lag(self, seconds: float) -> None:
        """For how long searches don't find what was written."""
        with self.lock:
            self._reads.search_lag = seconds

    def expire_tokens(self) -> None:
        """All access tokens end."""
        with self.lock:
            self.tokens.expire()

    def revoke(self) -> None:
        """The application's authorization is taken back."""
        with self.lock:
            self.tokens.revoke()

    def set_scopes(self, *, scopes: list[str]) -> None:
        """What the application may do."""
        with self.lock:
            self.tokens.scopes = frozenset(scopes)

    def set_limits(self, *, credits: int | None = None, refreshes: int | None = None) -> None:  # noqa: A002
        """Calls within 24 hours and refreshes within ten minutes; None: without end."""
        with self.lock:
            self.tokens.credits, self.tokens.refreshes = credits, refreshes

    def throttle(self, times: int = 1) -> None:
        """Refuses the next calls, as where too many come at once."""
        with self.lock:
            self.tokens.throttled = times

    def operation(self, request: Request) -> str:
        """What a method and a path mean; a refresh is a login."""
        if request.path == _TOKEN:
            return "login" if request.method == "POST" else "unknown"
        name, rest = _parts(request)
        if not name:
            return "unknown"
        if name in _OTHERS:
            return "list" if request.method == "GET" else "unknown"
        if request.method == "GET":
            return "find" if _RECORD.fullmatch(rest) else "list"
        if rest and (request.method == "POST" or not _RECORD.fullmatch(rest)):
            return "unknown"
        return _WRITES.get(request.method, "unknown")

    def subject(self, request: Request) -> str:
        """A module, with /search or /deleted where it is that; `token`, `org`, `users`, `settings/…`; or nothing."""
        if request.path == _TOKEN:
            return "token"
        name, rest = _parts(request)
        if name in FIELDS and rest in {"search", "deleted"}:
            return f"{name}/{rest}"
        return name if name in FIELDS or name in _OTHERS else ""

    def took_effect(self, operation: str, response: Response) -> bool:
        """A login changes nothing."""
        return operation != "login" and super().took_effect(operation, response)

    def handle(self, operation: str, request: Request) -> Response:
        """Answers as Zoho does, with the body of an error where it refuses."""
        try:
            return self._answered(operation, request)
        except RefusedError as error:
            return error.answer()

    def _answered(self, operation: str, request: Request) -> Response:
        if operation == "login":
            return self.tokens.refresh(request)
        name, rest = _parts(request)
        if operation == "unknown":
            raise RefusedError(404, "INVALID_URL_PATTERN", "Please check if the URL trying to access is a correct one")
        if name in _OTHERS:
            self.tokens.check(request, needed(_OTHERS[name], "list", name.partition("/")[2]))
            return self._of_organization(name, rest, request)
        scopes = needed("modules", operation, name)
        self.tokens.check(request, scopes, *([SEARCHING] if rest == "search" else []))
        if name not in FIELDS:
            raise RefusedError(
                400, "INVALID_MODULE", "the module name given seems to be invalid", resource_path_index=0
            )
        if operation in {"list", "find"}:
            return self._read(name, rest, request)
        if operation == "create":
            return self._writes.create(name, request)
        write = self._writes.update if operation == "update" else self._writes.delete
        return write(name, rest, request)

    def _read(self, module: str, rest: str, request: Request) -> Response:
        if not rest:
            return self._reads.listing(module, request)
        if rest == "search":
            return self._reads.search(module, request)
        if rest == "deleted":
            return self._reads.deleted(module, request)
        if _RECORD.fullmatch(rest):
            return self._reads.one(module, rest, request)
        raise RefusedError(404, "INVALID_URL_PATTERN", "Please check if the URL trying to access is a correct one")

    def _of_organization(self, name: str, rest: str, request: Request) -> Response:
        if name == "users":
            return self._users(rest, request)
        if name == "settings/modules":
            rows = [_shown_module(module) for module in FIELDS if rest in {"", module}]
            return answered({"modules": rows}) if rows else nothing(204)
        if rest:
            raise RefusedError(404, "INVALID_URL_PATTERN", "Please check if the URL trying to access is a correct one")
        if name == "org":
            admin = self.store.admin
            own = {"company_name": "Exemplo Ltda", "domain_name": f"org-{DOMAIN}", "time_zone": TIME_ZONE.key}
            own |= {"country": "Brasil", "country_code": "BR", "currency": "Real - BRL", "iso_code": "BRL"}
            return answered({"org": [{**own, "id": "3652397000000002001", "primary_email": admin["email"]}]})
        module = request.args.get("module")
        if not module:
            missing = "One of the expected parameter is missing"
            raise RefusedError(400, "REQUIRED_PARAM_MISSING", missing, param_name="module")
        if module not in FIELDS:
            raise RefusedError(400, "INVALID_MODULE", "the module name given seems to be invalid", param_name="module")
        fields = [_shown_field(module, index, one) for index, one in enumerate(self.store.fields[module].values())]
        for field in fields:
            if (module, field["api_name"]) in self.store.unique:
                field["unique"] = {"casesensitive": False}
        return answered({"fields": fields})

    def _users(self, rest: str, request: Request) -> Response:
        kind = request.args.get("type", "AllUsers")
        if kind not in _KINDS_OF_USERS:
            raise RefusedError(400, "INVALID_DATA", "invalid data", param_name="type")
        if rest:
            user = self.store.users.get(rest)
            return answered({"users": [user]}) if user else nothing(204)
        if kind == "CurrentUser":
            return answered({"users": [self.store.admin]})
        users = [
            user
            for user in self.store.users.values()
            if kind != "AdminUsers" or user["profile"]["name"] == "Administrator"
        ]
        length, number = whole(request, "per_page", LIMIT, LIMIT), whole(request, "page", 1)
        page, declared, _ = self.page(users, (number - 1) * length, length, request)
        if not page:
            return nothing(204)
        more = declared > number * length
        info = {"per_page": length, "count": len(page), "page": number, "more_records": more}
        return answered({"users": page, "info": info})


def _parts(request: Request) -> tuple[str, str]:
    """A module or another name, and what stands behind it."""
    if not request.path.startswith(BASE):
        return "", ""
    name, _, rest = request.path.removeprefix(BASE).partition("/")
    if name == "settings":
        which, _, rest = rest.partition("/")
        name = f"settings/{which}"
        return (name, rest) if name in _OTHERS else ("", "")
    return name, rest


def _shown_module(module: str) -> Row:
    may = dict.fromkeys(("creatable", "editable", "deletable", "viewable", "api_supported", "visible"), True)
    names = {"singular_label": SINGULAR[module], "plural_label": module, "module_name": module}
    return {"id": module_id(module), "api_name": module, **names, "generated_type": "default", **may}


def _shown_field(module: str, index: int, field: Field) -> Row:
    values = [{"display_value": one, "actual_value": one, "type": "used"} for one in field.values]
    return {
        "id": str(int(module_id(module)) + 1_000 + index),
        "api_name": field.name,
        "field_label": field.name.replace("_", " "),
        "data_type": field.type,
        "length": field.length,
        "system_mandatory": field.mandatory,
        "read_only": field.read_only,
        "custom_field": field.custom,
        "visible": True,
        "unique": {},
        "pick_list_values": values,
    }


def main() -> None:
    """Serves one Zoho CRM until it is told to end."""
    parser = argparse.ArgumentParser(description="Zoho CRM, simulated")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--users", type=int, default=2)
    parser.add_argument("--contacts", type=int, default=3)
    parser.add_argument("--tasks", type=int, default=2)
    parser.add_argument("--events", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    sizes = {name: getattr(options, name) for name in ("users", "contacts", "tasks", "events", "seed")}
    simulator = ZohoSimulator(**sizes, port=options.port)
    simulator.serve(**simulator.credentials)


if __name__ == "__main__":
    main()
