"""“Por que este registro está assim?”: a record's story over all integrations, over HTTP and as a page."""

from __future__ import annotations

import io
import logging
from collections import Counter
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest

from tests.hub_browser import Browser
from tests.hub_on_aws import JSON, PROBLEM, Answer, Hub, problem
from tests.invented import invented_cpf, written
from tests.office_on_aws import START, event

CPF = invented_cpf("529982247"[:9])
EMAIL = "maria.souza@contabilaurora.example"
VARY = {"Vary": "Accept, Cookie"}
RUN = "20261123T090000000Z-942b369b941d99a8"


class Told:
    """What integrations have written, of one record and of others."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.state = hub.of("sincronia.engine.state")
        self.flow = hub.of("sincronia.engine.flow")
        self.reader = hub.token("reader")

    def connect(self, connection: str, integration: str, name: str) -> None:
        self.hub.of("sincronia.store.registering").put_connection(
            self.state.Connection(connection, integration, name, {}, "", "ana", enabled=True),
            [],
            {"token": "segredo"},
            "sincronia/test/",
        )

    def link(self, connection: str, entity: str, source_id: str, identities: list[tuple[str, str]], **more: Any) -> Any:
        known_by = tuple(self.flow.Identity(kind, value) for kind, value in identities)
        link = self.state.Link(
            source_id, "44", "p1", "Maria Souza", identities=known_by, at="2026-11-23T09:00:01.000Z", **more
        )
        self.hub.of("sincronia.store.links").link_out(link, connection, entity).save()
        for identity in known_by:
            self.hub.of("sincronia.store.identities").identity_out(identity, connection, entity, source_id).save()

    def outcome(
        self, connection: str, entity: str, source_id: str, kind: str, at: str, *, seq: int = 0, **more: Any
    ) -> None:
        problem, run = more.pop("problem", None), more.pop("run", RUN)
        outcome = self.state.Outcome(
            f"{seq:08}",
            entity,
            self.state.OutcomeKind(kind),
            source_id,
            "Maria Souza",
            problem=self.hub.of("sincronia.answers").Problem(*problem) if problem else None,
            **more,
        )
        key = self.state.RunKey(connection, run)
        self.hub.of("sincronia.store.outcomes").outcome_out(outcome, key, at).save()

    def hint(
        self, connection: str, record: str, at: float, kind: str, action: str = "", *, by: str = "", **more: Any
    ) -> str:
        hints = self.hub.of("sincronia.engine.hints")
        hint = hints.Hint(connection, hints.hint_id(at, record, by), "contract", record, hints.Cause.WEBHOOK, at, by=by)
        problem = more.pop("problem", None)
        effect = hints.Effect(
            self.state.OutcomeKind(kind),
            action=action,
            label="João Lima",
            problem=self.hub.of("sincronia.answers").Problem(*problem) if problem else None,
            **more,
        )
        stored = hints.StoredHint(
            hint, hints.HintState.DONE, effect, run_id="dia-1", at=self.hub.of("sincronia.clock").iso(at)
        )
        self.hub.of("sincronia.store.hints").hint_item(stored, "sgp").save()
        return str(hint.id)

    def search(self, value: str, **more: Any) -> Answer:
        return self.hub.call("POST", "/records", self.reader, body={"value": value, **more})


@pytest.fixture
def told(hub: Hub) -> Told:
    told = Told(hub)
    told.connect("aurora", "zen", "Contábil Aurora")
    told.connect("mesa", "asms", "Mesa de ajuda")
    told.connect("rede", "sgp", "Rede Sul")
    return told


@pytest.fixture
def maria(told: Told) -> Told:
    """Somebody whom two integrations know: refused once, then written, then changed by an import."""
    told.link("aurora", "usuario_cliente", "7", [("cpf", CPF), ("email", EMAIL)], seen="p2")
    told.outcome(
        "aurora",
        "usuario_cliente",
        "7",
        "rejected",
        "2026-11-20T12:00:00.000Z",
        problem=("identity_invalid", {"code": "7", "kind": "CPF"}),
    )
    told.outcome("aurora", "usuario_cliente", "7", "created", "2026-11-21T12:00:00.000Z", seq=1, target_id="44")
    identity = told.hub.of("sincronia.store.identities").identity_out(
        told.flow.Identity("cpf", CPF), "mesa", "clients", "c9"
    )
    identity.save()
    told.outcome(
        "mesa",
        "clients",
        "c9",
        "updated",
        "2026-11-22T12:00:00.000Z",
        changed=("Telefone",),
        run="importacao-1",
        kept={"file": "equipe.xlsx", "sheet": "Registros", "row": 12},
    )
    return told


def test_the_example_is_answered(hub: Hub) -> None:
    answer = hub.send(event("hub/on_http/search_records"), hub.token("reader"))

    assert (answer.status, answer.headers) == (200, JSON | VARY)
    assert (answer.body["records"], answer.body["events"], answer.body["next"]) == ([], [], None)


def test_one_value_tells_the_story_over_all_integrations_the_newest_first(maria: Told) -> None:
    answer = maria.search(written(CPF))

    assert answer.status == 200
    zen, asms = answer.body["records"]
    assert zen == {
        "number": 1,
        "connection": "aurora",
        "connection_name": "Contábil Aurora",
        "integration": "zen",
        "integration_title": "Questor → Zen",
        "lane": "usuario_cliente",
        "lane_title": "Usuários do Cliente",
        "target": "Zen",
        "source_id": "7",
        "label": "Maria Souza",
        "status": "Ressincronização Pendente",
        "last_moved_at": "2026-11-23T09:00:01.000Z",
        "known_by": [
            {"kind": "cpf", "title": "CPF", "value": written(CPF)},
            {"kind": "email", "title": "E-mail", "value": EMAIL},
        ],
        "url": None,
    }
    assert asms["label"] == "Maria Souza"  # by its story: no link names it
    assert (asms["number"], asms["connection_name"], asms["lane_title"], asms["status"]) == (
        2,
        "Mesa de ajuda",
        "Clientes",
        None,
    )
    assert [(one["at"][:10], one["record"], one["title"], one["outcome"]) for one in answer.body["events"]] == [
        ("2026-11-22", 2, "Atualizado no Diretório", "updated"),
        ("2026-11-21", 1, "Criado no Zen", "created"),
        ("2026-11-20", 1, "Não enviado: precisa de correção", "rejected"),
    ]
    imported, _, refused = answer.body["events"]
    assert (imported["changed"], imported["origin"]) == (["Telefone"], "equipe.xlsx, Registros, linha 12")
    assert imported["run_url"] == "/integrations/asms/connections/mesa/runs/importacao-1"
    assert refused["reason"] == "O CPF do cadastro 7 não é válido: o tamanho ou os dígitos verificadores não conferem."
    assert refused["advice"] == "Corrija o CPF no cadastro; a próxima sincronização o envia."


def test_the_other_values_lead_to_the_same_record(maria: Told) -> None:
    by_email = maria.search(f" {EMAIL.upper()} ")

    assert [one["connection"] for one in by_email.body["records"]] == ["aurora"]
    assert maria.search(EMAIL, kind="email").body["records"] == by_email.body["records"]
    assert maria.search(CPF, kind="cnpj").status == 422
    assert maria.search(EMAIL, kind="login").body["records"] == []


def test_a_contract_tells_what_its_warnings_led_to(told: Told) -> None:
    told.link("rede", "contract", "4411", [("contract", "4411"), ("login", "joao.lima")])
    told.hint("rede", "4411", START, "rejected", problem=("record_malformed", {"field": "porta"}))
    told.hint("rede", "4411", START + 60, "updated", "updated", before={"Nome": "J. Lima"}, after={"Nome": "João Lima"})
    told.outcome("rede", "contract", "4411", "updated", "2026-11-23T09:01:00.000Z")  # the same, as the day counts it

    answer = told.search("4411")
    by_login = told.search("JOAO.LIMA")

    assert answer.body["records"][0]["url"] == "/integrations/sgp/logs?connection=rede&record=4411"
    assert [(one["title"], one["cause"], one["label"]) for one in answer.body["events"]] == [
        ("Cliente atualizado", "Aviso recebido", "João Lima"),
        ("Não enviado: precisa de correção", "Aviso recebido", "João Lima"),
    ]
    assert answer.body["events"][0]["before"] == {"Nome": "J. Lima"}
    assert "campo porta vazio ou inválido" in answer.body["events"][1]["reason"]
    assert by_login.body["records"] == answer.body["records"]


def test_what_waits_says_until_when(told: Told) -> None:
    told.link("rede", "contract", "4411", [("contract", "4411")])
    hints = told.hub.of("sincronia.engine.hints")
    hint = hints.Hint("rede", hints.hint_id(START, "x"), "contract", "4411", hints.Cause.WEBHOOK, START)
    down = told.hub.of("sincronia.answers").Problem("vendor_down", {"vendor": "OZmap", "status": "503"})
    waiting = hints.StoredHint(
        hint, hints.HintState.WAITING, problem=down, wake_at=START + 300, at="2026-11-23T09:00:00.000Z"
    )
    told.hub.of("sincronia.store.hints").hint_item(waiting, "sgp").save()

    (one,) = told.search("4411").body["events"]

    assert (one["outcome"], one["outcome_title"]) == ("waiting", "À espera")
    assert one["waits_until"] == "2026-11-23T09:05:00.000Z"
    assert one["reason"].startswith("O OZmap respondeu com um erro interno")


def test_a_notes_record_is_told_by_the_side_that_was_written(told: Told) -> None:
    told.connect("caixa", "notes", "Escritório")
    told.link("caixa", "contacts:u1", "N1", [("email", "rui@cliente.example")])
    told.outcome("caixa", "contacts:u1", "N1", "updated", "2026-11-23T09:00:00.000Z", kept={"on": "b"})

    answer = told.search("rui@cliente.example")

    assert answer.body["events"][0]["title"] == "Atualizado no Zoho CRM"
    assert answer.body["records"][0]["lane_title"] == "Contatos"


@pytest.mark.parametrize(
    ("spoil", "code", "says"),
    [
        (
            lambda n: n[:9] + str((int(n[9]) + 1) % 10) + n[10],
            "record_first_digit_wrong",
            "o primeiro dígito verificador",
        ),
        (lambda n: n[:10] + str((int(n[10]) + 1) % 10), "record_second_digit_wrong", "o segundo dígito verificador"),
        (lambda _: "11111111111", "record_digit_repeated", "um só algarismo repetido"),
    ],
)
def test_a_cpf_that_is_none_is_told_which_digit_is_wrong(told: Told, spoil: Any, code: str, says: str) -> None:
    number = spoil(CPF)

    for text in (number, written(number)):
        answer = told.search(text)
        assert (answer.status, answer.body["code"], answer.body["field"]) == (422, code, "value")
        assert says in answer.body["detail"]
        assert number not in str(answer.body)


def test_a_contract_that_looks_like_a_wrong_cpf_is_found(told: Told) -> None:
    number = CPF[:10] + str((int(CPF[10]) + 1) % 10)
    told.link("rede", "contract", number, [("contract", number)])

    assert [one["source_id"] for one in told.search(number).body["records"]] == [number]


def test_nothing_to_look_for_is_refused(told: Told) -> None:
    answer = told.search("  ")

    sentence = (
        "Falta dizer o que procurar. Escreva um CNPJ, um CPF, um e-mail, o número de um contrato, um login ou um "
        "projeto."
    )
    expected = problem(422, "Confira o que você procura", "record_value_missing", sentence, field="value")
    assert answer == Answer(422, PROBLEM | VARY, expected)


@pytest.mark.parametrize("cursor", ["lixo", "eyJiZWZvcmUiOiJ4In0=", "eyJhIjoiYiJ9"])
def test_a_cursor_of_something_else_is_refused(told: Told, cursor: str) -> None:
    assert told.search(CPF, cursor=cursor).body["code"] == "cursor_invalid"


def test_a_record_of_a_connection_that_is_gone_is_not_told(maria: Told) -> None:
    maria.hub.of("sincronia.store.connections").ConnectionItem("aurora", "CONFIG").delete()

    answer = maria.search(CPF)

    assert [one["connection"] for one in answer.body["records"]] == ["mesa"]
    assert [one["record"] for one in answer.body["events"]] == [1]


def _pages(told: Told, value: str, limit: int) -> Iterator[list[dict[str, Any]]]:
    cursor: str | None = ""
    while cursor is not None:
        answer = told.search(value, limit=limit, cursor=cursor)
        assert answer.status == 200, answer.body
        yield answer.body["events"]
        cursor = answer.body["next"]


def test_pages_over_several_records_leave_nothing_out_and_tell_nothing_twice(told: Told) -> None:
    """Even of one moment, and where one record has much more to tell than the others."""
    for place, entity in enumerate(("usuario_cliente", "socio")):
        told.link("aurora", entity, "7", [("email", EMAIL)])
        for number in range(3 + 9 * place):
            moment = f"2026-11-23T09:00:00.00{number % 4}Z"
            told.outcome("aurora", entity, "7", "updated", moment, seq=place * 100 + number)
    told.link("rede", "contract", "4411", [("email", EMAIL)])
    ids = {told.hint("rede", "4411", START + number % 2 / 1000, "updated", by=f"{number}") for number in range(6)}
    assert len(ids) == 6

    for limit in (1, 4, 100):
        pages = list(_pages(told, EMAIL, limit))
        whole = [one for page in pages for one in page]
        assert all(len(page) <= limit for page in pages)
        assert Counter(one["record"] for one in whole) == {1: 12, 2: 3, 3: 6}
        assert [one["at"] for one in whole] == sorted((one["at"] for one in whole), reverse=True)


def _calls_of(told: Told, outcomes: int) -> Counter[tuple[str, str]]:
    items = told.hub.of("sincronia.store.outcomes")
    with items.OutcomeItem.batch_write() as batch:
        for number in range(outcomes):
            outcome = told.state.Outcome(
                f"{number:08}", "usuario_cliente", told.state.OutcomeKind.UPDATED, "7", "Maria"
            )
            batch.save(
                items.outcome_out(outcome, told.state.RunKey("aurora", RUN), f"2026-11-22T12:00:00.{number % 1000:03}Z")
            )
    told.hub.calls()
    assert len(told.search(CPF, limit=100).body["events"]) == 100
    return told.hub.calls()


@pytest.mark.sweep
def test_a_search_costs_the_same_whatever_there_is(told: Told) -> None:
    told.link("aurora", "usuario_cliente", "7", [("cpf", CPF)])

    few, many = _calls_of(told, 100), _calls_of(told, 10_000)

    assert few == many


def test_a_search_is_a_bounded_number_of_queries(told: Told) -> None:
    """A value that many have: the stories of twenty are told, and that there are more."""
    for number in range(30):
        told.link("aurora", "usuario_cliente", str(number), [("email", EMAIL)])
        told.outcome("aurora", "usuario_cliente", str(number), "updated", "2026-11-22T12:00:00.000Z", seq=number)
    told.hub.calls()

    answer = told.search(EMAIL)

    assert (len(answer.body["records"]), answer.body["more_records"]) == (20, True)
    assert told.hub.calls() == Counter(
        {
            ("dynamodb:GetItem", "tokens"): 1,
            ("dynamodb:Query", "identities"): 3,  # e-mail, login, user of Promob
            ("dynamodb:BatchGetItem", "connections"): 1,
            ("dynamodb:BatchGetItem", "links"): 1,
            ("dynamodb:Query", "outcomes.story"): 20,
        }
    )


def test_what_was_looked_for_is_in_no_log(maria: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    text = io.StringIO()
    logger = maria.hub.of("hub.on_http").logger
    for each in (logger, maria.hub.of("sincronia.web.application").logger):
        each.setLevel(logging.INFO)
    (stream,) = logger.handlers
    monkeypatch.setattr(stream, "stream", text)  # which may be an earlier test's that is closed by now

    for value in (CPF, written(CPF), EMAIL, CPF[:10] + str((int(CPF[10]) + 1) % 10)):
        maria.search(value)

    assert text.getvalue().count('"route":"/records"') == 4
    assert not [value for value in (CPF[:9], written(CPF)[:9], EMAIL) if value in text.getvalue()]


def _posted(maria: Told, **fields: str) -> str:
    browser = Browser(maria.hub).signed_in(maria.reader)
    answer = browser.post("/records", form_token=browser.form_token(), **fields)
    return unescape(" ".join(answer["body"].split()))


def test_the_page_asks_and_tells_without_the_value_in_its_address(maria: Told) -> None:
    browser = Browser(maria.hub).signed_in(maria.reader)

    asked = browser.page("/records")
    shown = _posted(maria, value=written(CPF))

    assert "Por que este registro está assim?" in asked
    assert 'method="post" action="/records" role="search"' in asked
    assert "2 cadastros encontrados" in shown
    assert "Ressincronização Pendente" in shown
    assert "sábado, 21 de novembro de 2026" in shown
    assert "Corrija o CPF no cadastro" in shown
    assert "Veio de: equipe.xlsx, Registros, linha 12" in shown
    assert f'value="{EMAIL}"' in shown  # a button that looks for it
    assert f"?value={CPF}" not in shown


def test_a_page_goes_on_to_what_came_before(maria: Told) -> None:
    first = _posted(maria, value=CPF, limit="1")

    assert "O que veio antes" in first
    cursor = first.split('name="cursor" value="')[1].split('"')[0]
    second = _posted(maria, value=CPF, limit="2", cursor=cursor)
    assert "Atualizado no Diretório" not in second
    assert "Criado no Zen" in second
    assert "Voltar ao mais novo" in second


def test_a_wrong_value_stands_in_the_form_again_with_what_to_do(told: Told) -> None:
    shown = _posted(told, value=CPF[:10] + str((int(CPF[10]) + 1) % 10))

    assert "o segundo dígito verificador" in shown
    assert 'aria-invalid="true"' in shown


def test_nobody_with_that_value_is_said_so(told: Told) -> None:
    assert "Nenhum registro com este valor" in _posted(told, value="ninguem@cliente.example")


def test_a_record_with_nothing_to_tell_is_shown(told: Told) -> None:
    told.link("aurora", "usuario_cliente", "7", [("cpf", CPF)])

    shown = _posted(told, value=CPF)

    assert "Nada aconteceu com ele" in shown
    assert "Um cadastro encontrado" in shown
