"""What the crash tests sweep: an office, how it comes to where the watched work begins, and who begins it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.vendors.office import Office as QuestorOffice
from tests.office_on_aws import FLOW, OfficeOnAws, Sandbox
from tests.zen_http_on_aws import RUNS, ZenHttp

# One invocation of a function, in an execution environment.
Doing = Callable[[Sandbox], object]

# One call from outside, ready to be made; who dies in it is called again.
Act = Callable[[OfficeOnAws], Doing]


def tick(office: OfficeOnAws) -> Doing:
    """EventBridge Scheduler's call."""
    return office.tick


def nothing(_: OfficeOnAws) -> None:
    """Nothing."""


@dataclass(frozen=True)
class Scenario:
    """`prepare` brings the office to where the acts begin; after each, runs are worked off until nothing waits."""

    name: str
    prepare: Callable[[OfficeOnAws], None]
    flow: str = FLOW
    questor: QuestorOffice = field(default_factory=lambda: QuestorOffice(8, 1, 1))
    filters: Mapping[str, Any] = field(default_factory=dict)
    acts: tuple[Act, ...] = (tick,)
    meanwhile: Callable[[OfficeOnAws], None] = nothing  # happens between two acts

    @property
    def every_minutes(self) -> int | None:
        """The flow's schedule, where it has one."""
        return 60 if self.acts == (tick,) else None


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


class ToldToWaitError(Exception):
    """The same request is being done, says the API, and that the person should ask again in a minute."""


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


FIRST_SYNC = Scenario("first sync", _users)
EVERYTHING = Scenario("everything at once", _users_changed)

_INITIAL: dict[str, Any] = {"flow": "sincronizacao_inicial", "questor": _CLIENTS, "filters": {"tareffa": True}}
INITIAL = Scenario("initial sync", _clients, **_INITIAL)
INITIAL_AGAIN = Scenario("initial sync again", _clients_changed, **_INITIAL)
PREVIEW = Scenario(
    "preview applied",
    _clients_shown,
    flow="sincronizar_empresas",
    questor=_CLIENTS,
    filters={"partners": True},
    acts=(previewed, applied_without_company_1),
    meanwhile=_partner_renamed,
)
