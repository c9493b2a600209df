"""What the scenes of the act `asms` share: the directory's connection, an administrator, an operator, ids by name."""

from __future__ import annotations

from local.demo_api import Api, Json, Refusal
from local.demo_stage import Stage
from local.model_service_desk import CLIENTS, SPECIALISTS


class Desk:
    """The company's service desk: who lays the directory down, and who works in it.

    ids: of entries of catalogues and of additional fields, by name; filled in as they are made.
    """

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.console = stage.console
        self.administrator = Api(stage.stack.api_url, stage.stack.token)
        made = self.administrator.post("/tokens", {"description": "Central de serviços", "role": "operator"})
        self.operator = self.administrator.with_token(made["token"])
        self.ids: dict[str, str] = {}

    def client(self, user: Json) -> str:
        """A client's address."""
        return f"{CLIENTS}/{user['id']}"

    def specialist(self, user: Json) -> str:
        """A specialist's address."""
        return f"{SPECIALISTS}/{user['id']}"

    def refused(self, what: str, refusal: Refusal, wanted: str) -> None:
        """Checks a refusal's status and code, and shows its sentence."""
        self.stage.check(what, str(refusal), wanted)
        self.stage.say(refusal.detail, "dim")
