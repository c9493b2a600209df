"""What is remembered of a contract in its link, and what of SGP's listings differs from it. Pure but for the clock."""

from __future__ import annotations

from dataclasses import replace

from sgp.changes import received_power
from sgp.connection import Switches
from sgp.contracts import Contract, Status
from sgp.fibre_map import Property
from sgp.flow_names import LOGIN, NUMBER
from sgp.statuses import TABLE, Course
from sgp.writes import Decision
from sincronia import clock
from sincronia.engine.fingerprint import changed_fields, fingerprint
from sincronia.engine.flow import Content, Identity
from sincronia.engine.state import Link

# What a link keeps beside its fingerprints.
SPLITTER = "splitter"  # SGP's id of it
_PORT, _CONNECTION = "port", "connection"  # SGP's port, and OZmap's that was found to be the same
_LEFT_OUT = "left_out"  # the switches that left it out


def listed(name: str, status: Status | None) -> Content:
    """What a row of SGP's listing tells of a contract."""
    return {"name": name, "status": status}


def connected(box: str, port: int, power: float | None) -> Content:
    """What a splitter's listing tells of a contract."""
    return {"box": box, "port": port, "power": None if power is None else round(power, 2)}


def said(contract: Contract) -> Content:
    """All that SGP says of a contract and OZmap is to have."""
    told = listed(contract.name, contract.status)
    if TABLE[contract.status].course != Course.LIVE:  # its place doesn't matter, and its port isn't looked for
        return told
    port, place = contract.port, contract.coordinates
    return {
        **told,
        **connected(port.box if port else "", port.port if port else 0, received_power(contract)),
        "latitude": place.latitude if place else None,
        "longitude": place.longitude if place else None,
    }


def is_news(link: Link | None, told: Content, switches: Switches) -> bool:
    """Whether a contract is to be looked at: it has no link, differs from it, or was left out by other switches."""
    if link is None or link.kept.get(_LEFT_OUT, switches.digest) != switches.digest:
        return True
    known = link.synced if link.seen is None else link.seen
    now = fingerprint(told)
    # What wasn't looked at then isn't in the link, and tells nothing.
    return any(name in told and f" {name}=" in f" {known}" for name in changed_fields(known, now))


def in_place(link: Link | None, contract: Contract, found: Property) -> bool:
    """Whether SGP's port and OZmap's were found to be the same before, and neither has changed since."""
    if link is None or contract.port is None or found.connection is None:
        return False
    now = (_port(contract), f"{found.connection.splitter_id}/{found.connection.port}")
    return (link.kept.get(_PORT), link.kept.get(_CONNECTION)) == now


def link_after(contract: Contract, decision: Decision, before: Link | None, switches: Switches) -> Link | None:
    """The link as it is to stand when the decision is carried out; None where it stands so already."""
    now = fingerprint(said(contract))
    kept = {SPLITTER: str(contract.port.splitter_id)} if contract.port else {}
    if decision.connection:
        splitter_id, port = decision.connection
        kept |= {_PORT: _port(contract), _CONNECTION: f"{splitter_id}/{port}"}
    elif before and decision.applied and not decision.cancelled and before.kept.get(_PORT) == _port(contract):
        kept |= {name: before.kept[name] for name in (_PORT, _CONNECTION)}
    if not decision.applied:
        kept[_LEFT_OUT] = switches.digest
    login = (Identity(LOGIN, contract.login),) if contract.login else ()
    after = Link(
        source_id=contract.id,
        target_id=decision.target_id,
        synced=now if decision.applied else before.synced if before else "",
        label=decision.effect.label,
        version=before.version if before else 0,
        seen=None if decision.applied else now,
        active=not decision.cancelled,
        identities=(Identity(NUMBER, contract.id), *login),
        at=clock.moment(),
        kept=kept,
    )
    stands = before is not None and replace(after, at=before.at) == before
    return None if stands else replace(after, version=after.version + 1)


def link_unread(record: str, before: Link | None) -> Link:
    """The link of a contract of a status that nobody knows: it is news when SGP lists it with one that is known."""
    known = before or Link(source_id=record, target_id="", synced="", label=record)
    return replace(known, seen=fingerprint({"status": None}), at=clock.moment())


def _port(contract: Contract) -> str:
    return f"{contract.port.box}/{contract.port.port}" if contract.port else ""
