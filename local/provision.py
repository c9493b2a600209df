"""Makes the resources of the translated template, one type at a time, and checks what it made by describing it.

moto's own CloudFormation says CREATE_COMPLETE while it leaves resources and properties out; here a type or property
that TYPES doesn't hold is an error that names the place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Any

from local import api_routes, provision_secrets
from local import provision_storage as storage
from local.calls import ACCOUNT
from local.provisioned import ApiSpec, Clients, FunctionSpec, MappingSpec, Place, Provisioned, ScheduleSpec
from local.template import Made, Resolver, TemplateError, needs

if TYPE_CHECKING:
    Create = Callable[["Place", Mapping[str, Any], "Provisioned"], Made]

_RESOURCE_KEYS = frozenset(
    {"Type", "Properties", "Condition", "DependsOn", "DeletionPolicy", "UpdateReplacePolicy", "Metadata"}
)
_NO_METRICS = "nada mede métricas nesta máquina; tests/template confere os alarmes"
_WORKING_TREE = "as funções rodam da árvore de trabalho, com o Python do .venv"


@dataclass(frozen=True)
class ResourceType:
    """How a type is made: which properties are honoured, and which are ignored and why (dotted below `split`)."""

    create: Create
    honoured: frozenset[str]
    ignored: Mapping[str, str] = field(default_factory=dict)
    split: frozenset[str] = frozenset()


def provision(
    template: Mapping[str, Any],
    resolver: Resolver,
    clients: Clients,
    *,
    stack_name: str,
    region: str,
    api_url: str | None = None,
) -> Provisioned:
    """Makes every resource whose condition holds, in the order of their references, and resolves the outputs.

    api_url: where the HTTP API is served; without it the API has an address of AWS's form, and nobody answers there.

    Raises TemplateError for a type, property or function that isn't known, and for what was made but isn't as asked.
    """
    resources = {
        logical_id: resource
        for logical_id, resource in template["Resources"].items()
        if "Condition" not in resource or resolver.holds(resource["Condition"])
    }
    for logical_id, resource in resources.items():
        _refuse_unknown(logical_id, resource)
    result = Provisioned()
    order = TopologicalSorter({name: set(needs(resource, resources)) for name, resource in resources.items()})
    for logical_id in order.static_order():
        kind = resources[logical_id]["Type"]
        properties = resolver.resolve(resources[logical_id].get("Properties", {}), f"Resources.{logical_id}")
        _refuse_unknown_properties(logical_id, kind, properties)
        honoured = TYPES[kind].honoured
        kept = {name: value for name, value in properties.items() if name in honoured or name in TYPES[kind].split}
        place = Place(logical_id, stack_name, region, clients, api_url)
        resolver.made[logical_id] = TYPES[kind].create(place, kept, result)
    _refuse_routes_that_nobody_may_call(result)
    for name, output in template.get("Outputs", {}).items():
        if "Condition" not in output or resolver.holds(output["Condition"]):
            result.outputs[name] = str(resolver.resolve(output["Value"], f"Outputs.{name}"))
    return result


def _refuse_unknown(logical_id: str, resource: Mapping[str, Any]) -> None:
    place = f"Resources.{logical_id}"
    if resource["Type"] not in TYPES:
        raise TemplateError(
            f"{place}: o stack local não conhece o tipo {resource['Type']}; ensine-o em local/provision.py."
        )
    for name in resource.keys() - _RESOURCE_KEYS:
        raise TemplateError(f"{place}.{name}: o stack local não conhece este atributo de recurso.")


def _refuse_unknown_properties(logical_id: str, kind: str, properties: Mapping[str, Any]) -> None:
    known = TYPES[kind]
    for name, value in properties.items():
        dotted = [f"{name}.{part}" for part in value] if name in known.split else [name]
        for part in dotted:
            if part not in known.honoured and part not in known.ignored:
                raise TemplateError(
                    f"Resources.{logical_id}.{part}: o stack local não conhece esta propriedade de {kind}; "
                    "ensine-a em local/provision.py, ou diga lá por que se ignora."
                )


def _refuse_routes_that_nobody_may_call(result: Provisioned) -> None:
    if result.api is None:
        return
    for route in api_routes.uncovered(result.api.routes, result.invokers, result.api.arn):
        raise TemplateError(
            f"Resources.{result.api.logical_id}: nenhuma AWS::Lambda::Permission deixa a rota {route.key} chamar "
            f"{route.function_arn}."
        )


def _function(place: Place, properties: Mapping[str, Any], result: Provisioned) -> Made:
    arn = f"arn:aws:lambda:{place.region}:{ACCOUNT}:function:{place.name}"
    logging = properties.get("LoggingConfig", {})
    result.functions[place.logical_id] = FunctionSpec(
        logical_id=place.logical_id,
        name=place.name,
        arn=arn,
        handler=properties["Handler"],
        timeout=int(properties.get("Timeout", 3)),
        memory=int(properties.get("MemorySize", 128)),
        environment={
            name: str(value) for name, value in properties.get("Environment", {}).get("Variables", {}).items()
        },
        log_format=logging.get("LogFormat", "Text"),
        log_level=logging.get("ApplicationLogLevel", ""),
        role_arn=properties["Role"],
    )
    return Made(place.name, {"Arn": arn})


def _layer(place: Place, _: Mapping[str, Any], __: Provisioned) -> Made:
    return Made(f"arn:aws:lambda:{place.region}:{ACCOUNT}:layer:{place.name}:1")


def _mapping(place: Place, properties: Mapping[str, Any], result: Provisioned) -> Made:
    answers = properties.get("FunctionResponseTypes", [])
    result.mappings.append(
        MappingSpec(
            logical_id=place.logical_id,
            queue_arn=properties["EventSourceArn"],
            function_name=properties["FunctionName"],
            batch_size=int(properties.get("BatchSize", 10)),
            reports_failures="ReportBatchItemFailures" in answers,
            concurrency=int(properties.get("ScalingConfig", {}).get("MaximumConcurrency", 1000)),
        )
    )
    return Made(place.name)


def _schedule(place: Place, properties: Mapping[str, Any], result: Provisioned) -> Made:
    name, target = properties.get("Name", place.name), properties["Target"]
    result.schedules[place.logical_id] = ScheduleSpec(
        logical_id=place.logical_id,
        arn=f"arn:aws:scheduler:{place.region}:{ACCOUNT}:schedule/default/{name}",
        expression=properties["ScheduleExpression"],
        function_arn=target["Arn"],
        input=target.get("Input", "{}"),
    )
    return Made(name, {"Arn": result.schedules[place.logical_id].arn})


def _api(place: Place, properties: Mapping[str, Any], result: Provisioned) -> Made:
    if result.api is not None:
        raise TemplateError(f"Resources.{place.logical_id}: o stack local serve uma API só, {result.api.logical_id}.")
    result.api = ApiSpec(
        logical_id=place.logical_id,
        id=place.name,
        arn=f"arn:aws:execute-api:{place.region}:{ACCOUNT}:{place.name}",
        routes=api_routes.routes_of(properties["Body"], f"Resources.{place.logical_id}.Body"),
    )
    url = place.api_url or f"https://{place.name}.execute-api.{place.region}.amazonaws.com"
    return Made(place.name, {"ApiEndpoint": url, "ApiId": place.name})


def _stage(place: Place, properties: Mapping[str, Any], _: Provisioned) -> Made:
    if properties["StageName"] != "$default" or properties.get("AutoDeploy") is not True:
        raise TemplateError(
            f"Resources.{place.logical_id}: o stack local só conhece o estágio $default, com AutoDeploy."
        )
    return Made("$default")


def _permission(place: Place, properties: Mapping[str, Any], result: Provisioned) -> Made:
    allowed = (properties["Action"], properties["Principal"])
    if allowed != ("lambda:InvokeFunction", "apigateway.amazonaws.com"):
        raise TemplateError(f"Resources.{place.logical_id}: o stack local só conhece permissões do API Gateway.")
    name = properties["FunctionName"]
    (arn,) = [function.arn for function in result.functions.values() if name in (function.name, function.arn)]
    result.invokers.setdefault(arn, []).append(properties["SourceArn"])
    return Made(place.name)


def _role(place: Place, properties: Mapping[str, Any], result: Provisioned) -> Made:
    arn = f"arn:aws:iam::{ACCOUNT}:role/{place.name}"
    result.role_statements[arn] = [
        statement for policy in properties.get("Policies", []) for statement in policy["PolicyDocument"]["Statement"]
    ]
    return Made(place.name, {"Arn": arn})


def _log_group(place: Place, properties: Mapping[str, Any], _: Provisioned) -> Made:
    name = properties.get("LogGroupName", place.name)
    return Made(name, {"Arn": f"arn:aws:logs:{place.region}:{ACCOUNT}:log-group:{name}:*"})


def _named(place: Place, _: Mapping[str, Any], __: Provisioned) -> Made:
    return Made(place.name)


def _topic(place: Place, _: Mapping[str, Any], __: Provisioned) -> Made:
    return Made(f"arn:aws:sns:{place.region}:{ACCOUNT}:{place.name}")


TYPES: Mapping[str, ResourceType] = {
    "AWS::DynamoDB::Table": ResourceType(
        storage.table,
        frozenset(
            {
                "AttributeDefinitions",
                "BillingMode",
                "DeletionProtectionEnabled",
                "GlobalSecondaryIndexes",
                "KeySchema",
                "LocalSecondaryIndexes",
                "PointInTimeRecoverySpecification",
                "TimeToLiveSpecification",
            }
        ),
        {"SSESpecification": "nada é gravado em disco"},
    ),
    "AWS::S3::Bucket": ResourceType(
        storage.bucket,
        frozenset(
            {
                "LifecycleConfiguration",
                "NotificationConfiguration",
                "OwnershipControls",
                "PublicAccessBlockConfiguration",
            }
        ),
        {"BucketEncryption": "nada é gravado em disco"},
    ),
    "AWS::S3::BucketPolicy": ResourceType(
        _named,
        frozenset(),
        {"Bucket": "o moto não avalia políticas", "PolicyDocument": "o moto não avalia políticas; aqui não há TLS"},
    ),
    "AWS::SQS::Queue": ResourceType(
        storage.queue,
        frozenset(
            {
                "ContentBasedDeduplication",
                "DeduplicationScope",
                "FifoQueue",
                "FifoThroughputLimit",
                "MessageRetentionPeriod",
                "RedrivePolicy",
                "VisibilityTimeout",
            }
        ),
        {"SqsManagedSseEnabled": "nada é gravado em disco"},
    ),
    "AWS::SQS::QueuePolicy": ResourceType(storage.queue_policy, frozenset({"PolicyDocument", "Queues"})),
    "AWS::SecretsManager::Secret": ResourceType(
        provision_secrets.secret,
        frozenset({"GenerateSecretString"}),
        {"Description": "só para quem lê o console da AWS"},
    ),
    "AWS::Lambda::Function": ResourceType(
        _function,
        frozenset({"Environment", "Handler", "LoggingConfig", "MemorySize", "Role", "Timeout"}),
        {
            "Architectures": _WORKING_TREE,
            "Code": _WORKING_TREE,
            "Description": "só para quem lê o console da AWS",
            "Layers": "layers/common está no PYTHONPATH das funções",
            "RecursiveLoop": "só a AWS interrompe laços; o limite de saltos é do próprio motor",
            "Runtime": _WORKING_TREE,
            "Tags": "só para quem lê o console da AWS",
        },
    ),
    "AWS::ApiGatewayV2::Api": ResourceType(
        _api, frozenset({"Body"}), {"FailOnWarnings": "aqui uma parte desconhecida do Body já é um erro"}
    ),
    "AWS::ApiGatewayV2::Stage": ResourceType(
        _stage,
        frozenset({"AutoDeploy", "StageName"}),
        {
            "AccessLogSettings": "ninguém lê estatísticas de acesso nesta máquina; tests/template confere o formato",
            "ApiId": "o stack local serve uma API só",
            "DefaultRouteSettings": "nesta máquina quem limita são os sandboxes; tests/template confere os limites",
            "RouteSettings": "nesta máquina quem limita são os sandboxes; tests/template confere os limites",
            "Tags": "só para quem lê o console da AWS",
        },
    ),
    "AWS::Lambda::Permission": ResourceType(
        _permission, frozenset({"Action", "FunctionName", "Principal", "SourceArn"})
    ),
    "AWS::Lambda::LayerVersion": ResourceType(
        _layer,
        frozenset(),
        dict.fromkeys(
            ("CompatibleArchitectures", "CompatibleRuntimes", "Content", "Description", "LayerName", "LicenseInfo"),
            "layers/common está no PYTHONPATH das funções",
        ),
    ),
    "AWS::Lambda::EventSourceMapping": ResourceType(
        _mapping,
        frozenset({"BatchSize", "EventSourceArn", "FunctionName", "FunctionResponseTypes", "ScalingConfig"}),
        {"Tags": "só para quem lê o console da AWS"},
    ),
    "AWS::Scheduler::Schedule": ResourceType(
        _schedule,
        frozenset({"Name", "ScheduleExpression", "Target.Arn", "Target.Input"}),
        {
            "Description": "só para quem lê o console da AWS",
            "FlexibleTimeWindow": "aqui o disparo é na hora",
            "Target.DeadLetterConfig": "aqui a função é sempre alcançada; o erro dela fica no registro",
            "Target.RetryPolicy": "aqui a função é sempre alcançada",
            "Target.RoleArn": "o agendador local chama a função sem papel",
        },
        split=frozenset({"Target"}),
    ),
    "AWS::IAM::Role": ResourceType(
        _role,
        frozenset({"Policies"}),
        {"AssumeRolePolicyDocument": "o moto não assume papéis; local/rights.py compara chamadas com Policies"},
    ),
    "AWS::Logs::LogGroup": ResourceType(
        _log_group,
        frozenset({"LogGroupName"}),
        {"RetentionInDays": "os registros ficam em .local/logs até o próximo make dev"},
    ),
    "AWS::SNS::Topic": ResourceType(_topic, frozenset()),
    "AWS::SNS::Subscription": ResourceType(
        _named, frozenset(), dict.fromkeys(("Endpoint", "Protocol", "TopicArn"), "daqui não sai correio")
    ),
    "AWS::CloudWatch::Alarm": ResourceType(
        _named,
        frozenset(),
        dict.fromkeys(
            (
                "AlarmActions",
                "AlarmDescription",
                "ComparisonOperator",
                "Dimensions",
                "EvaluationPeriods",
                "MetricName",
                "Namespace",
                "Period",
                "Statistic",
                "Threshold",
                "TreatMissingData",
            ),
            _NO_METRICS,
        ),
    ),
}
