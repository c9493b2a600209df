"""A stack that stands: its outputs, as the environment that Sincronia's modules read."""

from __future__ import annotations

import json
import os
from pathlib import Path

import boto3

LOCAL = Path(".local/stack.json")
_TABLES = ("Connections", "Links", "Identities", "Runs", "Outcomes", "Notifications")


def _outputs(stack: str) -> dict[str, str]:
    """The outputs of a CloudFormation stack; of the one that `make dev` keeps up, where the name is `local`."""
    if stack == "local":
        described = json.loads(LOCAL.read_text(encoding="utf-8"))
        aws = described["aws"]
        os.environ |= {
            "AWS_ENDPOINT_URL": aws["endpoint"],
            "AWS_DEFAULT_REGION": aws["region"],
            "AWS_ACCESS_KEY_ID": "operator",
            "AWS_SECRET_ACCESS_KEY": "local",
        }
        return dict(described["outputs"])
    (found,) = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in found["Outputs"]}


def enter(stack: str) -> dict[str, str]:
    """Sets the environment that sincronia.store reads, and gives the stack's outputs. Comes before its import."""
    outputs = _outputs(stack)
    os.environ |= {f"{name.upper()}_TABLE": outputs[f"{name}Table"] for name in _TABLES}
    os.environ["DATA_BUCKET"] = outputs["DataBucket"]
    return outputs
