"""What the scenes of the act `zen` share: the office's connection, its runs over the API, and who ought to be where."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from local.demo_api import Api, Json
from local.demo_stage import NotAsItShouldBeError, Stage
from local.demo_view import RunView, lanes

CONNECTIONS = "/integrations/zen/connections"
_VENDORS = ("questor", "zen", "tareffa")
USERS, COMPANIES, INITIAL = "sincronizar_usuarios", "sincronizar_empresas", "sincronizacao_inicial"
RUN_SECONDS = 180  # the longest that one run may take here
POLL_SECONDS = 0.25
_MESSAGES_SHARE = 10  # of the time, at most a tenth goes to messages: moto reads all of a run's outcomes for each page
_BEHIND = 100  # messages; who has not seen so many goes on with the newest
_ITEM_WRITES = {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem"}
_RESULTS = {
    "success": "concluída por inteiro",
    "partial": "concluída em parte: há cadastros a corrigir ou deixados de fora",
    "failure": "não pôde ser feita",
    "cancelled": "encerrada por decisão de uma pessoa",
}


class Office:
    """The demo's office, as its administrator works with it: the API, the vendors' own screens, and one connection."""

    connection = "escritorio-aurora"

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.console = stage.console
        self.api = Api(stage.stack.api_url, stage.stack.token)
        self.questor, self.zen, self.tareffa = (stage.vendors[name] for name in _VENDORS)
        self.path = f"{CONNECTIONS}/{self.connection}"
        self.deselected = 7  # the company that a person leaves out of the first sync
        self.first_sync: Json = {}  # the run that was the first sync
        self._seen = set[str]()

    def definition(self, connection: str, name: str, **secret: str) -> Json:
        """What a connection to the simulators is made with."""
        vendors = {name: self.stage.stack.vendors[name] for name in _VENDORS}
        fields = {f"{vendor}_token": credentials["token"] for vendor, credentials in vendors.items()}
        return {
            "id": connection,
            "name": name,
            "responsible": "ana.moreira@contabilaurora.example",
            "settings": {f"{vendor}_address": credentials["url"] for vendor, credentials in vendors.items()},
            "secret": {**fields, "administrator_access_key": "chave-do-usuario-0", **secret},
        }

    def start(self, flow: str, mode: str, **filters: Any) -> Json:
        """A run of the connection, asked for and shown until it is done or waits for a person."""
        asked = {"flow": flow, "mode": mode, "filters": filters}
        return self.follow(self.api.post(f"{self.path}/runs", asked))

    def apply(self, preview: Json, *deselected: tuple[str, str]) -> Json:
        """What a preview showed, synced without the deselected (lane and source id), and shown."""
        left_out = [{"lane": lane, "source_id": source_id} for lane, source_id in deselected]
        return self.follow(self.api.post(f"{preview['url']}/apply", {"deselected": left_out}))

    def schedule(self, *, users: Json, companies: Json) -> None:
        """Gives two of the connection's flows a schedule, each hour, and the filters of their runs."""
        flows = {USERS: {"every_minutes": 60, "filters": users}, COMPANIES: {"every_minutes": 60, "filters": companies}}
        self.api.patch(self.path, {"flows": flows})

    def by_schedule(self) -> list[Json]:
        """The runs that the schedule starts when all is due, shown one after the other."""
        self._make_due()
        self._seen.update(run["run_id"] for run in self.api.every(f"{self.path}/runs"))
        fired = self.stage.stack.fire_schedule("ZenOnSchedule")
        if fired.failed:
            raise NotAsItShouldBeError("A função ZenOnSchedule terminou em erro; veja .local/logs/ZenOnSchedule.log.")
        started = [run for run in self.api.every(f"{self.path}/runs") if run["run_id"] not in self._seen]
        flows = ", ".join(sorted(run["flow"] for run in started))
        self.stage.check("O agendamento inicia", flows, f"{COMPANIES}, {USERS}")
        return [self.follow(run) for run in sorted(started, key=lambda run: str(run["flow"]), reverse=True)]

    def follow(self, run: Json) -> Json:
        """Shows a run by its live messages until it is done or waits for a person; gives it as it then stands."""
        notification, seen, ask_at, end = self.notification(run), "", 0.0, time.monotonic() + RUN_SECONDS
        with RunView(self.console) as view:
            while True:
                run, new = self.api.get(run["url"]), []
                ended = run["phase"] in {"brake", "done"}
                began = time.monotonic()
                if ended or began > ask_at:
                    new = self.api.get(f"{run['url']}/messages", after=_newest(run, seen))["items"]
                    seen = new[-1]["seq"] if new else seen
                    ask_at = began + (time.monotonic() - began) * _MESSAGES_SHARE
                view.show(run, new, notification)
                if ended:
                    break
                if time.monotonic() > end:
                    message = f"A execução não terminou em {RUN_SECONDS} s; veja .local/logs/ZenOnQueue.log."
                    raise NotAsItShouldBeError(message)
                time.sleep(POLL_SECONDS)
            notification = self.notification(run)
            view.show(run, (), notification)
            view.told(notification)
        if run["lanes"]:
            self.console.print(lanes(run))
        for lane in run["lanes"]:
            counted = sum(lane["counters"].values())
            if run["phase"] == "done" and counted != lane["received"]:
                raise NotAsItShouldBeError(f"{lane['title']}: {lane['received']} conferidos, mas {counted} contados.")
        return run

    def notification(self, run: Json) -> Json:
        """The run's notification."""
        found: Json = self.api.get(f"/notifications/{run['connection']}/{run['run_id']}")
        return found

    def concluded(self, run: Json, result: str) -> None:
        """Checks that the run's notification is Concluído, with that result."""
        notification = self.notification(run)
        self.stage.check("Notificação", notification["state"], "Concluído")
        self.stage.check("Sincronização", _RESULTS.get(notification["result"]), _RESULTS[result])

    def outcomes(self, run: Json, *kinds: str) -> list[Json]:
        """What a run did to each record, of some kinds."""
        return [found for kind in kinds for found in self.api.every(f"{run['url']}/outcomes", kind=kind)]

    def count_anew(self) -> None:
        """All that is counted from outside begins at zero."""
        for vendor in self.stage.vendors.values():
            vendor.reset()
        self.stage.stack.calls(reset=True)

    def check_writes(self, zen: int, tareffa: int, links: int) -> None:
        """Checks how often was written since counting began: to the vendors, and to the table of links."""
        self.stage.check("Escritas no Zen", self.zen.state()["writes"], zen)
        self.stage.check("Escritas no Tareffa", self.tareffa.state()["writes"], tareffa)
        table = f"/{self.stage.stack.outputs['LinksTable']}"
        rights = self.stage.stack.calls().rights.items()
        written = sum(n for right, n in rights if right.resource.endswith(table) and right.action in _ITEM_WRITES)
        self.stage.check("Escritas de ligações", written, links)

    def _make_due(self) -> None:
        """The one place where the demo turns the clock: what is scheduled becomes due now."""
        self.stage.say("(Adiantamos o relógio: os fluxos da conexão, que rodam a cada hora, vencem agora.)", "dim")
        for flow in (USERS, COMPANIES):
            self.stage.stack.client("dynamodb").update_item(
                TableName=self.stage.stack.outputs["ConnectionsTable"],
                Key={"connection": {"S": self.connection}, "item": {"S": f"FLOW#{flow}"}},
                UpdateExpression="SET wake_at = :now",
                ConditionExpression="attribute_exists(every_minutes)",
                ExpressionAttributeValues={":now": {"N": f"{time.time():.3f}"}},
            )


def _newest(run: Json, seen: str) -> str:
    """What to ask for messages after: the last that was seen, or, of a run that is far ahead, one near its place."""
    at = run["position"]
    behind = at - (int(seen[2:10]) if seen.startswith("5") else 0)
    return f"5-{at - _BEHIND // 2:08}-9" if run["phase"] in {"apply", "done"} and behind > _BEHIND else seen


class Expected:
    """Who ought to be in Zen and in Tareffa, worked out from Questor's rows alone; each by what makes it unique."""

    def __init__(self, office: Office, *, without: Iterable[int] = ()) -> None:
        questor = office.questor
        self.users = questor.rows("users")
        self.companies = questor.rows("companies")
        emails = Counter(row["EMAIL"] for row in self.users if row["EMAIL"])
        self.standing = {row["CODIGOUSUARIO"] for row in self.users if emails[row["EMAIL"]] != 1}
        documents = Counter(row["INSCRFEDERAL"] for row in self.companies)
        self.sharing = {row["CODIGOEMPRESA"] for row in self.companies if documents[row["INSCRFEDERAL"]] > 1}
        left_out = self.sharing | set(without)
        sent = [row for row in self.companies if row["CODIGOEMPRESA"] not in left_out]
        children = {
            kind: [row for row in questor.rows(kind) if row["CODIGOEMPRESA"] not in left_out]
            for kind in ("establishments", "org_units", "partners", "employees")
        }
        self.zen: Mapping[str, set[tuple[str, ...]]] = {
            "users": {(row["EMAIL"],) for row in self.users if row["CODIGOUSUARIO"] not in self.standing},
            "companies": {(_plain(row["INSCRFEDERAL"]),) for row in sent},
            "establishments": {
                (_plain(row["INSCRFEDERAL"]),) for row in children["establishments"] if row["CODIGOESTAB"] > 1
            },
            "org_units": {(_company_of(row), row["CLASSIFICACAO"]) for row in children["org_units"]},
            "partners": {(_company_of(row), _plain(row["INSCRFEDERAL"])) for row in children["partners"]},
            "employees": {
                (_company_of(row), _plain(row["CPF"]))
                for row in children["employees"]
                if row["EMAIL"] and not row["DATADEMISSAO"]
            },
        }
        self.tareffa: Mapping[str, set[tuple[str, ...]]] = {
            "users": self.zen["users"],
            "companies": {(_plain(row["INSCRFEDERAL"]),) for row in sent if row["REGIMETRIBUTARIO"]},
        }


IN_ZEN = {  # kind of row → by which fields Zen tells its rows apart
    "users": ("Email",),
    "companies": ("InscricaoFederal",),
    "establishments": ("InscricaoFederal",),
    "org_units": ("InscricaoFederalEmpresa", "Classificacao"),
    "partners": ("InscricaoFederalEmpresa", "InscricaoFederal"),
    "employees": ("InscricaoFederalEmpresa", "Cpf"),
}
IN_TAREFFA = {"users": ("email",), "companies": ("cnpj",)}


def _plain(number: str) -> str:
    """A CPF or CNPJ without punctuation."""
    return "".join(sign for sign in number if sign.isalnum())


def _company_of(row: Json) -> str:
    return _plain(row["INSCRFEDERALEMPRESA"])
