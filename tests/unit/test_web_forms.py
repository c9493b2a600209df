"""Forms, read as the JSON that a program would have sent."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import urlencode

import pytest

from sincronia.answers import ProblemError
from sincronia.web import forms


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        ({"name": "Ana", "note": ""}, {"name": "Ana"}),
        ({"note.clearable": ""}, {"note": None}),
        ({"note.clearable": "x"}, {"note": "x"}),
        (
            {"settings/zen/address": "a", "settings/licence.number": "300"},
            {"settings": {"zen": {"address": "a"}, "licence": 300}},
        ),
        ({"price.number": "12,5"}, {"price": 12.5}),
        ({"price.number": "doze"}, {"price": "doze"}),
        ({"price.number": ""}, {}),
        ({"on.flag": [""], "off.flag": ["", "on"]}, {"on": False, "off": True}),
        ({"roles.list": [""]}, {"roles": []}),
        ({"roles.list": ["", "a", "b"]}, {"roles": ["a", "b"]}),
        ({"serials.lines": " a \r\n\r\nb"}, {"serials": ["a", "b"]}),
        ({"every.json": "null"}, {"every": None}),
        ({"every.json": ""}, {}),
        ({"left.objects": ["", '{"lane": "x", "source_id": "1"}']}, {"left": [{"lane": "x", "source_id": "1"}]}),
        ({"names.pairs": "a: b: c\r\n\n d :"}, {"names": {"a": "b: c", "d": ""}}),
        ({"names.pairs": ""}, {"names": {}}),
        (
            {"projects.groups": "POP Sul: Anel, Centro\nPOP Norte:"},
            {"projects": {"POP Sul": ["Anel", "Centro"], "POP Norte": []}},
        ),
        ({"a.b": "1"}, {"a.b": "1"}),
        ({"since.day": "ontem"}, {"since": "ontem"}),
        ({"form_token": "x", "next": "/a", "idempotency_key": "k", "_method": "PATCH"}, {}),
    ],
)
def test_a_field_says_what_its_kind_makes_of_it(fields: dict[str, Any], body: dict[str, Any]) -> None:
    assert form(fields).body() == body


@pytest.mark.parametrize(
    "fields",
    [
        {"name": ["a", "b"]},
        {"a": "1", "a/b": "2"},
        {"a/b": "2", "a": "1"},
        {"a": "1", "a.number": "2"},
        {"a.json": "{"},
        {"a.json": "[" * 100_000},
        {"a.objects": ["{}", "{"]},
        {"/".join("abcdefgh"): "1"},
    ],
)
def test_fields_that_contradict_each_other_or_are_no_json_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ProblemError) as raised:
        form(fields).body()
    assert raised.value.problem.code == "body_malformed"


@pytest.mark.parametrize(("named", "method"), [("PATCH", "PATCH"), ("DELETE", "DELETE"), ("GET", "POST"), ("", "POST")])
def test_a_form_is_sent_as_what_html_has_no_forms_for(named: str, method: str) -> None:
    assert form({"_method": named}).method == method


def form(fields: dict[str, Any]) -> forms.Form:
    return forms.form_of({"body": urlencode(fields, doseq=True)})


def test_a_form_becomes_what_a_program_would_have_sent() -> None:
    text = "since.day=2026-11-20&until.day=&only=failed&form_token=x&next=%2Fa&idempotency_key=k1"
    event: dict[str, Any] = {
        "headers": {"content-type": "application/x-www-form-urlencoded; charset=UTF-8"},
        "body": base64.b64encode(text.encode()).decode(),
        "isBase64Encoded": True,
    }
    assert forms.is_form(event["headers"])

    forms.become_json(event, forms.form_of(event))

    assert json.loads(event["body"]) == {"since": "2026-11-20T00:00:00-03:00", "only": "failed"}
    assert event["isBase64Encoded"] is False
    assert event["headers"] == {"content-type": "application/json", "idempotency-key": "k1"}


@pytest.mark.parametrize(
    ("body", "encoded", "code"),
    [
        ("a" * 1_400_000, True, "body_too_large"),
        ("&".join("a=1" for _ in range(1001)), False, "body_malformed"),
        ("a=1&a=2", False, "body_malformed"),
        ("a=%ff", False, "body_malformed"),
        ("ção", True, "body_malformed"),
    ],
)
def test_a_body_that_is_no_form(body: str, code: str, *, encoded: bool) -> None:
    with pytest.raises(ProblemError) as raised:
        forms.form_of({"body": body, "isBase64Encoded": encoded}).body()
    assert raised.value.problem.code == code


def with_file(content: bytes, *, boundary: str = "----WebKitFormBoundary7MA4YWxk") -> dict[str, Any]:
    """The event of a form with a text and a file, as browsers send it."""
    head = f'--{boundary}\r\ncontent-disposition: form-data; name="{{}}"{{}}\r\n'
    parts = [
        head.format("next", "") + "\r\n/começo",
        head.format("content", '; filename="são.png"') + "Content-Type: image/png\r\n\r\n",
    ]
    body = parts[0].encode() + b"\r\n" + parts[1].encode() + content + f"\r\n--{boundary}--\r\n".encode()
    return {
        "headers": {"content-type": f"multipart/form-data; boundary={boundary}"},
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }


@pytest.mark.parametrize(
    "content", [b"", b"\x89PNG\r\n\x1a\n\0\r\n\r--\n\xff\xfe", bytes(range(256)) * 9, b"\r\n--x\r\n", b"text\r", b"\n"]
)
def test_a_file_of_a_form_is_its_bytes_in_base64(content: bytes) -> None:
    happening = with_file(content)
    assert forms.is_form(happening["headers"])
    read = forms.form_of(happening)
    assert read.text("next") == "/começo"
    assert base64.b64decode(read.text("content")) == content
    assert read.body() == ({"content": base64.b64encode(content).decode()} if content else {})


@pytest.mark.parametrize(
    "body",
    [
        "",
        "x",
        "--b\r\n\r\n",
        "--b\r\ncontent-type: multipart/mixed\r\n\r\n--b--",
        "--b\r\ncontent-disposition: form-data; filename*\r\n\r\nx\r\n--b--",
    ],
)
def test_what_is_no_form_of_parts_is_refused_or_has_no_field_of_ours(body: str) -> None:
    happening = {"headers": {"content-type": "multipart/form-data; boundary=b"}, "body": body}
    try:
        assert set(forms.form_of(happening).fields) <= {""}
    except ProblemError as error:
        assert error.problem.code == "body_malformed"  # noqa: PT017  # either will do


def test_a_text_may_be_taken_away_by_an_empty_field() -> None:
    assert form({"address/street.text": ""}).body() == {"address": {"street": ""}}


def test_what_there_are_several_of_is_a_list_without_what_is_empty_or_left_out() -> None:
    sent = {
        "rules#0/category": "Cozinha",
        "rules#0/markup.number": "12,5",
        "rules#1/category": "Dormitório",
        "rules#1/_left_out": "on",
        "rules#2/category": "",
        "version.number": "3",
    }
    assert form(sent).body() == {"rules": [{"category": "Cozinha", "markup": 12.5}], "version": 3}
    assert form({"rules#0/category": "", "rules#1/_left_out": "on"}).body() == {"rules": []}
    assert form({"a#0/b#0/c": "1", "a#0/b#x/c": "2"}).body() == {"a": [{"b": [{"c": "1"}, {"c": "2"}]}]}


@pytest.mark.parametrize(
    "sent",
    [{"a": "1", "a#0/b": "2"}, {"a/b": "1", "a#0/b": "2"}, {"a#0/b": "1", "a/0": "2"}],
)
def test_what_is_both_one_and_several_is_refused(sent: dict[str, str]) -> None:
    with pytest.raises(ProblemError):
        form(sent).body()
