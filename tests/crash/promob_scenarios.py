"""What the crash tests sweep of Promob: a network of stores, what people do in Promob, and what they ask for here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from local.vendors.server import Simulator
from tests.crash import promob_world, sgp_world
from tests.crash.promob_world import Event, NetworkOnAws
from tests.crash.scenario import Act, Doing, Scenario, ToldToWaitError
from tests.invented import invented_cpf
from tests.office_on_aws import AwsServer, Sandbox
from tests.promob_on_aws import CUSTOMERS, ONE, PROJECTS

RESPONSIBLE, SELLER = "ana", "bia"
ITEMS = 4  # of each drawing


@dataclass(frozen=True, kw_only=True)
class PromobScenario(Scenario[NetworkOnAws]):
    """One network: a store, who answers for it, and a linked user of it."""

    kept: dict[str, set[str]] = field(
        default_factory=dict, repr=False, compare=False
    )  # the objects that were there before

    replaced_after = 361.0  # the message is visible again, and an Idempotency-Key may be used again

    @contextmanager
    def opened(self, aws: AwsServer) -> Iterator[NetworkOnAws]:
        """See Scenario.opened."""
        aws.emptied("promob")
        place = NetworkOnAws(aws)
        with place.promob:
            place.connect()
            self.prepare(place)
            place.work_off()
            place.now += 1
            self.kept["objects"] = {*place.objects(), *place.objects("hints/")}
            yield place

    def begin(self, place: NetworkOnAws) -> None:
        """See Scenario.begin: objects."""
        place.forget(self.kept["objects"])
        place.promob.sender.forget()
        place.told = 1000

    def vendors(self, place: NetworkOnAws) -> Mapping[str, Simulator]:
        """See Scenario.vendors."""
        return {"promob": place.promob}

    def created(self, vendor: str, subject: str, body: Mapping[str, Any]) -> str:
        """The name of the customer or the project."""
        return promob_world.unnumbered(str(body["name"]))

    def is_quiet(self, place: NetworkOnAws) -> bool:
        """Every hint is done."""
        return all(row["state"] == "done" for row in place.log())

    def check(self, place: NetworkOnAws) -> None:
        """See promob_world.agree."""
        promob_world.agree(place)

    def world(self, place: NetworkOnAws, creates: Mapping[str, int]) -> dict[str, Any]:
        """See promob_world.world; what must always hold holds at the end, too."""
        promob_world.agree(place)
        sgp_world.conserved(place)
        return promob_world.world(place, creates)


Happening = Callable[[NetworkOnAws], object]


def told(*happenings: Happening) -> Act[NetworkOnAws]:
    """Somebody works in Promob, whose webhooks tell of it: each comes again until it is answered with 200."""

    def act(place: NetworkOnAws) -> Doing:
        place.now += 1
        events = [event for what in happenings for event in place.happens(what)]
        place.events = events
        return sent(place, events)

    return act


def again(place: NetworkOnAws) -> Doing:
    """Promob's last events come once more, much later."""
    place.now += 3600
    return sent(place, place.events)


def sent(place: NetworkOnAws, events: list[Event]) -> Doing:
    """Promob's webhooks."""

    def doing(sandbox: Sandbox) -> None:
        for event_id, event in events:
            delivery = place.tell(sandbox, event_id, event)
            assert delivery.status == 200, delivery

    return doing


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request of a person's; path and body are made of the ids of what there is.

    `made`: what the scenario calls what it makes. `or_refused`: the code of the only refusal that is fine, such as that
    it was done already.
    """

    path: Callable[[Mapping[str, str]], str]
    body: Callable[[Mapping[str, str]], Any] = lambda _: {}
    key: str = ""
    by: str = SELLER
    made: str = ""
    or_refused: str = ""


def asks(*requests: Asked) -> Act[NetworkOnAws]:
    """Requests, one after the other; who gets no answer to one asks for all of them again."""

    def act(place: NetworkOnAws) -> Doing:
        place.now += 1

        def doing(sandbox: Sandbox) -> None:
            routes = place.requests(sandbox)
            for one in requests:
                given = one.body(place.ids)
                answer = routes.call("POST", one.path(place.ids), role=one.by, body=given, key=one.key)
                if answer.status == 409 and answer.body["code"] == "idempotency_in_progress":
                    raise ToldToWaitError
                if answer.status >= 300 and answer.body["code"] == one.or_refused:
                    continue
                assert answer.status < 300, answer
                if one.made:
                    place.ids[one.made] = answer.body["id"]

        return doing

    return act


# What people do in Promob


def _saves(place: NetworkOnAws) -> None:
    place.promob.store.draw(place.drawn.id, ITEMS)
    place.promob.designer.save(place.drawn.id)


def _prepares(place: NetworkOnAws) -> None:
    place.promob.designer.prepare(place.drawn.id)


def _creates(place: NetworkOnAws) -> None:
    """A project, for a customer whom nobody knows here."""
    customer = [one.id for one in place.promob.store.customers.values() if one.account == place.account.id][1]
    place.promob.designer.create_project(customer, "Closet")


def _last(place: NetworkOnAws) -> str:
    """The project that was made last."""
    return next(reversed(place.promob.store.projects))


# What there was before


def _store(place: NetworkOnAws) -> None:
    routes = place.requests()
    store = routes.active_store(RESPONSIBLE)
    routes.seller(store, SELLER)
    place.ids["store"] = store.id


def _project(place: NetworkOnAws) -> None:
    """A project whose one environment, a kitchen, is Promob's first project, in its first version."""
    _store(place)
    (store,) = place.stores()
    new = place.of("promob.environments").Environment
    environment = new(
        id=place.new_id(),
        name="Cozinha",
        created_at=place.now,
        worked_by=place.token_ids[SELLER],
        promob_id=place.drawn.id,
    )
    project = place.project(place.customer(store), environment, created_by=place.token_ids[SELLER])
    place.ids |= {"project": project.id, "environment": environment.id}
    place.work_off()
    place.tell_all(_saves)
    place.tell_all(_prepares)


def _converted(place: NetworkOnAws) -> None:
    """The same, converted."""
    _project(place)
    for act in (BUDGETED, APPROVED):
        act(place)(place.sandbox)
        place.work_off()


def _concluded(place: NetworkOnAws) -> None:
    """The same, with a concluded revision."""
    place.has_occurrences = True
    _converted(place)
    for act in (RELEASED, ACCESSED, REVISED, CONCLUDED):
        act(place)(place.sandbox)
        place.work_off()


def _of_project(path: str) -> Callable[[Mapping[str, str]], str]:
    return lambda ids: f"{PROJECTS}/{ids['project']}/{path}"


def _of_environment(path: str) -> Callable[[Mapping[str, str]], str]:
    return lambda ids: f"{PROJECTS}/{ids['project']}/environments/{ids['environment']}/{path}"


def _budget(key: str) -> Asked:
    return Asked(
        path=_of_project("budgets"), body=lambda ids: {"environments": [ids["environment"]]}, key=key, made="budget"
    )


_APPROVAL = Asked(path=lambda ids: f"{ONE}/budgets/{ids['budget']}/approval")
SAVED, PREPARED, AGAIN = told(_saves), told(_prepares), again
UPDATED = asks(Asked(path=_of_environment("update")))
CREATED = told(_creates)
NEGOTIATED = told(lambda place: place.promob.designer.negotiate(_last(place), ITEMS))
MADE_HERE = asks(
    Asked(
        path=lambda _: CUSTOMERS,
        body=lambda ids: {"store": ids["store"], "name": "Davi Luz", "document": invented_cpf("529982247")},
        key="7c1a-customer",
        made="customer",
    ),
    Asked(
        path=lambda _: PROJECTS,
        body=lambda ids: {"store": ids["store"], "customer": ids["customer"], "name": "Cobertura"},
        key="7c1a-project",
        made="project",
    ),
)
TWO_AT_ONCE = asks(
    Asked(path=_of_project("environments"), body=lambda _: {"names": ["Varanda", "Escritório"]}, key="7c1a-both")
)
BUDGETED, APPROVED = asks(_budget("7c1a-first")), asks(_APPROVAL)
APPROVED_UNLESS_SAVED = asks(replace(_APPROVAL, or_refused="promob.out_of_date"))
UNDONE = asks(
    Asked(
        path=_of_environment("conversion/undo"),
        body=lambda _: {"reason": "O cliente desistiu"},
        key="7c1a-undone",
        or_refused="promob.not_converted",
    )
)
APPROVED_AGAIN = asks(_budget("7c1a-second"), _APPROVAL)
RELEASED = asks(Asked(path=_of_project("revision/release")))
ACCESSED = asks(Asked(path=_of_project("revision/access"), by=RESPONSIBLE))
CHANGED = told(_saves, _prepares)
REVISED = asks(Asked(path=_of_environment("update"), by=RESPONSIBLE))
CONCLUDED = asks(Asked(path=_of_project("revision/conclusion"), by=RESPONSIBLE))
ASSISTED = asks(
    Asked(path=_of_environment("assistance"), body=lambda _: {"source": "revision"}, key="7c1a-assisted", made="copy")
)
COPY_PREPARED = told(lambda place: place.promob.designer.prepare(_last(place)))

STORED = PromobScenario(name="prepared", prepare=_project, acts=(SAVED, PREPARED, UPDATED))
FIRST_BUDGET = PromobScenario(name="first budget", prepare=_store, acts=(CREATED, NEGOTIATED))
HERE = PromobScenario(name="made here", prepare=_store, acts=(MADE_HERE, TWO_AT_ONCE))
DECIDED = PromobScenario(name="approved", prepare=_project, acts=(BUDGETED, APPROVED, UNDONE, APPROVED_AGAIN))
REVISION = PromobScenario(
    name="revised", prepare=_converted, acts=(RELEASED, ACCESSED, CHANGED, REVISED, CONCLUDED, SAVED)
)
ASSISTANCE = PromobScenario(name="assistance", prepare=_concluded, acts=(ASSISTED, COPY_PREPARED))
EVERY = (STORED, FIRST_BUDGET, HERE, DECIDED, REVISION, ASSISTANCE)
