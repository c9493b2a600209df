"""The receipt of a day: what the runs of each connection came to, and what of it waits for a person."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BaseModel, Field

from hub.health import FewConnections
from hub.health_answers import Told, notification_url, title_of
from hub.health_sentences import Tone
from hub.integrated import integrations
from hub.receipt_rules import FlowReceipt, period_of, receipts, told
from sincronia import clock
from sincronia.auth import Role
from sincronia.engine.state import OutcomeKind, Run
from sincronia.store.connections import CheckedConnection, checked_connections
from sincronia.store.notifications import stored_notifications
from sincronia.store.registering import flows_of
from sincronia.store.runs import runs_started
from sincronia.web.application import Routes
from sincronia.web.fields import ConnectionInQuery, connection_url
from sincronia.web.paging import Cursor, after_of, cursor_of

routes = Routes("Saúde")

_ONE = timedelta(days=1)

_DAY_FORM = (  # of this century, and no other day than there is
    r"^(20[0-9]{2}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
    r"|02-(0[1-9]|1[0-9]|2[0-8]))|20([02468][048]|[13579][26])-02-29)$"
)

Day = Annotated[
    str,
    Query(pattern=_DAY_FORM, description="O dia, como em 2026-11-27, no horário de São Paulo; sem ele, o de hoje."),
]


class WaitAnswer(BaseModel):
    """Something that waits for a person."""

    sentence: str
    url: str


class FlowReceiptAnswer(BaseModel):
    """What the day's runs of one flow came to; received = the sum of the counters + what is still to be done."""

    flow: str
    title: str
    runs: int
    received: int
    remaining: int
    counters: dict[OutcomeKind, int]
    checked: int = Field(description="Os cadastros conferidos; em fluxos que leem tudo a cada vez, os da última.")
    to_correct: int = Field(description="Os cadastros que esperam a correção de uma pessoa.")
    sentence: str
    url: str


class ReceiptAnswer(BaseModel):
    """A connection's receipt; `complete` is false where the day has more runs than are read at once."""

    connection: str
    name: str
    integration: str
    integration_title: str
    tone: Tone
    word: str
    sentence: str
    flows: list[FlowReceiptAnswer]
    waits: list[WaitAnswer]
    complete: bool
    url: str


class Receipts(BaseModel):
    """A page of the connections' receipts of one day; the days before it and after it that there can be."""

    day: date
    before: date
    after: date | None
    items: list[ReceiptAnswer]
    next: str | None


@routes.get(
    "/receipts",
    role=Role.READER,
    summary="Dá o recibo de um dia: o que as execuções de cada conexão fizeram",
    answered="Os recibos das conexões de uma página, contados das execuções que começaram nesse dia.",
    page="hub/receipts.html",
)
def list_receipts(
    day: Day = "", connection: ConnectionInQuery = "", limit: FewConnections = 20, cursor: Cursor = ""
) -> Receipts:
    """A fixed number of Queries for each connection of the page, whatever the tables hold."""
    today = clock.today()
    chosen = date.fromisoformat(day) if day else today
    listed = checked_connections(limit, after_of(cursor), connection)
    return Receipts(
        day=chosen,
        before=chosen - _ONE,
        after=chosen + _ONE if chosen < today else None,
        items=[_receipt(one, chosen) for one in listed.values],
        next=cursor_of(listed.after),
    )


def _receipt(one: CheckedConnection, day: date) -> ReceiptAnswer:
    connection = one.connection
    flows = list(flows_of(connection.id).values())
    started = runs_started(connection.id, period_of(day))
    found = receipts(flows, started.runs)
    titles = {flow.flow: flow.title for flow in flows}
    tone, word = _standing(found)
    told_of = stored_notifications((run.audience, run.key.run_id) for run in _untitled(found, titles))
    return ReceiptAnswer(
        connection=connection.id,
        name=connection.name,
        integration=connection.integration,
        integration_title=integrations()[connection.integration].title,
        tone=tone,
        word=word,
        sentence=told(found),
        flows=[_flow(receipt, titles, told_of) for receipt in found],
        waits=[wait for receipt in found for wait in _waits(receipt, title_of(receipt.runs[0], titles, told_of))],
        complete=started.complete,
        url=connection_url(connection.integration, connection.id),
    )


def _standing(found: tuple[FlowReceipt, ...]) -> tuple[Tone, str]:
    """How the day stands: a newest run that failed, something that waits, or neither."""
    if any(receipt.runs[0] in receipt.failed for receipt in found):
        return Tone.BAD, "Com erro"
    if any(receipt.at_brake or receipt.to_correct for receipt in found):
        return Tone.WAIT, "Espera você"
    return (Tone.GOOD, "Em dia") if found else (Tone.CALM, "Sem execuções")


def _untitled(found: tuple[FlowReceipt, ...], titles: dict[str, str]) -> list[Run]:
    """The newest run of each flow that the connection has no title of: its notification has."""
    return [receipt.runs[0] for receipt in found if not titles.get(receipt.flow)]


def _flow(receipt: FlowReceipt, titles: dict[str, str], told_of: Told) -> FlowReceiptAnswer:
    return FlowReceiptAnswer(
        flow=receipt.flow,
        title=title_of(receipt.runs[0], titles, told_of),
        runs=len(receipt.runs),
        received=receipt.received,
        remaining=receipt.remaining,
        counters=dict(receipt.counters),
        checked=receipt.checked,
        to_correct=receipt.to_correct,
        sentence=told([receipt]),
        url=notification_url(receipt.runs[0]),
    )


def _waits(receipt: FlowReceipt, title: str) -> list[WaitAnswer]:
    """What of a flow waits for a person, each with where it is decided or seen."""
    waits = [
        WaitAnswer(sentence=f"“{title}” parou no freio e espera a sua decisão.", url=notification_url(run))
        for run in receipt.at_brake
    ]
    for run in receipt.to_correct_in:
        number = run.counters[OutcomeKind.REJECTED]
        counted = f"{number} cadastro espera" if number == 1 else f"{number} cadastros esperam"
        waits.append(WaitAnswer(sentence=f"{counted} correção em “{title}”.", url=notification_url(run)))
    return waits
