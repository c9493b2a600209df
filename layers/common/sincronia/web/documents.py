"""The documents of problems (RFC 9457), as values, and what the log tells of a failure of ours."""

from __future__ import annotations

import traceback
from collections.abc import Mapping, Sequence
from typing import Any

from sincronia.answers import Answers, Problem, explain
from sincronia.web.answers import WebAnswer


def problem_document(problem: Problem, answers: Answers, errors: Sequence[Mapping[str, str]] = ()) -> dict[str, Any]:
    """The body of the answer to a request that ran into a problem, its `status` among it.

    The status is its row's; 422 where the row is an integration's, which knows no HTTP. The problem's detail `field`
    is the answer's field. Where fields are wrong, `errors` says which.
    """
    answer = answers[problem.code]
    status, title = (
        (answer.status, answer.title) if isinstance(answer, WebAnswer) else (422, "Não foi possível atender")
    )
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "code": problem.code,
        "detail": explain(problem, answers),
    }
    fields = [error["field"] for error in errors] if errors else [problem.details.get("field", "")]
    if len(fields) == 1 and fields[0]:
        body["field"] = fields[0]
    if len(errors) > 1:
        body["errors"] = [dict(error) for error in errors]
    return body


def places_of(error: Exception) -> list[str]:
    """Where in the code an error came up, outermost first. Its text may quote a record, and stays out."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames[-8:]]
