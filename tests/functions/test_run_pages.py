"""Pages of runs that are no sync of a person's: the day of a provider, and the preview of an import."""

from __future__ import annotations

import re
from html import unescape

from tests.asms_imports import csv_of, imported
from tests.asms_on_aws import Asms
from tests.contracts_on_aws import in_both
from tests.drawn_forms import form_to, forms_of
from tests.sgp_http_on_aws import RUNS, SgpHttp


def words(page: str) -> str:
    """What is read of a page."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def screen(sgp: SgpHttp, path: str, role: str = "operator") -> str:
    answer = sgp.page(path, role)
    assert answer.status == 200, answer
    return str(answer.body)


def test_an_open_day_says_that_it_ends_by_itself_and_offers_nothing_that_its_integration_has_not(sgp: SgpHttp) -> None:
    sgp.town.connect()
    contract = in_both(sgp.town)
    sgp.town.sgp.change(contract, status=3)
    sgp.town.work_off(contract)
    (run,) = sgp.get(RUNS)["items"]
    details = sgp.get(run["url"])
    assert (details["daily"], details["started_by"], details["followed_by"]) == (True, "os avisos recebidos", None)
    page = screen(sgp, run["url"])
    assert "O dia está aberto" in page
    assert "Pendente" in page
    assert "data-live" in page
    assert "1 cadastro conferido. 1 desativado" in words(page)
    assert [form.action for form in forms_of(page)] == ["/sign-out"]
    assert "/messages" not in page
    assert "/plan" not in page
    assert f'href="{run["url"]}/outcomes"' in page
    assert "Contratos → OZmap" in screen(sgp, f"{run['url']}/outcomes")
    assert "pelos avisos do dia" in screen(sgp, RUNS)


def test_what_a_day_holds_is_decided_on_its_page(sgp: SgpHttp) -> None:
    sgp.town.connect()
    contracts = [each for each in range(301, 325) if sgp.town.ozmap.property_of(str(each))][:11]
    for contract in contracts:
        sgp.town.sgp.change(contract, status=3)
    sgp.town.work_off(*contracts)
    (run,) = sgp.get(RUNS)["items"]
    page = screen(sgp, run["url"])
    assert "O freio espera a sua decisão" in page
    assert "decision" not in "".join(form.action for form in forms_of(screen(sgp, run["url"], "reader")))
    form = form_to(page, f"{run['url']}/decision")
    answer = sgp.sent(form.action, **form.filled(), decision="approve")
    assert (answer.status, answer.headers["Location"]) == (303, run["url"])
    page = screen(sgp, run["url"])
    assert "O freio espera" not in page
    assert "Quem decidiu Painel (operator), em" in words(page)


def test_a_preview_of_an_import_is_looked_through_and_imported(asms: Asms) -> None:
    project = asms.entry("projects", "Suporte São Paulo")
    run = imported(asms, csv_of([{"Login": "ana.lima", "Nome": "Ana Lima"}]), project=project, sincronia_mode="preview")
    page = asms.page(run["url"]).body
    assert "Conferir e importar" in page
    plan = asms.page(f"{run['url']}/plan").body
    assert "checkbox" not in plan  # an import is applied as it was shown
    form = form_to(plan, f"{run['url']}/apply")
    assert re.search(r"<button[^>]*>Importar</button>", plan)
    answer = asms.sent(form.action, **form.filled())
    assert (answer.status, answer.headers["Location"]) == (303, f"{run['url']}-aplicada")
    assert f'href="{run["url"]}-aplicada"' in asms.page(run["url"]).body
