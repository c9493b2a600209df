"""The template keeps the operations rules, and each rule notices when it does not."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from local.template import translated
from tests.template import rules
from tests.template.rules import RULES, Rule

ROOT = Path(__file__).parents[2]
CODE = re.compile(r"`(\w+)`")
Break = Callable[[dict[str, Any]], object]


@cache
def _translated() -> dict[str, Any]:
    return translated(ROOT / "template.yaml", {}, "sa-east-1")


def _properties(template: dict[str, Any], logical_id: str) -> Any:
    return template["Resources"][logical_id]["Properties"]


def _set(logical_id: str, name: str, value: object) -> Break:
    return lambda template: _properties(template, logical_id).update({name: value})


def _drop(logical_id: str, name: str) -> Break:
    return lambda template: _properties(template, logical_id).pop(name)


def _remove(logical_id: str) -> Break:
    return lambda template: template["Resources"].pop(logical_id)


def _unkeep(logical_id: str, name: str) -> Break:
    return lambda template: template["Resources"][logical_id].update({name: "Delete"})


def _statement(logical_id: str, name: str, value: object) -> Break:
    return lambda template: _properties(template, logical_id)["Policies"][0]["PolicyDocument"]["Statement"][0].update(
        {name: value}
    )


def _undescribed(section: str, name: str, key: str) -> Break:
    return lambda template: template[section][name].pop(key)


def _unwatched(key: str) -> Break:
    return lambda template: _properties(template, "ZenOnScheduleEachMinute")["Target"].pop(key)


def _without_lifecycle_rule(rule_id: str) -> Break:
    def damage(template: dict[str, Any]) -> None:
        lifecycle = _properties(template, "DataBucket")["LifecycleConfiguration"]
        lifecycle["Rules"] = [rule for rule in lifecycle["Rules"] if rule["Id"] != rule_id]

    return damage


def _logging(text: str) -> Break:
    return lambda template: _properties(template, STAGE)["AccessLogSettings"].update(Format=text)


def _in_body(name: str, value: object) -> Break:
    return lambda template: _properties(template, "HttpApi")["Body"].update({name: value})


def _unconditional(template: dict[str, Any]) -> None:
    statements = _properties(template, "ZenOnQueueRole")["Policies"][0]["PolicyDocument"]["Statement"]
    (listing,) = [statement for statement in statements if statement["Action"] == "s3:ListBucket"]
    del listing["Condition"]


def _open_to_others(template: dict[str, Any]) -> None:
    (statement,) = _properties(template, "AsmsUploadsPolicy")["PolicyDocument"]["Statement"]
    del statement["Condition"]


WEBHOOKS = "ANY /webhooks/sgp/{proxy+}"
STAGE = "HttpApiApiGatewayDefaultStage"
SELF_MADE = {"Type": "AWS::IAM::Policy", "Properties": {}}
BREAKS: tuple[tuple[Rule, Break, str], ...] = (
    (rules.functions_are_pinned, _set("ZenOnQueue", "Runtime", "python3.12"), "ZenOnQueue: Runtime"),
    (rules.functions_are_pinned, _drop("ZenOnQueue", "Architectures"), "ZenOnQueue: Architectures"),
    (rules.functions_are_pinned, _drop("ZenOnSchedule", "Timeout"), "ZenOnSchedule: no Timeout"),
    (rules.functions_are_pinned, _set("ZenOnSchedule", "LoggingConfig", {}), "ZenOnSchedule: does not log JSON"),
    (
        rules.functions_share_the_stem_of_their_handler,
        _set("ZenOnQueue", "Handler", "zen.on_http.handler"),
        "ZenOnQueue:",
    ),
    (
        rules.functions_share_the_stem_of_their_handler,
        _set("ZenOnQueue", "Role", {"Fn::GetAtt": ["ZenOnScheduleRole", "Arn"]}),
        "ZenOnQueue: its role",
    ),
    (rules.functions_have_their_own_log_group, _remove("ZenOnQueueLogs"), "ZenOnQueue: does not log to ZenOnQueueLogs"),
    (
        rules.functions_have_their_own_log_group,
        _set("ZenOnQueue", "LoggingConfig", {"LogFormat": "JSON"}),
        "ZenOnQueue: does not log to ZenOnQueueLogs",
    ),
    (rules.functions_have_their_own_log_group, _drop("ZenOnQueueLogs", "RetentionInDays"), "ZenOnQueueLogs:"),
    (rules.functions_have_alarms, _remove("ZenOnQueueErrors"), "ZenOnQueue: no alarm for Errors"),
    (rules.functions_have_alarms, _remove("ZenOnScheduleThrottles"), "ZenOnSchedule: no alarm for Throttles"),
    (rules.functions_have_alarms, _set("ZenOnQueueErrors", "Threshold", 100), "ZenOnQueue: no alarm for Errors"),
    (rules.functions_have_alarms, _remove("HubOnHttpErrors"), "HubOnHttp: no alarm for Errors"),
    (rules.functions_leave_api_gateway_time_to_answer, _set("ZenOnHttp", "Timeout", 30), "ZenOnHttpBelowPermission:"),
    (
        rules.webhooks_only_queue,
        _statement("SgpOnWebhookRole", "Action", "s3:PutObject"),
        "SgpOnWebhook: may s3:PutObject",
    ),
    (
        rules.webhooks_only_queue,
        _statement("PromobOnWebhookRole", "Action", "s3:PutObject"),
        "PromobOnWebhook: may s3:PutObject",
    ),
    (rules.webhooks_only_queue, _set("SgpOnWebhook", "VpcConfig", {}), "SgpOnWebhook: stands where"),
    (rules.apis_are_guarded_and_watched, _drop(STAGE, "DefaultRouteSettings"), f"{STAGE}: anybody may"),
    (
        rules.apis_are_guarded_and_watched,
        _set(STAGE, "RouteSettings", {"ANY /webhooks": {"ThrottlingRateLimit": 500}}),
        f"{STAGE}: there is no route",
    ),
    (
        rules.apis_are_guarded_and_watched,
        _set(STAGE, "RouteSettings", {WEBHOOKS: {"ThrottlingRateLimit": 5}}),
        f"{STAGE}: {WEBHOOKS} takes less",
    ),
    (rules.apis_are_guarded_and_watched, _drop(STAGE, "AccessLogSettings"), f"{STAGE}: no access log"),
    (rules.apis_are_guarded_and_watched, _drop("HttpApiLogs", "RetentionInDays"), f"{STAGE}: no access log"),
    (
        rules.apis_are_guarded_and_watched,
        _logging("$context.identity.sourceIp $context.status"),
        f"{STAGE}: $context.identity.sourceIp",
    ),
    (rules.apis_are_guarded_and_watched, _remove("HttpApiServerErrors"), "HttpApi: no alarm"),
    (rules.apis_are_guarded_and_watched, _set("HttpApi", "CorsConfiguration", {}), "HttpApi: lets other sites"),
    (rules.apis_are_guarded_and_watched, _in_body("components", {"securitySchemes": {}}), "HttpApi: lets other sites"),
    (rules.alarms_reach_people, _drop("ZenQueueAge", "AlarmActions"), "ZenQueueAge: does not go to"),
    (rules.alarms_reach_people, _drop("ZenQueueAge", "TreatMissingData"), "ZenQueueAge: no description"),
    (rules.ticks_are_watched, _remove("ZenOnScheduleSilent"), "ZenOnScheduleEachMinute: nobody"),
    (
        rules.ticks_are_watched,
        _set("ZenOnScheduleSilent", "TreatMissingData", "missing"),
        "ZenOnScheduleEachMinute: nobody",
    ),
    (rules.ticks_are_watched, _unwatched("DeadLetterConfig"), "ZenOnScheduleEachMinute: a tick"),
    (rules.ticks_are_watched, _unwatched("RetryPolicy"), "ZenOnScheduleEachMinute: a tick"),
    (rules.queues_lose_nothing, _drop("ZenQueue", "RedrivePolicy"), "ZenQueue: has no dead letter queue"),
    (rules.queues_lose_nothing, _drop("ZenQueue", "SqsManagedSseEnabled"), "ZenQueue: not encrypted"),
    (rules.queues_lose_nothing, _remove("ZenQueueAge"), "ZenQueue: no alarm"),
    (rules.queues_lose_nothing, _remove("ZenDeadLettersNotEmpty"), "ZenDeadLetters: no alarm"),
    (rules.queues_lose_nothing, _remove("ScheduleDeadLettersNotEmpty"), "ScheduleDeadLetters: no alarm"),
    (rules.queues_lose_nothing, _drop("ZenDeadLetters", "MessageRetentionPeriod"), "ZenDeadLetters: keeps"),
    (rules.queues_lose_nothing, _remove("SgpDeadLettersNotEmpty"), "SgpDeadLetters: no alarm"),
    (
        rules.fifo_queues_keep_their_order,
        _drop("SgpDeadLetters", "FifoQueue"),
        "SgpQueue: SgpDeadLetters is of another",
    ),
    (rules.fifo_queues_keep_their_order, _set("ZenDeadLetters", "FifoQueue", True), "ZenQueue: ZenDeadLetters is of"),
    (rules.fifo_queues_keep_their_order, _drop("SgpQueue", "DeduplicationScope"), "SgpQueue: all its groups"),
    (rules.fifo_queues_keep_their_order, _set("SgpQueue", "FifoThroughputLimit", "perQueue"), "SgpQueue: all its"),
    (rules.fifo_queues_keep_their_order, _set("SgpQueue", "ContentBasedDeduplication", True), "SgpQueue: what is sent"),
    (rules.fifo_queues_keep_their_order, _set("SgpOnQueueMessages", "BatchSize", 10), "SgpOnQueueMessages: what"),
    (rules.queue_workers_have_time, _set("ZenQueue", "VisibilityTimeout", 300), "ZenQueue: a message is seen again"),
    (rules.queue_workers_have_time, _set("ZenOnQueue", "Timeout", 301), "ZenQueue: a message is seen again"),
    (rules.queue_workers_have_time, _drop("ZenOnQueueRuns", "FunctionResponseTypes"), "ZenOnQueueRuns:"),
    (rules.queue_workers_have_time, _drop("ZenOnQueue", "RecursiveLoop"), "ZenOnQueue: Lambda stops"),
    (rules.tables_are_safe, _unkeep("LinksTable", "DeletionPolicy"), "LinksTable: goes with the stack"),
    (rules.tables_are_safe, _unkeep("LinksTable", "UpdateReplacePolicy"), "LinksTable: goes with the stack"),
    (rules.tables_are_safe, _drop("RunsTable", "BillingMode"), "RunsTable: not on demand"),
    (rules.tables_are_safe, _drop("RunsTable", "PointInTimeRecoverySpecification"), "RunsTable: can't be restored"),
    (rules.tables_are_safe, _drop("RunsTable", "SSESpecification"), "RunsTable: not encrypted"),
    (rules.tables_are_safe, _set("RunsTable", "DeletionProtectionEnabled", False), "RunsTable: not protected"),
    (rules.tables_are_safe, _drop("OutcomesTable", "TimeToLiveSpecification"), "OutcomesTable: its rows never age"),
    (
        rules.tables_are_safe,
        _set("LinksTable", "TimeToLiveSpecification", {"AttributeName": "expires_at", "Enabled": True}),
        "LinksTable: its rows must not age",
    ),
    (rules.buckets_are_private, _unkeep("DataBucket", "DeletionPolicy"), "DataBucket: goes with the stack"),
    (
        rules.buckets_are_private,
        _set("DataBucket", "PublicAccessBlockConfiguration", {}),
        "DataBucket: may become public",
    ),
    (rules.buckets_are_private, _drop("DataBucket", "BucketEncryption"), "DataBucket: not encrypted"),
    (rules.buckets_are_private, _remove("DataBucketPolicy"), "DataBucket: can be read without TLS"),
    (rules.buckets_are_private, _without_lifecycle_rule("runs-expire"), "DataBucket: keeps runs/"),
    (rules.buckets_are_private, _without_lifecycle_rule("results-expire"), "DataBucket: keeps results/"),
    (rules.buckets_are_private, _without_lifecycle_rule("hints-expire"), "DataBucket: keeps hints/"),
    (rules.buckets_are_private, _without_lifecycle_rule("imports-expire"), "DataBucket: keeps imports/"),
    (rules.buckets_are_private, _without_lifecycle_rule("imported-expire"), "DataBucket: keeps imported/"),
    (
        rules.buckets_are_private,
        _without_lifecycle_rule("unfinished-uploads-go"),
        "DataBucket: keeps unfinished uploads",
    ),
    (
        rules.buckets_reach_the_queues_that_they_tell,
        _open_to_others,
        "AsmsUploadsPolicy: others than this account's buckets",
    ),
    (
        rules.buckets_reach_the_queues_that_they_tell,
        lambda template: template["Resources"]["DataBucket"].pop("DependsOn"),
        "DataBucket: made before it may send to AsmsUploads",
    ),
    (rules.rights_are_narrow, _statement("ZenOnQueueRole", "Action", "logs:*"), "ZenOnQueueRole: Logs allows"),
    (rules.rights_are_narrow, _statement("ZenOnQueueRole", "Resource", "*"), "ZenOnQueueRole: Logs reaches"),
    (
        rules.rights_are_narrow,
        _statement("ZenOnQueueRole", "Resource", {"Fn::Sub": "arn:${AWS::Partition}:logs:*:*:log-group:/sincronia/*"}),
        "ZenOnQueueRole: Logs reaches",
    ),
    (
        rules.rights_are_narrow,
        _statement("ZenOnQueueRole", "Resource", {"Fn::Sub": "${DataBucket.Arn}*"}),
        "ZenOnQueueRole: Logs reaches",
    ),
    (
        rules.rights_are_narrow,
        _set("ZenOnQueueRole", "ManagedPolicyArns", ["arn:aws:iam::aws:policy/x"]),
        "ZenOnQueueRole: a managed",
    ),
    (rules.rights_are_narrow, _unconditional, "ZenOnQueueRole: FindFilesToDelete sees"),
    (rules.rights_are_narrow, lambda template: template["Resources"].update(Loose=SELF_MADE), "Loose: rights stand"),
    (rules.names_leave_room_for_another_stack, _set("RunsTable", "TableName", "runs"), "RunsTable: TableName"),
    (
        rules.names_leave_room_for_another_stack,
        _set("ZenOnScheduleEachMinute", "Name", "tick"),
        "ZenOnScheduleEachMinute: Name",
    ),
    (
        rules.names_leave_room_for_another_stack,
        _set("ZenOnQueueLogs", "LogGroupName", {"Fn::Sub": "/sincronia/ZenOnQueue"}),
        "ZenOnQueueLogs: LogGroupName",
    ),
    (
        rules.parameters_and_outputs_are_described,
        _undescribed("Parameters", "Stage", "Description"),
        "Parameters.Stage: no desc",
    ),
    (
        rules.parameters_and_outputs_are_described,
        _undescribed("Parameters", "Stage", "Default"),
        "Parameters.Stage: no default",
    ),
    (
        rules.parameters_and_outputs_are_described,
        _undescribed("Outputs", "ZenQueue", "Description"),
        "Outputs.ZenQueue:",
    ),
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_template_keeps_the_rule(rule: Rule) -> None:
    assert list(rule(_translated())) == []


@pytest.mark.parametrize(
    ("rule", "damage", "fault"), BREAKS, ids=[f"{rule.__name__}-{number}" for number, (rule, _, _) in enumerate(BREAKS)]
)
def test_a_broken_template_is_noticed(rule: Rule, damage: Break, fault: str) -> None:
    template = copy.deepcopy(_translated())
    damage(template)

    faults = list(rule(template))

    assert faults
    assert faults[0].startswith(fault)


def test_operations_says_what_to_do_about_every_alarm_and_no_other() -> None:
    written = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    table = written.partition("## Alarms")[2].partition("\n## ")[0]
    named = {name for line in table.splitlines() if line.startswith("| `") for name in CODE.findall(line.split("|")[1])}

    assert named == {logical_id for logical_id, _ in rules.of_type(_translated(), rules.ALARM)}


def test_each_rule_is_shown_to_have_teeth() -> None:
    assert {rule.__name__ for rule, _, _ in BREAKS} == {rule.__name__ for rule in RULES}


def test_the_rules_have_something_to_look_at() -> None:
    kinds = (
        rules.FUNCTION,
        rules.QUEUE,
        rules.TABLE,
        rules.BUCKET,
        rules.ALARM,
        rules.MAPPING,
        rules.SCHEDULE,
        rules.API,
        rules.STAGE,
    )
    counted = {kind: len(list(rules.of_type(_translated(), kind))) for kind in kinds}

    assert min(counted.values()) > 0, counted
