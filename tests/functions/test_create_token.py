"""The command that makes a stack's first token, as a process: the token alone on standard output."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from sincronia import auth
from tests import commands
from tests.office_on_aws import REGION, AwsServer

NOTE = "Guarde o token agora, em um cofre de senhas: ele não será mostrado de novo.\n"


def create(stack: Path | str, *arguments: str, endpoint: str = "") -> subprocess.CompletedProcess[str]:
    environment = {
        "AWS_ENDPOINT_URL": endpoint or "http://127.0.0.1:9",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "operator",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_MAX_ATTEMPTS": "1",
    }
    return commands.run("create_token", str(stack), *arguments, environment=environment)


def described(aws: AwsServer, folder: Path, **outputs: str) -> Path:
    file = folder / "stack.json"
    content = {
        "aws": {"endpoint": aws.endpoint, "region": REGION},
        "outputs": {**aws.provisioned.outputs, **outputs},
    }
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


def rows(aws: AwsServer) -> list[dict[str, Any]]:
    found = aws.dynamodb.scan(TableName=aws.provisioned.outputs["TokensTable"])["Items"]
    return [{name: value["S"] for name, value in row.items()} for row in found]


def test_the_token_comes_alone_and_its_hash_is_kept(aws: AwsServer, tmp_path: Path) -> None:
    aws.emptied()

    ended = create(described(aws, tmp_path), "--description", " Primeiro token ", "--role", "administrator")

    text = ended.stdout.removesuffix("\n")
    assert (ended.returncode, ended.stderr) == (0, NOTE)
    assert auth.token_id(text) == text[4:20]
    (row,) = rows(aws)
    created_at, created_by = row.pop("created_at"), row.pop("created_by")
    assert row == {
        "token_id": text[4:20],
        "description": "Primeiro token",
        "role": "administrator",
        "state": "active",
        "last_four": text[-4:],
        "hash": auth.token_hash(text),
    }
    assert created_by.startswith("operator:")
    assert len(created_at) == 24


def test_a_token_for_some_days_says_until_when(aws: AwsServer, tmp_path: Path) -> None:
    aws.emptied()

    ended = create(described(aws, tmp_path), "--description", "Painel", "--role", "reader", "--days", "30")

    (row,) = rows(aws)
    assert (ended.returncode, row["role"]) == (0, "reader")
    assert row["created_at"] < row["expires_at"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--role", "reader"), "Informe o stack, --description e --role"),
        (("--description", "x", "--role", "dono"), "Informe o stack, --description e --role"),
        (("--description", "x", "--role", "reader", "--days", "muitos"), "Informe o stack, --description e --role"),
        (("--description", " ", "--role", "reader"), "A descrição deve ter de 1 a 200 caracteres"),
        (("--description", "x" * 201, "--role", "reader"), "A descrição deve ter de 1 a 200 caracteres"),
        (("--description", "a\nb", "--role", "reader"), "A descrição deve ter de 1 a 200 caracteres"),
        (("--description", "x", "--role", "reader", "--days", "0"), "O prazo em --days deve ser de 1 a 3650 dias."),
        (("--description", "x", "--role", "reader", "--days", "3651"), "O prazo em --days deve ser de 1 a 3650 dias."),
    ],
)
def test_wrong_arguments_are_told_in_portuguese(tmp_path: Path, arguments: tuple[str, ...], sentence: str) -> None:
    ended = create(tmp_path / "stack.json", *arguments)

    assert (ended.returncode, ended.stdout) == (2, "")
    assert sentence in ended.stderr


def test_a_stack_that_is_not_there_or_can_not_be_reached(aws: AwsServer, tmp_path: Path) -> None:
    wanted = ("--description", "x", "--role", "reader")
    aws.emptied()

    missing = create(tmp_path / "none.json", *wanted)
    refused = create(described(aws, tmp_path, TokensTable="nenhuma"), *wanted)

    assert (missing.returncode, missing.stdout) == (1, "")
    assert "O stack local não está de pé" in missing.stderr
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == (
        "O token não foi criado: a AWS respondeu ResourceNotFoundException a PutItem. Nada mudou; tente de novo.\n"
    )
