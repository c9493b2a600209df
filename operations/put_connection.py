"""Puts a connection into a stack: `python -m operations.put_connection STACK FILE < secret.json`.

FILE is a definition as in docs/examples; the secret's fields come as one JSON object on standard input, so that they
stand neither in a file of the project nor in the shell's history. Put again, it changes what is there.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

import zen.flows
from operations import deployment
from sincronia import clock
from sincronia.answers import ProblemError, explain
from sincronia.engine.flow import Opening
from sincronia.engine.state import Connection, ScheduledFlow

FLOWS = {"zen": zen.flows.FLOWS}
SECRET = TypeAdapter(dict[str, str])


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class FlowDefinition(_Input):
    """When a flow runs, and its filters; without filters, the schedule's default."""

    every_minutes: int = Field(ge=5, le=10080)
    filters: dict[str, Any] | None = None


class Definition(_Input):
    """A connection as an operator writes it down, without its secret."""

    connection: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{1,60}$")
    integration: Literal["zen"]
    name: str = Field(min_length=1)
    responsible: str = Field(min_length=1)
    enabled: bool = True
    settings: dict[str, Any]
    flows: dict[str, FlowDefinition]

    @model_validator(mode="after")
    def _flows_exist(self) -> Self:
        unknown = self.flows.keys() - FLOWS[self.integration].keys()
        if unknown:
            message = f"{self.integration} não tem o fluxo {', '.join(sorted(unknown))}"
            raise ValueError(message)
        return self


def put(definition: Definition, secret: Mapping[str, str], secret_prefix: str) -> Connection:
    """Puts the connection; its flows are due at once. The environment must hold the stack's tables."""
    from sincronia.store.registering import put_connection  # noqa: PLC0415  # reads the environment when imported

    connection = Connection(
        id=definition.connection,
        integration=definition.integration,
        name=definition.name,
        settings=definition.settings,
        secret_name="",
        responsible=definition.responsible,
        enabled=definition.enabled,
    )
    flows = [
        ScheduledFlow(
            connection=definition.connection,
            integration=definition.integration,
            flow=name,
            title=FLOWS[definition.integration][name].title,
            filters=filters_of(definition, name),
            every_minutes=flow.every_minutes,
            wake_at=clock.now(),
            active_run="",
        )
        for name, flow in definition.flows.items()
    ]
    return put_connection(connection, flows, secret, secret_prefix)


def filters_of(definition: Definition, flow: str) -> Mapping[str, Any]:
    """The flow's filters as written down, or the schedule's default."""
    written = definition.flows[flow].filters
    return FLOWS[definition.integration][flow].default_filters if written is None else written


def problems(definition: Definition, secret: Mapping[str, str]) -> list[str]:
    """What would end every run of the connection at once, as sentences; empty where nothing would."""
    found = []
    for name in definition.flows:
        kind = FLOWS[definition.integration][name]
        try:
            kind.open(Opening(definition.settings, secret, filters_of(definition, name), clock.now()))
        except ProblemError as error:
            found.append(explain(error.problem, kind.answers))
    return found


def main() -> None:
    """Reads the definition and the secret, says what is wrong with them, and puts the connection all the same.

    Exit code 2 where the definition can't be read; a connection that can't run yet is put, with a warning.
    """
    parser = argparse.ArgumentParser(prog="python -m operations.put_connection", description=__doc__)
    parser.add_argument("stack", help="name of the CloudFormation stack; `local` for the one of `make dev`")
    parser.add_argument("file", type=Path, help="the definition, as in docs/examples")
    arguments = parser.parse_args()
    try:
        definition = Definition.model_validate_json(arguments.file.read_text(encoding="utf-8"))
        secret = SECRET.validate_json(sys.stdin.read())
    except (ValidationError, OSError) as error:
        sys.exit(f"A definição ou o segredo não pôde ser lido: {_places(error)}")
    outputs = deployment.enter(arguments.stack)
    put(definition, secret, outputs["SecretPrefix"])
    print(f"Conexão {definition.connection} gravada; os fluxos dela rodam no próximo minuto.")
    for sentence in problems(definition, secret):
        print(f"Atenção: {sentence}")


def _places(error: ValidationError | OSError) -> str:
    if isinstance(error, OSError):
        return f"{error.filename}: {error.strerror}"
    return "; ".join(
        f"{'.'.join(map(str, line['loc'])) or 'segredo'}: {line['msg']}" for line in error.errors(include_input=False)
    )


if __name__ == "__main__":
    main()
