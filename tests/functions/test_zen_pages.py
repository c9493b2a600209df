"""Zen's screens as people use them: each form is sent as its page drew it (seed 000)."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest

from tests.drawn_forms import form_to, forms_of
from tests.routes_on_aws import Answer
from tests.zen_http_on_aws import ONE, RUNS, ZenHttp, applied, outcomes

USERS, COMPANIES, INITIAL = "sincronizar_usuarios", "sincronizar_empresas", "sincronizacao_inicial"


def led_to(answer: Answer) -> str:
    assert answer.status == 303, answer
    return answer.headers["Location"]


def words(page: str) -> str:
    """What is read of a page."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def screen(http: ZenHttp, path: str, role: str = "operator", **query: Any) -> str:
    answer = http.page(path, role, **query)
    assert answer.status == 200, answer
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|<script(?! src=)", answer.body)
    return str(answer.body)


def preview(http: ZenHttp, flow: str = USERS, **filled: str | list[str]) -> Any:
    """A preview, started from the flow's screen and worked off."""
    form = form_to(screen(http, f"{ONE}/flows/{flow}"), RUNS)
    answer = http.sent(RUNS, **form.filled(**filled), mode="preview")
    return http.worked_off({"url": led_to(answer)})


# ── the screens of the flows ─────────────────────────────────────────────────────────────────────────────────────────
def test_each_flow_has_its_screen_and_its_tab(http: ZenHttp) -> None:
    for flow, title, tab in (
        (INITIAL, "Sincronização Inicial", "Sincronização Inicial"),
        (USERS, "Sincronizar Usuários", "Usuários"),
        (COMPANIES, "Sincronizar Empresas e Funcionários", "Empresas e Funcionários"),
    ):
        page = screen(http, f"{ONE}/flows/{flow}")
        assert f"<h1>{title}</h1>" in page
        assert f'<a href="{ONE}/flows/{flow}" aria-current="page">{tab}</a>' in page


def test_a_screen_asks_what_questors_asks(http: ZenHttp) -> None:
    titles = [field["title"] for field in http.get(f"{ONE}/flows/{COMPANIES}")["fields"]]
    assert titles[:6] == [
        *("Empresa", "Filial", "Organograma", "Contrato do Empregado"),
        *("Enviar Sócios da Empresa", "Enviar Organogramas da Empresa"),
    ]
    assert titles[6:] == ["Status Empresa", "Sincronizar Tareffa", "Enviar também os sincronizados"]
    page = screen(http, f"{ONE}/flows/{COMPANIES}")
    assert all(title in page for title in titles)
    assert "precisa do regime tributário" in page
    assert "Chave de Acesso do usuário 0 – Administrador" in screen(http, f"{ONE}/flows/{INITIAL}")


def test_the_form_of_a_screen_starts_a_preview_with_its_filters(clients: ZenHttp) -> None:
    http = clients
    run = preview(http, COMPANIES, filters__companies="1..2", filters__partners=["on"], filters__statuses=[])
    assert (run["flow"], run["mode"], run["phase"]) == (COMPANIES, "preview", "done")
    assert run["filters"] == {
        "companies": "1..2",
        "partners": True,
        "org_chart": False,
        "statuses": [],
        "tareffa": False,
        "force": False,
    }
    assert "Empresa 1..2 Enviar Sócios da Empresa sim" in words(screen(http, run["url"]))


def test_a_group_may_be_typed_as_its_screen_asks_for_it(http: ZenHttp) -> None:
    groups = {int(user["CODIGOGRUPOUSUARIO"] or 0) for user in http.office.questor.users()} - {0}
    one = min(groups)
    run = preview(http, USERS, filters__groups=str(one))
    wanted = [user for user in http.office.questor.users() if user["CODIGOGRUPOUSUARIO"] == one]
    assert run["received"] == len(wanted) < len(http.office.questor.users())


def test_a_wrong_selector_is_told_and_starts_nothing(http: ZenHttp) -> None:
    form = form_to(screen(http, f"{ONE}/flows/{COMPANIES}"), RUNS)
    answer = http.sent(RUNS, **form.filled(filters__companies="1;x"), mode="preview")
    assert answer.status == 422
    assert "O filtro Empresa não pôde ser entendido na posição 3" in unescape(answer.body)
    assert http.office.rows("runs") == []


def test_a_reader_sees_the_filters_and_is_offered_nothing(http: ZenHttp) -> None:
    page = screen(http, f"{ONE}/flows/{USERS}", "reader")
    assert [form.action for form in forms_of(page)] == ["/sign-out"]
    assert "Status Não Sincronizado, Ressincronização Pendente" in words(page)


def test_an_administrator_changes_when_a_flow_runs_and_for_what(http: ZenHttp) -> None:
    path = f"{ONE}/flows/{USERS}"
    assert not [form for form in forms_of(screen(http, path)) if form.action == ONE]
    form = form_to(screen(http, path, "administrator"), ONE)
    changed: dict[str, Any] = {
        f"flows__{USERS}__every_minutes": "180",
        f"flows__{USERS}__filters__statuses": ["Não Sincronizado"],
    }
    filled = form.filled(**changed)
    assert led_to(http.sent(ONE, "administrator", **filled)) == path
    flow = http.get(path)
    assert (flow["every_minutes"], flow["filters"]["statuses"]) == (180, ["Não Sincronizado"])
    assert "A cada 3 horas; a próxima em" in words(screen(http, path))


def test_the_brakes_limits_of_a_connection_hold_for_what_its_screen_starts(http: ZenHttp) -> None:
    brake = {"deactivations": {"percent": 1, "number": 1}, "changes": {"percent": 2, "number": 2}}
    change = {"flows": {USERS: {"filters": {"brake": brake}}}}
    assert http.call("PATCH", ONE, role="administrator", body=change).status == 200
    assert preview(http)["filters"]["brake"] == brake


# ── the preview ──────────────────────────────────────────────────────────────────────────────────────────────────────
def test_what_is_unticked_on_one_page_and_the_next_is_left_out_of_the_sync(http: ZenHttp) -> None:
    run = preview(http)
    plan = f"{run['url']}/plan"
    out = []
    page = screen(http, plan, limit=4, kind="created")
    form = form_to(page, f"{run['url']}/apply")
    first, *others = form.ticks["selected.objects"]
    out.append(json.loads(first)["source_id"])
    (keeping,) = (button for button in form.buttons if "formaction" in button)
    answer = http.sent(keeping["formaction"], **form.filled(selected=others), next=keeping["value"])
    where, _, query = led_to(answer).partition("?")
    assert where == plan
    cursor = dict(part.split("=", 1) for part in query.split("&"))["cursor"]
    assert http.get(plan, limit=4)["deselected"] == 1

    page = screen(http, plan, limit=4, kind="created", cursor=cursor.replace("%3D", "="))
    assert "1 desmarcado até agora" in words(page)
    form = form_to(page, f"{run['url']}/apply")
    (last,) = form.ticks["selected.objects"]
    out.append(json.loads(last)["source_id"])
    sync = http.worked_off({"url": led_to(http.sent(form.action, **form.filled(selected=[])))})
    assert sync["counters"] == {"created": 3, "rejected": 3, "skipped": 2}
    assert sorted(each["source_id"] for each in outcomes(http, sync, kind="skipped")) == sorted(out)


def test_what_is_ticked_again_is_sent(http: ZenHttp) -> None:
    run = preview(http)
    plan = f"{run['url']}/plan"
    form = form_to(screen(http, plan), f"{run['url']}/apply")
    assert http.sent(f"{run['url']}/selection", **form.filled(selected=[])).status == 303
    page = screen(http, plan)
    again = form_to(page, f"{run['url']}/apply")
    assert again.fields["selected.objects"] == [""]  # none is ticked, as it was left
    sync = http.worked_off(
        {"url": led_to(http.sent(again.action, **again.filled(selected=again.ticks["selected.objects"])))}
    )
    assert sync["counters"] == {"created": 5, "rejected": 3}


def test_what_was_kept_counts_for_a_program_that_applies_too(http: ZenHttp) -> None:
    run = preview(http)
    one = http.get(f"{run['url']}/plan", kind="created")["items"][0]
    named = {"lane": one["lane"], "source_id": one["source_id"]}
    kept = http.post(f"{run['url']}/selection", {"deselected": [named]})
    assert (kept.status, kept.body) == (200, {"deselected": 1})
    shown = next(each for each in http.get(f"{run['url']}/plan")["items"] if each["source_id"] == one["source_id"])
    assert shown == one | {"deselected": True}
    assert applied(http, run)["counters"]["skipped"] == 1


def test_a_selection_is_refused_where_it_has_no_use(http: ZenHttp) -> None:
    run = preview(http)
    wrong = http.post(f"{run['url']}/selection", {"deselected": [{"lane": "nada", "source_id": "1"}]})
    assert (wrong.status, wrong.body["code"]) == (422, "request_invalid")
    many = [{"lane": "usuario_escritorio", "source_id": str(number)} for number in range(5001)]
    large = http.post(f"{run['url']}/selection", {"deselected": many})
    assert (large.status, large.body["code"]) == (422, "selection_too_large")
    applied(http, run)
    late = http.post(f"{run['url']}/selection", {"deselected": many[:1]})
    assert (late.status, late.body["code"]) == (409, "preview_applied")
    assert http.call("POST", f"{run['url']}/selection", role="reader", body={}).status == 403


def test_the_pencil_corrects_and_the_page_says_what_came_of_it(http: ZenHttp) -> None:
    run = preview(http)
    missing = next(each for each in http.get(f"{run['url']}/plan")["items"] if each["code"] == "zen.email_missing")
    page = screen(http, f"{run['url']}/plan", kind="rejected")
    forms = [form for form in forms_of(page) if form.action == f"{run['url']}/corrections"]
    form = next(each for each in forms if each.fields["source_id"] == [missing["source_id"]])

    still = http.sent(form.action, **form.filled(fields__name="Outro Nome"))
    assert still.status == 200
    assert "Gravado na origem, mas ainda não basta" in still.body
    wrong = http.sent(form.action, **form.filled(fields__email="sem arroba"))
    assert (wrong.status, "A correção não foi gravada" in wrong.body) == (422, True)
    done = http.sent(form.action, **form.filled(fields__email="nova.pessoa@modelo.example"))
    assert "Gravado na origem. Ao sincronizar" in words(done.body)
    assert "nova.pessoa@modelo.example" in done.body

    assert "Corrigido" in words(screen(http, f"{run['url']}/plan", kind="rejected"))
    sync = applied(http, run)
    assert [each["source_id"] for each in outcomes(http, sync, kind="created")].count(missing["source_id"]) == 1


def test_a_plan_offers_only_what_can_still_be_done_of_it_by_whom(http: ZenHttp) -> None:
    run = preview(http)
    plan = f"{run['url']}/plan"
    assert "checkbox" not in screen(http, plan, "reader")
    assert [form.action for form in forms_of(screen(http, plan, "reader"))] == ["/sign-out", plan]
    sync = applied(http, run)
    page = screen(http, plan)
    assert "checkbox" not in page
    assert f'<a href="{sync["url"]}">Ver o que foi feito</a>' in page


def test_lanes_are_tabs_of_the_plan(clients: ZenHttp) -> None:
    run = preview(clients, COMPANIES, filters__partners=["on"], filters__org_chart=["on"])
    page = screen(clients, f"{run['url']}/plan", lane="socio")
    assert re.search(r'lane=socio" aria-current="page">Sócios', page)
    shown = {json.loads(each)["lane"] for each in form_to(page, f"{run['url']}/apply").ticks["selected.objects"]}
    assert shown == {"socio"}


# ── the run ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_run_at_work_is_drawn_again_and_may_be_cancelled(http: ZenHttp) -> None:
    url = http.post(RUNS, {"flow": USERS, "mode": "apply"}).body["url"]
    page = screen(http, url)
    assert "Pendente" in page
    assert "data-live" in page
    form = form_to(page, f"{url}/cancel")
    assert led_to(http.sent(form.action, **form.filled())) == url
    assert http.worked_off({"url": url})["result"] == "cancelled"
    page = screen(http, url)
    assert "data-live" not in page
    assert "Quem cancelou Painel (operator)" in words(page)
    assert "token" not in words(page)


def test_a_concluded_run_says_so_and_what_can_be_done_of_it(http: ZenHttp) -> None:
    run = applied(http, preview(http))
    page = screen(http, run["url"])
    read = words(page)
    assert '<span class="badge good">Concluído em' in page
    assert "8 cadastros conferidos. 5 criados 3 precisam de correção" in read
    assert "Quem iniciou Painel (operator)" in read
    assert f'href="{run["url"]}/files/cadastros-a-corrigir.xlsx"' in page
    assert ">Concluir</a>" in page
    form = form_to(page, f"{run['url']}/retry")
    again = led_to(http.sent(form.action, **form.filled()))
    http.worked_off({"url": again})
    page = screen(http, run["url"])
    assert f'href="{again}">Ver a nova tentativa</a>' in page
    assert not [form for form in forms_of(page) if form.action.endswith("/retry")]
    reader = screen(http, run["url"], "reader")
    assert [form.action for form in forms_of(reader)] == ["/sign-out"]


@pytest.mark.parametrize(("decision", "result"), [("approve", "success"), ("reject", "cancelled")])
def test_the_brake_names_whom_it_is_about_and_a_person_decides(http: ZenHttp, decision: str, result: str) -> None:
    change = {"flows": {USERS: {"filters": {"brake": {"deactivations": {"percent": 0, "number": 0}}}}}}
    assert http.call("PATCH", ONE, role="administrator", body=change).status == 200
    for user in http.office.questor.users():
        if not user["EMAIL"] or [each["EMAIL"] for each in http.office.questor.users()].count(user["EMAIL"]) > 1:
            http.office.questor.change(user["CODIGOUSUARIO"], EMAIL=f"u{user['CODIGOUSUARIO']}@modelo.example")
    http.started(mode="apply")
    gone = http.office.questor.users()[-1]
    http.office.questor.remove(gone["CODIGOUSUARIO"])
    run = http.started(mode="apply")
    assert run["phase"] == "brake"
    page = screen(http, run["url"])
    assert "O freio espera a sua decisão" in page
    assert gone["NOMEUSUARIO"] in unescape(page)
    assert "Quem decide é um operador" in screen(http, run["url"], "reader")
    assert "O freio espera a sua decisão." in screen(http, RUNS)
    form = form_to(page, f"{run['url']}/decision")
    assert {button["value"] for button in form.buttons} == {"approve", "reject"}
    assert led_to(http.sent(form.action, **form.filled(), decision=decision)) == run["url"]
    assert http.worked_off(run)["result"] == result
    assert "Quem decidiu Painel (operator), em" in words(screen(http, run["url"]))


def test_outcomes_are_told_record_by_record_and_by_kind(http: ZenHttp) -> None:
    run = applied(http, preview(http))
    page = screen(http, f"{run['url']}/outcomes", kind="rejected")
    assert page.count("<tr>") == 4  # the head, and three
    assert "não tem e-mail informado no Questor. Informe o e-mail no cadastro" in words(page)
    assert "Usuários do Escritório → Zen" in page
    first = screen(http, f"{run['url']}/outcomes", limit=5)
    assert 'rel="next"' in first
    assert "Nenhum cadastro assim" in screen(http, f"{run['url']}/outcomes", kind="removed")


def test_messages_go_on_page_by_page_and_lead_to_the_newest(http: ZenHttp) -> None:
    run = applied(http, preview(http))
    page = screen(http, f"{run['url']}/messages", limit=3)
    assert "Sincronizar Usuários: a sincronização foi iniciada." in page
    more = http.get(f"{run['url']}/messages", limit=3)
    assert (more["more"], more["concluded"]) == (True, False)
    assert f"after={more['items'][-1]['seq']}" in page
    newest = http.get(f"{run['url']}/messages", after=more["latest"])
    assert newest["concluded"]
    assert newest["items"][0]["seq"] > more["items"][-1]["seq"]
    assert "Concluído" in newest["items"][-1]["text"]
    whole = screen(http, f"{run['url']}/messages")
    assert "data-live" not in whole
    assert 'rel="next"' not in whole


def test_the_runs_of_a_month_are_listed_and_another_months_are_none(http: ZenHttp) -> None:
    run = applied(http, preview(http))
    page = screen(http, RUNS)
    assert page.count('<li class="card') == 2
    assert f'href="{run["url"]}"' in page
    assert "por uma pessoa" in page
    assert "Nada neste mês" in screen(http, RUNS, month="2026-01")
