"""Contracts as a test of SGP's functions needs them: made, hinted at, and what log, outcomes and map say of them."""

from __future__ import annotations

from collections import Counter
from itertools import product
from typing import Any

from local.vendors.ozmap_kinds import Row
from local.vendors.provider import PORTS, Contract
from tests.provider_on_aws import CONNECTION, ProviderOnAws

OFF = dict.fromkeys(
    (
        "cancel_clients",
        "create_clients",
        "consider_projects",
        "create_around_box",
        "remove_property",
        "disconnect_property",
    ),
    False,
)
TOLD = ("outcome", "action", "label", "code", "reason", "before", "after", "freed", "has_image", "waits_until")
NOTHING: dict[str, Any] = {
    "action": "",
    "code": None,
    "reason": "",
    "before": {},
    "after": {},
    "freed": [],
    "has_image": False,
    "waits_until": None,
}


def switched(town: ProviderOnAws, *on: str, **settings: Any) -> None:
    """The connection with these switches on and all others off."""
    town.connect(**{**OFF, **dict.fromkeys(on, True), **settings})


def free_port(town: ProviderOnAws) -> tuple[int, int]:
    """A splitter of SGP, the only one of its name in OZmap, and a port that nobody has in either."""
    taken = {(one.splitter_id, one.port) for one in town.sgp.contracts()}
    for splitter, port in product(town.sgp.provider.splitters[:-2], range(1, PORTS + 1)):
        if (splitter.id, port) not in taken and inside(town, splitter.id)["connectables"]["output"][port - 1] is None:
            return splitter.id, port
    raise LookupError


def inside(town: ProviderOnAws, splitter: int) -> Row:
    """The splitter in OZmap's box of the name of SGP's splitter."""
    (box,) = town.ozmap.boxes_named(town.sgp.splitter(splitter).ident)
    (found,) = town.ozmap.splitters_in(box["id"])
    return found


def in_sgp(town: ProviderOnAws, **columns: Any) -> int:
    """A contract that OZmap doesn't know, on a port that is free in both."""
    splitter, port = free_port(town)
    place = {"splitter_id": splitter, "port": port, "rx": -20.5, "lat": -26.9, "lng": -52.6, "status": 1}
    return town.sgp.add(**{**place, **columns})


def in_both(town: ProviderOnAws, *, implanted: bool = True, error: bool = False, **columns: Any) -> int:
    """A contract that OZmap has as SGP has it; its client's status is OK unless `error`."""
    number = in_sgp(town, **columns)
    contract = town.sgp.contract(number)
    assert contract.splitter_id
    splitter = inside(town, contract.splitter_id)
    coordinates = {} if contract.lat is None else {"coords": [contract.lng, contract.lat]}
    onu = {"user_PPPoE": contract.login, "serial_number": contract.onu_serial, "mac_address": ""}
    town.ozmap.add_row(
        "properties",
        {
            "project": splitter["project"],
            "box": splitter["parent"],
            "address": f"{contract.street}, {contract.number}",
            "potencyRead": contract.rx,
            "connector": splitter["id"],
            "port": contract.port,
            "client": {
                "code": str(number),
                "name": contract.name,
                "status": int(error),
                "implanted": implanted,
                "onu": onu,
            },
            **coordinates,
        },
    )
    return number


def place_of(town: ProviderOnAws, contract: int) -> str:
    """A contract's port as the log names it."""
    one = town.sgp.contract(contract)
    assert one.splitter_id
    return f"{town.sgp.splitter(one.splitter_id).ident}, Atendimento, porta {one.port}"


def label_of(contract: Contract) -> str:
    """What people call a contract."""
    return f"{contract.id} – {contract.name}"


def home_of(town: ProviderOnAws, contract: int) -> Row:
    """The property that the contract's client is in."""
    found = town.ozmap.property_of(str(contract))
    assert found
    return found


def connected_to(home: Row) -> list[tuple[str, int]]:
    """The splitters and ports of a property."""
    return [(one["id"], one["port"]) for one in home["connections"]]


def line_of(town: ProviderOnAws, hint_id: str) -> dict[str, Any]:
    """A line of the log as the API gives it, but for what every line has."""
    forms, offered = (town.sandbox.imported(name) for name in ("sincronia.web.hint_forms", "sgp.offered"))
    stored = town.sandbox.of("sincronia.store.hints").stored_hint(CONNECTION, hint_id)
    whole = forms.log_line(stored, offered.INTEGRATION).model_dump()
    return {name: whole[name] for name in TOLD}


def told(town: ProviderOnAws, contract: int, **columns: Any) -> dict[str, Any]:
    """SGP's columns change, a hint comes, the worker takes it: the line of the log, its label left out where right."""
    if columns:
        town.sgp.change(contract, **columns)
    town.now += 1
    hint = town.hint(contract)
    town.sandbox.of("sincronia.store.hint_queue").SqsHintQueue().send(hint)
    while town.deliver():
        pass
    line = line_of(town, hint.id)
    if line["label"] == label_of(town.sgp.contract(contract)):
        del line["label"]
    return line


def check_books(town: ProviderOnAws) -> None:
    """Log, outcomes, counters, links and identities tell the same, and links tell what is on the map."""
    done = {row["id"]: row for row in town.log() if row["state"] == "done" and row["hint"].get("record")}
    outcomes = town.rows("outcomes")
    told_by_log = {(row["run_id"], name, row["effect"]["kind"], row["record_key"]) for name, row in done.items()}
    assert {(row["run_id"], row["seq"], row["kind"], row["record"]) for row in outcomes} == told_by_log
    assert len(outcomes) == len(done)
    for run in town.rows("runs"):
        kinds = Counter(row["kind"] for row in outcomes if row["run_id"] == run["run_id"])
        assert counted(run) == {"received": kinds.total(), **kinds}
    links = town.rows("links")
    for link in links:
        home = town.ozmap.property_of(link["source_id"])
        there = link.get("target_id")
        assert home is None or not link["synced"] or (home["id"] == there and link["active"]), link
        if home is None and there:
            assert town.ozmap.row("properties", there)["client"] is None
    expected = {(text, f"{CONNECTION}#contract#{link['source_id']}") for link in links for text in link["identities"]}
    expected |= {(text, row["record"]) for row in outcomes for text in row.get("known_by", ())}
    assert {(row["identity"], row["holder"]) for row in town.rows("identities")} == expected


def counted(run: dict[str, Any]) -> dict[str, int]:
    """What a day's run has counted, without what was never there."""
    return {name: int(number["N"]) for name, number in run["counted"].items() if int(number["N"])}


def dead_letters(town: ProviderOnAws) -> int:
    """How many messages nobody could work off."""
    url = town.queue_url.replace("SgpQueue", "SgpDeadLetters")
    attributes = town.aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return int(attributes["ApproximateNumberOfMessages"])
