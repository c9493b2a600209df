"""Tables, buckets and queues: made on the AWS server, then read back and compared, because moto loses properties."""

from __future__ import annotations

import json
from collections.abc import Mapping
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
