"""Specialists' integration tokens over HTTP: shown once, theirs, and refused from the moment that they end."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.asms_on_aws import CLIENTS, CONNECTION, SPECIALISTS, UNKNOWN, Asms, problem
from tests.hub_on_aws import Hub
from tests.office_on_aws import START, AwsServer, Sandbox, event
from tests.routes_on_aws import Answer

DAY = 86400


@pytest.fixture
def bruno(asms: Asms) -> str:
    return asms.user("specialists", "Bruno Prado")


def made(asms: Asms, user: str, **form: Any) -> Any:
    """A new token, as it is answered."""
    answer = asms.call("POST", f"{SPECIALISTS}/{user}/tokens", role="administrator", body={"description": "BI"} | form)
    assert answer.status == 201, answer
    return answer.body


def listed(asms: Asms, user: str) -> list[Any]:
    """The specialist's list."""
    answer = asms.call("GET", f"{SPECIALISTS}/{user}/tokens", role="administrator")
    assert (answer.status, answer.body["next"]) == (200, None)
    items: list[Any] = answer.body["items"]
    return items


def asked_with(asms: Asms, text: str) -> Answer:
    """What somebody is answered who calls the API with a token."""
    happening = asms.request("GET", f"/integrations/asms/connections/{CONNECTION}")
    happening["headers"]["authorization"] = f"Bearer {text}"
    return asms.handled(happening)


def revoked(asms: Asms, token_id: str) -> tuple[Any, Any]:
    """When and by whom a token was revoked, as its row says."""
    (row,) = [row for row in asms.rows("tokens") if row["token_id"] == token_id]
    return row.get("revoked_at"), row.get("revoked_by")


def test_a_token_is_shown_once_and_is_the_specialist_s(asms: Asms, bruno: str) -> None:
    body = {"description": "Painel do Bruno", "expires_in_days": 90, "role": "operator"}

    answer = asms.call("POST", f"{SPECIALISTS}/{bruno}/tokens", role="administrator", body=body)

    text = answer.body["token"]
    item = {
        "id": text[4:20],
        "description": "Painel do Bruno",
        "role": "operator",
        "created_at": "2026-11-23T09:00:00.000Z",
        "created_by": asms.ids["administrator"],
        "responsible": f"asms:{CONNECTION}:{bruno}",
        "expires_at": "2027-02-21T09:00:00.000Z",
        "revoked_at": None,
        "revoked_by": None,
        "last_four": text[-4:],
    }
    note = "Guarde o token agora, em um cofre de senhas: ele não será mostrado de novo."
    assert (answer.status, answer.body) == (201, {**item, "token": text, "note": note})
    assert listed(asms, bruno) == [item]
    assert text[21:] not in json.dumps([asms.rows("tokens"), asms.rows()])
    assert asked_with(asms, text).status == 200


def test_a_token_is_a_reader_s_where_nothing_else_is_said(asms: Asms, bruno: str) -> None:
    token = made(asms, bruno)

    assert (token["role"], token["expires_at"]) == ("reader", None)


def test_the_hub_shows_whose_the_token_is_and_takes_it(asms: Asms, bruno: str, aws: AwsServer) -> None:
    token = made(asms, bruno)
    hub = Hub(aws, renew=False)

    answer = hub.call("GET", "/tokens/current", token["token"])

    assert (answer.status, answer.body["responsible"]) == (200, f"asms:{CONNECTION}:{bruno}")


def test_tokens_are_listed_the_newest_first(asms: Asms, bruno: str) -> None:
    tokens = []
    for _ in range(3):
        tokens.append(made(asms, bruno)["id"])
        asms.now += 1

    assert [one["id"] for one in listed(asms, bruno)] == tokens[::-1]


def test_a_token_that_is_revoked_ends_at_once_and_leaves_the_list(asms: Asms, bruno: str) -> None:
    token, other = made(asms, bruno), made(asms, bruno)
    path = f"{SPECIALISTS}/{bruno}/tokens/{token['id']}"
    assert asked_with(asms, token["token"]).status == 200

    asms.now += 60
    first = asms.call("DELETE", path, role="administrator")
    refused = asked_with(asms, token["token"])
    asms.now += 60
    again = asms.call("DELETE", path, role="administrator")

    assert (first.status, again.status) == (204, 204)
    assert (refused.status, refused.body["code"]) == (401, "token_revoked")
    assert [one["id"] for one in listed(asms, bruno)] == [other["id"]]
    assert revoked(asms, token["id"]) == ("2026-11-23T09:01:00.000Z", asms.ids["administrator"])
    assert asked_with(asms, other["token"]).status == 200


def test_only_a_token_of_the_specialist_can_be_revoked(asms: Asms, bruno: str) -> None:
    ana = asms.user("specialists", "Ana Reis")
    hers = made(asms, ana)

    for token_id in (hers["id"], asms.ids["administrator"], UNKNOWN):
        answer = asms.call("DELETE", f"{SPECIALISTS}/{bruno}/tokens/{token_id}", role="administrator")
        detail = (
            "O especialista não tem token de integração com esta identificação. Confira a identificação na lista de "
            "tokens do especialista."
        )
        assert answer.body == problem(404, "Não encontrado", "asms.token_unknown", detail)
    assert asked_with(asms, hers["token"]).status == 200


def test_what_the_hub_revoked_leaves_the_list_and_makes_room(asms: Asms, bruno: str, aws: AwsServer) -> None:
    token = made(asms, bruno)
    hub = Hub(aws, renew=False)
    assert hub.call("DELETE", f"/tokens/{token['id']}", asms.token("administrator")).status == 204

    assert listed(asms, bruno) == []
    other = made(asms, bruno)
    assert asms.stored("specialists", bruno).tokens == (other["id"],)


def test_there_are_so_many_tokens_and_no_more(asms: Asms, bruno: str) -> None:
    path = f"{SPECIALISTS}/{bruno}/tokens"
    most = asms.sandbox.of("asms.users").MOST_TOKENS
    tokens = [made(asms, bruno, expires_in_days=1)["id"] for _ in range(most)]
    asms.now += 2 * DAY  # those that have expired stay on the list until they are revoked

    refused = asms.call("POST", path, role="administrator", body={"description": "Mais um"})

    detail = "Um usuário tem no máximo 20 tokens de integração. Retire os que não são mais usados e tente de novo."
    assert refused.body == problem(422, "Requisição inválida", "asms.too_many", detail)
    assert len(listed(asms, bruno)) == most
    assert len(asms.rows("tokens")) == most + 1
    assert asms.call("DELETE", f"{path}/{tokens[0]}", role="administrator").status == 204
    made(asms, bruno)


def test_a_deactivation_ends_tokens_from_the_next_request_on(asms: Asms, bruno: str, aws: AwsServer) -> None:
    first, second = made(asms, bruno, role="administrator"), made(asms, bruno)
    asms.now += 60
    assert asms.patch(f"{SPECIALISTS}/{bruno}", {"active": False}).status == 200

    hub = Hub(aws, renew=False)
    for token in (first, second):
        for refused in (asked_with(asms, token["token"]), hub.call("GET", "/connections", token["token"])):
            assert (refused.status, refused.body["code"]) == (401, "token_revoked")
        assert revoked(asms, token["id"]) == ("2026-11-23T09:01:00.000Z", asms.ids["operator"])
    assert listed(asms, bruno) == []
    answer = asms.call("POST", f"{SPECIALISTS}/{bruno}/tokens", role="administrator", body={"description": "x"})
    assert (answer.status, answer.body["code"]) == (409, "asms.specialist_inactive")
    assert asms.patch(f"{SPECIALISTS}/{bruno}", {"active": True}).status == 200
    assert asked_with(asms, first["token"]).status == 401
    assert asms.call("DELETE", f"{SPECIALISTS}/{bruno}/tokens/{first['id']}", role="administrator").status == 204


def test_a_deactivation_that_is_faster_leaves_no_token(
    asms: Asms, elsewhere: Asms, bruno: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    changing = asms.sandbox.of("asms.changing")
    keep = changing.keep_user

    def keep_slowly(*arguments: Any) -> Any:
        monkeypatch.setattr(changing, "keep_user", keep)
        assert elsewhere.patch(f"{SPECIALISTS}/{bruno}", {"active": False}).status == 200
        return keep(*arguments)

    asms.token("administrator")
    elsewhere.token("operator")
    before = asms.rows("tokens")
    monkeypatch.setattr(changing, "keep_user", keep_slowly)
    answer = asms.call("POST", f"{SPECIALISTS}/{bruno}/tokens", role="administrator", body={"description": "x"})

    assert (answer.status, answer.body["code"]) == (409, "asms.specialist_inactive")
    assert asms.rows("tokens") == before


def test_two_tokens_at_once_are_both_on_the_list(
    asms: Asms, elsewhere: Asms, bruno: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    changing = asms.sandbox.of("asms.changing")
    keep, others = changing.keep_user, []

    def keep_slowly(*arguments: Any) -> Any:
        monkeypatch.setattr(changing, "keep_user", keep)
        others.append(made(elsewhere, bruno))
        return keep(*arguments)

    monkeypatch.setattr(changing, "keep_user", keep_slowly)
    token = made(asms, bruno)

    assert {one["id"] for one in listed(asms, bruno)} == {token["id"], others[0]["id"]}
    assert [asked_with(asms, one["token"]).status for one in (token, *others)] == [200, 200]


def test_an_answer_that_was_lost_and_somebody_else_meanwhile_leave_one_token(
    asms: Asms, elsewhere: Asms, bruno: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    changing = asms.sandbox.of("asms.changing")
    keep = changing.keep_user

    def keep_unheard(*arguments: Any) -> Any:
        """The first try goes through unheard; somebody changes the user; the second try finds another version."""
        monkeypatch.setattr(changing, "keep_user", keep)
        keep(*arguments)
        assert elsewhere.post(f"{SPECIALISTS}/{bruno}/shifts", shift).status == 201
        return keep(*arguments)

    shift = {"since": "2026-12-01", "until": "2026-12-02", "calendar": asms.entry("calendars", "Noites")}
    monkeypatch.setattr(changing, "keep_user", keep_unheard)
    token = made(asms, bruno)

    assert asms.stored("specialists", bruno).tokens == (token["id"],)
    assert asked_with(asms, token["token"]).status == 200


def test_a_post_that_is_sent_twice_makes_one_token_and_keeps_none(asms: Asms, bruno: str) -> None:
    path, body = f"{SPECIALISTS}/{bruno}/tokens", {"description": "BI"}

    first = asms.call("POST", path, role="administrator", body=body, key="k1")
    second = asms.call("POST", path, role="administrator", body=body, key="k1")

    assert (first.status, second.status) == (201, 201)
    assert second.headers["Idempotency-Replayed"] == "true"
    assert second.body == first.body | {
        "token": None,
        "note": "O token só aparece na primeira resposta. Se ela não chegou, revogue este token e crie outro, com "
        "outra Idempotency-Key.",
    }
    assert first.body["token"][21:] not in json.dumps(asms.rows("requests"))
    assert len(listed(asms, bruno)) == 1


def test_only_administrators_have_to_do_with_tokens_of_specialists(asms: Asms, bruno: str) -> None:
    path = f"{SPECIALISTS}/{bruno}/tokens"
    token = made(asms, bruno)
    requests = (("GET", path, None), ("POST", path, {"description": "x"}), ("DELETE", f"{path}/{token['id']}", None))
    for method, where, body in requests:
        answer = asms.call(method, where, body=body)
        assert (answer.status, answer.body["code"]) == (403, "role_insufficient")


def test_tokens_are_for_specialists_whom_the_connection_has(asms: Asms) -> None:
    client = asms.user("clients", "Carolina Vergara")
    for method, path, body, code in (
        ("GET", f"{SPECIALISTS}/{client}/tokens", None, "asms.user_unknown"),
        ("POST", f"{SPECIALISTS}/{client}/tokens", {"description": "x"}, "asms.user_unknown"),
        ("DELETE", f"{SPECIALISTS}/{UNKNOWN}/tokens/{UNKNOWN}", None, "asms.user_unknown"),
        ("GET", f"{CLIENTS}/{client}/tokens", None, "path_unknown"),
    ):
        answer = asms.call(method, path, role="administrator", body=body)
        assert (answer.status, answer.body["code"]) == (404, code), path


@pytest.mark.parametrize(
    ("body", "field", "wrong"),
    [
        ({}, "description", "falta este campo"),
        ({"description": "duas\nlinhas"}, "description", "não tem a forma esperada"),
        ({"description": "x", "role": "root"}, "role", "deve ser "),
        ({"description": "x", "expires_in_days": 0}, "expires_in_days", "deve ser no mínimo 1"),
        ({"description": "x", "expires_in_days": "9"}, "expires_in_days", "deve ser um número inteiro"),
        ({"description": "x", "responsible": "y"}, "", "tem um campo que não existe"),
    ],
)
def test_a_field_of_another_form_is_named(asms: Asms, bruno: str, body: Any, field: str, wrong: str) -> None:
    answer = asms.call("POST", f"{SPECIALISTS}/{bruno}/tokens", role="administrator", body=body)

    assert (answer.status, answer.body["code"], answer.body.get("field", "")) == (422, "request_invalid", field)
    assert wrong in answer.body["detail"]


def test_the_log_says_what_was_asked_and_nothing_that_was_sent_or_answered(
    aws: AwsServer, asms: Asms, bruno: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_LOG_LEVEL", "DEBUG")
    told = Asms(aws, Sandbox(lambda: START, integration="asms"))

    token = made(told, bruno, description="Painel do Bruno")
    told.post(f"{SPECIALISTS}/{bruno}/comments", {"text": "Fala com a Carolina"})
    told.post(f"{SPECIALISTS}/{bruno}/photo", {"content": "Q2Fyb2xpbmE="})
    told.call("DELETE", f"{SPECIALISTS}/{bruno}/tokens/{token['id']}", role="administrator")

    logged = capsys.readouterr().out
    assert logged.count('"message":"request"') == 4
    assert [text for text in (token["token"][21:], "Carolina", "Q2Fyb2xpbmE", "Bruno") if text in logged] == []


def test_the_examples_of_events_are_answered(asms: Asms) -> None:
    asms.made = 0xD0
    asms.user("specialists", "Bruno Prado")
    names = ("create_specialist_token", "list_specialist_tokens", "revoke_specialist_token")

    answers = [asms.send(event(f"asms/on_http/{name}"), "administrator") for name in names]

    assert [answer.status for answer in answers] == [201, 200, 404]  # ids of tokens are random
    assert answers[2].body["code"] == "asms.token_unknown"
