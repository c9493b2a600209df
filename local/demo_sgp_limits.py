"""The act `sgp`, of what goes wrong: closed doors, a vendor that is down, a lost webhook, too many removals."""

from __future__ import annotations

import time
from datetime import datetime

from local.demo_api import Json
from local.demo_sgp_contracts import NEW_NAME, RENAMED
from local.demo_sgp_provider import RECONCILE, Provider
from local.demo_view import card
from sincronia.clock import SAO_PAULO

_CANCELLED, _SUSPENDED = 3, 4
_WHILE_DOWN = 304
_MASS = (307, 311, 316, 319, 321, 322, 324, 327, 328, 331, 333, 336)  # in OZmap, and active in SGP
_ALLOWED = 10  # removals of a day without a person; one was made before
_DOWN_SECONDS = 10


def down(provider: Provider) -> str:
    """OZmap answers nothing but 503: a hint waits, and the log says until when. Gives the hint."""
    stage = provider.stage
    name = provider.contract(_WHILE_DOWN)["name"]
    stage.scene(
        "O OZmap fora do ar",
        f"O OZmap responde 503 e pede {_DOWN_SECONDS} segundos. O contrato {_WHILE_DOWN}, de {name}, é suspenso.",
    )
    provider.change(_WHILE_DOWN, status=_SUSPENDED)
    provider.ozmap.misbehave(kind="error", status=503, times=None, retry_after=str(_DOWN_SECONDS))
    line = provider.line(provider.told(_WHILE_DOWN))
    provider.show(line)
    stage.check("Nos logs", line["outcome_title"], "À espera")
    until = datetime.fromisoformat(line["waits_until"])
    stage.say(f"Espera até {until.astimezone(SAO_PAULO):%H:%M:%S}. {line['advice']}")
    stage.holds("O log diz até quando", truth=until.timestamp() > datetime.fromisoformat(line["at"]).timestamp())
    home = provider.home_of(_WHILE_DOWN)
    stage.holds("No OZmap nada mudou", truth=home is not None and home.situation == "OK")
    provider.count_anew()
    stage.say("(O OZmap volta; o aviso espera a sua hora.)", "dim")
    return str(line["id"])


def closed_doors(provider: Provider) -> None:
    """Webhooks that are not let in, each with the reason."""
    stage = provider.stage
    stage.scene("Portas fechadas", "Avisos que não entram, e o que quem os enviou fica sabendo.")
    right, contract = {"X-Webhook-Secret": provider.secret}, {"contrato": "308"}
    wrong = f"{provider.address[:-1]}{'1' if provider.address[-1] == '0' else '0'}"
    doors: tuple[tuple[str, dict[str, str], dict[str, str], str, str], ...] = (
        ("Com o segredo errado", contract, {"X-Webhook-Secret": "whsec_errado"}, "", "401 webhook_secret_wrong"),
        ("Sem segredo nem assinatura", contract, {}, "", "401 webhook_unsigned"),
        ("Só com o número do cliente", {"cliente_id": "317"}, right, "", "422 webhook_record_missing"),
        ("Em um endereço mal copiado", contract, right, wrong, "404 webhook_unknown"),
    )
    before = len(provider.lines())
    for what, fields, headers, address, wanted in doors:
        answer = provider.post(fields, headers, address)
        said = answer.json()
        stage.check(what, f"{answer.status_code} {said.get('code')}", wanted)
        stage.say(said["detail"], "dim")
    provider.until_quiet()
    stage.check("Linhas a mais no log", len(provider.lines()) - before, 0)


def up_again(provider: Provider, hint: str) -> None:
    """OZmap is back, and the hint's time comes: it is done."""
    stage = provider.stage
    stage.scene("O OZmap de volta", "Passada a hora, o agendamento de cada minuto põe o aviso de novo na fila.")
    until = datetime.fromisoformat(provider.line(hint)["waits_until"]).timestamp()
    time.sleep(max(0.0, until - time.time()) + 0.1)
    provider.tick()
    line = provider.line(hint, ("working", "waiting"))
    provider.show(line)
    stage.check("Nos logs, na mesma linha", line["outcome_title"], "Atualizado")
    home = provider.home_of(_WHILE_DOWN)
    stage.check("Situação no OZmap", home.situation if home else None, "ERRO")
    provider.check_writes(1)


def dropped(provider: Provider) -> None:
    """The webhook about the new name never came: the sweep finds the contract, and asks for no other."""
    stage = provider.stage
    stage.scene(
        "O aviso que não veio",
        f"O nome novo do contrato {RENAMED} continua fora do OZmap. A conferência, a cada 10 minutos, pergunta ao "
        "SGP o que mudou hoje.",
    )
    provider.api.patch(provider.path, {"flows": {RECONCILE: {"every_minutes": 10}}})
    provider.count_anew()
    provider.tick()
    repaired = provider.soon("a conferência", lambda: _repaired(provider))
    provider.until_quiet()
    sweep = next(line for line in provider.lines() if line["action"] == RECONCILE)
    provider.show(repaired)
    told = sweep["after"]
    stage.say(f"{sweep['action_title']}: {told['Conferidos']} conferidos, {told['Avisos']} aviso.")
    stage.check("Avisos da conferência", told["Avisos"], 1)
    stage.check("O que mudou", repaired["after"].get("Nome"), NEW_NAME)
    home = provider.home_of(RENAMED)
    stage.check("Cliente no OZmap", home.client if home else None, f"{RENAMED} – {NEW_NAME}")
    asked = provider.sgp.state()["routes"]
    stage.check("Páginas do SGP, uma por data", asked.get("clientes"), 2)
    stage.check("Contratos perguntados ao SGP", asked.get("consultacliente"), 1)
    provider.check_writes(1)


def _repaired(provider: Provider) -> Json | None:
    lines = provider.lines(record=str(RENAMED))
    return lines[0] if lines and lines[0]["outcome"] not in {"working", "waiting"} else None


def brake(provider: Provider) -> None:
    """More cancellations than a day may have: the rest is held, named, and goes on when a person approves."""
    stage = provider.stage
    stage.scene(
        "O freio",
        f"O SGP cancela {len(_MASS)} contratos de uma vez. Sem uma pessoa, um dia não retira mais de {_ALLOWED}.",
    )
    for number in _MASS:
        provider.change(number, status=_CANCELLED)
    provider.count_anew()
    hints = [provider.told(number) for number in _MASS]
    lines = [provider.line(hint) for hint in hints]
    held = [line for line in lines if line["outcome"] == "held"]
    provider.show(*lines)
    stage.check("Retirados", len(lines) - len(held), _ALLOWED - 1)
    stage.check("Retidos", len(held), len(_MASS) - _ALLOWED + 1)
    provider.check_writes(_ALLOWED - 1)
    stage.say(f"{held[0]['reason']} {held[0]['advice']}")
    day = provider.api.get(f"{provider.path}/runs/{held[0]['run_id']}")
    notification = provider.api.get(f"/notifications/{provider.connection}/{day['run_id']}")
    provider.console.print(card(notification))
    stage.check("Notificação", notification["state"], "Pendente")
    stage.holds("Ela nomeia os retidos", truth=all(line["label"] in notification["text"] for line in held))
    decided = provider.api.post(f"{day['url']}/decision", {"decision": "approve"})
    stage.say(f"Aprovado por {decided['decided_by'].partition(' (')[0]}.")
    released = [provider.line(line["id"], ("working", "waiting", "held")) for line in held]
    provider.show(*released)
    removed = {"Desativado", "Removido"}
    stage.holds("Os retidos foram retirados", truth={line["outcome_title"] for line in released} <= removed)
    left = [number for number in _MASS if provider.home_of(number)]
    stage.check("Ainda no OZmap", len(left), 0)
    ended = [provider.line(hint) for hint in hints]
    stage.check("Portas liberadas, nos logs", sum(len(line["freed"]) for line in ended), len(_MASS))
