"""The routes of an HTTP API: read from the OpenAPI body that SAM makes of the functions' events, and matched.

Source: API Gateway Developer Guide, "Create routes for HTTP APIs" and "OpenAPI extensions for API Gateway".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from local.provisioned import RouteSpec
from local.template import TemplateError

ANY = "ANY"
_ANY_IN_BODY = "x-amazon-apigateway-any-method"
_INTEGRATION = "x-amazon-apigateway-integration"
_METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch"})
_LONGEST_MILLISECONDS = 30000
_FUNCTION = re.compile(r"arn:[^:]+:apigateway:[^:]+:lambda:path/2015-03-31/functions/(.+)/invocations")
_GREEDY, _VARIABLE, _LITERAL = range(3)


def routes_of(body: Mapping[str, Any], place: str) -> tuple[RouteSpec, ...]:
    """The routes of an API's resolved Body. Raises TemplateError for a part of it that isn't known."""
    _refuse_unknown(body, {"openapi", "info", "paths", "tags"}, place)
    return tuple(
        _route(method, path, operation, f"{place}.paths.{path}.{method}")
        for path, item in body["paths"].items()
        for method, operation in item.items()
    )


def found(routes: Sequence[RouteSpec], method: str, path: str) -> tuple[RouteSpec, dict[str, str]] | None:
    """The most specific route of a decoded path, and the values of its variables; None where none matches.

    Segment by segment words come before {variables}, and those before a {greedy+} one; then a method before ANY.
    """
    matching = [
        (_specificity(route), route, variables)
        for route in routes
        if route.method in (method, ANY) and (variables := _variables(route.path, path)) is not None
    ]
    if not matching:
        return None
    _, route, variables = max(matching, key=lambda each: each[0])
    return route, variables


def _route(method: str, path: str, operation: Mapping[str, Any], place: str) -> RouteSpec:
    if method not in _METHODS and method != _ANY_IN_BODY:
        raise TemplateError(f"{place}: o stack local não conhece este método.")
    _refuse_unknown(operation, {_INTEGRATION, "parameters", "responses"}, place)
    integration = operation[_INTEGRATION]
    _refuse_unknown(
        integration, {"httpMethod", "payloadFormatVersion", "timeoutInMillis", "type", "uri"}, f"{place}.{_INTEGRATION}"
    )
    function = _FUNCTION.fullmatch(integration["uri"])
    wanted = ("aws_proxy", "POST", "2.0")
    if (
        tuple(integration.get(name) for name in ("type", "httpMethod", "payloadFormatVersion")) != wanted
        or not function
    ):
        raise TemplateError(f"{place}: o stack local só conhece integrações com uma função, no formato 2.0.")
    milliseconds = int(integration.get("timeoutInMillis", _LONGEST_MILLISECONDS))
    if milliseconds > _LONGEST_MILLISECONDS:
        raise TemplateError(f"{place}.timeoutInMillis: o API Gateway espera no máximo {_LONGEST_MILLISECONDS} ms.")
    return RouteSpec(ANY if method == _ANY_IN_BODY else method.upper(), path, function[1], milliseconds / 1000)


def _refuse_unknown(part: Mapping[str, Any], known: set[str], place: str) -> None:
    for name in part.keys() - known:
        raise TemplateError(f"{place}.{name}: o stack local não conhece esta parte de uma API; ensine-a.")


def _variables(template: str, path: str) -> dict[str, str] | None:
    """A greedy variable also takes what follows the slash of `/pets/`: nothing."""
    wanted, given = template.split("/"), path.split("/")
    values: dict[str, str] = {}
    for number, segment in enumerate(wanted):
        kind = _kind(segment)
        if kind == _GREEDY and len(given) > number:
            return values | {segment[1:-2]: "/".join(given[number:])}
        if len(given) <= number or (kind == _LITERAL and segment != given[number]):
            return None
        if kind == _VARIABLE:
            if not given[number]:
                return None
            values[segment[1:-1]] = given[number]
    return values if len(wanted) == len(given) else None


def _specificity(route: RouteSpec) -> tuple[list[int], bool]:
    return [_kind(segment) for segment in route.path.split("/")], route.method != ANY


def _kind(segment: str) -> int:
    if not (segment.startswith("{") and segment.endswith("}")):
        return _LITERAL
    return _GREEDY if segment.endswith("+}") else _VARIABLE


def uncovered(routes: Sequence[RouteSpec], sources: Mapping[str, Sequence[str]], api_arn: str) -> Iterator[RouteSpec]:
    """The routes whose function no permission lets the API call; sources: patterns of ARNs by function."""
    for route in routes:
        called = f"{api_arn}/$default/{'*' if route.method == ANY else route.method}{route.path}"
        if not any(_pattern(source).fullmatch(called) for source in sources.get(route.function_arn, ())):
            yield route


def _pattern(source: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in source.split("*")))
