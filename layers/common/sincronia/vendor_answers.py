"""What a vendor's answer holds, as the types that it should have."""

from __future__ import annotations

from typing import Any, TypeVar

import requests
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from sincronia.vendor_http import VendorSession

_Kind = TypeVar("_Kind")


class Part(BaseModel):
    """A part of an answer. What it holds of people shows in no error."""

    model_config = ConfigDict(hide_input_in_errors=True)


def received(session: VendorSession, response: requests.Response, value: Any, kind: TypeAdapter[_Kind]) -> _Kind:
    """The value of an answer, as that kind. Raises as `VendorSession.malformed` does, with the first wrong place."""
    try:
        return kind.validate_python(value)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"])
    raise session.malformed(response, where or "JSON")
