"""The users of Questor: what Zen's office users, and Tareffa's users, are told of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pydantic import Field

from sincronia.answers import Problem
from sincronia.engine.flow import Identity, Record
from zen import tareffa_client, zen_client
from zen.questor_client import Users
from zen.rows import Code, Email, Name, Row, is_email, label_of, read, rejected


class _Codes(Row):
    code: Code = Field(alias=Users.CODE)


class _User(_Codes):
    name: Name = Field(alias=Users.NAME)
    email: Email = Field(alias=Users.EMAIL)
    group: int | None = Field(alias=Users.GROUP)


def record_of(row: Any) -> Record:
    """A row of Questor's users as what Zen is told of it. Pure.

    A row that can't be sent carries its problem; one that has no code has no source id either.
    """
    user = read(_User, _Codes, row)
    if isinstance(user, Record):
        return user
    email = user.email.lower()
    if not is_email(email):
        code = "zen.email_invalid" if email else "zen.email_missing"
        return rejected(user, user.name, Problem(code, {"code": user.source_id}))
    content = {
        zen_client.NAME: user.name,
        zen_client.EMAIL: email,
        zen_client.GROUP: user.group,
        zen_client.STATE: zen_client.ACTIVE,
    }
    return Record(user.source_id, label_of(user, user.name), content, email, identities=(Identity("email", email),))


def for_tareffa(record: Record) -> Record:
    """The same user as Tareffa is told of it. Pure."""
    if record.problem:
        return record
    content = {
        tareffa_client.SOURCE_ID: record.source_id,
        tareffa_client.NAME: record.content[zen_client.NAME],
        tareffa_client.EMAIL: record.content[zen_client.EMAIL],
        tareffa_client.ACTIVE: True,
    }
    return replace(record, content=content)
