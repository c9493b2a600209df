"""Many hints at once for tests of SGP's functions: who sends them, who works them off, and what is to come of it."""

from __future__ import annotations

import json
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from local.vendors.ozmap_kinds import Row
from local.vendors.provider import PORTS, Contract
from tests.contracts_on_aws import inside
from tests.office_on_aws import Context, Sandbox, event
from tests.provider_on_aws import CONNECTION, ProviderOnAws
from tests.sgp_webhooks_on_aws import new_secret, signed

VISIBILITY = 360  # seconds, as the template has it
_IN_ERROR = frozenset({2, 4, 7})
_CANCELLED, _NOT_FEASIBLE, _NEW = 3, 5, 6


class Sender:
    """Whoever tells of changes by webhooks, signed. `town` is connected by it."""

    def __init__(self, town: ProviderOnAws) -> None:
        self.town = town
        self._secret = new_secret()
        town.connect(secret={"webhook_secrets": self._secret})
        sandbox = town.sandbox
        self._handler = sandbox.imported("sgp.on_webhook").handler
        connection = sandbox.of("sincronia.store.connections").registered(CONNECTION).connection
        keys = sandbox.of("sincronia.web.webhook_keys")
        self._path = keys.webhook_path("sgp", CONNECTION, connection.secret_name.rpartition("/")[2])

    def tell(self, contract: int, event_id: str) -> None:
        """One delivery of an event."""
        happening = event("sgp/on_webhook/create_signed")
        happening["body"] = json.dumps({"contrato_id": contract})
        happening["rawPath"] = happening["requestContext"]["http"]["path"] = self._path
        happening["headers"] |= signed(self._secret, happening["body"], event_id)
        answer = self._handler(happening, Context(10))
        assert answer["statusCode"] == 200, answer


@dataclass
class Truths:
    """What happens to contracts in SGP, one thing after the other, the same for the same seed.

    `cancellable` are the only ones that are ever cancelled. Each has a second port of its own to move to.
    """

    town: ProviderOnAws
    contracts: list[int]
    cancellable: frozenset[int]
    dice: random.Random
    ports: dict[int, list[tuple[int | None, int | None]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        free = self._free_ports()
        for number in self.contracts:
            one = self.town.sgp.contract(number)
            self.ports[number] = [(one.splitter_id, one.port), next(free)] if one.splitter_id else [next(free)]

    def happen(self, number: int) -> None:
        """One thing, and the clock moves on."""
        one = self.town.sgp.contract(number)
        statuses = [1, 2, 4, 6, 7] + [_CANCELLED] * 4 * (number in self.cancellable)
        things: list[dict[str, Any]] = [
            {"status": self.dice.choice(statuses)},
            {"status": self.dice.choice(statuses)},
            {"lat": -26.87 - self.dice.random() / 50, "lng": -52.64 - self.dice.random() / 50},
            dict(zip(("splitter_id", "port"), self.dice.choice(self.ports[number]), strict=True)),
        ]
        if one.rx is not None:
            things.append({"rx": round(-18 - self.dice.random() * 9, 2)})
        if sum(other.client_id == one.client_id for other in self.town.sgp.contracts()) == 1:
            things.append({"name": f"Cliente {self.dice.randrange(10_000)}"})
        self.town.sgp.change(number, **self.dice.choice(things))
        self.town.now += 0.01

    def _free_ports(self) -> Iterator[tuple[int, int]]:
        taken = {(one.splitter_id, one.port) for one in self.town.sgp.contracts()}
        for splitter in self.town.sgp.provider.splitters[:-2]:
            outputs = inside(self.town, splitter.id)["connectables"]["output"]
            for port in range(1, PORTS + 1):
                if (splitter.id, port) not in taken and outputs[port - 1] is None:
                    yield splitter.id, port


def worked_off_by(town: ProviderOnAws, sandboxes: list[Sandbox], dice: random.Random, sent: threading.Event) -> None:
    """Environments that take messages at once until all is sent and done.

    Each fourth message comes twice. Whatever a worker raises is raised here.
    """
    lock = threading.Lock()  # over the dice

    def work(sandbox: Sandbox) -> None:
        while True:
            last_look = sent.is_set()
            received = town.aws.sqs.receive_message(
                QueueUrl=town.queue_url, VisibilityTimeout=VISIBILITY, WaitTimeSeconds=0 if last_look else 1
            )
            for message in received.get("Messages", ()):
                happening = event("sgp/on_queue/hint")
                happening["Records"][0] |= {"body": message["Body"], "messageId": message["MessageId"]}
                with lock:
                    times = dice.choice((1, 1, 1, 2))
                for _ in range(times):
                    assert town.handle(happening, sandbox)
                town.spend(message["ReceiptHandle"])
            if last_look and not received.get("Messages") and _is_empty(town):
                return

    with ThreadPoolExecutor(len(sandboxes)) as pool:
        for worker in [pool.submit(work, sandbox) for sandbox in sandboxes]:
            worker.result()


def storm(
    town: ProviderOnAws, hints: int, truths: Truths, sandboxes: list[Sandbox], tell: Callable[[int, str], None]
) -> None:
    """Tells of so many changes, shuffled, each 1 to 5 times, while workers take what came."""
    dice = truths.dice
    moments = count()
    for sandbox in sandboxes:  # a clock never says the same twice: what was read first is known by it
        sandbox.of("sincronia.clock").now = lambda: town.now + next(moments) * 1e-6
    told = [(str(number), dice.choice(truths.contracts)) for number in range(hints)]
    order = [one for one in told for _ in range(dice.choice((1, 1, 1, 1, 1, 2, 3, 4, 5)))]
    dice.shuffle(order)
    sent = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        workers = pool.submit(worked_off_by, town, sandboxes, random.Random(7), sent)
        happened: set[str] = set()
        try:
            for event_id, contract in order:
                if event_id not in happened:
                    truths.happen(contract)
                    happened.add(event_id)
                tell(contract, f"evt_{event_id}")
        finally:
            sent.set()
        workers.result()


def _is_empty(town: ProviderOnAws) -> bool:
    found = town.aws.sqs.get_queue_attributes(QueueUrl=town.queue_url, AttributeNames=["All"])["Attributes"]
    return found["ApproximateNumberOfMessages"] == found["ApproximateNumberOfMessagesNotVisible"] == "0"


def check_map(town: ProviderOnAws, known_before: frozenset[str]) -> None:
    """All that OZmap has is what the rules make of what SGP says; by the seed and not by the product's code.

    `known_before` are the codes that were on the map before. Cancelar, Criar and ao Redor are on.
    """
    homes = _homes(town)
    for contract in town.sgp.contracts():
        code = str(contract.id)
        home = homes.pop(code, None)
        wanted = _is_wanted(town, contract, known_before)
        assert (home is not None) == wanted, (contract, home)
        if home:
            _check_home(town, contract, home)
    assert homes == {}
    _check_ports(town)


def _homes(town: ProviderOnAws) -> dict[str, Row]:
    """Properties by the code of their client, none twice; all others are those that somebody was taken out of."""
    clients = town.ozmap.rows("ftth-clients")
    assert max(Counter(one["code"] for one in clients).values()) == 1
    homes: dict[str, Row] = {}
    left = {row["target_id"] for row in town.rows("links") if row.get("target_id") and not row["active"]}
    for home in town.ozmap.rows("properties"):
        if home["client"] is None:
            left.remove(home["id"])
        else:
            assert home["client"]["code"] not in homes
            homes[home["client"]["code"]] = home
    assert left == set()
    out = {one["code"] for one in clients} - homes.keys()
    assert out <= {str(one.id) for one in town.sgp.contracts() if one.status == _CANCELLED}
    return homes


def _is_wanted(town: ProviderOnAws, contract: Contract, known_before: frozenset[str]) -> bool:
    """Whether the contract is to be on the map. Of one that isn't feasible nothing is said: it is never hinted at."""
    if contract.status == _CANCELLED:
        return False
    if str(contract.id) in known_before or contract.splitter_id is None:
        return str(contract.id) in known_before
    boxes = town.ozmap.boxes_named(town.sgp.splitter(contract.splitter_id).ident)
    return contract.status != _NOT_FEASIBLE and len(boxes) == 1


def _check_home(town: ProviderOnAws, contract: Contract, home: Row) -> None:
    client = home["client"]
    assert (client["name"], client["status"]) == (contract.name, int(contract.status in _IN_ERROR)), contract
    if contract.lat is not None:
        assert (home["lat"], home["lng"]) == (contract.lat, contract.lng), contract
    if contract.rx is not None:
        assert home["potencyRead"] == contract.rx, contract
    if contract.splitter_id is not None:
        (connection,) = home["connections"]
        splitter = town.ozmap.row("splitters", connection["id"])
        box = town.ozmap.row("boxes", splitter["parent"])
        assert (box["name"], connection["port"]) == (town.sgp.splitter(contract.splitter_id).ident, contract.port)
        assert home["box"] == box["id"]


def _check_ports(town: ProviderOnAws) -> None:
    """Each port that is taken has one property on it, and each property that is on a port takes it."""
    on = Counter((one["id"], one["port"]) for home in town.ozmap.rows("properties") for one in home["connections"])
    taken = {
        (splitter["id"], port)
        for splitter in town.ozmap.rows("splitters")
        for port, output in enumerate(splitter["connectables"]["output"], start=1)
        if output
    }
    assert (set(on), max(on.values())) == (taken, 1)
