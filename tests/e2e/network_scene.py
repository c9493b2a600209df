"""A network of stores in all the states that Promob's operations ask for, with what their paths and bodies name."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import cached_property

from tests.e2e.over_http import Caller, Json, until
from tests.e2e.promob_over_http import CONNECTIONS, PASSWORD, RESPONSIBLE, Network, Place, last

_DISCOUNT = "5"
_AMOUNTS: Json = {"quantity": "2", "cost": "10.00", "price": "25.00"}


class NetworkScene:
    """Whoever asks is an administrator who answers for the store, is linked to Promob and a manager."""

    def __init__(self, administrator: Caller) -> None:
        self.administrator = administrator
        self.network = network = Network(administrator, responsible=administrator)
        network.new_user(network.store, RESPONSIBLE, is_manager=True)
        network.link(RESPONSIBLE)
        self.connection: Json = {"connection": network.id}
        self.store: Json = self.connection | {"store": last(network.store)}
        self.spare_store: Json = self.connection | {"store": last(self._new_store())}

    def there(self) -> dict[str, Json]:
        """What exists, by operation."""
        parts = (self._of_network(), self._of_stores(), self._of_project(), self._of_sales(), self._of_revision())
        return {f"promob_{name}": named for part in (*parts, self._of_hints()) for name, named in part.items()}

    def new(self) -> dict[str, Callable[[], Json]]:
        """What is used up, made anew each time, by operation."""
        return {
            "promob_delete_connection": lambda: {"connection": self._spare()},
            "promob_remove_store_user": self._user,
            "promob_remove_item": lambda: self._item(self.free),
        }

    def right(self) -> dict[str, Json]:
        """What of bodies has to be of the network."""
        store, customer = last(self.network.store), self.network.customer
        of_connection: Json = {"settings": self.network.definition["settings"], "secret": {}, "flows": {}}
        bodies: dict[str, Json] = {
            **dict.fromkeys(("create_connection", "change_connection"), of_connection),
            "create_store": {"cnpj": self.network.cnpj, "responsible": None},
            "change_store": dict.fromkeys(("cnpj", "account", "serial", "responsible")),
            "declare": {"webstart": None, "evaluation": "Loja pronta"},
            "replace_rules": {"rules": [], "version": None},
            "create_store_user": {"token": self.administrator.with_role("operator").id, "store": store},
            "change_store_user": {"store": None},
            "link_to_promob": {"password": PASSWORD},
            "create_customer": {"store": store, "document": ""},
            "change_customer": {"document": None},
            "create_project": {"store": store, "customer": customer},
            "integrate_legacy": {"promob_id": self._drawn_before(), "name": None},
            "assign_environment": {"worked_by": self.administrator.id},
            "open_environment": {"version": None},
            "create_item": _AMOUNTS,
            "change_item": _AMOUNTS,
            "set_discount": {"percent": _DISCOUNT},
            "approve_discount": {"percent": _DISCOUNT},
            "create_budget": {"environments": [last(self.free.environment)], "validity_days": None},
            "integrate_assistance": {"source": "blank"},
            "replay_period": {"since": "2026-01-31T00:00:00Z", "until": None},
        }
        return {f"promob_{name}": body for name, body in bodies.items()}

    def queries(self) -> Mapping[str, Json]:
        """What lists have to name; all else that a query may say is left out."""
        return {"promob_list_logs": dict(self.connection), "promob_read_difference": {"with": 1}}

    # ── what there is ────────────────────────────────────────────────────────────────────────────────────────────────
    @cached_property
    def free(self) -> Place:
        """An environment with a version, which nothing keeps from being changed."""
        (place,) = self.network.places("Cozinha")
        self.network.does("prepare", place)
        return place

    def _of_network(self) -> dict[str, Json]:
        lists = ("stores", "store_users", "store_tokens", "customers", "projects", "environments", "budgets", "orders")
        customer = self._customer()
        return {
            **dict.fromkeys(("read_connection", "check_connection", "read_webhook"), self.connection),
            **dict.fromkeys(("replay_period", "list_connection_runs"), self.connection),
            **dict.fromkeys((f"list_{name}" for name in lists), self.connection),
            **dict.fromkeys(("create_store", "create_store_user"), self.connection),
            **dict.fromkeys(("create_customer", "create_project"), self.connection),
            **dict.fromkeys(("read_customer", "change_customer"), self.connection | {"customer": customer}),
            "change_connection": {"connection": self._spare()},
        }

    def _of_stores(self) -> dict[str, Json]:
        myself = self.connection | {"user": self.administrator.id}
        return {
            **dict.fromkeys(("read_store", "read_checklist", "read_rules"), self.store),
            **dict.fromkeys(("verify_store", "activate_store"), self.store),
            **dict.fromkeys(("change_store", "declare", "replace_rules"), self.spare_store),
            **dict.fromkeys(("read_store_user", "link_to_promob"), myself),
            "change_store_user": self._user(),
        }

    def _of_project(self) -> dict[str, Json]:
        one, project = self._named(self.free), self._project(self.free)
        version = one | {"version": "1"}
        on_project = ("read_project", "list_history", "list_assistance", "read_revision")
        on_environment = ("read_environment", "assign_environment", "open_environment", "update_environment")
        return {
            **dict.fromkeys((*on_project, "create_environments", "integrate_legacy", "create_budget"), project),
            **dict.fromkeys((*on_environment, "list_versions", "list_items", "create_item"), one),
            **dict.fromkeys(("read_version", "list_version_items", "read_difference"), version),
            "change_item": self._item(self.free),
        }

    def _of_sales(self) -> dict[str, Json]:
        given, approved, undone = (self._prepared() for _ in range(3))
        self.administrator.post(f"{given.environment}/discount", {"percent": _DISCOUNT}, 200)
        budget = self.connection | {"budget": self._approved(approved)}
        self._approved(undone)
        return {
            **dict.fromkeys(("set_discount", "remove_discount"), self._named(self._prepared())),
            "approve_discount": self._named(given),
            **dict.fromkeys(("read_budget", "print_budget", "approve_budget"), budget),
            "undo_conversion": self._named(undone),
        }

    def _of_revision(self) -> dict[str, Json]:
        released, revised = self._prepared(), self._prepared()
        for place in (released, revised):
            self._approved(place)
            self.administrator.post(f"{place.project}/revision/release", {}, 200)
        for step in (f"{revised.project}/revision/access", f"{revised.environment}/update"):
            self.administrator.post(step, {}, 200)
        concluded = self.administrator.post(f"{revised.project}/revision/conclusion", {}, 200)
        occurrence = self.administrator.post(f"{revised.environment}/assistance", {"source": "none"})
        order = self.connection | {"order": concluded["orders"][0]}
        return {
            **dict.fromkeys(("release_revision", "access_revision"), self._project(released)),
            "conclude_revision": self._project(revised),
            "open_assistance": self._named(revised),
            "integrate_assistance": self._named(revised) | {"environment": occurrence["id"]},
            **dict.fromkeys(("read_order", "list_order_lines"), order),
        }

    def _of_hints(self) -> dict[str, Json]:
        line = self.network.does("save", self._prepared())
        hint, run = self.connection | {"hint": line["id"]}, self.connection | {"run_id": line["run_id"]}
        record = self.connection | {"record": f"{last(self.free.project)}-{last(self.free.environment)}"}
        return {
            **dict.fromkeys(("read_hint", "replay_hint"), hint),
            **dict.fromkeys(("preview_record", "sync_record"), record),
            **dict.fromkeys(("read_run", "list_outcomes"), run),
            "download_corrections": self._ended_day(),
        }

    # ── what is made for it ──────────────────────────────────────────────────────────────────────────────────────────
    def _spare(self) -> str:
        """A new connection that nobody else looks at."""
        made = {**self.network.definition, "id": f"{self.network.id}-{os.urandom(4).hex()}"}
        self.administrator.post(CONNECTIONS, made)
        return str(made["id"])

    def _new_store(self) -> str:
        """A store whose configuration isn't concluded."""
        new = {"name": "Filial", "cnpj": self.network.cnpj, "account": "filial", "serial": "PB-filial"}
        made = self.administrator.post(f"{self.network.path}/stores", new)
        return f"{self.network.path}/stores/{made['id']}"

    def _user(self) -> Json:
        """A new user who was never linked."""
        token = self.administrator.with_role("operator").id
        new = {"token": token, "store": self.store["store"], "name": "Lia", "login": f"lia.{token}"}
        self.administrator.post(f"{self.network.path}/users", new)
        return self.connection | {"user": token}

    def _customer(self) -> str:
        new = {"store": self.store["store"], "name": "Otto Prado"}
        return str(self.administrator.says("POST", f"{self.network.path}/customers", new).body["id"])

    def _drawn_before(self) -> str:
        """A project that is only in Promob."""
        row = next(row for row in self.network.promob.rows("projects") if row["id"] == self.free.promob_id)
        legacy = f"P-{self.network.account}-1"
        new = {"id": legacy, "account": self.network.account, "name": "Lavanderia", "customer_id": row["customer_id"]}
        self.network.promob.edit("projects", add=[new])
        return legacy

    def _prepared(self) -> Place:
        """An environment of a new project, with one version."""
        (place,) = self.network.places("Cozinha")
        self.network.does("prepare", place, n_items=2)
        return place

    def _approved(self, place: Place) -> str:
        """The budget that converted an environment."""
        new = {"environments": [last(place.environment)]}
        budget = str(self.administrator.post(f"{place.project}/budgets", new)["id"])
        self.administrator.post(f"{self.network.path}/budgets/{budget}/approval", {}, 200)
        return budget

    def _item(self, place: Place) -> Json:
        made = self.administrator.post(f"{place.environment}/items", {"description": "Puxador", **_AMOUNTS})
        return self._named(place) | {"item": made["id"]}

    def _project(self, place: Place) -> Json:
        return self.connection | {"project": last(place.project)}

    def _named(self, place: Place) -> Json:
        return self._project(place) | {"environment": last(place.environment)}

    def _ended_day(self) -> Json:
        """The day of another network, at its end, of which something is to be corrected."""
        other = Network(self.administrator)
        nowhere = Place("", "", "P-0")
        line = other.told(other.about("project.saved", nowhere, 1), "msg_1")
        other.day_ends(line["run_id"])
        run = f"{other.path}/runs/{line['run_id']}"
        until(lambda: other.operator.get(run), lambda run: run["phase"] == "done")
        return {"connection": other.id, "run_id": line["run_id"]}
