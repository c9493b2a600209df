"""Technical assistance over HTTP: of items by hand, of a blank project in Promob, of a copy of the revision's."""

from __future__ import annotations

from typing import Any

import pytest

from tests.promob_on_aws import UNKNOWN
from tests.promob_selling import SELLER, Selling

HANDLE = {"description": "Dobradiça", "cost": "10", "price": "25"}


def occurrences(selling: Selling, project: str) -> list[Any]:
    """The occurrences of a project."""
    found: list[Any] = selling.promob.get(f"{project}/assistance")["items"]
    return found


def test_an_occurrence_of_items_by_hand_needs_no_promob(selling: Selling) -> None:
    project, environment = selling.concluded()

    made = selling.did(f"{environment}/assistance", {"source": "none"}, key="k1")
    item = selling.did(f"{project}/environments/{made['id']}/items", HANDLE)
    selling.network.work_off()

    about = {"number": 1, "environment": environment.rpartition("/")[2], "source": None}
    assert (made["name"], made["occurrence"], made["promob_id"]) == ("Cozinha ocorrência: 1", about, None)
    assert selling.did(f"{environment}/assistance", {"source": "none"}, key="k1") == made
    (now,) = occurrences(selling, project)
    assert now == made | {"manual_cost": "10.00", "manual_price": "25.00", "gross": "25.00", "price": "25.00"}
    assert selling.promob.get(f"{project}/environments/{made['id']}/items")["items"][0]["manual"] == item
    assert not any("ocorrência" in row["name"] for row in selling.network.promob.rows("projects"))
    assert selling.promob.get(project)["total"] == 1  # occurrences apart


@pytest.mark.parametrize("source", ["blank", "revision"])
def test_an_occurrence_in_promob_is_blank_or_a_copy_and_tells_what_is_prepared_there(
    selling: Selling, source: str
) -> None:
    project, environment = selling.concluded()
    original = selling.network.promob.store.project(selling.promob_id(environment))

    made = selling.did(f"{environment}/assistance", {"source": source})
    selling.network.work_off()

    occurrence = f"{project}/environments/{made['id']}"
    there = selling.network.promob.store.project(selling.promob_id(occurrence))
    copied = original.saved[original.sequence].items if source == "revision" else None
    assert (there.name, there.customer_id) == ("Cozinha ocorrência: 1", original.customer_id)
    assert [content.items for content in there.saved.values()] == ([copied] if copied else [])

    def told() -> list[tuple[str, str, bool]]:
        rows = [row for row in selling.network.rows("notifications") if row.get("page") == occurrence]
        by_time = sorted(rows, key=lambda row: str(row["created_at"]))
        return [(row["audience"], row["title"].partition(": 1: ")[2], bool(row.get("concluded_at"))) for row in by_time]

    selling.prepare(occurrence)
    assert told() == [(selling.seller, "orçamento do Promob recebido", True)]
    selling.prepare(occurrence, 5)
    assert told()[1:] == [(selling.seller, "projeto desatualizado", False)]
    updated = selling.did(f"{occurrence}/update")
    assert (updated["made"], updated["environment"]["mark"]) == (True, "green")
    assert told()[1:] == [(selling.seller, "projeto desatualizado", True)]


def test_an_occurrence_by_hand_is_taken_into_promob_later_and_keeps_its_items(selling: Selling) -> None:
    project, environment = selling.concluded()
    made = selling.did(f"{environment}/assistance", {"source": "none"})
    occurrence = f"{project}/environments/{made['id']}"
    selling.did(f"{occurrence}/items", HANDLE)

    integrated = selling.did(f"{occurrence}/assistance/software", {"source": "revision"})
    selling.network.work_off()

    assert integrated["occurrence"]["source"] == "revision"
    assert selling.promob_id(occurrence) != selling.promob_id(environment)
    selling.prepare(occurrence)
    now = selling.promob.get(occurrence)
    assert (now["current"]["number"], now["manual_price"]) == (1, "25.00")
    again = selling.did(f"{occurrence}/assistance/software", {"source": "revision"})
    assert again.items() <= now.items()
    other = selling.refused(f"{occurrence}/assistance/software", {"source": "blank"})
    assert other[:2] == (409, "promob.in_promob_before")
    assert selling.refused(f"{environment}/assistance/software", {"source": "blank"}) == (
        409,
        "promob.no_occurrence",
        "O ambiente Cozinha não é uma ocorrência de assistência técnica. Abra uma assistência técnica do ambiente "
        "revisado primeiro.",
    )


def test_occurrences_are_numbered_over_the_network_and_a_refused_one_costs_no_number(selling: Selling) -> None:
    project, environment = selling.converted()
    refused = selling.refused(f"{environment}/assistance", {"source": "none"})
    other, another = selling.concluded()

    for _ in range(2):
        selling.did(f"{another}/assistance", {"source": "none"})

    assert refused == (
        409,
        "promob.not_revised",
        "A assistência técnica do ambiente Cozinha só pode ser aberta depois de concluída a revisão do projeto. "
        "Conclua a revisão do projeto primeiro.",
    )
    assert [one["name"] for one in occurrences(selling, other)] == ["Cozinha ocorrência: 1", "Cozinha ocorrência: 2"]
    assert occurrences(selling, project) == []


def test_who_died_before_the_answer_finds_the_occurrence(selling: Selling, monkeypatch: pytest.MonkeyPatch) -> None:
    project, environment = selling.concluded()
    routes = selling.promob.sandbox.of("promob.assistance_routes")
    with monkeypatch.context() as dying:
        dying.setattr(routes, "environment_answer", lambda *_: 1 / 0)
        died = selling.promob.post(f"{environment}/assistance", {"source": "none"}, role=SELLER, key="k1")

    again = selling.did(f"{environment}/assistance", {"source": "none"}, key="k1")

    assert (died.status, again["occurrence"]["number"]) == (500, 1)
    assert [one["id"] for one in occurrences(selling, project)] == [again["id"]]


def test_what_is_wrong_is_refused_and_changes_nothing(selling: Selling) -> None:
    project, environment = selling.concluded()
    before = selling.network.rows("projects")

    for path, body, role, *expected in (
        (f"{environment}/assistance", {"source": "x"}, SELLER, 422, "request_invalid", "source"),
        (f"{environment}/assistance", {}, SELLER, 422, "request_invalid", "source"),
        (f"{environment}/assistance", {"source": "none"}, "operator", 403, "promob.user_not_of_store", None),
        (f"{environment}/assistance", {"source": "none"}, "reader", 403, "role_insufficient", None),
        (f"{environment}/assistance/software", {"source": "none"}, SELLER, 422, "request_invalid", "source"),
        (
            f"{project}/environments/{UNKNOWN}/assistance",
            {"source": "none"},
            SELLER,
            404,
            "promob.environment_unknown",
            None,
        ),
    ):
        answer = selling.asked(path, body, role)
        assert [answer.status, answer.body["code"], answer.body.get("field")] == expected, (path, body)
    assert selling.promob.call("GET", f"{project[:-16]}{UNKNOWN}/assistance", role="reader").status == 404
    assert selling.network.rows("projects") == before
