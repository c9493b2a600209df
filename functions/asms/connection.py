"""A connection's settings and secret. There are none: the directory is kept here, and no other system is called."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Settings(BaseModel):
    """What a person types of a connection."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class Secret(BaseModel):
    """The fields of a connection's secret."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)
