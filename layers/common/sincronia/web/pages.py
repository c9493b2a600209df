"""Answers as pages: what a program gets as JSON is the data of the template that the route names.

`x/y.html` is the template y.html of the package x; a name without a slash is one of this layer's.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader, StrictUndefined

from sincronia import clock
from sincronia.auth import Role
from sincronia.web import browsers, forms, navigation, static
from sincronia.web.visit import Visit

if TYPE_CHECKING:
    from sincronia.web.application import Operation

Json = dict[str, Any]

SIGN_IN = "/sign-in"
ROLES = {Role.READER: "Leitor", Role.OPERATOR: "Operador", Role.ADMINISTRATOR: "Administrador"}
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'{elsewhere}; connect-src 'self'; "
    "form-action 'self'{elsewhere}; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": _POLICY.format(elsewhere=""),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",  # without it browsers hide the Origin that forms are checked by
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
}


class Pages:
    """The pages of one application's routes."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        self._operations = operations
        packages = {operation.page.partition("/")[0] for operation in operations if "/" in operation.page}
        self._templates = Environment(
            loader=ChoiceLoader(
                [
                    PackageLoader("sincronia.web"),
                    PrefixLoader({package: PackageLoader(package) for package in packages}),
                ]
            ),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= {
            "by_day": by_day,
            "date": date_of,
            "hour": hour,
            "moment": moment,
            "number": number,
            "person": person,
        }
        self._templates.globals |= {
            "roles": {role.value: word for role, word in ROLES.items()},
            "home": browsers.HOME,
            "static": static.address,
            "new_key": lambda: secrets.token_urlsafe(16),
        }

    def of(self, visit: Visit, answer: Json) -> Json:
        """What a person gets for an answer: its page, or where to go on to."""
        status = answer["statusCode"]
        if status == 401 and visit.needs_sign_in:
            return _led_to(_sign_in(visit))
        if 300 <= status < 400 and answer["headers"].get("Location"):
            return answer
        body = json.loads(answer["body"]) if answer["body"] else {}
        template = visit.operation.page if visit.operation else ""
        leads = visit.form.text(forms.NEXT) or _made(body)
        if not visit.is_safe and status < 300 and (leads or not template or not answer["body"]):
            return _led_to(browsers.local_path(leads), answer)
        if not answer["body"] and status < 300:
            return answer
        if status >= 400 and (visit.is_safe or not template):
            template = "problem.html"
        return {
            "statusCode": status,
            "headers": {**answer["headers"], **_headers(visit.operation)},
            "cookies": answer.get("cookies", []),
            "body": self.drawn(template, visit, body, failed=status >= 400),
            "isBase64Encoded": False,
        }

    def drawn(self, template: str, visit: Visit, body: Json, *, failed: bool = False) -> str:
        """A template with an answer's body: `data` where it succeeded, `problem` where it failed."""
        query, role = _query(visit), visit.caller.role if visit.caller else Role.READER
        connection = navigation.connection_of(visit.path, query.get("connection", ""))
        form_token, wanted = _form_token(visit), visit.form.text(forms.NEXT)
        return self._templates.get_template(template).render(
            **(visit.operation.drawn_with if visit.operation else {}),
            data=None if failed else body,
            problem=body if failed else None,
            caller=visit.caller,
            role=ROLES[role] if visit.caller else "",
            may_operate=visit.caller is not None and role.covers(Role.OPERATOR),
            may=lambda method, path: bool(form_token) and navigation.may(self._operations, method, path, role),
            form_token=form_token,
            sent=visit.form,
            next=browsers.local_path(wanted) if wanted else "",
            path=visit.path,
            address=visit.address,
            query=query,
            with_query=lambda **changed: _with_query(visit, changed),
            connection=connection,
            ways=navigation.main_ways(visit.path, role),
            tabs=navigation.tabs(self._operations, visit.path, connection, role),
        )


def _headers(operation: Operation | None) -> Mapping[str, str]:
    """With the origin beside ours that the operation's page may show and send to, where it has one."""
    if operation is None or operation.elsewhere is None:
        return HEADERS
    return {**HEADERS, "Content-Security-Policy": _POLICY.format(elsewhere=f" {operation.elsewhere()}")}


def _made(body: Any) -> str:
    """Where an answer says that what was made is read; what is read elsewhere is told by the route's page."""
    url = str(body.get("url") or "") if isinstance(body, dict) else ""
    return url if browsers.local_path(url) == url else ""


def _form_token(visit: Visit) -> str:
    if not visit.session:
        return ""
    from sincronia.web import session  # noqa: PLC0415  # brings itsdangerous

    return session.form_token(visit.session)


def _sign_in(visit: Visit) -> str:
    wanted = visit.address if visit.is_safe else visit.form.text(forms.NEXT)
    return f"{SIGN_IN}?{urlencode({'next': browsers.local_path(wanted)})}"


def _led_to(address: str, answer: Mapping[str, Any] | None = None) -> Json:
    cookies = answer.get("cookies", []) if answer else []
    return {
        "statusCode": 303,
        "headers": {"Location": address},
        "cookies": cookies,
        "body": "",
        "isBase64Encoded": False,
    }


def _query(visit: Visit) -> dict[str, str]:
    return dict(parse_qsl(visit.query))


def _with_query(visit: Visit, changed: Mapping[str, str]) -> str:
    """This page with other parameters; an empty one is left out."""
    filled: Iterable[tuple[str, str]] = ((name, value) for name, value in {**_query(visit), **changed}.items() if value)
    return browsers.address(visit.path, urlencode(list(filled)))


_TOKEN_ID = re.compile(r" \(token [0-9A-Za-z-]+\)")
_MONTHS = (
    *("janeiro", "fevereiro", "março", "abril", "maio", "junho"),
    *("julho", "agosto", "setembro", "outubro", "novembro", "dezembro"),
)
_WEEKDAYS = ("segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado", "domingo")


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(clock.SAO_PAULO)


def by_day(lines: Iterable[Json]) -> list[tuple[str, list[Json]]]:
    """Lines that have a moment `at`, in their order, under their days: `sexta-feira, 21 de novembro de 2025`."""
    return [(day, list(group)) for day, group in groupby(lines, lambda line: _day(line["at"]))]


def _day(text: str) -> str:
    at = _at(text)
    return f"{_WEEKDAYS[at.weekday()]}, {at.day} de {_MONTHS[at.month - 1]} de {at.year}"


def hour(text: str) -> str:
    """The hour of a moment in São Paulo: `14:32`."""
    return f"{_at(text):%H:%M}"


def moment(text: str) -> str:
    """A moment in São Paulo: `21/11/2025 às 14:32`."""
    return f"{_at(text):%d/%m/%Y às %H:%M}"


def date_of(text: str) -> str:
    """The day of a moment in São Paulo, or a day as it is kept: `21/11/2025`."""
    return f"{_at(text):%d/%m/%Y}" if "T" in text else "/".join(reversed(text.split("-")))


def number(value: int) -> str:
    """A whole number as people write it: `12.345`."""
    return f"{value:,}".replace(",", ".")


def person(text: str) -> str:
    """A text that names people by their tokens, without the tokens' ids, which lead to the audit trail alone."""
    return _TOKEN_ID.sub("", text)
