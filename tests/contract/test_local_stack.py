"""The stack on one machine, with a small template and handlers of its own: what AWS does, it does."""

from __future__ import annotations

import http.client
import itertools
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError

from local.dev import VENDORS
from local.processes import ROOT
from local.sandbox import Answer
from local.stack import Stack

TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Parameters:
  AllowedNetworks: { Type: String, Default: "" }
Globals:
  Function:
    Runtime: python3.13
    CodeUri: functions/
    Timeout: 2
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 1
      RedrivePolicy: { deadLetterTargetArn: !GetAtt DeadLetters.Arn, maxReceiveCount: 2 }
  DeadLetters:
    Type: AWS::SQS::Queue
  Steps:
    Type: AWS::SQS::Queue
    Properties:
      FifoQueue: true
      ContentBasedDeduplication: false
      DeduplicationScope: messageGroup
      FifoThroughputLimit: perMessageGroupId
      VisibilityTimeout: 1
      RedrivePolicy: { deadLetterTargetArn: !GetAtt DeadSteps.Arn, maxReceiveCount: 2 }
  DeadSteps:
    Type: AWS::SQS::Queue
    Properties: { FifoQueue: true }
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {}
      Policies: []
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Handler: sample.worker.handler
      Role: !GetAtt Role.Arn
      Events:
        Messages:
          Type: SQS
          Properties: { Queue: !GetAtt Queue.Arn, BatchSize: 5, FunctionResponseTypes: [ReportBatchItemFailures] }
  Stepper:
    Type: AWS::Serverless::Function
    Properties:
      Handler: sample.worker.handler
      Role: !GetAtt Role.Arn
      Events:
        Messages:
          Type: SQS
          Properties:
            Queue: !GetAtt Steps.Arn
            BatchSize: 1
            FunctionResponseTypes: [ReportBatchItemFailures]
            ScalingConfig: { MaximumConcurrency: 5 }
  Anything:
    Type: AWS::Serverless::Function
    Properties:
      Handler: sample.anything.handler
      Role: !GetAtt Role.Arn
      MemorySize: 256
      Environment: { Variables: { QUEUE_URL: !Ref Queue } }
      Events:
        EachMinute:
          Type: ScheduleV2
          Properties: { ScheduleExpression: rate(1 minute), Input: '{"time": "<aws.scheduler.scheduled-time>"}' }
  Broken:
    Type: AWS::Serverless::Function
    Properties: { Handler: sample.nowhere.handler, Role: !GetAtt Role.Arn }
Outputs:
  Queue: { Value: !Ref Queue }
  DeadLetters: { Value: !Ref DeadLetters }
  Steps: { Value: !Ref Steps }
  DeadSteps: { Value: !Ref DeadSteps }
"""

WORKER = """
import json

def handler(event, context):
    bodies = {record["messageId"]: record["body"] for record in event["Records"]}
    print("batch", json.dumps(sorted(bodies.values())))
    if "raise" in bodies.values():
        raise RuntimeError("as asked")
    return {"batchItemFailures": [{"itemIdentifier": name} for name, body in bodies.items() if body.startswith("fail")]}
"""

ANYTHING = """
import os, sys, time

calls = 0

def handler(event, context):
    global calls
    calls += 1
    match event.get("do"):
        case "raise":
            raise ValueError("as asked")
        case "die":
            os._exit(7)
        case "sleep":
            time.sleep(event["seconds"])
        case "send":
            import boto3
            boto3.client("sqs").send_message(QueueUrl=os.environ["QUEUE_URL"], MessageBody=event["body"])
    return {
        "event": event,
        "calls": calls,
        "process": os.getpid(),
        "name": context.function_name,
        "memory": context.memory_limit_in_mb,
        "arn": context.invoked_function_arn,
        "left": context.get_remaining_time_in_millis(),
        "key": os.environ["AWS_ACCESS_KEY_ID"],
        "code": sys.modules[__name__].__file__,
    }
"""


def sample(directory: Path) -> tuple[Path, Path]:
    """The template and the source root of the functions, written into a directory."""
    code = directory / "functions"
    (code / "sample").mkdir(parents=True)
    (code / "sample" / "worker.py").write_text(WORKER, encoding="utf-8")
    (code / "sample" / "anything.py").write_text(ANYTHING, encoding="utf-8")
    template = directory / "template.yaml"
    template.write_text(TEMPLATE, encoding="utf-8")
    return template, code


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    directory = tmp_path_factory.mktemp("stack")
    template, code = sample(directory)
    with Stack(name="sample", directory=directory, template=template, code=code) as standing:
        yield standing


def soon(holds: Callable[[], bool], seconds: float = 15) -> bool:
    """Whether something comes true within a time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.05)
    return False


@contextmanager
def killed(process: subprocess.Popen[str]) -> Iterator[None]:
    """Kills the process at the end: a test that fails must not wait for it."""
    try:
        yield
    finally:
        process.kill()


def runs(process: int) -> bool:
    """Whether a process of this number runs."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def answers(url: str) -> bool:
    """Whether something listens there."""
    try:
        socket.create_connection((urlsplit(url).hostname, urlsplit(url).port or 80), timeout=2).close()
    except ConnectionRefusedError:
        return False
    return True


def whoami(url: str, token: str) -> tuple[int, str]:
    """What the hub knows of the caller: status, and the token's role."""
    address = urlsplit(url)
    calling = http.client.HTTPConnection(address.hostname or "", address.port, timeout=20)
    with closing(calling):
        calling.request("GET", "/tokens/current", headers={"Authorization": f"Bearer {token}"})
        answer = calling.getresponse()
        return answer.status, json.loads(answer.read())["role"]


def curl(line: str, uploaded: bytes = b"") -> Any:
    """What a line for curl answers, which must be of a good end: its address, its headers (@ is a file), its data.

    uploaded: what is in the file that the line uploads.
    """
    _, _, url, *options = shlex.split(line)
    given = list(zip(options[::2], options[1::2], strict=True))
    headers = [Path(text[1:]).read_text(encoding="utf-8") if text[0] == "@" else text for o, text in given if o == "-H"]
    named = dict(header.strip().split(": ") for header in headers)
    data: str | bytes | None = next((text for option, text in given if option == "-d"), None)
    if data:
        named = {"Content-Type": "application/x-www-form-urlencoded", **named}
    method = "POST" if data else "GET"
    if uploaded:
        method, url, data = "PUT", url + dict(given)["-T"], uploaded
    response = requests.request(method, url, data=data, headers=named, timeout=20)
    assert response.ok
    return response.json() if "json" in response.headers.get("Content-Type", "") else response.content


def value(answer: Answer) -> dict[str, Any]:
    decoded = answer.value()
    assert isinstance(decoded, dict)
    return decoded


def batches(stack: Stack, function: str = "Worker") -> list[list[str]]:
    log = stack.logs / f"{function}.log"
    if not log.exists():
        return []
    return [json.loads(line[6:]) for line in log.read_text(encoding="utf-8").splitlines() if line.startswith("batch ")]


def test_a_function_sees_what_lambda_shows_it(stack: Stack) -> None:
    seen = value(stack.invoke("Anything", {"a": "ç"}))
    assert seen["event"] == {"a": "ç"}
    assert seen["name"] == "sample-Anything"
    assert seen["memory"] == "256"
    assert seen["arn"].endswith(":function:sample-Anything")
    assert 1000 < seen["left"] <= 2000
    assert seen["key"] == "Anything"


def test_a_sandbox_is_kept_warm(stack: Stack) -> None:
    first, second = (value(stack.invoke("Anything", {})) for _ in range(2))
    assert second["process"] == first["process"]
    assert second["calls"] == first["calls"] + 1


def test_an_error_is_the_answer_and_the_sandbox_goes_on(stack: Stack) -> None:
    before = value(stack.invoke("Anything", {}))
    answer = stack.invoke("Anything", {"do": "raise"})
    assert answer.failed
    assert value(answer)["errorType"] == "ValueError"
    assert value(answer)["errorMessage"] == "as asked"
    assert value(stack.invoke("Anything", {}))["process"] == before["process"]


def test_a_sandbox_that_dies_says_so_and_is_replaced(stack: Stack) -> None:
    before = value(stack.invoke("Anything", {}))
    answer = stack.invoke("Anything", {"do": "die"})
    assert answer.failed
    assert value(answer)["errorType"] == "Runtime.ExitError"
    assert "status 7" in value(answer)["errorMessage"]
    assert value(stack.invoke("Anything", {}))["process"] != before["process"]


def test_a_renewed_function_ends_what_it_has_begun_before_it_meets_a_new_sandbox(stack: Stack) -> None:
    before = value(stack.invoke("Anything", {}))
    with ThreadPoolExecutor() as threads:
        at_work = threads.submit(stack.invoke, "Anything", {"do": "sleep", "seconds": 1})
        assert soon(lambda: not stack.functions.find("Anything")._idle)
        stack.functions.find("Anything").renew()
        assert at_work.done()
    assert value(at_work.result())["process"] == before["process"]
    assert not runs(before["process"])
    assert value(stack.invoke("Anything", {}))["process"] != before["process"]


def test_past_its_timeout_a_function_is_killed(stack: Stack) -> None:
    before = value(stack.invoke("Anything", {}))
    started = time.monotonic()
    answer = stack.invoke("Anything", {"do": "sleep", "seconds": 30})
    assert 1.9 < time.monotonic() - started < 6
    assert answer.failed
    assert value(answer)["errorType"] == "Sandbox.Timedout"
    assert "timed out after 2.00 seconds" in value(answer)["errorMessage"]
    assert soon(lambda: not runs(before["process"]))
    assert value(stack.invoke("Anything", {}))["process"] != before["process"]


def test_a_handler_that_is_not_there_is_the_answer(stack: Stack) -> None:
    answer = stack.invoke("Broken", {})
    assert answer.failed
    assert value(answer)["errorType"] == "Runtime.ImportModuleError"


def test_messages_are_worked_off_and_deleted(stack: Stack) -> None:
    sqs = stack.client("sqs")
    for number in range(3):
        sqs.send_message(QueueUrl=stack.outputs["Queue"], MessageBody=f"good-{number}")
    wanted = {f"good-{number}" for number in range(3)}
    assert soon(lambda: wanted <= {body for batch in batches(stack) for body in batch})
    time.sleep(1.5)  # past the visibility timeout: what wasn't deleted would be back
    seen = [body for batch in batches(stack) for body in batch if body in wanted]
    assert sorted(seen) == sorted(wanted)


@pytest.mark.parametrize("body", ["fail", "raise"])
def test_what_fails_comes_back_and_ends_in_the_dead_letters(stack: Stack, body: str) -> None:
    sqs = stack.client("sqs")
    sqs.send_message(QueueUrl=stack.outputs["Queue"], MessageBody=body)
    received: list[str] = []

    def buried() -> bool:
        answer = sqs.receive_message(QueueUrl=stack.outputs["DeadLetters"], MaxNumberOfMessages=10)
        received.extend(message["Body"] for message in answer.get("Messages", []))
        return body in received

    assert soon(buried)
    assert sum(batch.count(body) for batch in batches(stack)) == 2


def test_one_bad_message_of_a_batch_does_not_bring_back_the_others(stack: Stack) -> None:
    entries = [
        {"Id": str(number), "MessageBody": body} for number, body in enumerate(("ok-1", "fail-among-others", "ok-2"))
    ]
    stack.client("sqs").send_message_batch(QueueUrl=stack.outputs["Queue"], Entries=entries)  # type: ignore[arg-type]
    assert soon(lambda: sum(batch.count("fail-among-others") for batch in batches(stack)) == 2)
    bodies = [body for batch in batches(stack) for body in batch]
    assert [bodies.count("ok-1"), bodies.count("ok-2")] == [1, 1]


def test_a_group_waits_for_its_failed_message_and_no_other_group_does(stack: Stack) -> None:
    sqs, steps, dead = stack.client("sqs"), stack.outputs["Steps"], stack.outputs["DeadSteps"]
    for number, (group, body) in enumerate((("a", "fail-first"), ("a", "second"), ("b", "of-another-group"))):
        sqs.send_message(QueueUrl=steps, MessageBody=body, MessageGroupId=group, MessageDeduplicationId=f"{number}")
    assert soon(lambda: ["second"] in batches(stack, "Stepper"))
    bodies = [body for (body,) in batches(stack, "Stepper")]
    assert [body for body in bodies if body != "of-another-group"] == ["fail-first", "fail-first", "second"]
    assert bodies.index("of-another-group") < bodies.index("second")
    (buried,) = sqs.receive_message(QueueUrl=dead, MessageSystemAttributeNames=["MessageGroupId"])["Messages"]
    assert (buried["Body"], buried["Attributes"]) == ("fail-first", {"MessageGroupId": "a"})
    assert steps.endswith("-Steps.fifo")
    assert dead.endswith("-DeadSteps.fifo")


def test_a_schedule_fires_with_its_input(stack: Stack) -> None:
    at = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    assert value(stack.fire_schedule("Anything", at))["event"] == {"time": "2026-03-01T12:00:00Z"}
    assert value(stack.fire_schedule("AnythingEachMinute", at))["event"] == {"time": "2026-03-01T12:00:00Z"}
    with pytest.raises(LookupError, match="Worker"):
        stack.fire_schedule("Worker")


def test_calls_are_counted_by_function_and_the_poller_apart(stack: Stack) -> None:
    stack.calls(reset=True)
    stack.invoke("Anything", {"do": "send", "body": "good"})
    assert soon(lambda: ["good"] in batches(stack))
    assert soon(lambda: stack.calls().named("sqs")["DeleteMessage"] == 1)
    record = stack.calls()
    mine = {(right.action, right.resource): n for right, n in record.rights.items() if right.caller == "Anything"}
    assert mine == {("sqs:SendMessage", "arn:aws:sqs:sa-east-1:123456789012:sample-Queue"): 1}
    assert record.named("sqs", without=frozenset({"event-source"})) == {"SendMessage": 1}


def test_what_is_done_with_many_objects_is_counted_by_folder(tmp_path: Path) -> None:
    template, code = sample(tmp_path)
    bucket = "  Bucket: { Type: AWS::S3::Bucket }\nOutputs:\n  Bucket: { Value: !Ref Bucket }\n"
    template.write_text(TEMPLATE.replace("Outputs:\n", bucket), encoding="utf-8")
    with Stack(directory=tmp_path, template=template, code=code) as stack:
        s3, name = stack.client("s3"), stack.outputs["Bucket"]
        for key in ("runs/a/1", "runs/a/2&3", "results/b"):
            s3.put_object(Bucket=name, Key=key, Body=b"x")
        stack.calls(reset=True)
        found = s3.list_objects_v2(Bucket=name, Prefix="runs/a/")["Contents"]
        s3.delete_objects(Bucket=name, Delete={"Objects": [{"Key": each["Key"]} for each in found]})
        record = stack.calls()
        assert [each["Key"] for each in s3.list_objects_v2(Bucket=name)["Contents"]] == ["results/b"]
    assert {(right.action, right.resource): n for right, n in record.rights.items()} == {
        ("s3:ListBucket", f"arn:aws:s3:::{name}?prefix=runs/"): 1,
        ("s3:DeleteObject", f"arn:aws:s3:::{name}/runs/"): 2,
    }


def test_the_invoke_api_answers_as_lambda_does(stack: Stack) -> None:
    client = boto3.session.Session().client(
        "lambda",
        endpoint_url=stack.lambda_url,
        region_name="sa-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="local",
        config=Config(retries={"max_attempts": 0}),
    )
    answer = client.invoke(FunctionName="Anything", Payload=b'{"a": 1}')
    assert answer["StatusCode"] == 200
    assert "FunctionError" not in answer
    assert json.load(answer["Payload"])["event"] == {"a": 1}
    failed = client.invoke(FunctionName="sample-Anything", Payload=b'{"do": "raise"}')
    assert failed["FunctionError"] == "Unhandled"
    assert json.load(failed["Payload"])["errorType"] == "ValueError"
    for name, payload, kind in (
        ("Nobody", b"{}", "ResourceNotFoundException"),
        ("Anything", b"{", "InvalidRequestContentException"),
    ):
        with pytest.raises(ClientError) as caught:
            client.invoke(FunctionName=name, Payload=payload)
        assert caught.value.response["Error"]["Code"] == kind
    client.close()


def test_idle_the_stack_hardly_works(stack: Stack) -> None:
    """One long receive of each queue at a time, and no busy loop in this process."""
    stack.calls(reset=True)
    before = time.process_time()
    time.sleep(2)
    assert time.process_time() - before < 0.1
    assert sum(stack.calls().operations.values()) <= 2


def test_everything_ends_with_the_stack(tmp_path: Path) -> None:
    template, code = sample(tmp_path)
    with Stack(directory=tmp_path, template=template, code=code) as stack:
        process = value(stack.invoke("Anything", {}))["process"]
        endpoint, address = stack.aws_endpoint, stack.lambda_url
    assert not runs(process)
    assert not answers(endpoint)
    assert not answers(address)


OWNER = """
import sys
from pathlib import Path
from local.stack import Stack

directory = Path(sys.argv[1])
template, code = directory / "template.yaml", directory / "functions"
with Stack(directory=directory, template=template, code=code) as stack:
    print(stack.aws_endpoint, stack.invoke("Anything", {}).value()["process"], flush=True)
    while True:
        stack.invoke("Anything", {"do": "sleep", "seconds": 1.5})  # killed while a function runs
"""


def test_nothing_outlives_a_parent_that_was_killed(tmp_path: Path) -> None:
    sample(tmp_path)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", OWNER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as owner, killed(owner):
        assert owner.stdout is not None
        endpoint, sandbox = owner.stdout.readline().split()
        assert answers(endpoint)
        assert runs(int(sandbox))
        owner.send_signal(signal.SIGKILL)
    assert soon(lambda: not runs(int(sandbox)), 5)
    assert soon(lambda: not answers(endpoint), 5)


@pytest.mark.sweep
def test_make_dev_says_where_everything_is_and_ends_on_ctrl_c(tmp_path: Path) -> None:
    file = tmp_path / "stack.json"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "local.dev", "--directory", str(tmp_path)]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT) as serving,
        killed(serving),
    ):
        assert soon(file.exists, 30)
        said = json.loads(file.read_text(encoding="utf-8"))
        vendors = [vendor["url"] for vendor in said["vendors"].values()]
        urls = [said["api"], said["aws"]["endpoint"], said["lambda"], *vendors]
        assert all(answers(url) for url in urls)
        assert whoami(said["api"], said["token"]) == (200, "administrator")
        assert serving.stdout
        printed = "".join(itertools.takewhile(lambda line: line != "\n", serving.stdout))
        steps = list(itertools.takewhile(lambda line: not line.startswith("O mesmo log"), serving.stdout))
        changed, hinted, logged = (line for line in steps if line.startswith("  curl"))
        assert curl(changed) is None
        assert set(curl(hinted)) == {"hint"}
        assert soon(lambda: [line["outcome"] for line in curl(logged)["items"]] == ["deactivated"])
        next(serving.stdout)  # an empty line
        directory = list(itertools.islice(serving.stdout, 8))
        searched, made, exported, dropped, notified = (line for line in directory if line.startswith("  curl"))
        names = [client["name"] for client in curl(searched)["items"]]
        assert names
        assert all(name[0] in "AÁ" for name in names)
        assert [warning["code"] for warning in curl(made)["warnings"]] == ["asms.email_missing"]
        assert curl(exported)[:2] == b"PK"
        curl(dropped, curl(exported))
        assert soon(lambda: [one["result"] for one in curl(notified)["items"]] == ["failure"])  # it has no rows
        network = list(itertools.islice(serving.stdout, 6))
        prepared, environments, saved = (line for line in network if line.startswith("  curl"))
        assert curl(prepared)["status"] == 200
        assert soon(lambda: [one["mark"] for one in curl(environments)["items"]] == ["green"])
        assert curl(saved)["status"] == 200
        assert soon(lambda: [one["need"] for one in curl(environments)["items"]] == ["prepare"])
        serving.send_signal(signal.SIGINT)
        rest, _ = serving.communicate(timeout=20)
    text = "".join([printed, *steps, *directory, *network, rest])
    assert serving.returncode == 0
    assert "whsec_" not in text
    assert not list(tmp_path.glob("*.header"))
    assert set(said) == {"api", "token", "aws", "outputs", "lambda", "vendors"}
    assert said["outputs"]["ConnectionsTable"] == "sincronia-local-ConnectionsTable"
    assert said["outputs"]["ApiUrl"] == said["api"]
    assert set(said["vendors"]) == set(VENDORS)
    assert said["token"] not in text
    assert all(url in text for url in urls)
    assert not any(answers(url) for url in urls)
    assert not file.exists()
