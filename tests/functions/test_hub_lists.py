"""Connections, runs and notifications of all integrations over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.hub_on_aws import JSON, PROBLEM, Answer, Hub, problem
from tests.office_on_aws import START, event

MONTH = "2026-11"
RUN = "20261123T090000000Z-942b369b941d99a8"


def connect(hub: Hub, connection: str, *, enabled: bool = True) -> None:
    state = hub.of("sincronia.engine.state")
    hub.of("sincronia.store.registering").put_connection(
        state.Connection(connection, "zen", f"Nome de {connection}", {"a": "b"}, "", "ana", enabled=enabled),
        [],
        {"zen_token": "segredo"},
        "sincronia/test/",
    )


def test_connections_are_listed_without_settings_and_secrets(hub: Hub) -> None:
    reader = hub.token("reader")
    connect(hub, "escritorio-b", enabled=False)
    connect(hub, "escritorio-a")

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


def notify(hub: Hub, connection: str, run_id: str, created_at: str = "2026-11-23T09:00:00.000Z", **more: Any) -> None:
    state = hub.of("sincronia.engine.state")
    notification = state.Notification(
        audience=connection,
        id=run_id,
        connection=connection,
        integration="zen",
        title="Sincronizar Usuários",
        text="8 cadastros recebidos.",
        created_at=created_at,
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
    notify(hub, "escritorio-modelo", RUN, result=result, concluded_at="2026-11-23T09:05:00.000Z", files=(file,))
    later = "20261123T100000000Z-0000000000000000"
    notify(hub, "escritorio-modelo", later)
    notify(hub, "outro", "20261123T110000000Z-0000000000000000")

    everybody = hub.call("GET", "/notifications", reader)
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
    mine = _notification("escritorio-modelo", later)
    assert everybody.body == {"items": [others, mine, done], "next": None}
    assert pending == Answer(200, JSON, {"items": [others, mine], "next": None})
    assert of_one.body["items"] == [_notification("escritorio-modelo", later), done]
    assert done_of_one.body == {"items": [done], "next": None}
    assert one == Answer(200, JSON, done | {"files": [{"name": file, "url": f"{done['run_url']}/files/{file}"}]})
    assert hub.call("GET", "/notifications", reader, month="2026-10").body == {"items": [], "next": None}


def test_everybodys_notifications_come_by_pages_the_pending_of_two_months_first(hub: Hub) -> None:
    reader = hub.token("reader")
    result = hub.of("sincronia.engine.state").Result.SUCCESS
    for number, at in enumerate(("20261031T1200", "20261123T0900", "20261123T0910", "20260901T0900")):
        created = f"{at[:4]}-{at[4:6]}-{at[6:8]}T{at[9:11]}:{at[11:13]}:00.000Z"
        for kind, more in (("a", {}), ("b", {"result": result, "concluded_at": created})):
            notify(hub, f"c{number}", f"{at}00000Z-000000000000000{kind}", created_at=created, **more)

    for limit in (1, 2, 3, 100):
        seen, cursor = [], ""
        while cursor is not None:
            answer = hub.call("GET", "/notifications", reader, limit=limit, cursor=cursor)
            assert len(answer.body["items"]) <= limit
            seen += [(item["state"][0], item["connection"]) for item in answer.body["items"]]
            cursor = answer.body["next"]
        assert seen == [(state, connection) for state in "PC" for connection in ("c2", "c1", "c0")]
    october = hub.call("GET", "/notifications", reader, month="2026-10")
    assert [item["connection"] for item in october.body["items"]] == ["c0", "c0"]


def test_a_cursor_of_another_list_is_refused(hub: Hub) -> None:
    reader = hub.token("reader")
    for part in ({"part": "Pendente#2025-01"}, {"part": "Pendente#2026-11", "id": "x"}, {"audience": "a", "id": "b"}):
        cursor = hub.of("sincronia.web.paging").cursor_of(part)
        answer = hub.call("GET", "/notifications", reader, cursor=cursor)
        assert (answer.status, answer.body["code"]) == (400, "cursor_invalid"), part


def test_a_filter_that_leaves_little_still_pages(hub: Hub) -> None:
    reader = hub.token("reader")
    result = hub.of("sincronia.engine.state").Result.SUCCESS
    for number in range(6):
        more = {"result": result} if number % 2 else {}
        notify(hub, "c1", f"20261123T09000{number}000Z-0000000000000000", **more)

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
