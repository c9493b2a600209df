"""What follows from a change of a project: one notification, what Promob is told, what the history says."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from promob import projects
from promob.consequences import Consequences, connect_text, consequences, environment_path
from promob.environments import Conversion, Environment, Occurrence, Origin, Source, StoredBudget, Version
from promob.history_titles import TITLES, title_of
from promob.projects import Project
from sincronia.answers import Problem
from sincronia.engine.state import Notification, Result

NETWORK, SELLER, REVIEWER = "rede-modelo", "a" * 16, "b" * 16
START = 1_795_000_000.0  # 2026-11-18T11:06:40Z
PREPARE = "Houve alterações no Promob. Abra o ambiente no Promob e use Preparar para Negociação ou Negociar."
UPDATE = "Há um novo orçamento do Promob. Clique em Atualizar para gerar a nova versão."
CONVERTED = Conversion(version=1, budget="b1", at=5, by=SELLER)


def budget(sequence: int) -> StoredBudget:
    zero = Decimal(0)
    return StoredBudget(
        sequence=sequence, option="Casa", received_at=1, items="items/a", count=1, unpriced=0, cost=zero, price=zero
    )


def version(number: int, sequence: int) -> Version:
    zero = Decimal(0)
    return Version(
        number=number,
        sequence=sequence,
        option="Casa",
        imported_at=2,
        promob_id="P-1",
        items="priced/a",
        count=1,
        unpriced=0,
        cost=zero,
        price=zero,
        promob_price=zero,
    )


def environment(**fields: Any) -> Environment:
    whole: dict[str, Any] = {"id": "e1", "name": "Cozinha", "promob_id": "P-1", "worked_by": SELLER}
    return Environment(**whole | fields)


def current(**fields: Any) -> Environment:
    """An environment that is up to date, of which Promob was told."""
    told: dict[str, Any] = {"told": "Não convertido / Orçamento"}
    return environment(**{"saved": 1, "budget": budget(1), "current": version(1, 1)} | told | fields)


def project(*environments: Environment, **fields: Any) -> Project:
    whole: dict[str, Any] = {"id": "p1", "store": "s1", "customer": "c1", "name": "Casa", "created_at": 0}
    return Project(**whole | {"environments": environments} | fields)


def followed(before: Project | None, after: Project, at: float = START, by: str = "") -> Consequences:
    return consequences(NETWORK, before, after, by, at)


def saved(before: Project, sequence: int, at: float = START) -> Consequences:
    return followed(before, projects.saved(before, "e1", sequence), at)


# ── notifications ────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_save_opens_one_notification_to_who_works_on_the_environment() -> None:
    opened = saved(project(current()), 2)
    (told,) = opened.notifications
    assert told == Notification(
        audience=SELLER,
        id=opened.project.environment("e1").notified,
        connection=NETWORK,
        integration="promob",
        title="Casa – Cozinha: projeto desatualizado",
        text=PREPARE,
        created_at="2026-11-18T11:06:40.000Z",
        page="/integrations/promob/connections/rede-modelo/projects/p1/environments/e1",
    )
    assert told.id.startswith("20261118T110640000Z-")
    again = saved(opened.project, 3, START + 60)
    assert again.notifications == ()
    assert again.project.environment("e1").notified == told.id


def test_nobody_in_particular_is_told_where_nobody_works_on_it() -> None:
    (told,) = saved(project(current(worked_by="")), 2).notifications
    assert told.audience == NETWORK


def test_the_notification_says_what_is_needed_by_now_and_is_concluded_by_the_update() -> None:
    opened = saved(project(current()), 2).project
    prepared = followed(opened, projects.budgeted(opened, "e1", budget(2)), START + 60)
    (told,) = prepared.notifications
    assert (told.id, told.text, told.state) == (opened.environment("e1").notified, UPDATE, "Pendente")
    assert told.created_at == "2026-11-18T11:06:40.000Z"

    updated = followed(prepared.project, projects.updated(prepared.project, "e1", version(2, 2)), START + 120, SELLER)
    (concluded,) = updated.notifications
    assert concluded == replace(
        told,
        text="O ambiente está atualizado, outra pessoa passou a trabalhar nele, ou a revisão do projeto foi concluída.",
        concluded_at="2026-11-18T11:08:40.000Z",
        result=Result.SUCCESS,
    )
    assert updated.project.environment("e1").notified == ""
    assert saved(updated.project, 3, START + 180).notifications[0].id != told.id


def test_the_first_budget_needs_nothing_of_anybody() -> None:
    before = project(environment())
    arrived = projects.updated(projects.budgeted(before, "e1", budget(1)), "e1", version(1, 1))
    assert followed(before, arrived).notifications == ()


def test_the_notification_moves_to_who_works_on_the_environment_from_now_on() -> None:
    opened = saved(project(current()), 2).project
    before = opened.environment("e1")
    moved = followed(opened, opened.with_environment(replace(before, worked_by=REVIEWER)), START + 60)
    closed, anew = moved.notifications
    assert (closed.audience, closed.id, closed.state) == (SELLER, before.notified, "Concluído")
    assert (anew.audience, anew.state, anew.text) == (REVIEWER, "Pendente", PREPARE)
    assert anew.created_at == "2026-11-18T11:07:40.000Z"
    assert moved.project.environment("e1").notified == anew.id != closed.id


def test_a_change_after_the_conversion_says_so_and_goes_to_the_reviewer() -> None:
    opened = saved(project(current(converted=CONVERTED)), 2)
    assert opened.notifications[0].text == f"{PREPARE} O ambiente já foi convertido: a alteração entra na revisão."
    released = followed(opened.project, projects.released(opened.project, SELLER, START), START)
    assert released.notifications == ()
    accessed = followed(released.project, projects.accessed(released.project, REVIEWER, START + 9), START + 9)
    assert [(told.audience, told.state) for told in accessed.notifications] == [
        (SELLER, "Concluído"),
        (REVIEWER, "Pendente"),
    ]


def test_a_conversion_that_is_undone_changes_what_the_open_notification_says() -> None:
    opened = saved(project(current(converted=CONVERTED)), 2).project
    undone = followed(opened, projects.conversion_undone(opened, "e1", "Desistiu"), START + 60)
    assert [(told.id, told.text) for told in undone.notifications] == [(opened.environment("e1").notified, PREPARE)]


def test_an_assistance_is_notified_as_one() -> None:
    occurrence = Occurrence(number=7, environment="e0", source=Source.BLANK)
    opened = saved(project(environment(name="Cozinha ocorrência: 7", occurrence=occurrence)), 1)
    (told,) = opened.notifications
    assert told.title == "Casa – Cozinha ocorrência: 7: projeto desatualizado"
    assert told.text == f"{PREPARE} É de uma assistência técnica."


def test_the_first_budget_of_an_assistance_is_told_though_nothing_is_left_to_be_done() -> None:
    occurrence = Occurrence(number=7, environment="e0", source=Source.BLANK)
    opened = project(environment(name="Cozinha ocorrência: 7", occurrence=occurrence))
    made = projects.updated(projects.budgeted(opened, "e1", budget(1)), "e1", version(1, 1))
    first = followed(opened, made)
    (told,) = first.notifications
    assert told.title == "Casa – Cozinha ocorrência: 7: orçamento do Promob recebido"
    assert (told.audience, told.concluded_at, told.result) == (SELLER, told.created_at, Result.SUCCESS)
    assert first.project.environment("e1").notified == ""
    asked = saved(opened, 1).project
    (concluded,) = followed(
        asked, projects.updated(projects.budgeted(asked, "e1", budget(1)), "e1", version(1, 1))
    ).notifications
    assert concluded.id == asked.environment("e1").notified


def test_with_the_conclusion_of_the_revision_nothing_is_left_to_be_done() -> None:
    reviewed = current(id="e2", name="Sala", promob_id="P-2", converted=CONVERTED, reviewed=True)
    opened = saved(project(current(), reviewed), 2).project
    begun = projects.accessed(projects.released(opened, SELLER, START), REVIEWER, START)
    begun = projects.updated(begun, "e2", None)
    concluded = followed(begun, projects.concluded(begun, REVIEWER, START + 60, []), START + 60)
    assert [(told.id, told.state) for told in concluded.notifications] == [
        (opened.environment("e1").notified, "Concluído")
    ]
    assert concluded.project.environment("e1").notified == ""


# ── what Promob is told ──────────────────────────────────────────────────────────────────────────────────────────────
HERE = environment(promob_id="")


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (None, HERE, True),  # to be made there
        (HERE, replace(HERE, name="Copa"), False),  # on its way
        (HERE, replace(HERE, problem=Problem("vendor_rejected")), False),
        (None, replace(HERE, origin=Origin.PROMOB), False),
        (None, replace(HERE, occurrence=Occurrence(number=7, environment="e0", source=None)), False),
        (None, replace(HERE, occurrence=Occurrence(number=7, environment="e0", source=Source.BLANK)), True),
        (HERE, environment(), True),  # Situação and Estágio, now that it is there
        (environment(), environment(told="Não convertido / Projeto"), False),
        (environment(told="Não convertido / Projeto"), current(told="Não convertido / Projeto"), True),
        (environment(), environment(worked_by=REVIEWER), False),  # on its way
        (current(), replace(current(), converted=CONVERTED), True),
        (current(converted=CONVERTED), current(), False),  # what it was told holds again
        (current(converted=CONVERTED, told="Convertido / Aprovado"), current(told="Convertido / Aprovado"), True),
        (current(converted=CONVERTED), current(converted=CONVERTED, saved=2), False),
    ],
)
def test_promob_is_told_once_what_it_does_not_know(before: Environment | None, after: Environment, told: bool) -> None:
    was = project(before) if before else project()
    assert followed(was, project(after)).outgoing == (("e1",) if told else ())


def test_the_revision_is_told_of_each_converted_environment() -> None:
    text = {"told": "Convertido / Aprovado"}
    before = project(
        current(converted=CONVERTED, **text),
        current(id="e2", name="Sala", promob_id="P-2"),
        current(id="e3", name="Quarto", promob_id="P-3", converted=CONVERTED, **text),
    )
    released = projects.released(before, SELLER, START)
    assert followed(before, released).outgoing == ("e1", "e3")
    assert [connect_text(released, one) for one in released.environments] == [
        "Convertido / Em revisão",
        "Não convertido / Orçamento",
        "Convertido / Em revisão",
    ]


def test_an_environment_is_read_at_its_page() -> None:
    assert environment_path("c", "p", "e") == "/integrations/promob/connections/c/projects/p/environments/e"


# ── history ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def titles(before: Project | None, after: Project) -> list[str]:
    return [title_of(entry) for entry in followed(before, after, by=SELLER).history]


def test_the_history_tells_a_project_from_its_beginning_to_its_end() -> None:
    made = project(environment(promob_id=""))
    attached = projects.attached(made, "e1", "P-1")
    first = projects.updated(projects.budgeted(attached, "e1", budget(1)), "e1", version(1, 1))
    approved = projects.approved(first, projects.offered(first, ["e1"]), CONVERTED)
    undone = projects.conversion_undone(approved, "e1", "O cliente desistiu")
    released = projects.released(approved, SELLER, START)
    accessed = projects.accessed(released, REVIEWER, START)
    reviewed = projects.updated(projects.budgeted(accessed, "e1", budget(2)), "e1", version(2, 2))
    concluded = projects.concluded(reviewed, REVIEWER, START, ["o1", "o2"])
    assistance = Occurrence(number=7, environment="e1", source=None)
    name = "Cozinha ocorrência: 7"
    opened = projects.with_new(concluded, environment(id="a1", name=name, promob_id="P-2", occurrence=assistance))

    assert titles(None, made) == ["Projeto criado", "Ambiente Cozinha criado"]
    assert titles(made, attached) == ["Ambiente Cozinha integrado ao projeto P-1 do Promob"]
    assert titles(attached, first) == ["Ambiente Cozinha: versão 1 gerada"]
    assert titles(first, approved) == ["Ambiente Cozinha convertido na versão 1"]
    assert titles(approved, undone) == ["Conversão do ambiente Cozinha na versão 1 desfeita: O cliente desistiu"]
    assert titles(approved, released) == ["Contrato liberado para a revisão"]
    assert titles(released, accessed) == ["Revisão acessada pela primeira vez"]
    assert titles(accessed, reviewed) == [
        "Ambiente Cozinha: versão 2 gerada",
        "Ambiente Cozinha atualizado na revisão, na versão 2",
    ]
    assert titles(reviewed, concluded) == ["Revisão concluída; pedidos de compra gerados: 2"]
    assert titles(concluded, opened) == [
        "Assistência técnica Cozinha ocorrência: 7 aberta",
        "Ambiente Cozinha ocorrência: 7 integrado ao projeto P-2 do Promob",
    ]
    steps = (None, made, attached, first, approved, released, accessed, reviewed, concluded, opened)
    told = {entry.code for was, now in pairwise(steps) if now for entry in followed(was, now).history}
    assert told | {"conversion_undone"} == TITLES.keys()


def test_the_history_names_no_version_where_there_are_items_by_hand_alone() -> None:
    made = projects.with_manual(project(environment()), "e1", Decimal(1), Decimal(2))
    approved = projects.approved(made, projects.offered(made, ["e1"]), CONVERTED)
    undone = projects.conversion_undone(approved, "e1", "Outro cliente")
    accessed = projects.accessed(projects.released(approved, SELLER, START), REVIEWER, START)

    assert titles(made, approved) == ["Ambiente Cozinha convertido só com itens manuais"]
    assert titles(approved, undone) == ["Conversão do ambiente Cozinha só com itens manuais desfeita: Outro cliente"]
    assert titles(accessed, projects.updated(accessed, "e1", None)) == [
        "Ambiente Cozinha atualizado na revisão, só com itens manuais"
    ]


def test_the_history_says_who_and_when() -> None:
    (entry,) = followed(project(current()), project(replace(current(), converted=CONVERTED)), by=SELLER).history
    assert (entry.at, entry.by, entry.environment, entry.details) == (START, SELLER, "Cozinha", {"version": "1"})


def test_what_changes_nothing_that_people_follow_leaves_no_history() -> None:
    before = project(current())
    assert saved(before, 2).history == ()
    assert followed(before, projects.with_manual(before, "e1", Decimal(1), Decimal(2))).history == ()
