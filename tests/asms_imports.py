"""Files that are dropped to be imported: made, put on S3, taken in, carried out; what became of them."""

from __future__ import annotations

import csv
import io
import json
import os
import urllib.request
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import openpyxl

from local.calls import CALLS_PATH, Record
from tests.asms_on_aws import CONNECTION, Asms
from tests.asms_runs import delivered, tick
from tests.office_on_aws import Context, event

Cells = Mapping[str, str]  # by header


def csv_of(rows: Iterable[Cells], headers: Sequence[str] = ()) -> bytes:
    """A file as Excel writes it: the rows' headers, in the order that they first come in, and semicolons."""
    rows = list(rows)
    headers = headers or list(dict.fromkeys(header for row in rows for header in row))
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerow(headers)
    writer.writerows([row.get(header, "") for header in headers] for row in rows)
    return "\ufeff".encode() + file.getvalue().encode()


def workbook_of(rows: Iterable[Cells], sheet: str = "Clientes") -> bytes:
    """The same as a workbook of another writer than ours, as text cells."""
    rows = list(rows)
    headers = list(dict.fromkeys(header for row in rows for header in row))
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet(sheet)
    page.append(headers)
    for row in rows:
        page.append([row.get(header, "") for header in headers])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def put(
    asms: Asms, content: bytes, *, project: str, name: str = "novos.csv", category: str = "clients", **metadata: str
) -> str:
    """Drops a file; gives its key."""
    key = f"imports/{CONNECTION}/{project}/{category}/{name}"
    asms.aws.s3.put_object(
        Bucket=os.environ["DATA_BUCKET"],
        Key=key,
        Body=content,
        Metadata={name.replace("_", "-"): value for name, value in metadata.items()},
    )
    return key


def taken_in(asms: Asms) -> list[str]:
    """Hands what S3 told of to on_upload; gives the ids of the runs that are new."""
    before = {row["run_id"] for row in asms.rows("runs")}
    url = asms.aws.provisioned.outputs["AsmsUploads"]
    while waiting := asms.aws.sqs.receive_message(QueueUrl=url, WaitTimeSeconds=0).get("Messages"):
        for message in waiting:
            happening = event("asms/on_upload/uploaded")
            happening["Records"][0] |= {"body": message["Body"], "messageId": message["MessageId"]}
            answer = asms.sandbox.imported("asms.on_upload").handler(happening, Context(60))
            assert answer["batchItemFailures"] == []
            asms.aws.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return sorted({row["run_id"] for row in asms.rows("runs")} - before)


def dropped(asms: Asms, content: bytes, **where: str) -> str:
    """Drops a file that is taken in at once; gives the run's id."""
    put(asms, content, **where)
    (run_id,) = taken_in(asms)
    return run_id


def carried_out(asms: Asms) -> None:
    """Works until nothing is queued and nothing is due."""
    for _ in range(20):
        while delivered(asms):
            pass
        tick(asms)
        if not delivered(asms):
            return
    message = "It goes on and on."
    raise AssertionError(message)


def imported(asms: Asms, content: bytes, **where: str) -> dict[str, Any]:
    """Drops a file, and carries its import out; gives the run."""
    run_id = dropped(asms, content, **where)
    carried_out(asms)
    return run(asms, run_id)


def run(asms: Asms, run_id: str) -> dict[str, Any]:
    """A run, as the API gives it."""
    found: dict[str, Any] = asms.get(f"/integrations/asms/connections/{CONNECTION}/runs/{run_id}")
    return found


def notification(asms: Asms, run_id: str) -> dict[str, Any]:
    """A run's notification, as it is kept."""
    (row,) = [row for row in asms.rows("notifications") if row["id"] == run_id]
    return row


def outcomes(asms: Asms, run_id: str) -> list[dict[str, Any]]:
    """What a run did, row by row, as it is kept."""
    found = [row for row in asms.rows("outcomes") if row["run_id"] == run_id]
    read = [row | {name: json.loads(row[name]) for name in ("kept", "problem") if name in row} for row in found]
    return sorted(read, key=lambda row: row["seq"])


def faults(asms: Asms, run_id: str) -> list[tuple[str, str, str]]:
    """What a run found wrong: cell, value as it is shown, code."""
    return [
        (fault["cell"], fault["value"], fault["problem"]["code"])
        for outcome in outcomes(asms, run_id)
        for fault in outcome.get("kept", {}).get("faults", ())
    ]


def users(asms: Asms, category: str = "clients") -> dict[str, dict[str, Any]]:
    """All users of a category as they are kept, by login."""
    return {
        value["login"]: value | {"id": row["item"], "version": row["version"]}
        for row in asms.rows()
        if row["scope"] == f"{CONNECTION}#{category}" and (value := json.loads(row["value"]))
    }


def requests(asms: Asms) -> int:
    """The requests to DynamoDB since the last time; a transaction is one."""
    asked = urllib.request.Request(f"{asms.aws.endpoint}{CALLS_PATH}", method="DELETE")  # noqa: S310  # our own server
    with urllib.request.urlopen(asked) as answer:  # noqa: S310
        return Record.from_json(answer.read()).named("dynamodb").total()
