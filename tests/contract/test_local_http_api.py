"""The HTTP front of the local stack, over HTTP: payload format 2.0 and API Gateway's limits, as AWS documents them."""

from __future__ import annotations

import base64
import http.client
import json
import re
import socket
import statistics
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from local.api_routes import found, routes_of, uncovered
from local.functions import API_SANDBOXES
from local.http_payload import response
from local.provisioned import RouteSpec
from local.stack import Stack
from local.template import TemplateError

TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Parameters:
  AllowedNetworks: { Type: String, Default: "" }
Globals:
  Function: { Runtime: python3.13, CodeUri: functions/, Timeout: 20 }
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties: { AssumeRolePolicyDocument: {}, Policies: [] }
  Api:
    Type: AWS::Serverless::HttpApi
    Properties: { StageName: $default }
  Echo:
    Type: AWS::Serverless::Function
    Properties:
      Handler: sample.echo.handler
      Role: !GetAtt Role.Arn
      Events:
        Root: { Type: HttpApi, Properties: { ApiId: !Ref Api, Path: /echo, Method: ANY } }
        Below: { Type: HttpApi, Properties: { ApiId: !Ref Api, Path: "/echo/{proxy+}", Method: ANY } }
        Named: { Type: HttpApi, Properties: { ApiId: !Ref Api, Path: "/echo/named/{name}", Method: GET } }
  Says:
    Type: AWS::Serverless::Function
    Properties:
      Handler: sample.says.handler
      Role: !GetAtt Role.Arn
      Events:
        Says: { Type: HttpApi, Properties: { ApiId: !Ref Api, Path: /says, Method: POST } }
        Slowly:
          Type: HttpApi
          Properties: { ApiId: !Ref Api, Path: /slowly, Method: POST, TimeoutInMillis: 500 }
  Meets:
    Type: AWS::Serverless::Function
    Properties:
      Handler: sample.meets.handler
      Role: !GetAtt Role.Arn
      Events:
        Meets: { Type: HttpApi, Properties: { ApiId: !Ref Api, Path: /meets, Method: GET } }
Outputs:
  ApiUrl: { Value: !GetAtt Api.ApiEndpoint }
"""

ECHO = """
def handler(event, context):
    return event
"""

SAYS = """
import json, time

def handler(event, context):
    asked = json.loads(event["body"])
    time.sleep(asked.get("seconds", 0))
    if "raise" in asked:
        raise ValueError("as asked")
    if "bytes" in asked:
        return {"statusCode": 200, "body": "a" * asked["bytes"]}
    return asked["answer"]
"""

MEETS = """
import os, time

def handler(event, context):
    time.sleep(1)
    return {"process": os.getpid()}
"""


@dataclass(frozen=True)
class Got:
    """What a caller of the API sees."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for given, value in self.headers if given.lower() == name), None)

    def value(self) -> Any:
        return json.loads(self.body)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    directory = tmp_path_factory.mktemp("api")
    sample = directory / "functions" / "sample"
    sample.mkdir(parents=True)
    for name, code in (("echo", ECHO), ("says", SAYS), ("meets", MEETS)):
        (sample / f"{name}.py").write_text(code, encoding="utf-8")
    template = directory / "template.yaml"
    template.write_text(TEMPLATE, encoding="utf-8")
    with Stack(name="sample", directory=directory, template=template, code=directory / "functions") as standing:
        yield standing


def connection(stack: Stack) -> http.client.HTTPConnection:
    address = urlsplit(stack.api_url)
    return http.client.HTTPConnection(address.hostname or "", address.port, timeout=20)


def call(
    stack: Stack, method: str, target: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> Got:
    calling = connection(stack)
    try:
        calling.request(method, target, body, dict(headers or {}))
        answer = calling.getresponse()
        return Got(answer.status, answer.getheaders(), answer.read())
    finally:
        calling.close()


def says(stack: Stack, answer: object, path: str = "/says", *, then: Mapping[str, object] | None = None) -> Got:
    """What a caller sees when the function answers so; `then`: what else it is to do."""
    body = json.dumps({"answer": answer, **(then or {})}).encode()
    return call(stack, "POST", path, body, {"Content-Type": "application/json"})


def raw(stack: Stack, sent: bytes) -> bytes:
    """What comes back for bytes that no client library would send."""
    address = urlsplit(stack.api_url)
    with socket.create_connection((address.hostname, address.port or 80), timeout=20) as connected:
        connected.sendall(sent)
        connected.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connected.recv(65536), b""))


def test_the_event_of_a_request_is_payload_2_0(stack: Stack) -> None:
    before = time.time()
    headers = {"Host": "api.example:80", "User-Agent": "a test", "Content-Type": "application/json", "X-One": "ç"}
    got = call(stack, "PUT", "/echo/a/b?x=1&y=a%20b&x=2&z=", '{"a": "ç"}'.encode(), headers)
    assert (got.status, got.header("content-type")) == (200, "application/json")
    event = got.value()
    context = event.pop("requestContext")
    seen = event.pop("headers")
    assert event == {
        "version": "2.0",
        "routeKey": "ANY /echo/{proxy+}",
        "rawPath": "/echo/a/b",
        "rawQueryString": "x=1&y=a%20b&x=2&z=",
        "queryStringParameters": {"x": "1,2", "y": "a b", "z": ""},
        "pathParameters": {"proxy": "a/b"},
        "body": '{"a": "ç"}',
        "isBase64Encoded": False,
    }
    assert (
        seen.items()
        >= {
            "host": "api.example:80",
            "user-agent": "a test",
            "content-type": "application/json",
            "x-one": "ç",
            "content-length": "11",
            "x-forwarded-for": "127.0.0.1",
            "x-forwarded-proto": "http",
        }.items()
    )
    at = context.pop("timeEpoch")
    assert before * 1000 - 1 <= at <= time.time() * 1000
    assert context.pop("time") == time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(at / 1000))
    assert context.pop("requestId") == got.header("apigw-requestid")
    assert context == {
        "accountId": "123456789012",
        "apiId": "sample-Api",
        "domainName": "api.example",
        "domainPrefix": "api",
        "http": {
            "method": "PUT",
            "path": "/echo/a/b",
            "protocol": "HTTP/1.1",
            "sourceIp": "127.0.0.1",
            "userAgent": "a test",
        },
        "routeKey": "ANY /echo/{proxy+}",
        "stage": "$default",
    }


def test_what_is_empty_is_not_in_the_event(stack: Stack) -> None:
    event = call(stack, "GET", "/echo").value()
    assert event.keys() == {
        "version",
        "routeKey",
        "rawPath",
        "rawQueryString",
        "headers",
        "requestContext",
        "isBase64Encoded",
    }
    assert (event["rawQueryString"], event["isBase64Encoded"]) == ("", False)


def test_headers_are_joined_and_cookies_stand_apart(stack: Stack) -> None:
    sent = b"GET /echo HTTP/1.1\r\nHost: a\r\nX-Many: 1\r\nx-many: 2\r\nCookie: a=1; b=2\r\nCookie: c=3\r\n"
    head, _, body = raw(stack, sent + b"X-Forwarded-For: 192.0.2.1\r\nConnection: close\r\n\r\n").partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    event = json.loads(body)
    assert event["cookies"] == ["a=1", "b=2", "c=3"]
    assert event["headers"] == {
        "host": "a",
        "x-many": "1,2",
        "x-forwarded-for": "192.0.2.1,127.0.0.1",
        "x-forwarded-port": str(urlsplit(stack.api_url).port),
        "x-forwarded-proto": "http",
        "content-length": "0",
    }


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("application/json", True),
        ("application/json; charset=utf-8", True),
        ("Text/Plain", True),
        ("application/xml", True),
        ("application/javascript", True),
        ("application/problem+json", False),
        ("application/x-www-form-urlencoded", False),
        ("application/octet-stream", False),
        (None, False),
    ],
)
def test_a_body_that_is_no_text_comes_as_base64(stack: Stack, kind: str | None, text: bool) -> None:
    event = call(stack, "POST", "/echo", b"a=1", {"Content-Type": kind} if kind else {}).value()
    assert event["isBase64Encoded"] is not text
    assert event["body"] == ("a=1" if text else base64.b64encode(b"a=1").decode())


def test_bytes_that_are_no_utf_8_arrive_whole_as_base64_and_replaced_as_text(stack: Stack) -> None:
    event = call(stack, "POST", "/echo", b"\xff\x00", {"Content-Type": "image/png"}).value()
    assert base64.b64decode(event["body"]) == b"\xff\x00"
    event = call(stack, "POST", "/echo", b"\xff\x00", {"Content-Type": "application/json"}).value()
    assert event["body"] == "�\0"


def test_a_body_in_chunks_arrives_whole(stack: Stack) -> None:
    sent = b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Type: text/plain\r\n"
    answer = raw(stack, sent + b"Connection: close\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: 1\r\n\r\n")
    event = json.loads(answer.partition(b"\r\n\r\n")[2])
    assert (event["body"], event["headers"]["content-length"]) == ("abcde", "5")
    assert "transfer-encoding" not in event["headers"]


def test_who_asks_before_sending_the_body_is_told_at_once_to_go_on(stack: Stack) -> None:
    address = urlsplit(stack.api_url)
    with socket.create_connection((address.hostname, address.port or 80), timeout=5) as connected:
        head = (
            b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
        )
        connected.sendall(head)
        assert connected.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connected.sendall(b"ab")
        assert connected.recv(65536).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    ("target", "path", "proxy"),
    [
        ("/echo/a%20b", "/echo/a b", "a b"),
        ("/echo/%C3%A7", "/echo/ç", "ç"),
        ("/echo/a%2Fb", "/echo/a/b", "a/b"),
        ("/echo/a%3Fb=c", "/echo/a", "a"),
        ("/echo/%FF%zz", "/echo/�%zz", "�%zz"),
        ("/echo/", "/echo/", ""),
    ],
)
def test_the_path_arrives_decoded(stack: Stack, target: str, path: str, proxy: str) -> None:
    event = call(stack, "GET", target).value()
    assert (event["rawPath"], event["requestContext"]["http"]["path"]) == (path, path)
    assert event["pathParameters"] == {"proxy": proxy}


def test_the_most_specific_route_answers(stack: Stack) -> None:
    named = call(stack, "GET", f"/echo/named/{quote('São Paulo')}").value()
    assert (named["routeKey"], named["pathParameters"]) == ("GET /echo/named/{name}", {"name": "São Paulo"})
    assert call(stack, "POST", "/echo/named/x").value()["routeKey"] == "ANY /echo/{proxy+}"
    assert call(stack, "GET", "/echo").value()["routeKey"] == "ANY /echo"


def test_a_route_that_is_not_there_is_404(stack: Stack) -> None:
    for method, target in (("GET", "/"), ("GET", "/nowhere"), ("GET", "/says"), ("POST", "/says/more")):
        got = call(stack, method, target)
        assert (got.status, got.body) == (404, b'{"message": "Not Found"}')
        assert got.header("content-type") == "application/json"
        assert got.header("apigw-requestid")


def test_an_answer_of_format_2_0_becomes_the_response(stack: Stack) -> None:
    got = says(
        stack,
        {
            "statusCode": 201,
            "headers": {"Content-Type": "text/html", "X-Number": 7, "X-Flag": True, "Content-Length": "999"},
            "cookies": ["a=1; Secure", "b=2"],
            "body": "olá",
        },
    )
    assert (got.status, got.body, got.header("content-type")) == (201, "olá".encode(), "text/html")
    assert (got.header("x-number"), got.header("x-flag"), got.header("content-length")) == ("7", "true", "4")
    assert [value for name, value in got.headers if name == "set-cookie"] == ["a=1; Secure", "b=2"]


def test_a_binary_answer_is_decoded(stack: Stack) -> None:
    body = base64.b64encode(b"\x00\xff").decode()
    got = says(stack, {"statusCode": 200, "body": body, "isBase64Encoded": True})
    assert got.body == b"\x00\xff"


def test_an_answer_without_a_type_is_plain_text(stack: Stack) -> None:
    assert says(stack, {"statusCode": 200, "body": "a"}).header("content-type") == "text/plain;charset=UTF-8"


@pytest.mark.parametrize(
    ("answer", "body"),
    [({"a": [1]}, b'{"a": [1]}'), ([1, 2], b"[1, 2]"), ("Olá", "Olá".encode()), (None, b"null"), (7, b"7")],
)
def test_a_bare_value_is_the_body_of_a_200(stack: Stack, answer: object, body: bytes) -> None:
    got = says(stack, answer)
    assert (got.status, got.header("content-type"), got.body) == (200, "application/json", body)


@pytest.mark.parametrize(
    "answer",
    [
        {"statusCode": "duzentos"},
        {"statusCode": "200"},
        {"statusCode": True},
        {"statusCode": 99},
        {"statusCode": 200, "body": {"a": 1}},
        {"statusCode": 200, "headers": {"x": ["1"]}},
        {"statusCode": 200, "headers": {"x": "1\r\ny: 2"}},
        {"statusCode": 200, "headers": {"a b": "1"}},
        {"statusCode": 200, "headers": {"x": "日"}},
        {"statusCode": 200, "cookies": "a=1"},
        {"statusCode": 200, "body": "?", "isBase64Encoded": True},
        {"statusCode": 200, "body": "\ud800"},
    ],
)
def test_an_answer_that_is_none_is_500(answer: dict[str, object]) -> None:
    assert response(json.dumps(answer).encode()) is None


def test_what_goes_wrong_in_the_function_is_500_and_says_nothing(stack: Stack) -> None:
    for got in (
        says(stack, {"statusCode": "duzentos"}),
        says(stack, None, then={"raise": True}),
        says(stack, None, then={"bytes": 6 * 1024 * 1024 + 100}),
    ):
        assert (got.status, got.body) == (500, b'{"message": "Internal Server Error"}')


def test_past_the_integrations_time_the_caller_is_told_503(stack: Stack) -> None:
    assert says(stack, "warm", path="/slowly").status == 200
    started = time.monotonic()
    got = says(stack, "late", path="/slowly", then={"seconds": 2})
    assert (got.status, got.body) == (503, b'{"message": "Service Unavailable"}')
    assert 0.5 <= time.monotonic() - started < 1.5


def test_without_another_word_api_gateway_waits_for_30_seconds(stack: Stack) -> None:
    assert stack.provisioned.api is not None
    assert {route.key: route.timeout for route in stack.provisioned.api.routes} == {
        "ANY /echo": 30,
        "ANY /echo/{proxy+}": 30,
        "GET /echo/named/{name}": 30,
        "POST /says": 30,
        "POST /slowly": 0.5,
        "GET /meets": 30,
    }


def test_a_body_over_10_megabytes_is_413(stack: Stack) -> None:
    headers = {"Content-Type": "text/plain"}
    for size in (10 * 1024 * 1024 + 1, 7 * 1024 * 1024):  # the second one is more than Lambda takes
        got = call(stack, "POST", "/echo", b"a" * size, headers)
        assert (got.status, got.body) == (413, b'{"message": "Request Entity Too Large"}')
    assert call(stack, "POST", "/nowhere", b"a" * (10 * 1024 * 1024 + 1)).status == 413
    assert call(stack, "POST", "/nowhere", b"a" * 10 * 1024 * 1024).status == 404
    assert len(call(stack, "POST", "/echo", b"a" * 2_000_000, headers).value()["body"]) == 2_000_000


def test_headers_over_10240_bytes_are_431(stack: Stack) -> None:
    for target, length in (("/echo", 10240), ("/echo?" + "a" * 10240, 1), ("/echo?" + "a" * 70000, 1)):
        got = call(stack, "GET", target, headers={"X-Long": "a" * length})
        assert (got.status, got.value()) == (431, {"message": "Request Header Fields Too Large"})
    assert call(stack, "GET", "/echo", headers={"X-Long": "a" * 10000}).status == 200


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"nonsense\r\n\r\n", b"400"),
        (b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: abc\r\n\r\n", b"400"),
        (b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", b"400"),
        (b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"400"),
    ],
)
def test_what_is_no_request_is_refused_in_json(stack: Stack, sent: bytes, status: bytes) -> None:
    answer = raw(stack, sent)
    assert answer.split(b" ")[1] == status
    assert json.loads(answer.partition(b"\r\n\r\n")[2]).keys() == {"message"}


def test_a_method_that_nobody_knows_takes_the_route_of_any(stack: Stack) -> None:
    got = call(stack, "QUERY", "/echo", b"{}", {"Content-Type": "application/json"})
    assert (got.status, got.value()["requestContext"]["http"]["method"]) == (200, "QUERY")
    for target in ("/meets", "/nowhere"):
        assert call(stack, "QUERY", target).status == 404


def test_head_and_204_have_no_body(stack: Stack) -> None:
    head, _, content = raw(stack, b"HEAD /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").partition(b"\r\n\r\n")
    assert (head.split(b" ")[1], content) == (b"200", b"")
    assert int(re.findall(rb"Content-Length: (\d+)", head)[0]) > 100
    empty = says(stack, {"statusCode": 204, "body": "a"})
    assert (empty.status, empty.body, empty.header("content-length")) == (204, b"", None)


def test_one_connection_carries_many_requests_without_waiting_for_nagle(stack: Stack) -> None:
    calling = connection(stack)
    seconds = []
    for number in range(30):
        started = time.perf_counter()
        calling.request("POST", f"/echo/{number}", b"{}", {"Content-Type": "application/json"})
        assert json.loads(calling.getresponse().read())["pathParameters"] == {"proxy": str(number)}
        seconds.append(time.perf_counter() - started)
    calling.close()
    assert statistics.median(seconds) < 0.03  # Nagle's algorithm alone would add 0.04


def test_several_requests_are_answered_at_once(stack: Stack) -> None:
    with ThreadPoolExecutor(API_SANDBOXES) as callers:
        for _ in range(2):  # the first time starts the sandboxes
            started = time.monotonic()
            got = [call.result() for call in [callers.submit(call, stack, "GET", "/meets") for _ in range(4)]]
            took = time.monotonic() - started
    assert len({each.value()["process"] for each in got}) == API_SANDBOXES
    assert took < 2.5  # one after another: 4


def test_the_stack_says_where_its_api_is(stack: Stack) -> None:
    assert stack.outputs["ApiUrl"] == stack.api_url
    assert not stack.api_url.endswith("/")


ROUTES = tuple(
    RouteSpec(method, path, "arn:function", 30)
    for method, path in (
        ("GET", "/pets/dog/1"),
        ("GET", "/pets/dog/{id}"),
        ("GET", "/pets/{proxy+}"),
        ("ANY", "/pets/{proxy+}"),
        ("ANY", "/{proxy+}"),
    )
)


@pytest.mark.parametrize(
    ("method", "path", "key", "variables"),
    [
        ("GET", "/pets/dog/1", "GET /pets/dog/1", {}),
        ("GET", "/pets/dog/2", "GET /pets/dog/{id}", {"id": "2"}),
        ("GET", "/pets/cat/1", "GET /pets/{proxy+}", {"proxy": "cat/1"}),
        ("GET", "/pets/dog/", "GET /pets/{proxy+}", {"proxy": "dog/"}),
        ("POST", "/pets/dog/1", "ANY /pets/{proxy+}", {"proxy": "dog/1"}),
        ("POST", "/test/5", "ANY /{proxy+}", {"proxy": "test/5"}),
        ("GET", "/pets", "ANY /{proxy+}", {"proxy": "pets"}),
    ],
)
def test_routes_are_chosen_as_in_aws_example(method: str, path: str, key: str, variables: dict[str, str]) -> None:
    for routes in (ROUTES, ROUTES[::-1]):
        matching = found(routes, method, path)
        assert matching is not None
        assert (matching[0].key, matching[1]) == (key, variables)


def body(**operation: object) -> dict[str, Any]:
    uri = "arn:aws:apigateway:sa-east-1:lambda:path/2015-03-31/functions/arn:function/invocations"
    integration = {"type": "aws_proxy", "httpMethod": "POST", "payloadFormatVersion": "2.0", "uri": uri}
    return {"paths": {"/a": {"get": {"x-amazon-apigateway-integration": integration, **operation}}}}


@pytest.mark.parametrize(
    ("described", "words"),
    [
        (body(security=[{"Authorizer": []}]), r"/a\.get\.security"),
        (body() | {"x-amazon-apigateway-cors": {}}, "x-amazon-apigateway-cors"),
        (
            body(**{"x-amazon-apigateway-integration": {"type": "http_proxy", "uri": "https://a.example"}}),
            "formato 2.0",
        ),
        ({"paths": {"/a": {"x-amazon-apigateway-other": {}}}}, "x-amazon-apigateway-other"),
    ],
)
def test_a_part_of_an_api_that_is_not_known_is_an_error_that_names_the_place(
    described: dict[str, Any], words: str
) -> None:
    with pytest.raises(TemplateError, match=words):
        routes_of(described, "Resources.Api.Body")


def test_a_route_whose_function_nobody_lets_it_call_is_found() -> None:
    (route,) = routes_of(body(), "Body")
    api = "arn:aws:execute-api:sa-east-1:1:api"
    assert list(uncovered([route], {"arn:function": [f"{api}/*/GET/a"]}, api)) == []
    for sources in ({}, {"arn:function": [f"{api}/*/GET/b", f"{api}/*/POST/a"]}, {"arn:other": [f"{api}/*/GET/a"]}):
        assert list(uncovered([route], sources, api)) == [route]
