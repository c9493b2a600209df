"""A stack that stands: its outputs, as the environment that Sincronia's modules read."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

LOCAL = Path(".local/stack.json")
_TABLES = ("Connections", "Links", "Identities", "Runs", "Outcomes", "Notifications", "Tokens")


class DeploymentError(Exception):
    """The stack can't be found or used; the text is a sentence for a person."""


def enter(stack: str) -> dict[str, str]:
    """Sets the environment that sincronia.store reads, and gives the stack's outputs. Comes before its import.

    stack: the name of a CloudFormation stack; `local` for the one that `make dev` keeps up, or the path of a
    stack.json (it ends in .json). Raises DeploymentError.
    """
    file = LOCAL if stack == "local" else Path(stack)
    outputs = _local_outputs(file) if file.suffix == ".json" else _outputs(stack)
    try:
        os.environ |= {f"{name.upper()}_TABLE": outputs[f"{name}Table"] for name in _TABLES}
        os.environ["DATA_BUCKET"] = outputs["DataBucket"]
    except KeyError as error:
        raise DeploymentError(
            f"O stack {stack} não tem a saída {error.args[0]}. Confira se ele é do Sincronia e se a implantação dele "
            "(sam deploy) terminou."
        ) from None
    return outputs


def _local_outputs(file: Path) -> dict[str, str]:
    """The outputs of a stack on this machine; its services take the place of AWS."""
    try:
        described: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DeploymentError(f"O stack local não está de pé: {file} não existe. Rode antes: make dev") from None
    except (OSError, ValueError):
        raise DeploymentError(f"{file} não pôde ser lido como a descrição de um stack local.") from None
    aws = described["aws"]
    os.environ |= {
        "AWS_ENDPOINT_URL": aws["endpoint"],
        "AWS_DEFAULT_REGION": aws["region"],
        "AWS_ACCESS_KEY_ID": "operator",
        "AWS_SECRET_ACCESS_KEY": "local",
    }
    return dict(described["outputs"])


def _outputs(stack: str) -> dict[str, str]:
    try:
        (found,) = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    except (ClientError, BotoCoreError) as error:
        raise DeploymentError(
            f"O stack {stack} não foi encontrado: {cause(error)}. Confira o nome, a região, as credenciais e a rede."
        ) from None
    return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}


def cause(error: Exception) -> str:
    """Why AWS did not do what was asked, without what was asked: its own code, or the kind of failure on the way."""
    origin = getattr(error, "cause", None) or error
    if isinstance(origin, ClientError):
        return f"a AWS respondeu {origin.response['Error'].get('Code', 'sem código')} a {origin.operation_name}"
    return f"a AWS não pôde ser chamada ({type(origin).__name__})"
