"""A store's project with its environments, from the first save to the purchase orders. Pure.

Every rule gives the project as it is to stand, or the same one where nothing changes; it raises ProblemError where it
may not be. The row's version guards what was read, so that what a rule saw is what it changes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from promob.environments import (
    Conversion,
    Discount,
    Environment,
    Need,
    Origin,
    Source,
    StoredBudget,
    Version,
)
from promob.totals import percent
from sincronia.answers import Problem, ProblemError

MOST_ENVIRONMENTS = 40  # occurrences among them: they stand in one row, and are written in one transaction

NOT_CONVERTED, CONVERTED = "Não convertido", "Convertido"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """The revision of a project's environments after its contract was released financially. Seconds since 1970."""

    released_by: str
    released_at: float
    reviewer: str = ""  # token id of who accessed it first
    accessed_at: float | None = None
    concluded_by: str = ""
    concluded_at: float | None = None
    orders: tuple[str, ...] = ()  # ids of the purchase orders that it made


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project. `version` rises with each change."""

    id: str
    store: str
    customer: str
    name: str
    created_at: float
    created_by: str = ""
    changed_at: float = 0
    changed_by: str = ""
    version: int = 0
    environments: tuple[Environment, ...] = ()
    revision: Revision | None = None
    undone: str = ""  # the reason of the conversion that was undone last

    def environment(self, environment_id: str) -> Environment:
        """One of its environments. Raises ProblemError(promob.environment_unknown)."""
        for one in self.environments:
            if one.id == environment_id:
                return one
        raise ProblemError(Problem("promob.environment_unknown"))

    def of_promob(self, promob_id: str) -> Environment | None:
        """The environment that is this project in Promob."""
        return next((one for one in self.environments if one.promob_id == promob_id), None)

    @property
    def of_contract(self) -> tuple[Environment, ...]:
        """Its environments without the occurrences of technical assistance."""
        return tuple(one for one in self.environments if one.occurrence is None)

    @property
    def converted(self) -> tuple[Environment, ...]:
        """The environments whose budget was approved."""
        return tuple(one for one in self.environments if one.converted)

    @property
    def is_concluded(self) -> bool:
        """Whether its revision is concluded: but for occurrences, nothing changes any more."""
        return self.revision is not None and self.revision.concluded_at is not None

    def with_environment(self, after: Environment) -> Project:
        """With one of its environments as it is to stand."""
        before = self.environment(after.id)
        if after == before:
            return self
        return replace(self, environments=tuple(after if one.id == after.id else one for one in self.environments))


def situation(project: Project, environment: Environment) -> tuple[str, str]:
    """Situação and Estágio, as Connect shows them in Detalhes do Projeto."""
    if environment.converted is None:
        return NOT_CONVERTED, "Orçamento" if environment.current else "Projeto"
    if project.revision is None:
        return CONVERTED, "Aprovado"
    return CONVERTED, "Revisão concluída" if project.is_concluded else "Em revisão"


def with_new(project: Project, environment: Environment) -> Project:
    """With one more environment, or occurrence; the same where it is there already."""
    if any(one.id == environment.id for one in project.environments):
        return project
    if environment.occurrence is None:
        _check_open(project)
        if any(one.name.casefold() == environment.name.casefold() for one in project.of_contract):
            raise ProblemError(Problem("promob.environment_exists", {"name": environment.name}))
    if len(project.environments) >= MOST_ENVIRONMENTS:
        raise ProblemError(Problem("promob.too_many_environments", {"most": str(MOST_ENVIRONMENTS)}))
    _check_free(project, environment.promob_id)
    return replace(project, environments=(*project.environments, environment))


def attached(project: Project, environment_id: str, promob_id: str) -> Project:
    """After Promob has made the environment."""
    environment = project.environment(environment_id)
    if environment.promob_id not in {"", promob_id}:
        raise ProblemError(Problem("promob.in_promob_before", {"name": environment.name}))
    if not environment.promob_id:
        _check_free(project, promob_id)
    return project.with_environment(replace(environment, promob_id=promob_id, problem=None))


def not_made(project: Project, environment_id: str, problem: Problem) -> Project:
    """After Promob refused to make the environment."""
    return project.with_environment(replace(project.environment(environment_id), problem=problem))


def told(project: Project, environment_id: str, text: str) -> Project:
    """After Promob was told Situação and Estágio."""
    return project.with_environment(replace(project.environment(environment_id), told=text))


def saved(project: Project, environment_id: str, sequence: int) -> Project:
    """After a save in Promob. What is known already, or came late, changes nothing."""
    environment = project.environment(environment_id)
    after = environment.saved_at(sequence)
    if after is not environment:
        _check_accepts(project, environment)
    return project.with_environment(after)


def budgeted(project: Project, environment_id: str, budget: StoredBudget) -> Project:
    """After a budget of Promob's. What is known already, or came late, changes nothing."""
    environment = project.environment(environment_id)
    after = environment.budgeted(budget)
    if after is not environment:
        _check_accepts(project, environment)
    return project.with_environment(after)


def begun(project: Project, environment_id: str, version: Version) -> Project:
    """After an environment's first budget made its first version. In a revision, nobody has looked at that yet."""
    environment = project.environment(environment_id)
    return project.with_environment(replace(environment.updated(version), reviewed=False))


def updated(project: Project, environment_id: str, version: Version | None) -> Project:
    """After Atualizar: with the version made of the stored budget, or, where nothing is newer, without any.

    In a revision that the reviewer has accessed, this is what confirms the environment, items by hand alone among it.
    Raises ProblemError where a save is newer than every budget (promob.prepare_again), and where there is nothing yet.
    """
    environment = project.environment(environment_id)
    _check_accepts(project, environment)
    in_review = environment.converted is not None and project.revision and project.revision.accessed_at is not None
    if version and environment.has_newer_budget:
        if (version.number, version.sequence) != (environment.next_number, _sequence(environment)):
            raise ProblemError(Problem("promob.project_changed"))
        after = environment.updated(version)
    elif environment.need == Need.PREPARE:
        raise ProblemError(Problem("promob.prepare_again", {"name": environment.name}))
    elif environment.current is None and not in_review:
        raise ProblemError(Problem("promob.nothing_received", {"name": environment.name}))
    else:
        after = environment
    if in_review and after.need is None:
        after = replace(after, reviewed=True)
    return project.with_environment(after)


def with_manual(project: Project, environment_id: str, cost: Decimal, price: Decimal) -> Project:
    """After an item by hand came, changed or went; both are what the sums rise by."""
    environment = project.environment(environment_id)
    _check_accepts(project, environment)
    after = replace(
        environment,
        manual=environment.manual + 1,
        manual_cost=environment.manual_cost + cost,
        manual_price=environment.manual_price + price,
    )
    return project.with_environment(after)


def discounted(project: Project, environment_id: str, discount: Discount | None) -> Project:
    """With another discount, or none, before the conversion. A manager's word on the same percentage goes on."""
    environment = project.environment(environment_id)
    _check_accepts(project, environment)
    if environment.converted:
        raise ProblemError(Problem("promob.converted_before", {"name": environment.name}))
    if discount and environment.discount and discount.percent == environment.discount.percent:
        return project
    return project.with_environment(environment.with_discount(discount))


def discount_approved(project: Project, environment_id: str, seen: Decimal, by: str) -> Project:
    """After a manager let a discount above the limit through; seen: the percentage that the manager saw."""
    environment = project.environment(environment_id)
    _check_accepts(project, environment)
    if environment.discount is None:
        raise ProblemError(Problem("promob.no_discount", {"name": environment.name}))
    if environment.discount.percent != seen:
        details = {"name": environment.name, "seen": percent(seen), "now": percent(environment.discount.percent)}
        raise ProblemError(Problem("promob.discount_changed", details))
    return project.with_environment(environment.with_discount(replace(environment.discount, approved_by=by)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What a budget offers of an environment: its version, and how often its items by hand had changed by then."""

    environment: str
    version: int
    manual: int
    discount: Decimal | None  # percent


def offered(project: Project, chosen: Sequence[str]) -> tuple[Offered, ...]:
    """What a budget over these environments offers; each needs a version, or items by hand. Raises ProblemError."""
    if not chosen:
        raise ProblemError(Problem("promob.nothing_chosen"))
    found = []
    for one in (project.environment(one) for one in dict.fromkeys(chosen)):
        if one.occurrence or (one.current is None and not one.manual):
            raise ProblemError(Problem("promob.nothing_to_budget", {"name": one.name}))
        found.append(
            Offered(
                environment=one.id,
                version=one.current.number if one.current else 0,
                manual=one.manual,
                discount=one.discount.percent if one.discount else None,
            )
        )
    return tuple(found)


def approved(project: Project, offers: Iterable[Offered], conversion: Conversion) -> Project:
    """After the approval of what a budget offers: its environments are converted, each in the version offered.

    Raises ProblemError where one of them is out of date (named), is no longer as it was offered, lacks a manager's
    word on its discount, was converted before, or the revision has begun.
    """
    found = [(one, project.environment(one.environment)) for one in offers]
    if project.revision:
        raise ProblemError(Problem("promob.revision_begun"))
    _check_none([one.name for _, one in found if one.converted], "promob.converted_before")
    _check_none([one.name for _, one in found if one.need], "promob.out_of_date")
    _check_none([one.name for offer, one in found if not is_as_offered(offer, one)], "promob.budget_superseded")
    _check_none([one.name for _, one in found if one.needs_approval], "promob.discount_unapproved")
    after = project
    for offer, one in found:
        converted = replace(conversion, version=offer.version, manual=offer.manual)
        after = after.with_environment(replace(one, converted=converted))
    return after


def is_as_offered(offer: Offered, environment: Environment) -> bool:
    """Whether an environment still is what a budget offers of it."""
    now = environment.current.number if environment.current else 0
    percent = environment.discount.percent if environment.discount else None
    return (offer.version, offer.manual, offer.discount) == (now, environment.manual, percent)


def conversion_undone(project: Project, environment_id: str, reason: str) -> Project:
    """After a conversion was taken back, which is possible until the revision begins."""
    environment = project.environment(environment_id)
    if environment.converted is None:
        raise ProblemError(Problem("promob.not_converted", {"name": environment.name}))
    if project.revision:
        raise ProblemError(Problem("promob.revision_begun"))
    return replace(project.with_environment(replace(environment, converted=None)), undone=reason)


def released(project: Project, by: str, at: float) -> Project:
    """After the contract was released financially: the revision is open. The same where it was before."""
    if project.revision:
        return project
    if not project.converted:
        raise ProblemError(Problem("promob.nothing_converted"))
    return replace(project, revision=Revision(released_by=by, released_at=at))


def accessed(project: Project, reviewer: str, at: float) -> Project:
    """After a reviewer's access; the first one makes the update of every converted environment obligatory."""
    if project.revision is None:
        raise ProblemError(Problem("promob.not_released"))
    if project.revision.accessed_at is not None:
        return project
    revision = replace(project.revision, reviewer=reviewer, accessed_at=at)
    reviewed = tuple(
        replace(one, reviewed=False, worked_by=reviewer) if one.converted else one for one in project.environments
    )
    return replace(project, revision=revision, environments=reviewed)


def check_concludes(project: Project) -> None:
    """Raises ProblemError where the revision can't be concluded yet, naming what stands in the way."""
    if project.revision is None:
        raise ProblemError(Problem("promob.not_released"))
    if project.is_concluded:
        raise ProblemError(Problem("promob.revision_concluded"))
    if project.revision.accessed_at is None:
        raise ProblemError(Problem("promob.not_accessed"))
    _check_none([one.name for one in project.converted if one.need], "promob.out_of_date")
    _check_none([one.name for one in project.converted if not one.reviewed], "promob.not_reviewed")


def concluded(project: Project, by: str, at: float, orders: Collection[str]) -> Project:
    """After the revision was concluded with these purchase orders."""
    check_concludes(project)
    assert project.revision is not None  # noqa: S101  # check_concludes has seen it
    revision = replace(project.revision, concluded_by=by, concluded_at=at, orders=tuple(orders))
    return replace(project, revision=revision)


def assisted(project: Project, environment_id: str, source: Source | None) -> Environment:
    """The environment that a technical assistance is about, where there may be one. Raises ProblemError."""
    environment = project.environment(environment_id)
    if not project.is_concluded or environment.converted is None:
        raise ProblemError(Problem("promob.not_revised", {"name": environment.name}))
    if source == Source.REVISION and not environment.promob_id:
        raise ProblemError(Problem("promob.not_in_promob", {"name": environment.name}))
    return environment


def assistance_integrated(project: Project, environment_id: str, source: Source) -> Project:
    """After Abrir software de projeto of an occurrence that had items by hand alone; the same where it was before."""
    occurrence = project.environment(environment_id)
    if occurrence.occurrence is None:
        raise ProblemError(Problem("promob.no_occurrence", {"name": occurrence.name}))
    if occurrence.occurrence.source == source:
        return project
    if occurrence.occurrence.source is not None:
        raise ProblemError(Problem("promob.in_promob_before", {"name": occurrence.name}))
    about = assisted(project, occurrence.occurrence.environment, source)
    after = replace(
        occurrence,
        copy_of=about.promob_id if source == Source.REVISION else "",
        occurrence=replace(occurrence.occurrence, source=source),
    )
    return project.with_environment(after)


def assigned(project: Project, environment_id: str, worked_by: str) -> Project:
    """With somebody else who works on an environment, and gets its notifications from now on."""
    return project.with_environment(replace(project.environment(environment_id), worked_by=worked_by))


def received(project: Project, promob_id: str, name: str, environment_id: str, at: float) -> Environment:
    """The environment of a project that was made in Promob; its name is told apart from those that are there."""
    taken = {one.name.casefold() for one in project.of_contract}
    free = name if name.casefold() not in taken else f"{name} ({promob_id})"
    return Environment(id=environment_id, name=free, origin=Origin.PROMOB, created_at=at, promob_id=promob_id)


def _check_open(project: Project) -> None:
    if project.is_concluded:
        raise ProblemError(Problem("promob.revision_concluded"))


def _check_accepts(project: Project, environment: Environment) -> None:
    """After the conclusion of the revision only what belongs to technical assistance changes."""
    if environment.occurrence is None:
        _check_open(project)


def _check_free(project: Project, promob_id: str) -> None:
    """One Promob project is one environment; of other projects' environments the store knows."""
    if promob_id and (other := project.of_promob(promob_id)):
        raise ProblemError(Problem("promob.integrated_before", {"name": f"{project.name} – {other.name}"}))


def _check_none(names: list[str], code: str) -> None:
    if names:
        raise ProblemError(Problem(code, {"name": ", ".join(names)}))


def _sequence(environment: Environment) -> int:
    return environment.budget.sequence if environment.budget else 0
