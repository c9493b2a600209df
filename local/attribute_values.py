"""DynamoDB's attribute values written straight into an answer, in the place of moto's way.

moto 5.2.5 looks for each of the ten kinds of value in each attribute, under every name that it may have in a model of
its own. Here: a value is of the kind that its one key says.
"""

from __future__ import annotations

import base64
from typing import Any

from moto.core.model import StructureShape
from moto.core.serialize import BaseJSONSerializer, Serialized

from local.moto_replaced import Replacement, replace

_METHOD = "_serialize_type_structure"
_any_structure = BaseJSONSerializer._serialize_type_structure


def install() -> None:
    """Puts this module's function in the place of moto's, in this process.

    Raises MotoChangedError when moto's version or the replaced method's signature differs.
    """
    replace(
        (
            Replacement(
                BaseJSONSerializer,
                _METHOD,
                "(self, serialized: collections.abc.MutableMapping[str, typing.Any], value: Any, "
                "shape: moto.core.model.StructureShape, key: str) -> None",
                serialize_structure,
            ),
        ),
        module="local/attribute_values.py",
        tests="tests/contract/test_local_aws_server.py",
    )


def serialize_structure(
    serializer: BaseJSONSerializer, serialized: Serialized, value: Any, shape: StructureShape, key: str
) -> None:
    """Puts a structure, as JSON has it, under its key into what has been serialized."""
    if shape.name == "AttributeValue":
        serialized[key] = written(value)
    else:
        _any_structure(serializer, serialized, value, shape, key)


def written(value: dict[str, Any]) -> dict[str, Any]:
    """An attribute value as the answer has it: binary in base 64, all else as it is."""
    ((kind, inner),) = value.items()
    if kind == "L":
        return {kind: [written(each) for each in inner]}
    if kind == "M":
        return {kind: {name: written(each) for name, each in inner.items()}}
    if kind == "B":
        return {kind: _in_base_64(inner)}
    if kind == "BS":
        return {kind: [_in_base_64(each) for each in inner]}
    return value


def _in_base_64(binary: bytes | str) -> str:
    return binary if isinstance(binary, str) else base64.b64encode(binary).decode()  # str: as it came in the request
