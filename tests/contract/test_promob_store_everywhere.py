"""What every store of projects does, in DynamoDB as in memory: the machine of projects runs on the one in memory."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest

from tests.office_on_aws import START, AwsServer, Sandbox, sandbox_as_new
from tests.promob_in_memory import MemoryItems, MemoryProjects
from tests.promob_store_on_aws import CONNECTION, REVIEWER, SELLER, Network


@dataclass
class Place:
    """A store of projects and of items, with the modules whose types they take."""

    projects: Any
    items: Any
    of: Callable[[str], Any]

    def project(self, *names: str, project_id: str = "1" * 16) -> Any:
        """A new project with environments of these names, which Promob made."""
        environment = self.of("promob.environments").Environment
        return self.of("promob.projects").Project(
            id=project_id,
            store="2" * 16,
            customer="3" * 16,
            name="Casa",
            created_at=START,
            changed_at=START,
            version=1,
            environments=tuple(
                environment(id=f"{project_id[:8]}{number:08}", name=name, promob_id=name, worked_by=SELLER)
                for number, name in enumerate(names)
            ),
        )

    def kept(self, new: Any) -> Any:
        """A new project as the store has it."""
        assert self.projects.keep(None, new, SELLER)
        return self.projects.project(new.id)

    def refused(self, act: Callable[[], Any]) -> str:
        """The code of the problem that keeps an act from being done."""
        with pytest.raises(self.of("sincronia.answers").ProblemError) as caught:
            act()
        return str(caught.value.problem.code)


def then(project: Any, **changes: Any) -> Any:
    """A project after a change."""
    return replace(project, version=project.version + 1, changed_at=project.changed_at + 60, **changes)


@pytest.fixture(scope="module")
def promob_environment(aws: AwsServer) -> Sandbox:
    aws.emptied("promob")
    return sandbox_as_new(lambda: START, integration="promob")


@pytest.fixture(params=["dynamodb", "memory"])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    if request.param == "memory":
        yield Place(MemoryProjects(), MemoryItems(), importlib.import_module)
        return
    aws: AwsServer = request.getfixturevalue("aws")
    sandbox: Sandbox = request.getfixturevalue("promob_environment")
    aws.clear()
    network = Network(aws, sandbox)
    yield Place(network.projects(), network.of("promob.store.items").S3Items(CONNECTION), network.of)
    network.queued()


def test_a_project_is_there_once_it_is_kept_and_nothing_else_is(place: Place) -> None:
    new = place.project("P-1", "P-2")

    assert place.projects.project(new.id) is None
    kept = place.kept(new)

    assert kept == new
    assert place.projects.of_promob("P-2") == (new.id, new.environments[1].id)
    assert (place.projects.of_promob("P-3"), place.projects.project("9" * 16)) == (None, None)
    assert place.projects.version(new.environments[0].id, 1) is None
    assert (place.projects.budget("9" * 16), place.projects.store("9" * 16)) == (None, None)
    assert (list(place.projects.rules("9" * 16)), list(place.projects.manual_items("9" * 16))) == ([], [])


def test_only_who_has_read_what_stands_changes_it(place: Place) -> None:
    kept = place.kept(place.project("P-1"))

    assert place.projects.keep(kept, then(kept, name="Casa 2"), SELLER)

    assert not place.projects.keep(kept, then(kept, name="Casa 3"), REVIEWER)
    assert not place.projects.keep(None, replace(place.project("P-1"), name="Casa 4"), REVIEWER)
    assert not place.projects.keep(*2 * (place.project("P-9", project_id="8" * 16),), REVIEWER)
    assert place.projects.project(kept.id).name == "Casa 2"
    assert place.projects.project("8" * 16) is None


def test_a_promob_project_is_one_environment(place: Place) -> None:
    place.kept(place.project("P-1"))
    other = place.kept(place.project("P-2", project_id="4" * 16))
    same = replace(other.environments[0], promob_id="P-1")

    assert place.refused(lambda: place.projects.keep(None, place.project("P-1", project_id="5" * 16), "")) == (
        "promob.integrated_before"
    )
    assert place.refused(lambda: place.projects.keep(other, then(other, environments=(same,)), "")) == (
        "promob.integrated_before"
    )
    assert (place.projects.project("5" * 16), place.projects.project(other.id)) == (None, other)


def test_versions_and_the_notification_are_kept_with_what_they_follow_from(place: Place) -> None:
    environments = place.of("promob.environments")
    kept = place.kept(place.project("P-1"))
    (environment,) = kept.environments
    numbers = {"count": 1, "unpriced": 0, "cost": Decimal("1.10"), "price": Decimal("2.20")}
    budget = environments.StoredBudget(sequence=1, option="Casa", received_at=START, items="items/a", **numbers)
    version = environments.Version(
        number=1,
        sequence=1,
        option="Casa",
        imported_at=START,
        promob_id="P-1",
        items="priced/b",
        promob_price=Decimal("2.20"),
        **numbers,
    )

    yellow = then(kept, environments=(replace(environment, budget=budget),))
    assert place.projects.keep(kept, yellow, "")
    yellow = place.projects.project(kept.id)
    assert yellow.environments[0].notified
    green = then(yellow, environments=(yellow.environments[0].updated(version),))
    assert place.projects.keep(yellow, green, SELLER)

    assert place.projects.version(environment.id, 1) == version
    (now,) = place.projects.project(kept.id).environments
    assert (now.current, now.budget, now.notified) == (version, budget, "")


def test_what_is_written_beside_a_project_is_there_with_it_or_not_at_all(place: Place) -> None:
    offers, beside = place.of("promob.offers"), place.of("promob.ports").Beside
    kept = place.kept(place.project("P-1"))
    (environment,) = kept.environments
    item = offers.ManualItem(
        id="b" * 16, environment=environment.id, description="Puxador", cost=Decimal("1.10"), price=Decimal("2.20")
    )
    first = replace(item, id="a" * 16, quantity=Decimal("2.5"))
    stamp = {"created_at": START, "created_by": SELLER, "changed_at": START}
    budget = offers.Budget(
        id="c" * 16, number=1, project=kept.id, lines=(), valid_until="2026-12-03", version=1, **stamp
    )
    after = then(kept, name="Casa 2")

    assert not place.projects.keep(after, then(after), SELLER, beside(manual=(item,), budgets=(budget,)))
    assert (list(place.projects.manual_items(environment.id)), place.projects.budget(budget.id)) == ([], None)
    assert place.projects.keep(kept, after, SELLER, beside(manual=(item, first), budgets=(budget,)))

    assert list(place.projects.manual_items(environment.id)) == [first, item]
    assert (place.projects.manual_item(environment.id, item.id), place.projects.budget(budget.id)) == (item, budget)
    assert place.projects.keep(after, then(after), SELLER, beside(manual_removed=(item,)))
    assert place.projects.manual_item(environment.id, item.id) is None
    assert place.projects.keep_budget(budget) == place.projects.keep_budget(replace(budget, number=2)) == budget


def test_items_are_named_by_what_they_are(place: Place) -> None:
    lines = [{"id": "1", "cost": "1.10"}, {"id": "2", "description": "Módulo é \U0001f333"}]

    name = place.items.keep("items", iter(lines))

    assert name.startswith("items/")
    assert list(place.items.lines(name)) == lines
    assert place.items.keep("items", lines) == name
    assert place.items.keep("items", lines[:1]) != name
    assert place.items.keep("priced", lines) == name.replace("items/", "priced/")
