"""The home page: what waits for whom, and what has been done, as a person reads it."""

from __future__ import annotations

import pytest

from tests.functions.test_hub_lists import RUN, notify
from tests.hub_browser import Browser
from tests.hub_on_aws import Hub

FILE = "cadastros-a-corrigir.xlsx"
LATER = "20261123T100000000Z-0000000000000000"


@pytest.fixture
def browser(hub: Hub) -> Browser:
    return Browser(hub).signed_in(hub.token("reader"))


def test_whoever_comes_in_reads_what_is_pending_in_orange_and_what_is_done_in_green_with_its_date(
    hub: Hub, browser: Browser
) -> None:
    result = hub.of("sincronia.engine.state").Result.PARTIAL
    notify(hub, "escritorio-modelo", RUN, result=result, concluded_at="2026-11-23T09:05:00.000Z", files=(FILE,))
    notify(hub, "outro", LATER)

    page = browser.page("/notifications")

    pending, concluded = page.split("Concluídas</h2>")
    assert '<span class="badge wait">Pendente</span>' in pending
    assert f'href="/integrations/zen/connections/outro/runs/{LATER}"' in pending
    assert "data-live" in pending
    assert "Concluído em <time" in concluded
    assert ">23/11/2026 às 06:05</time>" in concluded
    assert "Em parte" in concluded
    assert f'href="/notifications/escritorio-modelo/{RUN}">1 arquivo para baixar' in concluded
    assert "Questor → Zen" in concluded


def test_nothing_is_drawn_again_when_all_is_done(hub: Hub, browser: Browser) -> None:
    done = {"result": hub.of("sincronia.engine.state").Result.SUCCESS, "concluded_at": "2026-11-23T09:05:00.000Z"}
    notify(hub, "escritorio-modelo", RUN, **done)

    assert "data-live" not in browser.page("/notifications")
    assert "data-live" not in browser.page(f"/notifications/escritorio-modelo/{RUN}")


def test_one_notification_has_its_text_and_its_files(hub: Hub, browser: Browser) -> None:
    done = {"result": hub.of("sincronia.engine.state").Result.SUCCESS, "concluded_at": "2026-11-23T09:05:00.000Z"}
    notify(hub, "escritorio-modelo", RUN, files=(FILE,), **done)
    notify(hub, "escritorio-modelo", LATER)

    page = browser.page(f"/notifications/escritorio-modelo/{RUN}")

    assert "8 cadastros recebidos." in page
    assert f'href="/integrations/zen/connections/escritorio-modelo/runs/{RUN}/files/{FILE}">Baixar {FILE}</a>' in page
    assert "data-live" in browser.page(f"/notifications/escritorio-modelo/{LATER}")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "Ainda não aconteceu nada"),
        ("?state=Pendente", "Nada espera você"),
        ("?month=2026-01", "Nada com estes filtros"),
    ],
)
def test_an_empty_list_says_why(browser: Browser, query: str, said: str) -> None:
    assert said in browser.page(f"/notifications{query}")


def test_a_long_list_goes_on(hub: Hub, browser: Browser) -> None:
    for number in range(3):
        notify(hub, "c1", f"20261123T09000{number}000Z-0000000000000000")

    first = browser.page("/notifications?limit=2")
    (address,) = [part.split('"')[0] for part in first.split('rel="next" href="')[1:]]
    second = browser.page(address)

    assert first.count('<li class="card') == 2
    assert second.count('<li class="card') == 1
    assert "Voltar às mais novas" in second


def test_a_notification_that_is_not_there_has_a_page_that_says_so(browser: Browser) -> None:
    answer = browser.get(f"/notifications/escritorio-modelo/{RUN}")

    assert answer["statusCode"] == 404
    assert "Não há notificação com esta identificação nesta conexão" in answer["body"]
