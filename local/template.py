"""template.yaml as CloudFormation sees it: translated from SAM, and its intrinsic functions resolved."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

from local.calls import ACCOUNT

NOTHING = object()  # what AWS::NoValue resolves to: the property isn't there
_IN_SUB = re.compile(r"\$\{(!?)([^}]+)\}")
_CODE_PROPERTIES = {"AWS::Serverless::Function": "CodeUri", "AWS::Serverless::LayerVersion": "ContentUri"}
_CODE_BUCKET = "local-code"  # never read: functions run from the working tree


class TemplateError(ValueError):
    """Something in the template that the local stack doesn't know; the text names the place."""


@dataclass(frozen=True)
class Made:
    """A resource that stands: what Ref gives, and the attributes that Fn::GetAtt gives."""

    reference: str
    attributes: Mapping[str, str] = field(default_factory=dict)


def translated(path: Path, parameters: Mapping[str, str], region: str) -> dict[str, Any]:
    """The CloudFormation template (a dict) that SAM makes of the file at `path`. Reads nothing but the file."""
    source = cast("dict[str, Any]", yaml_parse(path.read_text(encoding="utf-8")))
    for logical_id, resource in source["Resources"].items():
        name = _CODE_PROPERTIES.get(resource["Type"])
        if name:
            code = {"Bucket": _CODE_BUCKET, "Key": logical_id}
            resource["Properties"][name] = code
    source.get("Globals", {}).get("Function", {}).pop("CodeUri", None)
    session = cast("Any", SimpleNamespace(region_name=region))
    translator = Translator({}, Parser(), boto_session=session)
    result = cast("dict[str, Any]", translator.translate(source, parameter_values=dict(parameters)))
    translator.metrics.publish()  # to nobody; unpublished ones are warned about
    return result


class Resolver:
    """Resolves Ref, Fn::GetAtt, Fn::Sub, Fn::If, Fn::Join and the conditions of one template.

    Give it what was made by `made[logical id] = Made(…)`. Every error is a TemplateError that names the place.
    """

    def __init__(
        self, template: Mapping[str, Any], parameters: Mapping[str, str], *, stack_name: str, region: str
    ) -> None:
        self.made: dict[str, Made] = {}
        self._conditions: Mapping[str, Any] = template.get("Conditions", {})
        self._parameters = {
            "AWS::Region": region,
            "AWS::AccountId": ACCOUNT,
            "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::StackName": stack_name,
            **_parameter_values(template.get("Parameters", {}), parameters),
        }

    def resolve(self, value: Any, place: str) -> Any:
        """The value with every intrinsic function in it resolved; NOTHING for AWS::NoValue."""
        if isinstance(value, list):
            resolved = [self.resolve(part, f"{place}[{number}]") for number, part in enumerate(value)]
            return [part for part in resolved if part is not NOTHING]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            name, argument = next(iter(value.items()))
            if name == "Ref" or name.startswith("Fn::"):
                return self._function(name, argument, place)
        items = {key: self.resolve(part, f"{place}.{key}") for key, part in value.items()}
        return {key: part for key, part in items.items() if part is not NOTHING}

    def holds(self, condition: str) -> bool:
        """Whether a named condition of the template holds."""
        if condition not in self._conditions:
            raise TemplateError(f"Conditions.{condition}: não há essa condição em template.yaml.")
        return self._truth(self._conditions[condition], f"Conditions.{condition}")

    def _function(self, name: str, argument: Any, place: str) -> Any:
        match name:
            case "Ref":
                return self._reference(argument, place)
            case "Fn::GetAtt":
                logical_id, attribute = argument if isinstance(argument, list) else argument.split(".", 1)
                return self._attribute(logical_id, attribute, place)
            case "Fn::Sub":
                text, extra = argument if isinstance(argument, list) else (argument, {})
                names = {key: self.resolve(part, place) for key, part in extra.items()}
                return _IN_SUB.sub(lambda found: self._substitute(found, names, place), text)
            case "Fn::If":
                condition, yes, no = argument
                return self.resolve(yes if self.holds(condition) else no, place)
            case "Fn::Join":
                separator, parts = argument
                return separator.join(str(part) for part in self.resolve(parts, place))
        raise TemplateError(f"{place}: o stack local não conhece a função {name}; ensine-a em local/template.py.")

    def _substitute(self, found: re.Match[str], names: Mapping[str, Any], place: str) -> str:
        literal, name = found.groups()
        if literal:
            return "${" + name + "}"
        if name in names:
            return str(names[name])
        logical_id, dot, attribute = name.partition(".")
        return str(self._attribute(logical_id, attribute, place) if dot else self._reference(name, place))

    def _reference(self, name: str, place: str) -> Any:
        if name == "AWS::NoValue":
            return NOTHING
        if name in self._parameters:
            return self._parameters[name]
        if name in self.made:
            return self.made[name].reference
        raise TemplateError(f"{place}: Ref aponta para {name}, que não existe ou ainda não foi criado.")

    def _attribute(self, logical_id: str, attribute: str, place: str) -> str:
        if logical_id not in self.made:
            raise TemplateError(f"{place}: GetAtt aponta para {logical_id}, que não existe ou ainda não foi criado.")
        attributes = self.made[logical_id].attributes
        if attribute not in attributes:
            raise TemplateError(f"{place}: o stack local não conhece o atributo {logical_id}.{attribute}.")
        return attributes[attribute]

    def _truth(self, value: Any, place: str) -> bool:
        name, argument = next(iter(value.items()))
        match name:
            case "Condition":
                return self.holds(argument)
            case "Fn::Equals":
                left, right = self.resolve(argument, place)
                return bool(str(left) == str(right))
            case "Fn::Not":
                return not self._truth(argument[0], place)
            case "Fn::And":
                return all(self._truth(part, place) for part in argument)
            case "Fn::Or":
                return any(self._truth(part, place) for part in argument)
        raise TemplateError(f"{place}: o stack local não conhece a condição {name}; ensine-a em local/template.py.")


def needs(value: Any, resources: Mapping[str, Any]) -> Iterator[str]:
    """The logical ids of `resources` that a part of the template refers to."""
    if isinstance(value, list):
        for part in value:
            yield from needs(part, resources)
    elif isinstance(value, dict):
        for name, argument in value.items():
            if name in ("Ref", "DependsOn"):
                yield from (part for part in _listed(argument) if part in resources)
            elif name == "Fn::GetAtt":
                logical_id = argument[0] if isinstance(argument, list) else argument.split(".", 1)[0]
                yield from [logical_id] if logical_id in resources else []
            elif name == "Fn::Sub":
                text = argument[0] if isinstance(argument, list) else argument
                used = (name.partition(".")[0] for literal, name in _IN_SUB.findall(text) if not literal)
                yield from (logical_id for logical_id in used if logical_id in resources)
                yield from needs(argument[1:] if isinstance(argument, list) else [], resources)
            else:
                yield from needs(argument, resources)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _parameter_values(declared: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, str]:
    unknown = sorted(set(given) - set(declared))
    if unknown:
        raise TemplateError(f"Parameters: template.yaml não declara {', '.join(unknown)}.")
    values = {}
    for name, description in declared.items():
        value = given.get(name, description.get("Default"))
        if value is None:
            raise TemplateError(f"Parameters.{name}: falta o valor, e template.yaml não dá um padrão.")
        allowed = description.get("AllowedValues")
        if allowed is not None and str(value) not in [str(one) for one in allowed]:
            raise TemplateError(f"Parameters.{name}: {value} não é um dos valores permitidos ({allowed}).")
        if not re.fullmatch(description.get("AllowedPattern", ".*"), str(value)):
            raise TemplateError(f"Parameters.{name}: {value} não tem o formato que template.yaml pede.")
        values[name] = str(value)
    return values
