"""What is held about a person, exported or erased over the hub's routes, and by the workers of the integrations."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.hub_on_aws import problem
from tests.invented import invented_cpf, written
from tests.office_on_aws import CONNECTION, OfficeOnAws
from tests.privacy_on_aws import REQUESTS, PrivacyHttp, check_rights, found, named_beside
from tests.zen_http_on_aws import ONE, ZenHttp

PEOPLE = {"org_chart": True, "partners": True}


@pytest.fixture
def office(clients: ZenHttp) -> OfficeOnAws:
    """An office whose companies and employees are in step."""
    clients.office.sync()  # what is due, so that no tick of these tests begins it
    clients.started("sincronizar_empresas", "apply", filters=PEOPLE)
    return clients.office


@pytest.fixture
def privacy(office: OfficeOnAws) -> PrivacyHttp:
    """Who asks for what the office has of somebody."""
    return PrivacyHttp(office.aws, office.sandbox, "zen/on_queue/run")


def employee(office: OfficeOnAws) -> dict[str, str]:
    """The CPF, e-mail and source id of an employee who is linked."""
    link = next(row for row in office.rows("links") if row["scope"] == f"{CONNECTION}#usuario_cliente")
    return {"id": link["source_id"], "label": link["label"], **dict(one.split("#", 1) for one in link["identities"])}


def kept(office: OfficeOnAws) -> list[Any]:
    """What is kept of records."""
    return [office.rows(table) for table in ("links", "identities", "outcomes", "notifications")]


def test_what_is_held_about_an_employee_is_exported_and_stays(privacy: PrivacyHttp, office: OfficeOnAws) -> None:
    person, before = employee(office), kept(office)
    receipt = privacy.done("export", "cpf", written(person["cpf"]))
    (part,) = receipt["parts"]
    assert receipt["left"] == 0
    assert receipt["concluded_at"] == part["concluded_at"]
    assert part["found"] == [{"what": "resultado de sincronização", "number": 1}, {"what": "vínculo", "number": 1}]
    assert part["vendors"] == ["Questor", "Zen", "Tareffa"]
    assert part["stays"] == []
    (link,) = privacy.told(receipt)["vínculo"]
    assert link["conhecido por"] == {"cpf": person["cpf"], "email": person["email"]}
    assert kept(office) == before


def test_an_erasure_leaves_nothing_of_the_person_and_the_next_sync_writes_nothing(
    privacy: PrivacyHttp, office: OfficeOnAws
) -> None:
    person = employee(office)
    others = len(office.rows("identities"))
    named_beside(privacy, CONNECTION, "zen", person["email"])
    privacy.done("export", "email", person["email"])
    receipt = privacy.done("erasure", "email", person["email"])
    check_rights(privacy, "ZenOnQueue")
    (part,) = receipt["parts"]
    assert found(receipt) == {"resultados de sincronização": 2, "notificação": 1, "vínculo": 1}
    left = privacy.everything()
    for text in (person["cpf"], written(person["cpf"]), person["email"], person["label"]):
        assert text not in left
    assert len(office.rows("identities")) == others - 2
    (link,) = [
        row for row in office.rows("links") if row["source_id"] == person["id"] and "usuario_cliente" in row["scope"]
    ]
    assert (link["label"], link["identities"]) == ("(apagado)", [])
    assert [stay["until"] is None for stay in part["stays"]].count(True) == 1
    run = ZenHttp(office).started("sincronizar_empresas", "apply", filters=PEOPLE)
    assert {kind for kind, number in run["counters"].items() if number} <= {"unchanged", "rejected", "skipped"}
    assert privacy.done("erasure", "email", person["email"])["parts"][0]["found"] == []


def test_whom_a_request_is_about_is_forgotten_and_stands_nowhere(privacy: PrivacyHttp, office: OfficeOnAws) -> None:
    person = employee(office)
    asked = privacy.ask("export", "email", person["email"], key="pedido-1")
    assert any(row["item"] == "PERSON" for row in privacy.rows("privacy"))
    again = privacy.ask("export", "email", person["email"], key="pedido-1")
    assert (again.status, again.body["id"]) == (201, asked.body["id"])
    privacy.carry_out()
    rows = privacy.rows("privacy")
    assert not any(row["item"] == "PERSON" for row in rows)
    for text in (person["email"], person["cpf"]):
        assert text not in json.dumps([rows, privacy.rows("runs"), privacy.rows("requests"), privacy.answered])


def test_a_run_of_a_connection_that_the_request_does_not_name_ends_nothing_of_it(
    privacy: PrivacyHttp, office: OfficeOnAws
) -> None:
    asked = privacy.ask("export", "cpf", employee(office)["cpf"])
    of = office.sandbox.of
    left = of("sincronia.engine.privacy_task").part_run("outra", "zen", asked.body["id"], "token")
    of("sincronia.store.runs").run_out(left).save()
    privacy.carry_out()
    privacy.carry_out()
    receipt = privacy.read(asked.body["url"])
    assert (receipt["left"], receipt["parts"][0]["problem"]) == (0, None)
    assert found(receipt)["vínculo"] == 1
    assert {run["phase"] for run in privacy.rows("runs") if run["flow"] == "lgpd"} == {"done"}
    assert not any("outra" in row["item"] for row in privacy.rows("privacy"))


def test_requests_about_the_same_person_are_found_again(privacy: PrivacyHttp, office: OfficeOnAws) -> None:
    person = employee(office)
    first = privacy.done("export", "cpf", person["cpf"])
    office.now += 1
    second = privacy.done("export", "cpf", written(person["cpf"]))
    assert [other["url"] for other in second["others"]] == [first["url"]]
    listed = privacy.read(REQUESTS)["items"]
    assert [one["id"] for one in listed] == [second["id"], first["id"]]


def test_an_erasure_is_confirmed_and_a_person_is_a_valid_one(privacy: PrivacyHttp) -> None:
    number = invented_cpf("529982247")
    assert privacy.ask("erasure", "cpf", number).body["code"] == "privacy_not_confirmed"
    assert privacy.ask("erasure", "cpf", number, confirmation=invented_cpf("111444777")).status == 422
    assert privacy.ask("export", "cpf", "123").body == problem(
        422,
        "Pessoa não reconhecida",
        "privacy_person_invalid",
        "O valor informado não é um CPF válido. Confira o valor e por onde a pessoa é conhecida, e envie de novo.",
    )
    assert privacy.read(REQUESTS)["items"] == []


@pytest.mark.parametrize("role", ["reader", "operator"])
def test_only_administrators_may(privacy: PrivacyHttp, role: str) -> None:
    body = {"purpose": "export", "known_by": "email", "value": "ana@exemplo.example"}
    assert privacy.call("POST", REQUESTS, role=role, body=body).status == 403
    assert privacy.call("GET", REQUESTS, role=role).status == 403


def test_a_person_nobody_knows_is_found_nowhere(privacy: PrivacyHttp) -> None:
    receipt = privacy.done("erasure", "cpf", invented_cpf("529982247"))
    assert [(part["found"], part["problem"]) for part in receipt["parts"]] == [([], None)]


def test_a_connection_that_is_deleted_ends_its_part(
    privacy: PrivacyHttp, office: OfficeOnAws, clients: ZenHttp
) -> None:
    asked = privacy.ask("erasure", "email", "ana@exemplo.example", confirmation="ana@exemplo.example")
    assert clients.call("DELETE", ONE, role="administrator").status == 202
    for _ in range(4):
        office.now += 180
        office.tick()
        while office.deliver():
            pass
    receipt = privacy.read(asked.body["url"])
    assert (receipt["left"], [part["gone"] for part in receipt["parts"]]) == (0, [True])
    assert not any(row["item"] == "PERSON" for row in privacy.rows("privacy"))


def refused(office: OfficeOnAws, number: str, email: str, *, times: int) -> None:
    """Somebody whom runs refused at first sight, so that no link knows them."""
    of = office.sandbox.of
    state, flow, outcomes = of("sincronia.engine.state"), of("sincronia.engine.flow"), of("sincronia.store.outcomes")
    run = next(row for row in office.rows("runs") if row["flow"] != "lgpd")
    key, known = state.RunKey(CONNECTION, run["run_id"]), (flow.Identity("cpf", number), flow.Identity("email", email))
    for time in range(times):
        told = state.Outcome(
            f"9999999{time}", "usuario_cliente", state.OutcomeKind.REJECTED, "9/9", "Rita Nunes", known_by=known
        )
        for row in outcomes.outcome_rows([told], key, of("sincronia.clock").moment()):
            row.save()


def test_who_was_refused_at_first_sight_is_found_by_what_the_outcome_knows(
    privacy: PrivacyHttp, office: OfficeOnAws
) -> None:
    number, email = invented_cpf("529982247"), "recusada@exemplo.example"
    refused(office, number, email, times=2)
    receipt = privacy.done("erasure", "cpf", number)
    assert found(receipt) == {"resultados de sincronização": 2, "identificação": 1}
    left = privacy.everything()
    for text in (number, email, "Rita Nunes"):
        assert text not in left


def test_who_has_no_link_is_still_found_by_whoever_goes_on_with_an_erasure(
    privacy: PrivacyHttp, office: OfficeOnAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, email = invented_cpf("529982247"), "recusada@exemplo.example"
    refused(office, number, email, times=3)
    asked = privacy.ask("erasure", "cpf", number, confirmation=number)
    monkeypatch.setattr(office.sandbox.of("sincronia.engine.privacy_task"), "_MOST_WRITES", 1)
    work = office.sandbox.of("sincronia.engine.privacy_task").PrivacyWork
    some, steps = work._some, 0

    def dies(self: Any, *args: Any) -> Any:
        nonlocal steps
        steps += 1
        if steps == 2:
            raise KeyboardInterrupt
        return some(self, *args)

    monkeypatch.setattr(work, "_some", dies)
    with pytest.raises(KeyboardInterrupt):
        privacy.carry_out()
    office.now += 361
    privacy.carry_out()
    receipt = privacy.read(asked.body["url"])
    assert found(receipt) == {"resultados de sincronização": 3, "identificação": 1}
    left = privacy.everything()
    for text in (number, email, "Rita Nunes"):
        assert text not in left


# ── pages ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_form_leads_to_its_receipt_which_says_what_was_erased_and_what_stays(
    privacy: PrivacyHttp, office: OfficeOnAws
) -> None:
    assert "Nenhum pedido ainda" in privacy.shown(REQUESTS).body
    email = employee(office)["email"]
    form = {"purpose": "erasure", "known_by": "email", "value": email}
    refused = privacy.shown(REQUESTS, form)
    assert refused.status == 422
    assert "a confirmação não é igual ao valor informado" in refused.body
    led = privacy.shown(REQUESTS, {**form, "confirmation": email})
    assert led.status == 303
    url = led.headers["Location"]
    assert "Em andamento" in privacy.shown(url).body
    privacy.carry_out()
    page = privacy.shown(url).body
    for text in ("Apagar os dados", "<strong>1</strong> vínculo", "Nada mudou em Questor, Zen, Tareffa", "Até quando"):
        assert text in page
    assert email not in page
    assert url in privacy.shown(REQUESTS).body
