"""An on_http function: its routes, and the one way that every request takes.

route → token (form without I/O, then its row) or session → role → form of the request → idempotency → the route's
function; then, for a person at a browser, the page of what a program would have been answered. A route can't be
registered without the role that it needs.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Annotated, Any, TypeVar
from urllib.parse import parse_qsl

import pydantic_core
from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Depends, Request, Response
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
from aws_lambda_powertools.event_handler.middlewares.openapi_validation import (
    OpenAPIRequestValidationMiddleware,
    OpenAPIResponseValidationMiddleware,
)
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, ConfigDict

from sincronia.answers import Answers, Problem, ProblemError
from sincronia.auth import Role, Token
from sincronia.web import browsers, forms
from sincronia.web.admission import caller_of
from sincronia.web.answers import ANSWERS, BODY_LIMIT, ROLES
from sincronia.web.documents import places_of
from sincronia.web.openapi import responses_of
from sincronia.web.problems import problem_response, validation_response
from sincronia.web.visit import Visit

if TYPE_CHECKING:
    from sincronia.web.pages import Pages

Handler = TypeVar("Handler", bound=Callable[..., Any])
Json = dict[str, Any]

_JSON_TYPE = re.compile(r"application/json *(; *charset=\"?utf-8\"?)? *", re.IGNORECASE)

logger = Logger(child=True)


class Input(BaseModel):
    """A request's body: nothing that it doesn't know, and no value taken for another kind's."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A route: what it is called by, who may call it, and what it can answer."""

    method: str
    path: str
    handler: Callable[..., Any]
    role: Role | None  # None: everybody, without a token
    summary: str
    tag: str
    status: int = 200
    answered: str = "O que foi pedido."  # what the status means here
    refuses: tuple[str, ...] = ()  # codes of the problems that only this operation can have
    idempotent: bool = False
    compared: Callable[[Any], Any] = lambda body: body  # what of a request's body a hash is kept of, to know it again
    kept: Callable[[Any], Any] = lambda body: body  # what of the answer's body may be kept for a repetition
    page: str = ""  # the template that shows the answer; of what is sent by a form also the problem
    menu: str | Mapping[str, str] = ""  # what the pages' navigation calls it; of each value of its last parameter
    drawn_with: Mapping[str, Any] = field(default_factory=dict)  # what its template has beside the answer: pure rules
    elsewhere: Callable[[], str] | None = None  # another origin that its page shows pictures of, and sends files to
    described: bool = True  # in the OpenAPI document; what only browsers use isn't

    def is_at(self, path: str) -> bool:
        """Whether a path belongs to this route, whatever the method."""
        named, asked = self.path.split("/"), path.split("/")
        return len(named) == len(asked) and all(
            one == other or (one.startswith("<") and other) for one, other in zip(named, asked, strict=True)
        )


class Routes:
    """The routes of one kind of resource; `tag` is the heading that the document has them under."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.operations: list[Operation] = []

    def get(self, path: str, *, role: Role | None, summary: str, **more: Any) -> Callable[[Handler], Handler]:
        """Registers a function that reads."""
        return self._route("GET", path, role, summary, more)

    def post(self, path: str, *, role: Role | None, summary: str, **more: Any) -> Callable[[Handler], Handler]:
        """Registers a function that makes or does something, once for each Idempotency-Key."""
        return self._route("POST", path, role, summary, {"idempotent": True, **more})

    def patch(self, path: str, *, role: Role | None, summary: str, **more: Any) -> Callable[[Handler], Handler]:
        """Registers a function that changes."""
        return self._route("PATCH", path, role, summary, more)

    def delete(self, path: str, *, role: Role | None, summary: str, **more: Any) -> Callable[[Handler], Handler]:
        """Registers a function that removes."""
        return self._route("DELETE", path, role, summary, more)

    def _route(
        self, method: str, path: str, role: Role | None, summary: str, more: Json
    ) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            self.operations.append(
                Operation(method=method, path=path, handler=handler, role=role, summary=summary, tag=self.tag, **more)
            )
            return handler

        return register


class Application:
    """The routes of one function, ready to answer events of API Gateway (payload 2.0).

    answers: the sentences of all that its routes can run into, the API's own (web.answers) among them.
    name: the integration's, where other functions have the same operations for theirs.
    """

    def __init__(self, routes: Iterable[Routes], answers: Answers = ANSWERS, name: str = "") -> None:
        self.answers = answers
        self.operations = [operation for group in routes for operation in group.operations]
        self._by_route = {(operation.method, operation.path): operation for operation in self.operations}
        self.resolver = APIGatewayHttpResolver(
            serializer=partial(json.dumps, ensure_ascii=False, separators=(",", ":")),
            json_body_deserializer=_json_object,
        )
        self.resolver.use(
            [
                self._admit,
                _check_form,
                OpenAPIRequestValidationMiddleware(),  # type: ignore[no-untyped-call]
                self._act_once,
                OpenAPIResponseValidationMiddleware(has_response_validation_error=True),
            ]
        )
        self.resolver.exception_handler(ProblemError)(lambda error: problem_response(error.problem, self.answers))
        self.resolver.exception_handler(RequestValidationError)(
            lambda error: validation_response(error.errors(), self.answers)
        )
        self.resolver.exception_handler(Exception)(self._unexpected)
        for operation in self.operations:
            self.resolver.route(
                operation.path,
                operation.method,
                summary=operation.summary,
                tags=[operation.tag],
                operation_id="_".join(part for part in (name, operation.handler.__name__) if part),
                include_in_schema=operation.described,
                status_code=operation.status,
                responses=responses_of(operation, self.answers),
            )(operation.handler)

    def answer(self, event: Json, context: LambdaContext) -> Json:
        """The whole answer to an event."""
        visit = Visit(event)
        self.resolver.context["visit"] = visit
        form = _readable(event) if forms.is_form(visit.headers) and visit.method == "POST" else None
        self.resolver.context["form"] = form
        if form is not None:
            event["requestContext"]["http"]["method"] = form.method
        answer = self.resolver.resolve(event, context)
        if visit.is_for_a_person:
            answer = self._page(visit, answer)
        if visit.has_page:
            answer["headers"]["Vary"] = "Accept, Cookie"
        answer["headers"] = {"Cache-Control": "no-store", **answer["headers"]}
        logger.info("request", status=answer["statusCode"])
        return answer

    def _admit(self, resolver: APIGatewayHttpResolver, next_middleware: NextMiddleware) -> Response[Any]:
        route, path = resolver.context["_route"], resolver.context["_path"]
        operation = self._by_route.get((route.method, route.path))
        if operation is None or operation.method not in self._methods_at(path):
            return self._nowhere(route.method, path)
        logger.append_keys(method=operation.method, route=operation.path)
        resolver.context["operation"] = operation
        visit: Visit = resolver.context["visit"]
        visit.operation = operation
        if not visit.is_safe and forms.is_form(visit.headers):
            visit.form = resolver.context["form"] or forms.form_of(visit.event)
        if operation.role is not None:
            caller = visit.caller = caller_of(visit)
            logger.append_keys(caller=caller.id)
            if not caller.role.covers(operation.role):
                roles = {"needed": ROLES[operation.role], "role": ROLES[caller.role]}
                raise ProblemError(Problem("role_insufficient", roles))
            resolver.context["caller"] = caller
        elif not visit.is_safe and not browsers.is_own_origin(visit.headers):
            raise ProblemError(Problem("form_untrusted"))
        if visit.form.fields and (visit.session or operation.role is None):
            forms.become_json(visit.event, visit.form)
        elif visit.is_for_a_person and visit.is_safe:
            browsers.as_asked(visit.event)
        response: Response[Any] = next_middleware(resolver)
        if response.status_code == 204:
            response.headers.pop("Content-Type", None)
            response.body = ""
        return response

    def _methods_at(self, path: str) -> set[str]:
        """The methods of a path: where routes match that say more or less of it, of those that say most."""
        found = [operation for operation in self.operations if operation.is_at(path)]
        fewest = min((operation.path.count("<") for operation in found), default=0)
        return {operation.method for operation in found if operation.path.count("<") == fewest}

    def _nowhere(self, method: str, path: str) -> Response[Any]:
        """The answer where no route is: the methods that the path has, if it has any."""
        there = self._methods_at(path)
        if not there or method in there:
            return problem_response(Problem("path_unknown"), self.answers)
        response = problem_response(Problem("method_unknown"), self.answers)
        response.headers["Allow"] = ", ".join(sorted(there))
        return response

    @cached_property
    def _pages(self) -> Pages:
        from sincronia.web.pages import Pages  # noqa: PLC0415  # brings Jinja2, which programs' requests don't need

        return Pages(self.operations)

    def _page(self, visit: Visit, answer: Json) -> Json:
        """The page of an answer; where that fails, of a failure of ours."""
        try:
            return self._pages.of(visit, answer)
        except Exception as error:
            failure = self._unexpected(error)
            return self._pages.of(visit, {"statusCode": failure.status_code, "headers": {}, "body": failure.body})

    def _act_once(self, resolver: APIGatewayHttpResolver, next_middleware: NextMiddleware) -> Response[Any]:
        operation: Operation = resolver.context["operation"]
        event = resolver.current_event
        key = event.headers.get("idempotency-key")
        if key is None or not operation.idempotent:
            return next_middleware(resolver)
        from sincronia.web.idempotency import once  # noqa: PLC0415  # brings boto3

        scope = [resolver.context["caller"].id, operation.method, event.path]
        body = operation.compared(event.json_body) if resolver.context["_route"].dependant.body_params else None
        context = resolver.lambda_context
        act = partial(next_middleware, resolver)
        return once(key=key, scope=scope, body=body, act=act, kept=operation.kept, context=context)

    def _unexpected(self, error: Exception) -> Response[Any]:
        """The answer to a defect. The error's text stays out of the log: it may quote a record."""
        logger.error("request failed", code="unexpected", error=type(error).__name__, at=places_of(error))
        return problem_response(Problem("unexpected"), self.answers)


def _readable(event: Json) -> forms.Form | None:
    """The form in an event; None of what is no form in the end, which is refused by its route."""
    try:
        return forms.form_of(event)
    except ProblemError:
        return None


def _of_request(request: Request) -> Token:
    token: Token = request.context["caller"]
    return token


Caller = Annotated[Token, Depends(_of_request)]
"""A parameter of a route's function: the token that calls."""


def _key_of_request(request: Request) -> str:
    return request.headers.get("idempotency-key", "")


IdempotencyKey = Annotated[str, Depends(_key_of_request)]
"""A parameter of a route's function: the key by which the same request may come again; empty where it has none."""


def _check_form(resolver: APIGatewayHttpResolver, next_middleware: NextMiddleware) -> Response[Any]:
    """What no schema says: no unknown or repeated parameter in the query; a body of JSON, not too large."""
    event, dependant = resolver.current_event, resolver.context["_route"].dependant
    known = {parameter.alias for parameter in dependant.query_params}
    sent = [name for name, _ in parse_qsl(event.raw_query_string, keep_blank_values=True)]
    if not known.issuperset(sent):
        raise RequestValidationError([{"type": "query_unknown", "loc": ("query",)}])
    if repeated := sorted({name for name in sent if sent.count(name) > 1}):
        raise RequestValidationError([{"type": "query_repeated", "loc": ("query", name)} for name in repeated])
    if dependant.body_params:
        _check_body(event.headers.get("content-type", ""), event.body or "", encoded=bool(event.is_base64_encoded))
        if event.json_body is None:
            raise ProblemError(Problem("body_malformed"))
        # Powertools knows the type in small letters alone.
        event.raw_event["headers"] = {**event.headers, "content-type": "application/json"}
    return next_middleware(resolver)


def _check_body(content_type: str, body: str, *, encoded: bool) -> None:
    if content_type and not _JSON_TYPE.fullmatch(content_type):
        raise ProblemError(Problem("content_type_unsupported"))
    try:
        size = len(body) * 3 // 4 if encoded else len(body.encode())
        if size > BODY_LIMIT:
            raise ProblemError(Problem("body_too_large"))
        if encoded:
            base64.b64decode(body).decode()
    except (UnicodeError, binascii.Error):
        raise ProblemError(Problem("body_malformed")) from None


def _json_object(text: str) -> Json:
    """A body's JSON: strictly JSON, without NaN, lone surrogates or bottomless nesting, and an object at the top."""
    try:
        value = pydantic_core.from_json(text, allow_inf_nan=False)
        json.dumps(value, allow_nan=False)  # 1e999 is JSON, and no number
    except ValueError:
        raise ProblemError(Problem("body_malformed")) from None
    if not isinstance(value, Mapping):
        raise RequestValidationError([{"type": "model_type", "loc": ("body",)}])
    return dict(value)
