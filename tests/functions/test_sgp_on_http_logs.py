"""SGP's log over HTTP, as JSON and as a page: its lines, its filters, its pages; what was taken away; previews."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from local.vendors.faults import Fault, Kind
from tests.contracts_on_aws import home_of, in_both, in_sgp, label_of, place_of
from tests.office_on_aws import START
from tests.provider_on_aws import CONNECTION
from tests.sgp_http_on_aws import CONTRACTS, HINTS, LOGS, RUNS, SgpHttp

ALL = [*range(301, 325)]
ASKED = Counter({"tokens GetItem": 1, "connections GetItem": 1})


def on_the_map(http: SgpHttp, number: int) -> list[int]:
    """Contracts that OZmap has."""
    return [contract for contract in ALL if http.town.ozmap.property_of(str(contract))][:number]


def kept(http: SgpHttp, number: int, **values: Any) -> Any:
    """A line that was received so many seconds after START, as it is written down."""
    hints, state = http.sandbox.of("sincronia.engine.hints"), http.sandbox.of("sincronia.engine.state")
    at = START + number
    hint = hints.Hint(CONNECTION, hints.hint_id(at, str(number)), "contract", str(number % 7), hints.Cause.WEBHOOK, at)
    effect = hints.Effect(state.OutcomeKind(values.pop("kind", "updated")), label=f"n.º {number}")
    stored = hints.StoredHint(
        hint,
        hints.HintState(values.pop("state", "done")),
        **{"effect": effect, "at": http.sandbox.of("sincronia.clock").iso(at), **values},
    )
    assert http.sandbox.of("sincronia.store.hinting").DynamoHintStore("sgp").keep(stored)
    return stored


# ── lines ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_line_tells_before_after_and_the_port_that_became_free(sgp: SgpHttp) -> None:
    sgp.town.connect(disconnect_property=True)
    contract = in_both(sgp.town)
    label, place = label_of(sgp.town.sgp.contract(contract)), place_of(sgp.town, contract)
    sgp.town.sgp.change(contract, status=3)
    sgp.town.work_off(contract)
    (line,) = sgp.lines()
    whole = {
        "id": line["id"],
        "at": "2026-11-23T09:00:00.000Z",
        "moved_at": "2026-11-23T09:00:00.000Z",
        "connection": CONNECTION,
        "cause": "webhook",
        "cause_title": "Aviso recebido",
        "by": "",
        "record": str(contract),
        "label": label,
        "action": "client_taken_out_disconnected",
        "action_title": "Cliente retirado; imóvel desconectado da porta",
        "outcome": "deactivated",
        "outcome_title": "Desativado",
        "code": None,
        "reason": "",
        "advice": "",
        "waits_until": None,
        "before": {"Cliente": label, "Caixa e porta": place},
        "after": {"Cliente": None, "Caixa e porta": None},
        "freed": [place],
        "has_image": False,
        "run_id": line["run_id"],
    }
    assert line == whole
    assert sgp.get(f"{HINTS}/{line['id']}") == whole
    run = sgp.get(f"{RUNS}/{line['run_id']}")
    assert (run["title"], run["counters"], run["phase"]) == ("Contratos do SGP no OZmap", {"deactivated": 1}, "apply")
    (outcome,) = sgp.get(f"{run['url']}/outcomes")["items"]
    assert (outcome["seq"], outcome["kind"], outcome["source_id"]) == (line["id"], "deactivated", str(contract))


def test_a_line_says_what_is_wrong_and_what_to_do(sgp: SgpHttp) -> None:
    sgp.town.work_off(9999, in_sgp(sgp.town, splitter_id=None, port=None, rx=None))
    told = sorted((line["outcome"], line["code"], line["reason"], line["advice"]) for line in sgp.lines())
    assert told == [
        (
            "rejected",
            "sgp.contract_unknown",
            "O SGP não conhece o contrato 9999; nada foi alterado no OZmap.",
            "Confira o número no SGP: é o do contrato, não o do cliente. Um contrato que o SGP não conhece nunca é "
            "tratado como cancelado.",
        ),
        (
            "skipped",
            "sgp.splitter_missing",
            "O SGP não informa splitter para o contrato, e por isso o cliente não foi criado no OZmap.",
            "Atribua um splitter e uma porta ao contrato no SGP; a próxima conferência tenta de novo.",
        ),
    ]
    page = sgp.page(LOGS).body
    assert all(text in page for line in told for text in line[2:])


def test_what_waits_says_why_and_until_when(sgp: SgpHttp) -> None:
    sgp.town.ozmap.faults.set(Fault(Kind.BUSY, times=None, retry_after="600"))
    sgp.town.work_off(on_the_map(sgp, 1)[0])
    (line,) = sgp.lines()
    assert (line["outcome"], line["outcome_title"], line["code"], line["waits_until"]) == (
        *("waiting", "À espera", "vendor_busy"),
        "2026-11-23T09:10:00.000Z",
    )
    assert line["reason"] == "O OZmap pediu para aguardar antes de novas chamadas."
    assert "Continua sozinho a partir de" in sgp.page(LOGS).body
    sgp.town.ozmap.faults.clear()
    sgp.town.now += 600
    sgp.town.tick()
    sgp.town.work_off()
    (line,) = sgp.lines()
    assert line["outcome"] in {"updated", "unchanged"}
    assert (line["code"], line["waits_until"], line["moved_at"]) == (None, None, "2026-11-23T09:10:00.000Z")


def test_what_the_brake_holds_says_so_and_names_its_day(sgp: SgpHttp) -> None:
    contracts = on_the_map(sgp, 11)
    for contract in contracts:
        sgp.town.sgp.change(contract, status=3)
    sgp.town.work_off(*contracts)
    (held,) = sgp.lines(outcome="held")
    assert (held["outcome_title"], held["code"], held["waits_until"], held["has_image"]) == (
        *("Retido pelo freio", "removal_held", None),
        False,
    )
    assert held["reason"].startswith("O freio reteve esta retirada")
    run = sgp.get(f"{RUNS}/{held['run_id']}")
    assert (run["phase"], [brake["code"] for brake in run["brakes"]]) == ("brake", ["brake_removals"])
    assert "Só continua quando uma pessoa aprovar" in sgp.page(LOGS, outcome="held").body


def test_a_sweep_has_a_line_of_its_own(sgp: SgpHttp) -> None:
    sgp.town.connect(flows={"conferir_contratos": 10})
    contract = on_the_map(sgp, 1)[0]
    sgp.town.sgp.change(contract, status=4)
    sgp.town.tick()
    sgp.town.work_off()
    lines = sgp.lines()
    (sweep,) = [line for line in lines if not line["record"]]
    assert (sweep["cause"], sweep["cause_title"], sweep["action"], sweep["action_title"]) == (
        *("schedule", "Horário programado"),
        *("conferir_contratos", "Conferir contratos"),
    )
    assert (sweep["outcome"], sweep["after"]) == ("unchanged", {"Conferidos": 1, "Avisos": 1})
    (found,) = [line for line in lines if line["record"]]
    assert (found["record"], found["cause"], found["cause_title"]) == (str(contract), "reconcile", "Conferência")


# ── filters and pages ────────────────────────────────────────────────────────────────────────────────────────────────
OUTCOMES = ("created", "updated", "unchanged", "deactivated", "removed", "skipped", "rejected", "failed")
STATES = ("working", "waiting", "held")


def test_each_filter_shows_what_it_says_by_one_query(sgp: SgpHttp) -> None:
    for number, outcome in enumerate((*OUTCOMES, *STATES)):
        kept(sgp, number, **({"state": outcome} if outcome in STATES else {"kind": outcome}))
    everything = sgp.lines(connection=CONNECTION)
    assert [line["outcome"] for line in everything] == [*reversed((*OUTCOMES, *STATES))]
    third, sixth = "2026-11-23T09:00:03Z", "2026-11-23T06:00:06-03:00"
    wanted: list[tuple[dict[str, Any], list[str], str]] = [
        *(({"outcome": outcome}, [outcome], "hints/by_state") for outcome in (*OUTCOMES, *STATES)),
        ({"record": "3"}, ["held", "deactivated"], "hints/by_record"),
        ({"record": "3", "outcome": "held"}, ["held"], "hints/by_record"),
        ({"record": "3", "outcome": "removed"}, [], "hints/by_record"),
        ({"record": "3", "until": sixth}, ["deactivated"], "hints/by_record"),
        ({"since": third, "until": sixth}, ["skipped", "removed", "deactivated"], "hints"),
        ({"since": sixth, "outcome": "waiting"}, ["waiting"], "hints/by_state"),
        ({"until": third, "outcome": "waiting"}, [], "hints/by_state"),
        ({"since": "0001-01-01T00:00:00Z", "until": "9999-12-31T00:00:00Z", "limit": 1}, ["held"], "hints"),
    ]
    for query, outcomes, where in wanted:
        sgp.calls()
        found = sgp.lines(connection=CONNECTION, **query)
        assert sgp.calls() == ASKED + Counter({f"{where} Query": 1}), query
        assert [line["outcome"] for line in found] == outcomes, query
        assert all(line in everything for line in found)
        assert sgp.lines(**query) == found


def test_without_a_connection_the_only_one_is_meant_and_of_two_one_is_to_be_named(sgp: SgpHttp) -> None:
    kept(sgp, 1)
    sgp.token("reader")
    sgp.calls()
    (line,) = sgp.lines()
    assert sgp.calls() == Counter({"tokens GetItem": 1, "connections/listed Query": 1, "hints Query": 1})
    state = sgp.sandbox.of("sincronia.engine.state")
    for name, integration in (("escritorio", "zen"), ("provedor-outro", "sgp")):
        made = state.Connection(name, integration, "Outra", {}, "", "ana", enabled=True)
        sgp.sandbox.registering.put_connection(made, [], {}, "sincronia/test/")
        if integration == "zen":
            assert sgp.lines() == [line]
    refused = sgp.call("GET", LOGS, role="reader")
    assert (refused.status, refused.body["code"]) == (422, "connection_unnamed")
    assert f"as conhecidas: {CONNECTION}, provedor-outro." in refused.body["detail"]
    assert sgp.lines(connection=CONNECTION) == [line]
    assert sgp.lines(connection="provedor-outro") == []


def test_more_than_a_hundred_lines_come_by_pages_each_one_query(sgp: SgpHttp) -> None:
    for number in range(105):
        kept(sgp, number, kind="rejected" if number % 2 else "updated")
    for query, expected in (
        ({}, 105),
        ({"outcome": "rejected"}, 52),
        ({"record": "3"}, 15),
        ({"record": "3", "outcome": "rejected"}, 8),
        ({"since": "2026-11-23T09:00:05Z", "until": "2026-11-23T09:01:40Z"}, 95),
    ):
        labels, cursor = list[str](), ""
        while cursor is not None:
            sgp.calls()
            page = sgp.get(LOGS, connection=CONNECTION, limit=20, cursor=cursor, **query)
            calls = sgp.calls()
            assert {name: number for name, number in calls.items() if name.endswith(" Query")} == {
                name: 1 for name in calls if name.startswith("hints")
            }
            labels += [line["label"] for line in page["items"]]
            cursor = page["next"]
        assert len(labels) == len(set(labels)) == expected, query
        numbers = [int(label.rpartition(" ")[2]) for label in labels]
        assert numbers == sorted(numbers, reverse=True)
    first = sgp.page(LOGS, limit=100).body
    assert first.count('<li class="line ') == 100
    assert "n.º 104" in first
    assert "n.º 4 " not in first


def test_a_cursor_is_only_good_for_its_own_list(sgp: SgpHttp) -> None:
    for number in range(4):
        kept(sgp, number)
    cursor = sgp.get(LOGS, limit=2)["next"]
    assert [line["label"] for line in sgp.lines(limit=2, cursor=cursor)] == ["n.º 1", "n.º 0"]
    for forged in ("x", "e30=", cursor[:-4], "eyJpZCI6ICJrIiwgImNvbm5lY3Rpb24iOiAiayJ9"):
        answer = sgp.call("GET", LOGS, role="reader", cursor=forged)
        assert (answer.status, answer.body["code"]) == (400, "cursor_invalid"), forged


def test_the_page_shows_the_same_by_its_own_filters(sgp: SgpHttp) -> None:
    for number, outcome in enumerate(OUTCOMES):
        kept(sgp, number, kind=outcome)
    kept(sgp, -100_000)
    page = sgp.page(LOGS, outcome="rejected", record="", **{"since.day": "2026-11-23", "until.day": "2026-11-23"})
    assert (page.status, page.headers["Content-Type"], page.headers["Vary"]) == (
        *(200, "text/html; charset=utf-8"),
        "Accept, Cookie",
    )
    assert page.body.count('<li class="line ') == 1
    assert "n.º 6" in page.body
    assert sgp.page(LOGS, **{"until.day": "2026-11-22"}).body.count('<li class="line ') == 1
    wrong = sgp.page(LOGS, **{"since.day": "2026-11-23", "until.day": "2026-11-21"})
    assert (wrong.status, "deve vir depois do início do período" in wrong.body) == (422, True)


# ── what was taken away ──────────────────────────────────────────────────────────────────────────────────────────────
def test_all_of_what_was_removed_can_be_read_for_a_while(sgp: SgpHttp) -> None:
    sgp.town.connect(remove_property=True)
    contract = on_the_map(sgp, 1)[0]
    whole = home_of(sgp.town, contract)
    sgp.town.sgp.change(contract, status=3)
    sgp.town.work_off(contract)
    line = sgp.line(contract)
    assert (line["outcome"], line["has_image"]) == ("removed", True)
    answer = sgp.call("GET", f"{HINTS}/{line['id']}/image")
    assert answer.status == 200
    assert answer.body["record"] == str(contract)
    assert answer.body["removed_at"] == "2026-11-23T09:00:00.000Z"
    assert answer.body["image"] == json.loads(json.dumps(whole))
    sgp.town.now += 88 * 86400
    gone = sgp.call("GET", f"{HINTS}/{line['id']}/image")
    assert (gone.status, gone.body["code"], sgp.line(contract)["has_image"]) == (404, "image_gone", False)


def test_of_what_removed_nothing_there_is_no_image(sgp: SgpHttp) -> None:
    line = kept(sgp, 1)
    answer = sgp.call("GET", f"{HINTS}/{line.hint.id}/image")
    assert (answer.status, answer.body["code"]) == (404, "image_gone")


# ── previews ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def previewed(http: SgpHttp, contract: int | str) -> dict[str, Any]:
    found: dict[str, Any] = http.get(f"{CONTRACTS}/{contract}/preview")
    return found


def test_a_preview_shows_what_a_hint_would_do_and_writes_nothing(sgp: SgpHttp) -> None:
    town = sgp.town
    contracts = {
        "created": in_sgp(town),
        "updated": in_both(town, status=4),
        "deactivated": in_both(town, status=3),
        "removed": in_both(town, status=3, implanted=False),
        "skipped": in_sgp(town, status=5, splitter_id=None, port=None, rx=None),
        "unchanged": in_both(town),
        "rejected": 9999,
    }
    before = {name: town.rows(name) for name in ("hints", "links", "runs", "outcomes", "notifications", "connections")}
    town.ozmap.reset()
    shown = {outcome: previewed(sgp, contract) for outcome, contract in contracts.items()}
    assert {outcome: answer["outcome"] for outcome, answer in shown.items()} == {each: each for each in contracts}
    assert {outcome for outcome, answer in shown.items() if answer["removes"]} == {"deactivated", "removed"}
    assert (town.ozmap.writes, town.ozmap.applied) == (0, Counter())
    assert {name: town.rows(name) for name in before} == before
    assert town.message() is None
    same = ("record", "label", "action", "action_title", "outcome", "outcome_title", "code", "reason", "advice")
    for outcome, contract in contracts.items():
        town.work_off(contract)
        line = sgp.line(contract)
        for name in (*same, "before", "after", "freed"):
            assert shown[outcome][name] == line[name], (outcome, name)


def test_a_preview_says_what_keeps_it_from_looking(sgp: SgpHttp, monkeypatch: pytest.MonkeyPatch) -> None:
    contract = on_the_map(sgp, 1)[0]
    sgp.town.sgp.faults.set(Fault(Kind.ERROR, times=None, status=503))
    down = sgp.call("GET", f"{CONTRACTS}/{contract}/preview")
    assert (down.status, down.body["code"]) == (422, "vendor_down")
    sgp.town.sgp.faults.clear()
    monkeypatch.setattr(sgp.sandbox.of("sincronia.web.hint_reads"), "PREVIEW_SECONDS", 0)
    slow = sgp.call("GET", f"{CONTRACTS}/{contract}/preview")
    assert (slow.status, slow.body["code"]) == (504, "vendors_slow")
