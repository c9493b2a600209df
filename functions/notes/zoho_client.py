"""Zoho CRM's contacts, tasks and events by REST v8, as one authorized application.

Sources: Zoho's published description. `If-Unmodified-Since` is one moment for all records of a write, and deletions
know none: so versions are read just before every write, by one call for its 100 records, and who has moved is left.
An update is then refused record by record where it is edited after that; a deletion within that blink is not.
ASSUMED, here and in the simulator alone: `If-Modified-Since` means later than; a page's token may be used from the
first page on; a record that isn't there is 204; refusals of an id name `id`; criteria take a backslash as escape.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn, TypeVar

import requests
from pydantic import TypeAdapter, ValidationError

from notes import zoho_answers as answers
from notes.records import Module
from notes.zoho_answers import (
    Change,
    CrmField,
    CrmRecord,
    CrmUser,
    DeletedRecord,
    Failure,
    Known,
    ListedPage,
    Refused,
    Row,
)
from notes.zoho_session import ZohoSession, failure_in
from sincronia.answers import Problem, ProblemError
from sincronia.vendor_answers import received

API_NAMES: Mapping[Module, str] = {Module.CONTACTS: "Contacts", Module.TASKS: "Tasks", Module.EVENTS: "Events"}
PAGE = 200  # records of a page
BATCH = 100  # records of a write, and ids of a read
BY_PAGE = 2_000  # records that page numbers reach; behind them there are tokens

_VERSION = "Modified_Time"
_NUMBERED = re.compile(r"#(\d+)")  # a cursor where Zoho gave no token
_ESCAPED = re.compile(r"([\\(),])")
_FIELD_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.$]{0,99}")
_GONE = "notes.crm_record_gone"
_ROW_REFUSALS: Mapping[str, str] = {  # Zoho's code → ours
    "MANDATORY_NOT_FOUND": "notes.crm_field_mandatory",
    "DUPLICATE_DATA": "notes.crm_duplicate",
    "ALREADY_MODIFIED": "notes.crm_record_changed",
    "RECORD_LOCKED": "notes.crm_record_locked",
    "NOT_APPROVED": "notes.crm_record_locked",
    "NOT_REVIEWED": "notes.crm_record_locked",
    "NO_PERMISSION": "notes.crm_record_forbidden",
    "AUTHORIZATION_FAILED": "notes.crm_record_forbidden",
    "INTERNAL_ERROR": "notes.crm_record_failed",
}
_READ_REFUSALS: Mapping[str, str] = {
    "INVALID_MODULE": "notes.crm_module_missing",
    "API_NOT_SUPPORTED": "notes.crm_api_off",
    "EXPIRED_VALUE": "notes.crm_listing_expired",
    "TOKEN_BOUND_DATA_MISMATCH": "notes.crm_listing_expired",
    "PAGINATION_LIMIT_EXCEEDED": "notes.crm_too_many",
    "DISCRETE_PAGINATION_LIMIT_EXCEEDED": "notes.crm_too_many",
}
_Kind = TypeVar("_Kind")
Outcomes = tuple[Known | Refused, ...]


class Zoho:
    """An organization's CRM. Every method raises ProblemError and OutOfTimeError.

    A write of up to 100 records is answered record by record, in order. Nothing that creates or changes is repeated:
    where its answer never came, AnswerUnknownError says so for all of them, and whoever asks again looks first for
    what may be there. Searches find records only some time after they were made; `listed(since=)` finds them at once.
    """

    def __init__(self, session: ZohoSession) -> None:
        self._session = session

    def check(self) -> None:
        """Sees that the accounts server gives a token, a new one."""
        self._session.access(renew=True)

    def check_module(self, module: Module, *, writing: bool) -> None:
        """Sees that a module's records may be read, and written as far as the token tells what it is for.

        Raises ProblemError(notes.crm_scope_missing, notes.crm_permission_missing, notes.crm_api_off,
        notes.crm_module_missing, notes.crm_credits_used).
        """
        self._page(module, ("id",), None, "", 1)
        told = self._session.access().scopes
        wanted = ("CREATE", "UPDATE", "DELETE") if writing else ()
        missing = [_scope(module, act) for act in wanted if told and not told & _scopes(module, act)]
        if missing:
            self._refuse("notes.crm_scope_missing", scope=", ".join(missing), place=API_NAMES[module])

    def listed(
        self, module: Module, fields: Sequence[str], since: datetime | None = None, cursor: str = ""
    ) -> Iterator[ListedPage]:
        """The records of a module with some of their fields, page by page; those modified at `since` or later.

        `cursor` is the `next` of a page, with the same fields and `since`. One that is deleted meanwhile can push
        another over the edge of a page: whoever takes one for gone asks for it first. At most 49 fields. Raises
        ProblemError(notes.crm_listing_expired), where the cursor is too old, and ProblemError(notes.crm_too_many).
        """
        while True:
            page = self._page(module, fields, since, cursor, PAGE)
            yield page
            if not page.next:
                return
            cursor = page.next

    def deleted(self, module: Module, since: datetime | None = None) -> Iterator[DeletedRecord]:
        """What was deleted at `since` or later, each once; some may be restored since. GET /{Module}/deleted."""
        path, headers = f"/{API_NAMES[module]}/deleted", _since(since)
        seen: set[str] = set()
        number = 1
        while True:
            params = {"type": "all", "page": str(number), "per_page": str(PAGE)}
            response = self._get(module, path, params, headers)
            if response.status_code in {204, 304}:
                return
            listing = self._listing(response)
            for row in received(self._session.api, response, listing.data, answers.DELETED_ROWS):
                if row.id not in seen:
                    seen.add(row.id)
                    yield DeletedRecord(row.id, answers.version_of(row.deleted_time), row.type == "permanent")
            if not listing.info.more_records:
                return
            number += 1

    def record(self, module: Module, record_id: str, fields: Sequence[str]) -> CrmRecord | None:
        """A record, None where it is gone. GET /{Module}/{id}."""
        params = {"fields": _names(fields)}
        response = self._call("GET", module, f"/{API_NAMES[module]}/{_number(record_id)}", "READ", params=params)
        told = failure_in(response) if response.status_code == 400 else None
        if response.status_code == 204 or (told and told.code == "INVALID_DATA" and "param_name" not in told.details):
            return None
        self._found(response, module)
        found = self._records(response, self._decoded(response, answers.ROWS).data)
        self._require([one.id for one in found] == [record_id], "data.id")
        return found[0]

    def records(self, module: Module, record_ids: Sequence[str], fields: Sequence[str] = ()) -> dict[str, CrmRecord]:
        """Those of some records that are there, by id, as they are now. GET /{Module}?ids=, 100 at a time."""
        found: dict[str, CrmRecord] = {}
        wanted_ids = list(dict.fromkeys(record_ids))
        for start in range(0, len(wanted_ids), BATCH):
            ids = wanted_ids[start : start + BATCH]
            wanted = ",".join(_number(one) for one in ids)
            params = {"ids": wanted, "fields": _names(fields), "per_page": str(PAGE)}
            response = self._get(module, f"/{API_NAMES[module]}", params)
            if response.status_code == 204:
                continue
            listing = self._listing(response)
            self._require(not listing.info.more_records, "info.more_records")
            of_these = {one.id: one for one in self._records(response, listing.data)}
            self._require(set(of_these) <= set(ids), "data.id")
            found |= of_these
        return found

    def search(self, module: Module, wanted: Mapping[str, str], fields: Sequence[str]) -> tuple[CrmRecord, ...]:
        """The records whose fields equal what is wanted, by Zoho's index, which lags. GET /{Module}/search.

        Raises ProblemError(notes.crm_too_many) where they are more than 2,000.
        """
        pairs = [f"({name}:equals:{_ESCAPED.sub(_backslash, value)})" for name, value in wanted.items()]
        criteria = pairs[0] if len(pairs) == 1 else f"({'and'.join(pairs)})"
        found: dict[str, CrmRecord] = {}
        for number in range(1, BY_PAGE // PAGE + 1):
            params = {"criteria": criteria, "fields": _names(fields), "page": str(number), "per_page": str(PAGE)}
            response = self._get(module, f"/{API_NAMES[module]}/search", params)
            if response.status_code == 204:
                return tuple(found.values())
            listing = self._listing(response)
            found |= {one.id: one for one in self._records(response, listing.data)}
            if not listing.info.more_records:
                return tuple(found.values())
        raise ProblemError(self._session.problem("notes.crm_too_many", place=API_NAMES[module]))

    def create(self, module: Module, rows: Sequence[Row]) -> Outcomes:
        """Makes up to 100 records. POST /{Module}."""
        body = {"data": [dict(row) for row in rows]}
        response = self._call("POST", module, f"/{API_NAMES[module]}", "CREATE", json=body)
        return self._outcomes(response, module, len(rows))

    def update(self, module: Module, changes: Sequence[Change]) -> Outcomes:
        """Sets some fields of up to 100 records, each of the version that was read. PUT /{Module}.

        Refused are notes.crm_record_changed, of another version by now, and notes.crm_record_gone.
        """
        outcomes, current = self._looked([change.known for change in changes], module)
        sent = [change for change in changes if change.known in current]
        if sent:
            newest = max((change.known.version for change in sent), key=datetime.fromisoformat)
            body = {"data": [{**change.fields, "id": change.known.id} for change in sent]}
            headers = {"If-Unmodified-Since": newest}
            path = f"/{API_NAMES[module]}"
            response = self._call("PUT", module, path, "UPDATE", json=body, headers=headers)
            told = self._outcomes(response, module, len(sent))
            for change, outcome in zip(sent, told, strict=True):
                if isinstance(outcome, Known) and outcome.id != change.known.id:
                    raise self._session.api.malformed(response, "data.details.id")
                outcomes[change.known] = outcome
        return tuple(outcomes[change.known] for change in changes)

    def remove(self, module: Module, known: Sequence[Known]) -> Outcomes:
        """Puts up to 100 records of the versions that were read into the recycle bin; one that is gone is no error.

        DELETE /{Module}?ids=. Refused are notes.crm_record_changed, of another version by now.
        """
        outcomes, current = self._looked(known, module)
        sent = [one for one in known if one in current]
        if sent:
            params = {"ids": ",".join(one.id for one in sent)}
            path = f"/{API_NAMES[module]}"
            response = self._call("DELETE", module, path, "DELETE", params=params, repeatable=True)
            told = self._rows(response, module, len(sent))
            outcomes |= {one: self._removed(response, one, row) for one, row in zip(sent, told, strict=True)}
        # Who wasn't listed, or went with a deletion that had to be repeated, is asked for once more.
        missed = [one for one, outcome in outcomes.items() if _is_gone(outcome)]
        outcomes |= {one: one for one in missed if self.record(module, one.id, ()) is None}
        return tuple(outcomes[one] for one in known)

    def fields_of(self, module: Module) -> dict[str, CrmField]:
        """The fields of a module by API name. GET /settings/fields."""
        params = {"module": API_NAMES[module]}
        scope, place = "ZohoCRM.settings.fields.READ", API_NAMES[module]
        response = self._session.call("GET", "/settings/fields", scope, place, repeatable=True, params=params)
        if response.status_code == 204:
            return {}
        self._found(response, module)
        told = self._decoded(response, answers.FIELDS).fields
        fields = (
            CrmField(
                one.api_name,
                one.field_label or one.api_name,
                one.data_type,
                bool(one.system_mandatory),
                bool(one.read_only),
                bool(one.custom_field),
            )
            for one in told
        )
        return {one.name: one for one in fields}

    def users(self) -> Iterator[CrmUser]:
        """The organization's users, whoever is not active too. GET /users."""
        number = 1
        while True:
            users, more = self._users({"type": "AllUsers", "page": str(number), "per_page": str(PAGE)})
            yield from users
            if not more:
                return
            number += 1

    def current_user(self) -> CrmUser:
        """Who authorized the application. GET /users?type=CurrentUser."""
        users, _ = self._users({"type": "CurrentUser"})
        self._require(len(users) == 1, "users")
        return users[0]

    def _page(
        self, module: Module, fields: Sequence[str], since: datetime | None, cursor: str, length: int
    ) -> ListedPage:
        numbered = _NUMBERED.fullmatch(cursor or "#1")
        at = {"page": numbered[1]} if numbered else {"page_token": cursor}
        sorting = {"sort_by": "id", "sort_order": "asc"}
        params = {"fields": _names(fields), "per_page": str(length), **sorting, **at}
        response = self._get(module, f"/{API_NAMES[module]}", params, _since(since))
        if response.status_code in {204, 304}:
            return ListedPage(())
        listing = self._listing(response)
        records = self._records(response, listing.data)
        if not listing.info.more_records or length < PAGE:
            return ListedPage(records)
        following = listing.info.next_page_token
        if not following:
            number = int(numbered[1]) if numbered else BY_PAGE
            self._require(number * PAGE < BY_PAGE, "info.next_page_token")
            following = f"#{number + 1}"
        # What goes on where it stands would be asked for without end.
        self._require(bool(records) and following != cursor, "info.next_page_token")
        return ListedPage(records, following)

    def _looked(self, known: Sequence[Known], module: Module) -> tuple[dict[Known, Known | Refused], frozenset[Known]]:
        """Whom it is too late for, and who still is of the version that was read."""
        there = self.records(module, [one.id for one in known])
        outcomes: dict[Known, Known | Refused] = {}
        for one in known:
            if one.id not in there:
                outcomes[one] = Refused(self._session.problem(_GONE))
            elif there[one.id].version != one.version:
                outcomes[one] = Refused(self._session.problem("notes.crm_record_changed"))
        return outcomes, frozenset(known) - frozenset(outcomes)

    def _users(self, params: Mapping[str, str]) -> tuple[list[CrmUser], bool]:
        scope = "ZohoCRM.users.READ"
        response = self._session.call("GET", "/users", scope, "usuários", repeatable=True, params=params)
        if response.status_code == 204:
            return [], False
        self._found(response, None)
        told = self._decoded(response, answers.USERS)
        users = [CrmUser(one.id, one.full_name or "", one.email or "", one.status == "active") for one in told.users]
        return users, told.info is not None and told.info.more_records and bool(users)

    def _records(self, response: requests.Response, rows: list[dict[str, Any]]) -> tuple[CrmRecord, ...]:
        heads = received(self._session.api, response, rows, answers.LISTED_HEADS)
        return tuple(
            CrmRecord(head.id, answers.version_of(head.modified), row) for head, row in zip(heads, rows, strict=True)
        )

    def _listing(self, response: requests.Response) -> answers.Listing:
        listing = self._decoded(response, answers.LISTING)
        self._require(listing.info.count == len(listing.data), "info.count")
        self._require(bool(listing.data) or not listing.info.more_records, "info.more_records")
        return listing

    def _outcomes(self, response: requests.Response, module: Module, sent: int) -> Outcomes:
        return tuple(
            self._known(response, row) if row.code == "SUCCESS" else Refused(self._refusal(row))
            for row in self._rows(response, module, sent)
        )

    def _known(self, response: requests.Response, row: Failure) -> Known:
        details = received(self._session.api, response, row.details, answers.WRITTEN)
        return Known(details.id, answers.version_of(details.modified))

    def _removed(self, response: requests.Response, one: Known, row: Failure) -> Known | Refused:
        if row.code != "SUCCESS":
            # Zoho names the record here, and not the field.
            gone = row.code == "INVALID_DATA" and row.details.get("id") in {one.id, None}
            return Refused(self._session.problem(_GONE) if gone else self._refusal(row))
        if received(self._session.api, response, row.details, answers.DELETED).id != one.id:
            raise self._session.api.malformed(response, "data.details.id")
        return one

    def _rows(self, response: requests.Response, module: Module, sent: int) -> list[Failure]:
        """The answers to a write, one for each record that was sent, in order."""
        refused = response.status_code >= 400
        if refused and failure_in(response) is not None:
            self._found(response, module)
        told = _row_answers(response)
        if refused and (told is None or len(told) != sent or any(row.code == "SUCCESS" for row in told)):
            # Zoho refused all of it, whatever it says of each.
            self._refuse("vendor_rejected", status=str(response.status_code))
        if told is None or len(told) != sent or response.status_code not in {200, 201, 202, 207, 400, 412}:
            raise self._session.api.malformed(response, "data")
        return told

    def _refusal(self, row: Failure) -> Problem:
        """Why a record was refused. Values are not told, names of fields are."""
        errors = row.details.get("errors")
        if row.code == "MULTIPLE_OR_MULTI_ERRORS" and isinstance(errors, list) and errors:
            first = _failure(errors[0])
            if first is not None and first.code != row.code:
                return self._refusal(first)
        name = row.details.get("api_name")
        field = name if isinstance(name, str) and _FIELD_NAME.fullmatch(name) else ""
        code = _ROW_REFUSALS.get(row.code)
        if code is None:
            code = "notes.crm_value_refused" if field else "notes.crm_record_refused"
        if row.code == "INVALID_DATA" and field == "id":
            code = _GONE
        return self._session.problem(code, field=field or "?", reason=row.code)

    def _decoded(self, response: requests.Response, kind: TypeAdapter[_Kind]) -> _Kind:
        if response.status_code != 200:
            raise self._session.api.malformed(response, f"código {response.status_code}")
        return received(self._session.api, response, self._session.api.decoded(response), kind)

    def _get(
        self, module: Module, path: str, params: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> requests.Response:
        response = self._call("GET", module, path, "READ", params=params, headers=headers)
        self._found(response, module)
        return response

    def _found(self, response: requests.Response, module: Module | None) -> None:
        """Raises where Zoho refused the whole request."""
        if response.status_code < 400:
            return
        told = failure_in(response)
        code = _READ_REFUSALS.get(told.code) if told else None
        if code is not None and module is not None:
            self._refuse(code, place=API_NAMES[module])
        self._refuse("vendor_rejected", status=f"{response.status_code} {told.code if told else ''}".strip())

    def _call(self, method: str, module: Module, path: str, act: str, **sent: Any) -> requests.Response:
        scope, place = _scope(module, act), API_NAMES[module]
        if path.endswith("/search"):
            scope = f"{scope}, ZohoSearch.securesearch.READ"
        sent.setdefault("repeatable", method == "GET")
        return self._session.call(method, path, scope, place, **sent)

    def _refuse(self, code: str, **details: str) -> NoReturn:
        raise ProblemError(self._session.problem(code, **details))

    def _require(self, sound: bool, where: str) -> None:
        """Raises where an answer to a read isn't what was asked for."""
        if not sound:
            self._refuse("vendor_answer_malformed", where=where)


def _scope(module: Module, act: str) -> str:
    return f"ZohoCRM.modules.{API_NAMES[module].lower()}.{act}"


def _scopes(module: Module, act: str) -> frozenset[str]:
    """Those of which one allows it."""
    places = ("ZohoCRM.modules", f"ZohoCRM.modules.{API_NAMES[module].lower()}")
    return frozenset(f"{place}.{one}" for place in places for one in (act, "WRITE", "ALL"))


def _names(fields: Sequence[str]) -> str:
    return ",".join(dict.fromkeys([*fields, _VERSION]))


def _since(since: datetime | None) -> dict[str, str]:
    """What Zoho takes for later than, so that what was modified in that very second comes too."""
    if since is None:
        return {}
    before = since.astimezone(UTC).replace(microsecond=0) - timedelta(seconds=1)
    return {"If-Modified-Since": before.isoformat()}


def _number(record_id: str) -> str:
    if not record_id.isascii() or not record_id.isdecimal():
        message = "an id of Zoho is a number"
        raise ValueError(message)
    return record_id


def _backslash(match: re.Match[str]) -> str:
    return f"\\{match[1]}"


def _is_gone(outcome: Known | Refused) -> bool:
    return isinstance(outcome, Refused) and outcome.problem.code == _GONE


def _failure(value: Any) -> Failure | None:
    try:
        return answers.FAILURE.validate_python(value)
    except ValidationError:
        return None


def _row_answers(response: requests.Response) -> list[Failure] | None:
    try:
        return answers.ROW_ANSWERS.validate_json(response.content).data
    except ValidationError:
        return None
