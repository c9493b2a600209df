"""What people type of a connection, as typed values: read whole or refused by the field's name, and never quoted."""

from __future__ import annotations

import base64
import binascii
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import PydanticCustomError

from sincronia.answers import Answers, Problem, ProblemError

_WEBHOOK_PREFIX = "whsec_"
_WEBHOOK_BYTES = range(24, 65)  # as Standard Webhooks has it


class Fields(BaseModel):
    """Fields of a connection's settings or secret; each has the title that people know it by."""

    model_config = ConfigDict(hide_input_in_errors=True, str_strip_whitespace=True)


_Fields = TypeVar("_Fields", bound=Fields)


def parsed(model: type[_Fields], values: Any, answers: Answers) -> _Fields:
    """The values as the model. Raises ProblemError, which names the field as people call it and quotes nothing.

    `answers`: the integration's, for the models' own kinds of error; all others are settings_invalid.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        wrong = error.errors(include_input=False, include_url=False)[0]
    code = wrong["type"] if wrong["type"] in answers else "settings_invalid"
    raise ProblemError(Problem(code, {"field": _title(model, str(wrong["loc"][0]))}))


def missing(model: type[Fields], name: str) -> ProblemError:
    """The error of a field that is empty and must not be."""
    return ProblemError(Problem("settings_invalid", {"field": _title(model, name)}))


def webhook_secrets(value: str) -> tuple[str, ...]:
    """The secrets that webhooks may be signed with, several while one replaces another.

    Each is `whsec_` and the base64 of 24 to 64 bytes (Standard Webhooks). Raises ValueError, which quotes nothing.
    """
    secrets = tuple(value.split())
    for secret in secrets:
        try:
            key = base64.b64decode(secret.removeprefix(_WEBHOOK_PREFIX), validate=True)
        except binascii.Error:
            key = b""
        if not secret.startswith(_WEBHOOK_PREFIX) or len(key) not in _WEBHOOK_BYTES:
            message = "no webhook secret"
            raise ValueError(message)
    return secrets


class WebhookSecret(Fields):
    """The webhooks' secrets, separated by spaces; empty where nobody sends any."""

    webhook_secrets: str = Field(default="", max_length=2_000, title="Segredos do webhook")

    @field_validator("webhook_secrets")
    @classmethod
    def _whole(cls, value: str) -> str:
        try:
            return " ".join(webhook_secrets(value))
        except ValueError:
            pass
        raise PydanticCustomError("webhook_secret_invalid", "no webhook secret")


def _title(model: type[Fields], name: str) -> str:
    return model.model_fields[name].title or name
