"""Files that are dropped at imports/: each becomes one run, with its notification, in the importer's language."""

from __future__ import annotations

import json
import os
import unicodedata
from collections import Counter
from dataclasses import replace
from typing import Any

import boto3
import pytest
import requests
from aws_lambda_powertools.utilities.batch.exceptions import BatchProcessingError
from botocore.config import Config

from local.calls import Record
from local.rights import compare
from sincronia import clock
from tests.asms_on_aws import CONNECTION, UNKNOWN, Asms
from tests.asms_runs import called
from tests.office_on_aws import Context, event

EMAIL = "ana.souza@empresamodelo.example"
CONTENT = b"Nome;Login\r\nCarolina Vergara;carolina.vergara\r\n"


@pytest.fixture
def asms(asms: Asms) -> Asms:
    """The directory, whose responsible person is known by an e-mail, and nothing in the queue of uploads."""
    asms.sandbox.imported("asms.on_upload")
    configured(asms, responsible={"S": EMAIL})
    waiting(asms, "AsmsUploads")
    return asms


def configured(asms: Asms, **attributes: Any) -> None:
    """The connection's row with other attributes."""
    asms.aws.dynamodb.update_item(
        TableName=os.environ["CONNECTIONS_TABLE"],
        Key={"connection": {"S": CONNECTION}, "item": {"S": "CONFIG"}},
        UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in attributes),
        ExpressionAttributeNames={f"#{name}": name for name in attributes},
        ExpressionAttributeValues={f":{name}": value for name, value in attributes.items()},
    )


def waiting(asms: Asms, queue: str) -> list[Any]:
    """What waits in a queue of the stack, read as JSON; it is gone then."""
    url, found = asms.aws.provisioned.outputs[queue], []
    while messages := asms.aws.sqs.receive_message(QueueUrl=url, WaitTimeSeconds=0).get("Messages"):
        for message in messages:
            asms.aws.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            found.append(json.loads(message["Body"]))
    return found


def put(asms: Asms, key: str, content: bytes = CONTENT, **more: Any) -> None:
    """Drops a file by hand."""
    asms.aws.s3.put_object(Bucket=os.environ["DATA_BUCKET"], Key=key, Body=content, **more)


def handled(asms: Asms, *bodies: str) -> list[str]:
    """The function's answer to messages of these bodies: which of them come again, by their place."""
    happening = event("asms/on_upload/uploaded")
    (record,) = happening["Records"]
    happening["Records"] = [record | {"body": body, "messageId": f"{at}"} for at, body in enumerate(bodies)]
    try:
        answer = asms.sandbox.of("asms.on_upload").handler(happening, Context(60))
    except BatchProcessingError:
        return [f"{at}" for at in range(len(bodies))]
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def dropped(asms: Asms, key: str, **more: Any) -> dict[str, Any] | None:
    """Drops a file and delivers what S3 tells of it; gives the newest run's row, None where there is none."""
    put(asms, key, **more)
    assert handled(asms, *map(json.dumps, waiting(asms, "AsmsUploads"))) == []
    return max(asms.rows("runs"), key=lambda row: str(row["run_id"]), default=None)


def notification(asms: Asms) -> dict[str, Any]:
    """The one notification that there is."""
    (row,) = asms.rows("notifications")
    return row


def test_a_file_that_is_put_is_told_of_once_and_becomes_one_run(asms: Asms) -> None:
    project = asms.entry("projects", "Suporte São Paulo")
    key = f"imports/{CONNECTION}/{project}/clients/Março + ação (1).csv"
    put(asms, key)
    told = waiting(asms, "AsmsUploads")
    assert [each["eventName"] for message in told for each in message["Records"]] == ["ObjectCreated:Put"]
    assert handled(asms, *map(json.dumps, told)) == []
    (run,) = asms.rows("runs")
    asked = json.loads(run["filters"])
    assert (run["flow"], run["mode"], run["trigger"], run["phase"]) == ("importar", "apply", "upload", "read")
    assert run["wake_at"] == asms.now + 120
    assert asked == {
        "project": project,
        "project_name": "Suporte São Paulo",
        "category": "clients",
        "file": "Março + ação (1).csv",
        "key": key,
        "etag": asked["etag"],
        "culture": "pt",
        "importer": EMAIL,
    }
    assert asms.aws.s3.head_object(Bucket=os.environ["DATA_BUCKET"], Key=asked["key"])["ETag"] == f'"{asked["etag"]}"'
    assert waiting(asms, "AsmsQueue") == [{"connection": CONNECTION, "run_id": run["run_id"]}]
    seen = notification(asms)
    assert (seen["id"], seen["audience"], seen["state"]) == (run["run_id"], CONNECTION, "Pendente")
    assert seen["title"] == "Importar clientes: Suporte São Paulo (Março + ação (1).csv)"
    assert seen["text"] == "A importação foi iniciada."
    read = asms.sandbox.of("asms.importing.model").asked_by(
        asms.sandbox.of("sincronia.store.runs").stored_run(_key(asms, run))
    )
    assert (read.file, read.category.value) == ("Março + ação (1).csv", "clients")


def _key(asms: Asms, run: dict[str, Any]) -> Any:
    return asms.sandbox.of("sincronia.engine.state").RunKey(CONNECTION, run["run_id"])


def test_a_form_that_is_signed_by_the_api_becomes_one_run_of_who_has_the_token(asms: Asms) -> None:
    project = asms.entry("projects", "Vendas")
    asms.token("operator")
    keys, state = asms.sandbox.of("asms.importing.keys"), asms.sandbox.of("sincronia.engine.state")
    category = asms.sandbox.of("asms.catalogues").Category.SPECIALISTS
    key = keys.upload_key(CONNECTION, project, category, "Março.xlsx")
    uploaded = keys.Uploaded(state.Mode.PREVIEW, asms.ids["operator"], "Março.xlsx")
    said = {f"x-amz-meta-{name}": value for name, value in keys.metadata_out(uploaded).items()}
    version = Config(signature_version="s3v4")
    s3 = boto3.client("s3", aws_access_key_id="AsmsOnHttp", aws_secret_access_key="test", config=version)
    form = s3.generate_presigned_post(
        os.environ["DATA_BUCKET"], key, Fields=said, Conditions=[{name: value} for name, value in said.items()]
    )
    s3.close()
    called(asms)
    content = bytes(range(256)) * 40  # not a text of any kind
    answer = requests.post(form["url"], data=form["fields"], files={"file": ("Março.xlsx", content)}, timeout=10)
    assert answer.status_code == 204
    uses = {
        (right.caller, right.action, right.resource.rpartition("/")[0][-7:]): n for right, n in called(asms).items()
    }
    assert uses == {("AsmsOnHttp", "s3:PutObject", "imports"): 1}
    assert asms.aws.s3.get_object(Bucket=os.environ["DATA_BUCKET"], Key=key)["Body"].read() == content
    told = waiting(asms, "AsmsUploads")
    assert [each["eventName"] for message in told for each in message["Records"]] == ["ObjectCreated:Post"]
    assert handled(asms, *map(json.dumps, told)) == []
    (run,) = asms.rows("runs")
    asked = json.loads(run["filters"])
    assert (run["mode"], run["trigger"]) == ("preview", f"token:{asms.ids['operator']}")
    assert (asked["file"], asked["category"], asked["importer"]) == ("Março.xlsx", "specialists", "Painel (operator)")
    assert notification(asms)["title"] == "Importar especialistas: Vendas (Março.xlsx) (pré-visualização)"
    assert len(waiting(asms, "AsmsQueue")) == 1


def test_however_often_s3_tells_of_a_file_it_becomes_one_run(asms: Asms) -> None:
    project = asms.entry("projects", "Vendas")
    put(asms, f"imports/{CONNECTION}/{project}/clients/a.csv")
    (told,) = waiting(asms, "AsmsUploads")
    again = json.loads(json.dumps(told))
    again["Records"][0] |= {"eventName": "ObjectCreated:CompleteMultipartUpload", "eventTime": "2026-11-23T09:05:00Z"}
    again["Records"][0]["s3"]["object"]["sequencer"] = "00FF"
    assert handled(asms, json.dumps(told), json.dumps(again)) == []
    asms.now += 60
    assert handled(asms, json.dumps(told)) == []
    (run,) = asms.rows("runs")
    assert notification(asms)["id"] == run["run_id"]
    assert waiting(asms, "AsmsQueue") == [{"connection": CONNECTION, "run_id": run["run_id"]}] * 3


def test_what_is_put_once_more_later_becomes_another_run(asms: Asms, monkeypatch: pytest.MonkeyPatch) -> None:
    project = asms.entry("projects", "Vendas")
    key = f"imports/{CONNECTION}/{project}/clients/a.csv"
    dropped(asms, key)
    intake = asms.sandbox.of("asms.importing.intake")
    stored = intake.stored_upload
    monkeypatch.setattr(intake, "stored_upload", lambda name: replace(stored(name), at=stored(name).at + 1))
    dropped(asms, key)
    assert len(asms.rows("runs")) == 2


def test_who_dies_before_the_run_is_queued_is_followed_by_who_queues_it(
    asms: Asms, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(asms, f"imports/{CONNECTION}/{asms.entry('projects', 'Vendas')}/clients/a.csv")
    (told,) = waiting(asms, "AsmsUploads")
    queue = asms.sandbox.of("sincronia.store.aws").SqsRunQueue

    def dies(*_: Any) -> None:
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr(queue, "send", dies)
        assert handled(asms, json.dumps(told)) == ["0"]
    assert handled(asms, json.dumps(told)) == []
    assert len(asms.rows("runs")) == 1
    assert len(waiting(asms, "AsmsQueue")) == 1


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_project_is_known_by_its_name_however_it_is_written(asms: Asms, form: Any) -> None:
    project = asms.entry("projects", "Suporte São Paulo")
    name = unicodedata.normalize(form, " suporte  SÃO paulo")
    run = dropped(asms, f"imports/{CONNECTION}/{name}/specialists/novos.xlsx")
    assert run
    asked = json.loads(run["filters"])
    assert (asked["project"], asked["project_name"]) == (project, "Suporte São Paulo")
    assert run["phase"] == "read"


@pytest.mark.parametrize(
    ("path", "code", "title", "text"),
    [
        (
            "Vendas/clientes/a.csv",
            "asms.upload_key_wrong",
            "Importar: a.csv",
            "O lugar em que o arquivo foi deixado não diz de que projeto e de que categoria ele é. Deixe-o em "
            "imports/{conexão}/{projeto}/clients/{arquivo}, ou em …/specialists/{arquivo}.",
        ),
        (
            "Vendas/clients/",
            "asms.upload_empty_name",
            f"Importar clientes: Vendas (imports/{CONNECTION}/Vendas/clients/)",
            "O arquivo foi deixado sem nome. Deixe-o em imports/{conexão}/{projeto}/clients/{arquivo}, ou em "
            "…/specialists/{arquivo}.",
        ),
        (
            "Compras {x}/clients/a.csv",
            "asms.upload_project_unknown",
            "Importar clientes: Compras {x} (a.csv)",
            "Não há projeto com a identificação ou o nome “Compras {x}” neste diretório. Confira na lista de projetos "
            "como ele se chama e envie o arquivo de novo.",
        ),
        (
            f"{UNKNOWN}/clients/a.csv",
            "asms.upload_project_unknown",
            f"Importar clientes: {UNKNOWN} (a.csv)",
            f"Não há projeto com a identificação ou o nome “{UNKNOWN}” neste diretório. Confira na lista de projetos "
            "como ele se chama e envie o arquivo de novo.",
        ),
        (
            "antigo/clients/a.csv",
            "asms.upload_project_inactive",
            "Importar clientes: Antigo (a.csv)",
            "O projeto Antigo está desativado e não recebe importações. Ative o projeto no catálogo e envie o arquivo "
            "de novo.",
        ),
    ],
)
def test_what_cannot_be_imported_is_a_failed_run_that_says_why(
    asms: Asms, path: str, code: str, title: str, text: str
) -> None:
    asms.entry("projects", "Vendas")
    asms.entry("projects", "Antigo", active=False)
    run = dropped(asms, f"imports/{CONNECTION}/{path}")
    assert run
    assert (run["phase"], run["result"], json.loads(run["problem"])["code"]) == ("done", "failure", code)
    assert "wake_at" not in run
    seen = notification(asms)
    assert (seen["state"], seen["result"], seen["title"], seen["text"]) == ("Concluído", "failure", title, text)
    assert waiting(asms, "AsmsQueue") == []
    listed = asms.get(f"/integrations/asms/connections/{CONNECTION}/runs", month=clock.month(asms.now))
    assert [each["problem"]["code"] for each in listed["items"]] == [code]


def test_a_disabled_connection_imports_nothing_and_says_so(asms: Asms) -> None:
    project = asms.entry("projects", "Vendas")
    configured(asms, enabled={"BOOL": False})
    run = dropped(asms, f"imports/{CONNECTION}/{project}/clients/a.csv")
    assert run
    assert (run["result"], json.loads(run["problem"])["code"]) == ("failure", "connection_missing")
    assert notification(asms)["text"].startswith("A conexão desta execução não existe mais ou está desativada.")


def test_where_there_is_nobody_to_tell_nothing_is_made_and_no_name_gets_into_the_log(
    asms: Asms, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[str] = []
    logger = asms.sandbox.of("asms.importing.intake").logger
    monkeypatch.setattr(logger, "warning", lambda message, **more: lines.append(f"{message} {more}"))
    assert dropped(asms, "imports/outra-empresa/Ana Souza/clients/ana.souza.csv") is None
    assert dropped(asms, "imports/Ana Souza/Vendas/clients/ana.souza.csv") is None
    configured(asms, integration={"S": "zen"})
    assert dropped(asms, f"imports/{CONNECTION}/Ana Souza/clients/a.csv") is None
    configured(asms, integration={"S": "asms"}, deleting={"BOOL": True})
    assert dropped(asms, f"imports/{CONNECTION}/Ana Souza/clients/a.csv") is None
    assert asms.rows("notifications") == []
    assert [line.rpartition(" ")[2] for line in lines] == [
        "'outra-empresa'}",
        "''}",
        f"'{CONNECTION}'}}",
        f"'{CONNECTION}'}}",
    ]
    assert not any("Ana" in line or "ana" in line for line in lines)


def test_what_is_gone_was_replaced_or_is_a_folder_becomes_no_run(asms: Asms) -> None:
    key = f"imports/{CONNECTION}/{asms.entry('projects', 'Vendas')}/clients/a.csv"
    put(asms, key)
    put(asms, key, b"other")
    first, second = (json.dumps(message) for message in waiting(asms, "AsmsUploads"))
    assert handled(asms, first) == []
    assert asms.rows("runs") == []
    asms.aws.s3.delete_object(Bucket=os.environ["DATA_BUCKET"], Key=key)
    assert handled(asms, second) == []
    assert asms.rows("runs") == []
    assert dropped(asms, f"imports/{CONNECTION}/Vendas/", content=b"") is None


def test_s3_that_tries_the_way_is_spent_and_what_nobody_understands_comes_again_alone(asms: Asms) -> None:
    (tried,) = event("asms/on_upload/test_event")["Records"]
    assert handled(asms, tried["body"]) == []
    project = asms.entry("projects", "Vendas")
    put(asms, f"imports/{CONNECTION}/{project}/clients/a.csv")
    (told,) = waiting(asms, "AsmsUploads")
    bad = json.dumps({"Records": [{"s3": {"object": {"key": "imports/%ff", "eTag": "a", "size": 1}}}]})
    assert handled(asms, "{", json.dumps(told), '{"Records": [{"s3": {}}]}', "[]", bad) == ["0", "2", "3", "4"]
    assert len(asms.rows("runs")) == 1


def test_the_stack_tells_its_queue_of_itself_once_when_it_is_made(asms: Asms) -> None:
    bucket, url = os.environ["DATA_BUCKET"], asms.aws.provisioned.outputs["AsmsUploads"]
    configuration = asms.aws.s3.get_bucket_notification_configuration(Bucket=bucket)
    (told,) = configuration["QueueConfigurations"]
    assert told["QueueArn"].endswith(url.rpartition("/")[2])
    put(asms, "exports/a.zip")
    put(asms, "imported/a.csv")
    assert waiting(asms, "AsmsUploads") == []


@pytest.mark.parametrize(
    ("of_specialist", "of_responsible", "culture"),
    [("es", "en", "es"), (None, "en", "en"), (None, None, "pt"), ("es", None, "es")],
)
def test_the_result_is_in_the_language_of_who_imports(
    asms: Asms, of_specialist: str | None, of_responsible: str | None, culture: str
) -> None:
    project = asms.entry("projects", "Vendas")
    cultures, tokens = asms.sandbox.of("asms.users").Culture, asms.sandbox.of("sincronia.store.tokens")
    auth = asms.sandbox.of("sincronia.auth")
    if of_responsible:
        asms.user("clients", "Ana Souza", email=EMAIL.upper(), culture=cultures(of_responsible))
    _, token = auth.made("Painel do Rui", auth.Role.OPERATOR, None, "operator:ana")
    if of_specialist:
        rui = asms.user("specialists", "Rui Prado", culture=cultures(of_specialist))
        token = replace(token, responsible=f"asms:{CONNECTION}:{rui}")
    tokens.keep_token(token)
    run = dropped(
        asms,
        f"imports/{CONNECTION}/{project}/clients/a.csv",
        Metadata={"sincronia-mode": "apply", "sincronia-by": token.id},
    )
    assert run
    asked = json.loads(run["filters"])
    assert (asked["culture"], asked["importer"], run["trigger"]) == (culture, "Painel do Rui", f"token:{token.id}")
    beginnings = {"pt": "A importação foi iniciada.", "en": "The import has begun.", "es": "La importación comenzó."}
    assert notification(asms)["text"] == beginnings[culture]


@pytest.mark.parametrize("by", ["f" * 16, "não é de token", ""])
def test_who_names_no_token_that_there_is_acts_for_the_responsible_person(asms: Asms, by: str) -> None:
    said = {"sincronia-by": by.encode("ascii", "ignore").decode(), "sincronia-name": "folha%20de%20mar%C3%A7o.csv"}
    run = dropped(asms, f"imports/{CONNECTION}/{asms.entry('projects', 'Vendas')}/clients/a.csv", Metadata=said)
    assert run
    asked = json.loads(run["filters"])
    assert (run["trigger"], asked["importer"], asked["file"]) == ("upload", EMAIL, "folha de março.csv")


def test_it_has_the_rights_that_it_uses_and_no_others(asms: Asms) -> None:
    project = asms.entry("projects", "Vendas")
    asms.user("clients", "Ana Souza", email=EMAIL)
    asms.token("operator")
    key = f"imports/{CONNECTION}/{project}/clients/a.csv"
    put(asms, key, Metadata={"sincronia-by": asms.ids["operator"]})
    put(asms, f"imports/{CONNECTION}/Vendas/clients/b.csv")
    told = list(map(json.dumps, waiting(asms, "AsmsUploads")))
    called(asms)
    assert handled(asms, *told) == []
    assert handled(asms, *told) == []  # once more: who was refused reads why
    used = Counter({replace(right, caller="AsmsOnUpload"): count for right, count in called(asms).items()})
    compared = compare(asms.aws.provisioned, Record(rights=used))
    assert compared.forbidden == []
    unused = [right for right in compared.unused if right.function == "AsmsOnUpload"]
    assert [right for right in unused if not right.action.startswith("logs:")] == []
