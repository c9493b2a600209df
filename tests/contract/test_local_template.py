"""The local stack takes the template whole, or says where it can't."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from local.processes import ROOT
from local.provision import TYPES, provision
from local.provisioned import Clients
from local.template import NOTHING, Made, Resolver, TemplateError, needs, translated

NO_CLIENTS = cast("Clients", SimpleNamespace())
TEMPLATE = {
    "Parameters": {
        "Stage": {"Type": "String", "Default": "dev", "AllowedValues": ["dev", "prod"]},
        "Networks": {"Type": "String", "Default": "", "AllowedPattern": "^$|^[0-9./]+$"},
    },
    "Conditions": {
        "IsProduction": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]},
        "IsOpen": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Networks"}, ""]}]},
        "Both": {"Fn::And": [{"Condition": "IsProduction"}, {"Condition": "IsOpen"}]},
        "Either": {"Fn::Or": [{"Condition": "IsProduction"}, {"Condition": "IsOpen"}]},
    },
}


def resolver(**parameters: str) -> Resolver:
    made = Resolver(TEMPLATE, parameters, stack_name="sample", region="sa-east-1")
    made.made["Queue"] = Made("http://queue", {"Arn": "arn:queue"})
    return made


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Ref": "Stage"}, "prod"),
        ({"Ref": "Queue"}, "http://queue"),
        ({"Fn::GetAtt": ["Queue", "Arn"]}, "arn:queue"),
        ({"Fn::GetAtt": "Queue.Arn"}, "arn:queue"),
        ({"Fn::Sub": "${AWS::StackName}/${Queue.Arn}/${!literal}/${Stage}"}, "sample/arn:queue/${literal}/prod"),
        ({"Fn::Sub": ["${word}-${Queue}", {"word": {"Ref": "Stage"}}]}, "prod-http://queue"),
        ({"Fn::Join": ["-", ["a", {"Ref": "Stage"}]]}, "a-prod"),
        ({"Fn::If": ["IsProduction", {"x": 1}, {"x": 2}]}, {"x": 1}),
        ({"Ref": "AWS::NoValue"}, NOTHING),
        ({"a": {"Ref": "AWS::NoValue"}, "b": [{"Ref": "AWS::NoValue"}, 1]}, {"b": [1]}),
        ({"Ref": "AWS::Region"}, "sa-east-1"),
    ],
)
def test_intrinsic_functions_are_resolved(value: Any, expected: Any) -> None:
    assert resolver(Stage="prod").resolve(value, "here") == expected


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({}, [False, False, False, False]),
        ({"Stage": "prod"}, [True, False, False, True]),
        ({"Stage": "prod", "Networks": "10.0.0.0/8"}, [True, True, True, True]),
    ],
)
def test_conditions_hold_as_cloudformation_has_them(parameters: dict[str, str], expected: list[bool]) -> None:
    resolving = resolver(**parameters)
    assert [resolving.holds(name) for name in ("IsProduction", "IsOpen", "Both", "Either")] == expected


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"Fn::Select": [0, ["a"]]}, "Fn::Select"),
        ({"x": [{"Ref": "Nobody"}]}, r"here\.x\[0\].*Nobody"),
        ({"Fn::GetAtt": ["Queue", "Color"]}, r"Queue\.Color"),
        ({"Fn::If": ["Never", 1, 2]}, "Never"),
    ],
)
def test_what_is_not_known_is_an_error_that_names_the_place(value: Any, words: str) -> None:
    with pytest.raises(TemplateError, match=words):
        resolver().resolve(value, "here")


@pytest.mark.parametrize(
    ("parameters", "words"),
    [({"Stage": "test"}, "Stage"), ({"Networks": "everywhere"}, "Networks"), ({"Color": "red"}, "Color")],
)
def test_parameters_keep_the_rules_of_the_template(parameters: dict[str, str], words: str) -> None:
    with pytest.raises(TemplateError, match=words):
        resolver(**parameters)


def test_what_a_part_of_the_template_needs_is_found_in_every_form() -> None:
    resources = dict.fromkeys("ABCDEF")
    part = {
        "DependsOn": ["A"],
        "Properties": [
            {"Ref": "B"},
            {"Fn::GetAtt": ["C", "Arn"]},
            {"Fn::Sub": "${D.Arn}/${AWS::Region}/${!E}"},
            {"Fn::Sub": ["${x}", {"x": {"Ref": "F"}}]},
        ],
    }
    assert sorted(needs(part, resources)) == ["A", "B", "C", "D", "F"]


@pytest.mark.parametrize(
    ("resource", "words"),
    [
        ({"Type": "AWS::Kinesis::Stream"}, r"Resources\.Thing.*AWS::Kinesis::Stream"),
        ({"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": 5}}, r"Resources\.Thing\.DelaySeconds"),
        ({"Type": "AWS::SQS::Queue", "CreationPolicy": {}}, r"Resources\.Thing\.CreationPolicy"),
        (
            {
                "Type": "AWS::SecretsManager::Secret",
                "Properties": {"GenerateSecretString": {"RequireEachIncludedType": 1}},
            },
            r"Resources\.Thing\.GenerateSecretString",
        ),
        (
            {"Type": "AWS::SecretsManager::Secret", "Properties": {"SecretString": "x"}},
            r"Resources\.Thing\.SecretString",
        ),
        (
            {"Type": "AWS::Scheduler::Schedule", "Properties": {"Target": {"Arn": "a", "EcsParameters": {}}}},
            r"Resources\.Thing\.Target\.EcsParameters",
        ),
    ],
)
def test_a_type_or_property_that_is_not_known_is_an_error_that_names_the_place(
    resource: dict[str, Any], words: str
) -> None:
    template = {"Resources": {"Thing": resource}}
    resolving = Resolver(template, {}, stack_name="sample", region="sa-east-1")
    with pytest.raises(TemplateError, match=words):
        provision(template, resolving, NO_CLIENTS, stack_name="sample", region="sa-east-1")


def test_what_the_server_loses_is_an_error() -> None:
    """moto is lossy: a queue that comes back without what was asked must not stand."""
    sqs = SimpleNamespace(
        create_queue=lambda **_: {"QueueUrl": "http://queue"},
        get_queue_attributes=lambda **_: {"Attributes": {"VisibilityTimeout": "30"}},
    )
    template = {"Resources": {"Thing": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 360}}}}
    resolving = Resolver(template, {}, stack_name="sample", region="sa-east-1")
    with pytest.raises(TemplateError, match=r"Resources\.Thing\.VisibilityTimeout"):
        provision(
            template, resolving, cast("Clients", SimpleNamespace(sqs=sqs)), stack_name="sample", region="sa-east-1"
        )


TOLD = {"Queue": "arn:aws:sqs:sa-east-1:123456789012:sample-Queue", "Event": "s3:ObjectCreated:*"}
MAY_SEND = {
    "Effect": "Allow",
    "Principal": {"Service": "s3.amazonaws.com"},
    "Action": "sqs:SendMessage",
    "Resource": TOLD["Queue"],
    "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}},
}


def telling(told: dict[str, Any], statement: dict[str, Any], kept: dict[str, Any] | None = None) -> None:
    """Provisions a bucket that tells a queue, whose policy is the statement; `kept` is what the server has of it."""
    policy = json.dumps({"Statement": [statement]})
    s3 = SimpleNamespace(
        create_bucket=lambda **_: {},
        put_bucket_notification_configuration=lambda **_: {},
        get_bucket_notification_configuration=lambda **_: {"QueueConfigurations": [kept] if kept else []},
    )
    sqs = SimpleNamespace(
        get_queue_url=lambda **_: {"QueueUrl": "http://queue"},
        get_queue_attributes=lambda **_: {"Attributes": {"Policy": policy}},
    )
    properties = {"NotificationConfiguration": {"QueueConfigurations": [told]}}
    template = {"Resources": {"Thing": {"Type": "AWS::S3::Bucket", "Properties": properties}}}
    provision(
        template,
        Resolver(template, {}, stack_name="sample", region="sa-east-1"),
        cast("Clients", SimpleNamespace(s3=s3, sqs=sqs)),
        stack_name="sample",
        region="sa-east-1",
    )


def test_a_bucket_tells_a_queue_that_it_may_send_to() -> None:
    telling(TOLD, MAY_SEND, {"Id": "a", "QueueArn": TOLD["Queue"], "Events": [TOLD["Event"]]})


@pytest.mark.parametrize(
    ("told", "statement", "kept", "words"),
    [
        (TOLD, MAY_SEND, None, r"Resources\.Thing\.NotificationConfiguration: pediu-se"),
        (TOLD | {"Function": "x"}, MAY_SEND, None, r"QueueConfigurations\.Function"),
        (TOLD, MAY_SEND | {"Effect": "Deny"}, None, "AWS::SQS::QueuePolicy"),
        (TOLD, MAY_SEND | {"Principal": {"Service": "sns.amazonaws.com"}}, None, "AWS::SQS::QueuePolicy"),
        (TOLD, MAY_SEND | {"Resource": "arn:aws:sqs:sa-east-1:123456789012:other"}, None, "AWS::SQS::QueuePolicy"),
        (
            TOLD,
            MAY_SEND | {"Condition": {"StringEquals": {"aws:SourceAccount": "210987654321"}}},
            None,
            "AWS::SQS::QueuePolicy",
        ),
    ],
)
def test_a_bucket_that_tells_in_vain_or_what_is_not_known_is_an_error(
    told: dict[str, Any], statement: dict[str, Any], kept: dict[str, Any] | None, words: str
) -> None:
    with pytest.raises(TemplateError, match=words):
        telling(told, statement, kept)


def test_the_table_of_types_is_exactly_what_the_template_declares() -> None:
    template = translated(ROOT / "template.yaml", {}, "sa-east-1")
    assert {resource["Type"] for resource in template["Resources"].values()} == set(TYPES)


def test_every_ignored_property_has_its_reason() -> None:
    assert [kind for kind, known in TYPES.items() if not all(known.ignored.values())] == []
    assert [kind for kind, known in TYPES.items() if known.honoured & known.ignored.keys()] == []


def test_translation_needs_no_account_and_leaves_the_file_alone() -> None:
    path: Path = ROOT / "template.yaml"
    before = path.read_bytes()
    functions = [
        resource
        for resource in translated(path, {}, "sa-east-1")["Resources"].values()
        if resource["Type"] == "AWS::Lambda::Function"
    ]
    assert {function["Properties"]["Handler"] for function in functions} >= {"zen.on_queue.handler"}
    assert path.read_bytes() == before
