"""The one way that every request takes, on an application of two routes: whatever comes, a documented answer."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Annotated, Any
from urllib.parse import parse_qsl

import pytest
from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from sincronia import auth
from sincronia.answers import Answer as Row
from sincronia.answers import Fault, Problem, ProblemError, Retry
from sincronia.auth import Role, Token
from sincronia.store.listing import Listed
from sincronia.web import admission
from sincronia.web import application as web
from sincronia.web.answers import ANSWERS, refused
from sincronia.web.openapi import document, merged
from sincronia.web.paging import Cursor, Limit, Page, after_of, cursor_of, page
from tests.office_on_aws import Context

Logger()  # each function has one; the layer's are its children
routes = web.Routes("Coisas")
TOKEN = auth.new_token()
LINE = r"^[^\x00-\x1f]*$"


class Thing(web.Input):
    name: Annotated[str, Field(min_length=1, max_length=20, pattern=LINE)]
    days: Annotated[int, Field(strict=True, ge=1, le=10)] | None = None
    more: dict[str, Any] = Field(default_factory=dict)


class ThingAnswer(BaseModel):
    name: str


@routes.get("/things", role=Role.READER, summary="Lista")
def list_things(limit: Limit = 50, cursor: Cursor = "") -> Page[ThingAnswer]:
    return page(Listed(("a", "b")[:limit], after_of(cursor)), lambda name: ThingAnswer(name=name))


@routes.post("/things", role=Role.OPERATOR, summary="Faz", status=201, refuses=("thing_exists", "thing_broken"))
def make_thing(thing: Thing) -> ThingAnswer:
    if thing.name in ("exists", "broken"):
        raise ProblemError(Problem(f"thing_{thing.name}", {"field": "name"}))
    return ThingAnswer(name=thing.name)


@routes.delete("/things/<thing>", role=Role.OPERATOR, summary="Tira", status=204)
def remove_thing(thing: str) -> None:
    assert thing


@routes.get("/things/new", role=Role.OPERATOR, summary="Lê o que se preenche")
def read_form() -> ThingAnswer:
    return ThingAnswer(name="")


@routes.get("/things/<thing>/file", role=Role.READER, summary="Arquivo", status=303, answered="O arquivo.")
def read_file(thing: str) -> Response[Any]:
    return Response(status_code=303, headers={"Location": f"https://files.example/{thing}"})


@routes.get("/broken", role=None, summary="Quebrada")
def answer_wrongly() -> ThingAnswer:
    return {"name": 3}  # type: ignore[return-value]


application = web.Application(
    [routes],
    {
        **ANSWERS,
        "thing_exists": refused(409, "Já existe", "A coisa já existe.", "Escolha outro nome."),
        "thing_broken": Row(Retry.STOP, Fault.PERSON, "A coisa está quebrada.", "Conserte-a."),
    },
)


@pytest.fixture(autouse=True)
def known_token(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Token(TOKEN[4:20], "", Role.OPERATOR, "", "", "", auth.token_hash(TOKEN))
    monkeypatch.setattr(admission, "stored_token", lambda _: kept)


def call(
    method: str, path: str, body: str | None = None, query: str = "", *, encoded: bool = False, **headers: str
) -> dict[str, Any]:
    happening: dict[str, Any] = {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"authorization": f"bearer  {TOKEN}", "content-type": "application/json"}
        | {name.replace("_", "-"): value for name, value in headers.items()},
        "requestContext": {"stage": "$default", "http": {"method": method, "path": path}},
        "isBase64Encoded": encoded,
    }
    if query:
        values: dict[str, str] = {}
        for name, value in parse_qsl(query, keep_blank_values=True):
            values[name] = f"{values[name]},{value}" if name in values else value
        happening["queryStringParameters"] = values
    if body is not None:
        happening["body"] = body
    return application.answer(happening, Context(29))  # type: ignore[arg-type]


def problem_of(answer: dict[str, Any]) -> tuple[int, str, str | None]:
    body = json.loads(answer["body"])
    assert answer["headers"]["Content-Type"] == "application/problem+json"
    assert body["status"] == answer["statusCode"]
    return int(answer["statusCode"]), body["code"], body.get("field")


def test_a_route_without_a_role_is_an_error_when_it_is_registered() -> None:
    with pytest.raises(TypeError, match="role"):
        web.Routes("x").get("/x", summary="x")  # type: ignore[call-arg]


def test_a_route_that_refuses_with_an_unknown_code_is_an_error_when_it_is_registered() -> None:
    wrong = web.Routes("x")
    wrong.get("/x", role=None, summary="x", refuses=("no_such_code",))(lambda: None)

    with pytest.raises(KeyError, match="no_such_code"):
        web.Application([wrong])


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("{", (400, "body_malformed", None)),
        ("", (400, "body_malformed", None)),
        (None, (400, "body_malformed", None)),
        ('{"name": NaN}', (400, "body_malformed", None)),
        ('{"name": "a", "more": {"x": 1e999}}', (400, "body_malformed", None)),
        ('{"name": "a", "days": 1' + "0" * 5000 + "}", (400, "body_malformed", None)),
        ('{"name": "\\ud800"}', (400, "body_malformed", None)),
        ("[" * 100_000, (400, "body_malformed", None)),
        ("a" * 1_000_001, (413, "body_too_large", None)),
        ("ç" * 500_001, (413, "body_too_large", None)),
        ("null", (422, "request_invalid", None)),
        ("[]", (422, "request_invalid", None)),
        ('[{"name": "a"}]', (422, "request_invalid", None)),
        ('"name"', (422, "request_invalid", None)),
        ("{}", (422, "request_invalid", "name")),
        ('{"name": ["a"]}', (422, "request_invalid", "name")),
        ('{"name": "a\\u0000"}', (422, "request_invalid", "name")),
        ('{"name": "a", "days": "3"}', (422, "request_invalid", "days")),
        ('{"name": "a", "days": true}', (422, "request_invalid", "days")),
        ('{"name": "a", "days": 1.5}', (422, "request_invalid", "days")),
        ('{"name": "a", "days": 1' + "0" * 100 + "}", (422, "request_invalid", "days")),
        ('{"name": "exists"}', (409, "thing_exists", "name")),
        ('{"name": "broken"}', (422, "thing_broken", "name")),
    ],
)
def test_a_body_that_does_not_do(body: str | None, expected: tuple[int, str, str | None]) -> None:
    assert problem_of(call("POST", "/things", body)) == expected


def test_what_a_person_typed_is_never_quoted() -> None:
    body = '{"name": "senha-secreta-que-passa-do-limite", "senha": "x", "more": 5, "senha secreta": 1}'

    answer = call("POST", "/things", body)

    assert "senha" not in answer["body"]
    assert json.loads(answer["body"])["errors"] == [
        {"field": "name", "code": "field_too_long", "detail": "deve ter no máximo 20 caracteres"},
        {"field": "more", "code": "field_type", "detail": "deve ser um objeto JSON, entre chaves"},
        {"field": "", "code": "field_unknown", "detail": "tem um campo que não existe"},
    ]


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "multipart/form-data"]
)
def test_a_body_of_another_kind_is_refused(content_type: str) -> None:
    answer = call("POST", "/things", '{"name": "a"}', content_type=content_type)

    assert problem_of(answer) == (415, "content_type_unsupported", None)


@pytest.mark.parametrize("content_type", ["", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8"])
def test_json_by_its_names(content_type: str) -> None:
    assert call("POST", "/things", '{"name": "ação"}', content_type=content_type)["statusCode"] == 201


@pytest.mark.parametrize(
    ("content", "status"),
    [(b'{"name": "a\xc3\xa7"}', 201), (b'{"name": "\xff"}', 400), (b"\x00", 400), (b" " * 1_000_001, 413)],
)
def test_a_body_that_came_encoded(content: bytes, status: int) -> None:
    assert call("POST", "/things", base64.b64encode(content).decode(), encoded=True)["statusCode"] == status


@pytest.mark.parametrize(
    ("query", "status", "code", "field"),
    [
        ("limit=0", 422, "request_invalid", "limit"),
        ("limit=101", 422, "request_invalid", "limit"),
        ("limit=", 422, "request_invalid", "limit"),
        ("limit=1,2", 422, "request_invalid", "limit"),
        ("limit=1&limit=1", 422, "request_invalid", "limit"),
        ("limit=" + "9" * 5000, 422, "request_invalid", "limit"),
        ("cursor=%00", 400, "cursor_invalid", None),
        ("cursor=" + "a" * 1001, 422, "request_invalid", "cursor"),
        ("segredo=1", 422, "request_invalid", None),
        ("%ff=%ff&%zz", 422, "request_invalid", None),
    ],
)
def test_a_query_that_does_not_do(query: str, status: int, code: str, field: str | None) -> None:
    answer = call("GET", "/things", query=query)

    assert problem_of(answer) == (status, code, field)
    assert "segredo" not in answer["body"]


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PUT", "/things", "GET, POST"),
        ("OPTIONS", "/things", "GET, POST"),
        ("HEAD", "/things", "GET, POST"),
        ("GET", "/things/a", "DELETE"),
        ("GET", "/things/<thing>", "DELETE"),
        ("DELETE", "/things/new", "GET"),  # another thing's address is not a thing's
    ],
)
def test_a_method_that_a_path_has_not(method: str, path: str, allow: str) -> None:
    answer = call(method, path)

    assert problem_of(answer) == (405, "method_unknown", None)
    assert answer["headers"]["Allow"] == allow


@pytest.mark.parametrize(
    "path", ["/", "", "/thing", "/things/", "/things/a/b", "/things/a\0b", '/things/"', "//things"]
)
def test_a_path_that_is_nowhere(path: str) -> None:
    assert problem_of(call("DELETE", path)) == (404, "path_unknown", None)


def test_answers_without_a_body() -> None:
    gone, elsewhere = call("DELETE", "/things/a"), call("GET", "/things/a/file")

    assert (gone["statusCode"], gone["headers"], gone["body"]) == (204, {"Cache-Control": "no-store"}, "")
    assert (elsewhere["statusCode"], elsewhere["body"]) == (303, None)
    assert elsewhere["headers"]["Location"] == "https://files.example/a"


def test_an_answer_of_a_wrong_form_is_a_failure_of_ours() -> None:
    assert problem_of(call("GET", "/broken")) == (500, "unexpected", None)


DOCUMENT = document(application)


@given(
    method=st.sampled_from(["GET", "POST", "DELETE", "PUT", "PATCH"]),
    path=st.one_of(st.sampled_from(["/things", "/things/a", "/broken"]), st.text(max_size=20).map("/things/{}".format)),
    body=st.one_of(st.none(), st.text(max_size=40), st.binary(max_size=40).map(lambda b: base64.b64encode(b).decode())),
    query=st.text(st.characters(codec="ascii"), max_size=30),
    encoded=st.booleans(),
    content_type=st.one_of(st.just("application/json"), st.text(max_size=20)),
    token=st.one_of(st.just(f"Bearer {TOKEN}"), st.text(max_size=20)),
)
def test_whatever_comes_the_answer_is_one_of_the_documented(
    *, method: str, path: str, body: str | None, query: str, encoded: bool, content_type: str, token: str
) -> None:
    answer = call(method, path, body, query, encoded=encoded, content_type=content_type, authorization=token)

    status = int(answer["statusCode"])
    if path == "/broken":
        return
    if status not in (404, 405):
        template = path if path == "/things" else "/things/{thing}"
        template += "/file" if path.endswith("/file") else ""
        assert str(status) in DOCUMENT["paths"][template][method.lower()]["responses"]
    assert status < 500


def test_what_each_operation_can_answer_is_described() -> None:
    def statuses(method: str, path: str) -> Iterator[str]:
        by_the_gateway = {"429", "431", "503"}
        yield from (status for status in DOCUMENT["paths"][path][method]["responses"] if status not in by_the_gateway)

    assert list(statuses("get", "/things")) == ["200", "400", "401", "403", "422", "500"]
    assert list(statuses("post", "/things")) == [
        *("201", "400", "401", "403", "409", "413", "415", "422", "500"),
    ]
    assert list(statuses("delete", "/things/{thing}")) == ["204", "401", "403", "422", "500"]
    assert list(statuses("get", "/broken")) == ["200", "422", "500"]
    assert DOCUMENT["paths"]["/broken"]["get"]["security"] == []
    described = DOCUMENT["paths"]["/things"]["post"]
    assert described["security"] == [{"token": []}]
    assert "`thing_exists`" in described["responses"]["409"]["description"]
    assert [parameter["name"] for parameter in described["parameters"]] == ["Idempotency-Key"]


def test_documents_are_merged_where_they_agree() -> None:
    one = {"paths": {"/a": {"get": {}}}, "components": {"schemas": {"P": {"type": "object"}}}}
    other = {"paths": {"/b": {"get": {}}}, "components": {"schemas": {"P": {"type": "object"}, "Q": {}}}}

    assert merged([one, other]) == {
        "paths": {"/a": {"get": {}}, "/b": {"get": {}}},
        "components": {"schemas": {"P": {"type": "object"}, "Q": {}}},
    }
    with pytest.raises(ValueError, match="/components/schemas/P"):
        merged([one, {"components": {"schemas": {"P": {"type": "string"}}}}])
    with pytest.raises(ValueError, match="/paths/~a"):
        merged([{"paths": {"~a": {"get": {}}}}, {"paths": {"~a": {"get": {"x": 1}}}}])


@given(st.none() | st.dictionaries(st.text(min_size=1), st.text(min_size=1), min_size=1))
def test_a_cursor_names_the_key_that_it_was_made_of(key: dict[str, str] | None) -> None:
    cursor = cursor_of(key)

    assert after_of(cursor or "") == key
