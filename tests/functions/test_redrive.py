"""The command that gives dead letters back: to the queue that they died in, with their group, once each."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from local import processes
from operations import redrive
from tests.functions.test_create_token import described
from tests.office_on_aws import REGION, AwsServer


def run(aws: AwsServer, stack: Path | str, queue: str) -> subprocess.CompletedProcess[str]:
    environment = processes.base_environment() | {
        "PYTHONPATH": f"{processes.ROOT}:{processes.ROOT / 'functions'}",
        "AWS_ENDPOINT_URL": aws.endpoint,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "operator",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_MAX_ATTEMPTS": "1",
    }
    return subprocess.run(
        [sys.executable, "-m", "operations.redrive", str(stack), queue],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=processes.ROOT,
        env=environment,
        timeout=60,
        check=False,
    )


def waiting(aws: AwsServer, queue: str) -> list[tuple[str, str]]:
    """All messages that can be taken from a queue, with their group, in their order; they are taken."""
    url, found = aws.provisioned.outputs[queue], list[tuple[str, str]]()
    asked: Any = {"QueueUrl": url, "WaitTimeSeconds": 0, "MessageSystemAttributeNames": ["All"]}
    while messages := aws.sqs.receive_message(**asked).get("Messages"):
        for message in messages:
            found.append((message["Body"], message["Attributes"].get("MessageGroupId", "")))
            aws.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found


def died(aws: AwsServer, queue: str, *messages: tuple[str, str]) -> None:
    """Messages (body, group) that are in a queue of dead letters."""
    for body, group in messages:
        fifo: Any = {"MessageGroupId": group, "MessageDeduplicationId": uuid4().hex} if group else {}
        aws.sqs.send_message(QueueUrl=aws.provisioned.outputs[queue], MessageBody=body, **fifo)


def test_dead_letters_go_back_in_their_order_with_their_group(aws: AwsServer, tmp_path: Path) -> None:
    aws.emptied("sgp")
    letters = [(f"aviso {number}", f"provedor#{number % 3}") for number in range(12)]
    died(aws, "SgpDeadLetters", *letters)
    ended = run(aws, described(aws, tmp_path), "SgpDeadLetters")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "12 mensagens voltaram à sua fila.\n", "")
    assert waiting(aws, "SgpDeadLetters") == []
    back = waiting(aws, "SgpQueue")
    for group in {group for _, group in letters}:
        assert [letter for letter in back if letter[1] == group] == [letter for letter in letters if letter[1] == group]
    assert len(back) == len(letters)


def test_those_of_a_queue_without_order_go_back_too(aws: AwsServer) -> None:
    aws.emptied()
    died(aws, "ZenDeadLetters", ("execução", ""))
    assert len(list(redrive.redrive(aws.sqs, aws.provisioned.outputs["ZenDeadLetters"]))) == 1
    assert waiting(aws, "ZenQueue") == [("execução", "")]
    assert waiting(aws, "ZenDeadLetters") == []


def test_who_dies_in_the_middle_loses_none(aws: AwsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between sending a letter and deleting it, the worst moment: it goes back twice."""
    aws.emptied("sgp")
    url = aws.provisioned.outputs["SgpDeadLetters"]
    died(aws, "SgpDeadLetters", ("um", "a"), ("dois", "b"), ("três", "a"))
    monkeypatch.setattr(redrive, "HIDDEN_SECONDS", 0)  # what time would do
    with monkeypatch.context() as dying:
        dying.setattr(aws.sqs, "delete_message", None)
        with pytest.raises(TypeError):
            list(redrive.redrive(aws.sqs, url))
    assert len(list(redrive.redrive(aws.sqs, url))) == 3
    back = waiting(aws, "SgpQueue")
    assert [body for body, group in back if group == "a"] == ["um", "um", "três"]
    assert [body for body, group in back if group == "b"] == ["dois"]


def test_the_same_letter_goes_back_again_when_it_died_again(aws: AwsServer) -> None:
    aws.emptied("sgp")
    for _ in range(2):
        died(aws, "SgpDeadLetters", ("aviso", "provedor#1"))
        assert len(list(redrive.redrive(aws.sqs, aws.provisioned.outputs["SgpDeadLetters"]))) == 1
        assert waiting(aws, "SgpQueue") == [("aviso", "provedor#1")]


def test_what_is_no_queue_of_dead_letters_is_refused(aws: AwsServer, tmp_path: Path) -> None:
    aws.emptied("sgp")
    ended = run(aws, described(aws, tmp_path), "SgpQueue")
    there = ("Asms", "AsmsUpload", "Notes", "Promob", "Schedule", "Sgp", "Zen")
    said = f"O stack não tem a fila SgpQueue; tem {', '.join(f'{one}DeadLetters' for one in there)}.\n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (2, "", said)
    with pytest.raises(redrive.NoDeadLettersError, match="não há aonde devolvê-las"):
        list(redrive.redrive(aws.sqs, aws.provisioned.outputs["ScheduleDeadLetters"]))
