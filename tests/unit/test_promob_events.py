"""What Promob's webhooks say, read into types; what they lack is named, and never quoted."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping
from typing import Any

import pytest

from promob.actions import TITLES, Action
from promob.answers import ANSWERS
from promob.event_sentences import EVENTS
from promob.events import (
    BudgetMade,
    CustomerTold,
    PasswordChanged,
    ProjectCreated,
    ProjectSaved,
    event_of,
)
from sincronia.answers import Problem, ProblemError, Retry, explain
from tests.invented import invented_cpf
from tests.office_on_aws import event

CPF = invented_cpf("390533447")
CUSTOMER = {"id": "C-57", "name": "Ana Prado", "document": CPF, "email": "ana@cliente.example", "phone": "49 3000"}
WHOLE: Mapping[str, Mapping[str, Any]] = {
    "project.created": {"project": {"id": "P-308", "name": " Cozinha ", "sequence": 0}, "customer": CUSTOMER},
    "project.saved": {"project": {"id": "P-308", "sequence": 7, "external_id": None}},
    "budget.prepared": {"project": {"id": "P-308", "name": "Cozinha", "sequence": 7}, "listing_xml": "<LISTING/> é"},
    "budget.negotiated": {"project": {"id": "P-308", "name": "Cozinha", "sequence": 7}, "listing": {"items": []}},
    "customer.created": {"customer": CUSTOMER, "occurred_at": "2026-11-23T06:00:00-03:00"},
    "customer.changed": {"customer": CUSTOMER, "occurred_at": "2026-11-23T09:00:00Z"},
    "user.password_changed": {"user": "U-7"},
}


def body(kind: str, **parts: Any) -> bytes:
    """An event; parts take the place of what is whole."""
    return json.dumps({"type": kind, "account": "7013", "user": "U-7", "more": [1], **WHOLE[kind], **parts}).encode()


def wrong(content: bytes) -> str:
    """The field that keeps an event from being read; nothing of the event is told."""
    with pytest.raises(ProblemError) as raised:
        event_of(content)
    problem = raised.value.problem
    assert (problem.code, raised.value.__context__) == ("promob.event_malformed", None)
    told = explain(problem, ANSWERS)
    assert not any(private in told for private in (CPF, "Ana", "ana@cliente.example"))
    return problem.details["field"]


def test_each_kind_of_event_is_read() -> None:
    created, saved, prepared, negotiated, made, changed, password = (event_of(body(kind)) for kind in WHOLE)
    assert isinstance(created, ProjectCreated)
    assert (created.account, created.user, created.project.name) == ("7013", "U-7", "Cozinha")
    assert (created.customer.document, created.customer.external_id) == (CPF, "")
    assert isinstance(saved, ProjectSaved)
    assert (saved.project.id, saved.project.sequence, saved.project.external_id) == ("P-308", 7, "")
    assert isinstance(prepared, BudgetMade)
    assert isinstance(negotiated, BudgetMade)
    assert (prepared.listing_xml, prepared.listing) == ("<LISTING/> é".encode(), None)
    assert (negotiated.listing_xml, negotiated.listing) == (None, {"items": []})
    assert isinstance(made, CustomerTold)
    assert isinstance(changed, CustomerTold)
    assert made.occurred_at == changed.occurred_at
    assert isinstance(password, PasswordChanged)
    assert password.user == "U-7"


@pytest.mark.parametrize(
    "name", ["project_saved", "budget_prepared", "budget_negotiated", "customer_created", "password_changed"]
)
def test_the_examples_are_read(name: str) -> None:
    happening = event(f"promob/on_webhook/{name}")
    content = happening["body"]
    event_of(base64.b64decode(content) if happening["isBase64Encoded"] else content.encode())


def test_a_packed_body_is_read_as_it_was_before() -> None:
    content = body("budget.prepared")
    assert event_of(gzip.compress(content)) == event_of(content)


def test_a_document_that_is_none_is_none() -> None:
    for document in ("", None, "390.533.447-00", int(CPF), "—"):
        told = event_of(body("customer.changed", customer={**CUSTOMER, "document": document}))
        assert isinstance(told, CustomerTold)
        assert told.customer.document == ""
    punctuated = f"{CPF[:3]}.{CPF[3:6]}.{CPF[6:9]}-{CPF[9:]}"
    told = event_of(body("customer.changed", customer={**CUSTOMER, "document": punctuated}))
    assert isinstance(told, CustomerTold)
    assert told.customer.document == CPF


@pytest.mark.parametrize(
    ("kind", "parts", "field"),
    [
        ("project.saved", {"type": "project.deleted"}, "type"),
        ("project.saved", {"type": None}, "type"),
        ("project.saved", {"account": ""}, "account"),
        ("project.saved", {"account": None}, "account"),
        ("project.saved", {"account": 7013}, "account"),
        ("project.saved", {"user": ["U-7"]}, "user"),
        ("project.saved", {"project": None}, "project"),
        ("project.saved", {"project": {"sequence": 1}}, "project.id"),
        ("project.saved", {"project": {"id": "P-308"}}, "project.sequence"),
        ("project.saved", {"project": {"id": "P-308", "sequence": 0}}, "project.sequence"),
        ("project.saved", {"project": {"id": "P-308", "sequence": -1}}, "project.sequence"),
        ("project.saved", {"project": {"id": "P-308", "sequence": "7"}}, "project.sequence"),
        ("project.saved", {"project": {"id": "P-308", "sequence": 7.5}}, "project.sequence"),
        ("project.saved", {"project": {"id": "P-308", "sequence": True}}, "project.sequence"),
        ("project.saved", {"project": {"id": "P-308", "sequence": 10**13}}, "project.sequence"),
        ("project.created", {"project": {"id": "P-308", "name": "Sala", "sequence": -1}}, "project.sequence"),
        ("project.created", {"project": {"id": "P-308", "name": "  "}}, "project.name"),
        ("project.created", {"project": {"id": "P-308", "name": "S" * 201}}, "project.name"),
        ("project.created", {"customer": None}, "customer"),
        ("project.created", {"customer": {"id": "C-57"}}, "customer.name"),
        ("project.created", {"customer": {**CUSTOMER, "id": ""}}, "customer.id"),
        ("customer.changed", {"customer": {**CUSTOMER, "name": {"Ana": 1}}}, "customer.name"),
        ("customer.changed", {"customer": {**CUSTOMER, "email": [CPF]}}, "customer.email"),
        ("customer.changed", {"occurred_at": None}, "occurred_at"),
        ("customer.changed", {"occurred_at": "2026-11-23T06:00:00"}, "occurred_at"),
        ("customer.changed", {"occurred_at": "ontem"}, "occurred_at"),
        ("budget.prepared", {"project": {"id": "P-308", "sequence": 7}}, "project.name"),
        ("budget.prepared", {"listing_xml": None}, "listing_xml"),
        ("budget.prepared", {"listing_xml": 7}, "listing_xml"),
        ("budget.prepared", {"listing": {}}, "listing_xml"),
        ("budget.negotiated", {"listing": None}, "listing_xml"),
        ("user.password_changed", {"user": ""}, "user"),
    ],
)  # fmt: skip
def test_what_is_missing_or_wrong_is_named(kind: str, parts: dict[str, Any], field: str) -> None:
    assert wrong(body(kind, **parts)) == field


def test_what_is_no_event_at_all_is_refused() -> None:
    assert [wrong(content) for content in (b"", b"[]", b"{", b'"project.saved"', b"\xff")] == ["type"] * 5


def test_every_action_has_a_title_and_every_sentence_is_for_a_person() -> None:
    assert set(TITLES) == set(Action)
    details = {"field": "type", "account": "7013", "store": "Matriz", "promob_id": "P-308", "name": "Ana"}
    for code, answer in EVENTS.items():
        assert (code.startswith("promob."), answer.retry) == (True, Retry.AFTER_CORRECTION)
        assert "{" not in explain(Problem(code, details), ANSWERS)
