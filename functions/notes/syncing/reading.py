"""The phase `read`: a lane's sides, one after the other, as catalogues. No body that didn't change is read twice.

What must be read of a side is kept as an object, and read piece by piece; what is whole takes the place of the lane's
last catalogue once both sides are. A pair's record that no listing speaks of is not gone, but outside. Who is missed
where a side is read from another database, view or owner than before is not gone either, but elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Protocol

from notes.ports import LaneState, Mailboxes, News
from notes.sync_settings import CRM, NOTES
from notes.syncing.catalogue import Entry, entry_from_line, entry_of, line_from_entry
from notes.syncing.lanes import Lane, LaneError, aside, days_of
from sincronia import clock
from sincronia.answers import OutOfTimeError, ProblemError, problem_out
from sincronia.engine.lines import key_of
from sincronia.engine.ports import Objects
from sincronia.engine.state import Phase, Rows, Run, Step
from sincronia.engine.two_way import Side

READ_TOGETHER = 500  # bodies


class Catalogues(Objects, Protocol):
    """Objects, some of which may have expired."""

    def found_lines(self, key: str) -> Iterator[dict[str, Any]]:
        """As read_lines; nothing where there is none of that key."""
        ...


@dataclass(frozen=True, slots=True)
class Reading:
    """Reads the cursor's lane."""

    run: Run
    lane: Lane
    mailboxes: Mailboxes
    objects: Catalogues

    def step(self) -> Step:
        """The next piece of the cursor's side. Raises ProblemError and OutOfTimeError."""
        try:
            under_way = self.run.progress.get("reading")
            if not under_way or under_way["origin"] != self._origin:
                under_way = self._begun()
            return self._bodies(under_way)
        except LaneError as error:
            put = {**aside(self.run), self.lane.entity: problem_out(error.problem)}
            return Step(self._next_lane({"aside": put}))

    @property
    def _side(self) -> Side:
        return Side(self.run.progress.get("side", NOTES.value))

    @property
    def _origin(self) -> str:
        user, module = self.lane.user, self.lane.module
        return f"{user.databases[module]} {user.views.get(module, '')}" if self._side is NOTES else user.crm_owner

    def _begun(self) -> dict[str, Any]:
        """What there is of news, as an object: first what stands, then ids to read."""
        connection, user, module, side = self.run.key.connection, self.lane.user, self.lane.module, self._side
        state = self.mailboxes.lane(connection, user.id, module)
        origin = self._origin
        elsewhere = state is not None and state.origins.get(side) != origin
        paired = {stored.pair.held(side).id for stored in self.mailboxes.pairs(connection, user.id, module)}
        kept = () if elsewhere else self._before(state, side)
        before = {one.id: one for one in kept if not one.elsewhere or one.id in paired}
        cursor = state.cursors.get(side, "") if state and before else ""
        known = {one: Entry(one, "", outside=True, elsewhere=elsewhere) for one in sorted(paired)} | before
        versions = {one.id: one.version for one in known.values()}
        days = days_of(self.run, user, module)
        news: News = self.lane.asked(side, lambda records: records.news(versions, cursor, days))
        read = dict.fromkeys(news.changed)
        left = read.keys() | {one for one in news.gone if not known[one].elsewhere}
        stands = [_standing(one, news) for one in known.values() if one.id not in left]
        number = self.run.position
        keys = {name: key_of(self.run, f"read-{number:08}-{name}") for name in ("stands", "changed")}
        self.objects.write_lines(keys["stands"], map(line_from_entry, stands))
        self.objects.write_lines(keys["changed"], ({"id": one} for one in read))
        return {
            **keys,
            "parts": [],
            "read": 0,
            "number": len(read),
            "cursor": news.cursor,
            "listed": news.listed,
            "origin": origin,
        }

    def _before(self, state: LaneState | None, side: Side) -> Iterable[Entry]:
        key = state.catalogues.get(side, "") if state else ""
        return map(entry_from_line, self.objects.found_lines(key)) if key else ()

    def _bodies(self, under_way: Mapping[str, Any]) -> Step:
        """Reads on; what is whole becomes the catalogue."""
        start, number = under_way["read"], under_way["number"]
        lines = islice(self.objects.read_lines(under_way["changed"]), start, start + READ_TOGETHER)
        ids = [line["id"] for line in lines]
        entries, done, stop = list[Entry](), len(ids), None
        try:
            self._read(ids, entries)
        except (ProblemError, OutOfTimeError) as error:
            if not entries:
                if start or self.run.progress.get("reading"):
                    raise
                after = replace(self.run, position=self.run.position + 1)
                return Step(replace(after, progress={**self.run.progress, "reading": dict(under_way)}), stop=error)
            done, stop = ids.index(entries[-1].id) + 1, error
        parts = list(under_way["parts"])
        if entries:
            parts.append(key_of(self.run, f"read-{self.run.position:08}-part"))
            self.objects.write_lines(parts[-1], map(line_from_entry, entries))
        read = {**under_way, "parts": parts, "read": start + done}
        if read["read"] < number:
            progress = {**self.run.progress, "reading": read}
            return Step(replace(self.run, position=self.run.position + 1, progress=progress), stop=stop)
        return self._whole(read)

    def _read(self, ids: list[str], entries: list[Entry]) -> None:
        if not ids:
            return

        def read(records: Any) -> None:
            for shown in records.read(ids):
                entries.append(entry_of(shown))
                if clock.now() >= self.lane.deadline:
                    raise OutOfTimeError

        self.lane.asked(self._side, read)

    def _whole(self, read: Mapping[str, Any]) -> Step:
        key = key_of(self.run, f"catalogue-{self.run.position:08}")
        lines = (line for part in (read["stands"], *read["parts"]) for line in self.objects.read_lines(part))
        self.objects.write_lines(key, lines)
        side, entity = self._side, self.lane.entity
        of_lane = dict(self.run.progress.get("read", {}).get(entity, {}))
        of_lane[side.value] = {"catalogue": key} | {name: read[name] for name in ("cursor", "listed", "origin")}
        progress = {"read": {**self.run.progress.get("read", {}), entity: of_lane}}
        if side is NOTES:
            moved = {**self.run.progress, **progress, "side": CRM.value, "reading": None}
            return Step(replace(self.run, position=self.run.position + 1, progress=moved))
        names = ("catalogue", "cursor", "origin")
        state = LaneState(*({one: of_lane[one.value][name] for one in Side} for name in names))
        kept = self.mailboxes.lane_kept(self.run.key.connection, self.lane.user.id, self.lane.module, state)
        listed = {one.value: {"listed": of_lane[one.value]["listed"]} for one in Side}  # the rest is in the state
        progress = {"read": {**self.run.progress.get("read", {}), entity: listed}}
        return Step(self._next_lane(progress), Rows(entity=entity, beside=(kept,)))

    def _next_lane(self, more: Mapping[str, Any]) -> Run:
        return next_lane(self.run, more)


def next_lane(run: Run, more: Mapping[str, Any]) -> Run:
    """The run before the next lane, or before the plan."""
    progress = {**run.progress, **more, "side": NOTES.value, "reading": None}
    after = replace(run, lane=run.lane + 1, position=run.position + 1, progress=progress)
    if after.lane < len(progress["lanes"]):
        return after
    return replace(after, phase=Phase.PLAN, lane=0, position=0)


def _standing(entry: Entry, news: News) -> Entry:
    """As it was seen last; whoever was never read is there, and that is all."""
    return replace(entry, outside=entry.id in news.outside or not entry.version)
