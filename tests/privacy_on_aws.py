"""Privacy requests asked of the real hub, and carried out by the real worker of an integration, in one environment."""

from __future__ import annotations

import json
import os
import re
import urllib.request
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast
from urllib.parse import urlencode

from local.calls import CALLS_PATH, Record, Right
from local.rights import Allowed, compare
from tests.office_on_aws import AwsServer, Context, Sandbox, event, in_place_of_the_tests_own, plain
from tests.routes_on_aws import Answer, RoutesOnAws

REQUESTS = "/privacy/requests"
_TABLE = {("GetItem", "Privacy"), ("Query", "Privacy"), ("PutItem", "Privacy"), ("UpdateItem", "Privacy")}
_COMMON = {*_TABLE, ("DeleteItem", "Privacy"), ("UpdateItem", "Outcomes"), ("UpdateItem", "Notifications")}
_LINKS = {("BatchGetItem", "Links"), ("UpdateItem", "Links")}
_FILES = {("s3:GetObject", "databucket/results/*"), ("s3:PutObject", "databucket/results/*")}
# What a worker may do for privacy requests alone: action, and table or folder. The tests of privacy use all of it.
ONLY_PRIVACY: Mapping[str, frozenset[tuple[str, str]]] = {
    function: frozenset({(f"dynamodb:{action}", f"{table}Table") for action, table in {*_COMMON, *more}} | _FILES)
    for function, more in {
        "ZenOnQueue": {*_LINKS, ("GetItem", "Links"), ("Query", "Identities")},
        "SgpOnQueue": {*_LINKS, ("Query", "Identities"), ("UpdateItem", "Hints")},
        "PromobOnQueue": {*_LINKS, ("Query", "Identities"), ("UpdateItem", "Hints")},
        "AsmsOnQueue": {("BatchGetItem", "Links"), ("Query", "Identities")},
        "NotesOnQueue": {*_LINKS, ("Query", "Identities"), ("DeleteItem", "Identities")},
    }.items()
}
_DELETION = {("dynamodb:Query", "PrivacyTable")}  # of a connection, while a request is open: tests of Zen's


class PrivacyHttp(RoutesOnAws):
    """The hub beside an integration's worker. Keeps all that it answered."""

    def __init__(self, aws: AwsServer, sandbox: Sandbox, message: str) -> None:
        """message: the integration's example of a message that names a run, such as `zen/on_queue/run`."""
        super().__init__(sandbox, "hub", asking="list_privacy_requests", sending="ask_privacy_request")
        self.aws, self.message = aws, message
        self.used = Counter[Right]()  # by the worker
        for name in ("sincronia.web.pages", "sincronia.web.session"):
            sandbox.imported(name)

    def handled(self, happening: dict[str, Any]) -> Answer:
        with in_place_of_the_tests_own(self.sandbox.modules):  # pydantic looks for types by their modules' names
            return super().handled(happening)

    def ask(self, purpose: str, known_by: str, value: str, *, key: str = "", **more: Any) -> Answer:
        """What an administrator is answered who asks for something."""
        body = {"purpose": purpose, "known_by": known_by, "value": value, **more}
        return self.call("POST", REQUESTS, role="administrator", body=body, key=key)

    def done(self, purpose: str, known_by: str, value: str) -> Any:
        """A request, carried out; its receipt."""
        more = {"confirmation": value} if purpose == "erasure" else {}
        asked = self.ask(purpose, known_by, value, **more)
        assert asked.status == 201, asked
        self.carry_out()
        return self.read(asked.body["url"])

    def carry_out(self, seconds: float = 300) -> None:
        """Delivers a message for each part that has not ended, as the tick would."""
        for run in self.rows("runs"):
            if run["flow"] == "lgpd" and run["phase"] != "done":
                happening = event(self.message)
                body = {"connection": run["connection"], "run_id": run["run_id"]}
                happening["Records"][0]["body"] = json.dumps(body)
                _calls(self.aws)
                with in_place_of_the_tests_own(self.sandbox.modules):
                    answer = self.sandbox.on_queue.handler(happening, Context(seconds))
                self.used.update(_calls(self.aws))
                assert not answer["batchItemFailures"]

    def read(self, url: str) -> Any:
        """What an administrator is answered whose request is fine."""
        answer = self.call("GET", url, role="administrator")
        assert answer.status == 200, answer
        return answer.body

    def shown(self, path: str, fields: Mapping[str, str] | None = None) -> Answer:
        """What an administrator's browser is answered; fields: of a form that is sent there."""
        happening = self.request("POST" if fields is not None else "GET", path)
        headers = happening["headers"]
        headers["accept"] = "text/html"
        headers.pop("authorization")
        cookie = self.session("administrator")
        happening["cookies"] = [cookie]
        if fields is not None:
            form_token = self.sandbox.of("sincronia.web.session").form_token(cookie.partition("=")[2])
            headers |= {"origin": f"https://{headers['host']}", "content-type": "application/x-www-form-urlencoded"}
            happening["body"] = urlencode({"form_token": form_token, **fields})
        return self.handled(happening)

    def told(self, receipt: Any, part: int = 0) -> Any:
        """What the file of a part of an export says of the person, by kind."""
        answer = self.call("GET", receipt["parts"][part]["file"], role="administrator")
        assert answer.status == 303, answer
        bucket = os.environ["DATA_BUCKET"]
        key = answer.headers["Location"].partition("?")[0].partition(f"{bucket}/")[2]
        whole = json.loads(self.aws.s3.get_object(Bucket=bucket, Key=key)["Body"].read())
        return whole["dados"]

    def rows(self, table: str) -> list[dict[str, Any]]:
        """All rows of a table."""
        found = self.aws.dynamodb.scan(TableName=os.environ[f"{table.upper()}_TABLE"], ConsistentRead=True)["Items"]
        return [{name: plain(cast("dict[str, Any]", value)) for name, value in item.items()} for item in found]

    def everything(self) -> str:
        """All rows of all tables as one text."""
        return json.dumps(list(self.aws.items().values()), ensure_ascii=False)


def named_beside(privacy: PrivacyHttp, connection: str, integration: str, text: str) -> None:
    """A run whose notification and whose outcome about somebody else's record name a person."""
    of = privacy.sandbox.of
    state, now = of("sincronia.engine.state"), of("sincronia.clock")
    key = state.RunKey(connection, "20261122T080000000Z-0000000000000001")
    run = state.Run(key, integration, "outro", "schedule", {}, connection, now.now(), phase=state.Phase.DONE)
    of("sincronia.store.runs").run_out(run).save()
    told = state.Notification(connection, key.run_id, connection, integration, "Outro", f"Falta {text}.", now.moment())
    of("sincronia.store.notifications").notification_out(told).save()
    outcome = state.Outcome("00000001", "outro", state.OutcomeKind.UPDATED, "x", f"Alguém <{text}>")
    of("sincronia.store.outcomes").outcome_out(outcome, key, now.moment()).save()


def found(receipt: Any, part: int = 0) -> dict[str, int]:
    """How many rows a part has found, by kind."""
    return {one["what"]: one["number"] for one in receipt["parts"][part]["found"]}


def check_rights(privacy: PrivacyHttp, function: str) -> None:
    """What was carried out is what the worker may do, and all that it may do for privacy requests alone."""
    used = Counter({replace(right, caller=function): count for right, count in privacy.used.items()})
    compared = compare(privacy.aws.provisioned, Record(rights=used))
    assert compared.forbidden == [], compared.forbidden
    unused = {(right.action, _named(right.resource)) for right in compared.unused if right.function == function}
    left = (unused & ONLY_PRIVACY[function]) - _DELETION
    assert not left, left


def only_for_privacy(right: Allowed) -> bool:
    """Whether a worker may do so for privacy requests alone."""
    return (right.action, _named(right.resource)) in ONLY_PRIVACY.get(right.function, frozenset())


def rights_of_privacy(*functions: str) -> set[tuple[str, str, str]]:
    """Function, action and resource of what these workers may do for privacy requests alone."""
    return {(function, *right) for function in functions for right in ONLY_PRIVACY[function]}


def _calls(aws: AwsServer) -> Counter[Right]:
    request = urllib.request.Request(f"{aws.endpoint}{CALLS_PATH}", method="DELETE")  # noqa: S310  # our own server
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        return Record.from_json(answer.read()).rights


def _named(resource: str) -> str:
    """The logical id of a table in its ARN; of objects, where in the bucket they are."""
    if resource.startswith("arn:aws:s3:::"):
        return f"databucket{resource.partition('databucket')[2]}"
    return str(re.findall(r"[A-Z][A-Za-z]+", resource)[-1]) if re.search("[A-Z]", resource) else resource
