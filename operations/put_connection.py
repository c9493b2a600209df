"""Puts a connection into a stack: `python -m operations.put_connection STACK FILE < secret.json`.

FILE is a definition as in docs/examples; the secret's fields come as one JSON object on standard input, so that they
stand neither in a file of the project nor in the shell's history. Put again, it changes what is there.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, model_validator
from pydantic_core import ErrorDetails
from pynamodb.exceptions import PynamoDBException

from operations import deployment
from operations.arguments import WRONG_INPUT, Parser, end
from operations.deployment import DeploymentError
from operations.flows import ANSWERS, FLOWS, OPEN
from sincronia import clock
from sincronia.answers import ProblemError, explain
from sincronia.engine.flow import Opening
from sincronia.engine.state import Connection
from sincronia.web.connection_forms import ConnectionForm, ConnectionId, FlowForm, scheduled_flows

SECRET = TypeAdapter(dict[str, str], config=ConfigDict(hide_input_in_errors=True))

_WRONG = {  # pydantic's kinds of error, for a person; its own texts are English and may quote what was typed
    "missing": "falta o campo",
    "extra_forbidden": "campo desconhecido",
    "json_invalid": "não é um texto JSON válido",
    "string_type": "deve ser um texto entre aspas",
    "string_too_short": "não pode ficar vazio",
    "string_too_long": "deve ter no máximo {max_length} caracteres",
    "string_pattern_mismatch": "use de 2 a 61 letras minúsculas sem acento, algarismos e hifens",
    "int_type": "deve ser um número inteiro",
    "int_parsing": "deve ser um número inteiro",
    "int_from_float": "deve ser um número inteiro",
    "bool_type": "deve ser true ou false",
    "bool_parsing": "deve ser true ou false",
    "dict_type": "deve ser um objeto JSON, entre chaves",
    "model_type": "deve ser um objeto JSON, entre chaves",
    "literal_error": "deve ser {expected}",
    "greater_than_equal": "deve ser no mínimo {ge}",
    "less_than_equal": "deve ser no máximo {le}",
    "value_error": "{error}",
}


class Definition(ConnectionForm):
    """A connection as an operator writes it down, without its secret."""

    connection: ConnectionId
    integration: Literal["asms", "notes", "promob", "sgp", "zen"]
    flows: dict[str, FlowForm] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _flows_exist(self) -> Self:
        known = FLOWS[self.integration].keys()
        if known and not self.flows:
            message = f"flows: informe pelo menos um dos fluxos da integração {self.integration}: "
            raise ValueError(message + ", ".join(sorted(known)))
        unknown = self.flows.keys() - known
        if unknown:
            message = f"a integração {self.integration} não tem o fluxo {', '.join(sorted(unknown))}; tem "
            raise ValueError(message + ", ".join(sorted(known)))
        return self


class InputError(Exception):
    """The definition or the secret can't be read; the text is a sentence for a person, without what was typed."""


def put(definition: Definition, secret: Mapping[str, str], secret_prefix: str) -> Connection:
    """Puts the connection with all flows of its integration; those with a period are due at once, if they are new.

    The environment must hold the stack's tables. Raises DeploymentError where somebody else has it in hand.
    """
    from sincronia.store.registering import (  # noqa: PLC0415  # reads the environment when imported
        ConnectionTakenError,
        put_connection,
    )

    connection = definition.configured(definition.connection, definition.integration)
    flows = scheduled_flows(connection, FLOWS[definition.integration], definition.flows)
    try:
        return put_connection(connection, flows, secret, secret_prefix)
    except ConnectionTakenError:
        raise DeploymentError(
            f"A conexão {connection.id} foi alterada por outra pessoa agora mesmo, ou está sendo excluída. "
            "Aguarde e grave de novo."
        ) from None


def filters_of(definition: Definition, flow: str) -> Mapping[str, Any]:
    """The flow's filters as written down, or its own default."""
    written = definition.flows[flow].filters
    return FLOWS[definition.integration][flow].default_filters if written is None else written


def problems(definition: Definition, secret: Mapping[str, str]) -> list[str]:
    """What would keep the connection from working at all, as sentences, each once; empty where nothing would."""
    found, integration = dict[str, None](), definition.integration
    if integration not in OPEN:
        return []
    for name in definition.flows or ("",):
        filters = filters_of(definition, name) if name else {}
        try:
            OPEN[integration](name, Opening(definition.settings, secret, filters, clock.now()))
        except ProblemError as error:
            found[explain(error.problem, ANSWERS[integration])] = None
    return list(found)


def read_definition(file: Path) -> Definition:
    """The definition that a file holds. Raises InputError."""
    try:
        return Definition.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        raise InputError(f"A definição {file} não existe.") from None
    except OSError:
        raise InputError(
            f"A definição {file} não pôde ser lida: confira se é um arquivo e se você pode lê-lo."
        ) from None
    except ValidationError as error:
        raise InputError(f"A definição {file} precisa de correção: {_places(error)}.") from None


def read_secret(text: bytes) -> dict[str, str]:
    """The secret's fields of a JSON text. Raises InputError, which quotes nothing of it."""
    try:
        return SECRET.validate_json(text)
    except ValidationError as error:
        raise InputError(
            f"O segredo, na entrada padrão, precisa de correção: {_places(error)}. Informe um objeto JSON de textos, "
            'como {"zen_token": "…", "questor_token": "…", "administrator_access_key": "…"} (Zen) ou '
            '{"sgp_token": "…", "ozmap_key": "…", "webhook_secrets": "…"} (SGP) ou '
            '{"promob_key": "…", "webhook_secrets": "…"} (Promob); o da ASMS é {}.'
        ) from None


def _places(error: ValidationError) -> str:
    return "; ".join(_place(line) for line in error.errors(include_url=False, include_input=False))


def _place(line: ErrorDetails) -> str:
    context = dict(line.get("ctx", {}))
    if line["type"] == "literal_error":
        context["expected"] = context["expected"].replace(" or ", " ou ")
    wrong = _WRONG.get(line["type"], "valor inválido").format_map(context)
    where = ".".join(str(part) for part in line["loc"])
    return f"{where}: {wrong}" if where else wrong


def main() -> None:
    """Reads the definition and the secret, puts the connection, and says what will keep it from running, if anything.

    Exit code 2 where the definition or the secret can't be read, 1 where the stack can't be reached; then nothing was
    put, or the sentence says so.
    """
    parser = Parser(
        prog="python -m operations.put_connection",
        advice="Informe o nome do stack e o arquivo da definição, nesta ordem",
        description="Grava uma conexão em um stack do Sincronia; gravada de novo, altera a que existe. Os campos do "
        "segredo vêm pela entrada padrão, como um objeto JSON.",
    )
    parser.add_argument("stack", help="nome do stack no CloudFormation; `local` para o do make dev")
    parser.add_argument("file", type=Path, help="arquivo JSON da definição, como os de docs/examples")
    arguments = parser.parse_args()
    try:
        definition = read_definition(arguments.file)
        if sys.stdin.isatty():
            print("Cole o segredo (um objeto JSON) e termine com Ctrl-D:", file=sys.stderr)
        secret = read_secret(sys.stdin.buffer.read())
        outputs = deployment.enter(arguments.stack)
    except KeyboardInterrupt:
        end(130, "\nInterrompido: nada foi gravado.")
    except InputError as error:
        end(WRONG_INPUT, str(error))
    except DeploymentError as error:
        end(1, str(error))
    try:
        put(definition, secret, outputs["SecretPrefix"])
    except DeploymentError as error:
        end(1, str(error))
    except (ClientError, BotoCoreError, PynamoDBException) as error:
        end(1, f"A conexão não foi gravada por inteiro: {deployment.cause(error)}. Corrija e grave de novo.")
    print(f"Conexão {definition.connection} gravada. {_when(definition)}")
    for sentence in problems(definition, secret):
        print(f"Atenção: {sentence}")


def _when(definition: Definition) -> str:
    if not definition.flows:
        return "Ela não tem fluxos: é usada pela API."
    if not definition.enabled:
        return "Ela está desativada: nenhum fluxo dela roda."
    return "Um fluxo novo roda no próximo minuto; um que já existia mantém o seu horário."


if __name__ == "__main__":
    main()
