"""Health over HTTP: how connections, queues and tokens are, whole answers, and what that costs."""

from __future__ import annotations

import os
import re
from collections import Counter
from typing import Any

import pytest

from tests.hub_browser import Browser
from tests.hub_on_aws import JSON, Answer, Hub
from tests.office_on_aws import START, event

OFFICE = "escritorio-modelo"
PROVIDER = "provedor-modelo"
SYNC = "sincronizar_usuarios"
MINUTE = 60
AT_START = "23/11/2026 às 06:00"  # START, in São Paulo
QUEUES = ("zen", "sgp", "promob", "asms", "uploads", "notes", "schedule")


def connect(hub: Hub, connection: str = OFFICE, integration: str = "zen", **more: Any) -> None:
    """A connection with one flow that is due in an hour."""
    state = hub.of("sincronia.engine.state")
    options = {"name": f"Nome de {connection}", "enabled": True, "wake_at": START + 3600, **more}
    flow = state.ScheduledFlow(
        connection, integration, SYNC, "Sincronizar Usuários", {}, 60, options["wake_at"], options.get("active_run", "")
    )
    hub.of("sincronia.store.registering").put_connection(
        state.Connection(connection, integration, options["name"], {}, "", "ana", enabled=options["enabled"]),
        [flow],
        {},
        "sincronia/test/",
    )


def run(hub: Hub, at: float, connection: str = OFFICE, flow: str = SYNC, **more: Any) -> Any:
    """A run as the table has it, begun at a moment."""
    state = hub.of("sincronia.engine.state")
    stamp = hub.of("sincronia.engine.hints").compact(at)
    given = {"integration": "zen", "trigger": "schedule", "audience": connection, **more}
    made = state.Run(
        key=state.RunKey(connection, f"{stamp}-942b369b941d99a8"), flow=flow, filters={}, started_at=at, **given
    )
    hub.of("sincronia.store.runs").run_out(made).save()
    return made


def done(hub: Hub, at: float, result: str = "success", problem: str = "", **counted: int) -> dict[str, Any]:
    """The fields of a run that has ended five seconds after it began."""
    state, answers = hub.of("sincronia.engine.state"), hub.of("sincronia.answers")
    counters = {state.OutcomeKind(kind): number for kind, number in counted.items()}
    number = sum(counted.values())
    return {
        "phase": state.Phase.DONE,
        "result": state.Result(result),
        "concluded_at": at + 5,
        "position": number - counted.get("unchanged", 0),
        "tallies": {"usuario": state.Tally(number, number - counted.get("unchanged", 0), counters)},
        "problem": answers.Problem(problem, {"vendor": "Zen"}) if problem else None,
    }


def finding(code: str, tone: str, word: str, sentence: str, advice: str, **more: Any) -> dict[str, Any]:
    given = {"code": code, "tone": tone, "word": word, "sentence": sentence, "advice": advice}
    return given | {"reason": "", "at": None, "url": None} | more


def test_requests_of_the_lgpd_hide_no_failure_and_are_no_success(hub: Hub) -> None:
    connect(hub)
    run(hub, START - 600, **done(hub, START - 600, "failure", "zen.access_key_refused"))
    task = hub.of("sincronia.engine.privacy_task")
    for number in range(hub.of("hub.health").NEWEST):
        made = task.part_run(OFFICE, "zen", f"20261123T0859{number:02}000Z-0000000000000001", "token")
        hub.of("sincronia.store.runs").run_out(hub.of("sincronia.engine.report").closed(made, None)).save()

    (one,) = hub.call("GET", "/health", hub.token("reader")).body["items"]

    assert (one["tone"], one["last_success_at"]) == ("bad", None)


def test_a_stack_where_all_is_well(hub: Hub) -> None:
    reader = hub.token("reader")
    connect(hub)
    ended = run(hub, START - 600, **done(hub, START - 600, created=2, unchanged=6))

    answer = hub.send(event("hub/on_http/read_health"), reader)

    assert ended.key.run_id.startswith("20261123T085000000Z")
    queues = [
        {
            "queue": name,
            "title": title,
            "messages": 0,
            "tone": "good",
            "word": "Vazia",
            "sentence": "Nenhuma mensagem ficou para trás.",
            "advice": "",
        }
        for name, title in zip(
            QUEUES,
            (
                "Questor → Zen",
                "SGP → OZmap",
                "Promob ↔ FoccoLojas",
                "ASMS",
                "Arquivos para o diretório do ASMS",
                "IBM Notes ↔ Zoho CRM",
                "Agendador",
            ),
            strict=True,
        )
    ]
    assert answer == Answer(
        200,
        JSON,
        {
            "at": "2026-11-23T09:00:00.000Z",
            "tone": "good",
            "word": "Tudo em dia",
            "sentence": "1 conexão conferida, e nada precisa de você.",
            "queues": queues,
            "tokens": [],
            "items": [
                {
                    "connection": OFFICE,
                    "name": f"Nome de {OFFICE}",
                    "integration": "zen",
                    "integration_title": "Questor → Zen",
                    "responsible": "ana",
                    "tone": "good",
                    "word": "Em dia",
                    "last_success_at": "2026-11-23T08:50:05.000Z",
                    "next_at": "2026-11-23T10:00:00.000Z",
                    "findings": [finding("well", "good", "Em dia", "Tudo em dia.", "")],
                    "to_correct": [],
                    "url": f"/integrations/zen/connections/{OFFICE}",
                }
            ],
            "next": None,
        },
    )


def test_connections_come_the_worst_first_each_with_what_to_do(hub: Hub) -> None:
    reader = hub.token("reader")
    state, answers = hub.of("sincronia.engine.state"), hub.of("sincronia.answers")
    for name in ("a-em-dia", "b-no-freio", "c-recusada", "d-desativada", "e-atrasada"):
        connect(
            hub, name, enabled=name != "d-desativada", wake_at=START - 3600 if name == "e-atrasada" else START + 3600
        )
    run(hub, START - 600, "a-em-dia", **done(hub, START - 600, "partial", rejected=2, unchanged=6))
    names = {"number": "30", "links": "60", "names": "Ana, Bia e mais 28", "lane": "Usuários"}
    held = run(
        hub,
        START - 600,
        "b-no-freio",
        phase=state.Phase.BRAKE,
        brakes=(answers.Problem("brake_deactivations", names),),
    )
    refused = run(hub, START - 600, "c-recusada", **done(hub, START - 600, "failure", "zen.access_key_refused"))

    body = hub.call("GET", "/health", reader).body

    assert (body["tone"], body["sentence"]) == ("bad", "2 conexões precisam de atenção; 1 conexão espera.")
    assert [(one["connection"], one["tone"], one["word"]) for one in body["items"]] == [
        ("c-recusada", "bad", "Acesso recusado"),
        ("e-atrasada", "bad", "Atrasada"),
        ("b-no-freio", "wait", "Espera você"),
        ("d-desativada", "calm", "Desativada"),
        ("a-em-dia", "good", "Em dia"),
    ]
    by_name = {one["connection"]: one for one in body["items"]}
    assert by_name["b-no-freio"]["findings"] == [
        finding(
            "brake",
            "wait",
            "Espera você",
            "“Sincronizar Usuários” parou no freio e espera uma decisão desde 23/11/2026 às 05:50.",
            "Confira se eles saíram mesmo da origem e aprove ou rejeite esta sincronização.",
            reason="Em “Usuários”, esta sincronização retiraria o acesso de 30 dos 60 cadastros sincronizados (Ana, "
            "Bia e mais 28); nada foi alterado.",
            at="2026-11-23T08:50:00.000Z",
            url=f"/notifications/b-no-freio/{held.key.run_id}",
        )
    ]
    (wrong,) = by_name["c-recusada"]["findings"]
    assert (wrong["sentence"], wrong["url"]) == (
        "“Sincronizar Usuários” parou em 23/11/2026 às 05:50: a chave ou a senha da conexão não foi aceita.",
        f"/notifications/c-recusada/{refused.key.run_id}",
    )
    assert wrong["reason"].startswith("O Zen recusou a Chave de Acesso (TOKEN)")
    assert wrong["advice"]
    assert wrong["advice"] not in wrong["reason"]
    assert by_name["e-atrasada"]["findings"][0]["at"] == "2026-11-23T08:00:00.000Z"
    assert by_name["e-atrasada"]["next_at"] is None
    assert by_name["d-desativada"]["next_at"] is None
    assert by_name["a-em-dia"]["to_correct"] == [
        {
            "title": "Sincronizar Usuários",
            "number": 2,
            "url": "/notifications/a-em-dia/20261123T085000000Z-942b369b941d99a8",
        }
    ]


def test_hints_that_wait_and_sweeps_that_failed_are_told_with_their_logs(hub: Hub) -> None:
    reader = hub.token("reader")
    hints, answers = hub.of("sincronia.engine.hints"), hub.of("sincronia.answers")
    state = hub.of("sincronia.engine.state")
    sweep = hints.Hint(PROVIDER, "20261123T080000000Z-1", SYNC, "", hints.Cause.SCHEDULE, START - 3600)
    connect(hub, PROVIDER, "sgp", active_run="")
    flow = hub.of("sincronia.store.connections").ConnectionItem
    flow(PROVIDER, f"FLOW#{SYNC}").update([flow.active_run.set(sweep.id)])
    failed = hints.Effect(state.OutcomeKind.FAILED, problem=answers.Problem("vendor_refused_token", {"vendor": "SGP"}))
    waiting = hints.Hint(PROVIDER, "20261123T083000000Z-2", "contract", "308", hints.Cause.WEBHOOK, START - 1800)
    late = answers.Problem("vendor_down", {"vendor": "OZmap", "status": "503"})
    for stored in (
        hints.StoredHint(sweep, hints.HintState.DONE, effect=failed, at=hub.of("sincronia.clock").iso(START - 3500)),
        hints.StoredHint(waiting, hints.HintState.WAITING, problem=late, wake_at=START + 60, at="x"),
    ):
        hub.of("sincronia.store.hints").hint_item(stored, "sgp").save()

    (one,) = hub.call("GET", "/health", reader, connection=PROVIDER).body["items"]

    logs = f"/integrations/sgp/logs?connection={PROVIDER}&outcome="
    assert [(each["code"], each["reason"], each["url"]) for each in one["findings"]] == [
        ("credentials_refused", "O SGP recusou a chave de acesso.", f"{logs}failed"),
        ("hints_waiting", "O OZmap respondeu com um erro interno (código 503).", f"{logs}waiting"),
    ]
    assert one["findings"][0]["sentence"].startswith("“Sincronizar Usuários” parou em 23/11/2026 às 05:00")
    assert (
        one["findings"][1]["sentence"] == "O aviso mais antigo espera desde 23/11/2026 às 05:30; ele continua sozinho."
    )


def test_what_was_left_behind_is_counted_by_queue(hub: Hub) -> None:
    reader = hub.token("reader")
    urls = hub.of("sincronia.settings").dead_letter_queue_urls()
    assert set(urls) == set(QUEUES)
    for _ in range(2):
        hub.aws.sqs.send_message(QueueUrl=urls["zen"], MessageBody="{}")
    hub.aws.sqs.send_message(QueueUrl=urls["schedule"], MessageBody="{}")

    body = hub.call("GET", "/health", reader).body

    assert body["sentence"] == "Há algo a fazer fora das conexões."
    assert [(each["queue"], each["messages"], each["tone"]) for each in body["queues"]][:3] == [
        ("zen", 2, "bad"),
        ("schedule", 1, "bad"),
        ("sgp", 0, "good"),
    ]
    assert body["queues"][0]["sentence"].startswith("2 mensagens na fila")
    assert "QUEUE=ZenDeadLetters" in body["queues"][0]["advice"]
    assert "ScheduleDeadLetters" in body["queues"][1]["advice"]


def test_tokens_that_end_are_told_to_administrators_and_their_own_to_others(hub: Hub) -> None:
    administrator = hub.token("administrator")
    hub.token("operator", days=60)
    soon, over = hub.token("reader", days=5), hub.token("operator", days=1)
    hub.now += 2 * 86400

    def told(token: str) -> list[tuple[str, str, str]]:
        tokens = hub.call("GET", "/health", token).body["tokens"]
        return [(each["id"], each["tone"], each["sentence"]) for each in tokens]

    own = (soon[4:20], "wait", "“Token de reader” vence em 28/11/2026 às 06:00.")
    assert told(administrator) == [
        (over[4:20], "bad", "“Token de operator” venceu em 24/11/2026 às 06:00, e quem o usa não entra mais."),
        own,
    ]
    assert told(soon) == [own]
    assert told(hub.token("reader")) == []


def test_pages_of_connections_follow_each_other_and_tell_queues_once(hub: Hub) -> None:
    reader = hub.token("reader")
    for number in range(3):
        connect(hub, f"c{number}")

    first = hub.call("GET", "/health", reader, limit=2).body
    rest = hub.call("GET", "/health", reader, limit=2, cursor=first["next"]).body

    assert [len(first["items"]), len(rest["items"]), rest["next"]] == [2, 1, None]
    assert [len(first["queues"]), len(rest["queues"])] == [len(QUEUES), 0]
    assert first["sentence"].endswith("nesta página, e nada precisa de você.")


@pytest.mark.parametrize("many", [200, pytest.param(10_000, marks=pytest.mark.sweep)])
def test_a_page_costs_the_same_however_much_the_tables_hold(hub: Hub, many: int) -> None:
    reader = hub.token("reader")
    connect(hub)
    connect(hub, PROVIDER, "sgp")
    run(hub, START - 600, **done(hub, START - 600, "partial", rejected=1))
    _outcomes(hub, 100)
    few = [_cost(hub, path, reader) for path in ("/health", "/receipts")]

    for number in range(many // 25):
        run(hub, START - 700 - number * 60, **done(hub, START - 700, "partial", rejected=1, updated=3))
    _outcomes(hub, many)

    assert [_cost(hub, path, reader) for path in ("/health", "/receipts")] == few
    for cost, most in zip(few, (8, 5), strict=True):
        assert sum(count for (action, _), count in cost.items() if action == "dynamodb:Query") == most
        assert not [action for action, _ in cost if action == "dynamodb:Scan"]


def _cost(hub: Hub, path: str, token: str) -> Counter[tuple[str, str]]:
    """The calls of a request, when whatever is imported late is imported."""
    hub.call("GET", path, token)
    hub.calls()
    assert hub.call("GET", path, token).status == 200
    return hub.calls()


def _outcomes(hub: Hub, count: int) -> None:
    """Outcomes of the connection's runs, as the table has them."""
    table = os.environ["OUTCOMES_TABLE"]
    for start in range(0, count, 25):
        hub.aws.dynamodb.batch_write_item(
            RequestItems={
                table: [
                    {
                        "PutRequest": {
                            "Item": {
                                "run_id": {"S": "20261123T085000000Z-942b369b941d99a8"},
                                "seq": {"S": f"{number:08}"},
                                "kind_seq": {"S": f"rejected#{number:08}"},
                                "record": {"S": f"{OFFICE}#usuario#{number}"},
                                "story_at": {"S": "2026"},
                            }
                        }
                    }
                    for number in range(start, start + 25)
                ]
            }
        )


def test_the_page_says_what_is_wrong_and_leads_to_where_it_is_decided(hub: Hub) -> None:
    state, answers = hub.of("sincronia.engine.state"), hub.of("sincronia.answers")
    browser = Browser(hub).signed_in(hub.token("reader"))
    connect(hub)
    names = {"number": "30", "links": "60", "names": "<b>Ana</b>", "lane": "Usuários"}
    held = run(hub, START - 600, phase=state.Phase.BRAKE, brakes=(answers.Problem("brake_deactivations", names),))

    page = browser.get("/health")["body"]

    assert "<h1>Algo espera</h1>" in page
    assert f'href="/notifications/{OFFICE}/{held.key.run_id}"' in page
    assert "&lt;b&gt;Ana&lt;/b&gt;" in page
    assert "Nome de escritorio-modelo" in page
    assert "as 7 filas de mensagens que não puderam ser tratadas estão vazias" in page
    assert re.findall(r'aria-current="page">([^<]*)', page) == ["Saúde"]


def test_before_the_first_connection_the_page_says_so(hub: Hub) -> None:
    page = Browser(hub).signed_in(hub.token("reader")).page("/health")

    assert "Ainda não há conexões" in page
