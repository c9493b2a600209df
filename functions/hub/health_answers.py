"""Health as it is answered: each finding with its sentence, what to do, and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import BaseModel, Field

from hub.health_rules import Finding, Judgement
from hub.health_sentences import WORST_FIRST, Tone
from hub.integrated import integrations
from sincronia import clock
from sincronia.engine.state import Connection, Notification, Run
from sincronia.web.fields import connection_url

_TO_DO = {Tone.BAD, Tone.WAIT}
_WORDS = {
    Tone.BAD: "Precisa de atenção",
    Tone.WAIT: "Algo espera",
    Tone.CALM: "Sem conexões",
    Tone.GOOD: "Tudo em dia",
}
_QUEUES = {"uploads": "Arquivos para o diretório do ASMS", "schedule": "Agendador"}  # of no integration's worker

Told = Mapping[tuple[str, str], Notification]  # by audience and id


class FindingAnswer(BaseModel):
    """Something to say, and what to do about it."""

    code: str
    tone: Tone
    word: str
    sentence: str
    advice: str
    reason: str = Field(description="Por quê; vazio, onde a frase diz tudo.")
    at: str | None
    url: str | None = Field(description="Onde se vê mais, ou se decide.")


class ToCorrectAnswer(BaseModel):
    """Records that wait for a person to correct them."""

    title: str
    number: int
    url: str


class ConnectionHealth(BaseModel):
    """How a connection is; its findings, the worst first."""

    connection: str
    name: str
    integration: str
    integration_title: str
    responsible: str
    tone: Tone
    word: str
    last_success_at: str | None
    next_at: str | None
    findings: list[FindingAnswer]
    to_correct: list[ToCorrectAnswer]
    url: str


class QueueHealth(BaseModel):
    """A queue of what no worker could carry out."""

    queue: str
    title: str
    messages: int
    tone: Tone
    word: str
    sentence: str
    advice: str


class TokenHealth(BaseModel):
    """An integration token that expires soon, or has expired."""

    id: str
    description: str
    expires_at: str
    tone: Tone
    word: str
    sentence: str
    advice: str


class Health(BaseModel):
    """How all is: connections by pages, the worst of each page first; queues and tokens with the first page alone."""

    at: str
    tone: Tone
    word: str
    sentence: str
    queues: list[QueueHealth]
    tokens: list[TokenHealth]
    items: list[ConnectionHealth]
    next: str | None


def title_of(run: Run, titles: Mapping[str, str], told: Told) -> str:
    """What people call a run's flow: as the connection has it, else as its notification has it."""
    notification = told.get((run.audience, run.key.run_id))
    return titles.get(run.flow) or (notification.title if notification else "Execução")


def notification_url(run: Run) -> str:
    """Where a run is told of, and decided on."""
    return f"/notifications/{run.audience}/{run.key.run_id}"


def connection_health(
    connection: Connection, judgement: Judgement, titles: Mapping[str, str], told: Told
) -> ConnectionHealth:
    """The answer of one connection; `titles` are its flows', by name."""
    findings = [finding_answer(finding, connection, titles, told) for finding in judgement.findings]
    return ConnectionHealth(
        connection=connection.id,
        name=connection.name,
        integration=connection.integration,
        integration_title=integrations()[connection.integration].title,
        responsible=connection.responsible,
        tone=findings[0].tone,
        word=findings[0].word,
        last_success_at=_iso(judgement.last_success_at),
        next_at=_iso(judgement.next_at),
        findings=findings,
        to_correct=[
            ToCorrectAnswer(title=title_of(one.run, titles, told), number=one.number, url=notification_url(one.run))
            for one in judgement.to_correct
        ],
        url=connection_url(connection.integration, connection.id),
    )


def finding_answer(finding: Finding, connection: Connection, titles: Mapping[str, str], told: Told) -> FindingAnswer:
    """A finding of a connection, said. What its problems say to do is nearer than what such findings do."""
    run, url, title = finding.run, None, finding.title
    if run is not None:
        title, url = title_of(run, titles, told), notification_url(run)
    elif finding.state:
        url = f"/integrations/{connection.integration}/logs?connection={connection.id}&outcome={finding.state}"
    sentence, advice = said(finding, title)
    why = [integrations()[connection.integration].told(problem) for problem in finding.problems]
    return FindingAnswer(
        code=finding.code,
        tone=finding.meaning.tone,
        word=finding.meaning.word,
        sentence=sentence,
        advice=" ".join(dict.fromkeys(do for _, do in why if do)) or advice,
        reason=" ".join(wrong for wrong, _ in why) or finding.reason,
        at=_iso(finding.at or None),
        url=url,
    )


def said(finding: Finding, title: str) -> tuple[str, str]:
    """What is wrong, and what to do."""
    meaning, details = finding.meaning, {"title": title, "at": _moment(finding.at), **finding.details}
    return meaning.sentence.format_map(details), meaning.advice.format_map(details)


def queue_health(name: str, messages: int, finding: Finding) -> QueueHealth:
    """The answer of one queue."""
    sentence, advice = said(finding, "")
    meaning = finding.meaning
    return QueueHealth(
        queue=name,
        title=_QUEUES.get(name) or integrations()[name].title,
        messages=messages,
        tone=meaning.tone,
        word=meaning.word,
        sentence=sentence,
        advice=advice,
    )


def summary(connections: Sequence[Tone], others: Sequence[Tone], *, more: bool) -> tuple[Tone, str, str]:
    """How the whole is: tone, word and one sentence. `more`: other connections follow."""
    bad, wait, to_do = (connections.count(Tone.BAD), connections.count(Tone.WAIT), {*others} & _TO_DO)
    parts = [
        *([_counted(bad, "conexão precisa de atenção", "conexões precisam de atenção")] if bad else []),
        *([_counted(wait, "conexão espera", "conexões esperam")] if wait else []),
        *(["há algo a fazer fora das conexões"] if to_do else []),
    ]
    of = " nesta página" if more else ""
    worst = min(({*connections} & _TO_DO) | to_do, key=WORST_FIRST.index, default=Tone.GOOD)
    if parts:
        sentence = f"{'; '.join(parts)}{of}."
        return worst, _WORDS[worst], sentence[0].upper() + sentence[1:]
    if not connections:
        return Tone.CALM, _WORDS[Tone.CALM], "Ainda não há conexões."
    counted = _counted(len(connections), "conexão conferida", "conexões conferidas")
    return Tone.GOOD, _WORDS[Tone.GOOD], f"{counted}{of}, e nada precisa de você."


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _iso(seconds: float | None) -> str | None:
    return clock.iso(seconds) if seconds is not None else None


def _moment(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, clock.SAO_PAULO):%d/%m/%Y às %H:%M}"
