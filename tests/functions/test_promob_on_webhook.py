"""Promob's webhooks, let in or refused: what is kept of them, what is in the queue, and what Promob is answered."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.office_on_aws import START, AwsServer
from tests.promob_webhooks_on_aws import CONNECTION, PromobWebhooks, content_of, promob_webhooks
from tests.sgp_webhooks_on_aws import new_secret, signed

SECRET = ("secretsmanager:GetSecretValue", "")
READ = ("dynamodb:GetItem", "connections")
KEEP = ("s3:PutObject", "")
SEND = ("sqs:SendMessage", "")
LET_IN = Counter({SECRET: 1, READ: 1, KEEP: 1, SEND: 1})
SAVED: dict[str, Any] = {"type": "project.saved", "account": "A-1001", "project": {"id": "P-308", "sequence": 7}}


@pytest.fixture(scope="module")
def stack(aws: AwsServer) -> PromobWebhooks:
    """One AWS for all tests of this module."""
    return promob_webhooks(aws)


@pytest.fixture
def webhooks(stack: PromobWebhooks) -> Iterator[PromobWebhooks]:
    """The same, its connection as it should be, nothing kept and nothing remembered."""
    stack.aws.emptied("promob")
    stack.renew()
    yield stack
    stack.queued()


@pytest.mark.parametrize(
    ("name", "entity", "record"),
    [
        ("project_saved", "promob_project", "P-308"),
        ("budget_prepared", "promob_project", "P-308"),
        ("customer_created", "promob_customer", "C-57"),
        ("password_changed", "promob_user", "U-7"),
    ],
)
def test_the_body_is_kept_as_it_was_sent_and_one_message_names_it(
    webhooks: PromobWebhooks, name: str, entity: str, record: str
) -> None:
    happening = webhooks.example(name)
    webhooks.calls()

    answer = webhooks.send(happening)

    assert webhooks.calls() == LET_IN
    (message,) = webhooks.queued()
    body = content_of(happening)
    body_hash = hashlib.sha256(body).hexdigest()
    assert (answer.status, answer.body) == (200, {"hint": message["id"]})
    assert webhooks.bodies() == {f"hints/{CONNECTION}/bodies/{body_hash}": body}
    assert message["group"] == f"{CONNECTION}#{record}"
    assert {key: value for key, value in message.items() if value and key not in {"group", "once"}} == {
        "connection": CONNECTION,
        "id": message["id"],
        "entity": entity,
        "record": record,
        "cause": "webhook",
        "received_at": START,
        "event_id": happening["headers"]["webhook-id"],
        "body_hash": body_hash,
    }


def test_who_negotiates_what_is_not_known_here_is_told_that_there_is_no_page(webhooks: PromobWebhooks) -> None:
    answer = webhooks.send(webhooks.example("budget_negotiated"))

    (message,) = webhooks.queued()
    assert (answer.status, answer.body) == (200, {"hint": message["id"], "open": None})


PROJECT, ENVIRONMENT = "00000000000000a1", "00000000000000b2"
PAGES = f"/integrations/promob/connections/{CONNECTION}/projects/{PROJECT}"


@pytest.mark.parametrize(
    ("converted", "page"), [(False, f"{PAGES}/environments/{ENVIRONMENT}"), (True, f"{PAGES}/revision")]
)
def test_who_negotiates_is_told_which_page_to_open(webhooks: PromobWebhooks, converted: bool, page: str) -> None:
    webhooks.put_project(PROJECT, ENVIRONMENT, "P-308", converted=converted)
    happening = webhooks.example("budget_negotiated")
    webhooks.calls()

    assert webhooks.send(happening).body["open"] == page
    assert webhooks.calls() == LET_IN + Counter({("dynamodb:GetItem", ""): 2})
    assert "open" not in webhooks.send(webhooks.example("budget_prepared")).body


def test_who_is_not_told_the_page_sends_again_and_nothing_is_lost(
    webhooks: PromobWebhooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    happening = webhooks.example("budget_negotiated")
    monkeypatch.setattr(webhooks.on_webhook, "page_to_open", None)

    assert webhooks.send(happening).status == 503
    (message,) = webhooks.queued()
    assert message["event_id"] == happening["headers"]["webhook-id"]
    monkeypatch.undo()
    assert webhooks.send(happening).status == 200


def test_a_body_is_read_back_as_it_was_sent(webhooks: PromobWebhooks) -> None:
    bodies = webhooks.sandbox.of("sincronia.store.webhook_bodies")
    happening = webhooks.example("budget_prepared")
    webhooks.send(happening)

    (message,) = webhooks.queued()
    kept = bodies.kept_body(CONNECTION, message["body_hash"])
    assert kept == content_of(happening)
    assert json.loads(gzip.decompress(kept))["type"] == "budget.prepared"
    assert bodies.kept_body("outra-rede", message["body_hash"]) is None


def test_what_is_sent_again_is_kept_once_and_stays_one_event(webhooks: PromobWebhooks) -> None:
    for _ in range(2):
        assert webhooks.send(webhooks.example()).status == 200
        webhooks.now += 400  # later than SQS knows a message

    first, second = webhooks.queued()
    assert (first["event_id"], first["body_hash"]) == (second["event_id"], second["body_hash"])
    assert len(webhooks.bodies()) == 1


def test_the_signature_is_of_the_bytes_that_were_sent(webhooks: PromobWebhooks) -> None:
    text = json.dumps(SAVED).encode()
    packed = webhooks.delivered(gzip.compress(text), content_encoding="gzip")
    webhooks.calls()

    packed["headers"] |= signed(webhooks.secret, text)
    assert webhooks.send(packed).refused == (401, "webhook_signature_wrong")
    assert webhooks.calls() == Counter({SECRET: 1})


@pytest.mark.parametrize("minutes", [-6, 6])
def test_an_old_signature_is_refused_before_a_table_is_read(webhooks: PromobWebhooks, minutes: int) -> None:
    happening = webhooks.told(SAVED, moment=datetime.now(UTC) + timedelta(minutes=minutes))
    webhooks.calls()

    assert webhooks.send(happening).refused == (401, "webhook_signature_wrong")
    assert webhooks.calls() == Counter({SECRET: 1})
    assert webhooks.bodies() == {}


def test_who_shows_the_secret_instead_of_signing_is_refused(webhooks: PromobWebhooks) -> None:
    for header, value in (("authorization", f"Bearer {webhooks.secret}"), ("x-webhook-secret", webhooks.secret)):
        happening = webhooks.told({**SAVED, "token": webhooks.secret})
        for name in ("webhook-id", "webhook-timestamp", "webhook-signature"):
            del happening["headers"][name]
        happening["headers"][header] = value
        answer = webhooks.send(happening)
        assert answer.refused == (401, "webhook_signature_missing")
        assert answer.body["detail"] == (
            "O webhook veio sem assinatura. Assine-o conforme Standard Webhooks, com um dos segredos gravados no campo "
            "webhook_secrets da conexão."
        )
    assert webhooks.queued() == []


def test_a_form_is_refused_at_no_cost(webhooks: PromobWebhooks) -> None:
    happening = webhooks.delivered(b"type=project.saved", content_type="application/x-www-form-urlencoded")
    webhooks.calls()

    assert webhooks.send(happening).refused == (415, "webhook_json_expected")
    assert webhooks.calls() == Counter()


def test_nothing_is_unpacked_for_who_does_not_know_the_secret(
    webhooks: PromobWebhooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    happening = webhooks.delivered(gzip.compress(b"\0" * 1_000_000), content_encoding="gzip")
    happening["headers"] |= signed(new_secret(), content_of(happening))
    monkeypatch.setattr(webhooks.sandbox.of("sincronia.web.webhooks"), "unpacked", None)

    assert webhooks.send(happening).refused == (401, "webhook_signature_wrong")


def test_a_bomb_is_refused_and_not_kept(webhooks: PromobWebhooks) -> None:
    most = webhooks.on_webhook.MOST_UNPACKED
    answer = webhooks.send(webhooks.delivered(gzip.compress(b" " * (most + 1)), content_encoding="gzip"))

    assert answer.refused == (413, "webhook_unpacked_too_large")
    assert (
        answer.body["detail"] == "O corpo do webhook, depois de descomprimido, passa de 48 MiB. Divida o que ele traz."
    )
    assert (webhooks.bodies(), webhooks.queued()) == ({}, [])


def test_the_largest_that_is_taken_is_kept(webhooks: PromobWebhooks) -> None:
    most = webhooks.on_webhook.MOST_SENT
    empty = len(json.dumps({**SAVED, "listing_xml": ""}))

    answer = webhooks.send(webhooks.told({**SAVED, "listing_xml": "x" * (most - empty + 1)}))
    assert answer.refused == (413, "webhook_packed_too_large")
    assert answer.body["detail"].startswith("O corpo do webhook passa de 5,5 MiB. Envie-o comprimido")
    assert webhooks.send(webhooks.told({**SAVED, "listing_xml": "x" * (most - empty)})).status == 200
    assert [len(body) for body in webhooks.bodies().values()] == [most]


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (b"", ""),
        (b"[]", ""),
        (b'"project.saved"', ""),
        (b'{"type": "project.saved"', ""),
        (b'{"type": "project.saved", "sequence": NaN}', ""),
        (b"type=project.saved", ""),
        pytest.param(json.dumps(SAVED).encode(), "gzip", id="text that is called gzip"),
        pytest.param(gzip.compress(json.dumps(SAVED).encode())[:-3], "gzip", id="the end of gzip is missing"),
        pytest.param(gzip.compress(json.dumps(SAVED).encode()) + b"more", "gzip", id="something after gzip"),
        pytest.param(gzip.compress(b"\xff\xfe"), "gzip", id="gzip of what is no UTF-8"),
        pytest.param(gzip.compress(b"[" * 100_000), "gzip", id="gzip of what is nested too deep"),
    ],
)
def test_a_body_that_can_not_be_read_is_refused_and_not_kept(
    webhooks: PromobWebhooks, content: bytes, encoding: str
) -> None:
    sent = webhooks.delivered(content, content_encoding=encoding) if encoding else webhooks.delivered(content)

    assert webhooks.send(sent).refused == (400, "webhook_json_malformed")
    assert (webhooks.bodies(), webhooks.queued()) == ({}, [])


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"type": "project.deleted", "project": {"id": "P-1"}},
        {"type": ["project.saved"], "project": {"id": "P-1"}},
        {"type": "project.saved"},
        {"type": "project.saved", "project": None},
        {"type": "project.saved", "project": "P-1"},
        {"type": "project.saved", "project": {"id": ""}},
        {"type": "project.saved", "project": {"id": 308}},
        {"type": "project.saved", "project": {"id": "P 1"}},
        {"type": "project.saved", "project": {"id": "P#1"}},
        {"type": "project.saved", "project": {"id": "P" * 61}},
        {"type": "budget.negotiated", "customer": {"id": "C-57"}},
        {"type": "customer.created", "project": {"id": "P-1"}},
        {"type": "user.password_changed", "user": {"id": "U-7"}},
    ],
)
def test_a_body_that_is_about_nothing_is_refused_and_not_kept(webhooks: PromobWebhooks, body: dict[str, Any]) -> None:
    happening = webhooks.told(body)
    webhooks.calls()
    answer = webhooks.send(happening)

    assert answer.refused == (422, "webhook_record_missing")
    assert answer.body["detail"].startswith(
        "O corpo do webhook não diz, ou não diz sem dúvida, de que registro se trata. Envie em type, project.created, "
    )
    assert webhooks.calls() == Counter({SECRET: 1})


def test_of_a_connection_that_may_not_act_nothing_is_kept(webhooks: PromobWebhooks) -> None:
    webhooks.connect(enabled=False)

    assert webhooks.send(webhooks.told(SAVED)).refused == (409, "webhook_connection_disabled")
    assert (webhooks.bodies(), webhooks.queued()) == ({}, [])


def test_a_body_that_can_not_be_kept_is_not_queued(webhooks: PromobWebhooks, monkeypatch: pytest.MonkeyPatch) -> None:
    happening = webhooks.told(SAVED)
    monkeypatch.setattr(webhooks.sandbox.of("sincronia.settings"), "data_bucket", lambda: "no-such-bucket")

    answer = webhooks.send(happening)

    assert (answer.refused, answer.headers["Retry-After"]) == ((503, "webhook_not_queued"), "30")
    assert webhooks.queued() == []
    monkeypatch.undo()
    assert webhooks.send(happening).status == 200
    assert len(webhooks.queued()) == len(webhooks.bodies()) == 1


def test_what_is_kept_and_could_not_be_queued_is_kept_once_when_it_comes_again(
    webhooks: PromobWebhooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    happening = webhooks.told(SAVED)
    monkeypatch.setattr(
        webhooks.sandbox.of("sincronia.settings"), "hint_queue_url", lambda: f"{os.environ['HINT_QUEUE_URL']}?"
    )

    assert webhooks.send(happening).refused == (503, "webhook_not_queued")
    assert len(webhooks.bodies()) == 1
    monkeypatch.undo()
    assert webhooks.send(happening).status == 200
    assert len(webhooks.queued()) == len(webhooks.bodies()) == 1


def test_no_log_and_no_answer_holds_what_was_sent(
    stack: PromobWebhooks, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_LOG_LEVEL", "DEBUG")
    webhooks = PromobWebhooks(stack.aws)
    webhooks.renew()
    sent = {**SAVED, "customer": {"id": "C-57", "name": "Fulana de Tal", "document": "documento dela"}}
    happenings = [webhooks.told(sent), webhooks.told({**sent, "type": "outro"}), webhooks.told(sent)]
    happenings[2]["headers"] |= signed(new_secret(), content_of(happenings[2]))
    key = webhooks.path.rpartition("/")[2]
    capsys.readouterr()

    answers = [webhooks.send(one) for one in happenings]
    logged = capsys.readouterr().out

    assert [answer.status for answer in answers] == [200, 422, 401]
    for private in (key, webhooks.secret, "Fulana", "documento dela", "chave-do-promob"):
        assert private not in logged + str(answers)
