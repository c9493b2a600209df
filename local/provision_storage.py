"""Tables, buckets and queues: made on the AWS server, then read back and compared, because moto loses properties."""

from __future__ import annotations

import json
from collections.abc import Container, Mapping
from typing import Any, cast

from local.calls import ACCOUNT
from local.provisioned import Place, Provisioned
from local.template import Made, TemplateError


def table(place: Place, properties: Mapping[str, Any], _: Provisioned) -> Made:
    """AWS::DynamoDB::Table."""
    client = place.clients.dynamodb
    later = ("PointInTimeRecoverySpecification", "TimeToLiveSpecification")
    asked = {name: value for name, value in properties.items() if name not in later}
    client.create_table(TableName=place.name, **cast("Any", asked))
    if "TimeToLiveSpecification" in properties:
        wanted = properties["TimeToLiveSpecification"]
        client.update_time_to_live(TableName=place.name, TimeToLiveSpecification=wanted)
        made = client.describe_time_to_live(TableName=place.name)["TimeToLiveDescription"]
        _compare(
            place,
            "TimeToLiveSpecification",
            (wanted["AttributeName"], "ENABLED" if wanted["Enabled"] else "DISABLED"),
            (made.get("AttributeName"), made.get("TimeToLiveStatus")),
        )
    if "PointInTimeRecoverySpecification" in properties:
        recovery = properties["PointInTimeRecoverySpecification"]
        client.update_continuous_backups(TableName=place.name, PointInTimeRecoverySpecification=recovery)
        backups = client.describe_continuous_backups(TableName=place.name)["ContinuousBackupsDescription"]
        status = backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"]
        wanted_status = "ENABLED" if recovery["PointInTimeRecoveryEnabled"] else "DISABLED"
        _compare(place, "PointInTimeRecoverySpecification", wanted_status, status)
    found = client.describe_table(TableName=place.name)["Table"]
    _compare(place, "KeySchema", asked["KeySchema"], found["KeySchema"])
    _compare(place, "AttributeDefinitions", asked["AttributeDefinitions"], found["AttributeDefinitions"])
    for name in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        _compare(place, name, _indexes(asked.get(name, [])), _indexes(cast("Any", found).get(name, [])))
    mode = found.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED")
    _compare(place, "BillingMode", asked.get("BillingMode", "PROVISIONED"), mode)
    protected = asked.get("DeletionProtectionEnabled", False)
    _compare(place, "DeletionProtectionEnabled", protected, found.get("DeletionProtectionEnabled", False))
    return Made(place.name, {"Arn": found["TableArn"]})


def bucket(place: Place, properties: Mapping[str, Any], _: Provisioned) -> Made:
    """AWS::S3::Bucket."""
    client, name = place.clients.s3, place.name.lower()
    client.create_bucket(Bucket=name, CreateBucketConfiguration=cast("Any", {"LocationConstraint": place.region}))
    if "LifecycleConfiguration" in properties:
        rules = [_lifecycle_rule(place, rule) for rule in properties["LifecycleConfiguration"]["Rules"]]
        client.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration=cast("Any", {"Rules": rules}))
        kept = client.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
        _compare(place, "LifecycleConfiguration", rules, [dict(rule) for rule in kept])
    if "OwnershipControls" in properties:
        controls = properties["OwnershipControls"]
        client.put_bucket_ownership_controls(Bucket=name, OwnershipControls=controls)
        owned = client.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"]
        _compare(place, "OwnershipControls", controls, owned)
    if "PublicAccessBlockConfiguration" in properties:
        block = properties["PublicAccessBlockConfiguration"]
        client.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=block)
        blocked = client.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
        _compare(place, "PublicAccessBlockConfiguration", block, blocked)
    if "NotificationConfiguration" in properties:
        told = _told_queues(place, properties["NotificationConfiguration"])
        client.put_bucket_notification_configuration(
            Bucket=name, NotificationConfiguration=cast("Any", {"QueueConfigurations": told})
        )
        configured = client.get_bucket_notification_configuration(Bucket=name).get("QueueConfigurations", [])
        kept_told = [{key: value for key, value in each.items() if key != "Id"} for each in configured]
        _compare(place, "NotificationConfiguration", told, kept_told)
    return Made(name, {"Arn": f"arn:aws:s3:::{name}"})


def queue(place: Place, properties: Mapping[str, Any], _: Provisioned) -> Made:
    """AWS::SQS::Queue; Ref is its URL on the AWS server. A FIFO queue gets its ending, as CloudFormation gives it."""
    client, name = place.clients.sqs, place.name + (".fifo" if properties.get("FifoQueue") else "")
    wanted = {key: value if isinstance(value, str) else json.dumps(value) for key, value in properties.items()}
    url = client.create_queue(QueueName=name, Attributes=cast("Any", wanted))["QueueUrl"]
    found = cast("dict[str, Any]", client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"])
    for key, value in wanted.items():
        if key == "RedrivePolicy":
            _compare(place, key, properties[key], json.loads(found.get(key, "null")))
        else:
            _compare(place, key, value, found.get(key))
    arn = f"arn:aws:sqs:{place.region}:{ACCOUNT}:{name}"
    return Made(url, {"Arn": arn, "QueueName": name, "QueueUrl": url})


def queue_policy(place: Place, properties: Mapping[str, Any], _: Provisioned) -> Made:
    """AWS::SQS::QueuePolicy. moto evaluates none; that S3 may send is looked at where a bucket tells a queue."""
    policy = properties["PolicyDocument"]
    for url in properties["Queues"]:
        place.clients.sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
        _compare(place, "PolicyDocument", policy, _policy_of(place, url))
    return Made(place.name)


def _policy_of(place: Place, url: str) -> Any:
    found = place.clients.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])
    return json.loads(found.get("Attributes", {}).get("Policy", "null"))


def _told_queues(place: Place, configuration: Mapping[str, Any]) -> list[dict[str, Any]]:
    """CloudFormation's form of which queues a bucket tells of what, as the API's."""
    known = {"QueueConfigurations": {"Event", "Filter", "Queue"}}
    _refuse_others(place, "NotificationConfiguration", configuration, known)
    told = []
    for each in configuration["QueueConfigurations"]:
        _refuse_others(place, "NotificationConfiguration.QueueConfigurations", each, known["QueueConfigurations"])
        _refuse_where_s3_may_not_send(place, each["Queue"])
        one: dict[str, Any] = {"QueueArn": each["Queue"], "Events": [each["Event"]]}
        if "Filter" in each:
            rules = each["Filter"]["S3Key"]["Rules"]
            one["Filter"] = {"Key": {"FilterRules": [{"Name": rule["Name"], "Value": rule["Value"]} for rule in rules]}}
        told.append(one)
    return told


def _refuse_where_s3_may_not_send(place: Place, arn: str) -> None:
    """As S3 does, which tries the way when it is told of it."""
    url = place.clients.sqs.get_queue_url(QueueName=arn.rpartition(":")[2])["QueueUrl"]
    for statement in (_policy_of(place, url) or {}).get("Statement", []):
        account = statement.get("Condition", {}).get("StringEquals", {}).get("aws:SourceAccount", ACCOUNT)
        sends = (statement["Effect"], statement["Principal"], statement["Action"], statement["Resource"])
        if sends == ("Allow", {"Service": "s3.amazonaws.com"}, "sqs:SendMessage", arn) and account == ACCOUNT:
            return
    raise TemplateError(
        f"Resources.{place.logical_id}.NotificationConfiguration: nenhuma AWS::SQS::QueuePolicy deixa o S3 enviar a "
        f"{arn}, ou ela é criada depois; a AWS recusa o bucket."
    )


def _refuse_others(place: Place, name: str, value: Mapping[str, Any], known: Container[str]) -> None:
    for each in value:
        if each not in known:
            raise TemplateError(f"Resources.{place.logical_id}.{name}.{each}: o stack local não a conhece.")


def _lifecycle_rule(place: Place, rule: Mapping[str, Any]) -> dict[str, Any]:
    """CloudFormation's form of a rule as the API's."""
    translated: dict[str, Any] = {"Filter": {"Prefix": rule.get("Prefix", "")}}
    for name, value in rule.items():
        match name:
            case "Id":
                translated["ID"] = value
            case "Status" | "AbortIncompleteMultipartUpload":
                translated[name] = value
            case "ExpirationInDays":
                translated["Expiration"] = {"Days": value}
            case "Prefix":
                pass
            case _:
                raise TemplateError(
                    f"Resources.{place.logical_id}.LifecycleConfiguration.Rules.{name}: o stack local não a conhece."
                )
    return translated


def _indexes(indexes: list[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    return sorted((index["IndexName"], index["KeySchema"], index["Projection"]) for index in indexes)


def _compare(place: Place, name: str, wanted: object, made: object) -> None:
    if wanted != made:
        raise TemplateError(
            f"Resources.{place.logical_id}.{name}: pediu-se {wanted!r} e o moto guardou {made!r}. "
            "O stack local não pode fingir que está certo."
        )
