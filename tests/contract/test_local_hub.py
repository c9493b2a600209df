"""The hub's function behind the local stack's HTTP front: what it calls is what the template allows it, and no more."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from local.rights import compare
from local.stack import Stack

SECONDS = 30
# What the hub's role allows and no request here uses, and why it is allowed all the same.
UNUSED = {
    ("logs:CreateLogStream", "HubOnHttp"): "Lambda writes the log under the function's role",
    ("logs:PutLogEvents", "HubOnHttp"): "Lambda writes the log under the function's role",
    ("dynamodb:GetItem", "RequestsTable"): "Powertools asks where a refused write didn't give back what stands there",
    ("dynamodb:DeleteItem", "RequestsTable"): "Powertools forgets a request that ended in an error",
}


BRAKED: dict[str, Any] = {  # a run as its row has it
    **{
        name: {"S": text}
        for name, text in {
            "connection": "provedor-modelo",
            "run_id": "20261123T030000000Z-1",
            "integration": "sgp",
            "month": "2026-11",
            "flow": "contratos_do_dia",
            "trigger": "webhook",
            "audience": "provedor-modelo",
            "mode": "apply",
            "phase": "brake",
            "filters": "{}",
            "tallies": "{}",
            "source_manifests": "{}",
            "plan_manifests": "{}",
        }.items()
    },
    **{
        name: {"N": "0"}
        for name in ("started_at", "lane", "position", "lease_until", "attempts", "look_until", "expires_at")
    },
}


class Caller(requests.Session):
    """Somebody with a token of the stack's API."""

    def __init__(self, stack: Stack, token: str) -> None:
        super().__init__()
        self._url = stack.api_url
        self.headers["Authorization"] = f"Bearer {token}"

    def says(self, method: str, path: str, **sent: object) -> tuple[int, dict[str, Any]]:
        """Status and body of an answer."""
        answer = self.request(method, f"{self._url}{path}", timeout=SECONDS, **sent)  # type: ignore[arg-type]
        return answer.status_code, answer.json() if answer.content else {}


def session_cookie(stack: Stack) -> dict[str, str]:
    """The header of a session that the stack's token has begun, as a browser would send it."""
    answer = requests.post(
        f"{stack.api_url}/sign-in",
        {"token": stack.token},
        headers={"Origin": stack.api_url, "Accept": "text/html"},
        timeout=SECONDS,
        allow_redirects=False,
    )
    assert answer.status_code == 303
    return {"Cookie": answer.headers["Set-Cookie"].partition(";")[0]}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(directory=tmp_path_factory.mktemp("hub")) as standing:
        yield standing


def connect_a_provider(stack: Stack) -> None:
    """A connection with a sweep that has begun, and a run at the brake: health looks for both, and what was told."""
    sent = {
        "id": "provedor-modelo",
        "name": "Provedor Modelo",
        "responsible": "ana",
        "settings": {"sgp_address": "http://127.0.0.1:9", "sgp_app": "app", "ozmap_address": "http://127.0.0.1:9"},
        "secret": {"sgp_token": "um", "ozmap_key": "dois"},
    }
    with Caller(stack, stack.token) as caller:
        status, answer = caller.says("POST", "/integrations/sgp/connections", json=sent)
    assert status == 201, answer
    rows = stack.client("dynamodb")
    connections = stack.outputs["ConnectionsTable"]
    key = {"connection": {"S": "provedor-modelo"}, "item": {"S": "FLOW#conferir_contratos"}}
    begun = {":run": {"S": "20261123T090000000Z-0"}}
    rows.update_item(
        TableName=connections, Key=key, UpdateExpression="SET active_run = :run", ExpressionAttributeValues=begun
    )
    rows.put_item(TableName=stack.outputs["RunsTable"], Item=BRAKED)


def connect_a_directory(stack: Stack, email: str) -> None:
    """A connection that keeps one client, whom people find by an e-mail."""
    connections = "/integrations/asms/connections"
    directory = f"{connections}/diretorio-modelo"
    sent = {"id": "diretorio-modelo", "name": "Diretório Modelo", "responsible": "ana", "settings": {}, "secret": {}}
    with Caller(stack, stack.token) as caller:
        assert caller.says("POST", connections, json=sent)[0] == 201
        project = caller.says("POST", f"{directory}/catalogues/projects", json={"name": "Suporte a terminais"})[1]
        client = {"project": project["id"], "name": "Carolina Vergara", "login": "carolina.vergara", "email": email}
        status, answer = caller.says("POST", f"{directory}/users/clients", json=client)
    assert status == 201, answer


def know_a_contract(stack: Stack, number: str) -> None:
    """What is found by a contract's number at the connected provider."""
    row = {"identity": {"S": f"contract#{number}"}, "holder": {"S": f"provedor-modelo#contract#{number}"}}
    stack.client("dynamodb").put_item(TableName=stack.outputs["IdentitiesTable"], Item=row)


def fulfilled(stack: Stack, caller: Caller, asked: dict[str, Any]) -> dict[str, Any]:
    """The receipt of a privacy request, when all of its parts have ended."""
    end = time.monotonic() + SECONDS
    for name in ("SgpOnSchedule", "AsmsOnSchedule"):
        assert not stack.fire_schedule(name).failed
    while True:
        status, receipt = caller.says("GET", asked["url"])
        assert status == 200
        if receipt["concluded_at"]:
            return receipt
        assert time.monotonic() < end, receipt
        time.sleep(0.05)


def named(resource: str) -> str:
    """The logical id in an ARN of the local stack; of objects, where in the bucket they are."""
    if resource.startswith("arn:aws:s3:::"):
        return resource.partition("databucket/")[2]
    return str(re.findall(r"[A-Z][A-Za-z]+", resource)[-1])


def test_the_stacks_token_is_an_administrators(stack: Stack) -> None:
    with Caller(stack, stack.token) as caller:
        status, token = caller.says("GET", "/tokens/current")
    assert (status, token["role"], token["revoked_at"]) == (200, "administrator", None)


def test_a_token_that_fails_its_checksum_costs_no_call(stack: Stack) -> None:
    with Caller(stack, stack.token) as caller:
        assert caller.says("GET", "/tokens/current")[0] == 200
    stack.calls(reset=True)
    with Caller(stack, stack.token[:-1] + ("a" if stack.token[-1] != "a" else "b")) as caller:
        assert caller.says("GET", "/tokens/current")[0] == 401
    assert stack.calls().operations == {}


def test_the_hub_calls_what_it_may_and_may_what_it_calls(stack: Stack) -> None:
    email = "carolina@empresamodelo.example"
    connect_a_provider(stack)
    connect_a_directory(stack, email)
    know_a_contract(stack, "1042")
    stack.calls(reset=True)
    with Caller(stack, stack.token) as caller:
        for path in (
            "/tokens",
            "/connections",
            "/runs",
            "/runs?connection=escritorio-modelo",
            "/notifications",
            "/notifications?connection=escritorio-modelo",
            "/health",
            "/receipts",
        ):
            assert caller.says("GET", path)[0] == 200
        assert caller.says("GET", "/notifications/escritorio-modelo/20260301T120000Z-zen")[0] == 404
        key = {"Idempotency-Key": "uma-vez"}
        wanted = {"description": "Leitura", "role": "reader"}
        status, made = caller.says("POST", "/tokens", json=wanted, headers=key)
        assert status == 201
        assert caller.says("POST", "/tokens", json=wanted, headers=key)[1]["id"] == made["id"]
        assert caller.says("DELETE", f"/tokens/{made['id']}")[0] == 204
        for value in (email, "1042"):
            status, story = caller.says("POST", "/records", json={"value": value})
            assert (status, len(story["records"])) == (200, 1)
        about = {"purpose": "export", "known_by": "email", "value": email}
        status, asked = caller.says("POST", "/privacy/requests", json=about, headers=key)
        assert status == 201
        assert caller.says("GET", "/privacy/requests")[1]["items"][0]["id"] == asked["id"]
        (file,) = (part["file"] for part in fulfilled(stack, caller, asked)["parts"] if part["file"])
        ((client,),) = caller.says("GET", file)[1]["dados"].values()
        assert client["email"] == email
    cookie = session_cookie(stack)
    answer = requests.get(f"{stack.api_url}/tokens/current", headers=cookie, timeout=SECONDS)
    assert (answer.status_code, answer.json()["role"]) == (200, "administrator")
    compared = compare(stack.provisioned, stack.calls())
    assert compared.forbidden == []
    unused = [right for right in compared.unused if right.function == "HubOnHttp"]
    assert {(right.action, named(right.resource)) for right in unused} == UNUSED.keys()
