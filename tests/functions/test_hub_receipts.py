"""The receipt of a day over HTTP, whole answers, and its page."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tests.functions.test_hub_health import OFFICE, SYNC, connect, done, run
from tests.hub_browser import Browser
from tests.hub_on_aws import JSON, Answer, Hub
from tests.office_on_aws import START, event

DAY = 86400
MIDNIGHT = START - 6 * 3600  # in São Paulo


def test_the_receipt_of_a_day_counts_what_began_in_it(hub: Hub) -> None:
    reader = hub.token("reader")
    connect(hub)
    run(hub, MIDNIGHT - 60, **done(hub, MIDNIGHT - 60, created=50))
    run(hub, MIDNIGHT + DAY, **done(hub, MIDNIGHT + DAY, created=70))
    run(hub, MIDNIGHT, **done(hub, MIDNIGHT, "partial", unchanged=203, updated=4, rejected=3))
    last = run(hub, START - 60, **done(hub, START - 60, "partial", unchanged=207, updated=5, rejected=2))

    answer = hub.send(event("hub/on_http/list_receipts"), reader)

    url = f"/notifications/{OFFICE}/{last.key.run_id}"
    assert answer == Answer(
        200,
        JSON,
        {
            "day": "2026-11-23",
            "before": "2026-11-22",
            "after": None,
            "items": [
                {
                    "connection": OFFICE,
                    "name": f"Nome de {OFFICE}",
                    "integration": "zen",
                    "integration_title": "Questor → Zen",
                    "tone": "wait",
                    "word": "Espera você",
                    "sentence": "214 conferidos, 9 atualizados, 2 esperam você.",
                    "flows": [
                        {
                            "flow": SYNC,
                            "title": "Sincronizar Usuários",
                            "runs": 2,
                            "received": 424,
                            "remaining": 0,
                            "counters": {"updated": 9, "unchanged": 410, "rejected": 5},
                            "checked": 214,
                            "to_correct": 2,
                            "sentence": "214 conferidos, 9 atualizados, 2 esperam você.",
                            "url": url,
                        }
                    ],
                    "waits": [{"sentence": "2 cadastros esperam correção em “Sincronizar Usuários”.", "url": url}],
                    "complete": True,
                    "url": f"/integrations/zen/connections/{OFFICE}",
                }
            ],
            "next": None,
        },
    )


def test_a_preview_that_is_applied_a_day_later_is_in_the_receipt_of_that_day(hub: Hub) -> None:
    reader = hub.token("reader")
    connect(hub)
    state = hub.of("sincronia.engine.state")
    preview = run(hub, START - DAY, mode=state.Mode.PREVIEW, **done(hub, START - DAY, created=7))
    applied = run(hub, START, **done(hub, START, created=7))
    rows = hub.of("sincronia.store.runs")
    rows.run_item(applied.key).delete()
    key = state.RunKey(OFFICE, f"{preview.key.run_id}-aplicada")
    rows.run_out(replace(applied, key=key, preview=preview.key.run_id)).save()

    today = hub.call("GET", "/receipts", reader).body["items"][0]
    yesterday = hub.call("GET", "/receipts", reader, day="2026-11-22").body

    assert today["sentence"] == "7 conferidos, 7 criados."
    assert (yesterday["items"][0]["sentence"], yesterday["after"]) == ("Nada foi executado neste dia.", "2026-11-23")


def test_a_day_says_first_what_went_wrong_with_its_newest_run(hub: Hub) -> None:
    reader = hub.token("reader")
    for name in ("a-parado", "b-refeito", "c-quieto"):
        connect(hub, name)
    for name in ("a-parado", "b-refeito"):
        run(hub, START - 60, name, **done(hub, START - 60, "failure", "vendor_tls"))
    run(hub, START, "b-refeito", **done(hub, START, unchanged=6))

    items = hub.call("GET", "/receipts", reader).body["items"]

    assert [(one["tone"], one["word"], one["sentence"]) for one in items] == [
        ("bad", "Com erro", "1 execução com erro."),
        ("good", "Em dia", "6 conferidos, 1 execução com erro."),
        ("calm", "Sem execuções", "Nada foi executado neste dia."),
    ]


def test_a_day_s_own_run_is_named_by_its_notification(hub: Hub) -> None:
    reader = hub.token("reader")
    connect(hub, "provedor", "sgp")
    state = hub.of("sincronia.engine.state")
    day = run(
        hub,
        MIDNIGHT,
        "provedor",
        "contratos_do_dia",
        integration="sgp",
        trigger="webhook",
        phase=state.Phase.APPLY,
        tallies={"contract": state.Tally(3, 0, {state.OutcomeKind.UPDATED: 3})},
    )
    notification = state.Notification(
        "provedor", day.key.run_id, "provedor", "sgp", "Contratos: 23/11/2026", "", "2026-11-23T03:00:00.000Z"
    )
    hub.of("sincronia.store.notifications").notification_out(notification).save()

    (one,) = hub.call("GET", "/receipts", reader, connection="provedor").body["items"]

    assert [(each["title"], each["sentence"]) for each in one["flows"]] == [
        ("Contratos: 23/11/2026", "3 conferidos, 3 atualizados.")
    ]


@pytest.mark.parametrize("day", ["ontem", "2026-02-29", "2026-11-31", "1999-12-31", "2026-1-1", "2026-11-23T00:00"])
def test_a_day_that_is_none_is_refused_with_its_field(hub: Hub, day: str) -> None:
    answer = hub.call("GET", "/receipts", hub.token("reader"), day=day)

    assert answer.status == 422
    assert "day: não tem a forma esperada" in answer.body["detail"]


@pytest.mark.parametrize("day", ["2028-02-29", "2000-01-01", "2099-12-31"])
def test_any_day_of_the_century_has_its_receipt(hub: Hub, day: str) -> None:
    assert hub.call("GET", "/receipts", hub.token("reader"), day=day).body["day"] == day


def test_the_page_leads_to_what_waits_and_to_the_day_before(hub: Hub) -> None:
    browser = Browser(hub).signed_in(hub.token("reader"))
    connect(hub)
    last = run(hub, START - 60, **done(hub, START - 60, "partial", unchanged=207, updated=5, rejected=2))

    page = browser.get("/receipts")["body"]

    assert "214 conferidos, 5 atualizados, 2 esperam você." in page
    assert f'href="/notifications/{OFFICE}/{last.key.run_id}"' in page
    assert 'href="/receipts?day=2026-11-22"' in page
    assert re.findall(r"<h1>([^<]*)</h1>", page) == ["23/11/2026"]
    assert "Nada foi executado neste dia." in browser.page("/receipts?day=2026-11-22")
    assert 'name="connection" value="escritorio-modelo"' in browser.get(f"/receipts?connection={OFFICE}")["body"]
