"""What people ask of SGP's hints over HTTP: one again, a contract, a period, what failed, what the brake holds."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts_on_aws import in_both, in_sgp
from tests.provider_on_aws import CONNECTION
from tests.sgp_http_on_aws import CONTRACTS, HINTS, LOGS, ONE, RUNS, SgpHttp

DAY = "2026-11-23T03:00:00Z"


def by(http: SgpHttp, role: str = "operator") -> str:
    """How people read who asked."""
    return f"Painel ({role}) (token {http.ids[role]})"


# ── one contract ─────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_line_is_repeated_by_a_line_of_its_own(sgp: SgpHttp) -> None:
    contract = in_sgp(sgp.town, splitter_id=None, port=None, rx=None)
    sgp.town.work_off(contract)
    before = sgp.line(contract)
    assert before["code"] == "sgp.splitter_missing"
    placed = sgp.town.sgp.contract(in_sgp(sgp.town))
    sgp.town.sgp.remove(placed.id)
    sgp.town.sgp.change(contract, splitter_id=placed.splitter_id, port=placed.port, rx=-20.5)
    sgp.town.now += 60
    asked = sgp.post(f"{HINTS}/{before['id']}/replay")
    assert asked.body["url"] == f"{HINTS}/{asked.body['hint']}"
    waiting = sgp.get(asked.body["url"])
    assert (waiting["outcome"], waiting["code"], waiting["waits_until"]) == ("waiting", None, None)
    line = sgp.worked_off(asked)
    assert (line["outcome"], line["cause"], line["cause_title"], line["by"]) == (
        *("created", "replay", "Repetição"),
        by(sgp),
    )
    assert sgp.get(f"{HINTS}/{before['id']}") == before
    assert sgp.town.ozmap.property_of(str(contract))


def test_a_contract_is_looked_at_though_nothing_came(sgp: SgpHttp) -> None:
    contract = in_both(sgp.town, status=4)
    line = sgp.worked_off(sgp.post(f"{CONTRACTS}/{contract}/sync"))
    assert (line["record"], line["outcome"], line["after"]) == (str(contract), "updated", {"Situação": "ERRO"})
    client = sgp.town.ozmap.client_of(str(contract))
    assert client
    assert client["status"] == 1


def test_with_a_key_what_is_asked_twice_is_done_once(sgp: SgpHttp) -> None:
    path = f"{CONTRACTS}/{in_both(sgp.town)}/sync"
    first, again = (sgp.post(path, key="uma-vez") for _ in range(2))
    assert (again.status, again.body, again.headers["Idempotency-Replayed"]) == (202, first.body, "true")
    assert len(sgp.town.log()) == 1


def test_who_dies_before_the_message_leaves_it_to_the_tick(sgp: SgpHttp, monkeypatch: pytest.MonkeyPatch) -> None:
    contract = in_both(sgp.town, status=4)
    with monkeypatch.context() as dying:
        dying.setattr(sgp.sandbox.of("sincronia.store.hint_queue").SqsHintQueue, "send", None)
        assert sgp.post(f"{CONTRACTS}/{contract}/sync").status == 500
    assert sgp.line(contract)["outcome"] == "waiting"
    assert sgp.town.message() is None
    sgp.town.now += 120
    sgp.town.tick()
    while sgp.town.deliver():
        pass
    assert [line["outcome"] for line in sgp.lines()] == ["updated"]


def test_a_person_repeats_a_line_on_its_page(sgp: SgpHttp) -> None:
    sgp.town.work_off(in_both(sgp.town))
    (line,) = sgp.lines()
    path = f"{HINTS}/{line['id']}/replay"
    assert f'action="{path}"' in sgp.page(LOGS).body
    assert path not in sgp.page(LOGS, role="reader").body
    sgp.town.now += 60
    fields = {"next": f"{LOGS}?record={line['record']}", "idempotency_key": "uma-vez"}
    for _ in range(2):
        answer = sgp.sent(path, **fields)
        assert (answer.status, answer.headers["Location"]) == (303, fields["next"])
    assert [one["cause"] for one in sgp.lines()] == ["replay", "webhook"]
    foreign = sgp.sent(path, form_token="x")
    assert (foreign.status, "não veio de uma página aberta nesta sessão" in foreign.body) == (403, True)
    assert sgp.sent(path, role="reader").status == 403


def test_a_sweep_is_not_repeated_as_if_it_were_a_contract(sgp: SgpHttp) -> None:
    sgp.town.connect(flows={"conferir_contratos": 10})
    sgp.town.tick()
    sgp.town.work_off()
    (line,) = sgp.lines()
    answer = sgp.post(f"{HINTS}/{line['id']}/replay")
    assert (answer.status, answer.body["code"]) == (409, "hint_of_many")


# ── a period ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_period_is_repeated_each_contract_once(sgp: SgpHttp) -> None:
    early, late = in_both(sgp.town), in_both(sgp.town)
    sgp.town.work_off(early)
    sgp.town.now += 3600
    sgp.town.work_off(late, late)
    sgp.town.now += 3600
    sgp.town.sgp.change(early, status=4)
    sgp.town.sgp.change(late, status=4)
    period = {"since": "2026-11-23T09:30:00Z", "until": "2026-11-23T10:30:00Z", "only": "all"}
    sweep = sgp.worked_off(sgp.post(f"{ONE}/replays", period))
    assert (sweep["action_title"], sweep["outcome"], sweep["after"], sweep["by"]) == (
        "Repetição de um período",
        "unchanged",
        {"Conferidos": 2, "Avisos": 1},
        by(sgp),
    )
    assert (sgp.line(late)["cause"], sgp.line(late)["outcome"]) == ("replay", "updated")
    assert sgp.line(early)["cause"] == "webhook"
    sgp.town.now += 60
    whole = sgp.worked_off(sgp.post(f"{ONE}/replays", {"since": DAY, "only": "all"}))
    assert whole["after"] == {"Conferidos": 5, "Avisos": 2}  # but for itself, all that is in the log
    assert sgp.line(early)["outcome"] == "updated"


def test_only_what_failed_is_tried_again(sgp: SgpHttp) -> None:
    right, wrong = in_both(sgp.town), in_sgp(sgp.town, lat=None, lng=None)
    sgp.town.connect(create_around_box=False)
    sgp.town.work_off(right, wrong, 9999)
    assert {line["outcome"] for line in sgp.lines()} == {"unchanged", "rejected"}
    sgp.town.connect()
    sgp.town.now += 60
    sweep = sgp.worked_off(sgp.post(f"{ONE}/replays", {"since": DAY, "only": "failed"}))
    assert (sweep["action_title"], sweep["after"]) == (
        "Repetição do que falhou em um período",
        {"Conferidos": 3, "Avisos": 2},
    )
    assert {line["record"]: line["outcome"] for line in sgp.lines() if line["cause"] == "retry"} == {
        str(wrong): "created",
        "9999": "rejected",
    }
    assert sgp.town.ozmap.property_of(str(wrong))


def test_a_person_repeats_a_period_on_the_page(sgp: SgpHttp) -> None:
    contract = in_both(sgp.town)
    sgp.town.work_off(contract)
    sgp.town.now += 60
    day = {"since.day": "2026-11-23", "until.day": "", "only": "all"}
    answer = sgp.sent(f"{ONE}/replays", next=LOGS, **day)
    assert (answer.status, answer.headers["Location"]) == (303, LOGS)
    sgp.town.work_off()
    assert sgp.line(contract)["cause"] == "replay"
    wrong = sgp.sent(f"{ONE}/replays", next=LOGS, **day | {"until.day": "2026-11-21"})
    assert (wrong.status, "deve vir depois do início do período" in wrong.body) == (422, True)


# ── the brake ────────────────────────────────────────────────────────────────────────────────────────────────────────
def held_back(http: SgpHttp) -> tuple[list[dict[str, Any]], str]:
    """Two lines that the brake holds, after ten removals; and where the day's run is."""
    contracts = [contract.id for contract in http.town.sgp.contracts() if http.town.ozmap.property_of(str(contract.id))]
    for contract in contracts[:12]:
        http.town.sgp.change(contract, status=3)
    http.town.work_off(*contracts[:12])
    held = http.lines(outcome="held")
    assert len(held) == 2
    assert len(http.lines(outcome="removed") + http.lines(outcome="deactivated")) == 10
    http.town.now += 60
    return held, f"{RUNS}/{held[0]['run_id']}"


@pytest.mark.parametrize("decision", ["approve", "reject"])
def test_what_the_brake_holds_goes_on_as_one_person_decides(sgp: SgpHttp, decision: str) -> None:
    held, run = held_back(sgp)
    before = {line["record"]: sgp.town.ozmap.client_of(line["record"]) for line in held}
    decided = sgp.post(f"{run}/decision", {"decision": decision})
    assert (decided.status, decided.body["phase"], decided.body["brakes"]) == (200, "apply", [])
    assert (decided.body["decided_by"], decided.body["decided_at"]) == (by(sgp), "2026-11-23T09:01:00.000Z")
    other = sgp.call("POST", f"{run}/decision", role="administrator", body={"decision": "reject"})
    assert (other.status, other.body["code"]) == (409, "decided_before")
    while sgp.town.deliver():
        pass
    assert sgp.lines(outcome="held") == []
    after = [sgp.get(f"{HINTS}/{line['id']}") for line in held]
    gone = [sgp.town.ozmap.property_of(line["record"]) is None for line in held]
    if decision == "approve":
        assert {line["outcome"] for line in after} <= {"removed", "deactivated"}
        assert gone == [True, True]
    else:
        assert [(line["outcome"], line["code"]) for line in after] == [("skipped", "removal_rejected")] * 2
        assert f"foi rejeitada por {by(sgp)}" in after[0]["reason"]
        assert gone == [False, False]
        assert {line["record"]: sgp.town.ozmap.client_of(line["record"]) for line in held} == before
    (sweep,) = [line for line in sgp.lines() if not line["record"]]
    assert (sweep["cause_title"], sweep["action_title"], sweep["after"]) == (
        "Decisão",
        "Decisão sobre o que o freio reteve",
        {"Avisos": 2},
    )
    counters = sgp.get(run)["counters"]
    assert sum(counters.values()) == 12


def test_of_two_who_decide_at_once_one_is_told_so(sgp: SgpHttp, monkeypatch: pytest.MonkeyPatch) -> None:
    _, run = held_back(sgp)
    acts = sgp.sandbox.of("sincronia.web.hint_acts")
    decide_day, winners = acts.decide_day, list[Any]()

    def overtaken(*args: Any, **more: Any) -> bool:
        if not winners:
            winners.append(None)
            winners[0] = sgp.call("POST", f"{run}/decision", role="administrator", body={"decision": "reject"})
        return bool(decide_day(*args, **more))

    monkeypatch.setattr(acts, "decide_day", overtaken)
    loser = sgp.post(f"{run}/decision", {"decision": "approve"})
    assert winners[0].status == 200
    assert (loser.status, loser.body["code"]) == (409, "decided_before")
    while sgp.town.deliver():
        pass
    assert len(sgp.lines(outcome="skipped")) == 2
    assert len([line for line in sgp.lines() if line["cause"] == "decision" and not line["record"]]) == 1


def test_a_day_that_holds_nothing_has_nothing_to_decide(sgp: SgpHttp) -> None:
    sgp.town.work_off(in_both(sgp.town))
    run = sgp.get(RUNS)["items"][0]
    assert (run["connection"], run["integration"], run["title"]) == (CONNECTION, "sgp", "Contratos do SGP no OZmap")
    answer = sgp.post(f"{run['url']}/decision", {"decision": "approve"})
    assert (answer.status, answer.body["code"]) == (409, "nothing_to_decide")
    assert len(sgp.town.log()) == 1
