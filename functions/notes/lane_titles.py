"""What people call the lanes of a sync: a module, whosever it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from notes.flow_names import lane_of
from notes.records import Module
from notes.side_names import MODULE_TITLES
from sincronia.web.integration import LaneTitle


class LaneTitles(Mapping[str, LaneTitle]):
    """By entity. Users come and go, so that the entities can't be listed: modules stand for them."""

    def __getitem__(self, entity: str) -> LaneTitle:
        module = lane_of(entity)[0] if ":" in entity else Module(entity)
        return LaneTitle(MODULE_TITLES[module], "IBM Notes e Zoho CRM", "")

    def __iter__(self) -> Iterator[str]:
        return iter(MODULE_TITLES)

    def __len__(self) -> int:
        return len(MODULE_TITLES)
