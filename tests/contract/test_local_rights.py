"""What is recorded of calls, and how it compares with the rights in the template."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from local.calls import Record, Request, Right
from local.provisioned import FunctionSpec, MappingSpec, Provisioned
from local.rights import Allowed, Called, compare

TABLE = "arn:aws:dynamodb:sa-east-1:123456789012:table"
QUEUES = "arn:aws:sqs:sa-east-1:123456789012"
QUEUE = f"{QUEUES}:queue"


def request(service: str, target: str = "", body: object = None, **other: str) -> Request:
    credential = f"AWS4-HMAC-SHA256 Credential=Worker/20260301/sa-east-1/{service}/aws4_request, SignedHeaders=host"
    return Request(
        method=other.get("method", "POST"),
        path=other.get("path", "/"),
        query=other.get("query", ""),
        authorization=other.get("authorization", credential),
        target=target,
        body=json.dumps(body).encode() if body is not None else b"",
    )


def recorded(*requests: Request) -> Record:
    record = Record()
    for one in requests:
        record.add(one)
    return record


def test_a_copy_counts_as_one_call_and_as_reading_and_writing() -> None:
    record = recorded(replace(request("s3", method="PUT", path="/data/imported/a"), copied="data/imports/b%20c/d"))
    assert record.named("s3") == {"PutObject": 1}
    assert record.rights == {
        Right("Worker", "s3:PutObject", "arn:aws:s3:::data/imported/"): 1,
        Right("Worker", "s3:GetObject", "arn:aws:s3:::data/imports/"): 1,
    }


def test_a_transaction_counts_as_one_call_and_as_the_rights_of_its_items() -> None:
    items = [
        {"Put": {"TableName": "links"}},
        {"Put": {"TableName": "links"}},
        {"Update": {"TableName": "runs"}},
        {"Delete": {"TableName": "links"}},
        {"ConditionCheck": {"TableName": "runs"}},
    ]
    record = recorded(request("dynamodb", "DynamoDB_20120810.TransactWriteItems", {"TransactItems": items}))
    assert record.named("dynamodb") == {"TransactWriteItems": 1}
    assert record.rights == {
        Right("Worker", "dynamodb:PutItem", f"{TABLE}/links"): 2,
        Right("Worker", "dynamodb:UpdateItem", f"{TABLE}/runs"): 1,
        Right("Worker", "dynamodb:DeleteItem", f"{TABLE}/links"): 1,
        Right("Worker", "dynamodb:ConditionCheckItem", f"{TABLE}/runs"): 1,
    }


@pytest.mark.parametrize(
    ("call", "action", "resource"),
    [
        (request("dynamodb", "D.Query", {"TableName": "runs", "IndexName": "due"}), "Query", f"{TABLE}/runs/index/due"),
        (request("dynamodb", "D.GetItem", {"TableName": f"{TABLE}/runs"}), "GetItem", f"{TABLE}/runs"),
        (request("dynamodb", "D.BatchWriteItem", {"RequestItems": {"a": []}}), "BatchWriteItem", f"{TABLE}/a"),
        (request("sqs", "AmazonSQS.SendMessage", {"QueueUrl": "http://aws/1/queue"}), "SendMessage", QUEUE),
        (request("sqs", "AmazonSQS.SendMessageBatch", {"QueueUrl": "http://aws/1/queue"}), "SendMessage", QUEUE),
        (
            request("sqs", "AmazonSQS.SendMessage", {"QueueUrl": "http://aws/1/a.fifo"}),
            "SendMessage",
            f"{QUEUES}:a.fifo",
        ),
        (request("s3", method="PUT", path="/data/runs/a/b.gz"), "PutObject", "arn:aws:s3:::data/runs/"),
        (request("s3", method="HEAD", path="/data/runs/a"), "GetObject", "arn:aws:s3:::data/runs/"),
        (request("s3", method="GET", path="/data", query="list-type=2"), "ListBucket", "arn:aws:s3:::data"),
        (
            request("s3", method="GET", path="/data", query="list-type=2&prefix=runs%2Fa%2F&encoding-type=url"),
            "ListBucket",
            "arn:aws:s3:::data?prefix=runs/",
        ),
        (
            request("s3", method="GET", path="/data", query="list-type=2&prefix=ru"),
            "ListBucket",
            "arn:aws:s3:::data?prefix=ru",
        ),
        (request("s3", method="DELETE", path="/data/runs/a"), "DeleteObject", "arn:aws:s3:::data/runs/"),
        (request("s3", method="GET", path="/data", query="policy"), "GetBucket?policy", "arn:aws:s3:::data"),
        (
            request("secretsmanager", "secretsmanager.GetSecretValue", {"SecretId": "sincronia/dev/abc"}),
            "GetSecretValue",
            "arn:aws:secretsmanager:sa-east-1:123456789012:secret:sincronia/dev/",
        ),
        (
            request(
                "secretsmanager",
                "secretsmanager.GetSecretValue",
                {"SecretId": "arn:aws:secretsmanager:sa-east-1:1:secret:sincronia/dev/abc-123456"},
            ),
            "GetSecretValue",
            "arn:aws:secretsmanager:sa-east-1:123456789012:secret:sincronia/dev/",
        ),
        (request("monitoring", path="/service/G/operation/PutMetricData"), "PutMetricData", "*"),
    ],
)
def test_a_call_is_an_action_on_a_resource(call: Request, action: str, resource: str) -> None:
    service = call.authorization.split("/")[3]
    assert recorded(call).rights == {Right("Worker", f"{service}:{action}", resource): 1}


def test_deleting_many_objects_is_the_right_to_delete_each() -> None:
    body = "<Delete><Object><Key>runs/a&amp;b</Key></Object><Object><Key>results/c</Key></Object></Delete>"
    call = replace(request("s3", path="/data", query="delete"), body=body.encode())
    assert recorded(call).rights == {
        Right("Worker", "s3:DeleteObject", "arn:aws:s3:::data/runs/"): 1,
        Right("Worker", "s3:DeleteObject", "arn:aws:s3:::data/results/"): 1,
    }
    assert recorded(call).named("s3") == {"DeleteObjects": 1}


def test_memory_stays_bounded_whatever_the_keys_are() -> None:
    record = recorded(*(request("s3", method="PUT", path=f"/data/runs/{number}") for number in range(1000)))
    assert record.rights == {Right("Worker", "s3:PutObject", "arn:aws:s3:::data/runs/"): 1000}


def test_a_presigned_address_is_its_signers_call_and_an_unsigned_one_is_nobodys() -> None:
    query = "X-Amz-Credential=Worker%2F20260301%2Fsa-east-1%2Fs3%2Faws4_request"
    presigned = request("s3", method="GET", path="/data/runs/a", query=query, authorization="")
    assert recorded(presigned, request("s3", authorization="")).named("s3") == {"GetObject": 1}


def test_a_form_that_was_signed_is_its_signers_call_on_the_key_that_it_names() -> None:
    fields = {"key": "imports/a/b.xlsx", "X-Amz-Credential": "AsmsOnHttp/20260301/sa-east-1/s3/aws4_request"}
    parts = [f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n' for name, text in fields.items()]
    file = '--b\r\nContent-Disposition: form-data; name="file"; filename="b.xlsx"\r\n\r\n'
    body = "".join([*parts, file]).encode() + b"\xff\x00\r\n--b--\r\n"
    form = replace(request("s3", path="/data", authorization=""), body=body)
    assert recorded(form).rights == {Right("AsmsOnHttp", "s3:PutObject", "arn:aws:s3:::data/imports/"): 1}


def test_a_record_survives_its_journey_and_a_reset_empties_it() -> None:
    record = recorded(request("sqs", "AmazonSQS.SendMessage", {"QueueUrl": "http://aws/1/queue"}))
    read = Record.from_json(record.to_json())
    assert (read.operations, read.rights) == (record.operations, record.rights)
    record.reset()
    assert record.operations == record.rights == Counter()


def provisioned(*statements: dict[str, Any]) -> Provisioned:
    worker = FunctionSpec("Worker", "s-Worker", "arn:worker", "a.b", 3, 128, {}, "Text", "", "arn:role")
    return Provisioned(
        functions={"Worker": worker},
        mappings=[MappingSpec("Messages", QUEUE, "s-Worker", 1, reports_failures=True, concurrency=2)],
        role_statements={"arn:role": [{"Effect": "Allow", **statement} for statement in statements]},
    )


def called(*calls: tuple[str, str], caller: str = "Worker") -> Record:
    return Record(rights=Counter({Right(caller, action, resource): 1 for action, resource in calls}))


def test_calls_within_the_rights_and_rights_all_used_leave_nothing_to_say() -> None:
    result = compare(
        provisioned(
            {"Action": ["dynamodb:GetItem", "dynamodb:PutItem"], "Resource": f"{TABLE}/runs"},
            {"Action": "s3:*Object", "Resource": "arn:aws:s3:::data/runs/*"},
        ),
        called(
            ("dynamodb:GetItem", f"{TABLE}/runs"),
            ("dynamodb:PutItem", f"{TABLE}/runs"),
            ("s3:PutObject", "arn:aws:s3:::data/runs/"),
        ),
    )
    assert (result.forbidden, result.unused) == ([], [])


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("dynamodb:DeleteItem", f"{TABLE}/runs"),
        ("dynamodb:GetItem", f"{TABLE}/links"),
        ("dynamodb:GetItem", f"{TABLE}/runs/index/due"),
        ("s3:PutObject", "arn:aws:s3:::data/imports/"),
    ],
)
def test_a_call_that_no_statement_allows_is_named(action: str, resource: str) -> None:
    rights = provisioned(
        {"Action": "dynamodb:GetItem", "Resource": f"{TABLE}/runs"},
        {"Action": "s3:PutObject", "Resource": "arn:aws:s3:::data/runs/*"},
    )
    assert compare(rights, called((action, resource))).forbidden == [Called("Worker", action, resource)]


def test_a_right_that_no_call_used_is_named_for_each_action_and_resource() -> None:
    rights = provisioned({"Action": ["dynamodb:GetItem", "dynamodb:PutItem"], "Resource": [f"{TABLE}/a", f"{TABLE}/b"]})
    assert compare(rights, called(("dynamodb:GetItem", f"{TABLE}/a"))).unused == [
        Allowed("Worker", "dynamodb:GetItem", f"{TABLE}/b"),
        Allowed("Worker", "dynamodb:PutItem", f"{TABLE}/a"),
        Allowed("Worker", "dynamodb:PutItem", f"{TABLE}/b"),
    ]


def test_the_pollers_rights_are_exempt_on_its_own_queue_alone() -> None:
    rights = provisioned({"Action": "sqs:ReceiveMessage", "Resource": [QUEUE, f"{QUEUE}-other"]})
    assert compare(rights, called()).unused == [Allowed("Worker", "sqs:ReceiveMessage", f"{QUEUE}-other")]


def test_what_others_call_is_not_the_functions() -> None:
    rights = provisioned({"Action": "dynamodb:GetItem", "Resource": f"{TABLE}/runs"})
    result = compare(rights, called(("dynamodb:GetItem", f"{TABLE}/runs"), caller="operator"))
    assert (result.forbidden, len(result.unused)) == ([], 1)


@pytest.mark.parametrize(
    ("prefix", "forbidden"),
    [
        ("?prefix=runs/", False),
        ("?prefix=results/", False),
        ("?prefix=ru", True),
        ("?prefix=imports/", True),
        ("", True),
    ],
)
def test_a_listing_keeps_within_the_prefixes_of_its_condition(prefix: str, forbidden: bool) -> None:
    condition = {"StringLike": {"s3:prefix": ["runs/*", "results/*"]}}
    rights = provisioned({"Action": "s3:ListBucket", "Resource": "arn:aws:s3:::data", "Condition": condition})
    result = compare(rights, called(("s3:ListBucket", f"arn:aws:s3:::data{prefix}")))
    assert bool(result.forbidden) is forbidden
    unused = {right.resource for right in result.unused}
    assert unused == {f"arn:aws:s3:::data?prefix={each}/*" for each in ("runs", "results")} - {
        f"arn:aws:s3:::data{prefix}*"
    }


def test_a_right_to_list_without_a_condition_covers_every_prefix() -> None:
    rights = provisioned({"Action": "s3:ListBucket", "Resource": "arn:aws:s3:::data"})
    assert compare(rights, called(("s3:ListBucket", "arn:aws:s3:::data?prefix=runs/"))).forbidden == []


@pytest.mark.parametrize(
    "statement",
    [
        {"Effect": "Deny"},
        {"Condition": {}},
        {"Condition": {"StringLike": {"s3:prefix": "runs/*"}}},
        {"Action": "s3:ListBucket", "Condition": {"StringLike": {"s3:prefix": "runs/*", "s3:delimiter": "/"}}},
        {"NotAction": "s3:*"},
    ],
)
def test_a_statement_that_it_cannot_compare_is_an_error(statement: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="Worker"):
        compare(provisioned({"Action": "s3:GetObject", "Resource": "*", **statement}), called())
