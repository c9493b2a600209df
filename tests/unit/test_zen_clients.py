"""The flows' two ends against the vendors' simulators: every listing is read whole, every resource kept in step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from local.vendors.faults import Fault, Kind
from local.vendors.office import Office
from local.vendors.questor import QuestorSimulator
from local.vendors.tareffa import TareffaSimulator
from local.vendors.zen import ZenSimulator
from sincronia import clock, vendor_http
from sincronia.answers import AnswerUnknownError, ProblemError, explain
from sincronia.engine.flow import Content, Flow, Lane, Opening, Record, TargetGoneError
from tests import invented
from zen import tareffa_client, zen_client
from zen.answers import ANSWERS
from zen.flow_names import COMPANIES, INITIAL
from zen.flows import FLOWS

OFFICE = Office(
    users=12,
    without_email=2,
    sharing_pairs=1,
    companies=25,
    employees_per_company=8,
    without_regime=3,
    shared_cnpj_pairs=1,
    employees_without_email=5,
    dismissed=6,
)
CNPJ, OTHER_CNPJ, BRANCH_CNPJ, CPF, PARTNER_CNPJ = (
    "12ABC34501DE35", "16727230000197", "16727230000278", invented.invented_cpf("529982247"), "01234567000195",
)  # fmt: skip
OF_COMPANY: dict[str, Any] = {"InscricaoFederalEmpresa": CNPJ, "Situacao": "Ativo"}
COMPANY: Content = {"InscricaoFederal": CNPJ, "RazaoSocial": "Padaria", "NomeFantasia": None, "Situacao": "Ativo"}
ZEN_ROWS: dict[str, tuple[zen_client.Resource, str, Content, str]] = {  # by kind of the simulator; last: a change
    "users": (
        zen_client.OFFICE_USERS,
        "ana@sol.example",
        {"Nome": "Ana", "Email": "ana@sol.example", "CodigoGrupo": 3, "Situacao": "Ativo"},
        "Nome",
    ),
    "companies": (zen_client.COMPANIES, CNPJ, COMPANY, "RazaoSocial"),
    "establishments": (
        zen_client.BRANCHES,
        BRANCH_CNPJ,
        {**OF_COMPANY, "InscricaoFederal": BRANCH_CNPJ, "Nome": "Filial", "Cidade": None},
        "Nome",
    ),
    "org_units": (
        zen_client.ORG_UNITS,
        f"{CNPJ}/01.02",
        {**OF_COMPANY, "Classificacao": "01.02", "Descricao": "Comercial"},
        "Descricao",
    ),
    "partners": (
        zen_client.PARTNERS,
        f"{CNPJ}/{PARTNER_CNPJ}",
        {**OF_COMPANY, "InscricaoFederal": PARTNER_CNPJ, "Nome": "Ana", "Email": None, "Participacao": 60.5},
        "Nome",
    ),
    "employees": (
        zen_client.CLIENT_USERS,
        f"{CNPJ}/{CPF}",
        {**OF_COMPANY, "Cpf": CPF, "Nome": "Ana", "Email": "ana@sol.example", "Organograma": "01.02"},
        "Nome",
    ),
}
TAREFFA_ROWS: dict[str, tuple[tareffa_client.Resource, str, Content, str]] = {
    "users": (
        tareffa_client.USERS,
        "ana@sol.example",
        {"codigoExterno": "12", "nome": "Ana", "email": "ana@sol.example", "ativo": True},
        "nome",
    ),
    "companies": (
        tareffa_client.COMPANIES,
        CNPJ,
        {"codigoExterno": "7", "cnpj": CNPJ, "razaoSocial": "Padaria", "regimeTributario": "MEI", "ativo": True},
        "razaoSocial",
    ),
}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vendor_http, "sleep", lambda seconds: None)


@pytest.fixture(scope="module")
def questor() -> Iterator[QuestorSimulator]:
    with QuestorSimulator(OFFICE) as questor:
        yield questor


@pytest.fixture
def zen() -> Iterator[ZenSimulator]:
    with ZenSimulator() as zen:
        yield zen


@pytest.fixture
def tareffa() -> Iterator[TareffaSimulator]:
    with TareffaSimulator() as tareffa:
        yield tareffa


def opened(
    name: str,
    filters: dict[str, Any],
    questor: QuestorSimulator,
    zen: ZenSimulator | None = None,
    tareffa: TareffaSimulator | None = None,
) -> Flow:
    settings = {
        "questor_address": questor.url,
        "zen_address": zen.url if zen else "https://zen.example",
        "tareffa_address": tareffa.url if tareffa else "https://tareffa.example",
    }
    secret = {
        "questor_token": questor.token,
        "zen_token": zen.token if zen else "0123abc",
        "administrator_access_key": "chave",
        "tareffa_token": tareffa.token if tareffa else "abc",
    }
    return FLOWS[name].open(Opening(settings, secret, filters, clock.now() + 60))


def records(flow: Flow, listing: str) -> list[Record]:
    return [record for page in flow.listing(listing).source.pages(0) for record in page.records]


def zen_records(zen: ZenSimulator, resource: zen_client.Resource, token: str = "") -> zen_client.ZenRecords:
    session = vendor_http.VendorSession("Zen", zen.url, clock.now() + 60)
    return zen_client.Zen(session, token or zen.token).records(resource)


def tareffa_records(
    tareffa: TareffaSimulator, resource: tareffa_client.Resource, token: str = ""
) -> tareffa_client.TareffaRecords:
    session = vendor_http.VendorSession("Tareffa", tareffa.url, clock.now() + 60)
    return tareffa_client.Tareffa(session, token or tareffa.token).records(resource)


def failure(action: Callable[[], Any], kind: type[ProblemError] = ProblemError) -> str:
    with pytest.raises(ProblemError) as raised:
        action()
    assert type(raised.value) is kind
    assert raised.value.__context__ is None
    assert "0123456789abcdef" not in explain(raised.value.problem, ANSWERS)
    return raised.value.problem.code


def test_every_listing_is_read_whole_and_as_declared(questor: QuestorSimulator) -> None:
    flow = opened(INITIAL, {"tareffa": True}, questor)
    expected = {
        "usuarios": len(questor.rows("users")),
        "empresas": len(questor.rows("companies")),
        "filiais": sum(row["CODIGOESTAB"] != 1 for row in questor.rows("establishments")),
        "organogramas": len(questor.rows("org_units")),
        "socios": len(questor.rows("partners")),
        "funcionarios": len(questor.rows("employees")),
    }
    assert expected["funcionarios"] > 100
    for name, number in expected.items():
        pages = list(flow.listing(name).source.pages(0))
        assert all(page.follows and page.declared == number for page in pages)
        ids = [record.source_id for page in pages for record in page.records]
        assert len(ids) == len(set(ids)) == number, name


def test_office_is_rejected_for_just_what_is_wrong_with_it(questor: QuestorSimulator) -> None:
    flow = opened(INITIAL, {"tareffa": True}, questor)
    codes = {
        lane.entity: Counter(
            shaped.problem.code for record in records(flow, lane.listing) if (shaped := lane.shape(record)).problem
        )
        for lane in flow.lanes
    }
    assert codes == {
        "usuario_escritorio": {"zen.email_missing": 2},
        "tareffa.usuario": {"zen.email_missing": 2},
        "empresa": {},
        "tareffa.empresa": {"zen.tax_regime_missing": 3},
        "filial": {},
        "organograma": {},
        "socio": {},
        "usuario_cliente": {"zen.employee_email_missing": 5},
    }
    assert sum(record.left for record in records(flow, "funcionarios")) == 6
    keys = Counter(record.natural_key for record in records(flow, "empresas"))
    assert sorted(keys.values())[-2:] == [1, 2]


@pytest.mark.parametrize(
    ("filters", "listing", "ids"),
    [
        ({"companies": "3..5;7"}, "empresas", ["3", "4", "5", "7"]),
        ({"companies": "24.."}, "empresas", ["24", "25"]),
        ({"companies": "5", "branches": "1.."}, "filiais", None),
        ({"companies": "3", "contracts": "1;2"}, "funcionarios", ["3/1", "3/2"]),
        ({"companies": "3", "org_units": "1"}, "organogramas", ["3/1"]),
    ],
)
def test_selectors_select_at_the_server(
    questor: QuestorSimulator, filters: dict[str, Any], listing: str, ids: list[str] | None
) -> None:
    flow = opened(COMPANIES, {"partners": True, "org_chart": True, **filters}, questor)
    found = [record.source_id for record in records(flow, listing)]
    if ids is None:
        rows = questor.rows("establishments")
        ids = [f"5/{row['CODIGOESTAB']}" for row in rows if row["CODIGOEMPRESA"] == 5 and row["CODIGOESTAB"] != 1]
        assert ids
    assert found == ids


def sendable(flow: Flow, lane: Lane) -> list[Record]:
    """What a lane would create, each natural key once."""
    shaped = [lane.shape(record) for record in records(flow, lane.listing)]
    seen = Counter(record.natural_key for record in shaped)
    return [record for record in shaped if not (record.problem or record.left) and seen[record.natural_key] == 1]


def test_what_is_sent_reads_back_as_it_was_told(
    questor: QuestorSimulator, zen: ZenSimulator, tareffa: TareffaSimulator
) -> None:
    flow = opened(INITIAL, {"tareffa": True}, questor, zen, tareffa)
    sent: set[str] = set()
    for lane in flow.lanes:
        told = [record for record in sendable(flow, lane) if not record.parent or record.parent in sent]
        for record in told:
            lane.target.create(record.content)
        if lane.entity == "empresa":
            sent = {record.source_id for record in told}
        assert told, lane.entity
        listed = {record.natural_key: record.content for record in lane.target.listing()}
        assert listed == {record.natural_key: record.content for record in told}, lane.entity
        found = lane.target.find(told[-1].natural_key)
        assert found is not None
        assert found.content == told[-1].content


@pytest.mark.parametrize("kind", ZEN_ROWS)
def test_row_of_zen_lives_through_its_life(zen: ZenSimulator, kind: str) -> None:
    resource, key, content, changed = ZEN_ROWS[kind]
    if kind != "companies":
        zen.add_row("companies", dict(COMPANY))
    target = zen_records(zen, resource)
    assert target.find(key) is None
    code = target.create(content)
    found = target.find(key)
    assert found is not None
    assert (found.target_id, found.natural_key, found.content) == (code, key, content)
    assert [record for record in target.listing() if record.target_id == code] == [found]
    assert failure(lambda: target.create(content)) == resource.taken
    target.deactivate(code)
    target.deactivate(code)
    deactivated = target.find(key)
    assert deactivated is not None
    assert deactivated.content == {**content, "Situacao": "Inativo"}
    target.update(code, {**{name: value for name, value in content.items() if name != "Situacao"}, changed: "Outro"})
    updated = target.find(key)
    assert updated is not None
    assert updated.content == {**content, changed: "Outro"}
    target.deactivate("999999")
    with pytest.raises(TargetGoneError):
        target.update("999999", content)
    assert failure(lambda: target.create({**content, changed: ""})) == "vendor_rejected"


@pytest.mark.parametrize("kind", [kind for kind in ZEN_ROWS if kind not in {"users", "companies"}])
def test_row_of_a_company_that_zen_does_not_have_says_so(zen: ZenSimulator, kind: str) -> None:
    resource, _, content, _ = ZEN_ROWS[kind]
    target = zen_records(zen, resource)
    assert failure(lambda: target.create(content)) == "zen.company_missing"
    zen.add_row("companies", dict(COMPANY))
    code = target.create(content)
    other = {**content, "InscricaoFederalEmpresa": OTHER_CNPJ}
    assert failure(lambda: target.update(code, other)) == "zen.company_missing"


def test_same_person_in_two_companies_is_two_users(zen: ZenSimulator) -> None:
    resource, key, content, _ = ZEN_ROWS["employees"]
    zen.add_row("companies", dict(COMPANY))
    zen.add_row("companies", {**COMPANY, "InscricaoFederal": OTHER_CNPJ})
    target = zen_records(zen, resource)
    one = target.create(content)
    other = target.create({**content, "InscricaoFederalEmpresa": OTHER_CNPJ})
    found = target.find(key)
    assert found is not None
    assert (found.target_id, one != other) == (one, True)


@pytest.mark.parametrize("kind", TAREFFA_ROWS)
def test_row_of_tareffa_lives_through_its_life(tareffa: TareffaSimulator, kind: str) -> None:
    resource, key, content, changed = TAREFFA_ROWS[kind]
    target = tareffa_records(tareffa, resource)
    assert target.find(key) is None
    number = target.create(content)
    found = target.find(key)
    assert found is not None
    assert (found.target_id, found.natural_key, found.content) == (number, key, content)
    assert list(target.listing()) == [found]
    assert failure(lambda: target.create(content)) == resource.taken
    target.deactivate(number)
    assert [record.content["ativo"] for record in target.listing()] == [False]
    target.update(number, {**{name: value for name, value in content.items() if name != "ativo"}, changed: "Outro"})
    assert [record.content for record in target.listing()] == [{**content, changed: "Outro"}]
    target.deactivate("999")
    with pytest.raises(TargetGoneError):
        target.update("999", content)
    assert failure(lambda: target.create({**content, resource.key: "outro", changed: ""})) == "vendor_rejected"


def test_tareffa_is_listed_page_by_page(tareffa: TareffaSimulator) -> None:
    for number in range(205):
        tareffa.add_row("users", {"codigoExterno": str(number), "nome": "P", "email": f"p{number}@sol.example"})
    listed = list(tareffa_records(tareffa, tareffa_client.USERS).listing())
    assert [record.natural_key for record in listed] == [f"p{number}@sol.example" for number in range(205)]
    assert tareffa.requests == {"list": 3}


@pytest.mark.parametrize("act", ["listing", "find", "create", "update", "deactivate", "check"])
def test_wrong_token(zen: ZenSimulator, tareffa: TareffaSimulator, act: str) -> None:
    def attempt(target: Any, key: str, content: Content) -> Callable[[], Any]:
        actions: dict[str, Callable[[], Any]] = {
            "listing": lambda: list(target.listing()),
            "find": lambda: target.find(key),
            "create": lambda: target.create(content),
            "update": lambda: target.update("1", content),
            "deactivate": lambda: target.deactivate("1"),
            "check": target.check,
        }
        return actions[act]

    resource, key, content, _ = ZEN_ROWS["companies"]
    assert failure(attempt(zen_records(zen, resource, "outro"), key, content)) == "zen.access_key_refused"
    assert failure(attempt(zen_records(zen, resource, zen.user_token), key, content)) == "vendor_forbidden"
    other, key, content, _ = TAREFFA_ROWS["companies"]
    assert failure(attempt(tareffa_records(tareffa, other, "outro"), key, content)) == "vendor_refused_token"
    assert (len(zen.journal), len(tareffa.journal)) == (2, 1)


def test_create_whose_answer_is_lost_is_unknown_and_done_once(zen: ZenSimulator, tareffa: TareffaSimulator) -> None:
    resource, key, content, _ = ZEN_ROWS["companies"]
    zen.faults.set(Fault(Kind.LOST_ANSWER))
    assert failure(lambda: zen_records(zen, resource).create(content), AnswerUnknownError) == "vendor_unreachable"
    assert zen_records(zen, resource).find(key) is not None
    other, key, content, _ = TAREFFA_ROWS["companies"]
    tareffa.faults.set(Fault(Kind.LOST_ANSWER))
    assert failure(lambda: tareffa_records(tareffa, other).create(content), AnswerUnknownError) == "vendor_unreachable"
    assert tareffa_records(tareffa, other).find(key) is not None
    assert (zen.applied, tareffa.applied) == ({"create": 1}, {"create": 1})


def test_tareffa_that_answers_in_another_shape_names_the_place(tareffa: TareffaSimulator) -> None:
    resource, _, content, _ = TAREFFA_ROWS["users"]
    tareffa.add_row("users", dict(content))
    tareffa.faults.set(Fault(Kind.MALFORMED_RECORD))
    with pytest.raises(ProblemError) as raised:
        list(tareffa_records(tareffa, resource).listing())
    problem = raised.value.problem
    assert (problem.code, problem.details["where"].split(".")[:2]) == ("vendor_answer_malformed", ["itens", "0"])
