"""A directory that files are imported into by functions which may die: S3's events, the worker, what all ends in."""

from __future__ import annotations

import json
import os
import re
import urllib.request
from typing import Any

from tests.asms_on_aws import CONNECTION
from tests.crash import asms_world
from tests.crash.asms_world import VOLATILE, DirectoryOnAws, steady
from tests.office_on_aws import Context, Sandbox, event

_TIME = re.compile(r"\d\d/\d\d/\d{4} \d\d:\d\d")
_HASH = re.compile(r"\$argon2id\$[^\"]+")
# What runs keep of how often they were begun again, and when.
_VOLATILE = VOLATILE | {
    "lease", "lease_until", "attempts", "look_until", "wake_at", "started_at", "concluded_at", "expires_at", "story_at",
    "plan_manifests",  # whose objects lie under the lease
}  # fmt: skip


class ImportsOnAws(DirectoryOnAws):
    """A directory, the queue that S3 tells, and the queue of runs."""

    def new_sandbox(self) -> Sandbox:
        """See DirectoryOnAws."""
        sandbox = super().new_sandbox()
        sandbox.imported("asms.on_upload")
        return sandbox

    def drop(self, name: str, content: bytes, **metadata: str) -> None:
        """Puts a file on S3, past what a fate may befall."""
        known = {name.replace("_", "-"): value for name, value in metadata.items()}
        what = {
            "Bucket": os.environ["DATA_BUCKET"],
            "Key": f"imports/{CONNECTION}/{self.ids['Matriz']}/clients/{name}",
            "Metadata": known,
        }
        address = self.aws.s3.generate_presigned_url("put_object", Params=what)
        headers = {"Content-Type": "", **{f"x-amz-meta-{name}": value for name, value in known.items()}}
        request = urllib.request.Request(address, content, headers, method="PUT")  # noqa: S310  # our own server
        with urllib.request.urlopen(request):  # noqa: S310
            pass

    def message(self) -> tuple[dict[str, Any], str] | None:
        """The next message, of S3 first; its receipt says of which queue."""
        for name, url in (("on_upload/uploaded", self.uploads), ("on_queue/deletion", self.queue_url)):
            found = self.aws.sqs.receive_message(QueueUrl=url, VisibilityTimeout=0, WaitTimeSeconds=0).get("Messages")
            if found:
                happening = event(f"asms/{name}")
                happening["Records"][0] |= {"body": found[0]["Body"], "messageId": found[0]["MessageId"]}
                return happening, json.dumps([url, found[0]["ReceiptHandle"]])
        return None

    @property
    def uploads(self) -> str:
        """The URL of the queue that S3 tells."""
        return self.aws.provisioned.outputs["AsmsUploads"]

    def handle(self, happening: dict[str, Any], sandbox: Sandbox | None = None, seconds: float = 300) -> bool:
        """The answer of the function that the message is for."""
        function = "asms.on_upload" if "AsmsUploads" in happening["Records"][0]["eventSourceARN"] else "asms.on_queue"
        answer = (sandbox or self.sandbox).of(function).handler(happening, Context(seconds))
        return not answer["batchItemFailures"]

    def spend(self, receipt: str) -> None:
        """Deletes a message."""
        url, handle = json.loads(receipt)
        self.aws.sqs.delete_message(QueueUrl=url, ReceiptHandle=handle)


def world(place: ImportsOnAws) -> dict[str, Any]:
    """The directory; runs with their counters, outcomes and notifications. Runs are known by their flow and file."""
    found = asms_world.world(place)
    runs = place.rows("runs")
    names = {row["run_id"]: f"{row['flow']} {json.loads(row['filters'])['file']}" for row in runs}
    for table in ("runs", "outcomes", "notifications"):
        found[table] = sorted(json.dumps(steady(row, _VOLATILE), sort_keys=True) for row in place.rows(table))
    text = json.dumps(found)
    for run_id, name in sorted(names.items(), reverse=True):  # who goes on from another has its id in front
        text = text.replace(run_id, name)
    gone = {row["record"].rpartition("#")[2]: row["label"] for row in place.rows("outcomes")}  # some users are, by now
    gone.pop("", None)
    for one, name in (gone | asms_world.names(place)).items():
        text = text.replace(one, name)
    named: dict[str, Any] = json.loads(_HASH.sub("a hash", _TIME.sub("some time", text)))
    return {table: sorted(rows, key=json.dumps) for table, rows in named.items()}
