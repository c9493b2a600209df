"""What the targets have in common: rows that are listed by pages that count from 1, found by a key, made, changed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Protocol, TypeVar
from urllib.parse import quote

import requests

from sincronia.answers import ProblemError
from sincronia.engine.flow import Content, TargetGoneError, TargetRecord
from sincronia.vendor_http import VendorSession

PAGE_LENGTH = 100

AnyRow = TypeVar("AnyRow")


class Page(Protocol[AnyRow]):
    """Some of the rows, and how many there are in all."""

    @property
    def rows(self) -> list[AnyRow]: ...

    @property
    def declared(self) -> int: ...


class PagedRecords(ABC):
    """The rows of one resource. Implements the engine's Target; what the vendor says and how, its own class knows."""

    page_names: ClassVar[tuple[str, str]]  # the parameters for a page's number and its length
    active: ClassVar[Content]  # what makes a row active
    inactive: ClassVar[Content]

    def __init__(self, session: VendorSession, path: str, taken: str) -> None:
        self._session = session
        self._path = path
        self._taken = taken  # the problem of a second row with the same natural key

    def listing(self) -> Iterator[TargetRecord]:
        """All rows, the inactive ones too, page by page."""
        page, received = 1, 0
        while True:
            answer = self._page({}, page, PAGE_LENGTH)
            yield from map(self._target_record, answer.rows)
            page, received = page + 1, received + len(answer.rows)
            if not answer.rows or received >= answer.declared:
                return

    def find(self, natural_key: str) -> TargetRecord | None:
        """The row of that natural key, active or not, read now."""
        page = self._page(self._finding(natural_key), 1, PAGE_LENGTH)
        return next((found for found in map(self._target_record, page.rows) if found.natural_key == natural_key), None)

    def create(self, content: Content) -> str:
        """Makes a row and gives its id. Not safe to repeat."""
        response = self._call("POST", self._path, repeatable=False, json=dict(content))
        self._accepted(response)
        return self._created(response)

    def update(self, target_id: str, content: Content) -> None:
        """Makes the row's fields equal to the content, and the row active."""
        response = self._put(target_id, {**content, **self.active})
        if response.status_code == 404:
            raise TargetGoneError
        self._accepted(response)

    def deactivate(self, target_id: str) -> None:
        """Takes the row's access away. One that is no longer there has none."""
        response = self._put(target_id, self.inactive)
        if response.status_code != 404:
            self._accepted(response)

    def check(self) -> None:
        """Asks for one row. Raises as the others do."""
        self._page({}, 1, 1)

    def _page(self, filters: Mapping[str, str], page: int, length: int) -> Page[Any]:
        number, size = self.page_names
        parameters = {**filters, number: str(page), size: str(length)}
        response = self._call("GET", self._path, repeatable=True, params=parameters)
        if response.status_code != 200:
            raise self._session.malformed(response, f"código {response.status_code}")
        return self._read_page(response)

    def _put(self, target_id: str, fields: Content) -> requests.Response:
        return self._call("PUT", f"{self._path}/{quote(target_id, safe='')}", repeatable=True, json=dict(fields))

    def _accepted(self, response: requests.Response) -> None:
        """Raises where a write was refused."""
        if response.status_code == 409:
            raise ProblemError(self._session.problem(self._taken))
        if self._refused(response):
            raise ProblemError(self._session.problem("vendor_rejected", status=str(response.status_code)))

    @abstractmethod
    def _call(self, method: str, path: str, *, repeatable: bool, **parts: Any) -> requests.Response:
        """The vendor's answer, asked for as it wants to be."""

    @abstractmethod
    def _finding(self, natural_key: str) -> Mapping[str, str]:
        """The parameters that ask for the row of a natural key."""

    @abstractmethod
    def _read_page(self, response: requests.Response) -> Page[Any]:
        """A page of the listing."""

    @abstractmethod
    def _created(self, response: requests.Response) -> str:
        """The id of the row that was made."""

    @abstractmethod
    def _target_record(self, row: Any) -> TargetRecord:
        """A row as the engine sees it."""

    @abstractmethod
    def _refused(self, response: requests.Response) -> bool:
        """Whether a write was refused; raises where the vendor says more than that."""
