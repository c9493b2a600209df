"""The act `asms`, of specialists: shifts that don't overlap, a token, and what a deactivation ends."""

from __future__ import annotations

from datetime import date, timedelta

from local.demo_api import Json
from local.demo_asms_desk import Desk
from local.demo_view import rows
from local.model_service_desk import CALENDAR, ROLE, SPECIALISTS, SUPPORT, someone
from sincronia import clock

_NUMBER = 40  # of the specialist in the model
_PAST, _NOW, _AHEAD = (-30, -10), (-10, 10), (10, 40)  # days from today


def shifts(desk: Desk) -> Json:
    """Three shifts, each begun on the day that the one before ends; what overlaps is refused. Gives the specialist."""
    stage, api, today = desk.stage, desk.operator, clock.today()
    stage.scene("Turnos", f"Uma pessoa do atendimento trabalha em turnos, pelo calendário {CALENDAR}.")
    made: Json = api.post(SPECIALISTS, {"project": desk.ids[SUPPORT], **someone(_NUMBER)})
    path = desk.specialist(made)
    roles = api.post(f"{path}/relations/roles", {"add": [desk.ids[ROLE]]})["relations"]["roles"]
    stage.check("Papel", ", ".join(one["name"] for one in roles), ROLE)
    for days in (_PAST, _NOW, _AHEAD):
        api.post(f"{path}/shifts", _shift(desk, today, days))
    specialist: Json = api.get(path)
    _show(desk, specialist)
    stage.check("Turnos", len(specialist["shifts"]), 3)
    for what, body, wanted in (
        ("Um turno que se sobrepõe a outro", _shift(desk, today, (5, 15)), "422 asms.shifts_overlap"),
        ("Um turno que termina antes de começar", _shift(desk, today, (60, 50)), "422 asms.shift_empty"),
        (
            "Um dia que não existe",
            {**_shift(desk, today, (50, 60)), "until": f"{today.year + 1}-02-30"},
            "422 request_invalid",
        ),
    ):
        desk.refused(what, api.refused("POST", f"{path}/shifts", body), wanted)
    return specialist


def deactivation(desk: Desk, specialist: Json) -> None:
    """A token of the specialist's works, until the specialist is deactivated: at that moment all of it ends."""
    stage, administrator, path = desk.stage, desk.administrator, desk.specialist(specialist)
    stage.scene(
        "Um especialista que sai",
        "Ele tem um token de integração, que é dele e vale na API. Desativado, o token e os turnos futuros acabam.",
    )
    made = administrator.post(f"{path}/tokens", {"description": "Painel do plantão", "role": "reader"})
    stage.say(f"Gerado: {made['description']}, que termina em …{made['last_four']}. {made['note']}")
    theirs = administrator.with_token(made["token"])
    stage.check("O token lê o diretório", theirs.get(path)["name"], specialist["name"])
    after = desk.operator.patch(path, {"active": False})
    _show(desk, after)
    stage.check("Turnos que ficam", len(after["shifts"]), 2)
    stage.check("O último termina", after["shifts"][-1]["until"], clock.today().isoformat())
    desk.refused("O token, na mesma hora", theirs.refused("GET", path), "401 token_revoked")
    stage.check("Tokens do especialista", len(administrator.get(f"{path}/tokens")["items"]), 0)
    audit = [token["description"] for token in administrator.every("/tokens", state="revoked")]
    stage.holds("Ele está na trilha de auditoria", truth=made["description"] in audit)
    desk.refused(
        "Outro turno para quem está inativo",
        desk.operator.refused("POST", f"{path}/shifts", _shift(desk, clock.today(), (50, 60))),
        "409 asms.specialist_inactive",
    )


def _shift(desk: Desk, today: date, days: tuple[int, int]) -> Json:
    since, until = (today + timedelta(days=number) for number in days)
    return {"since": since.isoformat(), "until": until.isoformat(), "calendar": desk.ids[CALENDAR]}


def _show(desk: Desk, specialist: Json) -> None:
    lines = ((one["since"], one["until"], one["calendar"]["name"]) for one in specialist["shifts"])
    desk.console.print(rows((f"Desde ({specialist['name']})", "Até", "Calendário"), lines))
