"""Files that are dropped at imports/ on the stack whole: S3, its queue, the function that takes them in."""

from __future__ import annotations

import json
import time
from typing import Any

from local.stack import Stack
from tests.e2e.directory_over_http import Directory
from tests.e2e.over_http import SECONDS, Caller, Document


def imports_of(directory: Directory, number: int) -> list[Any]:
    """The notifications of a directory's imports, when there are so many."""
    end = time.monotonic() + SECONDS
    while True:
        found = list(directory.operator.every("/notifications", connection=directory.id))
        told = [each for each in found if each["title"].startswith("Importar")]
        if len(told) >= number:
            return told
        assert time.monotonic() < end, found
        time.sleep(0.05)


def test_what_is_dropped_is_told_to_people_and_what_is_dropped_astray_too(stack: Stack, document: Document) -> None:
    directory = Directory(Caller(stack, document, stack.token))
    s3, bucket = stack.client("s3"), stack.outputs["DataBucket"]
    s3.put_object(
        Bucket=bucket, Key=f"imports/{directory.id}/suporte A terminais/clients/Março.csv", Body=b"Nome;Login\n"
    )
    s3.put_object(Bucket=bucket, Key=f"imports/{directory.id}/Março.csv", Body=b"Nome;Login\n")
    titles = {each["title"]: each for each in imports_of(directory, 2)}
    assert set(titles) == {"Importar clientes: Suporte a terminais (Março.csv)", "Importar: Março.csv"}
    astray = titles["Importar: Março.csv"]
    assert (astray["state"], astray["result"]) == ("Concluído", "failure")


def test_s3_that_tried_the_way_and_what_was_dropped_leave_nothing_in_the_queues(
    stack: Stack, document: Document
) -> None:
    directory = Directory(Caller(stack, document, stack.token))
    key = f"imports/{directory.id}/{directory.project}/specialists/a.csv"
    stack.client("s3").put_object(Bucket=stack.outputs["DataBucket"], Key=key, Body=b"Nome;Login\n")
    imports_of(directory, 1)
    sqs, end = stack.client("sqs"), time.monotonic() + SECONDS
    queues = [stack.outputs["AsmsUploads"], stack.outputs["AsmsUploadDeadLetters"]]
    while left := [_left(sqs, queue) for queue in queues if _left(sqs, queue)]:
        assert time.monotonic() < end, json.dumps(left)
        time.sleep(0.05)


def _left(sqs: Any, queue: str) -> dict[str, str]:
    every = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    return {name: each for name, each in every.items() if name.startswith("ApproximateNumberOf") and each != "0"}
