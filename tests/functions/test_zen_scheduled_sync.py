"""The scheduled sync of users, whole: the real handlers with the events of events/, over real HTTP."""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from typing import Any

import pytest

from local.vendors.faults import Fault, Kind
from tests import commands
from tests.office_on_aws import CONNECTION, FLOW, REGION, START, OfficeOnAws, Sandbox, event


def shares(office: OfficeOnAws, code: int) -> bool:
    """Whether a user shares an e-mail with another."""
    return any(code in pair for pair in office.questor.office.sharing)


def test_the_examples_of_events_run_a_whole_sync(office: OfficeOnAws) -> None:
    office.tick()
    assert office.handle(event("zen/on_queue/run"))
    run = office.run()
    assert (run["phase"], run["result"], run["counters"]) == ("done", "partial", {"created": 5, "rejected": 3})
    sendable = {row["EMAIL"] for row in office.questor.users() if not shares(office, row["CODIGOUSUARIO"])} - {None}
    assert {user["Email"] for user in office.zen.users()} == sendable


def test_tables_after_the_first_run(office: OfficeOnAws) -> None:
    run = office.sync()
    assert (run["connection"], run["flow"], run["trigger"], run["received"]) == (CONNECTION, FLOW, "schedule", 8)
    assert "lease" not in run
    assert "wake_at" not in run
    notification = office.notification(run)
    assert (notification["state"], notification["audience"]) == ("Concluído", CONNECTION)
    assert notification["text"] == "8 conferidos: 5 criados, 3 precisam de correção."
    assert (notification["created_at"], notification["concluded_at"]) == ("2026-11-23T09:00:00.000Z",) * 2
    assert notification["state_month"] == "Concluído#2026-11"
    links = office.rows("links")
    assert {link["scope"] for link in links} == {f"{CONNECTION}#usuario_escritorio"}
    assert {(link["source_id"], link["version"], link["active"]) for link in links} == {
        (outcome["record"].rsplit("#", 1)[1], 1, True)
        for outcome in office.outcomes(run)
        if outcome["kind"] == "created"
    }
    lasting = {row["identity"] for row in office.rows("identities") if "expires_at" not in row}
    assert lasting == {f"email#{user['Email']}" for user in office.zen.users()}
    passing = {(row["identity"], row["holder"]) for row in office.rows("identities") if "expires_at" in row}
    assert passing == {
        (text, outcome["record"]) for outcome in office.outcomes(run) for text in outcome.get("known_by", ())
    }
    assert passing  # those who share an e-mail have no link, and are found by it


def test_a_second_run_writes_nothing_but_its_own_rows(office: OfficeOnAws) -> None:
    office.sync()
    links = office.rows("links")
    office.zen.reset()
    office.questor.reset()
    run = office.sync()
    assert (office.zen.writes, office.questor.reads) == (0, 1)
    assert office.zen.reads == 0  # who has no link is rejected before Zen has to be asked
    assert office.rows("links") == links
    assert {outcome["kind"] for outcome in office.outcomes(run)} == {"rejected"}


def test_a_changed_user_is_written_alone(office: OfficeOnAws) -> None:
    office.sync()
    office.zen.reset()
    code = int(office.rows("links")[0]["source_id"])
    office.questor.change(code, NOMEUSUARIO="Nome Novo", EMAIL="Nome.Novo@outro.example")
    run = office.sync()
    assert office.zen.writes == 1
    updated = [outcome for outcome in office.outcomes(run) if outcome["kind"] == "updated"]
    assert [(outcome["label"], outcome["changed"]) for outcome in updated] == [
        (f"Nome Novo (código {code})", ["Email", "Nome"])
    ]
    (identity,) = [row for row in office.rows("identities") if row["holder"].endswith(f"#{code}")]
    assert identity["identity"] == "email#nome.novo@outro.example"


def test_rejections_say_why_and_who_else(office: OfficeOnAws) -> None:
    run = office.sync()
    answers: Any = office.sandbox.of("zen.answers")
    explain = office.sandbox.of("sincronia.answers").explain
    problem = office.sandbox.of("sincronia.answers").problem_in
    sentences = [
        explain(problem(json.loads(outcome["problem"])), answers.ANSWERS)
        for outcome in office.outcomes(run)
        if outcome["kind"] == "rejected"
    ]
    shared = office.questor.office.sharing[0]
    assert sum(str(shared[0]) in sentence and str(shared[1]) in sentence for sentence in sentences) == 2
    assert sum("e-mail" in sentence for sentence in sentences) == 3


def test_nothing_runs_while_user_0_has_no_access_key(office: OfficeOnAws) -> None:
    office.connect(secret={"administrator_access_key": ""})
    run = office.sync()
    assert run["result"] == "failure"
    assert (office.questor.reads, office.zen.reads, office.zen.writes) == (0, 0, 0)
    notification = office.notification(run)
    assert notification["state"] == "Concluído"
    assert "0 - Administrador" in notification["text"].replace("–", "-")
    assert "Chave de Acesso" in notification["text"]


@pytest.mark.parametrize(
    ("settings", "secret", "said"),
    [
        ({}, {"questor_token": "errado"}, "O Questor recusou a chave de acesso"),
        ({}, {"zen_token": "errado"}, "O Zen recusou a Chave de Acesso"),
        ({"questor_address": "http://nao-existe.invalid"}, {}, "O endereço do Questor (nao-existe.invalid) não foi"),
        ({"zen_address": "http://10.1.2.3"}, {}, "O endereço do Zen (10.1.2.3) aponta para uma rede interna"),
        ({"zen_address": "http://169.254.169.254"}, {}, "O endereço do Zen (169.254.169.254) aponta para uma rede"),
        ({"questor_address": "isto não é um endereço"}, {}, "O endereço configurado para o Questor não é"),
    ],
)
def test_a_wrong_setting_concludes_with_its_sentence(
    office: OfficeOnAws, settings: dict[str, str], secret: dict[str, str], said: str
) -> None:
    office.connect(settings=settings, secret=secret)
    run = office.sync()
    notification = office.notification(run)
    assert (run["result"], notification["state"]) == ("failure", "Concluído")
    assert notification["text"].startswith(said)
    assert office.zen.users() == []
    assert "errado" not in str(office.rows("runs") + office.rows("notifications") + office.rows("outcomes"))


def test_a_secret_that_is_gone_concludes_with_its_sentence(office: OfficeOnAws) -> None:
    secrets = office.sandbox.of("sincronia.store.aws").secrets_manager()
    (config,) = [row for row in office.rows("connections") if row["item"] == "CONFIG"]
    secrets.delete_secret(SecretId=config["secret_name"], ForceDeleteWithoutRecovery=True)
    run = office.sync()
    assert run["result"] == "failure"
    assert office.notification(run)["text"].startswith("As chaves de acesso da conexão não foram encontradas")


@pytest.mark.parametrize("operation", ["list", "create"])
def test_a_long_retry_after_puts_the_run_off_until_then(office: OfficeOnAws, operation: str) -> None:
    simulator = office.questor if operation == "list" else office.zen
    simulator.faults.set(
        Fault(Kind.BUSY, retry_after="600", operation=operation, after=0 if operation == "list" else 2)
    )
    run = office.sync()
    assert run["wake_at"] == START + 600
    assert office.notification(run)["state"] == "Pendente"
    assert "continua às 06:10" in office.notification(run)["text"]
    office.now = START + 601
    office.tick()
    while office.deliver():
        pass
    assert office.run()["counters"] == {"created": 5, "rejected": 3}
    assert len(office.zen.users()) == 5


@pytest.mark.parametrize("kind", [Kind.EMPTY, Kind.CUT_SHORT, Kind.MALFORMED_RECORD])
def test_a_listing_that_lies_takes_nobodys_access_away(office: OfficeOnAws, kind: Kind) -> None:
    office.sync()
    before = office.zen.users()
    office.questor.faults.set(Fault(kind, operation="list", keep=2, position=0))
    run = office.sync()
    assert office.zen.users() == before
    if kind == Kind.EMPTY:
        assert run["phase"] == "brake"
        assert "não devolveu nenhum cadastro, mas 5 já estão sincronizados" in office.notification(run)["text"]
    else:
        assert run["phase"] == "done"


@pytest.mark.parametrize("decision", ["aprovar", "rejeitar"])
def test_a_person_decides_of_a_run_at_the_brake(office: OfficeOnAws, decision: str) -> None:
    filters = {"brake": {"deactivations": {"percent": 0, "number": 0}}}
    office.connect(filters=filters)
    office.sync()
    code = int(office.rows("links")[0]["source_id"])
    office.questor.remove(code)
    assert office.sync()["phase"] == "brake"
    office.connect(filters=filters, every_minutes=None)  # by the real clock, the next run may be due
    answer = decided(office, decision)
    assert answer.returncode == 0
    assert "retiraria o acesso de 1 dos 5 cadastros sincronizados" in answer.stdout
    office.now = time.time() + 61  # the command goes by the real clock
    office.tick()
    while office.deliver():
        pass
    run, states = office.run(), [user["Situacao"] for user in office.zen.users()]
    assert run["decided_by"]
    if decision == "aprovar":
        assert (run["result"], states.count("Inativo")) == ("partial", 1)
    else:
        assert (run["result"], states.count("Inativo")) == ("cancelled", 0)
        assert "foi rejeitada por" in office.notification(run)["text"]
    assert office.notification(run)["state"] == "Concluído"
    again = decided(office, decision)
    assert (again.returncode, "não espera decisão nenhuma" in again.stderr) == (2, True)


def test_there_is_nothing_to_decide_of_a_flow_that_is_not_there(office: OfficeOnAws) -> None:
    answer = decided(office, "aprovar", connection="outra")
    assert (answer.returncode, "A conexão outra não existe" in answer.stderr) == (2, True)
    misspelt = decided(office, "aceitar")
    assert (misspelt.returncode, "a decisão (aprovar ou rejeitar)" in misspelt.stderr) == (2, True)


def decided(office: OfficeOnAws, decision: str, connection: str = CONNECTION) -> subprocess.CompletedProcess[str]:
    """Runs the operator's command against the office's stack."""
    outputs = dict(office.aws.provisioned.outputs)
    described = {"aws": {"endpoint": office.aws.endpoint, "region": REGION}, "outputs": outputs}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(described, file)
        file.flush()
        return commands.run("decide", file.name, connection, FLOW, decision, environment={})


def test_a_user_who_left_loses_access(office: OfficeOnAws) -> None:
    office.sync()
    code = int(office.rows("links")[0]["source_id"])
    office.questor.remove(code)
    run = office.sync()
    assert run["counters"]["deactivated"] == 1
    assert [user["Situacao"] for user in office.zen.users()].count("Inativo") == 1


def test_a_group_filter_sends_that_group_and_deactivates_nobody(office: OfficeOnAws) -> None:
    office.sync()
    group = office.questor.user(1)["CODIGOGRUPOUSUARIO"]
    office.connect(filters={"groups": [group]})
    run = office.sync()
    of_group = [row for row in office.questor.users() if row["CODIGOGRUPOUSUARIO"] == group]
    assert run["received"] == len(of_group) < 8
    assert {user["Situacao"] for user in office.zen.users()} == {"Ativo"}


def test_a_message_that_no_one_expected_comes_again(office: OfficeOnAws) -> None:
    happening = event("zen/on_queue/run")
    happening["Records"][0]["body"] = "isto não é JSON"
    with pytest.raises(Exception, match="All records failed"):
        office.handle(happening)


def test_the_end_of_a_run_is_measured_without_personal_data(
    office: OfficeOnAws, capsys: pytest.CaptureFixture[str]
) -> None:
    office.sync()
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "RunsConcluded" in line]
    (measured,) = lines
    assert (measured["flow"], measured["connection"], measured["result"]) == (FLOW, CONNECTION, "partial")
    assert (measured["RecordsCreated"], measured["RecordsRejected"]) == ([5.0], [3.0])
    (dimensions,) = measured["_aws"]["CloudWatchMetrics"][0]["Dimensions"]
    assert set(dimensions) == {"service", "flow"}
    assert ".example" not in str(measured)


def test_logs_hold_no_personal_data_and_no_secret(
    office: OfficeOnAws, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_LOG_LEVEL", "DEBUG")
    office.sandbox = Sandbox(lambda: office.now)
    office.sync()
    logged = capsys.readouterr().out
    assert logged.count('"message":"vendor call"') >= 7
    assert '"run_id":"20261123T090000000Z-' in logged
    personal = {
        str(row[column]) for row in office.questor.users() for column in ("EMAIL", "NOMEUSUARIO") if row[column]
    }
    secrets = {office.zen.token, office.questor.token, "chave-do-usuario-0"}
    assert [text for text in personal | secrets if text in logged] == []
