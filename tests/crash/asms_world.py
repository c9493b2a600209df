"""A directory in which people's requests may die: who asks, what it looks like when all is quiet, what always holds."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Set
from typing import Any, cast

from tests.asms_on_aws import CONNECTION, Asms
from tests.office_on_aws import START, AwsServer, Context, Sandbox, clock_of, event, plain, sandbox_as_new

# What may differ between a disturbed and an undisturbed run.
VOLATILE = {
    "at", "created_at", "changed_at", "revoked_at", "expiration", "expires_at",  # who comes later is later
    "in_progress_expiration", "data", "status", "made",  # of what Powertools keeps of a request
}  # fmt: skip


class DirectoryOnAws:
    """A directory on the AWS server, with a clock to move and whoever asks in the place of who died."""

    def __init__(self, aws: AwsServer) -> None:
        self.aws = aws
        self.now = START
        self.changes: Callable[[Sandbox], None] | None = None
        self.queue_url = os.environ["RUN_QUEUE_URL"]
        self.sandbox = self.new_sandbox()
        self.tokens: dict[str, str] = {}  # of who asks, by role
        self.ids: dict[str, str] = {}  # of what was there before, by what the scenario calls it

    def new_sandbox(self) -> Sandbox:
        """A new execution environment, with the mutant's changes where there is one."""
        return sandbox_as_new(clock_of(self), self.changes, "asms")

    def asked_by(self, sandbox: Sandbox) -> Asms:
        """Who asks the routes of an execution environment, at this moment."""
        asms = Asms(self.aws, sandbox)
        asms.now, asms.tokens = self.now, self.tokens
        return asms

    def rows(self, table: str) -> list[dict[str, Any]]:
        """All rows of a table, as plain values."""
        found = self.aws.dynamodb.scan(TableName=os.environ[f"{table.upper()}_TABLE"], ConsistentRead=True)["Items"]
        return [{name: plain(cast("dict[str, Any]", value)) for name, value in item.items()} for item in found]

    def tick(self, sandbox: Sandbox | None = None) -> None:
        """EventBridge Scheduler's call."""
        (sandbox or self.sandbox).on_schedule.handler(event("asms/on_schedule/tick"), Context(60))

    def message(self) -> tuple[dict[str, Any], str] | None:
        """No request here queues anything."""
        return None

    def handle(self, happening: dict[str, Any], sandbox: Sandbox | None = None, seconds: float = 300) -> bool:
        """The worker's answer to an event: whether the message is spent."""
        answer = (sandbox or self.sandbox).on_queue.handler(happening, Context(seconds))
        return not answer["batchItemFailures"]

    def spend(self, receipt: str) -> None:
        """Deletes a message."""
        self.aws.sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=receipt)


def world(place: DirectoryOnAws) -> dict[str, Any]:
    """Every row of the directory, the identities and the tokens, without what is volatile.

    An id stands as the login, or the name, that it belongs to: who is made gets another id in each run.
    """
    known = names(place)
    found = {}
    for table in ("directory", "identities", "tokens"):
        texts = [json.dumps(steady(row), sort_keys=True, ensure_ascii=False) for row in place.rows(table)]
        for one, name in known.items():
            texts = [text.replace(one, name) for text in texts]
        found[table] = [json.loads(text) for text in sorted(texts)]
    return found


def names(place: DirectoryOnAws) -> dict[str, str]:
    """What has a name in the directory: by its id."""
    return {row["item"]: value["name"] for row in place.rows("directory") if "name" in (value := _value(row))}


def _value(row: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(row["value"]) if "version" in row else {}
    return found


def steady(value: Any, volatile: Set[str] = VOLATILE) -> Any:
    """A value without what is volatile; JSON that a row keeps is read."""
    if isinstance(value, dict):
        return {name: steady(inner, volatile) for name, inner in value.items() if name not in volatile}
    if isinstance(value, list):
        return [steady(inner, volatile) for inner in value]
    if isinstance(value, str) and value.startswith(("{", "[")):
        return steady(json.loads(value), volatile)
    return value


def agree(place: DirectoryOnAws | Asms) -> None:
    """At any moment a user, its login, its identities, its projects' rows and its tokens say the same."""
    store = place.sandbox.of("asms.store.users")
    rows_of = place.sandbox.of("asms.store.rows").DirectoryRow
    users = [
        store.user_in(rows_of.from_raw_data(item))
        for page in place.aws.dynamodb.get_paginator("scan").paginate(
            TableName=os.environ["DIRECTORY_TABLE"], ConsistentRead=True
        )
        for item in page["Items"]
        if item["scope"]["S"] in {f"{CONNECTION}#clients", f"{CONNECTION}#specialists"}
    ]
    logins, known, members = {}, set(), set()
    for user in users:
        who = f"{user.category.value}#{user.id}"
        logins[f"login#{user.login_key}"] = who
        known |= {(f"{one.kind}#{one.value}", f"{CONNECTION}#{who}") for one in user.identities}
        members |= {(f"{CONNECTION}#member#{project}#{user.category.value}", user.id) for project in user.projects}
    identities, directory = place.rows("identities"), place.rows("directory")
    tokens = {row["token_id"] for row in place.rows("tokens") if row.get("responsible") and row["state"] == "active"}
    found = {
        "logins": ({row["identity"]: row["record"] for row in identities if "record" in row}, logins),
        "identities": ({(row["identity"], row["holder"]) for row in identities if "record" not in row}, known),
        "members": ({(row["scope"], row["item"]) for row in directory if "#member#" in row["scope"]}, members),
        "tokens": (tokens, {token for user in users for token in user.tokens}),
    }
    wrong = {what: both for what, both in found.items() if both[0] != both[1]}
    assert not wrong, wrong
