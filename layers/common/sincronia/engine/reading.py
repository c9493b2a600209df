"""The phase `read`: the source's listings go to objects, one listing after the other."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sincronia.answers import OutOfTimeError, ProblemError
from sincronia.engine.flow import Flow, SourcePage
from sincronia.engine.lines import (
    Manifest,
    Part,
    StoredRecords,
    key_of,
    line_from_record,
    read_manifest,
    write_manifest,
)
from sincronia.engine.ports import Objects
from sincronia.engine.state import Phase, Run, Step


def read(run: Run, flow: Flow, objects: Objects) -> Step:
    """Stores the listing that the cursor stands in, from its position on; gives the run before the next, or in `plan`.

    When it has to stop, the step's cursor is after the last stored page. A listing that was resumed is not complete:
    between two visits records can move from a page not yet read to one already read.
    """
    source = flow.listings[run.lane]
    before = read_manifest(objects, run.source_manifests.get(source.name, ""))
    listing = _Listing(
        source.name, parts=before.parts, ids={record.source_id for record in StoredRecords(objects, before)}
    )
    resumed, position, declared = run.position > 0, run.position, None
    try:
        if flow.check and run.lane == 0 and not resumed:
            flow.check()
        for page in source.source.pages(run.position):
            if not page.follows or (declared is not None and page.declared != declared):
                listing.whole = False
            declared = page.declared
            listing.store(page, run, position, objects)
            position = page.next_position or position
    except (ProblemError, OutOfTimeError) as stop:
        return Step(replace(listing.kept(run, objects, complete=False), position=position), stop=stop)
    complete = listing.whole and not resumed and len(listing.ids) == declared
    after = replace(listing.kept(run, objects, complete=complete), lane=run.lane + 1, position=0)
    return Step(replace(after, phase=Phase.PLAN, lane=0) if after.lane == len(flow.listings) else after)


@dataclass(slots=True)
class _Listing:
    """The distinct records so far, and whether every row could be told apart."""

    name: str
    parts: tuple[Part, ...]
    ids: set[str]
    whole: bool = True

    def store(self, page: SourcePage, run: Run, position: int, objects: Objects) -> None:
        lines = []
        for offset, record in enumerate(page.records):
            source_id = record.source_id or f"linha-{position + offset + 1}"
            if not record.source_id or record.source_id in self.ids:
                self.whole = False
            if source_id not in self.ids:
                self.ids.add(source_id)
                lines.append(line_from_record(replace(record, source_id=source_id)))
        if lines:
            key = key_of(run, f"source-{self.name}-{position:08}")
            objects.write_lines(key, lines)
            self.parts = (*self.parts, Part(key, len(lines)))

    def kept(self, run: Run, objects: Objects, *, complete: bool) -> Run:
        key = key_of(run, f"source-{self.name}-manifest")
        write_manifest(objects, key, Manifest(self.parts, complete))
        return replace(run, source_manifests={**run.source_manifests, self.name: key})
