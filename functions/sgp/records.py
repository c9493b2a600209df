"""Contracts as the hints' engine sees them: what is true of one at SGP and at OZmap, and the steps that follow."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sgp import flow_names, links, sweeps
from sgp.answers import ANSWERS
from sgp.changes import Situation, decide
from sgp.connection import Settings, ozmap_of, sgp_of
from sgp.contracts import Contract, SplitterPort
from sgp.fibre_map import BoxContents, Property
from sgp.ozmap_client import OzMap
from sgp.placement import Spot, chosen_box, spot_of
from sgp.ports import Splitters
from sgp.sgp_client import Sgp
from sgp.statuses import TABLE, Course
from sgp.writes import CreateProperty, Decision, RemoveProperty, UpdateClient, UpdateProperty, Write
from sincronia.answers import Problem, ProblemError, Retry
from sincronia.connection_fields import parsed
from sincronia.engine.flow import Opening
from sincronia.engine.hints import Change, Effect, Hint, Kept, Swept
from sincronia.engine.state import Link, OutcomeKind


def open_contracts(opening: Opening, kept: Kept) -> ContractRecords:
    """A connection's contracts. Raises ProblemError where its settings or its secret don't do; no I/O."""
    return ContractRecords(sgp_of(opening), ozmap_of(opening), parsed(Settings, opening.settings, ANSWERS), kept)


@dataclass(frozen=True, slots=True)
class ContractRecords:
    """Implements sincronia.engine.hints.HintedRecords."""

    sgp: Sgp
    ozmap: OzMap
    settings: Settings
    kept: Kept

    def change(self, hint: Hint, link: Link | None) -> Change:
        """What the contract's truth asks for now. A contract that SGP doesn't know is never taken for cancelled."""
        try:
            contract = self.sgp.contract(hint.record)
        except ProblemError as error:
            if ANSWERS[error.problem.code].retry != Retry.AFTER_CORRECTION:
                raise
            effect = Effect(OutcomeKind.REJECTED, label=link.label if link else hint.record, problem=error.problem)
            return Change(effect, links.link_unread(hint.record, link))
        if contract is None:
            problem = Problem("sgp.contract_unknown", {"contract": hint.record})
            label = link.label if link else hint.record
            return Change(Effect(OutcomeKind.REJECTED, label=label, problem=problem), None)
        if TABLE[contract.status].course == Course.LIVE:
            contract = self._on_its_port(contract, hint, link)
        try:
            decision = decide(self._situation(contract, link), self.settings)
        except ProblemError as error:
            if ANSWERS[error.problem.code].retry != Retry.AFTER_CORRECTION:
                raise
            decision = _unreadable(contract, link, error.problem)
        return Change(
            decision.effect,
            links.link_after(contract, decision, link, self.settings),
            tuple(partial(self._written, write, decision) for write in decision.writes),
            decision.removes,
            decision.image,
        )

    def sweep(self, hint: Hint, position: Mapping[str, Any]) -> Iterator[Swept]:
        """The sweep of that name, from a position on."""
        if hint.entity == flow_names.POWER:
            return sweeps.read_power(self._splitters(hint), self.kept, self.settings, position)
        return sweeps.reconcile(self.sgp, self.kept, self.settings, hint.received_at, position)

    def _splitters(self, hint: Hint) -> Splitters:
        return Splitters(self.sgp, self.settings.sgp_address, hint.connection, self.kept, hint.received_at)

    def _on_its_port(self, contract: Contract, hint: Hint, link: Link | None) -> Contract:
        remembered = link.kept.get(links.SPLITTER, "") if link else ""
        found = self._splitters(hint).port_of(contract.id, remembered)
        return replace(contract, port=found[0], onu_serial=found[1].serial) if found else contract

    def _situation(self, contract: Contract, link: Link | None) -> Situation:
        """What OZmap has of the contract, and where SGP's port is there, as far as that decides anything."""
        course = TABLE[contract.status].course
        client = self.ozmap.client_by_code(contract.id)
        found = self.ozmap.property_of_client(client.id) if client else None
        seen = Situation(contract, client, found, cancelled=link is not None and not link.active)
        if found is None and link and link.target_id:
            left = self.ozmap.property(link.target_id)
            seen = replace(seen, kept=left if left and left.client is None else None)
        if course == Course.LOG or (course == Course.LIVE and not found and not self.settings.create_clients):
            return seen
        if course == Course.CANCEL:
            return replace(seen, found=self._named(found, None)) if found else seen
        own = seen.found or seen.kept
        if contract.port is None or (own and links.in_place(link, contract, own)):
            return seen
        place, contents = self._place(contract, contract.port, own)
        if isinstance(place, Spot) and own:
            named = self._named(own, contents)
            seen = replace(seen, found=named) if seen.found else replace(seen, kept=named)
        return replace(seen, place=place, contents=contents)

    def _named(self, found: Property, contents: BoxContents | None) -> Property:
        """The property with its box's name, by which people know its port."""
        if found.box_name or not found.box_id:
            return found
        if contents and contents.box.id == found.box_id:
            return replace(found, box_name=contents.box.name)
        box = self.ozmap.box(found.box_id)
        return replace(found, box_name=box.name) if box else found

    def _place(
        self, contract: Contract, port: SplitterPort, own: Property | None
    ) -> tuple[Spot | Problem, BoxContents | None]:
        """Where OZmap is to have the contract, or why it can't; and what is in that box."""
        name, current = port.box, own.box_id if own else ""
        boxes = self.ozmap.boxes(name, None)
        within: Collection[str] | None = None
        # A box that a connected contract moves to needs no project to be found, unless there are two of that name.
        if self.settings.consider_projects and boxes and (own is None or len(boxes) > 1):
            projects = self.settings.projects_by_pop.get(contract.point_of_presence, [])
            if not projects and not any(box.id == current for box in boxes):
                return Problem("sgp.pop_without_projects", {"pop": contract.point_of_presence or "—"}), None
            within = {one for ids in self.ozmap.project_ids(projects).values() for one in ids}
        box = chosen_box(boxes, name, current, within)
        if isinstance(box, Problem):
            return box, None
        contents = self.ozmap.contents(box)
        return spot_of(contents, port.port, own, self.ozmap.holder_of), contents

    def _written(self, write: Write, decision: Decision) -> str:
        """One write; gives the property's id."""
        match write:
            case UpdateClient():
                self.ozmap.update_client(write.client_id, status=write.status, name=write.name)
            case UpdateProperty():
                self.ozmap.update_property(write.property_id, write.change)
            case RemoveProperty():
                self.ozmap.delete_property(write.property_id)
            case CreateProperty():
                return self.ozmap.create_property(
                    box=write.box,
                    address=write.address,
                    coordinates=write.coordinates,
                    connection=write.connection,
                    client=write.client,
                    received_power=write.received_power,
                )
        return decision.target_id


def _unreadable(contract: Contract, link: Link | None, problem: Problem) -> Decision:
    """OZmap's side could not be made out: nothing is done, and what the link says of it stays."""
    label = " – ".join(part for part in (contract.id, contract.name) if part)
    return Decision(
        Effect(OutcomeKind.REJECTED, label=label, problem=problem),
        target_id=link.target_id if link else "",
        applied=False,
        cancelled=link is not None and not link.active,
    )
