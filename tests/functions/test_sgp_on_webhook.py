"""SGP's webhooks, let in or refused: with which answer, at which cost, and what is in the queue afterwards."""

from __future__ import annotations

import base64
import json
import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.office_on_aws import START, AwsServer
from tests.sgp_webhooks_on_aws import SgpWebhooks, new_secret, sgp_webhooks, signed

SECRET = ("secretsmanager:GetSecretValue", "")
CONNECTION = ("dynamodb:GetItem", "connections")
SEND = ("sqs:SendMessage", "")
UNKNOWN = "0123456789abcdef" * 2
OF_308 = {"contrato": 308}


@pytest.fixture(scope="module")
def stack(aws: AwsServer) -> SgpWebhooks:
    """One AWS for all tests of this module."""
    return sgp_webhooks(aws)


@pytest.fixture
def webhooks(stack: SgpWebhooks) -> Iterator[SgpWebhooks]:
    """The same, its connection as it should be, and nothing remembered."""
    stack.renew()
    yield stack
    stack.queued()


@pytest.mark.parametrize("name", ["cancel_json", "change_form", "create_signed"])
def test_what_the_examples_send_is_one_message(webhooks: SgpWebhooks, name: str) -> None:
    happening = webhooks.example(name)
    webhooks.calls()

    answer = webhooks.send(happening)

    assert webhooks.calls() == Counter({SECRET: 1, CONNECTION: 1, SEND: 1})
    (message,) = webhooks.queued()
    body = base64.b64decode(happening["body"]) if happening["isBase64Encoded"] else happening["body"].encode()
    group, once = message.pop("group"), message.pop("once")
    assert answer.status == 200
    assert answer.headers == {"Cache-Control": "no-store", "Content-Type": "application/json"}
    assert answer.body == {"hint": message["id"]}
    assert message["id"].startswith("20261123T090000000Z-")
    assert (group, len(once)) == ("provedor-modelo#308", 32)
    assert {name: value for name, value in message.items() if value} == {
        "connection": "provedor-modelo",
        "id": message["id"],
        "entity": "contract",
        "record": "308",
        "cause": "webhook",
        "received_at": START,
        "event_id": happening["headers"].get("webhook-id", happening["requestContext"]["requestId"]),
        "body_hash": blake2b(body, digest_size=16).hexdigest(),
    }


def test_the_secret_is_read_once_in_five_minutes(webhooks: SgpWebhooks) -> None:
    happening = webhooks.example()
    webhooks.send(happening)
    webhooks.calls()

    webhooks.now += 300
    webhooks.send(happening)
    assert webhooks.calls() == Counter({CONNECTION: 1, SEND: 1})

    webhooks.now += 1
    webhooks.send(happening)
    assert webhooks.calls() == Counter({SECRET: 1, CONNECTION: 1, SEND: 1})


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
def test_other_methods_cost_nothing(webhooks: SgpWebhooks, method: str) -> None:
    happening = webhooks.example()
    happening["requestContext"]["http"]["method"] = method
    webhooks.calls()

    answer = webhooks.send(happening)

    assert (answer.refused, answer.headers["Allow"]) == ((405, "method_unknown"), "POST")
    assert webhooks.calls() == Counter()


def test_an_address_that_is_none_costs_nothing(webhooks: SgpWebhooks) -> None:
    path = webhooks.path
    last = "0" if path[-1] != "0" else "1"
    other = "0" if path[-40] != "0" else "1"
    paths = [
        path[:-1] + last,
        path[:-40] + other + path[-39:],
        path.replace("provedor-modelo", "provedor-outro"),
        path.replace("/sgp/", "/zen/"),
        webhooks.path_of("provedor-modelo", path[-40:-8], integration="zen"),
        path.upper(),
        path + "/",
        path.rpartition("/")[0],
        "/webhooks/sgp",
        "/webhooks/sgp/../../" + path[-40:],
    ]
    happening = webhooks.example()
    webhooks.calls()

    answers = [webhooks.send(happening | {"rawPath": one}) for one in paths]

    assert {answer.refused for answer in answers} == {(404, "webhook_unknown")}
    assert webhooks.calls() == Counter()


def test_a_made_up_key_costs_one_call_a_minute_and_reads_no_table(webhooks: SgpWebhooks) -> None:
    happening = webhooks.example() | {"rawPath": webhooks.path_of("provedor-modelo", UNKNOWN)}
    webhooks.calls()

    assert {webhooks.send(happening).refused for _ in range(3)} == {(404, "webhook_unknown")}
    assert webhooks.calls() == Counter({SECRET: 1})

    webhooks.now += 60
    assert webhooks.send(happening).refused == (404, "webhook_unknown")
    assert webhooks.calls() == Counter({SECRET: 1})


def test_what_is_not_asked_for_again_is_bounded(webhooks: SgpWebhooks) -> None:
    happening = webhooks.example()
    module = webhooks.sandbox.of("sincronia.web.webhooks")
    module._MISSES = 3
    for number in range(5):
        webhooks.send(happening | {"rawPath": webhooks.path_of("provedor-modelo", f"{number:032x}")})

    assert len(webhooks.on_webhook.webhooks._missed) == 2


@pytest.mark.parametrize("encoded", [False, True])
def test_more_than_64_kib_costs_nothing(webhooks: SgpWebhooks, encoded: bool) -> None:
    def padded(length: int) -> dict[str, Any]:
        start, end = '{"contrato": 308, "texto": "', '"}'
        text = start + "á" * ((length - len(start + end)) // 2) + "a" * ((length - len(start + end)) % 2) + end
        assert len(text.encode()) == length
        body = base64.b64encode(text.encode()).decode() if encoded else text
        return webhooks.posted(body, isBase64Encoded=encoded)

    too_large, largest = padded(65_537), padded(65_536)
    webhooks.calls()

    assert webhooks.send(too_large).refused == (413, "webhook_too_large")
    assert webhooks.calls() == Counter()
    assert webhooks.send(largest).status == 200


def test_what_is_packed_costs_nothing_and_what_says_that_it_is_not_is_let_in(webhooks: SgpWebhooks) -> None:
    happening = webhooks.posted(OF_308)
    headers = happening["headers"]
    webhooks.calls()

    for encoding in ("gzip", "br", "gzip, gzip"):
        headers["content-encoding"] = encoding
        assert webhooks.send(happening).refused == (415, "webhook_encoding_unsupported")
    assert webhooks.calls() == Counter()
    headers["content-encoding"] = "identity"
    assert webhooks.send(happening).status == 200


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data; boundary=x", "application/xml", "json", ";"])
def test_other_content_types_cost_nothing(webhooks: SgpWebhooks, kind: str) -> None:
    happening = webhooks.posted(OF_308)
    happening["headers"]["content-type"] = kind
    webhooks.calls()

    answer = webhooks.send(happening)

    if kind == ";":  # says nothing
        assert answer.status == 200
    else:
        assert answer.refused == (415, "webhook_type_unsupported")
        assert webhooks.calls() == Counter()


def test_without_a_content_type_the_body_says_what_it_is(webhooks: SgpWebhooks) -> None:
    for body in (' {"contrato": 308}', "contrato=308"):
        happening = webhooks.posted(body)
        del happening["headers"]["content-type"]
        assert webhooks.send(happening).status == 200
    assert [message["record"] for message in webhooks.queued()] == ["308", "308"]


def _shown(webhooks: SgpWebhooks) -> dict[str, dict[str, Any]]:
    """Each way to show the secret."""
    return {
        "bearer": webhooks.posted(OF_308, {"authorization": f"bearer  {webhooks.secret}"}),
        "header": webhooks.posted(OF_308, {"x-webhook-secret": webhooks.secret}),
        "header beside other credentials": webhooks.posted(
            OF_308, {"authorization": "Basic abc", "x-webhook-secret": webhooks.secret}
        ),
        "json": webhooks.posted({**OF_308, "token": webhooks.secret}, {}),
        "form": webhooks.posted(
            f"contrato=308&token={quote(webhooks.secret)}", {"content-type": "application/x-www-form-urlencoded"}
        ),
        "signature": webhooks.posted(OF_308, signed(webhooks.secret, json.dumps(OF_308))),
    }


def test_each_way_to_know_the_secret_lets_in(webhooks: SgpWebhooks) -> None:
    assert {name: webhooks.send(one).status for name, one in _shown(webhooks).items()} == dict.fromkeys(
        _shown(webhooks), 200
    )


def test_another_secret_is_refused_and_no_table_is_read(webhooks: SgpWebhooks) -> None:
    right, webhooks.secret = webhooks.secret, new_secret()
    happenings = _shown(webhooks)
    happenings["cut short"] = webhooks.posted(OF_308, {"authorization": f"Bearer {right[:-1]}"})
    happenings["no text"] = webhooks.posted({**OF_308, "token": [right]}, {})
    happenings["none"] = webhooks.posted(OF_308, {})
    happenings["other scheme"] = webhooks.posted(OF_308, {"authorization": f"Basic {right}"})
    webhooks.calls()

    answers = {name: webhooks.send(one) for name, one in happenings.items()}

    assert {answer.status for answer in answers.values()} == {401}
    assert {answer.headers["WWW-Authenticate"] for answer in answers.values()} == {"Bearer"}
    assert {name: answer.body["code"] for name, answer in answers.items()} == {
        **dict.fromkeys(happenings, "webhook_secret_wrong"),
        "signature": "webhook_signature_wrong",
        **dict.fromkeys(("no text", "none", "other scheme"), "webhook_unsigned"),
    }
    assert webhooks.calls() == Counter({SECRET: 1})
    assert webhooks.queued() == []


def test_a_signature_holds_for_its_body_its_id_and_five_minutes(webhooks: SgpWebhooks) -> None:
    body = json.dumps(OF_308)
    right = signed(webhooks.secret, body)
    now = datetime.now(UTC)
    wrong = {
        "body": signed(webhooks.secret, '{"contrato": 309}'),
        "id": right | {"webhook-id": "msg_2"},
        "old": signed(webhooks.secret, body, moment=now - timedelta(minutes=6)),
        "early": signed(webhooks.secret, body, moment=now + timedelta(minutes=6)),
        "time": right | {"webhook-timestamp": "nan"},
        "form": right | {"webhook-signature": "v1"},
        "commas": right | {"webhook-signature": "v1,a,b"},
        "base64": right | {"webhook-signature": "v1,á"},
        "version": right | {"webhook-signature": right["webhook-signature"].replace("v1,", "v1a,")},
        "missing": {"webhook-id": "msg_1", "authorization": f"Bearer {webhooks.secret}"},
        "empty": right | {"webhook-id": ""},
    }
    happenings = {name: webhooks.posted(body, headers) for name, headers in wrong.items()}
    not_text = base64.b64encode(b"\xff").decode()
    happenings["not text"] = webhooks.posted(not_text, right, isBase64Encoded=True)
    webhooks.calls()

    answers = {name: webhooks.send(one).refused for name, one in happenings.items()}

    assert answers == dict.fromkeys(happenings, (401, "webhook_signature_wrong"))
    assert webhooks.calls() == Counter({SECRET: 1})
    assert webhooks.send(webhooks.posted(body, right)).status == 200


def test_two_secrets_hold_at_once(webhooks: SgpWebhooks) -> None:
    old, new, gone = webhooks.secret, new_secret(), new_secret()
    webhooks.connect(f"{old} {new}")
    path, body = webhooks.path, json.dumps(OF_308)

    def statuses(secret: str) -> set[int]:
        sent = ({"authorization": f"Bearer {secret}"}, signed(secret, body))
        return {webhooks.send(webhooks.posted(body, headers) | {"rawPath": path}).status for headers in sent}

    assert (statuses(old), statuses(new), statuses(gone)) == ({200}, {200}, {401})

    webhooks.connect(new)
    webhooks.now += 301  # what was read is used for five minutes
    assert (statuses(old), statuses(new)) == ({401}, {200})


def test_a_connection_without_secrets_lets_nobody_in(webhooks: SgpWebhooks) -> None:
    webhooks.connect(" ")
    happenings = [webhooks.posted(OF_308), webhooks.posted({**OF_308, "token": ""}, {"authorization": "Bearer "})]
    webhooks.calls()

    assert {webhooks.send(one).refused for one in happenings} == {(401, "webhook_without_secrets")}
    assert webhooks.calls() == Counter({SECRET: 1})


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", ""),
        ("application/json", "contrato=308"),
        ("application/json", "[308]"),
        ("application/json", '"308"'),
        ("application/json", '{"contrato": 308'),
        ("application/json", '{"contrato": NaN}'),
        ("application/json", '{"contrato": ' + "9" * 5000 + "}"),
        ("application/json", '{"contrato":' * 5000),
        ("application/json", '{"a": "\\ud800", "contrato": 308}'),
        ("application/x-www-form-urlencoded", ""),
        ("application/x-www-form-urlencoded", "contrato"),
        ("application/x-www-form-urlencoded", "a=1&" * 1000 + "contrato=308"),
    ],
)
def test_a_body_that_is_neither_json_nor_form_is_refused(webhooks: SgpWebhooks, kind: str, body: str) -> None:
    happening = webhooks.posted(body)
    happening["headers"]["content-type"] = kind
    webhooks.calls()

    assert webhooks.send(happening).refused == (400, "webhook_malformed")
    assert webhooks.calls() == Counter({SECRET: 1})


def test_a_badly_encoded_body_is_refused(webhooks: SgpWebhooks) -> None:
    assert webhooks.send(webhooks.posted("não é base64", isBase64Encoded=True)).refused == (400, "webhook_malformed")
    latin = base64.b64encode('{"contrato": 308, "nome": "João"}'.encode("latin-1")).decode()
    assert webhooks.send(webhooks.posted(latin, isBase64Encoded=True)).refused == (400, "webhook_malformed")


@pytest.mark.parametrize("body", [{}, {"cliente_id": 308}, {"id": 308}, {"contrato": 308, "contrato_id": 309}])
def test_no_contract_or_two_are_refused_with_what_is_looked_for(webhooks: SgpWebhooks, body: dict[str, int]) -> None:
    happening = webhooks.posted(body)
    webhooks.calls()

    answer = webhooks.send(happening)

    assert answer.refused == (422, "webhook_record_missing")
    assert "contrato_id" in answer.body["detail"]
    assert webhooks.calls() == Counter({SECRET: 1})


def test_only_the_connection_of_the_secret_is_let_in(webhooks: SgpWebhooks) -> None:
    random = webhooks.path[-40:-8]
    webhooks.connection = "provedor-outro"
    webhooks.connect(new_secret())
    happenings = [
        webhooks.posted(OF_308) | {"rawPath": webhooks.path_of(name, random)}
        for name in ("provedor-outro", "provedor-que-nao-ha")
    ]
    webhooks.calls()

    assert {webhooks.send(one).refused for one in happenings} == {(404, "webhook_connection_unknown")}
    assert webhooks.calls() == Counter({SECRET: 1, CONNECTION: 2})
    assert webhooks.queued() == []


def test_a_connection_that_may_not_act_lets_nobody_in(webhooks: SgpWebhooks) -> None:
    happening = webhooks.example()
    registering = webhooks.sandbox.registering

    webhooks.connect(enabled=False)
    assert webhooks.send(happening).refused == (409, "webhook_connection_disabled")
    webhooks.connect(integration="zen")
    assert webhooks.send(happening).refused == (404, "webhook_connection_unknown")
    webhooks.connect()
    assert webhooks.send(happening).status == 200
    registering.delete_connection(registering.registered("provedor-modelo"), "operator:ana")
    try:
        assert webhooks.send(happening).refused == (404, "webhook_connection_unknown")
    finally:  # the next test makes it anew
        webhooks.aws.clear()


def test_a_signed_event_keeps_its_id_and_every_other_delivery_is_its_own(webhooks: SgpWebhooks) -> None:
    body = json.dumps(OF_308)
    long = "m" * 5000
    for moment, headers in enumerate(
        (signed(webhooks.secret, body, "msg_7"),) * 2 + (signed(webhooks.secret, body, long),)
    ):
        webhooks.now = START + moment
        webhooks.send(webhooks.posted(body, headers))
    for request_id in ("first=", "second="):
        happening = webhooks.posted(body)
        happening["requestContext"]["requestId"] = request_id
        webhooks.send(happening)

    messages = webhooks.queued()

    assert [message["event_id"] for message in messages] == [
        *("msg_7", "msg_7"),
        blake2b(long.encode(), digest_size=16).hexdigest(),
        *("first=", "second="),
    ]
    assert len({message["id"] for message in messages}) == len({message["once"] for message in messages}) == 5
    assert len({message["body_hash"] for message in messages}) == 1


def test_what_can_not_be_queued_is_to_be_sent_again(webhooks: SgpWebhooks, monkeypatch: pytest.MonkeyPatch) -> None:
    happening = webhooks.example()
    monkeypatch.setattr(
        webhooks.sandbox.of("sincronia.settings"), "hint_queue_url", lambda: f"{os.environ['HINT_QUEUE_URL']}?"
    )

    answer = webhooks.send(happening)

    assert (answer.refused, answer.headers["Retry-After"]) == ((503, "webhook_not_queued"), "30")
    monkeypatch.undo()
    assert webhooks.queued() == []


def test_refusals_are_problems_in_portuguese(webhooks: SgpWebhooks) -> None:
    answer = webhooks.send(webhooks.posted(OF_308, {}))

    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.body == {
        "type": "about:blank",
        "title": "Não autenticado",
        "status": 401,
        "code": "webhook_unsigned",
        "detail": "O webhook veio sem assinatura e sem o segredo. Assine-o (Standard Webhooks), ou envie o segredo em "
        "Authorization: Bearer, em X-Webhook-Secret ou no campo token do corpo.",
    }


def test_no_log_and_no_answer_holds_what_was_sent(
    stack: SgpWebhooks, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_LOG_LEVEL", "DEBUG")
    webhooks = SgpWebhooks(stack.aws)
    webhooks.renew()
    sent = {**OF_308, "nome": "Fulana de Tal", "token": "segredo-errado"}
    happenings = [
        webhooks.example(),
        webhooks.posted(sent, {}),
        webhooks.posted(sent, {"authorization": "Bearer outro"}),
    ]
    happenings.append(webhooks.posted({"nome": "Fulana de Tal"}))
    webhooks.sandbox.of("sincronia.store.hint_queue").sqs = None  # a failure of ours
    happenings.append(webhooks.example())
    key = webhooks.path.rpartition("/")[2]
    capsys.readouterr()

    answers = [webhooks.send(one) for one in happenings]
    logged = capsys.readouterr().out

    assert [answer.status for answer in answers] == [503, 401, 401, 422, 503]
    lines = [json.loads(line) for line in logged.splitlines()]
    assert [line["code"] for line in lines if line["message"] == "webhook"] == [
        *("webhook_not_queued", "webhook_secret_wrong", "webhook_secret_wrong", "webhook_record_missing"),
        "webhook_not_queued",
    ]
    for private in (key, webhooks.secret, "segredo-errado", "outro", "Fulana", "chave-do-sgp"):
        assert private not in logged + str(answers)


WHERE = "/integrations/sgp/connections/provedor-modelo/webhook"


def test_an_administrator_is_told_where_webhooks_come_to(webhooks: SgpWebhooks) -> None:
    webhooks.connect(f"{webhooks.secret} {new_secret()}")

    answer = webhooks.asked(WHERE, "administrator")

    assert answer.status == 200
    assert answer.body == {
        "path": webhooks.path,
        "url": f"https://abcdefghij.execute-api.sa-east-1.amazonaws.com{webhooks.path}",
        "secrets": 2,
        "how": webhooks.sandbox.of("sincronia.web.webhook_answers").HOW_TO_SEND,
    }
    assert "X-Webhook-Secret" in answer.body["how"]
    assert webhooks.send(webhooks.posted(OF_308) | {"rawPath": answer.body["path"]}).status == 200


def test_nobody_else_is_told(webhooks: SgpWebhooks) -> None:
    assert webhooks.asked(WHERE, "operator").refused == (403, "role_insufficient")
    other = WHERE.replace("provedor-modelo", "provedor-que-nao-ha")
    assert webhooks.asked(other, "administrator").refused == (404, "connection_unknown")
    webhooks.connect(integration="zen")
    assert webhooks.asked(WHERE, "administrator").refused == (404, "connection_unknown")


def test_a_connection_without_a_secret_still_has_its_address(webhooks: SgpWebhooks) -> None:
    name = webhooks.sandbox.of("sincronia.store.connections").registered("provedor-modelo").connection.secret_name
    webhooks.aws.secretsmanager.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)

    answer = webhooks.asked(WHERE, "administrator")

    assert (answer.status, answer.body["path"], answer.body["secrets"]) == (200, webhooks.path, 0)


_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
_NAMES = st.sampled_from(["contrato", "contratos", "id", "data", "token", "cliente"]) | st.text(max_size=8)
_VALUES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=4), max_leaves=8
)
_BODIES = st.binary(max_size=200) | _VALUES.map(lambda value: json.dumps(value).encode())


def test_no_body_makes_it_fail(webhooks: SgpWebhooks) -> None:
    @settings(max_examples=60)
    @given(
        body=_BODIES,
        encoded=st.booleans(),
        kind=st.sampled_from(["application/json", "application/x-www-form-urlencoded", None]),
        signs=st.booleans(),
    )
    def send(body: bytes, encoded: bool, kind: str | None, signs: bool) -> None:
        text = base64.b64encode(body).decode() if encoded else body.decode(errors="surrogateescape")
        headers = {"webhook-id": "msg_1", "webhook-timestamp": "1", "webhook-signature": "v1,x"} if signs else None
        happening = webhooks.posted(text, headers, isBase64Encoded=encoded)
        del happening["headers"]["content-type"]
        happening["headers"] |= {"content-type": kind} if kind else {}

        assert webhooks.send(happening).status in ({400, 401} if signs else {200, 400, 422})

    send()
