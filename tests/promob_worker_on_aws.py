"""Promob's worker in this process: a network of stores on the AWS server, and Promob, which sends it webhooks."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from local.vendors.promob import PromobSimulator
from local.vendors.promob_designer import listing_of, shown_customer
from local.vendors.promob_store import Account, Project, User
from tests.hints_on_aws import HintsOnAws
from tests.office_on_aws import (
    SECRET_PREFIX,
    START,
    AwsServer,
    Context,
    Sandbox,
    clock_of,
    event,
    in_place_of_the_tests_own,
)
from tests.sgp_webhooks_on_aws import new_secret

CONNECTION = "rede-modelo"
SELLER, RESPONSIBLE = "a" * 16, "b" * 16


class PromobWorker(HintsOnAws):
    """A network whose first store is the simulator's first account's. Time is the test's."""

    integration = "promob"

    def __init__(self, aws: AwsServer, sandbox: Sandbox) -> None:
        self.aws, self.sandbox = aws, sandbox
        self.now = START
        self.made = 0
        self.on_webhook = sandbox.imported("promob.on_webhook")
        self.renew()
        self.promob = PromobSimulator(post=self._post, now=lambda: datetime.fromtimestamp(self.now, UTC))

    def renew(self) -> None:
        """As a new environment would be."""
        self.sandbox.of("sincronia.clock").now = clock_of(self)
        self.sandbox.on_queue.outside.resting.clear()
        self.sandbox.on_queue.secrets._kept.clear()
        self.on_webhook.webhooks.secrets._kept.clear()
        self.on_webhook.webhooks._missed.clear()

    def of(self, name: str) -> Any:
        """One of the product's modules."""
        return self.sandbox.imported(name)

    def inside(self) -> AbstractContextManager[None]:
        """The product's modules are those of this environment: pydantic looks for types by their modules' names."""
        return in_place_of_the_tests_own(self.sandbox.modules)

    def connect(self, **more: Any) -> None:
        """Puts the connection, and has Promob send its webhooks to it."""
        state, secret = self.of("sincronia.engine.state"), new_secret()
        settings = {"promob_address": self.promob.url}
        new = state.Connection(CONNECTION, "promob", "Rede Modelo", settings, "", "ana", enabled=True)
        fields = {"promob_key": self.promob.key, "webhook_secrets": secret} | more
        self.sandbox.registering.put_connection(new, [], fields, SECRET_PREFIX)
        name = self.of("sincronia.store.connections").registered(CONNECTION).connection.secret_name
        keys = self.of("sincronia.web.webhook_keys")
        self.promob.send_to(keys.webhook_path("promob", CONNECTION, name.removeprefix(SECRET_PREFIX)), secret)

    def new_id(self) -> str:
        """An id that nothing else has here."""
        self.made += 1
        return f"{self.made:016x}"

    @property
    def account(self) -> Account:
        """The first store's account."""
        return next(iter(self.promob.store.accounts.values()))

    @property
    def drawn(self) -> Project:
        """Promob's first project, which is the first store's account's."""
        return next(iter(self.promob.store.projects.values()))

    def listing(self) -> str:
        """The listing of what Promob's first project was last saved with."""
        return listing_of(self.drawn, self.promob.store.customers[self.drawn.customer_id])

    def drawn_for(self) -> dict[str, Any]:
        """Whom Promob's first project is for, as events show customers."""
        return shown_customer(self.promob.store.customers[self.drawn.customer_id])

    def promob_user(self, number: int = 0) -> User:
        """A user of the first store's account."""
        return [one for one in self.promob.store.users.values() if one.account == self.account.id][number]

    def store(self, account: Account | None = None, **fields: Any) -> Any:
        """A store whose integration is active; the first account's, unless it is said."""
        account = account or self.account
        whole = {"name": account.name, "cnpj": account.cnpj, "serial": account.serials[0], "responsible": RESPONSIBLE}
        with self.inside():
            new = self.of("promob.stores").Store(
                id=self.new_id(), account=account.id, **whole | {"activated_at": self.now} | fields
            )
            return self.of("promob.store.stores").made_store(CONNECTION, new, "")[0]

    def user(self, store: Any, token: str = SELLER, number: int = 0, **fields: Any) -> Any:
        """A user of a store, who is linked to the account's user of that number."""
        one = self.promob_user(number)
        whole = {"name": one.name, "login": one.login, "promob_user": one.id}
        if "link" not in fields:
            fields["link"] = self.promob.store.link_user(one.account, one.login, one.password).id
        with self.inside():
            new = self.of("promob.stores").User(id=token, store=store.id, **whole | fields)
            return self.of("promob.store.users").made_user(CONNECTION, new, "")[0]

    def customer(self, store: Any, **fields: Any) -> Any:
        """A customer; Promob's first one of the store's account, unless fields say otherwise."""
        there = next(one for one in self.promob.store.customers.values() if one.account == store.account)
        known = {"name": there.name, "document": there.document, "promob_id": there.id}
        with self.inside():
            new = self.of("promob.customers").Customer(id=self.new_id(), store=store.id, **known | fields)
            return self.of("promob.store.customers").made_customer(CONNECTION, new, "")[0]

    def environment(self, name: str = "Cozinha", **fields: Any) -> Any:
        """An environment that isn't kept yet."""
        return self.of("promob.environments").Environment(id=self.new_id(), name=name, worked_by=SELLER, **fields)

    def project(self, customer: Any, *environments: Any, **fields: Any) -> Any:
        """A project of a customer, kept."""
        whole = {"store": customer.store, "customer": customer.id, "name": "Casa", "created_by": SELLER}
        with self.inside():
            new = self.of("promob.projects").Project(
                id=self.new_id(), environments=environments, created_at=self.now, **whole | fields
            )
            return self.projects().made(new)

    def projects(self) -> Any:
        """The projects as people change them; to be used inside."""
        dynamo, items = self.of("promob.store.projects"), self.of("promob.store.items")
        return self.of("promob.acting").Projects(dynamo.DynamoProjects(CONNECTION), items.S3Items(CONNECTION))

    def now_of(self, project: Any) -> Any:
        """A project as it is now."""
        with self.inside():
            return self.projects().project(project.id)

    def all_projects(self) -> list[Any]:
        """All projects as they are now, in the order of their making."""
        rows = [row for row in self.rows("projects") if row["scope"] == f"{CONNECTION}#projects"]
        with self.inside():
            found = [self.projects().project(row["item"]) for row in rows]
        return sorted(found, key=lambda one: (one.created_at, one.id))

    def act(self, action: Callable[[Any], Any]) -> Any:
        """Something that a person does with the projects."""
        with self.inside():
            return action(self.projects())

    def stored(self, kind: str, record_id: str) -> Any:
        """A `customer`, `user` or `store` as it is now."""
        with self.inside():
            return getattr(self.of(f"promob.store.{kind}s"), f"stored_{kind}")(CONNECTION, record_id)

    def customers(self) -> list[Any]:
        """All customers."""
        with self.inside():
            found: list[Any] = self.of("promob.store.customers").CUSTOMERS.all(CONNECTION)
        return found

    def stores(self) -> list[Any]:
        """All stores."""
        with self.inside():
            found: list[Any] = self.of("promob.store.stores").STORES.all(CONNECTION)
        return found

    def objects(self, prefix: str = f"promob/{CONNECTION}/") -> list[str]:
        """The keys of the objects that keep items, or of others."""
        found = self.aws.s3.list_objects_v2(Bucket=os.environ["DATA_BUCKET"], Prefix=prefix)
        return [each["Key"] for each in found.get("Contents", [])]

    def forget_bodies(self) -> None:
        """The bodies of webhooks have expired."""
        for key in self.objects("hints/"):
            self.aws.s3.delete_object(Bucket=os.environ["DATA_BUCKET"], Key=key)

    def request(self, entity: str, record: str) -> None:
        """Queues a hint that something was changed here."""
        hints = self.of("sincronia.engine.hints")
        self.of("sincronia.store.hint_queue").SqsHintQueue().send(hints.requested(CONNECTION, entity, record, SELLER))

    def again(self, row: dict[str, Any]) -> None:
        """Queues what a line of the log is about once more, as a person may."""
        hints, hint = self.of("sincronia.engine.hints"), self.of("sincronia.store.hints").hint_in(row["hint"])
        named = hints.hint_id(self.now, self.new_id())
        again = replace(hint, id=named, cause=hints.Cause.REPLAY, received_at=self.now, event_id="", by=SELLER)
        self.of("sincronia.store.hint_queue").SqsHintQueue().send(again)

    def unqueue(self) -> None:
        """What is queued isn't delivered."""
        while waiting := self.message():
            self.spend(waiting[1])

    def work_off(self) -> list[dict[str, Any]]:
        """Delivers all that waits; gives the lines of the log that this added or changed."""
        before = {row["id"]: row for row in self.log()}
        while self.deliver():
            pass
        return [row for row in self.log() if row != before.get(row["id"])]

    def _post(self, address: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """Promob's call of the webhook, as API Gateway hands it on."""
        happening = event("promob/on_webhook/project_saved")
        happening["rawPath"] = happening["requestContext"]["http"]["path"] = address
        happening["headers"] = {name.lower(): value for name, value in headers.items()}
        happening["isBase64Encoded"] = "Content-Encoding" in headers
        happening["body"] = base64.b64encode(body).decode() if happening["isBase64Encoded"] else body.decode()
        with self.inside():
            answer = self.on_webhook.handler(happening, Context(10))
        return answer["statusCode"], answer["body"].encode()


@contextmanager
def promob_worker(aws: AwsServer, sandbox: Sandbox) -> Iterator[PromobWorker]:
    """A connected network on an emptied AWS."""
    aws.clear()
    worker = PromobWorker(aws, sandbox)
    with worker.promob:
        worker.connect()
        yield worker
