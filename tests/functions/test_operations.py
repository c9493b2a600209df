"""The operator's command, as a process with the secret on its standard input."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest
from boto3.dynamodb.types import TypeDeserializer

from local import processes
from local.model_provider import new_webhook_secret
from operations import put_connection
from operations.arguments import WRONG_INPUT
from tests import commands
from tests.office_on_aws import REGION, AwsServer

EXAMPLE = processes.ROOT / "docs" / "examples" / "connection.zen.json"
EXAMPLE_OF_ASMS = processes.ROOT / "docs" / "examples" / "connection.asms.json"
EXAMPLE_OF_NOTES = processes.ROOT / "docs" / "examples" / "connection.notes.json"
EXAMPLE_OF_PROMOB = processes.ROOT / "docs" / "examples" / "connection.promob.json"
EXAMPLE_OF_SGP = processes.ROOT / "docs" / "examples" / "connection.sgp.json"
CONNECTION = "escritorio-aurora"
FLOW = "FLOW#sincronizar_usuarios"
UNSCHEDULED = ("FLOW#sincronizacao_inicial", "FLOW#sincronizar_empresas")
SECRET = {
    "questor_token": "segredo-do-questor",
    "zen_token": "segredo-do-zen",
    "administrator_access_key": "segredo-do-usuario-0",
}
ADMINISTRATOR = "Atenção: O usuário 0 – Administrador está sem o campo Chave de Acesso preenchido"

Row = dict[str, Any]


class Operator:
    """Whoever puts connections into a stack that stands."""

    def __init__(self, aws: AwsServer, folder: Path) -> None:
        self.aws = aws
        self.folder = folder
        aws.emptied()
        described = {"aws": {"endpoint": aws.endpoint, "region": REGION}, "outputs": dict(aws.provisioned.outputs)}
        (folder / "stack.json").write_text(json.dumps(described), encoding="utf-8")

    def put(
        self, definition: Row | None = None, secret: Row | None = None, stack: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """The example's definition with what is given in its place, put by the command."""
        file = self.folder / "connection.json"
        file.write_text(json.dumps(example() | (definition or {})), encoding="utf-8")
        return commands.run(
            "put_connection",
            stack or str(self.folder / "stack.json"),
            str(file),
            environment={
                "AWS_ENDPOINT_URL": self.aws.endpoint,
                "AWS_DEFAULT_REGION": REGION,
                "AWS_ACCESS_KEY_ID": "operator",
                "AWS_SECRET_ACCESS_KEY": "test",
            },
            given=json.dumps(SECRET if secret is None else secret),
        )

    def rows(self, table: str = "Connections") -> dict[str, Row]:
        """A table's rows by their range key."""
        name = self.aws.provisioned.outputs[f"{table}Table"]
        found = self.aws.dynamodb.scan(TableName=name, ConsistentRead=True)["Items"]
        return {row["item"]: row for row in map(_plain, found)}

    def due(self) -> list[str]:
        """The flows in the index that the tick reads."""
        found = self.aws.dynamodb.query(
            TableName=self.aws.provisioned.outputs["ConnectionsTable"],
            IndexName="due",
            KeyConditionExpression="integration = :zen",
            ExpressionAttributeValues={":zen": {"S": "zen"}},
        )
        return [str(_plain(item)["item"]) for item in found["Items"]]

    def secret(self, name: str) -> Row:
        """The fields that Secrets Manager keeps under a name."""
        client = boto3.client("secretsmanager", endpoint_url=self.aws.endpoint, region_name=REGION)
        fields: Row = json.loads(client.get_secret_value(SecretId=name)["SecretString"])
        client.close()
        return fields


def _plain(item: Any) -> Row:
    return {name: TypeDeserializer().deserialize(value) for name, value in item.items()}


def example() -> Row:
    """The definition in docs/examples."""
    definition: Row = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    return definition


@pytest.fixture
def operator(aws: AwsServer, tmp_path: Path) -> Operator:
    return Operator(aws, tmp_path)


def test_the_example_is_put_and_its_flow_is_due(operator: Operator) -> None:
    ended = operator.put()
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == (
        f"Conexão {CONNECTION} gravada. Um fluxo novo roda no próximo minuto; um que já existia mantém o seu horário.\n"
    )
    rows = operator.rows()
    assert rows.keys() == {"CONFIG", FLOW, *UNSCHEDULED}
    assert {"wake_at", "every_minutes"}.isdisjoint(name for item in UNSCHEDULED for name in rows[item])
    config, flow = rows["CONFIG"], rows[FLOW]
    assert (config["connection"], config["enabled"], config["name"]) == (CONNECTION, True, example()["name"])
    assert json.loads(config["settings"]) == example()["settings"]
    assert json.loads(flow["filters"]) == example()["flows"]["sincronizar_usuarios"]["filters"]
    assert (flow["title"], flow["every_minutes"]) == ("Sincronizar Usuários", 60)
    assert operator.due() == [FLOW]
    assert config["secret_name"].startswith(operator.aws.provisioned.outputs["SecretPrefix"])
    assert operator.secret(config["secret_name"]) == SECRET


def test_the_secret_is_in_no_table_and_on_no_screen(operator: Operator) -> None:
    ended = operator.put()
    assert "segredo-do" not in ended.stdout + ended.stderr + str(operator.rows())


def test_put_again_it_keeps_secret_name_run_and_due_time(operator: Operator) -> None:
    operator.put()
    table = operator.aws.provisioned.outputs["ConnectionsTable"]
    operator.aws.dynamodb.update_item(
        TableName=table,
        Key={"connection": {"S": CONNECTION}, "item": {"S": FLOW}},
        UpdateExpression="SET active_run = :run, wake_at = :due",
        ExpressionAttributeValues={":run": {"S": "20261123T090000000Z-942b369b941d99a8"}, ":due": {"N": "1795428000"}},
    )
    before = operator.rows()
    flows = {"sincronizar_usuarios": {"every_minutes": 120, "filters": {"groups": [2, 3]}}}
    ended = operator.put({"name": "Outro nome", "flows": flows}, SECRET | {"zen_token": "segredo-do-zen-novo"})
    assert ended.returncode == 0
    after = operator.rows()
    assert after["CONFIG"] == before["CONFIG"] | {"name": "Outro nome", "revision": 2}
    changed = {"every_minutes": 120, "filters": json.dumps({"groups": [2, 3]})}
    assert after[FLOW] == before[FLOW] | changed
    assert operator.secret(after["CONFIG"]["secret_name"])["zen_token"] == "segredo-do-zen-novo"


def test_without_filters_a_flow_has_the_schedules(operator: Operator) -> None:
    operator.put({"flows": {"sincronizar_usuarios": {"every_minutes": 60}}})
    assert json.loads(operator.rows()[FLOW]["filters"]) == {
        "groups": [],
        "statuses": ["Não Sincronizado", "Ressincronização Pendente"],
        "force": False,
        "tareffa": False,
    }


def test_a_connection_that_is_disabled_is_never_due(operator: Operator) -> None:
    operator.put()
    ended = operator.put({"enabled": False})
    assert ended.stdout == f"Conexão {CONNECTION} gravada. Ela está desativada: nenhum fluxo dela roda.\n"
    assert operator.due() == []
    assert "wake_at" not in operator.rows()[FLOW]
    operator.put({"enabled": True})
    assert operator.due() == [FLOW]


@pytest.mark.parametrize("key", [{}, {"administrator_access_key": "  "}])
def test_without_user_0s_access_key_it_is_put_with_a_warning(operator: Operator, key: Row) -> None:
    secret = {name: value for name, value in SECRET.items() if name != "administrator_access_key"} | key
    ended = operator.put(secret=secret)
    assert ended.returncode == 0
    warning = ended.stdout.splitlines()[1]
    assert warning.startswith(ADMINISTRATOR)
    assert operator.due() == [FLOW]


@pytest.mark.parametrize(
    ("definition", "secret", "said"),
    [
        ({}, {"zen_token": ""}, "A Chave de Acesso (TOKEN) do Zen não está preenchida na conexão"),
        ({"settings": {"questor_address": "http://questor.example"}}, {}, "inválidas no campo Endereço Zen."),
        (
            {"settings": {"questor_address": "questor", "zen_address": "https://zen.example"}},
            {},
            "O endereço configurado para o Questor não é um endereço da web válido.",
        ),
        (
            {"flows": {"sincronizar_usuarios": {"every_minutes": 60, "filters": {"grupos": [1]}}}},
            {},
            "inválidas no campo grupos.",
        ),
    ],
)
def test_what_would_end_every_run_is_said_at_once(operator: Operator, definition: Row, secret: Row, said: str) -> None:
    ended = operator.put(definition, SECRET | secret)
    assert (ended.returncode, ended.stderr) == (0, "")
    (warning,) = ended.stdout.splitlines()[1:]
    assert warning.startswith("Atenção: ")
    assert said in warning


@pytest.mark.parametrize(
    ("webhook_secrets", "said"),
    [("", []), (new_webhook_secret(), []), ("whsec_abc", ["Os segredos do webhook não têm a forma esperada."])],
    ids=["none", "one made now", "none that could be"],  # the same in every process
)
def test_the_example_of_sgp_runs_and_what_is_wrong_with_both_flows_is_said_once(
    webhook_secrets: str, said: list[str]
) -> None:
    definition = put_connection.read_definition(EXAMPLE_OF_SGP)
    secret = {"sgp_token": "segredo-do-sgp", "ozmap_key": "segredo-do-ozmap", "webhook_secrets": webhook_secrets}
    sentences = put_connection.problems(definition, secret)
    assert [sentence.partition(" Informe")[0] for sentence in sentences] == said


@pytest.mark.parametrize(
    ("settings", "key", "said"),
    [
        ({}, "chave-do-promob", []),
        ({"promob_address": "portal"}, "chave-do-promob", ["O endereço"]),
        ({}, "", ["no campo Chave da API do Promob."]),
    ],
    ids=["runs", "no address", "no key"],
)
def test_what_is_wrong_with_a_connection_that_schedules_nothing_is_said_too(
    settings: dict[str, str], key: str, said: list[str]
) -> None:
    definition = put_connection.read_definition(EXAMPLE_OF_PROMOB)
    definition.settings |= settings
    sentences = put_connection.problems(definition, {"promob_key": key})
    assert len(sentences) == len(said), sentences
    assert all(part in sentence for part, sentence in zip(said, sentences, strict=True)), sentences


@pytest.mark.parametrize(
    ("settings", "refresh_token", "said"),
    [
        ({}, "token", []),
        ({"zoho_data_centre": "br"}, "token", ["no campo Data center do Zoho"]),
        ({"crm_fields": {"contacts.privado": "Particular"}}, "token", ["no campo Nomes de API dos campos próprios"]),
        ({}, "", ["no campo Refresh Token do Zoho."]),
    ],
    ids=["runs", "no data centre", "no field", "no token"],
)
def test_what_is_wrong_with_a_connection_to_notes_and_zoho_is_said(
    settings: dict[str, Any], refresh_token: str, said: list[str]
) -> None:
    definition = put_connection.read_definition(EXAMPLE_OF_NOTES)
    definition.settings |= settings
    secret = {"zoho_client_id": "id", "zoho_client_secret": "segredo", "zoho_refresh_token": refresh_token}
    sentences = put_connection.problems(definition, secret)
    assert len(sentences) == len(said), sentences
    assert all(part in sentence for part, sentence in zip(said, sentences, strict=True)), sentences


def test_the_example_of_asms_is_put_without_flows_and_without_secrets(operator: Operator) -> None:
    definition = json.loads(EXAMPLE_OF_ASMS.read_text(encoding="utf-8"))
    ended = operator.put({"flows": {}} | definition, secret={})
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == "Conexão empresa-modelo gravada. Ela não tem fluxos: é usada pela API.\n"
    rows = operator.rows()
    assert rows.keys() == {"CONFIG"}
    assert (rows["CONFIG"]["integration"], operator.secret(rows["CONFIG"]["secret_name"])) == ("asms", {})


def test_a_stack_of_cloudformation_is_found_by_its_name(operator: Operator) -> None:
    outputs = {name: {"Value": value} for name, value in operator.aws.provisioned.outputs.items()}
    template = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}, "Outputs": outputs}
    client = boto3.client("cloudformation", endpoint_url=operator.aws.endpoint, region_name=REGION)
    client.create_stack(StackName="sincronia-dev", TemplateBody=json.dumps(template))
    client.create_stack(StackName="outro", TemplateBody=json.dumps({"Resources": template["Resources"]}))
    client.close()
    assert operator.put(stack="sincronia-dev").returncode == 0
    assert operator.due() == [FLOW]
    other, missing = operator.put(stack="outro"), operator.put(stack="sincronia-prod")
    assert (other.returncode, missing.returncode) == (1, 1)
    assert other.stderr.startswith("O stack outro não tem a saída ConnectionsTable. Confira se ele é do Sincronia")
    assert missing.stderr == (
        "O stack sincronia-prod não foi encontrado: a AWS respondeu ValidationError a DescribeStacks. "
        "Confira o nome, a região, as credenciais e a rede.\n"
    )


def test_a_local_stack_that_is_down_is_said_so(operator: Operator) -> None:
    file = operator.folder / "nowhere.json"
    ended = operator.put(stack=str(file))
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == f"O stack local não está de pé: {file} não existe. Rode antes: make dev\n"


def test_a_table_that_is_gone_ends_with_a_sentence(operator: Operator) -> None:
    operator.aws.dynamodb.delete_table(TableName=operator.aws.provisioned.outputs["ConnectionsTable"])
    ended = operator.put()
    operator.aws.renew()  # for the tests that come after this one
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("A conexão não foi gravada por inteiro: a AWS respondeu ResourceNotFoundException")
    assert "segredo-do" not in ended.stderr


def _ended(monkeypatch: pytest.MonkeyPatch, arguments: list[str], secret: bytes = b"{}") -> int:
    """The exit code of the command with what can't even be read; no stack is needed for that."""
    monkeypatch.setattr(sys, "argv", ["put_connection", *arguments])
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(secret)))
    with pytest.raises(SystemExit) as ended:
        put_connection.main()
    assert isinstance(ended.value.code, int)
    return ended.value.code


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"flows": {"sincronizar_notas": {"every_minutes": 60}}}, "não tem o fluxo sincronizar_notas; tem sinc"),
        ({"flows": {}}, "flows: informe pelo menos um dos fluxos da integração zen: sinc"),
        ({"flows": {"sincronizar_usuarios": {"every_minutes": 1}}}, "every_minutes: deve ser no mínimo 5"),
        ({"flows": {"sincronizar_usuarios": {"every_minutes": 60.5}}}, "every_minutes: deve ser um número inteiro"),
        ({"integration": "outra"}, "integration: deve ser 'asms', 'notes', 'promob', 'sgp' ou 'zen'"),
        ({"connection": "Escritório Aurora"}, "connection: use de 2 a 61 letras minúsculas sem acento"),
        ({"name": " "}, "name: não pode ficar vazio"),
        ({"enabled": "talvez"}, "enabled: deve ser true ou false"),
        ({"settings": []}, "settings: deve ser um objeto JSON"),
        ({"segredo": "x"}, "segredo: campo desconhecido"),
        ({"responsible": None}, "responsible: deve ser um texto entre aspas"),
    ],
)
def test_a_definition_that_can_not_be_read_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, change: Row, said: str
) -> None:
    file = tmp_path / "connection.json"
    file.write_text(json.dumps(example() | change), encoding="utf-8")
    assert _ended(monkeypatch, ["local", str(file)]) == WRONG_INPUT
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"A definição {file} precisa de correção: ")
    assert said in printed.err
    assert "Field required" not in printed.err


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[]", b"{}"])
def test_a_file_that_is_no_definition_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "connection.json"
    file.write_bytes(content)
    assert _ended(monkeypatch, ["local", str(file)]) == WRONG_INPUT
    said = {b"[]": "deve ser um objeto JSON", b"{}": "connection: falta o campo; integration: falta o campo"}
    assert said.get(content, "não é um texto JSON válido") in capsys.readouterr().err


@pytest.mark.parametrize(
    ("secret", "said"),
    [
        (b"", "não é um texto JSON válido"),
        (b'{"zen_token": "segredo-do-zen"', "não é um texto JSON válido"),
        (b'["segredo-do-zen"]', "deve ser um objeto JSON"),
        (b'{"zen_token": ["segredo-do-zen"]}', "zen_token: deve ser um texto entre aspas"),
        (b'{"zen_token": 12345678}', "zen_token: deve ser um texto entre aspas"),
    ],
)
def test_a_secret_that_can_not_be_read_is_refused_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], secret: bytes, said: str
) -> None:
    assert _ended(monkeypatch, ["local", str(EXAMPLE)], secret) == WRONG_INPUT
    printed = capsys.readouterr()
    assert said in printed.err
    assert "segredo-do-zen" not in printed.out + printed.err
    assert "12345678" not in printed.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Informe o nome do stack e o arquivo da definição, nesta ordem"),
        (["local"], "Informe o nome do stack e o arquivo da definição, nesta ordem"),
        (["local", "a.json", "b.json"], "Informe o nome do stack e o arquivo da definição, nesta ordem"),
        (["local", "nowhere.json"], "A definição nowhere.json não existe."),
        (["local", "docs"], "A definição docs não pôde ser lida"),
    ],
)
def test_arguments_that_do_not_do_are_said_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    monkeypatch.chdir(processes.ROOT)
    assert _ended(monkeypatch, arguments) == WRONG_INPUT
    assert said in capsys.readouterr().err
