"""How the AWS server speaks HTTP: connections that stay open, each answer with its length, each value as it was put."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError

from local.calls import CALLS_PATH
from tests.office_on_aws import AwsServer

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

VALUES: dict[str, AttributeValueTypeDef] = {
    "text": {"S": "ação"},
    "number": {"N": "12.5"},
    "octets": {"B": b"\x00\xff"},
    "yes": {"BOOL": True},
    "nothing": {"NULL": True},
    "texts": {"SS": ["a", "b"]},
    "numbers": {"NS": ["1", "2"]},
    "binaries": {"BS": [b"\x00", b"\x01"]},
    "list": {"L": [{"S": ""}, {"B": b"\xfe"}, {"L": []}, {"M": {}}]},
    "map": {"M": {"S": {"S": "a name that is a kind"}, "inner": {"M": {"binary": {"B": b"x"}}}}},
}


@pytest.fixture(scope="module")
def table(aws: AwsServer) -> Iterator[str]:
    """A table of its own."""
    aws.dynamodb.create_table(
        TableName="values",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    yield "values"
    aws.dynamodb.delete_table(TableName="values")


@pytest.fixture
def connection(aws: AwsServer) -> Iterator[http.client.HTTPConnection]:
    """One connection to the server."""
    address = urlsplit(aws.endpoint)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=20)
    yield connection
    connection.close()


def signed(service: str) -> dict[str, str]:
    """What a signature says of whose request it is."""
    return {"Authorization": f"AWS4-HMAC-SHA256 Credential=test/20261123/sa-east-1/{service}/aws4_request, Signature=0"}


def test_every_kind_of_value_comes_back_as_it_was_put(aws: AwsServer, table: str) -> None:
    item: dict[str, AttributeValueTypeDef] = {"id": {"S": "1"}, **VALUES}
    aws.dynamodb.put_item(TableName=table, Item=item)
    assert aws.dynamodb.get_item(TableName=table, Key={"id": {"S": "1"}})["Item"] == item
    assert aws.dynamodb.scan(TableName=table)["Items"] == [item]
    with pytest.raises(ClientError) as refused:
        aws.dynamodb.transact_write_items(
            TransactItems=[
                {
                    "Put": {
                        "TableName": table,
                        "Item": item,
                        "ConditionExpression": "attribute_not_exists(id)",
                        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                    }
                }
            ]
        )
    assert refused.value.response["CancellationReasons"][0]["Item"] == item
    changed = aws.dynamodb.update_item(
        TableName=table,
        Key={"id": {"S": "1"}},
        UpdateExpression="REMOVE octets",
        ReturnValues="ALL_NEW",
    )
    assert changed["Attributes"] == {name: value for name, value in item.items() if name != "octets"}


def test_a_connection_stays_open_whoever_is_asked_and_whatever_is_answered(
    connection: http.client.HTTPConnection, aws: AwsServer
) -> None:
    aws.s3.create_bucket(Bucket="kept", CreateBucketConfiguration={"LocationConstraint": "sa-east-1"})
    aws.s3.put_object(Bucket="kept", Key="object", Body=b"12345")
    dynamodb = signed("dynamodb") | {"X-Amz-Target": "DynamoDB_20120810.ListTables"}
    missing = dynamodb | {"X-Amz-Target": "DynamoDB_20120810.DescribeTable"}
    ports = []
    for method, path, headers, body, status, length in (
        ("POST", "/", dynamodb, b"{}", 200, None),
        ("POST", "/", missing, b'{"TableName": "none"}', 400, None),
        ("HEAD", "/kept/object", signed("s3"), None, 200, 0),
        ("HEAD", "/kept/none", signed("s3"), None, 404, 0),
        ("GET", "/kept/object", signed("s3"), None, 200, 5),
        ("PUT", "/kept/other", signed("s3"), b"678", 200, None),
        ("DELETE", "/kept/other", signed("s3"), None, 204, 0),
        ("GET", CALLS_PATH, {}, None, 200, None),
    ):
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        content = answer.read()
        assert answer.status == status, (method, path, content)
        assert length is None or len(content) == length, (method, path)
        ports.append(connection.sock.getsockname())
    assert len(set(ports)) == 1


def test_the_request_after_one_whose_body_nobody_reads_is_understood(
    connection: http.client.HTTPConnection,
) -> None:
    connection.request("POST", CALLS_PATH, body=b"x" * 100_000)
    connection.getresponse().read()
    port = connection.sock.getsockname()
    connection.request("GET", CALLS_PATH)
    assert "operations" in json.loads(connection.getresponse().read())
    assert connection.sock.getsockname() == port


def test_half_a_request_is_none(aws: AwsServer) -> None:
    aws.s3.create_bucket(Bucket="halves", CreateBucketConfiguration={"LocationConstraint": "sa-east-1"})
    address = urlsplit(aws.endpoint)
    with socket.create_connection((address.hostname, address.port or 0), timeout=20) as connection:
        lines = ["PUT /halves/object HTTP/1.1", f"Authorization: {signed('s3')['Authorization']}", "Content-Length: 5"]
        connection.sendall("\r\n".join([*lines, "", "abc"]).encode())
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1) == b""
    assert "Contents" not in aws.s3.list_objects_v2(Bucket="halves")


def test_what_is_no_http_is_refused(aws: AwsServer) -> None:
    address = urlsplit(aws.endpoint)
    with socket.create_connection((address.hostname, address.port or 0), timeout=20) as connection:
        connection.sendall(b"HELLO\r\n\r\n")
        assert connection.makefile("rb").read().startswith(b"HTTP/1.1 400 ")


def test_a_body_in_chunks_is_read_to_its_end(connection: http.client.HTTPConnection, aws: AwsServer) -> None:
    aws.s3.create_bucket(Bucket="chunks", CreateBucketConfiguration={"LocationConstraint": "sa-east-1"})
    connection.request("PUT", "/chunks/object", body=iter([b"abc", b"de"]), headers=signed("s3"), encode_chunked=True)
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 200
    assert aws.s3.get_object(Bucket="chunks", Key="object")["Body"].read() == b"abcde"


def test_items_and_messages_are_forgotten_and_what_holds_them_stays(aws: AwsServer, table: str) -> None:
    queue = aws.sqs.create_queue(QueueName="forgotten.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    for _ in range(2):
        aws.dynamodb.put_item(TableName=table, Item={"id": {"S": "1"}})
        for group in ("in flight", "waiting"):
            aws.sqs.send_message(QueueUrl=queue, MessageBody=group, MessageGroupId=group, MessageDeduplicationId=group)
        (received,) = aws.sqs.receive_message(QueueUrl=queue, VisibilityTimeout=0)["Messages"]
        assert received["Body"] == "in flight"
        aws.clear()
        assert aws.dynamodb.scan(TableName=table)["Items"] == []
        assert "Messages" not in aws.sqs.receive_message(QueueUrl=queue)
    aws.sqs.delete_queue(QueueUrl=queue)


def test_what_the_services_raise_is_500_and_the_next_request_is_answered(
    connection: http.client.HTTPConnection,
) -> None:
    connection.request(
        "POST", "/", body=b"{", headers=signed("dynamodb") | {"X-Amz-Target": "DynamoDB_20120810.GetItem"}
    )
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (500, b"")
    connection.request("GET", CALLS_PATH)
    assert connection.getresponse().status == 200
