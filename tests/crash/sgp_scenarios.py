"""What the crash tests sweep of SGP: a provider, what changes in SGP, and who tells of it or decides."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from local.vendors.server import Simulator
from tests.contracts_on_aws import OFF, in_sgp
from tests.crash import sgp_world
from tests.crash.scenario import Act, Doing, Scenario, tick
from tests.office_on_aws import AwsServer, Context, Sandbox, clock_of, event
from tests.provider_on_aws import CONNECTION, ProviderOnAws, provider_on_aws
from tests.routes_on_aws import RoutesOnAws
from tests.sgp_webhooks_on_aws import new_secret, signed

# Contracts of the town, by what is true of them.
ACTIVE, SUSPENDED_UNHEARD = 301, 304  # implanted, and on their ports in OZmap
OTHERS = (302, 303, 306, 307, 308, 311, 312, 314, 316, 317)  # on the map too
ADDED = 325  # the first that is added
SECRET = new_secret()


@dataclass(frozen=True, kw_only=True)
class SgpScenario(Scenario[ProviderOnAws]):
    """One internet provider; `switches` are those of its connection that are on."""

    switches: tuple[str, ...] = ()
    sweeps: Mapping[str, int] = field(default_factory=dict)  # that are scheduled, with their minutes

    replaced_after = 361.0  # the message is visible again

    @contextmanager
    def opened(self, aws: AwsServer) -> Iterator[ProviderOnAws]:
        """See Scenario.opened."""
        with provider_on_aws(aws) as town:
            switches = {**OFF, **dict.fromkeys(self.switches, True)}
            town.connect(secret={"webhook_secrets": SECRET}, flows=dict(self.sweeps), **switches)
            self.prepare(town)
            yield town

    def arrange(self, place: ProviderOnAws, sandbox: Sandbox) -> None:
        """SQS knows what was sent for five minutes of the place's clock; the server here goes by a clock of its own."""
        queue, now = sandbox.of("sincronia.store.hint_queue"), clock_of(place)
        once = queue._once
        queue._once = lambda hint, turn: once(hint, f"{turn} {now() // 300}")

    def vendors(self, place: ProviderOnAws) -> Mapping[str, Simulator]:
        """See Scenario.vendors."""
        return {"sgp": place.sgp, "ozmap": place.ozmap}

    def created(self, vendor: str, subject: str, body: Mapping[str, Any]) -> str:
        """The contract whose property is created; or the client that OZmap has already."""
        client = body.get("client")
        return str(client["code"] if isinstance(client, dict) else client)

    def is_quiet(self, place: ProviderOnAws) -> bool:
        """Every hint is done, or waits for a person."""
        log = place.log()
        return bool(log) and all(row["state"] in {"done", "held"} for row in log)

    def check(self, place: ProviderOnAws) -> None:
        """What came to its end is counted, and told by an outcome, at any moment."""
        sgp_world.conserved(place)

    def world(self, place: ProviderOnAws, creates: Mapping[str, int]) -> dict[str, Any]:
        """See Scenario.world."""
        return sgp_world.world(place, creates)


def told(contract: int) -> Act[ProviderOnAws]:
    """SGP's webhook, signed; a sender who gets no 200 sends the same event again."""

    def act(town: ProviderOnAws) -> Doing:
        def doing(sandbox: Sandbox) -> None:
            on_webhook = sandbox.imported("sgp.on_webhook")
            name = sandbox.of("sincronia.store.connections").registered(CONNECTION).connection.secret_name
            random = name.removeprefix(os.environ["SECRET_PREFIX"])
            path = sandbox.of("sincronia.web.webhook_keys").webhook_path("sgp", CONNECTION, random)
            happening = event("sgp/on_webhook/create_signed")
            happening["rawPath"] = happening["requestContext"]["http"]["path"] = path
            happening["body"] = json.dumps({"data": {"contrato": {"id": contract}}})
            happening["headers"] |= signed(SECRET, happening["body"], f"msg_{contract}")
            answer = on_webhook.handler(happening, Context(10))
            assert answer["statusCode"] == 200, answer

        return doing

    return act


OPERATOR: dict[str, str] = {}  # the token of the person who decides, by role


def approved(town: ProviderOnAws) -> Doing:
    """A person lets through what the day's brake holds; asked twice, the second hears that it is decided."""
    (day,) = town.rows("runs")

    def doing(sandbox: Sandbox) -> None:
        routes = RoutesOnAws(sandbox, "sgp", asking="read_run", sending="decide_day")
        routes.tokens = OPERATOR
        path = f"/integrations/sgp/connections/{CONNECTION}/runs/{day['run_id']}/decision"
        answer = routes.post(path, {"decision": "approve"})
        assert answer.status == 200 or answer.body["code"] == "decided_before", answer

    return doing


def changed(contract: int, **columns: Any) -> Callable[[ProviderOnAws], None]:
    """SGP says something else of a contract."""
    return lambda town: town.sgp.change(contract, **columns)


def _brake_full(town: ProviderOnAws) -> None:
    """As many contracts were cancelled today as may be without a person, and then one more."""
    for contract in OTHERS:
        town.sgp.change(contract, status=3)
    town.work_off(*OTHERS)
    assert len(town.rows("runs")[0]["removed"]) == len(OTHERS)
    town.sgp.change(ACTIVE, status=3)
    OPERATOR["operator"] = RoutesOnAws(town.new_sandbox(), "sgp", asking="read_run", sending="decide_day").token(
        "operator"
    )


def _not_on_the_map(town: ProviderOnAws) -> None:
    assert in_sgp(town) == ADDED


def _dropped(town: ProviderOnAws) -> None:
    """Two contracts of whose change no webhook told: one was suspended, one is new."""
    town.sgp.change(SUSPENDED_UNHEARD, status=4)
    _not_on_the_map(town)


_CANCELLED, _TOLD = changed(ACTIVE, status=3), (told(ACTIVE),)
_CANCEL = "cancel_clients"
CLIENT_OUT = SgpScenario(name="client out", prepare=_CANCELLED, acts=_TOLD, switches=(_CANCEL,))
DISCONNECTED = SgpScenario(
    name="client out, disconnected", prepare=_CANCELLED, acts=_TOLD, switches=(_CANCEL, "disconnect_property")
)
REMOVED = SgpScenario(name="property removed", prepare=_CANCELLED, acts=_TOLD, switches=(_CANCEL, "remove_property"))
HELD = SgpScenario(
    name="held, then approved",
    prepare=_brake_full,
    acts=(told(ACTIVE), approved),
    switches=(_CANCEL, "remove_property"),
)
CREATED = SgpScenario(
    name="created",
    prepare=_not_on_the_map,
    acts=(told(ADDED),),
    switches=("create_clients", "create_around_box"),
)
STATUS = SgpScenario(name="status", prepare=changed(ACTIVE, status=4), acts=_TOLD)
RECONCILED = SgpScenario(
    name="reconciled",
    prepare=_dropped,
    acts=(tick,),
    switches=("create_clients", "create_around_box"),
    sweeps={"conferir_contratos": 60},
)
EVERY = (CLIENT_OUT, DISCONNECTED, REMOVED, HELD, CREATED, STATUS, RECONCILED)
