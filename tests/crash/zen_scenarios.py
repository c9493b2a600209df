"""What the crash tests sweep of Zen: an office, how it comes to where the watched work begins, and who begins it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from local.vendors.office import Office as QuestorOffice
from local.vendors.questor import QuestorSimulator
from local.vendors.server import Simulator
from local.vendors.tareffa import TareffaSimulator
from local.vendors.zen import ZenSimulator
from tests.crash import zen_world
from tests.crash.scenario import Doing, Scenario, ToldToWaitError, tick
from tests.office_on_aws import FLOW, AwsServer, OfficeOnAws, Sandbox
from tests.zen_http_on_aws import RUNS, ZenHttp


@dataclass(frozen=True, kw_only=True)
class ZenScenario(Scenario[OfficeOnAws]):
    """One flow of an accounting office; with Tareffa, where it has companies."""

    flow: str = FLOW
    questor: QuestorOffice = field(default_factory=lambda: QuestorOffice(8, 1, 1))
    filters: Mapping[str, Any] = field(default_factory=dict)

    replaced_after = 331.0  # the worker's lease is over

    @contextmanager
    def opened(self, aws: AwsServer) -> Iterator[OfficeOnAws]:
        """See Scenario.opened."""
        aws.emptied()
        with QuestorSimulator(self.questor) as questor, ZenSimulator() as zen, TareffaSimulator() as tareffa:
            office = OfficeOnAws(aws, questor, zen, tareffa if self.questor.companies else None)
            scheduled = 60 if self.acts == (tick,) else None
            office.connect(flow=self.flow, filters=dict(self.filters), every_minutes=scheduled)
            self.prepare(office)
            yield office

    def vendors(self, place: OfficeOnAws) -> Mapping[str, Simulator]:
        """See Scenario.vendors."""
        return zen_world.vendors(place)

    def created(self, vendor: str, subject: str, body: Mapping[str, Any]) -> str:
        """See Scenario.created."""
        return " ".join(str(body.get(field)) for field in zen_world.NATURAL_KEYS[vendor, subject])

    def is_quiet(self, place: OfficeOnAws) -> bool:
        """The newest run is done."""
        return bool(place.rows("runs")) and place.run()["phase"] == "done"

    def check(self, place: OfficeOnAws) -> None:
        """What is received is counted, at any moment."""
        zen_world.conserved(place)

    def world(self, place: OfficeOnAws, creates: Mapping[str, int]) -> dict[str, Any]:
        """See Scenario.world."""
        return zen_world.world(place, creates)


def _sharing(office: OfficeOnAws) -> set[int]:
    return {code for pair in office.questor.office.sharing for code in pair}


def _users(office: OfficeOnAws) -> None:
    """Nothing was ever synced: four creates, one whom Zen already knows under an old name, three rejections."""
    known = next(row for row in office.questor.users() if row["EMAIL"] and row["CODIGOUSUARIO"] not in _sharing(office))
    office.zen.add("Nome Antigo", str(known["EMAIL"]))


def _users_changed(office: OfficeOnAws) -> None:
    """A new name of one whom Zen has lost, a new e-mail, one who left, came, came back as another, got an e-mail."""
    office.sync()
    codes = sorted(int(link["source_id"]) for link in office.rows("links"))
    back = office.questor.user(codes[4])
    office.questor.remove(codes[4])
    office.sync()
    office.questor.add("Quem Voltou", str(back["EMAIL"]), 2)
    office.questor.change(codes[1], NOMEUSUARIO="Nome Novo")
    (lost,) = [link for link in office.rows("links") if link["source_id"] == str(codes[1])]
    office.zen.remove(int(lost["target_id"]))
    office.questor.change(codes[2], EMAIL="endereco.novo@escritorio.example")
    office.questor.remove(codes[3])
    office.questor.add("Quem Chegou", "quem.chegou@escritorio.example", 1)
    office.questor.change(office.questor.office.codes_without_email[0], EMAIL="agora.tem@escritorio.example")


# Two companies, the first without tax regime.
_CLIENTS = QuestorOffice(2, 0, 0, companies=2, employees_per_company=1, without_regime=1)


def _keep(office: OfficeOnAws, kind: str, keys: tuple[str, ...], *kept: tuple[int, ...]) -> None:
    """Takes all rows but these out of Questor."""
    rows = (tuple(row[key] for key in keys) for row in office.questor.rows(kind))
    office.questor.remove_rows(kind, *(key for key in rows if key not in kept))


def _clients(office: OfficeOnAws) -> None:
    """Ten records: two users, one of them known to Zen, two companies; the second has a branch, partners, employees."""
    questor = office.questor
    branch = questor.office.clients.establishment(2, 2)
    place = {"NOMEESTAB": branch.name, "INSCRFEDERAL": branch.cnpj, "NOMECIDADE": branch.city}
    questor.add_row("establishments", {"CODIGOEMPRESA": 2, "CODIGOESTAB": 2, **place})
    _keep(office, "partners", ("CODIGOEMPRESA", "CODIGOSOCIO"), (2, 1), (2, 2))
    _keep(office, "org_units", ("CODIGOEMPRESA", "CODIGOORGANOGRAMA"), (1, 1))
    _new_contract(office, (1, 1), 2)
    questor.remove_rows("employees", (1, 1))
    office.zen.add("Nome Antigo", str(questor.user(0)["EMAIL"]))


def _new_contract(office: OfficeOnAws, contract: tuple[int, int], code: int) -> None:
    """The same person under one more contract, with company 2."""
    row = office.questor.row("employees", *contract)
    columns = {name: row[name] for name in ("NOMEFUNC", "CPF", "EMAIL", "CODIGOORGANOGRAMA", "CODIGOESTAB")}
    office.questor.add_row("employees", {"CODIGOEMPRESA": 2, "CODIGOFUNCCONTR": code, **columns})


def _clients_changed(office: OfficeOnAws) -> None:
    """Something of everything has changed since the first sync.

    A user has a new name, company 1 a new name and a tax regime, the branch another city, the org unit another name;
    Zen has lost company 1, and its org unit with it. A partner has gone, one employee was dismissed, and one was
    dismissed and is back under a new contract.
    """
    _clients(office)
    office.sync()
    questor = office.questor
    questor.change(1, NOMEUSUARIO="Nome Novo")
    questor.change_row("companies", (1,), {"NOMEEMPRESA": "Razão Nova Ltda", "REGIMETRIBUTARIO": "Lucro Real"})
    (lost,) = [link for link in office.rows("links") if link["scope"].endswith("#empresa") and link["source_id"] == "1"]
    office.zen.remove_rows("companies", int(lost["target_id"]))
    questor.change_row("org_units", (1, 1), {"DESCRICAO": "Diretoria"})
    questor.change_row("establishments", (2, 2), {"NOMECIDADE": "Itajaí"})
    questor.remove_rows("partners", (2, 2))
    _new_contract(office, (2, 2), 3)
    for contract in (1, 2):
        questor.change_row("employees", (2, contract), {"DATADEMISSAO": "20/11/2026"})


def _clients_shown(office: OfficeOnAws) -> None:
    """Eight records: each company has partners, the second a branch. An operator has a token."""
    _clients(office)
    partner = office.questor.office.clients.partner(1, 1)
    columns = {"NOMESOCIO": partner.name, "INSCRFEDERAL": partner.document, "PERCENTUALPARTICIPACAO": partner.share}
    office.questor.add_row("partners", {"CODIGOEMPRESA": 1, "CODIGOSOCIO": 1, **columns})
    OPERATOR["operator"] = ZenHttp(office, office.new_sandbox()).token("operator")


OPERATOR: dict[str, str] = {}  # the token of the person who asks, by role


def _asks(office: OfficeOnAws, path: str, key: str, body: dict[str, Any]) -> Doing:
    def doing(sandbox: Sandbox) -> None:
        http = ZenHttp(office, sandbox)
        http.tokens = OPERATOR
        answer = http.post(path, body, key=key)
        if answer.status == 409 and answer.body["code"] == "idempotency_in_progress":
            raise ToldToWaitError
        # Who asked first may find that whoever asked the same after them was quicker.
        assert answer.status == 201 or answer.body["code"] == "preview_applied", answer

    return doing


def previewed(office: OfficeOnAws) -> Doing:
    """A person wants to see what would be sent."""
    return _asks(office, RUNS, "2f1a8c1e-preview", {"flow": "sincronizar_empresas", "mode": "preview"})


def applied_without_company_1(office: OfficeOnAws) -> Doing:
    """The person presses "Sincronizar", with one company deselected."""
    (preview,) = [run for run in office.rows("runs") if run["mode"] == "preview"]
    body = {"deselected": [{"lane": "empresa", "source_id": "1"}]}
    return _asks(office, f"{RUNS}/{preview['run_id']}/apply", "2f1a8c1e-apply", body)


def _partner_renamed(office: OfficeOnAws) -> None:
    office.questor.change_row("partners", (2, 2), {"NOMESOCIO": "Nome Que Ninguém Viu"})


FIRST_SYNC = ZenScenario(name="first sync", prepare=_users)
EVERYTHING = ZenScenario(name="everything at once", prepare=_users_changed)

_INITIAL: dict[str, Any] = {"flow": "sincronizacao_inicial", "questor": _CLIENTS, "filters": {"tareffa": True}}
INITIAL = ZenScenario(name="initial sync", prepare=_clients, **_INITIAL)
INITIAL_AGAIN = ZenScenario(name="initial sync again", prepare=_clients_changed, **_INITIAL)
PREVIEW = ZenScenario(
    name="preview applied",
    prepare=_clients_shown,
    flow="sincronizar_empresas",
    questor=_CLIENTS,
    filters={"partners": True},
    acts=(previewed, applied_without_company_1),
    meanwhile=_partner_renamed,
)
