"""Records written to the simulated Zoho CRM are read from it again as the same, and so are edits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from hypothesis import given, settings

from local.vendors.zoho import ZohoSimulator
from local.vendors.zoho_modules import CUSTOM_NAMES
from notes.crm_content import CrmContent
from notes.fields import CrmNames, compared, module_of
from notes.records import Event, Module, Record
from tests.notes_records import OWNER, UID, versions

NAMES = CrmNames(CUSTOM_NAMES)
CRM = CrmContent(OWNER, NAMES)


class Application:
    """Whoever writes and reads records of an organization, with a token that holds."""

    def __init__(self, zoho: ZohoSimulator) -> None:
        self.zoho = zoho
        form = {"grant_type": "refresh_token", **zoho.credentials}
        token = requests.post(f"{zoho.url}/oauth/v2/token", data=form, timeout=5).json()["access_token"]
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Zoho-oauthtoken {token}"

    def _address(self, module: Module) -> str:
        return f"{self.zoho.url}/crm/v8/{module.capitalize()}"

    def write(self, method: str, module: Module, fields: dict[str, Any]) -> str:
        """Writes one record; gives its id."""
        answer = self._session.request(method, self._address(module), json={"data": [fields]}, timeout=5)
        (row,) = answer.json()["data"]
        assert row["code"] == "SUCCESS", row
        return str(row["details"]["id"])

    def read(self, module: Module, key: str) -> dict[str, Any]:
        """A record with the fields that are carried."""
        asked = {"fields": ",".join(NAMES.wanted(module)), "ids": key}
        (row,) = self._session.get(self._address(module), params=asked, timeout=5).json()["data"]
        return dict(row)

    def close(self) -> None:
        """Ends its connection."""
        self._session.close()


@pytest.fixture(scope="module")
def application() -> Iterator[Application]:
    with ZohoSimulator() as zoho:
        application = Application(zoho)
        yield application
        application.close()


@settings(max_examples=100, deadline=None)
@given(pair=versions())
def test_record_and_its_edit_are_read_as_they_were_written(
    application: Application, pair: tuple[Record, Record]
) -> None:
    one, other = pair
    module, uid = module_of(one), UID if isinstance(one, Event) else ""
    key = application.write("POST", module, CRM.fields(one, None, uid=uid))
    held = application.read(module, key)
    there = CRM.reading(module, held)
    assert there.content is not None
    assert (compared(there.content), there.uid, there.private) == (compared(one), uid, False)

    before, wanted = compared(one), compared(other)
    changed = {name for name in before if before[name] != wanted[name]}
    application.write("PUT", module, {"id": key, **CRM.fields(other, changed, held)})
    after = CRM.reading(module, application.read(module, key))
    assert after.content is not None
    assert compared(after.content) == wanted
    application.zoho.set_private(module, key)
    assert CRM.reading(module, application.read(module, key)).private
