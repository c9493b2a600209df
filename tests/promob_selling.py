"""A store whose seller sells over HTTP: projects and environments made here, drawn and prepared in Promob."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from tests.promob_on_aws import ONE, PROJECTS, PromobHttp
from tests.promob_worker_on_aws import CONNECTION
from tests.routes_on_aws import Answer

BUDGETS, ORDERS = f"{ONE}/budgets", f"{ONE}/orders"
SELLER, RESPONSIBLE, MANAGER = "bia", "ana", "gil"


class Selling:
    """A store with its responsible user (ana), a linked seller (bia) and a linked manager (gil)."""

    def __init__(self, promob: PromobHttp) -> None:
        self.promob = promob
        self.network = promob.network
        self.store = promob.active_store(RESPONSIBLE)
        self.seller = promob.seller(self.store, SELLER)
        self.manager = promob.seller(self.store, MANAGER, 1, is_manager=True)
        self.network.promob.sender.post = self._heard

    def did(self, path: str, body: Any = None, role: str = SELLER, **more: Any) -> Any:
        """What somebody is answered who may do what they do; a second later than all before."""
        self.network.now += 1
        answer = self.promob.post(path, {} if body is None else body, role=role, **more)
        assert answer.status in {200, 201}, answer
        return answer.body

    def refused(self, path: str, body: Any = None, role: str = SELLER, method: str = "POST") -> tuple[int, str, str]:
        """Status, code and sentence of what somebody is refused."""
        return self.promob.refusal(self.asked(path, body, role, method))

    def asked(self, path: str, body: Any = None, role: str = SELLER, method: str = "POST") -> Answer:
        """What somebody is answered; a request to change something has a body."""
        whole = {} if body is None and method == "POST" else body
        return self.promob.call(method, path, body=whole, role=role)

    @cached_property
    def customer(self) -> str:
        """The id of a customer, whom Promob has, too."""
        return str(self.network.customer(self.store, name="Nara Luz").id)

    def project(self, *names: str, name: str = "Casa") -> str:
        """The path of a new project of the seller's, whose environments Promob has, kept straight in the store."""
        self.network.now += 2 if names else 1  # as long as it takes over HTTP
        environment = self.network.of("promob.environments").Environment
        project, at = self.network.new_id(), self.network.now
        ids = [self.network.new_id() for _ in names]
        environments = tuple(
            environment(
                id=one,
                name=called,
                created_at=at,
                worked_by=self.seller,
                promob_id=self._in_promob(project, one, called),
            )
            for one, called in zip(ids, names, strict=True)
        )
        with self.network.inside():
            new = self.network.of("promob.projects").Project(
                id=project,
                store=self.store.id,
                customer=self.customer,
                name=name,
                created_at=at,
                created_by=self.seller,
                environments=environments,
            )
            self.network.projects().made(new)
        return f"{PROJECTS}/{project}"

    def environments(self, project: str) -> list[str]:
        """The paths of a project's environments."""
        return [f"{project}/environments/{one['id']}" for one in self.promob.get(project)["environments"]]

    def environment(self, *, prepared: bool = True) -> tuple[str, str]:
        """The paths of a new project and its only environment, with one version where it was prepared."""
        project = self.project("Cozinha")
        (environment,) = self.environments(project)
        if prepared:
            self.prepare(environment)
        return project, environment

    def promob_id(self, environment: str) -> str:
        """Promob's id of an environment."""
        return str(self.promob.get(environment)["promob_id"])

    def save(self, environment: str) -> None:
        """Somebody saves an environment in Promob, which is told here."""
        self.network.now += 1
        self.network.promob.designer.save(self.promob_id(environment))

    def prepare(self, environment: str, items: int = 4) -> None:
        """Somebody prepares an environment in Promob, drawn anew, which is told here; of the save nothing is told."""
        self.network.now += 1
        promob, drawn = self.network.promob, self.promob_id(environment)
        promob.store.draw(drawn, items)
        promob.store.save(drawn)
        promob.designer.prepare(drawn)

    def budget(self, project: str, environments: Sequence[str], **more: Any) -> str:
        """The path of a new budget."""
        ids = [one.rpartition("/")[2] for one in environments]
        return f"{BUDGETS}/{self.did(f'{project}/budgets', {'environments': ids} | more)['id']}"

    def converted(self) -> tuple[str, str]:
        """The paths of a project and of its only environment, which is converted."""
        project, environment = self.environment()
        self.did(f"{self.budget(project, [environment])}/approval")
        return project, environment

    def concluded(self) -> tuple[str, str]:
        """The paths of a project and of its only environment, whose revision is concluded."""
        project, environment = self.converted()
        project_id, environment_id, seller = project[-16:], environment[-16:], self.seller
        self.network.now += 1
        self.network.act(lambda projects: projects.release(project_id, seller))
        self.network.act(lambda projects: projects.access(project_id, seller))
        self.network.act(lambda projects: projects.update(project_id, environment_id, seller))
        self.network.act(lambda projects: projects.conclude(project_id, seller))
        return project, environment

    def _in_promob(self, project: str, environment: str, name: str) -> str:
        """Makes an environment in Promob; gives Promob's id."""
        store = self.network.promob.store
        columns = {"customer_id": self.network.stored("customer", self.customer).promob_id, "name": name}
        return str(store.create_project(self.store.account, columns | {"external_id": f"{project}-{environment}"}).id)

    def _heard(self, _address: str, body: bytes, _headers: Mapping[str, str]) -> tuple[int, bytes]:
        """What Promob tells is taken in at once: what becomes of it on its way is shown by the worker's own tests."""
        network = self.network
        with network.inside():
            event = network.of("promob.events").event_of(body)
            people = network.of("promob.told_people").ToldPeople(CONNECTION, None)
            incoming = network.of("promob.incoming").Incoming(CONNECTION, network.projects(), people)
            saved = event.type == "project.saved"
            change = incoming.saved(event) if saved else incoming.budgeted(event, network.now)
            for step in change.steps:
                step()
        return 200, b"{}"
