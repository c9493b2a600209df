"""The stack whole, over HTTP and its queues: the Invoke API, dead letters, functions' calls against their rights."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
import requests
from boto3.dynamodb.types import TypeDeserializer
from rich.console import Console

from local.demo_stage import Stage
from local.dev import VENDORS, describe
from local.processes import ROOT
from local.rights import Allowed, compare
from local.stack import Stack
from tests.office_on_aws import totals
from tests.privacy_on_aws import rights_of_privacy

FLOW = "sincronizar_usuarios"
PATIENCE_SECONDS = 40
EXAMPLE = ROOT / "docs" / "examples" / "connection.zen.json"

# What a scheduled function's role allows and no scene here uses, and why it is allowed all the same.
_LOG = "Lambda writes the log under the function's role"
_DELETION = "a connection's deletion: test_connection_life.py"
UNUSED = {
    ("ZenOnSchedule", "logs:CreateLogStream", "ZenOnSchedule:*"): _LOG,
    ("ZenOnSchedule", "logs:PutLogEvents", "ZenOnSchedule:*"): _LOG,
    ("ZenOnQueue", "logs:CreateLogStream", "ZenOnQueue:*"): _LOG,
    ("ZenOnQueue", "logs:PutLogEvents", "ZenOnQueue:*"): _LOG,
    ("ZenOnQueue", "sqs:SendMessage", "ZenQueue"): "a run goes on in another message only after four minutes of work",
    ("ZenOnQueue", "dynamodb:BatchWriteItem", "OutcomesTable"): _DELETION,
    ("ZenOnQueue", "dynamodb:DeleteItem", "ConnectionsTable"): _DELETION,
    ("ZenOnQueue", "dynamodb:DeleteItem", "NotificationsTable"): _DELETION,
    ("ZenOnQueue", "dynamodb:DeleteItem", "RunsTable"): _DELETION,
    ("ZenOnQueue", "dynamodb:Query", "ConnectionsTable"): _DELETION,
    ("ZenOnQueue", "dynamodb:Query", "NotificationsTable"): _DELETION,
    ("ZenOnQueue", "dynamodb:Query", "OutcomesTable"): _DELETION,
    ("ZenOnQueue", "dynamodb:Query", "OutcomesTable/index/by_kind"): "what is tried again: test_connection_life.py",
    ("ZenOnQueue", "dynamodb:Query", "RunsTable"): _DELETION,
    ("ZenOnQueue", "s3:DeleteObject", "databucket/results/*"): _DELETION,
    ("ZenOnQueue", "s3:DeleteObject", "databucket/runs/*"): _DELETION,
    ("ZenOnQueue", "s3:ListBucket", "databucket?prefix=results/*"): _DELETION,
    ("ZenOnQueue", "s3:ListBucket", "databucket?prefix=runs/*"): _DELETION,
    ("ZenOnQueue", "secretsmanager:DeleteSecret", "*"): _DELETION,
}

Row = dict[str, Any]


class Office:
    """One connection to the stack's Questor and to an emptied Zen."""

    def __init__(self, stage: Stage, connection: str) -> None:
        self.stage = stage
        self.stack = stage.stack
        self.questor = stage.vendors["questor"]
        self.zen = stage.vendors["zen"]
        self.connection = connection
        self.dynamodb = self.stack.client("dynamodb")
        for vendor in (self.questor, self.zen):
            vendor.reset()
        self.zen.edit(remove=[user["Codigo"] for user in self.zen.users()])
        self.connect()

    def connect(self, **secret: str) -> None:
        """Puts the connection with the operator's command."""
        definition = json.loads(EXAMPLE.read_text(encoding="utf-8"))
        definition |= {"connection": self.connection}
        definition["settings"] = {"questor_address": self.questor.url, "zen_address": self.zen.url}
        file = self.stage.folder / f"{self.connection}.json"
        file.write_text(json.dumps(definition), encoding="utf-8")
        fields = {
            "questor_token": self.stack.vendors["questor"]["token"],
            "zen_token": self.stack.vendors["zen"]["token"],
            "administrator_access_key": "chave-do-usuario-0",
        }
        self.stage.put_connection(file, json.dumps(fields | secret))

    def sync(self) -> Row:
        """Fires the schedule; gives the run as it was left: done, waiting for a person, or put off."""
        self.fire()
        return self.until(lambda run: run["phase"] in {"done", "brake"} or "problem" in run)

    def sync_again(self) -> Row:
        """The next hour's run, now: the due time goes back by the flow's period, but for a hundredth of a second."""
        flow = self.flow()
        due = {":due": {"N": str(float(flow["wake_at"]) - float(flow["every_minutes"]) * 60 + 0.01)}}
        self._update("ConnectionsTable", "item", f"FLOW#{FLOW}", "SET wake_at = :due", due)
        return self.sync()

    def fire(self) -> None:
        """The schedule's tick."""
        assert not self.stack.fire_schedule("ZenOnSchedule").failed

    def wake(self) -> None:
        """The run is due, and nobody holds it: what time would do."""
        values = {":now": {"N": str(int(time.time()))}, ":none": {"N": "0"}}
        key = self.flow()["active_run"]
        self._update("RunsTable", "run_id", key, "SET wake_at = :now, lease_until = :none", values)

    def until(self, arrived: Callable[[Row], bool]) -> Row:
        """The connection's newest run, once it has arrived."""
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            run = self.run()
            if arrived(run):
                return run
            assert time.monotonic() < end, f"still {run['phase']} at {run['position']} of {run['tallies']}"
            time.sleep(0.03)

    def run(self) -> Row:
        """The newest run's row, with its totals."""
        row = self._row("RunsTable", connection=self.connection, run_id=self.flow()["active_run"])
        return row | totals(row["tallies"])

    def flow(self) -> Row:
        """The flow's row."""
        return self._row("ConnectionsTable", connection=self.connection, item=f"FLOW#{FLOW}")

    def notification(self) -> Row:
        """The newest run's notification."""
        return self._row("NotificationsTable", audience=self.connection, id=self.flow()["active_run"])

    def outcomes(self) -> list[Row]:
        """The newest run's outcomes."""
        values = {":run": {"S": self.flow()["active_run"]}}
        table = self.stack.outputs["OutcomesTable"]
        found = self.dynamodb.query(
            TableName=table, KeyConditionExpression="run_id = :run", ExpressionAttributeValues=values
        )
        return [_plain(item) for item in found["Items"]]

    def sendable(self) -> list[Row]:
        """Questor's users whose e-mail is there and nobody else's."""
        users = self.questor.users()
        emails = [user["EMAIL"] for user in users]
        return [user for user in users if user["EMAIL"] and emails.count(user["EMAIL"]) == 1]

    def _row(self, table: str, **key: str) -> Row:
        found = self.dynamodb.get_item(
            TableName=self.stack.outputs[table],
            Key={name: {"S": value} for name, value in key.items()},
            ConsistentRead=True,
        )
        return _plain(found["Item"])

    def _update(self, table: str, range_key: str, value: str, change: str, values: Any) -> None:
        self.dynamodb.update_item(
            TableName=self.stack.outputs[table],
            Key={"connection": {"S": self.connection}, range_key: {"S": value}},
            UpdateExpression=change,
            ExpressionAttributeValues=values,
        )


def _plain(item: Any) -> Row:
    row: Row = {name: TypeDeserializer().deserialize(value) for name, value in item.items()}
    return row | {name: json.loads(row[name]) for name in ("problem", "filters") if name in row}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("stack")
    with Stack(vendors=VENDORS, directory=folder) as stack:
        description = folder / "stack.json"
        description.write_text(json.dumps(describe(stack)), encoding="utf-8")
        yield Stage(Console(quiet=True), stack, description)


_numbers = count(1)


@pytest.fixture
def office(stage: Stage) -> Office:
    return Office(stage, f"escritorio-{next(_numbers)}")


def test_a_tick_over_the_invoke_api_is_worked_off_by_the_queue(office: Office) -> None:
    event = (ROOT / "events" / "zen" / "on_schedule" / "tick.json").read_bytes()
    url = f"{office.stack.lambda_url}/2015-03-31/functions/ZenOnSchedule/invocations"
    answer = requests.post(url, data=event, timeout=PATIENCE_SECONDS)
    assert (answer.status_code, answer.text) == (200, "null")
    assert "X-Amz-Function-Error" not in answer.headers
    run = office.until(lambda run: run["phase"] == "done")
    sent = office.sendable()
    assert run["counters"] == {"created": len(sent), "rejected": run["received"] - len(sent)}
    assert {user["Email"] for user in office.zen.users()} == {user["EMAIL"] for user in sent}
    notification = office.notification()
    assert (notification["state"], notification["result"]) == ("Concluído", "partial")


def test_a_message_that_is_none_of_ours_stays_for_the_dead_letters(stage: Stage) -> None:
    """It comes back after the visibility timeout, 12 times (an hour); here only that it is on that way."""
    sqs = stage.stack.client("sqs")
    url = stage.stack.outputs["ZenQueue"]
    sqs.send_message(QueueUrl=url, MessageBody="segredo-que-nao-e-json")
    log = stage.stack.logs / "ZenOnQueue.log"
    end = time.monotonic() + PATIENCE_SECONDS
    while "JSONDecodeError" not in (log.read_text(encoding="utf-8") if log.exists() else ""):
        assert time.monotonic() < end
        time.sleep(0.05)
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert (attributes["ApproximateNumberOfMessages"], attributes["ApproximateNumberOfMessagesNotVisible"]) == (
        "0",
        "1",
    )
    assert attributes["VisibilityTimeout"] == "360"
    redrive = json.loads(attributes["RedrivePolicy"])
    assert int(redrive["maxReceiveCount"]) == 12
    assert redrive["deadLetterTargetArn"].endswith(":sincronia-local-ZenDeadLetters")
    assert "segredo-que-nao-e-json" not in log.read_text(encoding="utf-8")


@pytest.mark.sweep
def test_functions_call_what_they_may_and_may_what_they_call(office: Office) -> None:
    _killed_worker(office)
    _nothing_changed(office)
    _one_change_put_off(office)
    _one_leaves_and_comes_back_as_another(office)
    _empty_listing(office)
    compared = compare(office.stack.provisioned, office.stack.calls())
    assert compared.forbidden == []
    unused = {named(right) for right in compared.unused if right.function in {"ZenOnSchedule", "ZenOnQueue"}}
    elsewhere = rights_of_privacy(
        "ZenOnQueue"
    )  # seen in tests/functions/test_privacy_*.py, and here where a tick finds any
    assert unused - elsewhere == UNUSED.keys() - elsewhere


def _killed_worker(office: Office) -> None:
    """The first sync; its worker dies in the middle, and another one goes on."""
    office.zen.misbehave(kind="latency", seconds=0.02, times=None, operation="create")
    office.fire()
    run = office.until(lambda run: run["position"] >= 30)
    os.kill(_worker(office.stack), signal.SIGKILL)
    office.zen.reset()
    office.wake()
    office.fire()
    run = office.until(lambda run: run["phase"] == "done")
    sent = office.sendable()
    assert run["counters"] == {"created": len(sent), "rejected": run["received"] - len(sent)}
    looked = office.zen.state()["requests"]["find"]
    assert 0 < looked <= 30  # for what the dead one may have written, within one block
    emails = [user["Email"] for user in office.zen.users()]
    assert sorted(emails) == sorted(user["EMAIL"] for user in sent)


def _worker(stack: Stack) -> int:
    """The process of ZenOnQueue that is at work."""
    (at_work,) = [each for each in stack.functions.find("ZenOnQueue")._all if each._current is not None]
    return at_work._process.pid


def _nothing_changed(office: Office) -> None:
    office.zen.reset()
    run = office.sync_again()
    assert run["counters"].keys() == {"unchanged", "rejected"}
    assert office.zen.state()["writes"] == 0
    assert {outcome["kind"] for outcome in office.outcomes()} == {"rejected"}


def _one_change_put_off(office: Office) -> None:
    """A new e-mail, while Questor asks for ten minutes of peace first."""
    user = office.sendable()[7]
    office.questor.edit(change={str(user["CODIGOUSUARIO"]): {"EMAIL": f"novo.{user['EMAIL']}"}})
    office.questor.misbehave(kind="busy", retry_after="600", operation="list")
    waiting = office.sync_again()
    assert waiting["problem"]["code"] == "vendor_busy"
    assert 590 < float(waiting["wake_at"]) - time.time() <= 600
    assert office.notification()["state"] == "Pendente"
    office.wake()
    office.fire()
    run = office.until(lambda run: run["phase"] == "done")
    assert run["counters"]["updated"] == 1
    assert f"novo.{user['EMAIL']}" in {each["Email"] for each in office.zen.users()}
    assert office.notification()["state"] == "Concluído"


def _one_leaves_and_comes_back_as_another(office: Office) -> None:
    user = office.sendable()[-2]  # not the last, whose code the next one would get
    office.questor.edit(remove=[user["CODIGOUSUARIO"]])
    assert office.sync_again()["counters"]["deactivated"] == 1
    (inactive,) = [each for each in office.zen.users() if each["Situacao"] == "Inativo"]
    assert inactive["Email"] == user["EMAIL"]
    office.questor.edit(add=[{"name": "Quem Voltou", "email": user["EMAIL"], "group": 2}])
    assert office.sync_again()["counters"]["updated"] == 1
    (back,) = [each for each in office.zen.users() if each["Email"] == user["EMAIL"]]
    assert (back["Codigo"], back["Nome"], back["Situacao"]) == (inactive["Codigo"], "Quem Voltou", "Ativo")


def _empty_listing(office: Office) -> None:
    before = office.zen.users()
    office.questor.misbehave(kind="empty", operation="list")
    assert office.sync_again()["phase"] == "brake"
    assert office.notification()["state"] == "Pendente"
    assert office.zen.users() == before


def named(right: Allowed) -> tuple[str, str, str]:
    """A right with its resource's logical id, and what follows it."""
    return right.function, right.action, right.resource.rpartition("sincronia-local")[2].lstrip("-/")
