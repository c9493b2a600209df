"""The committed OpenAPI document: what the routes say, and valid."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from openapi_spec_validator import validate

from local import processes
from operations.openapi import FILE

METHODS = {"get", "post", "patch", "delete"}
COMMITTED = json.loads(FILE.read_text(encoding="utf-8"))
ONLY_ASK = {  # with a body, and make nothing: for what may stand in no address, or is new each time
    "POST /records",
    "POST /integrations/asms/connections/{connection}/password-policy/check",
    "POST /integrations/asms/connections/{connection}/projects/{project}/imports",
    "POST /integrations/promob/connections/{connection}/projects/{project}/environments/{environment}/opening",
}
OPERATIONS = [
    (f"{method.upper()} {path}", operation)
    for path, operations in COMMITTED["paths"].items()
    for method, operation in operations.items()
    if method in METHODS
]


def test_the_committed_document_is_what_the_routes_say() -> None:
    """In a process of its own: here, other tests have imported the product many times over."""
    program = "from operations.openapi import text_of, whole_document; print(text_of(whole_document()), end='')"
    environment = processes.base_environment() | {"PYTHONPATH": f"{processes.ROOT}:{processes.ROOT / 'functions'}"}
    said = subprocess.run(
        [sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE, check=True, text=True
    )
    assert FILE.read_text(encoding="utf-8") == said.stdout, "run: make openapi"


def test_the_document_is_valid() -> None:
    validate(COMMITTED)


def test_only_the_document_itself_is_read_without_a_token() -> None:
    assert [name for name, operation in OPERATIONS if operation["security"] != [{"token": []}]] == ["GET /openapi.json"]


def test_every_problem_has_the_form_of_a_problem() -> None:
    for name, operation in OPERATIONS:
        for status, response in operation["responses"].items():
            if int(status) >= 400 and status not in ("429", "431", "503"):  # API Gateway's own
                content: dict[str, Any] = {
                    "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
                }
                if status == "413":  # what is larger still than our limit, API Gateway refuses
                    message = {"type": "object", "properties": {"message": {"type": "string"}}}
                    content["application/json"] = {"schema": message}
                page = {"text/html": {"schema": {"type": "string"}}}
                assert response["content"] in (content, content | page), (name, status)


def test_every_post_can_be_sent_twice() -> None:
    posts = {name: operation for name, operation in OPERATIONS if name.startswith("POST")}

    asked = {name: posts.pop(name) for name in ONLY_ASK}
    assert all("header" not in [each["in"] for each in one.get("parameters", ())] for one in asked.values())
    assert posts
    for name, operation in posts.items():
        headers = [each["name"] for each in operation["parameters"] if each["in"] == "header"]
        assert headers == ["Idempotency-Key"], name
