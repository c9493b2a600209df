"""What Promob tells of projects, and what is to change here because of it.

Saves and budgets are ordered by Promob's own sequence: what is known already, or came late, changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial

from promob import projects as rules
from promob.acting import Projects
from promob.actions import Action
from promob.derived_ids import derived_id
from promob.environments import ZERO, Environment, StoredBudget
from promob.events import BudgetMade, ProjectCreated, ProjectSaved, ToldProject
from promob.items import Sums
from promob.listings import lines_of, sums_of
from promob.projects import MOST_ENVIRONMENTS, Project
from promob.store.project_rows import projects_of_customer
from promob.stores import Store
from promob.told_people import ToldPeople
from sincronia.answers import Problem, ProblemError
from sincronia.engine.hints import Change, Effect
from sincronia.engine.state import OutcomeKind

_EXTERNAL = re.compile(r"([0-9a-f]{16})-([0-9a-f]{16})")  # what our environments are made under in Promob
_SEQUENCE = "Sequência no Promob"
_NOTHING = Sums(count=0, unpriced=0, cost=ZERO, price=ZERO)


@dataclass(frozen=True, slots=True)
class _Known:
    """The environment that a Promob project is, and its project."""

    project: Project
    environment: Environment

    @property
    def label(self) -> str:
        """What people call it."""
        return f"{self.project.name} – {self.environment.name}"


@dataclass(frozen=True, slots=True)
class Incoming:
    """The events of one connection that are about projects. Every method raises ProblemError."""

    connection: str
    projects: Projects
    people: ToldPeople

    def label(self, told: ToldProject) -> str:
        """What people call a Promob project: project – environment, or its id."""
        known = self._known(told)
        return known.label if known else told.id

    def saved(self, event: ProjectSaved) -> Change:
        """A save makes the environment out of date, whoever's it is."""
        return self._came(self._needed(event, event.project), event.project, event.project.sequence)

    def budgeted(self, event: BudgetMade, at: float) -> Change:
        """A budget is read as a whole before anything is kept of it. `at`: when it came, in seconds since 1970."""
        known = self._needed(event, event.project)
        if rules.budgeted(known.project, known.environment.id, _stored(event, _NOTHING, at)) is known.project:
            return Change(Effect(OutcomeKind.UNCHANGED, Action.LATE, known.label), None)
        remembering = self.people.checked_user(event.user, self.people.store(event.account))
        budget = _stored(event, sums_of(event), at)
        was, now = _shown(known.environment.budget), _shown(budget)
        differ = [name for name in now if was.get(name) != now[name]]
        effect = Effect(
            OutcomeKind.UPDATED,
            Action.BUDGET_STORED if known.environment.current else Action.FIRST_BUDGET,
            known.label,
            before={name: was[name] for name in differ if name in was},
            after={name: now[name] for name in differ},
        )
        arriving = partial(self._keep_budget, known, event, budget)
        return Change(effect, None, (*remembering, *self._attaching(known, event.project), arriving))

    def created(self, event: ProjectCreated, at: float) -> Change:
        """A Promob project is known, or becomes an environment of its customer's one open project, or of a new one."""
        told, store = event.project, self.people.store(event.account)
        if known := self._known(told):
            _check_store(known.project, store)
            return self._came(known, told, told.sequence)
        customer = self.people.customer_of(event.customer)
        customer_id = customer.id if customer else self.people.customer_id(event.customer)
        there = projects_of_customer(self.connection, customer_id)
        project = _open(there, store) or Project(
            id=self._new_id(there, store, customer_id, told.id),
            store=store.id,
            customer=customer_id,
            name=told.name,
            created_at=at,
        )
        user = self.people.user(event.user, store)
        new = replace(
            rules.received(project, told.id, told.name, derived_id(self.connection, "environment", told.id), at),
            worked_by=user.id if user else "",
        )
        effect = Effect(
            OutcomeKind.CREATED,
            Action.ENVIRONMENT_RECEIVED,
            _Known(project, new).label,
            after={"Projeto": project.name, "Ambiente": new.name, "Projeto no Promob": told.id},
        )
        steps: list[Callable[[], str]] = []
        if customer is None or (not customer.promob_id and customer.store == store.id):
            steps.append(partial(self.people.keep_customer, customer, event.customer, store))
        if project not in there:
            steps.append(partial(self._make, project))
        steps.append(partial(self._add, project, new, told.sequence))
        return Change(effect, None, tuple(steps))

    def _came(self, known: _Known, told: ToldProject, sequence: int) -> Change:
        """A save of an environment that is known; 0: nothing of it is saved yet."""
        attached = rules.attached(known.project, known.environment.id, told.id)
        attaching = self._attaching(known, told)
        if rules.saved(attached, known.environment.id, sequence) is not attached:
            effect = Effect(
                OutcomeKind.UPDATED,
                Action.SAVED,
                known.label,
                before={_SEQUENCE: known.environment.saved} if known.environment.saved else {},
                after={_SEQUENCE: sequence},
            )
            return Change(effect, None, (*attaching, partial(self._save, known, sequence)))
        if attaching:
            after = {"Projeto no Promob": told.id}
            return Change(
                Effect(OutcomeKind.UPDATED, Action.ENVIRONMENT_ATTACHED, known.label, after=after), None, attaching
            )
        return Change(Effect(OutcomeKind.UNCHANGED, Action.LATE, known.label), None)

    def _needed(self, event: ProjectSaved | BudgetMade, told: ToldProject) -> _Known:
        """The environment that a Promob project of the event's store is."""
        store, known = self.people.store(event.account), self._known(told)
        if known is None:
            raise ProblemError(Problem("promob.project_not_integrated", {"promob_id": told.id}))
        _check_store(known.project, store)
        return known

    def _known(self, told: ToldProject) -> _Known | None:
        """The environment that a Promob project is: known as that, or made there under its name, which is yet untold.

        A copy that somebody made in Promob may carry the name of what it is a copy of.
        """
        named = _EXTERNAL.fullmatch(told.external_id)
        found = self.projects.store.of_promob(told.id) or ((named[1], named[2]) if named else None)
        project = self.projects.store.project(found[0]) if found else None
        if found is None or project is None:
            return None
        environment = next((one for one in project.environments if one.id == found[1]), None)
        if environment is None or environment.promob_id not in {"", told.id}:
            return None
        return _Known(project, environment)

    def _new_id(self, there: list[Project], store: Store, customer_id: str, promob_id: str) -> str:
        """A new project's id: the same for all that Promob tells of a customer at the same time."""
        first = derived_id(self.connection, "project", store.id, customer_id)
        taken = any(one.id == first for one in there)
        return derived_id(self.connection, "project", promob_id) if taken else first

    def _attaching(self, known: _Known, told: ToldProject) -> tuple[Callable[[], str], ...]:
        """The step that says which Promob project an environment is, where the answer to its making is yet to come."""
        return () if known.environment.promob_id else (partial(self._attach, known, told.id),)

    def _attach(self, known: _Known, promob_id: str) -> str:
        environment_id = known.environment.id
        self.projects.changed(known.project.id, "", lambda before: rules.attached(before, environment_id, promob_id))
        return environment_id

    def _save(self, known: _Known, sequence: int) -> str:
        self.projects.save_arrived(known.project.id, known.environment.id, sequence)
        return known.environment.id

    def _keep_budget(self, known: _Known, event: BudgetMade, budget: StoredBudget) -> str:
        """The items are kept before the row that names them."""
        items = self.projects.objects.keep("items", lines_of(event))
        self.projects.budget_arrived(known.project.id, known.environment.id, replace(budget, items=items))
        return known.environment.id

    def _make(self, project: Project) -> str:
        return self.projects.made(project).id

    def _add(self, project: Project, new: Environment, sequence: int) -> str:
        """The environment comes into its project, where nobody has integrated it meanwhile."""

        def rule(before: Project) -> Project:
            if self.projects.store.of_promob(new.promob_id):
                return before
            name = rules.received(before, new.promob_id, new.name, new.id, new.created_at).name
            return rules.saved(rules.with_new(before, replace(new, name=name)), new.id, sequence)

        self.projects.changed(project.id, "", rule)
        return new.id


def _open(there: list[Project], store: Store) -> Project | None:
    """The one project of a customer in a store that environments can still come into."""
    found = [
        one
        for one in there
        if one.store == store.id and one.revision is None and len(one.environments) < MOST_ENVIRONMENTS
    ]
    return found[0] if len(found) == 1 else None


def _check_store(project: Project, store: Store) -> None:
    if project.store != store.id:
        raise ProblemError(Problem("promob.store_wrong", {"store": store.name}))


def _stored(event: BudgetMade, sums: Sums, at: float) -> StoredBudget:
    """A budget whose items are yet to be kept."""
    return StoredBudget(
        sequence=event.project.sequence,
        option=event.project.name,
        received_at=at,
        items="",
        count=sums.count,
        unpriced=sums.unpriced,
        cost=sums.cost,
        price=sums.price,
    )


def _shown(budget: StoredBudget | None) -> dict[str, str | int]:
    """A budget in words; nothing where there is none."""
    if budget is None:
        return {}
    return {
        _SEQUENCE: budget.sequence,
        "Nome da opção": budget.option,
        "Itens": budget.count,
        "Itens sem preço": budget.unpriced,
        "Custo": _reais(budget.cost),
        "Preço no Promob": _reais(budget.price),
    }


def _reais(value: Decimal) -> str:
    """R$ 1.234,56."""
    return "R$ " + f"{value:,.2f}".translate(str.maketrans(",.", ".,"))
