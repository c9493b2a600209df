"""Problems as HTTP answers: application/problem+json (RFC 9457) in Portuguese, quoting nothing that a person typed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from aws_lambda_powertools.event_handler import Response

from sincronia.answers import Answers, Problem
from sincronia.web.answers import FIELD_CODES, FIELD_OTHERWISE, FIELD_SENTENCES, PROBLEM_JSON
from sincronia.web.documents import problem_document

_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,40}")


def problem_response(problem: Problem, answers: Answers, errors: Sequence[Mapping[str, str]] = ()) -> Response[str]:
    """The answer to a request that ran into a problem. Where fields are wrong, `errors` says which."""
    body = problem_document(problem, answers, errors)
    status = body["status"]
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    return Response(status_code=status, content_type=PROBLEM_JSON, body=_json(body), headers=headers)


def validation_response(errors: Sequence[Mapping[str, Any]], answers: Answers) -> Response[str]:
    """The answer to a request whose parameters or body have a wrong form, from pydantic's errors."""
    fields = []
    for error in errors[:20]:
        field = dotted(error["loc"], unknown=error["type"] == "extra_forbidden")
        code, detail = wrong(error)
        line = {"field": field, "code": code, "detail": detail}
        if line not in fields:
            fields.append(line)
    sentence = "; ".join(f"{line['field']}: {line['detail']}" if line["field"] else line["detail"] for line in fields)
    return problem_response(Problem("request_invalid", {"wrong": sentence}), answers, fields)


def dotted(loc: Sequence[str | int], *, unknown: bool = False) -> str:
    """The path of a field, without the part of the request that it is in.

    What has no plain name, and the name of a field that does not exist, came from whoever sent it: it isn't repeated.
    """
    parts = [str(part) for part in loc[1:]]
    if unknown:
        parts = parts[:-1]
    return ".".join(part if part.isdigit() or _PLAIN_NAME.fullmatch(part) else "?" for part in parts)


def wrong(error: Mapping[str, Any]) -> tuple[str, str]:
    """Code and sentence of one of pydantic's errors."""
    kind = str(error["type"])
    sentence = FIELD_SENTENCES.get(kind)
    if sentence is None:
        return FIELD_OTHERWISE
    limits = {name: str(value).replace(" or ", " ou ") for name, value in (error.get("ctx") or {}).items()}
    return FIELD_CODES.get(kind, "field_type"), sentence.format_map(limits)


def _json(body: Mapping[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))
