"""How everything is: each connection, what was left behind, tokens that end; the worst first, each with what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from hub.health_answers import (
    ConnectionHealth,
    Health,
    QueueHealth,
    TokenHealth,
    connection_health,
    queue_health,
    said,
    summary,
)
from hub.health_rules import EXPIRY_SECONDS, REMEMBERED_SECONDS, ConnectionFacts, judged, of_queue, of_token
from hub.health_sentences import WORST_FIRST
from hub.integrated import integrations
from sincronia import clock
from sincronia.auth import Role, Token
from sincronia.engine.hints import HintState
from sincronia.engine.state import RunKey, ScheduledFlow
from sincronia.store.connections import CheckedConnection, checked_connections
from sincronia.store.dead_letters import dead_letters
from sincronia.store.hints import newest_hints, oldest_hint, stored_hints
from sincronia.store.notifications import stored_notifications
from sincronia.store.registering import flows_of
from sincronia.store.runs import newest_runs, stored_runs
from sincronia.store.tokens import tokens_expiring
from sincronia.web.application import Caller, Routes
from sincronia.web.fields import ConnectionInQuery
from sincronia.web.paging import Cursor, after_of, cursor_of

routes = Routes("Saúde")

NEWEST = 30  # runs, and hints, of a connection that are looked at
MOST_TOKENS = 50

FewConnections = Annotated[
    int, Query(ge=1, le=50, description="Quantas conexões a página traz, no máximo.")
]  # each costs some Queries


@routes.get(
    "/health",
    role=Role.READER,
    summary="Diz como está cada conexão, e o que fazer",
    answered="As conexões de uma página, a que mais precisa de atenção primeiro; filas e tokens, só com a primeira.",
    page="hub/health.html",
    menu="Saúde",
)
def read_health(
    caller: Caller, connection: ConnectionInQuery = "", limit: FewConnections = 20, cursor: Cursor = ""
) -> Health:
    """A fixed number of Queries for each connection of the page, whatever the tables hold."""
    now = clock.now()
    listed = checked_connections(limit, after_of(cursor), connection)
    items = _connections(listed.values, now)
    queues = [] if cursor or connection else _queues()
    tokens = [] if cursor or connection else _tokens(caller, now)
    others = [queue.tone for queue in queues] + [token.tone for token in tokens]
    tone, word, sentence = summary([item.tone for item in items], others, more=listed.after is not None)
    return Health(
        at=clock.iso(now),
        tone=tone,
        word=word,
        sentence=sentence,
        queues=queues,
        tokens=tokens,
        items=items,
        next=cursor_of(listed.after),
    )


def _connections(found: Sequence[CheckedConnection], now: float) -> list[ConnectionHealth]:
    facts = _facts(found)
    judgements = [judged(one, now) for one in facts]
    told = stored_notifications((run.audience, run.key.run_id) for one in judgements for run in one.runs)
    answers = [
        connection_health(one.connection, judgement, {flow.flow: flow.title for flow in one.flows}, told)
        for one, judgement in zip(facts, judgements, strict=True)
    ]
    return sorted(answers, key=lambda answer: (WORST_FIRST.index(answer.tone), answer.name.casefold()))


def _facts(found: Sequence[CheckedConnection]) -> list[ConnectionFacts]:
    names = [one.connection.id for one in found]
    flows = {name: tuple(flows_of(name).values()) for name in names}
    newest = {name: newest_runs(name, NEWEST) for name in names}
    known = {run.key for runs in newest.values() for run in runs}
    begun = [key for each in flows.values() for flow in each if flow.active_run and (key := _begun(flow)) not in known]
    older = stored_runs(begun)
    sweeps = stored_hints((key.connection, key.run_id) for key in begun if key not in older)
    return [
        replace(
            _with_hints(one) if integrations()[one.connection.integration].hinted else ConnectionFacts(one.connection),
            flows=flows[name],
            runs=(*newest[name], *(run for run in older.values() if run.key.connection == name)),
            begun=tuple(sweep for sweep in sweeps.values() if sweep.hint.connection == name),
            checked=one.last_check,
        )
        for name, one in zip(names, found, strict=True)
    ]


def _with_hints(one: CheckedConnection) -> ConnectionFacts:
    name = one.connection.id
    return ConnectionFacts(
        one.connection,
        hints=newest_hints(name, NEWEST),
        waiting=oldest_hint(name, HintState.WAITING),
        working=oldest_hint(name, HintState.WORKING),
    )


def _begun(flow: ScheduledFlow) -> RunKey:
    return RunKey(flow.connection, flow.active_run)


def _queues() -> list[QueueHealth]:
    held = dead_letters()
    return [
        queue_health(name, held[name], of_queue(name, held[name]))
        for name in sorted(held, key=lambda name: -held[name])
    ]


def _tokens(caller: Token, now: float) -> list[TokenHealth]:
    """Everybody's to administrators, who list them; to others their own."""
    since, until = clock.iso(now - REMEMBERED_SECONDS), clock.iso(now + EXPIRY_SECONDS)
    if caller.role.covers(Role.ADMINISTRATOR):
        found = tokens_expiring(since, until, MOST_TOKENS)
    else:
        found = (caller,) if caller.expires_at and caller.expires_at <= until else ()
    return [_token(token, now) for token in found]


def _token(token: Token, now: float) -> TokenHealth:
    finding = of_token(token, datetime.fromisoformat(token.expires_at).timestamp(), now)
    sentence, advice = said(finding, finding.title)
    return TokenHealth(
        id=token.id,
        description=token.description,
        expires_at=token.expires_at,
        tone=finding.meaning.tone,
        word=finding.meaning.word,
        sentence=sentence,
        advice=advice,
    )
