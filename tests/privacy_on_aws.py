"""Privacy requests asked of the real hub, and carried out by the real worker of an integration, in one environment."""

from __future__ import annotations

import json
import os
from typing import Any, cast

from tests.office_on_aws import AwsServer, Context, Sandbox, event, in_place_of_the_tests_own, plain
from tests.routes_on_aws import Answer, RoutesOnAws

REQUESTS = "/privacy/requests"


class PrivacyHttp(RoutesOnAws):
    """The hub beside an integration's worker. Keeps all that it answered."""

    def __init__(self, aws: AwsServer, sandbox: Sandbox, message: str) -> None:
        """message: the integration's example of a message that names a run, such as `zen/on_queue/run`."""
        super().__init__(sandbox, "hub", asking="list_privacy_requests", sending="ask_privacy_request")
        self.aws, self.message = aws, message
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
                with in_place_of_the_tests_own(self.sandbox.modules):
                    answer = self.sandbox.on_queue.handler(happening, Context(seconds))
                assert not answer["batchItemFailures"]

    def read(self, url: str) -> Any:
        """What an administrator is answered whose request is fine."""
        answer = self.call("GET", url, role="administrator")
        assert answer.status == 200, answer
        return answer.body

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


def found(receipt: Any, part: int = 0) -> dict[str, int]:
    """How many rows a part has found, by kind."""
    return {one["what"]: one["number"] for one in receipt["parts"][part]["found"]}
