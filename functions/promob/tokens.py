"""The tokens of the people who work in a network's stores."""

from __future__ import annotations

from sincronia import clock
from sincronia.answers import Problem
from sincronia.auth import lapsed
from sincronia.store.tokens import stored_token
from sincronia.web.run_answers import RequestProblemError


def check_token(token_id: str | None, field: str) -> None:
    """Raises RequestProblemError(promob.token_unknown), which names the field, where no token of that id holds."""
    if token_id is None:
        return
    token = stored_token(token_id)
    if token is None or lapsed(token, clock.moment()):
        raise RequestProblemError(Problem("promob.token_unknown"), field=field)
