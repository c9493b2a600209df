"""The hub over HTTP: who gets in and what that costs, tokens, lists; the real handler, whole answers."""

from __future__ import annotations

import io
import json
import logging
from collections import Counter
from typing import Any

import pytest

from tests.hub_on_aws import Answer, Hub
from tests.office_on_aws import START, AwsServer, event

NO_STORE = {"Cache-Control": "no-store"}
JSON = NO_STORE | {"Content-Type": "application/json"}
PROBLEM = NO_STORE | {"Content-Type": "application/problem+json"}
CHALLENGE = PROBLEM | {"WWW-Authenticate": "Bearer"}
ONE_TOKEN = Counter({("dynamodb:GetItem", "tokens"): 1})
MONTH = "2026-11"
RUN = "20261123T090000000Z-942b369b941d99a8"


@pytest.fixture
def hub(aws: AwsServer) -> Hub:
    return Hub(aws)


def problem(status: int, title: str, code: str, detail: str, **more: Any) -> dict[str, Any]:
    return {"type": "about:blank", "title": title, "status": status, "code": code, "detail": detail, **more}


def wrong_character(token: str) -> str:
    return token[:30] + ("a" if token[30] != "a" else "b") + token[31:]


# ── who gets in ──────────────────────────────────────────────────────────────────────────────────────────────────────
def test_without_a_token_nothing_is_read(hub: Hub) -> None:
    hub.calls()

    answer = hub.call("GET", "/connections", None)

    assert answer == Answer(
        401,
        CHALLENGE,
        problem(
            401,
            "Não autenticado",
            "token_missing",
            "A requisição não traz um token de integração. Envie o cabeçalho Authorization: Bearer <token>.",
        ),
    )
    assert hub.calls() == Counter()


@pytest.mark.parametrize(
    "spoilt",
    [
        wrong_character,
        str.upper,
        lambda token: token[:-1],
        lambda token: f"{token}A",
        lambda token: token[:-6] + "000000",
        lambda _: "lixo",
        lambda token: f"{token},Bearer {token}",
        lambda _: "ção",
    ],
)
def test_what_is_no_token_costs_no_call(hub: Hub, spoilt: Any) -> None:
    token = hub.token()
    hub.calls()

    answer = hub.call("GET", "/connections", spoilt(token))

    assert answer == Answer(
        401,
        CHALLENGE,
        problem(
            401,
            "Não autenticado",
            "token_malformed",
            "O que veio no cabeçalho Authorization não é um token de integração do Sincronia. Confira se o token foi "
            "copiado por inteiro, sem espaços, depois de “Bearer ”.",
        ),
    )
    assert hub.calls() == Counter()


def _forged(hub: Hub) -> str:
    """The id of a token that there is, with another secret and the right checksum."""
    auth = hub.of("sincronia.auth")
    text = auth.new_token()
    changed = hub.token()[:20] + text[20:-6]
    return str(changed + auth._checksum(changed))


def _made_up(hub: Hub) -> str:
    return str(hub.of("sincronia.auth").new_token())


def _expired(hub: Hub) -> str:
    token = hub.token(days=1)
    hub.now += 86400
    return token


def _revoked(hub: Hub) -> str:
    token = hub.token()
    assert hub.call("DELETE", f"/tokens/{token[4:20]}", token).status == 204
    return token


@pytest.mark.parametrize(
    ("bring", "code", "sentence"),
    [
        (_forged, "token_unknown", "O token de integração não existe."),
        (_made_up, "token_unknown", "O token de integração não existe."),
        (_expired, "token_expired", "O token de integração venceu."),
        (_revoked, "token_revoked", "O token de integração foi revogado."),
    ],
)
@pytest.mark.parametrize("example", ["list_runs", "create_token"])
def test_a_token_that_does_not_hold_costs_one_read_of_tokens(
    hub: Hub, bring: Any, code: str, sentence: str, example: str
) -> None:
    token = bring(hub)
    hub.calls()

    answer = hub.send(event(f"hub/on_http/{example}"), token)

    detail = f"{sentence} Peça um token novo a um administrador."
    assert answer == Answer(401, CHALLENGE, problem(401, "Não autenticado", code, detail))
    assert hub.calls() == ONE_TOKEN


@pytest.mark.parametrize("role", ["reader", "operator"])
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("GET", "/tokens", None), ("POST", "/tokens", {"description": ""}), ("DELETE", "/tokens/0123456789abcdef", None)],
)
def test_a_role_that_does_not_do_costs_one_read_of_tokens(
    hub: Hub, role: str, method: str, path: str, body: Any
) -> None:
    token = hub.token(role)
    hub.calls()

    answer = hub.call(method, path, token, body=body, headers={"idempotency-key": "k"})

    name = {"reader": "leitor (reader)", "operator": "operador (operator)"}[role]
    detail = (
        f"Esta operação pede um token com o papel administrador (administrator), e o seu tem o papel {name}. "
        "Use um token com esse papel ou peça a um administrador."
    )
    assert answer == Answer(403, PROBLEM, problem(403, "Sem permissão", "role_insufficient", detail))
    assert hub.calls() == ONE_TOKEN


def test_a_wrong_form_is_told_after_the_token_and_before_any_table(hub: Hub) -> None:
    token = hub.token()
    hub.calls()

    answer = hub.call("POST", "/tokens", token, body={"description": " ", "expires_in_days": "9", "segredo": "x"})

    assert answer.status == 422
    assert answer.body == problem(
        422,
        "Requisição inválida",
        "request_invalid",
        "A requisição tem campos que precisam de correção: description: não tem a forma esperada; expires_in_days: "
        "deve ser um número inteiro; tem um campo que não existe. Corrija e envie de novo.",
        errors=[
            {"field": "description", "code": "field_malformed", "detail": "não tem a forma esperada"},
            {"field": "expires_in_days", "code": "field_type", "detail": "deve ser um número inteiro"},
            {"field": "", "code": "field_unknown", "detail": "tem um campo que não existe"},
        ],
    )
    assert hub.calls() == ONE_TOKEN


# ── tokens ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_token_is_shown_once_and_only_its_hash_is_kept(hub: Hub) -> None:
    administrator = hub.token()
    happening = event("hub/on_http/create_token")
    del happening["headers"]["idempotency-key"]

    answer = hub.send(happening, administrator)

    text = answer.body["token"]
    item = {
        "id": text[4:20],
        "description": "Painel da diretoria",
        "role": "reader",
        "created_at": "2026-11-23T09:00:00.000Z",
        "created_by": administrator[4:20],
        "expires_at": "2027-02-21T09:00:00.000Z",
        "revoked_at": None,
        "revoked_by": None,
        "last_four": text[-4:],
    }
    note = "Guarde o token agora, em um cofre de senhas: ele não será mostrado de novo."
    assert answer == Answer(201, JSON, {**item, "token": text, "note": note})
    assert hub.send(event("hub/on_http/read_current_token"), text) == Answer(200, JSON, item)
    assert text[21:] not in json.dumps(hub.rows("tokens"))
    assert hub.rows("requests") == []


def test_a_token_is_a_reader_s_and_has_no_end_where_nothing_else_is_said(hub: Hub) -> None:
    answer = hub.call("POST", "/tokens", hub.token(), body={"description": "Robô"})

    assert (answer.status, answer.body["role"], answer.body["expires_at"]) == (201, "reader", None)


def test_a_post_that_is_sent_twice_makes_one_token_and_keeps_none(hub: Hub) -> None:
    administrator = hub.token()

    first = hub.send(event("hub/on_http/create_token"), administrator)
    hub.calls()
    second = hub.send(event("hub/on_http/create_token"), administrator)

    assert first.status == 201
    assert second.status == 201
    assert second.headers == JSON | {"Idempotency-Replayed": "true"}
    assert second.body == first.body | {
        "token": None,
        "note": "O token só aparece na primeira resposta. Se ela não chegou, revogue este token e crie outro, com "
        "outra Idempotency-Key.",
    }
    assert hub.calls() == ONE_TOKEN + Counter({("dynamodb:PutItem", "requests"): 1})
    assert len(hub.rows("tokens")) == 2
    (kept,) = hub.rows("requests")
    assert first.body["token"][21:] not in json.dumps(kept)
    assert administrator[21:] not in json.dumps(kept)


def test_a_key_belongs_to_who_sent_it_what_and_where(hub: Hub) -> None:
    administrator, other = hub.token(), hub.token()
    first = hub.send(event("hub/on_http/create_token"), administrator)
    changed = event("hub/on_http/create_token")
    changed["body"] = json.dumps({"description": "Outra coisa"})

    reused = hub.send(changed, administrator)
    others = hub.send(event("hub/on_http/create_token"), other)

    assert reused == Answer(
        422,
        PROBLEM,
        problem(
            422,
            "Chave já usada",
            "idempotency_key_reused",
            "Esta Idempotency-Key já foi usada com outro conteúdo. Use uma chave nova para cada pedido diferente.",
        ),
    )
    assert (others.status, "Idempotency-Replayed" in others.headers) == (201, False)
    assert first.body["id"] != others.body["id"]


def test_the_second_waits_while_the_first_is_at_work(hub: Hub) -> None:
    administrator, second = hub.token(), hub.another()
    tokens = hub.of("hub.tokens")
    keep, meanwhile = tokens.keep_token, []

    def keep_slowly(token: Any) -> None:
        meanwhile.append(second.send(event("hub/on_http/create_token"), administrator))
        keep(token)

    tokens.keep_token = keep_slowly
    assert hub.send(event("hub/on_http/create_token"), administrator).status == 201

    assert meanwhile == [
        Answer(
            409,
            PROBLEM,
            problem(
                409,
                "Em andamento",
                "idempotency_in_progress",
                "O primeiro pedido com esta Idempotency-Key ainda está em andamento. Aguarde alguns segundos e repita "
                "o pedido.",
            ),
        )
    ]
    assert len(hub.rows("tokens")) == 2


def test_what_failed_may_be_tried_again_with_the_same_key(hub: Hub) -> None:
    administrator = hub.token()
    tokens = hub.of("hub.tokens")
    keep = tokens.keep_token

    def fail(token: Any) -> None:
        raise RuntimeError(token)

    tokens.keep_token = fail
    failed = hub.send(event("hub/on_http/create_token"), administrator)
    tokens.keep_token = keep
    again = hub.send(event("hub/on_http/create_token"), administrator)

    assert (failed.status, again.status, "Idempotency-Replayed" in again.headers) == (500, 201, False)


@pytest.mark.parametrize("key", ["", " ", "a b", "é", "x" * 129])
def test_a_key_of_another_form_is_refused(hub: Hub, key: str) -> None:
    answer = hub.call("POST", "/tokens", hub.token(), body={"description": "x"}, headers={"idempotency-key": key})

    assert (answer.status, answer.body["code"]) == (400, "idempotency_key_invalid")
    assert len(hub.rows("tokens")) == 1


def test_a_token_that_is_revoked_in_mid_use_ends_at_once_and_leaves_its_trail(hub: Hub) -> None:
    administrator, reader = hub.token(), hub.token("reader")
    assert hub.call("GET", "/connections", reader).status == 200
    hub.now += 60

    revoked = hub.call("DELETE", f"/tokens/{reader[4:20]}", administrator)
    refused = hub.call("GET", "/connections", reader)
    hub.now += 60
    again = hub.call("DELETE", f"/tokens/{reader[4:20]}", administrator)

    assert revoked == again == Answer(204, NO_STORE, None)
    assert (refused.status, refused.body["code"]) == (401, "token_revoked")
    active = hub.call("GET", "/tokens", administrator)
    assert [item["id"] for item in active.body["items"]] == [administrator[4:20]]
    trail = hub.call("GET", "/tokens", administrator, state="revoked")
    assert trail == Answer(
        200,
        JSON,
        {
            "items": [
                {
                    "id": reader[4:20],
                    "description": "Token de reader",
                    "role": "reader",
                    "created_at": "2026-11-23T09:00:00.000Z",
                    "created_by": "operator:ana",
                    "expires_at": None,
                    "revoked_at": "2026-11-23T09:01:00.000Z",
                    "revoked_by": administrator[4:20],
                    "last_four": reader[-4:],
                }
            ],
            "next": None,
        },
    )


@pytest.mark.parametrize("token_id", ["0123456789abcdef", "current", "x" * 3000, "é", "0123456789ABCDEF"])
def test_a_token_that_is_not_there_can_not_be_revoked(hub: Hub, token_id: str) -> None:
    answer = hub.call("DELETE", f"/tokens/{token_id}", hub.token())

    assert answer == Answer(
        404,
        PROBLEM,
        problem(
            404,
            "Não encontrado",
            "token_not_found",
            "Não há token de integração com esta identificação. Confira a identificação em GET /tokens.",
        ),
    )


def test_tokens_are_listed_by_pages_the_newest_first(hub: Hub) -> None:
    made = []
    for _ in range(5):
        made.append(hub.token())
        hub.now += 1
    administrator = made[0]

    first = hub.send(event("hub/on_http/list_tokens"), administrator)
    second = hub.call("GET", "/tokens", administrator, limit=2, cursor=first.body["next"])
    third = hub.call("GET", "/tokens", administrator, limit=2, cursor=second.body["next"])

    listed = [item["id"] for page in (first, second, third) for item in page.body["items"]]
    assert listed == [token[4:20] for token in reversed(made)]
    assert (len(first.body["items"]), len(second.body["items"]), third.body["next"]) == (2, 2, None)


@pytest.mark.parametrize(
    "cursor",
    [
        "lixo",
        "é",
        "e30=",  # {}
        "W10=",  # []
        "bnVsbA==",  # null
        "eyJ0b2tlbl9pZCI6IngifQ==",  # {"token_id":"x"}
        "eyJjcmVhdGVkX2F0IjoiYSIsInN0YXRlIjoicmV2b2tlZCIsInRva2VuX2lkIjoiYiJ9",  # names the partition too
        "eyJjcmVhdGVkX2F0IjoiIiwidG9rZW5faWQiOiJ4In0=",  # {"created_at":"","token_id":"x"}
        "eyJjcmVhdGVkX2F0IjoxLCJ0b2tlbl9pZCI6MX0=",  # numbers
        "eyJjcmVhdGVkX2F0IjoiXHVkODAwIiwidG9rZW5faWQiOiJ4In0=",  # half a surrogate pair
    ],
)
def test_a_cursor_that_we_did_not_give_is_refused(hub: Hub, cursor: str) -> None:
    answer = hub.call("GET", "/tokens", hub.token(), cursor=cursor)

    assert answer == Answer(
        400,
        PROBLEM,
        problem(
            400,
            "Requisição inválida",
            "cursor_invalid",
            "O cursor da lista não vale para esta consulta. Use o valor de next da página anterior, com os mesmos "
            "filtros, ou comece sem cursor.",
        ),
    )


# ── lists over all integrations ──────────────────────────────────────────────────────────────────────────────────────
def _connect(hub: Hub, connection: str, *, enabled: bool = True) -> None:
    state = hub.of("sincronia.engine.state")
    hub.of("sincronia.store.registering").put_connection(
        state.Connection(connection, "zen", f"Nome de {connection}", {"a": "b"}, "", "ana", enabled=enabled),
        [],
        {"zen_token": "segredo"},
        "sincronia/test/",
    )


def test_connections_are_listed_without_settings_and_secrets(hub: Hub) -> None:
    reader = hub.token("reader")
    _connect(hub, "escritorio-b", enabled=False)
    _connect(hub, "escritorio-a")

    answer = hub.send(event("hub/on_http/list_connections"), reader)

    def item(name: str, *, enabled: bool) -> dict[str, Any]:
        return {
            "id": name,
            "integration": "zen",
            "name": f"Nome de {name}",
            "enabled": enabled,
            "responsible": "ana",
            "url": f"/integrations/zen/connections/{name}",
        }

    items = [item("escritorio-a", enabled=True), item("escritorio-b", enabled=False)]
    assert answer == Answer(200, JSON, {"items": items, "next": None})
    page = hub.call("GET", "/connections", reader, limit=1)
    rest = hub.call("GET", "/connections", reader, limit=1, cursor=page.body["next"])
    assert page.body["items"] + rest.body["items"] == items


def _run(hub: Hub, connection: str, at: float, **more: Any) -> Any:
    state = hub.of("sincronia.engine.state")
    stamp = hub.of("sincronia.clock").iso(at).replace("-", "").replace(":", "").replace(".", "")
    run = state.Run(
        key=state.RunKey(connection, f"{stamp}-942b369b941d99a8"),
        integration="zen",
        flow="sincronizar_usuarios",
        trigger="schedule",
        filters={},
        audience=connection,
        started_at=at,
        **more,
    )
    hub.of("sincronia.store.runs").run_out(run).save()
    return run


def test_runs_are_listed_by_month_and_by_connection_the_newest_first(hub: Hub) -> None:
    reader = hub.token("reader")
    state = hub.of("sincronia.engine.state")
    tally = state.Tally(3, 3, {state.OutcomeKind.CREATED: 2, state.OutcomeKind.REJECTED: 1})
    done = {"phase": state.Phase.DONE, "result": state.Result.PARTIAL, "concluded_at": START + 5}
    _run(hub, "escritorio-modelo", START, tallies={"usuario": tally}, **done)
    _run(hub, "outro", START + 60)
    _run(hub, "escritorio-modelo", START + 120)
    in_december_in_utc = 1796090400.0  # 2026-12-01T02:00Z is 23h of 30 November in São Paulo
    _run(hub, "outro", in_december_in_utc)
    _run(hub, "outro", in_december_in_utc + 3600)

    answer = hub.send(event("hub/on_http/list_runs"), reader)
    everybody = hub.call("GET", "/runs", reader)
    others = hub.call("GET", "/runs", reader, connection="outro", month=MONTH)
    december = hub.call("GET", "/runs", reader, month="2026-12")

    assert answer.status == 200
    assert answer.body["next"] is None
    assert answer.body["items"][1] == {
        "connection": "escritorio-modelo",
        "run_id": RUN,
        "integration": "zen",
        "flow": "sincronizar_usuarios",
        "mode": "apply",
        "trigger": "schedule",
        "phase": "done",
        "result": "partial",
        "started_at": "2026-11-23T09:00:00.000Z",
        "concluded_at": "2026-11-23T09:00:05.000Z",
        "received": 3,
        "counters": {"created": 2, "rejected": 1},
        "url": f"/integrations/zen/connections/escritorio-modelo/runs/{RUN}",
    }
    assert [item["started_at"] for item in answer.body["items"]] == [
        "2026-11-23T09:02:00.000Z",
        "2026-11-23T09:00:00.000Z",
    ]
    assert [(item["connection"], item["started_at"][5:16]) for item in everybody.body["items"]] == [
        ("outro", "12-01T02:00"),
        ("escritorio-modelo", "11-23T09:02"),
        ("outro", "11-23T09:01"),
        ("escritorio-modelo", "11-23T09:00"),
    ]
    assert [item["started_at"][5:16] for item in others.body["items"]] == ["12-01T02:00", "11-23T09:01"]
    assert [item["started_at"][5:16] for item in december.body["items"]] == ["12-01T03:00"]


@pytest.mark.parametrize("query", [{}, {"connection": "c1"}])
def test_runs_come_by_pages(hub: Hub, query: dict[str, Any]) -> None:
    reader = hub.token("reader")
    for number in range(5):
        _run(hub, "c1", START + number)

    seen: list[str] = []
    cursor: str | None = ""
    for _ in range(3):
        answer = hub.call("GET", "/runs", reader, limit=2, cursor=cursor, **query)
        seen += [item["started_at"][17:19] for item in answer.body["items"]]
        cursor = answer.body["next"]

    assert (seen, cursor) == (["04", "03", "02", "01", "00"], None)


def _notify(hub: Hub, connection: str, run_id: str, **more: Any) -> None:
    state = hub.of("sincronia.engine.state")
    notification = state.Notification(
        audience=connection,
        id=run_id,
        connection=connection,
        integration="zen",
        title="Sincronizar Usuários",
        text="8 cadastros recebidos.",
        created_at="2026-11-23T09:00:00.000Z",
        **more,
    )
    hub.of("sincronia.store.notifications").notification_out(notification).save()


def _notification(connection: str, run_id: str) -> dict[str, Any]:
    return {
        "connection": connection,
        "id": run_id,
        "title": "Sincronizar Usuários",
        "text": "8 cadastros recebidos.",
        "state": "Pendente",
        "result": None,
        "created_at": "2026-11-23T09:00:00.000Z",
        "concluded_at": None,
        "url": f"/notifications/{connection}/{run_id}",
        "run_url": f"/integrations/zen/connections/{connection}/runs/{run_id}",
        "files": [],
    }


def test_notifications_are_listed_by_state_and_read_with_their_files(hub: Hub) -> None:
    reader = hub.token("reader")
    result = hub.of("sincronia.engine.state").Result.PARTIAL
    file = "cadastros-a-corrigir.xlsx"
    _notify(hub, "escritorio-modelo", RUN, result=result, concluded_at="2026-11-23T09:05:00.000Z", files=(file,))
    later = "20261123T100000000Z-0000000000000000"
    _notify(hub, "escritorio-modelo", later)
    _notify(hub, "outro", "20261123T110000000Z-0000000000000000")

    pending = hub.send(event("hub/on_http/list_notifications"), reader)
    of_one = hub.call("GET", "/notifications", reader, connection="escritorio-modelo", month=MONTH)
    done_of_one = hub.call("GET", "/notifications", reader, connection="escritorio-modelo", state="Concluído")
    one = hub.send(event("hub/on_http/read_notification"), reader)

    done = _notification("escritorio-modelo", RUN) | {
        "state": "Concluído",
        "result": "partial",
        "concluded_at": "2026-11-23T09:05:00.000Z",
        "files": [file],
    }
    others = _notification("outro", "20261123T110000000Z-0000000000000000")
    assert pending == Answer(200, JSON, {"items": [others, _notification("escritorio-modelo", later)], "next": None})
    assert of_one.body["items"] == [_notification("escritorio-modelo", later), done]
    assert done_of_one.body == {"items": [done], "next": None}
    assert one == Answer(200, JSON, done | {"files": [{"name": file, "url": f"{done['run_url']}/files/{file}"}]})
    assert hub.call("GET", "/notifications", reader, month="2026-10").body == {"items": [], "next": None}


def test_a_filter_that_leaves_little_still_pages(hub: Hub) -> None:
    reader = hub.token("reader")
    result = hub.of("sincronia.engine.state").Result.SUCCESS
    for number in range(6):
        more = {"result": result} if number % 2 else {}
        _notify(hub, "c1", f"20261123T09000{number}000Z-0000000000000000", **more)

    seen, cursor = [], ""
    while cursor is not None:
        answer = hub.call("GET", "/notifications", reader, connection="c1", state="Pendente", limit=1, cursor=cursor)
        seen += [item["id"][14] for item in answer.body["items"]]
        cursor = answer.body["next"]

    assert seen == ["4", "2", "0"]


def test_a_notification_that_is_not_there(hub: Hub) -> None:
    answer = hub.call("GET", f"/notifications/escritorio-modelo/{RUN}", hub.token("reader"))

    assert answer == Answer(
        404,
        PROBLEM,
        problem(
            404,
            "Não encontrado",
            "notification_not_found",
            "Não há notificação com esta identificação nesta conexão; elas são guardadas por 400 dias. Confira a "
            "identificação em GET /notifications.",
        ),
    )


# ── whatever else comes ──────────────────────────────────────────────────────────────────────────────────────────────
def test_the_document_is_everybody_s_and_costs_no_call(hub: Hub) -> None:
    hub.calls()

    answer = hub.send(event("hub/on_http/read_document"), None)

    assert (answer.status, answer.headers) == (200, JSON)
    assert answer.body["paths"].keys() >= {"/tokens", "/runs"}
    assert hub.calls() == Counter()


def test_a_failure_of_ours_tells_nothing_of_the_inside(hub: Hub) -> None:
    reader = hub.token("reader")
    text = io.StringIO()
    logger = hub.of("hub.on_http").logger
    for each in (logger, hub.of("sincronia.web.application").logger):
        each.setLevel(logging.ERROR)
    (stream,) = logger.handlers
    stream.setStream(text)

    def fail(*_: Any) -> None:
        raise ValueError("o CPF de ana@escritorio.example")

    hub.of("hub.connections").connections_by_name = fail
    answer = hub.call("GET", "/connections", reader)

    assert answer == Answer(
        500,
        PROBLEM,
        problem(
            500,
            "Falha interna",
            "unexpected",
            "O Sincronia não conseguiu atender o pedido por uma falha interna. Tente de novo em instantes; se "
            "acontecer outra vez, avise o suporte do Sincronia.",
        ),
    )
    (line,) = (json.loads(line) for line in text.getvalue().splitlines())
    assert (line["code"], line["error"], line["route"]) == ("unexpected", "ValueError", "/connections")
    assert line["at"][-1].endswith(" fail")
    assert "escritorio.example" not in text.getvalue()
    assert reader not in text.getvalue()
