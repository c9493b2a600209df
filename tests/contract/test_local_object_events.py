"""What the local AWS server's buckets tell their queues, against what AWS writes of S3's events."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from itertools import count
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

import pytest
import requests
from moto.s3 import notifications

from local import object_events
from local.moto_replaced import MotoChangedError
from tests.office_on_aws import AwsServer

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

NUMBERS = count()
PART = 5 * 2**20


class BucketOnAws:
    """A bucket that tells a queue of what is made below imports/."""

    def __init__(self, s3: S3Client, sqs: SQSClient) -> None:
        self.s3, self.sqs = s3, sqs
        self.name = f"told-{next(NUMBERS)}"
        self.queue: str = sqs.create_queue(QueueName=self.name)["QueueUrl"]
        s3.create_bucket(Bucket=self.name, CreateBucketConfiguration={"LocationConstraint": "sa-east-1"})
        told: Any = {
            "QueueArn": f"arn:aws:sqs:sa-east-1:123456789012:{self.name}",
            "Events": ["s3:ObjectCreated:*"],
            "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "imports/"}]}},
        }
        s3.put_bucket_notification_configuration(
            Bucket=self.name, NotificationConfiguration={"QueueConfigurations": [told]}
        )

    def messages(self) -> list[Any]:
        """What was told, read as JSON; it is gone then."""
        found = []
        while waiting := self.sqs.receive_message(QueueUrl=self.queue, WaitTimeSeconds=0).get("Messages"):
            for message in waiting:
                self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
                found.append(json.loads(message["Body"]))
        return found

    def told(self) -> list[tuple[str, str]]:
        """The names and keys of the events that were told."""
        records = [record for message in self.messages() for record in message["Records"]]
        return [(record["eventName"], unquote_plus(record["s3"]["object"]["key"])) for record in records]


@pytest.fixture
def bucket(aws: AwsServer) -> Iterator[BucketOnAws]:
    made = BucketOnAws(aws.s3, aws.sqs)
    assert [message["Event"] for message in made.messages()] == ["s3:TestEvent"]
    yield made
    for each in aws.s3.list_objects_v2(Bucket=made.name).get("Contents", []):
        aws.s3.delete_object(Bucket=made.name, Key=each["Key"])
    aws.s3.delete_bucket(Bucket=made.name)
    aws.sqs.delete_queue(QueueUrl=made.queue)


def test_what_is_put_is_told_once_with_its_key_encoded_as_in_a_form(bucket: BucketOnAws) -> None:
    bucket.s3.put_object(Bucket=bucket.name, Key="imports/Março + 1.csv", Body=b"a", Tagging="a=b")
    bucket.s3.put_object(Bucket=bucket.name, Key="others/a.csv", Body=b"a")
    ((record,),) = (message["Records"] for message in bucket.messages())
    assert record["eventName"] == "ObjectCreated:Put"
    assert record["s3"]["bucket"]["name"] == bucket.name
    told = record["s3"]["object"]
    assert (told["key"], told["size"]) == ("imports/Mar%C3%A7o+%2B+1.csv", 1)
    assert f'"{told["eTag"]}"' == bucket.s3.head_object(Bucket=bucket.name, Key="imports/Março + 1.csv")["ETag"]


def test_a_multipart_upload_is_told_once_when_it_is_complete(bucket: BucketOnAws) -> None:
    where: Any = {"Bucket": bucket.name, "Key": "imports/a.zip"}
    upload = bucket.s3.create_multipart_upload(**where)["UploadId"]
    parts: list[Any] = []
    for number, body in enumerate((b"a" * PART, b"b"), 1):
        etag = bucket.s3.upload_part(**where, UploadId=upload, PartNumber=number, Body=body)["ETag"]
        parts.append({"ETag": etag, "PartNumber": number})
    assert bucket.told() == []
    bucket.s3.complete_multipart_upload(**where, UploadId=upload, MultipartUpload={"Parts": parts})
    assert bucket.told() == [("ObjectCreated:CompleteMultipartUpload", "imports/a.zip")]


def test_a_copy_and_a_form_are_told_and_what_is_read_or_deleted_is_not(bucket: BucketOnAws) -> None:
    bucket.s3.put_object(Bucket=bucket.name, Key="others/a.csv", Body=b"a")
    bucket.s3.copy_object(Bucket=bucket.name, Key="imports/b.csv", CopySource=f"{bucket.name}/others/a.csv")
    form = bucket.s3.generate_presigned_post(bucket.name, "imports/c.csv", Fields={"x-amz-meta-of": "ana"})
    form["fields"]["x-amz-meta-of"] = "ana"
    assert requests.post(form["url"], data=form["fields"], files={"file": b"\xff\x00"}, timeout=10).status_code == 204
    bucket.s3.head_object(Bucket=bucket.name, Key="imports/c.csv")
    bucket.s3.delete_object(Bucket=bucket.name, Key="imports/b.csv")
    assert bucket.told() == [("ObjectCreated:Copy", "imports/b.csv"), ("ObjectCreated:Post", "imports/c.csv")]
    assert bucket.s3.head_object(Bucket=bucket.name, Key="imports/c.csv")["Metadata"] == {"of": "ana"}


def test_events_of_one_key_can_be_put_in_order(bucket: BucketOnAws) -> None:
    for body in (b"a", b"b", b"c"):
        bucket.s3.put_object(Bucket=bucket.name, Key="imports/a.csv", Body=body)
    records = [record for message in bucket.messages() for record in message["Records"]]
    sequence = [record["s3"]["object"]["sequencer"] for record in records]
    assert len(sequence) == 3
    assert sequence == sorted(set(sequence))


def test_an_event_waits_for_the_end_of_its_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """moto gives an object that comes by a form its metadata only after it has told of it."""
    sent: list[Any] = []
    monkeypatch.setattr(notifications, "_send_sqs_message", lambda *given: sent.append(given[1]))
    monkeypatch.setattr(notifications, "_get_s3_event", lambda *_: {"Records": [{"s3": {"object": {}}}]})
    bucket, key = _told_bucket(), type("Key", (), {"name": "imports/a.csv"})()
    object_events.send_event("1", notifications.S3NotificationEvent.OBJECT_CREATED_POST_EVENT, bucket, key)
    assert sent == []
    object_events.send_all()
    object_events.send_all()
    assert len(sent) == 1


def _told_bucket() -> Any:
    told = type("Told", (), {"id": "a", "arn": "arn:aws:sqs:sa-east-1:1:q", "matches": lambda *_: True})()
    configuration = type("Configuration", (), {"queue": [told]})()
    return type("Bucket", (), {"name": "b", "notification_configuration": configuration})()


def test_a_moto_that_tells_of_objects_another_way_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notifications, "send_event", lambda bucket, key: None)
    with pytest.raises(MotoChangedError, match="send_event"):
        object_events.install()


def test_the_replacement_takes_what_it_takes_the_place_of() -> None:
    theirs = inspect.signature(notifications.send_event)
    assert list(inspect.signature(object_events.send_event).parameters) == list(theirs.parameters)
