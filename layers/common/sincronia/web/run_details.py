"""One run as its own route gives it: as it stands, who asked for it, and what came of it."""

from __future__ import annotations

from pydantic import Field

from sincronia.engine.state import Mode, Phase, Run, RunKey
from sincronia.store.runs import stored_run
from sincronia.store.tokens import stored_token
from sincronia.web.fields import run_url
from sincronia.web.integration import Integration
from sincronia.web.run_forms import RunAnswer, run_answer
from sincronia.web.run_starts import applied_key, retried_key, unfinished

_BY_ITSELF = {"schedule": "a agenda da conexão", "webhook": "os avisos recebidos"}
_ASKED = "token:"


class RunDetails(RunAnswer):
    """A run as it stands, with what is told of it beside."""

    started_by: str = Field(description="Quem ou o que a iniciou, como as pessoas o conhecem.")
    daily: bool = Field(description="true, onde reúne o que os avisos de um dia pedem; ela termina à meia-noite.")
    followed_by: str | None = Field(
        description="O endereço da execução que sincroniza esta pré-visualização, ou que tenta de novo os seus "
        "rejeitados e com falha."
    )


def run_details(run: Run, integration: Integration) -> RunDetails:
    """With at most two rows more: the token that asked for it, and the run that followed it."""
    follower = _follower(run)
    followed = follower is not None and stored_run(follower) is not None
    return RunDetails(
        **run_answer(run, integration).model_dump(),
        started_by=_started_by(run.trigger),
        daily=run.flow in integration.days,
        followed_by=run_url(run.integration, run.key.connection, follower.run_id) if follower and followed else None,
    )


def _follower(run: Run) -> RunKey | None:
    """The run that may have followed this one."""
    if run.phase != Phase.DONE:
        return None
    if run.mode == Mode.PREVIEW:
        return applied_key(run)
    return retried_key(run) if unfinished(run) else None


def _started_by(trigger: str) -> str:
    if not trigger.startswith(_ASKED):
        return _BY_ITSELF.get(trigger, trigger)
    token = stored_token(trigger.removeprefix(_ASKED))
    return token.description if token else "alguém cujo token não existe mais"
