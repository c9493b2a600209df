"""The act `notes`, of what must not happen: links that are lost, and more gone than was meant."""

from __future__ import annotations

import time

from local.demo_notes_office import Office
from local.demo_stage import NotAsItShouldBeError
from local.model_mailboxes import CONNECTION, KINDS, PATH

_NEW = "senha-nova-2"
_PATIENCE_SECONDS = 30
_POLL_SECONDS = 0.05


def password(office: Office) -> None:
    """A new password keeps all links; who has some stays a user."""
    stage, person = office.stage, office.people[0]
    stage.scene("Alterar Senha", "A senha mudou no IBM Notes; aqui basta o e-mail e a nova, e os vínculos ficam.")
    linked = list(person.api.every(f"{PATH}/pairs"))
    office.domino.act("password", user=person.name, password=_NEW)
    person.api.post(f"{person.path}/password", {"email": person.email, "password": _NEW})
    stage.holds("O teste passa com a nova senha", truth=office.api.post(f"{PATH}/test")["ok"] is True)
    now = list(person.api.every(f"{PATH}/pairs"))
    stage.check("Vínculos", len(now), sum(len(office.in_crm(kind)) for kind in KINDS))
    stage.holds("São os mesmos de antes", truth=now == linked)
    office.refused(
        "Remover quem tem dados sincronizados", office.api.refused("DELETE", person.path), "409 notes.user_linked"
    )


def empty(office: Office) -> None:
    """A mailbox that comes back with nothing in it is held by the brake, until somebody rejects it."""
    stage = office.stage
    stage.scene("O freio", "A caixa postal volta vazia, como depois de uma restauração que deu errado.")
    there = [office.zoho.rows(kind) for kind in KINDS]
    office.domino.act("empty", mailbox=office.people[0].mailbox)
    run = office.synced()
    stage.check("A sincronização", f"{run['phase']}: {run['problem']['code']}", "brake: brake_source_empty")
    stage.say(run["problem"]["detail"], "dim")
    office.api.post(f"{run['url']}/decision", {"decision": "reject"})
    stage.check("Rejeitada", office.rested(run, brake=False)["result"], "cancelled")
    stage.holds("No CRM está tudo como estava", truth=[office.zoho.rows(kind) for kind in KINDS] == there)


def uninstalled(office: Office) -> None:
    """Once it is confirmed the connection goes with all that was kept of it; the records stay on both sides."""
    stage, api = office.stage, office.api
    stage.scene("Desinstalar", "Só depois de confirmado; e o que está no IBM Notes e no Zoho CRM fica.")
    there = office.everything()
    office.refused("Sem confirmar", api.refused("DELETE", PATH), "409 notes.uninstall_unconfirmed")
    api.delete(f"{PATH}?confirm={CONNECTION}")
    end = time.monotonic() + _PATIENCE_SECONDS
    while (gone := api.refusal("GET", PATH)) is None:
        if time.monotonic() > end:
            message = "A conexão ainda está lá; veja .local/logs/NotesOnQueue.log."
            raise NotAsItShouldBeError(message)
        time.sleep(_POLL_SECONDS)
    stage.check("A conexão", str(gone), "404 connection_unknown")
    stage.holds("Os registros dos dois lados ficaram, em tudo", truth=office.everything() == there)
    dead = stage.stack.client("sqs").get_queue_attributes(
        QueueUrl=stage.stack.outputs["NotesDeadLetters"], AttributeNames=["ApproximateNumberOfMessages"]
    )
    stage.check("Mensagens mortas", dead["Attributes"]["ApproximateNumberOfMessages"], "0")
