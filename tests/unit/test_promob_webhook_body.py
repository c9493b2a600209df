"""What a webhook of Promob's is about, and the page that who negotiates is to see."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promob import flow_names
from promob.environments import Conversion, Environment
from promob.flows import KIND
from promob.pages import page_of
from promob.projects import Project
from promob.webhook_body import LOOKED_FOR, record_of
from sincronia.web.webhooks import About

PARTS = {"project": {"id": "P-308"}, "customer": {"id": "C-57"}, "user": "U-7"}
ABOUT = {
    "project.created": About(flow_names.PROMOB_PROJECT, "P-308"),
    "project.saved": About(flow_names.PROMOB_PROJECT, "P-308"),
    "budget.prepared": About(flow_names.PROMOB_PROJECT, "P-308"),
    "budget.negotiated": About(flow_names.PROMOB_PROJECT, "P-308"),
    "customer.created": About(flow_names.PROMOB_CUSTOMER, "C-57"),
    "customer.changed": About(flow_names.PROMOB_CUSTOMER, "C-57"),
    "user.password_changed": About(flow_names.PROMOB_USER, "U-7"),
}


@pytest.mark.parametrize("kind", ABOUT)
def test_each_kind_is_about_its_own_part_whatever_else_there_is(kind: str) -> None:
    assert record_of({**PARTS, "type": kind}) == ABOUT[kind]
    assert kind in LOOKED_FOR


@pytest.mark.parametrize("kind", ABOUT)
def test_without_its_part_it_is_about_nothing(kind: str) -> None:
    part = {"customer": "customer", "user": "user"}.get(kind.partition(".")[0], "project")
    assert record_of({"type": kind, **{name: value for name, value in PARTS.items() if name != part}}) is None


@given(
    st.dictionaries(
        st.sampled_from(["type", "project", "customer", "user"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from([*ABOUT]),
            lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.just("id"), inner, max_size=1),
        ),
    )
)
def test_any_body_is_about_one_of_what_hints_are_about_or_about_nothing(body: dict[str, Any]) -> None:
    found = record_of(body)
    if found is not None:
        assert found.entity in KIND.entities
        assert found.record
        assert "#" not in found.record


def test_what_is_converted_is_negotiated_in_the_revision() -> None:
    environment = Environment(id="e", name="Cozinha")
    project = Project(id="p", store="s", customer="c", name="Casa", created_at=0, environments=(environment,))
    converted = replace(environment, converted=Conversion(version=1, budget="b", at=0, by="t"))
    assert page_of("rede", project, environment) == "/integrations/promob/connections/rede/projects/p/environments/e"
    assert page_of("rede", project, converted) == "/integrations/promob/connections/rede/projects/p/revision"
