"""What Promob is to be told: an environment or a customer that it doesn't have yet, Situação and Estágio.

Our row says what is wanted, and Promob what there is: whoever was here before and died, or never got an answer, left
what is found now. An environment is made under project-environment as its external id, a customer under its own id.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from promob import projects as rules
from promob.acting import Projects
from promob.actions import Action
from promob.answers import WORKED
from promob.consequences import connect_text
from promob.customers import Customer
from promob.environments import Environment, Origin
from promob.projects import Project, situation
from promob.promob_client import Promob
from promob.store.customers import changed_customer, stored_customer
from promob.store.stores import stored_store
from promob.stores import Store
from sincronia.answers import AnswerUnknownError, Problem, ProblemError, Retry
from sincronia.engine.hints import Change, Effect
from sincronia.engine.state import OutcomeKind

_Step = Callable[[], str]


@dataclass(slots=True)
class _Made:
    """What one step made in Promob, for those after it; ids."""

    customer: str = ""
    project: str = ""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """An environment that Promob is to have, and what came of that so far."""

    project: Project
    environment: Environment
    store: Store
    customer: Customer
    made: _Made = field(default_factory=_Made)

    @property
    def label(self) -> str:
        """What people call it."""
        return _label(self.project, self.environment)

    @property
    def external_id(self) -> str:
        """What it is made under."""
        return f"{self.project.id}-{self.environment.id}"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Promob's side of one connection. Every method raises ProblemError and OutOfTimeError."""

    connection: str
    projects: Projects
    promob: Promob

    def environment(self, record: str) -> Change:
        """What Promob lacks of an environment; the record is project-environment."""
        project_id, _, environment_id = record.partition("-")
        project = self.projects.project(project_id)
        environment = project.environment(environment_id)
        if environment.promob_id:
            return self._told(project, environment)
        by_hand = environment.occurrence is not None and environment.occurrence.source is None
        if environment.origin != Origin.HERE or by_hand:
            return Change(Effect(OutcomeKind.UNCHANGED, label=_label(project, environment)), None)
        return self._missing(self._wanted(project, environment))

    def customer(self, record: str) -> Change:
        """What Promob lacks of a customer; the record is our id."""
        customer = self._customer(record)
        if customer.promob_id or customer.is_erased:
            return Change(Effect(OutcomeKind.UNCHANGED, label=customer.name), None)
        store, made = self._store(customer.store), _Made()
        refused = partial(self._refused_customer, customer)
        try:
            made.customer = self._found(store, customer)
        except ProblemError as error:
            return _refusal(error, customer.name, refused)
        attach = partial(self._attach_customer, customer, made)
        if made.customer:
            after = {"Cliente no Promob": made.customer}
            effect = Effect(OutcomeKind.UPDATED, Action.CUSTOMER_FOUND, customer.name, after=after)
            return Change(effect, None, (_telling(attach, refused),))
        effect = Effect(OutcomeKind.CREATED, Action.CUSTOMER_MADE, customer.name, after={"Nome": customer.name})
        make = partial(self._make_customer, store, customer, made)
        return Change(effect, None, (_telling(make, refused), _telling(attach, refused)))

    def _missing(self, wanted: _Wanted) -> Change:
        """An environment that Promob doesn't have, as far as is known here."""
        refused, made = partial(self._refused_environment, wanted), wanted.made
        own = wanted.customer.store == wanted.store.id  # the account that the customer's row is about
        try:
            there = self.promob.project_by_external_id(wanted.store.account, wanted.external_id)
            if there is None:
                made.customer = (own and wanted.customer.promob_id) or self._found(wanted.store, wanted.customer)
        except ProblemError as error:
            return _refusal(error, wanted.label, refused)
        steps: list[_Step] = []
        if there:
            made.project = there.id
            after = {"Projeto no Promob": there.id}
            effect = Effect(OutcomeKind.UPDATED, Action.ENVIRONMENT_FOUND, wanted.label, after=after)
        else:
            after = {"Ambiente": wanted.environment.name}
            if wanted.environment.copy_of:
                after["Cópia de"] = wanted.environment.copy_of
            effect = Effect(OutcomeKind.CREATED, Action.ENVIRONMENT_MADE, wanted.label, after=after)
            if not made.customer:
                steps.append(partial(self._make_customer, wanted.store, wanted.customer, made))
            if own and not wanted.customer.promob_id:
                steps.append(partial(self._attach_customer, wanted.customer, made))
            steps.append(partial(self._make_environment, wanted))
        steps.append(partial(self._attach_environment, wanted))
        return Change(effect, None, tuple(_telling(step, refused) for step in steps))

    def _told(self, project: Project, environment: Environment) -> Change:
        """Situação and Estágio, where Promob shows others."""
        label, (shown, stage) = _label(project, environment), situation(project, environment)
        there = self.promob.project(environment.promob_id)
        if there is None:
            return Change(Effect(OutcomeKind.REJECTED, label=label, problem=Problem("promob.project_gone")), None)
        steps: list[_Step] = []
        effect = Effect(OutcomeKind.UNCHANGED, label=label)
        if (there.situation, there.stage) != (shown, stage):
            effect = Effect(
                OutcomeKind.UPDATED,
                Action.ENVIRONMENT_TOLD,
                label,
                before={"Situação": there.situation, "Estágio": there.stage},
                after={"Situação": shown, "Estágio": stage},
            )
            steps.append(partial(self._tell, environment.promob_id, shown, stage))
        text = connect_text(project, environment)
        if environment.told != text:
            steps.append(partial(self._keep_told, project, environment, text))
        return Change(effect, None, tuple(steps))

    def _found(self, store: Store, customer: Customer) -> str:
        """Promob's id of a customer who is there: made from here, or of the same CPF or CNPJ; empty: there is none."""
        there = self.promob.customer_by_external_id(store.account, customer.id)
        if there is None and customer.document:
            there = self.promob.customer_by_document(store.account, customer.document)
        return there.id if there else ""

    def _wanted(self, project: Project, environment: Environment) -> _Wanted:
        return _Wanted(project, environment, self._store(project.store), self._customer(project.customer))

    def _store(self, store_id: str) -> Store:
        store = stored_store(self.connection, store_id)
        if store is None:
            raise ProblemError(Problem("promob.store_unknown"))
        return store

    def _customer(self, customer_id: str) -> Customer:
        customer = stored_customer(self.connection, customer_id)
        if customer is None:
            raise ProblemError(Problem("promob.customer_unknown"))
        return customer

    # Steps: each writes once, there or here

    def _make_customer(self, store: Store, customer: Customer, made: _Made) -> str:
        made.customer = self.promob.create_customer(
            store.account,
            name=customer.name,
            document=customer.document,
            email=customer.email,
            phone=customer.phone,
            external_id=customer.id,
        )
        return made.customer

    def _make_environment(self, wanted: _Wanted) -> str:
        wanted.made.project = self.promob.create_project(
            wanted.store.account,
            name=wanted.environment.name,
            customer_id=wanted.made.customer,
            external_id=wanted.external_id,
            copy_of=wanted.environment.copy_of,
        ).id
        return wanted.made.project

    def _tell(self, promob_id: str, shown: str, stage: str) -> str:
        self.promob.tell(promob_id, situation=shown, stage=stage)
        return promob_id

    def _attach_customer(self, customer: Customer, made: _Made) -> str:
        def rule(before: Customer) -> Customer:
            return before if before.promob_id else replace(before, promob_id=made.customer, problem=None)

        return changed_customer(self.connection, customer.id, "", rule).promob_id

    def _attach_environment(self, wanted: _Wanted) -> str:
        environment_id, promob_id = wanted.environment.id, wanted.made.project
        self.projects.changed(wanted.project.id, "", lambda before: rules.attached(before, environment_id, promob_id))
        return promob_id

    def _keep_told(self, project: Project, environment: Environment, text: str) -> str:
        self.projects.changed(project.id, "", lambda before: rules.told(before, environment.id, text))
        return environment.promob_id

    def _refused_environment(self, wanted: _Wanted, problem: Problem) -> str:
        """Says on its row why Promob doesn't have an environment."""

        def rule(before: Project) -> Project:
            there = before.environment(wanted.environment.id).promob_id
            return before if there else rules.not_made(before, wanted.environment.id, problem)

        self.projects.changed(wanted.project.id, "", rule)
        return ""

    def _refused_customer(self, customer: Customer, problem: Problem) -> str:
        """Says on its row why Promob doesn't have a customer."""

        def rule(before: Customer) -> Customer:
            return before if before.promob_id else replace(before, problem=problem)

        changed_customer(self.connection, customer.id, "", rule)
        return ""


def _label(project: Project, environment: Environment) -> str:
    return f"{project.name} – {environment.name}"


def _is_refusal(error: ProblemError) -> bool:
    """Whether a person has to correct something, so that the row is to say what."""
    return not isinstance(error, AnswerUnknownError) and WORKED[error.problem.code].retry == Retry.AFTER_CORRECTION


def _refusal(error: ProblemError, label: str, refused: Callable[[Problem], str]) -> Change:
    """What is left to do where Promob was asked in vain. Raises what only has to wait."""
    if not _is_refusal(error):
        raise error
    effect = Effect(OutcomeKind.REJECTED, label=label, problem=error.problem)
    return Change(effect, None, (partial(refused, error.problem),))


def _telling(step: _Step, refused: Callable[[Problem], str]) -> _Step:
    """A step; what it is refused for is said on the row."""

    def taken() -> str:
        try:
            return step()
        except ProblemError as error:
            if _is_refusal(error):
                refused(error.problem)
            raise

    return taken
