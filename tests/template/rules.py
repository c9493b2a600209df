"""Operations rules over the translated template. A rule gives one sentence per fault, and none where all is well."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Template = Mapping[str, Any]
Faults = Iterator[str]
Rule = Callable[[Template], Faults]

FUNCTION = "AWS::Lambda::Function"
QUEUE = "AWS::SQS::Queue"
TABLE = "AWS::DynamoDB::Table"
BUCKET = "AWS::S3::Bucket"
ALARM = "AWS::CloudWatch::Alarm"
LOG_GROUP = "AWS::Logs::LogGroup"
MAPPING = "AWS::Lambda::EventSourceMapping"
SCHEDULE = "AWS::Scheduler::Schedule"
API = "AWS::ApiGatewayV2::Api"
STAGE = "AWS::ApiGatewayV2::Stage"

AGEING_TABLES = {
    "IdentitiesTable": "expires_at",  # of records without a link alone
    "RunsTable": "expires_at",
    "OutcomesTable": "expires_at",
    "NotificationsTable": "expires_at",
    "HintsTable": "expires_at",
    "PrivacyTable": "expires_at",
    "RequestsTable": "expiration",  # Powertools' name for it
}
FILES_EXPIRE = {"runs/": 90, "results/": 7, "hints/": 90, "imports/": 30, "imported/": 30}  # days by folder
SECONDS_BEYOND_TIMEOUT = 60  # between a worker's last possible second and the message's next delivery
LONGEST_RETENTION = 1209600  # 14 days, the most that SQS keeps
API_GATEWAY_SECONDS = 30
IN_ACCESS_LOGS = {  # no address, no path, no header
    f"$context.{name}"
    for name in (
        "integration.integrationStatus",
        "integrationLatency",
        "requestId",
        "requestTime",
        "responseLatency",
        "responseLength",
        "routeKey",
        "status",
    )
}
# What a webhook may do before it answers: see who sends, keep what was sent, and queue. All else is the worker's.
BEFORE_A_WEBHOOK_IS_ANSWERED = {
    "dynamodb:GetItem",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "secretsmanager:GetSecretValue",
    "sqs:SendMessage",
}
PHYSICAL_NAMES = (
    "BucketName",
    "FunctionName",
    "LayerName",
    "LogGroupName",
    "Name",
    "QueueName",
    "RoleName",
    "TableName",
    "TopicName",
)


def of_type(template: Template, kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Logical id and properties of each resource of a type."""
    for logical_id, resource in template["Resources"].items():
        if resource["Type"] == kind:
            yield logical_id, resource.get("Properties", {})


def points_at(value: object, logical_id: str) -> bool:
    """Whether a value is the reference or the ARN of a resource."""
    return value in ({"Ref": logical_id}, {"Fn::GetAtt": [logical_id, "Arn"]})


def functions_are_pinned(template: Template) -> Faults:
    for logical_id, function in of_type(template, FUNCTION):
        for name, wanted in (("Runtime", "python3.13"), ("Architectures", ["arm64"])):
            if function.get(name) != wanted:
                yield f"{logical_id}: {name} is {function.get(name)}, not {wanted}"
        for name in ("Timeout", "MemorySize", "Description"):
            if name not in function:
                yield f"{logical_id}: no {name}"
        if function.get("LoggingConfig", {}).get("LogFormat") != "JSON":
            yield f"{logical_id}: does not log JSON"


def functions_share_the_stem_of_their_handler(template: Template) -> Faults:
    for logical_id, function in of_type(template, FUNCTION):
        integration, trigger, name = function["Handler"].split(".")
        stem = "".join(word.capitalize() for word in (integration, *trigger.split("_")))
        if (logical_id, name) != (stem, "handler"):
            yield f"{logical_id}: its handler is {function['Handler']}"
        if not points_at(function["Role"], f"{logical_id}Role"):
            yield f"{logical_id}: its role is not {logical_id}Role"


def functions_have_their_own_log_group(template: Template) -> Faults:
    groups = dict(of_type(template, LOG_GROUP))
    for logical_id, function in of_type(template, FUNCTION):
        group = f"{logical_id}Logs"
        if not points_at(function.get("LoggingConfig", {}).get("LogGroup"), group) or group not in groups:
            yield f"{logical_id}: does not log to {group}"
        elif not groups[group].get("RetentionInDays"):
            yield f"{group}: keeps logs for ever"


def _alarms_on(template: Template, metric: str, target: object) -> list[Mapping[str, Any]]:
    return [
        alarm
        for _, alarm in of_type(template, ALARM)
        if alarm["MetricName"] == metric and [each["Value"] for each in alarm["Dimensions"]] == [target]
    ]


def _fires_above(alarms: list[Mapping[str, Any]], threshold: int) -> bool:
    return any(
        alarm["ComparisonOperator"] == "GreaterThanThreshold" and alarm["Threshold"] <= threshold for alarm in alarms
    )


def functions_have_alarms(template: Template) -> Faults:
    for logical_id, _ in of_type(template, FUNCTION):
        for metric in ("Errors", "Throttles"):
            if not _fires_above(_alarms_on(template, metric, {"Ref": logical_id}), 0):
                yield f"{logical_id}: no alarm for {metric}"


def functions_leave_api_gateway_time_to_answer(template: Template) -> Faults:
    functions = dict(of_type(template, FUNCTION))
    for logical_id, permission in of_type(template, "AWS::Lambda::Permission"):
        function = permission["FunctionName"]["Ref"]
        if functions[function]["Timeout"] >= API_GATEWAY_SECONDS:
            yield f"{logical_id}: {function} may be at work when API Gateway has given up"


def webhooks_only_queue(template: Template) -> Faults:
    for logical_id, function in of_type(template, FUNCTION):
        if not function["Handler"].endswith(".on_webhook.handler"):
            continue
        role = template["Resources"][f"{logical_id}Role"]["Properties"]
        statements = [each for policy in role["Policies"] for each in _listed(policy["PolicyDocument"]["Statement"])]
        keeps = {"Action": "s3:PutObject", "Resource": {"Fn::Sub": "${DataBucket.Arn}/hints/*"}}
        others = [each for each in statements if not keeps.items() <= each.items()]
        for action in {action for each in others for action in _listed(each["Action"])}:
            if action not in BEFORE_A_WEBHOOK_IS_ANSWERED:
                yield f"{logical_id}: may {action} while its sender waits"
        if "VpcConfig" in function:
            yield f"{logical_id}: stands where vendors are called"


def apis_are_guarded_and_watched(template: Template) -> Faults:
    groups = dict(of_type(template, LOG_GROUP))
    paths = [path for _, api in of_type(template, API) for path in api["Body"]["paths"]]
    routes = {f"ANY {path}" for path in paths}
    for logical_id, stage in of_type(template, STAGE):
        limits = stage.get("DefaultRouteSettings", {})
        if not limits.get("ThrottlingBurstLimit") or not limits.get("ThrottlingRateLimit"):
            yield f"{logical_id}: anybody may call as often as the account bears"
        for route, settings in stage.get("RouteSettings", {}).items():
            if route not in routes:
                yield f"{logical_id}: there is no route {route}, so a deployment fails"
            if settings.get("ThrottlingRateLimit", 0) < limits.get("ThrottlingRateLimit", 0):
                yield f"{logical_id}: {route} takes less than the others, for no reason"
        log = stage.get("AccessLogSettings", {})
        group = next((name for name in groups if points_at(log.get("DestinationArn"), name)), None)
        if group is None or not groups[group].get("RetentionInDays"):
            yield f"{logical_id}: no access log, or one that is kept for ever"
        for word in set(re.findall(r"\$context\.[A-Za-z.]+", log.get("Format", ""))) - IN_ACCESS_LOGS:
            yield f"{logical_id}: {word} in the access log may hold what is personal or secret"
    for logical_id, api in of_type(template, API):
        if not _fires_above(_alarms_on(template, "5xx", {"Ref": logical_id}), 0):
            yield f"{logical_id}: no alarm when it answers 5xx"
        if {"x-amazon-apigateway-cors", "components"} & set(api["Body"]) or "CorsConfiguration" in api:
            yield f"{logical_id}: lets other sites' pages in, or asks somebody else who calls"


def alarms_reach_people(template: Template) -> Faults:
    for logical_id, alarm in of_type(template, ALARM):
        if alarm.get("AlarmActions") != [{"Ref": "AlarmTopic"}] or alarm.get("ActionsEnabled") is False:
            yield f"{logical_id}: does not go to AlarmTopic"
        if "AlarmDescription" not in alarm or "TreatMissingData" not in alarm:
            yield f"{logical_id}: no description, or nothing said of missing data"


def ticks_are_watched(template: Template) -> Faults:
    for logical_id, schedule in of_type(template, SCHEDULE):
        target = schedule["Target"]
        function = target["Arn"]["Fn::GetAtt"][0]
        silent = _alarms_on(template, "Invocations", {"Ref": function})
        if not any(
            alarm["ComparisonOperator"] == "LessThanThreshold" and alarm["TreatMissingData"] == "breaching"
            for alarm in silent
        ):
            yield f"{logical_id}: nobody hears of it when {function} is not called any more"
        if "RetryPolicy" not in target or "DeadLetterConfig" not in target:
            yield f"{logical_id}: a tick that can't be delivered is lost without a trace"


def _dead_letter_queues(template: Template) -> set[str]:
    arns = [
        queue["RedrivePolicy"]["deadLetterTargetArn"]
        for _, queue in of_type(template, QUEUE)
        if "RedrivePolicy" in queue
    ]
    arns += [
        schedule["Target"]["DeadLetterConfig"]["Arn"]
        for _, schedule in of_type(template, SCHEDULE)
        if "DeadLetterConfig" in schedule["Target"]
    ]
    return {arn["Fn::GetAtt"][0] for arn in arns}


def queues_lose_nothing(template: Template) -> Faults:
    dead_letters = _dead_letter_queues(template)
    for logical_id, queue in of_type(template, QUEUE):
        name = {"Fn::GetAtt": [logical_id, "QueueName"]}
        if queue.get("SqsManagedSseEnabled") is not True:
            yield f"{logical_id}: not encrypted"
        if logical_id in dead_letters:
            if queue.get("MessageRetentionPeriod") != LONGEST_RETENTION:
                yield f"{logical_id}: keeps messages for less than 14 days"
            if not _fires_above(_alarms_on(template, "ApproximateNumberOfMessagesVisible", name), 0):
                yield f"{logical_id}: no alarm when something lands there"
        elif "RedrivePolicy" not in queue:
            yield f"{logical_id}: has no dead letter queue and is none"
        elif not _fires_above(_alarms_on(template, "ApproximateAgeOfOldestMessage", name), 3600):
            yield f"{logical_id}: no alarm when messages wait for too long"


def fifo_queues_keep_their_order(template: Template) -> Faults:
    queues = dict(of_type(template, QUEUE))
    for logical_id, queue in queues.items():
        is_fifo = queue.get("FifoQueue", False)
        if "RedrivePolicy" in queue:
            dead_letters = queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
            if queues[dead_letters].get("FifoQueue", False) != is_fifo:
                yield f"{logical_id}: {dead_letters} is of another kind, which SQS refuses"
        scope = (queue.get("DeduplicationScope"), queue.get("FifoThroughputLimit"))
        if is_fifo and "RedrivePolicy" in queue and scope != ("messageGroup", "perMessageGroupId"):
            yield f"{logical_id}: all its groups share 300 calls a second"
        if is_fifo and queue.get("ContentBasedDeduplication"):
            yield f"{logical_id}: what is sent again on purpose within five minutes is lost where its text is the same"
    for logical_id, mapping in of_type(template, MAPPING):
        queue = mapping["EventSourceArn"]["Fn::GetAtt"][0]
        if queues[queue].get("FifoQueue") and mapping.get("BatchSize") != 1:
            yield f"{logical_id}: what follows a failed message in its group may be done before it"


def queue_workers_have_time(template: Template) -> Faults:
    queues, functions = dict(of_type(template, QUEUE)), dict(of_type(template, FUNCTION))
    for logical_id, mapping in of_type(template, MAPPING):
        queue, function = mapping["EventSourceArn"]["Fn::GetAtt"][0], mapping["FunctionName"]["Ref"]
        if queues[queue].get("VisibilityTimeout", 30) < functions[function]["Timeout"] + SECONDS_BEYOND_TIMEOUT:
            yield f"{queue}: a message is seen again while {function} can still be at it"
        if mapping.get("FunctionResponseTypes") != ["ReportBatchItemFailures"]:
            yield f"{logical_id}: one bad message takes its whole batch back"
        sends = {"Ref": queue} in functions[function]["Environment"]["Variables"].values()
        if sends and functions[function].get("RecursiveLoop") != "Allow":
            yield f"{function}: Lambda stops its runs, for it queues to itself without RecursiveLoop: Allow"


def _is_kept(template: Template, logical_id: str) -> bool:
    resource = template["Resources"][logical_id]
    return [resource.get(name) for name in ("DeletionPolicy", "UpdateReplacePolicy")] == ["Retain", "Retain"]


def tables_are_safe(template: Template) -> Faults:
    for logical_id, table in of_type(template, TABLE):
        if not _is_kept(template, logical_id):
            yield f"{logical_id}: goes with the stack"
        if table.get("BillingMode") != "PAY_PER_REQUEST":
            yield f"{logical_id}: not on demand"
        if table.get("PointInTimeRecoverySpecification") != {"PointInTimeRecoveryEnabled": True}:
            yield f"{logical_id}: can't be restored to a point in time"
        if table.get("SSESpecification") != {"SSEEnabled": True}:
            yield f"{logical_id}: not encrypted with a key that the account can audit"
        if table.get("DeletionProtectionEnabled") != {"Fn::If": ["IsProduction", True, False]}:
            yield f"{logical_id}: not protected against deletion in production"
        ages_by = AGEING_TABLES.get(logical_id)
        lifetime = {"AttributeName": ages_by, "Enabled": True} if ages_by else None
        if table.get("TimeToLiveSpecification") != lifetime:
            yield f"{logical_id}: its rows {'never age' if lifetime else 'must not age'}"


def buckets_are_private(template: Template) -> Faults:
    policies = {json.dumps(policy["Bucket"]): policy for _, policy in of_type(template, "AWS::S3::BucketPolicy")}
    for logical_id, bucket in of_type(template, BUCKET):
        if not _is_kept(template, logical_id):
            yield f"{logical_id}: goes with the stack"
        access = bucket.get("PublicAccessBlockConfiguration", {})
        if [
            access.get(name)
            for name in ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
        ] != [True] * 4:
            yield f"{logical_id}: may become public"
        if "BucketEncryption" not in bucket:
            yield f"{logical_id}: not encrypted"
        policy = policies.get(json.dumps({"Ref": logical_id}), {"PolicyDocument": {"Statement": []}})
        if not any(
            statement["Effect"] == "Deny" and statement.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}
            for statement in policy["PolicyDocument"]["Statement"]
        ):
            yield f"{logical_id}: can be read without TLS"
        rules = bucket.get("LifecycleConfiguration", {}).get("Rules", [])
        for folder, days in FILES_EXPIRE.items():
            if not any(rule.get("Prefix") == folder and rule.get("ExpirationInDays") == days for rule in rules):
                yield f"{logical_id}: keeps {folder} for other than {days} days"
        if not any("AbortIncompleteMultipartUpload" in rule for rule in rules):
            yield f"{logical_id}: keeps unfinished uploads for ever"


def buckets_reach_the_queues_that_they_tell(template: Template) -> Faults:
    policies = [
        (logical_id, policy["Queues"], statement)
        for logical_id, policy in of_type(template, "AWS::SQS::QueuePolicy")
        for statement in policy["PolicyDocument"]["Statement"]
    ]
    for logical_id, _, statement in policies:
        of_account = {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
        if statement["Principal"] != {"Service": "s3.amazonaws.com"} or statement.get("Condition") != of_account:
            yield f"{logical_id}: others than this account's buckets may send"
    for logical_id, bucket in of_type(template, BUCKET):
        needed = _listed(template["Resources"][logical_id].get("DependsOn", []))
        for told in bucket.get("NotificationConfiguration", {}).get("QueueConfigurations", []):
            queue = told["Queue"]["Fn::GetAtt"][0]
            if not {name for name, queues, _ in policies if {"Ref": queue} in queues} & set(needed):
                yield f"{logical_id}: made before it may send to {queue}, which S3 refuses"


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _is_too_wide(resource: object) -> bool:
    """A star may only stand for what follows a folder: …/runs/* of a bucket, sincronia/<stack>/* of the secrets."""
    text = json.dumps(resource)
    return "*" in text and not re.fullmatch(r'[^*]*[a-z}]/\*"?}?', text)


def _lists_a_bucket_whole(action: str, statement: Mapping[str, Any]) -> bool:
    prefixes = _listed(statement.get("Condition", {}).get("StringLike", {}).get("s3:prefix", "*"))
    return action == "s3:ListBucket" and not all(re.fullmatch(r"[a-z]+/\*", prefix) for prefix in prefixes)


# The one managed policy: a VPC's network interfaces have no names before they are made.
IN_A_VPC = {
    "Fn::If": [
        "HasSubnets",
        [{"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaENIManagementAccess"}],
        {"Ref": "AWS::NoValue"},
    ]
}


def rights_are_narrow(template: Template) -> Faults:
    for logical_id, role in of_type(template, "AWS::IAM::Role"):
        if role.get("ManagedPolicyArns") not in (None, IN_A_VPC):
            yield f"{logical_id}: a managed policy gives more than is needed"
        for policy in role.get("Policies", []):
            for statement in _listed(policy["PolicyDocument"]["Statement"]):
                if statement["Effect"] != "Allow":
                    continue
                if any(_lists_a_bucket_whole(action, statement) for action in _listed(statement.get("Action", []))):
                    yield f"{logical_id}: {statement.get('Sid')} sees every name in a bucket"
                if any("*" in action for action in _listed(statement.get("Action", "*"))):
                    yield f"{logical_id}: {statement.get('Sid')} allows a star of actions"
                if any(_is_too_wide(resource) for resource in _listed(statement.get("Resource", "*"))):
                    yield f"{logical_id}: {statement.get('Sid')} reaches resources that are not named"
    for kind in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
        for logical_id, _ in of_type(template, kind):
            yield f"{logical_id}: rights stand in a function's own role, where they are read"


def names_leave_room_for_another_stack(template: Template) -> Faults:
    for logical_id, resource in template["Resources"].items():
        for name in PHYSICAL_NAMES:
            value = resource.get("Properties", {}).get(name)
            of_another = isinstance(value, dict) and value.get("Ref") in template["Resources"]
            if value is not None and not of_another and "${AWS::StackName}" not in json.dumps(value):
                yield f"{logical_id}: {name} is the same in dev and prod, so one account can't hold both"


def parameters_and_outputs_are_described(template: Template) -> Faults:
    for section in ("Parameters", "Outputs"):
        for name, item in template[section].items():
            if not item.get("Description", "").strip():
                yield f"{section}.{name}: no description"
    for name, item in template["Parameters"].items():
        if "Default" not in item:
            yield f"Parameters.{name}: no default, so a deployment without questions fails"


RULES: tuple[Rule, ...] = (
    functions_are_pinned,
    functions_share_the_stem_of_their_handler,
    functions_have_their_own_log_group,
    functions_have_alarms,
    functions_leave_api_gateway_time_to_answer,
    webhooks_only_queue,
    apis_are_guarded_and_watched,
    alarms_reach_people,
    ticks_are_watched,
    queues_lose_nothing,
    fifo_queues_keep_their_order,
    queue_workers_have_time,
    tables_are_safe,
    buckets_are_private,
    buckets_reach_the_queues_that_they_tell,
    rights_are_narrow,
    names_leave_room_for_another_stack,
    parameters_and_outputs_are_described,
)
