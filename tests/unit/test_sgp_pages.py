"""SGP's pages, drawn of what its routes answer."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from sgp.on_http import application
from sgp.status_routes import StatusRow, StatusTable, Switch
from sincronia.auth import Role, Token
from sincronia.engine.hints import Cause
from sincronia.web import session
from sincronia.web.hint_forms import OUTCOMES, LogLine
from sincronia.web.pages import Pages
from sincronia.web.paging import Page
from sincronia.web.visit import Visit

CALLER = Token("0" * 16, "Ana <Atendimento>", Role.OPERATOR, "", "", "", "")
LINE = LogLine(
    id="20261121T173210000Z-0123456789abcdef",
    at="2026-11-22T01:32:10.000Z",
    moved_at="2026-11-22T01:32:12.000Z",
    connection="provedor",
    cause=Cause.WEBHOOK,
    cause_title="Aviso recebido",
    by="",
    record="40211",
    label="Casa Amarela",
    action="update",
    action_title="Cliente atualizado",
    outcome="updated",
    outcome_title="Atualizado",
    code=None,
    reason="",
    advice="",
    waits_until=None,
    before={},
    after={},
    freed=[],
    has_image=False,
    run_id=None,
)


@pytest.fixture(autouse=True)
def known_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "form_token", lambda value: f"form-token-of-{value}")


def drawn(template: str, path: str, body: Any, role: Role = Role.OPERATOR, query: str = "") -> str:
    happening = {"rawPath": path, "rawQueryString": query, "headers": {}}
    visit = Visit(happening, caller=replace(CALLER, role=role), session="a-session")
    return Pages(application.operations).drawn(template, visit, body.model_dump(mode="json"))


def logs(*lines: LogLine, after: str | None = None, role: Role = Role.OPERATOR, query: str = "") -> str:
    return drawn("sgp/logs.html", "/integrations/sgp/logs", Page[LogLine](items=list(lines), next=after), role, query)


def words(page: str) -> str:
    """What is read of a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def told(**changed: Any) -> str:
    return words(logs(LINE.model_copy(update=changed)))


def test_a_line_says_when_why_of_whom_and_what_became_of_it() -> None:
    page = logs(LINE)

    read = words(page)
    assert "sábado, 21 de novembro de 2026" in read  # in São Paulo
    assert "22:32 Aviso recebido Cliente atualizado Contrato 40211 · Casa Amarela Atualizado" in read
    assert "Ana &lt;Atendimento&gt;" in page
    assert '<span class="badge good">Atualizado</span>' in page


def test_a_line_shows_before_and_after_and_what_became_free() -> None:
    read = told(
        before={"Situação": "OK", "Porta": 4, "Implantado": True},
        after={"Situação": "ERRO", "Posição": [-46.5, -23.5]},
        freed=["CTO-14 · porta 4"],
    )

    assert "Campo Antes Depois" in read
    assert "Situação OK ERRO Porta 4 vazio Implantado sim vazio Posição vazio -46.5, -23.5" in read
    assert "Ficou livre: CTO-14 · porta 4" in read


def test_what_waits_says_for_what_and_until_when() -> None:
    waiting = told(outcome="waiting", reason="O OZmap pediu para aguardar.", waits_until="2026-11-22T01:45:00.000Z")
    held = told(outcome="held", reason="O freio reteve a retirada.", run_id="20261121")

    assert "Continua sozinho a partir de 21/11/2026 às 22:45 . O OZmap pediu para aguardar." in waiting
    assert "Só continua quando uma pessoa aprovar. O freio reteve a retirada." in held
    assert "Repetir o contrato" not in waiting + held


def test_who_may_operate_can_repeat_and_who_reads_cannot() -> None:
    page = logs(LINE)

    assert f'action="/integrations/sgp/connections/provedor/hints/{LINE.id}/replay"' in page
    assert page.count('name="form_token" value="form-token-of-a-session"') == 3  # this, a period, signing out
    assert len(set(re.findall(r'name="idempotency_key" value="([^"]+)"', page))) == 2
    assert "/replay" not in logs(LINE, role=Role.READER)
    assert "/hints/" not in logs(LINE.model_copy(update={"record": ""}))


def test_who_may_operate_decides_of_what_the_brake_holds_and_who_reads_cannot() -> None:
    held = LINE.model_copy(update={"outcome": "held", "run_id": "20261121T030000000Z-0123456789abcdef"})
    decision = "/integrations/sgp/connections/provedor/runs/20261121T030000000Z-0123456789abcdef/decision"

    page = logs(held)

    assert f'action="{decision}"' in page
    assert re.findall(r'name="decision" value="(\w+)"', page) == ["approve", "reject"]
    assert decision not in logs(held, role=Role.READER)
    assert decision not in logs(LINE.model_copy(update={"run_id": held.run_id}))


def test_what_vendors_say_is_text() -> None:
    page = logs(LINE.model_copy(update={"label": "<script>x</script>", "reason": '"><img>', "before": {"<b>": "<i>"}}))

    assert not re.search(r"<script>|<img>|<b>|<i>", page)


def test_the_filters_keep_what_was_chosen_and_lead_on() -> None:
    query = "connection=provedor&outcome=failed&since.day=2026-11-20&cursor=abc"
    page = logs(LINE, after="d=e", query=query)

    assert '<option value="failed" selected>Com falha</option>' in page
    assert 'name="since.day" type="date" value="2026-11-20"' in page
    assert "cursor=d%3De" in page
    assert 'href="/integrations/sgp/logs?connection=provedor&amp;outcome=failed&amp;since.day=2026-11-20">← ' in page
    assert 'href="/integrations/sgp/logs?connection=provedor">Limpar</a>' in page
    (options,) = re.findall(r'<select id="outcome".*?</select>', page, re.DOTALL)
    offered = dict(re.findall(r'<option value="(\w+)"(?: selected)?>([^<]+)<', options))
    assert offered == {code.value: word for code, word in OUTCOMES.items()}


def test_an_empty_log_says_why() -> None:
    assert "Ainda não chegou nada" in words(logs())
    assert "Nada com estes filtros" in words(logs(query="record=1"))


def test_the_navigation_says_where_one_is() -> None:
    page = logs()

    assert '<a href="/integrations/sgp/logs" aria-current="page">Logs</a>' in page
    assert '<a href="/integrations/sgp/statuses">Status</a>' in page


def test_the_statuses_and_switches_say_what_each_does() -> None:
    table = StatusTable(
        connection="provedor",
        statuses=[
            StatusRow(code=1, name="Ativo", ozmap="OK", description="Fica ativo.", assumption=False),
            StatusRow(code=3, name="Cancelado", ozmap="", description="É retirado.", assumption=True),
        ],
        switches=[Switch(name="cancel_clients", title="Cancelar Clientes", on=False, description="Retira.")],
    )
    read = words(drawn("sgp/statuses.html", "/integrations/sgp/statuses", table))

    assert "1 Ativo OK Fica ativo. 3 Cancelado não muda É retirado. O fornecedor não publica esta regra" in read
    assert "Cancelar Clientes Desativada Retira." in read
