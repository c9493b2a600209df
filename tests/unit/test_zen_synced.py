"""Zen's flows on the real engine, from Questor's simulator to Zen's and Tareffa's; state and objects in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest

from local.light_store import LightObjects, LightQueue, LightSecrets, LightStore
from local.vendors.office import Office
from local.vendors.questor import QuestorSimulator
from local.vendors.tareffa import TareffaSimulator
from local.vendors.zen import ZenSimulator
from sincronia import clock, vendor_http
from sincronia.answers import explain
from sincronia.engine.flow import LinkStatus
from sincronia.engine.state import Connection, OutcomeKind, Result, Run, ScheduledFlow
from sincronia.engine.tick import tick
from sincronia.engine.worker import Outside, work
from zen.answers import ANSWERS
from zen.flow_names import APART, COMPANIES, INITIAL
from zen.flows import FLOWS

START = 1_795_000_000.0  # 2026-11-18
CONNECTION = "escritorio"
OFFICE = Office(
    users=12,
    without_email=2,
    sharing_pairs=1,
    companies=20,
    employees_per_company=4,
    without_regime=3,
    shared_cnpj_pairs=1,
    employees_without_email=5,
    dismissed=6,
)
EVERYTHING = {"partners": True, "org_chart": True, "tareffa": True}


@dataclass
class Synced:
    """A connection whose flows run when they are told to."""

    questor: QuestorSimulator
    zen: ZenSimulator
    tareffa: TareffaSimulator
    store: LightStore = field(default_factory=LightStore)
    queue: LightQueue = field(default_factory=LightQueue)
    now: float = START

    def __post_init__(self) -> None:
        settings = {
            "questor_address": self.questor.url,
            "zen_address": self.zen.url,
            "tareffa_address": self.tareffa.url,
        }
        self.secret = {
            "questor_token": self.questor.token,
            "zen_token": self.zen.token,
            "administrator_access_key": "chave",
            "tareffa_token": self.tareffa.token,
        }
        self.store.connections[CONNECTION] = Connection(
            CONNECTION, "zen", "Escritório", settings, "secret", "ana", enabled=True
        )
        secrets = LightSecrets({"secret": self.secret})
        self.outside = Outside(self.store, LightObjects(), self.queue, secrets, FLOWS)

    def sync(self, flow: str, **filters: Any) -> Run:
        """A whole run of a flow with these filters."""
        self.now += 3600
        self.store.flows[CONNECTION, flow] = ScheduledFlow(
            CONNECTION, "zen", flow, FLOWS[flow].title, filters, 60, self.now, ""
        )
        tick("zen", APART, self.store, self.queue)
        del self.store.flows[CONNECTION, flow]
        (key,) = set(self.queue.messages)
        while self.queue.messages:
            work(self.queue.messages.pop(0), self.outside, 240)
        return self.store.runs[key]

    def tallies(self, run: Run) -> dict[str, dict[str, int]]:
        """What became of the records, by lane."""
        return {
            entity: {kind.value: number for kind, number in tally.counters.items() if number}
            for entity, tally in run.tallies.items()
        }

    def reasons(self, run: Run, entity: str) -> Counter[str]:
        """The codes of what was not sent; each has its sentence."""
        outcomes = [one for one in self.store.outcomes_of(run.key.run_id) if one.entity == entity and one.problem]
        assert all(explain(one.problem, ANSWERS) for one in outcomes if one.problem)
        return Counter(one.problem.code for one in outcomes if one.problem)


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> Iterator[Synced]:
    with ExitStack() as open_:
        synced = Synced(
            open_.enter_context(QuestorSimulator(OFFICE)),
            open_.enter_context(ZenSimulator()),
            open_.enter_context(TareffaSimulator()),
        )
        monkeypatch.setattr(clock, "now", lambda: synced.now)
        monkeypatch.setattr(vendor_http, "sleep", lambda seconds: None)
        yield synced


def test_initial_sync_carries_everything_once_and_says_what_it_left_out(synced: Synced) -> None:
    run = synced.sync(INITIAL, **EVERYTHING)
    assert (run.result, run.problem) == (Result.PARTIAL, None)
    assert list(run.tallies) == [
        "usuario_escritorio", "tareffa.usuario", "empresa", "tareffa.empresa", "filial", "organograma", "socio",
        "usuario_cliente",
    ]  # fmt: skip
    tallies = synced.tallies(run)
    assert tallies["usuario_escritorio"] == tallies["tareffa.usuario"] == {"created": 8, "rejected": 4}
    assert tallies["empresa"] == {"created": 18, "rejected": 2}
    assert synced.reasons(run, "empresa") == {"zen.cnpj_shared": 2}
    regime = synced.reasons(run, "tareffa.empresa")
    assert regime["zen.tax_regime_missing"] == 3
    assert tallies["tareffa.empresa"]["created"] == len(synced.tareffa.rows("companies"))
    kinds = {"empresa": "companies", "filial": "establishments", "organograma": "org_units", "socio": "partners",
             "usuario_cliente": "employees"}  # fmt: skip
    for entity, kind in kinds.items():
        assert tallies[entity]["created"] == len(synced.zen.rows(kind)), entity
    assert synced.reasons(run, "usuario_cliente")["zen.employee_email_missing"] <= 5
    assert {row["Situacao"] for row in synced.zen.rows("employees")} == {"Ativo"}
    assert sum(tally.received for tally in run.tallies.values()) == run.received


def test_second_sync_writes_nothing(synced: Synced) -> None:
    first = synced.sync(INITIAL, **EVERYTHING)
    writes, links = (synced.zen.writes, synced.tareffa.writes), dict(synced.store.counts)["link writes"]
    again = synced.sync(INITIAL, **EVERYTHING)
    assert (synced.zen.writes, synced.tareffa.writes) == writes
    assert synced.store.counts["link writes"] == links
    created = {entity: counted.get("created", 0) for entity, counted in synced.tallies(first).items()}
    unchanged = {entity: counted.get("unchanged", 0) for entity, counted in synced.tallies(again).items()}
    left = sum(bool(row["DATADEMISSAO"]) for row in synced.questor.rows("employees"))
    assert unchanged == {**created, "usuario_cliente": created["usuario_cliente"] + left}
    assert all(OutcomeKind.CREATED not in tally.counters for tally in again.tallies.values())


def test_dismissed_employee_loses_access_and_comes_back_under_a_new_contract(synced: Synced) -> None:
    synced.sync(COMPANIES, **EVERYTHING)
    cpfs = {row["Cpf"]: row for row in synced.zen.rows("employees")}
    rows = [row for row in synced.questor.rows("employees") if _digits(row["CPF"]) in cpfs]
    row = next(row for row in rows if not row["DATADEMISSAO"])
    key = (row["CODIGOEMPRESA"], row["CODIGOFUNCCONTR"])
    synced.questor.change_row("employees", key, {"DATADEMISSAO": "17/11/2026"})
    run = synced.sync(COMPANIES, **EVERYTHING)
    assert synced.tallies(run)["usuario_cliente"]["deactivated"] == 1
    assert _employee(synced, row)["Situacao"] == "Inativo"
    assert synced.tallies(synced.sync(COMPANIES, **EVERYTHING))["usuario_cliente"].get("deactivated", 0) == 0

    columns = {name: row[name] for name in ("CODIGOEMPRESA", "NOMEFUNC", "CPF", "EMAIL", "CODIGOORGANOGRAMA",
                                            "CODIGOESTAB", "DATAADMISSAO")}  # fmt: skip
    synced.questor.add_row("employees", columns)
    synced.sync(COMPANIES, **EVERYTHING)
    back = _employee(synced, row)
    assert (back["Situacao"], back["Codigo"]) == ("Ativo", cpfs[_digits(row["CPF"])]["Codigo"])


def _employee(synced: Synced, row: dict[str, Any]) -> dict[str, Any]:
    """The one row of Zen for that person in that company."""
    company = _digits(row["INSCRFEDERALEMPRESA"])
    (found,) = [
        one
        for one in synced.zen.rows("employees")
        if (one["InscricaoFederalEmpresa"], one["Cpf"]) == (company, _digits(row["CPF"]))
    ]
    return found


def _digits(written: str) -> str:
    return "".join(character for character in written if character.isalnum())


def test_company_that_gets_its_tax_regime_goes_to_tareffa(synced: Synced) -> None:
    synced.sync(COMPANIES, tareffa=True)
    shared = {code for pair in OFFICE.clients.sharing_cnpj for code in pair}
    code = next(
        row["CODIGOEMPRESA"]
        for row in synced.questor.rows("companies")
        if not row["REGIMETRIBUTARIO"] and row["CODIGOEMPRESA"] not in shared
    )
    zen_writes = synced.zen.writes
    synced.questor.change_row("companies", (code,), {"REGIMETRIBUTARIO": "Lucro Real"})
    tallies = synced.tallies(synced.sync(COMPANIES, tareffa=True))
    assert (tallies["tareffa.empresa"]["created"], synced.zen.writes) == (1, zen_writes)
    assert [row["regimeTributario"] for row in synced.tareffa.rows("companies")][-1] == "Lucro Real"


def test_selectors_and_options_send_just_what_they_name_and_deactivate_nobody(synced: Synced) -> None:
    synced.sync(COMPANIES, **EVERYTHING)
    before = {kind: synced.zen.rows(kind) for kind in ("companies", "establishments", "partners", "employees")}
    run = synced.sync(COMPANIES, companies="3..4", partners=True, org_chart=True)
    assert run.tallies["empresa"].received == 2
    assert "deactivated" not in {kind for counted in synced.tallies(run).values() for kind in counted}
    run = synced.sync(COMPANIES, branches="1..", contracts="1")
    assert list(run.tallies) == ["empresa", "filial"]
    assert {kind: synced.zen.rows(kind) for kind in before} == before


def test_status_filter_is_of_the_companies_flow_too(synced: Synced) -> None:
    run = synced.sync(COMPANIES, statuses=[LinkStatus.RESYNC_PENDING.value])
    assert synced.tallies(run)["empresa"] == {"skipped": 18, "rejected": 2}
    assert synced.zen.writes == 0


def test_initial_sync_stops_with_the_reason_before_anything_is_read(synced: Synced) -> None:
    synced.secret["zen_token"] = "outro"
    run = synced.sync(INITIAL, **EVERYTHING)
    assert (run.result, run.problem and run.problem.code) == (Result.FAILURE, "zen.access_key_refused")
    assert synced.questor.requests == {"list": 1}
    notification = synced.store.notifications[run.audience, run.key.run_id]
    assert "“Host not Found - Socket Error #11001”" in notification.text
