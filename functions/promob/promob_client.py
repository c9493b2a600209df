"""Promob's portal: accounts of stores, links of users, customers, and the projects of the Connect list.

WHOLLY ASSUMPTION, here, in promob_answers and in the simulator alone: nothing of this API is published. What is known
is what it must be able to do (seed 002): tell an account's CNPJ, serials and users, link a user by login and password,
take customers and projects from here, show Situação and Estágio, open a project in any version. Assumed are the paths,
the bearer key, pages by number, the fields, `{"code", "message"}` for errors and all codes of _REFUSALS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol, TypeVar
from urllib.parse import quote

import requests
from pydantic import TypeAdapter, ValidationError

from promob import promob_answers as answers
from promob.promob_answers import (
    Account,
    MadeLink,
    OpenedVersion,
    Page,
    PromobCustomer,
    PromobProject,
    PromobUser,
    UserLink,
)
from sincronia.answers import ProblemError
from sincronia.vendor_answers import received
from sincronia.vendor_http import VendorSession

VENDOR = "Promob"

_NOWHERE = "sincronia-0"  # an account that nobody has
_REFUSALS: Mapping[str, str] = {  # Promob's code → ours
    "credentials_wrong": "promob.credentials_wrong",
    "link_expired": "promob.link_expired",
    "account_unknown": "promob.account_unknown",
    "customer_unknown": "promob.customer_gone",
    "project_unknown": "promob.project_gone",
    "sequence_unknown": "promob.version_gone",
}
_Kind = TypeVar("_Kind")


class _Identified(Protocol):
    @property
    def id(self) -> str: ...


_Listed = TypeVar("_Listed", bound=_Identified)


class Promob:
    """One network of stores in Promob, by its address and key. Every method raises ProblemError and OutOfTimeError.

    Nothing that makes something is repeated: where its answer never came, AnswerUnknownError says so, and whoever
    asks again looks first for what may be there.
    """

    def __init__(self, session: VendorSession, key: str) -> None:
        session.check_key(key)
        self._session = session
        self._headers = {"Authorization": f"Bearer {key}"}

    def check(self) -> None:
        """Sees that Promob answers and takes the key: it is asked for an account that nobody has."""
        self.account(_NOWHERE)

    def account(self, account: str) -> Account | None:
        """A store's account, None where there is none of that id. GET /v1/accounts/{account}."""
        found = self._one(_account(account), answers.ACCOUNT)
        self._require(found is None or found.id == account, "id")
        return found

    def users(self, account: str) -> tuple[PromobUser, ...]:
        """The users linked to an account. GET …/users, page by page. Raises ProblemError(promob.account_unknown)."""
        return tuple(self._listed(f"{_account(account)}/users", answers.USERS, {}))

    def link_user(self, account: str, login: str, password: str) -> MadeLink:
        """Links a user, once the password is seen to be right. POST …/user-links.

        The password is sent and not kept. Raises ProblemError(promob.credentials_wrong, promob.account_unknown).
        """
        return self._made(f"{_account(account)}/user-links", {"login": login, "password": password}, answers.MADE_LINK)

    def link(self, link_id: str) -> UserLink | None:
        """A link as it is now, None where it is gone. GET /v1/user-links/{id}."""
        found = self._one(f"/v1/user-links/{_part(link_id)}", answers.USER_LINK)
        self._require(found is None or found.id == link_id, "id")
        return found

    def customer_by_document(self, account: str, document: str) -> PromobCustomer | None:
        """The customer with a CPF or CNPJ (normal form). GET …/customers.

        Raises ProblemError(promob.account_unknown, promob.customer_doubled).
        """
        return self._only_customer(account, "document", document, lambda one: one.document == document)

    def customer_by_external_id(self, account: str, external_id: str) -> PromobCustomer | None:
        """The customer who was made from here under that id. GET …/customers. Raises as customer_by_document does."""
        return self._only_customer(account, "external_id", external_id, lambda one: one.external_id == external_id)

    def create_customer(
        self, account: str, *, name: str, document: str, email: str, phone: str, external_id: str
    ) -> str:
        """Makes a customer and gives the id; that of who has the document, where somebody has. POST …/customers.

        Raises ProblemError(promob.account_unknown).
        """
        path = f"{_account(account)}/customers"
        fields = {"name": name, "document": document, "email": email, "phone": phone, "external_id": external_id}
        response = self._call("POST", path, json=fields)
        if response.status_code == 409:
            refusal = _refusal(response)
            if refusal.code == "document_taken" and refusal.id:
                return refusal.id
        return self._accepted(response, answers.MADE).id

    def projects(self, account: str, page: int = 1) -> Page[PromobProject]:
        """A page of the Connect list, from 1. GET …/projects. Raises ProblemError(promob.account_unknown)."""
        return self._page(f"{_account(account)}/projects", answers.PROJECTS, {}, page)

    def project_by_external_id(self, account: str, external_id: str) -> PromobProject | None:
        """The project that was made from here under that id. GET …/projects.

        Raises ProblemError(promob.account_unknown, promob.project_doubled).
        """
        path, fields = f"{_account(account)}/projects", {"external_id": external_id}
        found = list(self._listed(path, answers.PROJECTS, fields))
        self._require(all(one.external_id == external_id for one in found), "projects.external_id")
        return self._only(found, "promob.project_doubled")

    def project(self, project_id: str) -> PromobProject | None:
        """A project, None where it is gone. GET /v1/projects/{id}."""
        found = self._one(f"/v1/projects/{_part(project_id)}", answers.PROJECT)
        self._require(found is None or found.id == project_id, "id")
        return found

    def create_project(
        self, account: str, *, name: str, customer_id: str, external_id: str, copy_of: str = ""
    ) -> PromobProject:
        """Makes a project, blank or as a copy of another one (its id). POST …/projects.

        Raises ProblemError(promob.account_unknown, promob.customer_gone, promob.project_gone): the last is of the copy.
        """
        fields = {"name": name, "customer_id": customer_id, "external_id": external_id}
        if copy_of:
            fields["copy_of"] = copy_of
        return self._made(f"{_account(account)}/projects", fields, answers.PROJECT)

    def tell(self, project_id: str, *, situation: str, stage: str) -> None:
        """Sets what Connect shows as Situação and Estágio. PATCH /v1/projects/{id}. Safe to repeat.

        Raises ProblemError(promob.project_gone).
        """
        path, fields = f"/v1/projects/{_part(project_id)}", {"situation": situation, "stage": stage}
        self._accepted(self._call("PATCH", path, repeatable=True, json=fields), answers.PROJECT)

    def open_version(self, project_id: str, *, link: str = "", sequence: int | None = None) -> OpenedVersion:
        """Has a project opened, as it was saved under `sequence` or as it is now. POST /v1/projects/{id}/openings.

        `link`: of the user; empty for the responsible one, who needs none. Safe to repeat: an address more does no
        harm. Raises ProblemError(promob.link_expired, promob.project_gone, promob.version_gone).
        """
        fields: dict[str, Any] = {"user": link} if link else {}
        if sequence is not None:
            fields["sequence"] = sequence
        path = f"/v1/projects/{_part(project_id)}/openings"
        return self._accepted(self._call("POST", path, repeatable=True, json=fields), answers.OPENED)

    def _only_customer(
        self, account: str, field: str, value: str, fits: Callable[[PromobCustomer], bool]
    ) -> PromobCustomer | None:
        found = list(self._listed(f"{_account(account)}/customers", answers.CUSTOMERS, {field: value}))
        self._require(all(fits(one) for one in found), f"customers.{field}")
        return self._only(found, "promob.customer_doubled")

    def _only(self, found: list[_Listed], doubled: str) -> _Listed | None:
        if len(found) > 1:
            ids = ", ".join(sorted(one.id for one in found)[:5])
            raise ProblemError(self._session.problem(doubled, number=str(len(found)), ids=ids))
        return found[0] if found else None

    def _listed(self, path: str, kind: TypeAdapter[Page[_Listed]], fields: Mapping[str, str]) -> Iterator[_Listed]:
        """All rows of a listing, each once."""
        seen: set[str] = set()
        number: int | None = 1
        while number is not None:
            page = self._page(path, kind, fields, number)
            fresh = {row.id: row for row in page.rows if row.id not in seen}
            seen.update(fresh)
            # A page that brings nothing and says that there is more would be asked for without end; and who is cut
            # out of a listing must not be taken for missing, and made again.
            self._require(bool(fresh) or page.next is None, "next")
            self._require(page.next is not None or len(seen) >= page.total, "total")
            yield from fresh.values()
            number = page.next

    def _page(
        self, path: str, kind: TypeAdapter[Page[_Listed]], fields: Mapping[str, str], number: int
    ) -> Page[_Listed]:
        response = self._call("GET", path, repeatable=True, params={**fields, "page": str(number)})
        if _is_missing(response):
            raise ProblemError(self._session.problem("promob.account_unknown"))
        page = self._read(response, kind)
        self._require(page.next in {None, number + 1}, "next")
        return page

    def _one(self, path: str, kind: TypeAdapter[_Kind]) -> _Kind | None:
        response = self._call("GET", path, repeatable=True)
        return None if _is_missing(response) else self._read(response, kind)

    def _read(self, response: requests.Response, kind: TypeAdapter[_Kind]) -> _Kind:
        self._require(response.status_code == 200, f"código {response.status_code}")
        return received(self._session, response, self._session.decoded(response), kind)

    def _made(self, path: str, fields: Mapping[str, Any], kind: TypeAdapter[_Kind]) -> _Kind:
        return self._accepted(self._call("POST", path, json=fields), kind)

    def _accepted(self, response: requests.Response, kind: TypeAdapter[_Kind]) -> _Kind:
        """What a write was answered with. Raises where Promob refused it, or where what came is no answer of its."""
        if response.status_code < 400:
            return received(self._session, response, self._session.decoded(response), kind)
        code = _REFUSALS.get(_refusal(response).code, "vendor_rejected")
        raise ProblemError(self._session.problem(code, status=str(response.status_code)))

    def _require(self, sound: bool, where: str) -> None:
        """Raises where an answer to a read isn't what was asked for."""
        if not sound:
            raise ProblemError(self._session.problem("vendor_answer_malformed", where=where))

    def _call(self, method: str, path: str, *, repeatable: bool = False, **parts: Any) -> requests.Response:
        return self._session.call(method, path, repeatable=repeatable, headers=self._headers, **parts)


def _part(value: str) -> str:
    return quote(value, safe="")


def _account(account: str) -> str:
    return f"/v1/accounts/{_part(account)}"


def _refusal(response: requests.Response) -> answers.Refusal:
    """Why Promob did not do something, so far as it says."""
    try:
        return answers.REFUSAL.validate_json(response.content)
    except ValidationError:
        return answers.Refusal()


def _is_missing(response: requests.Response) -> bool:
    """Whether Promob itself says that something is not there; a 404 of another kind is a wrong address."""
    return response.status_code == 404 and bool(_refusal(response).code)
