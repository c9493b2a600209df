"""The act `zen`, of what must not happen: a wrong key, an empty listing, two starts at once, a token that ended."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from local.demo_zen_office import COMPANIES, CONNECTIONS, USERS, Office

_WRONG = "escritorio-da-chave-errada"


def wrong_key(office: Office) -> None:
    """Another connection, whose key of Zen is half of one."""
    stage = office.stage
    stage.scene(
        "Uma chave errada",
        "Outra conexão, com a Chave de Acesso do Zen copiada pela metade. No fim, ela é excluída.",
    )
    half = str(stage.stack.vendors["zen"]["token"])[:16]
    office.api.post(CONNECTIONS, office.definition(_WRONG, "Escritório da chave errada", zen_token=half))
    office.count_anew()
    run = office.follow(office.api.post(f"{CONNECTIONS}/{_WRONG}/runs", {"flow": USERS, "mode": "apply"}))
    text = office.notification(run)["text"]
    stage.holds("A frase diz que a chave foi recusada", truth=text.startswith("O Zen recusou a Chave de Acesso"))
    office.check_writes(zen=0, tareffa=0, links=0)
    office.concluded(run, "failure")
    office.api.delete(f"{CONNECTIONS}/{_WRONG}")
    gone = office.api.refused("GET", f"{CONNECTIONS}/{_WRONG}")
    stage.check("Excluída a conexão, ler dela", str(gone), "404 connection_unknown")


def empty_listing(office: Office) -> None:
    """Questor says that it has no users: the run waits for a person, who rejects it."""
    stage = office.stage
    stage.scene(
        "Uma lista vazia",
        "O Questor, de repente, diz que não tem usuário nenhum. O freio espera uma pessoa, e ela rejeita.",
    )
    before = office.zen.users()
    office.count_anew()
    office.questor.misbehave(kind="empty", operation="list", subject="TnGlbDMUsuario")
    run = office.start(USERS, "apply", tareffa=True)
    stage.check("Onde a execução está", run["phase"], "brake")
    notification = office.notification(run)
    stage.check("Notificação", notification["state"], "Pendente")
    stage.holds("Ela diz por quê", truth="a origem não devolveu nenhum cadastro" in notification["text"])
    decided = office.api.post(f"{run['url']}/decision", {"decision": "reject"})
    stage.say(f"Rejeitada por {decided['decided_by'].partition(' (')[0]}. {office.notification(run)['text']}")
    stage.check("Ações deixadas de fora", decided["counters"]["skipped"], run["planned"])
    office.check_writes(zen=0, tareffa=0, links=0)
    office.concluded(run, "cancelled")
    stage.holds("O Zen ficou como estava", truth=office.zen.users() == before)


def two_at_once(office: Office) -> None:
    """Two people start the same flow at the same moment: one run is made, and who comes second is told which."""
    stage = office.stage
    stage.scene("Duas pessoas ao mesmo tempo", "As duas iniciam o mesmo fluxo no mesmo instante.")
    path, asked = f"{office.path}/runs", {"flow": COMPANIES, "mode": "apply"}
    before = {run["run_id"] for run in office.api.every(path)}
    with ThreadPoolExecutor(2) as people:
        answers = list(people.map(lambda _: office.api.refusal("POST", path, asked), range(2)))
    made = [run for run in office.api.every(path) if run["run_id"] not in before]
    stage.check("Execuções iniciadas", len(made), 1)
    refused = [answer for answer in answers if answer]
    stage.check("Quem chegou depois recebe", ", ".join(map(str, refused)), "409 run_active")
    stage.say(refused[0].detail)
    stage.check("E a indicação da outra", refused[0].problem["run_url"], made[0]["url"])
    office.follow(made[0])


def revoked_token(office: Office) -> None:
    """A reader's token starts nothing; revoked, it opens nothing any more."""
    stage = office.stage
    stage.scene("Tokens", "Um token de leitura não inicia execuções; revogado, não vale mais nada, na mesma hora.")
    made = office.api.post("/tokens", {"description": "Painel da recepção", "role": "reader"})
    stage.say(f"Criado: {made['description']}, que termina em …{made['last_four']}. {made['note']}")
    reader = office.api.with_token(made["token"])
    stage.check("Lê a conexão", reader.get(office.path)["name"], office.api.get(office.path)["name"])
    refused = reader.refused("POST", f"{office.path}/runs", {"flow": USERS, "mode": "preview"})
    stage.check("Ao iniciar uma execução", str(refused), "403 role_insufficient")
    stage.say(refused.detail)
    office.api.delete(f"/tokens/{made['id']}")
    ended = reader.refused("GET", office.path)
    stage.check("Depois de revogado", str(ended), "401 token_revoked")
    stage.say(ended.detail)
    audit = [token["description"] for token in office.api.every("/tokens", state="revoked")]
    stage.check("Na trilha de auditoria", ", ".join(audit), made["description"])
