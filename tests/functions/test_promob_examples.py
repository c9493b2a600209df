"""The examples of events of projects, one after the other, from a new project to a technical assistance."""

from __future__ import annotations

import json
from typing import Any

from tests.office_on_aws import event
from tests.promob_on_aws import PROJECTS
from tests.promob_selling import MANAGER, SELLER, Selling


class Examples:
    """Sends examples, with what was made in the places of the ids that they have."""

    def __init__(self, selling: Selling) -> None:
        self.selling = selling
        self.ids = {"00000000000000a1": selling.store.id, "00000000000000c1": selling.customer}

    def sent(self, name: str, role: str = "reader") -> Any:
        """What an example is answered."""
        self.selling.network.now += 1
        text = json.dumps(event(f"promob/on_http/{name}"), ensure_ascii=False)
        for there, ours in self.ids.items():
            text = text.replace(there, ours)
        answer = self.selling.promob.send(json.loads(text), role)
        assert answer.status in {200, 201, 204}, (name, answer)
        return answer.body


def test_the_examples_of_events_do_what_they_say(selling: Selling) -> None:
    examples = Examples(selling)
    sent, ids = examples.sent, examples.ids
    ids |= {"<token_id>": selling.manager, "<promob_id>": selling.network.drawn.id}

    project = ids["00000000000000d1"] = sent("create_project", SELLER)["id"]
    made = sent("create_environments", SELLER)["items"]
    ids["00000000000000e1"] = made[0]["id"]
    selling.network.work_off()
    environment = f"{PROJECTS}/{project}/environments/{made[0]['id']}"
    assert [one["name"] for one in made] == ["Cozinha", "Dormitório"]
    assert sent("integrate_legacy", SELLER)["name"] == "Área de serviço"
    assert sent("assign_environment", SELLER)["worked_by"] == selling.manager
    for items in (4, 5):
        selling.prepare(environment, items)
    assert sent("update_environment", SELLER)["version"]["number"] == 2
    assert sent("open_environment", SELLER)["url"].startswith("http")
    assert sent("read_environment")["mark"] == "green"
    assert len(sent("list_environments")["items"]) == sent("read_project")["total"] == 3
    assert [one["id"] for one in sent("list_projects")["items"]] == [project]
    assert sent("list_history")["items"][-1]["title"] == "Projeto criado"
    assert [one["number"] for one in sent("list_versions")["items"]] == [2, 1]
    assert sent("read_version")["number"] == 1
    assert len([one for one in sent("list_version_items")["items"] if one["counted"]]) == 4
    assert sent("read_difference")["differences"]

    item = ids["00000000000000f1"] = sent("create_item", SELLER)["id"]
    assert sent("list_items")["items"][0]["manual"]["id"] == item
    assert sent("change_item", SELLER)["total_price"] == "252.00"
    assert sent("remove_item", SELLER) is None
    assert sent("set_discount", SELLER)["discount"]["percent"] == "7.5"
    assert sent("approve_discount", MANAGER)["discount"]["approved_by"] == selling.manager
    assert sent("remove_discount", SELLER)["discount"] is None

    budget = ids["00000000000000b1"] = sent("create_budget", SELLER)["id"]
    assert sent("read_budget")["valid_until"] == "2026-12-08"
    assert [one["id"] for one in sent("list_budgets")["items"]] == [budget]
    assert "<h1>Orçamento 1</h1>" in sent("print_budget")
    assert sent("approve_budget", SELLER)["state"] == "approved"
    assert sent("undo_conversion", SELLER)["converted"] is None
    selling.did(f"{selling.budget(f'{PROJECTS}/{project}', [environment])}/approval")

    assert sent("read_revision")["state"] == "not_released"
    assert sent("release_revision", SELLER)["state"] == "released"
    assert sent("access_revision", SELLER)["state"] == "accessed"
    selling.did(f"{environment}/update")
    (order, *_) = sent("conclude_revision", SELLER)["orders"]
    ids["0000000000000091"] = order
    assert order in [one["id"] for one in sent("list_orders")["items"]]
    assert sent("read_order")["lines"] == len(sent("list_order_lines")["items"])

    occurrence = sent("open_assistance", SELLER)
    assert [one["id"] for one in sent("list_assistance")["items"]] == [occurrence["id"]]
    ids["00000000000000e1"] = occurrence["id"]
    assert sent("integrate_assistance", SELLER)["occurrence"]["source"] == "revision"
