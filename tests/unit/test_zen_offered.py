"""What Zen's routes say of its flows is what the flows are."""

from __future__ import annotations

from typing import Any

from sincronia.engine.flow import Opening
from sincronia.web.integration import LaneTitle
from zen.connection import ADMINISTRATOR_KEY
from zen.flows import FLOWS
from zen.lanes import ENTITIES
from zen.offered import INTEGRATION

SETTINGS = {
    name: f"https://{name.replace('_', '-')}.example" for name in ("questor_address", "zen_address", "tareffa_address")
}
SECRET = {"questor_token": "t", "zen_token": "t", "tareffa_token": "t", ADMINISTRATOR_KEY: "t"}


def test_lanes_and_listings_have_the_titles_that_flows_give_them() -> None:
    options: dict[str, dict[str, Any]] = {
        name: {field: True for field in ("tareffa", "partners", "org_chart") if field in form.model_fields}
        for name, form in INTEGRATION.filters.items()
    }
    flows = [FLOWS[name].open(Opening(SETTINGS, SECRET, filters, 0)) for name, filters in options.items()]
    lanes = {lane.entity: LaneTitle(lane.title, lane.target_name, lane.step) for flow in flows for lane in flow.lanes}
    assert lanes == INTEGRATION.lanes
    assert lanes.keys() == set(ENTITIES)
    assert {listing.name for flow in flows for listing in flow.listings} == INTEGRATION.listings.keys()


def test_every_flow_has_a_form_of_filters_that_takes_its_own_default() -> None:
    assert INTEGRATION.filters.keys() == FLOWS.keys() == INTEGRATION.apart.keys()
    for name, form in INTEGRATION.filters.items():
        form.model_validate(FLOWS[name].default_filters)
