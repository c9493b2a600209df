"""The act `sgp`, of single contracts: cancelled, told twice, created, suspended, previewed."""

from __future__ import annotations

import math
from dataclasses import dataclass

from local.demo_sgp_provider import Home, Provider
from local.demo_stage import NotAsItShouldBeError
from local.demo_view import rows

_CANCELLED, _ACTIVE, _SUSPENDED = 3, 1, 4
_OF_THE_EVENT = 308  # the contract that the examples in events/ are about
_TO_SUSPEND = 301
RENAMED, NEW_NAME = 302, "Márcia Duarte Mendes Prado"
_NEW_ON = {"splitter_id": 33, "port": 4}  # a port that nobody is on
_METRE = 111_195.0  # … of a degree of latitude


@dataclass(frozen=True, slots=True)
class Sent:
    """A webhook that was sent: its body, its sender's id, the hint that it became."""

    body: str
    event_id: str
    hint: str


def cancellation(provider: Provider) -> Sent:
    """A client cancels: out of OZmap, the property leaves the port. Gives the webhook."""
    stage = provider.stage
    name = provider.contract(_OF_THE_EVENT)["name"]
    stage.scene(
        "Um cancelamento",
        f"{name} (contrato {_OF_THE_EVENT}) cancela no SGP, e o SGP avisa: é o exemplo "
        "events/sgp/on_webhook/cancel_json.json, assinado e enviado por HTTP.",
    )
    before = _standing(provider, _OF_THE_EVENT)
    provider.change(_OF_THE_EVENT, status=_CANCELLED)
    provider.count_anew()
    body, event_id = provider.event_body("cancel_json"), "msg_cancelamento"
    hint = provider.signed(body, event_id)
    line = provider.line(hint)
    after = provider.home(before.id)
    provider.compare(before, after)
    provider.show(line)
    stage.check("Resultado", line["outcome_title"], "Desativado")
    stage.check("O que foi feito", line["action_title"], "Cliente retirado; imóvel desconectado da porta")
    stage.holds("O imóvel continua no OZmap, sem cliente", truth=after is not None and not after.client)
    stage.check("Porta liberada, nos logs", ", ".join(line["freed"]), before.place)
    stage.holds("No OZmap, a porta está livre", truth=not _is_taken(provider, before.port))
    provider.check_writes(1)
    return Sent(body, event_id, hint)


def _standing(provider: Provider, contract: int) -> Home:
    home = provider.home_of(contract)
    if home is None:
        raise NotAsItShouldBeError(f"O OZmap deveria ter o contrato {contract}, e não tem.")
    return home


def _is_taken(provider: Provider, port: tuple[str, int] | None) -> bool:
    if port is None:
        return False
    splitter = next(row for row in provider.ozmap.rows("splitters") if row["id"] == port[0])
    return splitter["connectables"]["output"][port[1] - 1] is not None


def twice(provider: Provider, sent: Sent) -> None:
    """The same webhook once more is nothing; its id with another body is refused, and says so."""
    stage = provider.stage
    stage.scene(
        "O mesmo aviso, outra vez",
        "O SGP repete o aviso, e é atendido; nada é feito de novo. Depois, o mesmo número de evento traz outro corpo.",
    )
    provider.count_anew()
    provider.signed(sent.body, sent.event_id)
    provider.until_quiet()
    stage.check("Linhas do contrato no log", len(provider.lines(record=str(_OF_THE_EVENT))), 1)
    reused = provider.line(provider.signed(sent.body.replace("alterar_status", "atualizar"), sent.event_id))
    provider.show(reused)
    stage.check("Com outro corpo", f"{reused['outcome_title']}, {reused['code']}", "Precisa de correção, event_reused")
    provider.check_writes(0)
    stage.check("Perguntas ao SGP", provider.sgp.state()["reads"], 0)


def creation(provider: Provider) -> None:
    """A contract that OZmap doesn't know, with a splitter and without coordinates: created, connected, by the box."""
    stage = provider.stage
    provider.sgp.edit("contracts", add=[{**_NEW_ON, "rx": -21.4, "status": _ACTIVE}])
    new = max(provider.sgp.rows("contracts"), key=lambda row: int(row["id"]))
    number = int(new["id"])
    stage.scene(
        "Um contrato novo",
        f"{new['name']} (contrato {number}) é instalado na CTO-003, porta {new['port']}. O endereço não tem "
        "coordenadas. O aviso chega três vezes.",
    )
    provider.count_anew()
    body = provider.event_body("create_signed").replace(str(_OF_THE_EVENT), str(number))
    hints = [provider.signed(body, "msg_contrato_novo") for _ in range(3)]
    line = provider.line(hints[0])
    provider.until_quiet()
    provider.compare(None, provider.home_of(number))
    provider.show(*provider.lines(record=str(number)))
    stage.check("O que foi feito", line["action_title"], "Cliente criado e conectado")
    stage.check("Caixa e porta", _standing(provider, number).place, "CTO-003, Atendimento, porta 4")
    clients = [row for row in provider.ozmap.rows("ftth-clients") if row["code"] == str(number)]
    stage.check("Clientes no OZmap com o código do contrato", len(clients), 1)
    stage.check("Linhas do contrato no log", len(provider.lines(record=str(number))), 1)
    provider.check_writes(1)
    box = next(row for row in provider.ozmap.rows("boxes") if row["name"] == "CTO-003")
    home = next(row for row in provider.ozmap.rows("properties") if row["id"] == _standing(provider, number).id)
    stage.check("Distância da caixa, em metros", round(_metres(box, home)), 5)


def _metres(one: dict[str, float], other: dict[str, float]) -> float:
    """Between places that are near one another."""
    east = (other["lng"] - one["lng"]) * math.cos(math.radians(one["lat"]))
    return math.hypot(other["lat"] - one["lat"], east) * _METRE


def suspension(provider: Provider) -> None:
    """A contract is suspended: its client's situation changes, and nothing else."""
    stage = provider.stage
    name = provider.contract(_TO_SUSPEND)["name"]
    stage.scene(
        "Uma suspensão",
        f"O contrato {_TO_SUSPEND}, de {name}, é suspenso por falta de pagamento. Este aviso vem como formulário, com "
        "o segredo em um cabeçalho.",
    )
    before = _standing(provider, _TO_SUSPEND)
    provider.change(_TO_SUSPEND, status=_SUSPENDED)
    provider.count_anew()
    line = provider.line(provider.told(_TO_SUSPEND))
    after = _standing(provider, _TO_SUSPEND)
    provider.compare(before, after)
    provider.show(line)
    stage.check("Situação", f"{before.situation} → {after.situation}", "OK → ERRO")
    changed = ", ".join(f"{name} {value}" for name, value in line["after"].items())
    stage.check("O que mudou, nos logs", changed, "Situação ERRO")
    stage.holds("Continua na porta", truth=after.place == before.place != "")
    provider.check_writes(1)


def preview(provider: Provider) -> None:
    """What a contract's truth would change; nothing is written, neither there nor here."""
    stage = provider.stage
    name = provider.contract(RENAMED)["name"]
    stage.scene(
        "Uma pré-visualização",
        f"O nome de {name} (contrato {RENAMED}) muda no SGP, e o aviso se perde. O que mudaria no OZmap?",
    )
    provider.change(RENAMED, name=NEW_NAME)
    provider.count_anew()
    stage.stack.calls(reset=True)
    seen = provider.api.get(f"{provider.path}/contracts/{RENAMED}/preview")
    names = ((name, seen["before"][name], after) for name, after in seen["after"].items())
    provider.console.print(rows(("No OZmap", "Agora", "Seria"), names))
    stage.check("Nome, antes e depois", f"{seen['before']['Nome']} → {seen['after']['Nome']}", f"{name} → {NEW_NAME}")
    provider.check_writes(0)
    writes = {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "sqs:SendMessage", "s3:PutObject"}
    written = sum(n for right, n in stage.stack.calls().rights.items() if right.action in writes)
    stage.check("Escritas nossas", written, 0)
    stage.check("Linhas do contrato no log", len(provider.lines(record=str(RENAMED))), 0)
