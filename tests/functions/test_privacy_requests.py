"""What is held about a person, exported or erased over the hub's routes, and by the workers of the integrations."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

from tests.hub_on_aws import problem
from tests.invented import invented_cpf, written
from tests.office_on_aws import CONNECTION, OfficeOnAws
from tests.routes_on_aws import Answer, RoutesOnAws
from tests.zen_http_on_aws import ZenHttp

REQUESTS = "/privacy/requests"
PEOPLE = {"org_chart": True, "partners": True}


class PrivacyHttp(RoutesOnAws):
    """The hub beside an office's worker, in one environment."""

    def __init__(self, office: OfficeOnAws) -> None:
        super().__init__(office.sandbox, "hub", asking="list_privacy_requests", sending="ask_privacy_request")
        self.office = office

    def ask(self, purpose: str, known_by: str, value: str, *, key: str = "", **more: Any) -> Answer:
        body = {"purpose": purpose, "known_by": known_by, "value": value, **more}
        return self.call("POST", REQUESTS, role="administrator", body=body, key=key)

    def done(self, purpose: str, known_by: str, value: str) -> Any:
        """A request, carried out; its receipt."""
        more = {"confirmation": value} if purpose == "erasure" else {}
        asked = self.ask(purpose, known_by, value, **more)
        assert asked.status == 201, asked
        self.worked_off()
        return self.read(asked.body["url"])

    def worked_off(self) -> None:
        for _ in range(3):
            self.office.now += 61
            self.office.tick()
            while self.office.deliver():
                pass

    def read(self, url: str) -> Any:
        answer = self.call("GET", url, role="administrator")
        assert answer.status == 200, answer
        return answer.body

    def file(self, url: str) -> Any:
        """What a file of a request says."""
        answer = self.call("GET", url, role="administrator")
        assert answer.status == 303, answer
        key = answer.headers["Location"].partition("?")[0].partition(os.environ["DATA_BUCKET"] + "/")[2]
        body = self.office.aws.s3.get_object(Bucket=os.environ["DATA_BUCKET"], Key=key)["Body"].read()
        return json.loads(body)


@pytest.fixture
def privacy(clients: ZenHttp) -> PrivacyHttp:
    """An office whose companies and employees are in step."""
    clients.office.sync()  # what is due, so that no tick of these tests begins it
    clients.started("sincronizar_empresas", "apply", filters=PEOPLE)
    return PrivacyHttp(clients.office)


def employee(office: OfficeOnAws) -> dict[str, str]:
    """The CPF, e-mail and source id of an employee who is linked."""
    link = next(row for row in office.rows("links") if row["scope"] == f"{CONNECTION}#usuario_cliente")
    return {"id": link["source_id"], "label": link["label"], **dict(one.split("#", 1) for one in link["identities"])}


def kept(office: OfficeOnAws) -> list[Any]:
    """What is kept of records."""
    return [office.rows(table) for table in ("links", "identities", "outcomes", "notifications")]


def stored(office: OfficeOnAws) -> str:
    """All rows of all tables."""
    return json.dumps(list(office.aws.items().values()), ensure_ascii=False)


def test_what_is_held_about_an_employee_is_exported_and_stays(privacy: PrivacyHttp) -> None:
    person, before = employee(privacy.office), kept(privacy.office)
    receipt = privacy.done("export", "cpf", written(person["cpf"]))
    (part,) = receipt["parts"]
    assert receipt["left"] == 0
    assert receipt["concluded_at"] == part["concluded_at"]
    assert part["found"] == [{"what": "resultado de sincronização", "number": 1}, {"what": "vínculo", "number": 1}]
    assert part["vendors"] == ["Questor", "Zen", "Tareffa"]
    assert part["stays"] == []
    told = privacy.file(part["file"])
    (link,) = told["dados"]["vínculo"]
    assert link["conhecido por"] == {"cpf": person["cpf"], "email": person["email"]}
    assert told["conexão"] == "Escritório Modelo"
    assert kept(privacy.office) == before


def test_an_erasure_leaves_nothing_of_the_person_and_the_next_sync_writes_nothing(privacy: PrivacyHttp) -> None:
    office, person = privacy.office, employee(privacy.office)
    others = len(office.rows("identities"))
    receipt = privacy.done("erasure", "email", person["email"])
    (part,) = receipt["parts"]
    assert [found["number"] for found in part["found"]] == [1, 1]
    left = stored(office)
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


def test_whom_a_request_is_about_is_forgotten_and_stands_nowhere(privacy: PrivacyHttp) -> None:
    person = employee(privacy.office)
    asked = privacy.ask("export", "email", person["email"], key="pedido-1")
    assert any(row["item"] == "PERSON" for row in privacy.office.rows("privacy"))
    again = privacy.ask("export", "email", person["email"], key="pedido-1")
    assert (again.status, again.body["id"]) == (201, asked.body["id"])
    privacy.worked_off()
    rows = privacy.office.rows("privacy")
    assert not any(row["item"] == "PERSON" for row in rows)
    for text in (person["email"], person["cpf"]):
        assert text not in json.dumps(
            [rows, privacy.office.rows("runs"), privacy.office.rows("requests"), privacy.answered]
        )


def test_requests_about_the_same_person_are_found_again(privacy: PrivacyHttp) -> None:
    person = employee(privacy.office)
    first = privacy.done("export", "cpf", person["cpf"])
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
    body = {"purpose": "export", "known_by": "email", "value": "ana@exemplo.com.br"}
    assert privacy.call("POST", REQUESTS, role=role, body=body).status == 403
    assert privacy.call("GET", REQUESTS, role=role).status == 403


def test_a_person_nobody_knows_is_found_nowhere(privacy: PrivacyHttp) -> None:
    receipt = privacy.done("erasure", "cpf", invented_cpf("529982247"))
    assert [(part["found"], part["problem"]) for part in receipt["parts"]] == [([], None)]
