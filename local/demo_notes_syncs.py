"""The act `notes`, of syncs: the first one, one that has nothing to do, edits of both sides, and a conflict."""

from __future__ import annotations

from local.demo_api import Json
from local.demo_notes_office import TITLES, Office
from local.model_mailboxes import KINDS, PATH, SETTINGS

SHARED, DOUBLED = "beatriz.fontes@cliente.example", "vendas@moinho.example"
SURNAME, WITHHELD, PRIVATE = "Fontes", "Sigilo", "Consulta médica"
OURS, THEIRS = "Gerente de compras", "Diretora de compras"
PLACE = "Sala Araucária"
# By kind, what the first sync makes in Notes and in the CRM: what each of the simulators begins with.
CREATED = {"contacts": (2, 3), "tasks": (1, 2), "events": (1, 2)}
MEETING: Json = {
    "subject": "Plano de compras",
    "participants": ["carla.prado@cliente.example"],
    "place": "Sala 2",
    "starts": "2027-03-10T14:00:00",
    "ends": "2027-03-10T15:00:00",
    "reminder_minutes": 15,
}


def before(office: Office) -> None:
    """Both sides already hold something: one contact the same, one e-mail twice, two that are private."""
    box, owner = office.people[0].mailbox, {"id": office.people[0].crm_owner}
    contacts = [
        {"FirstName": "Beatriz", "LastName": SURNAME, "MailAddress": SHARED},
        {"FirstName": "Vendas", "LastName": "Moinho", "MailAddress": DOUBLED},
        {"FirstName": "Moinho", "LastName": "Vendas", "MailAddress": DOUBLED.upper()},
        {"FirstName": "Sílvia", "LastName": WITHHELD, "MailAddress": "silvia@cliente.example", "OrgConfidential": "1"},
    ]
    office.domino.edit("contacts", add=[{"mailbox": box, **one} for one in contacts])
    visit = office.in_notes("events")[0]
    office.domino.edit(
        "events",
        add=[
            {
                "mailbox": box,
                "summary": PRIVATE,
                "class": "private",
                "start": visit["start"],
                "end": visit["end"],
            }
        ],
    )
    office.zoho.edit(
        "contacts",
        add=[{"First_Name": "Beatriz", "Last_Name": SURNAME, "Email": SHARED.capitalize(), "Owner": owner}],
    )


def first(office: Office) -> None:
    """Iniciar Sincronização: what each side lacks is made there once; what can't be told apart is left, and named."""
    stage = office.stage
    stage.scene(
        "Iniciar Sincronização",
        "Contatos, Tarefas e Eventos: Sim, todos; bidirecional; CRM sempre ganha. Salvar inicia a primeira execução.",
    )
    before(office)
    saved = office.api.patch(f"{PATH}/sync-settings", {**SETTINGS, "start": True})
    run = office.rested(saved["run"])
    office.concluded(run, "partial")
    seen = office.counted()
    for kind, (notes, crm) in CREATED.items():
        stage.check(f"{TITLES[kind]}: novos no IBM Notes", seen[f"{kind} notes created"], notes)
        stage.check(f"{TITLES[kind]}: novos no Zoho CRM", seen[f"{kind} crm created"], crm)
    office.one_in_notes("contacts", LastName=SURNAME)
    office.one_in_crm("contacts", Last_Name=SURNAME)
    stage.say(f"O contato {SURNAME}, que já estava nos dois lados, foi só vinculado: continua um em cada um.", "dim")
    twice = [one for one in office.outcomes(run) if one["code"] == "two_way_key_shared"]
    stage.check("Com o mesmo e-mail, deixados de fora", len(twice), 2)
    stage.say(twice[0]["detail"], "dim")
    stage.holds("A frase nomeia os dois", truth=all(one["source_id"] in twice[0]["detail"] for one in twice))
    found = str(office.everything()[len(KINDS) :])
    stage.holds("Nada do que é particular está no CRM", truth=WITHHELD not in found and PRIVATE not in found)


def nothing_to_do(office: Office) -> None:
    """A sync of what didn't change."""
    stage = office.stage
    stage.scene("De novo", "Ninguém mudou nada: a segunda sincronização não grava nada, em nenhum dos lados.")
    whole = office.everything()
    office.synced()
    stage.holds("Tudo ficou como estava, até as versões", truth=office.everything() == whole)


def edited(office: Office) -> Json:
    """An edit on each side goes to the other; of a contact that both changed the CRM's stays. Gives what lost."""
    stage = office.stage
    stage.scene("Edições e um conflito", "Uma alteração em cada lado, e um contato que os dois lados mudaram.")
    notes, crm = office.one_in_notes, office.one_in_crm
    task, event = office.in_notes("tasks")[0]["Subject"], office.in_crm("events")[0]["Event_Title"]
    office.domino.edit("tasks", change={notes("tasks", Subject=task)["unid"]: {"Importance": "1"}})
    office.zoho.edit("events", change={crm("events", Event_Title=event)["id"]: {"Venue": PLACE}})
    office.domino.edit("contacts", change={notes("contacts", LastName=SURNAME)["unid"]: {"JobTitle": OURS}})
    office.zoho.edit("contacts", change={crm("contacts", Last_Name=SURNAME)["id"]: {"Title": THEIRS}})
    office.synced()
    seen = office.counted()
    stage.check("A prioridade da tarefa, agora no CRM", crm("tasks", Subject=task)["Priority"], "High")
    stage.check("O local do evento, agora no IBM Notes", notes("events", summary=event)["location"], PLACE)
    stage.check("Conflitos, no IBM Notes", seen["contacts notes conflicts"], 1)
    stage.check("O cargo no IBM Notes: CRM sempre ganha", notes("contacts", LastName=SURNAME)["JobTitle"], THEIRS)
    [lost] = office.api.every(f"{PATH}/conflicts")
    content = {one["name"]: one["value"] for one in office.api.get(f"{PATH}/conflicts/{lost['id']}")["content"]}
    stage.check("No histórico, o cargo que perdeu", content["title"], OURS)
    return dict(lost)


def brought_back(office: Office, lost: Json) -> None:
    """With one call the overwritten content is on its side again, once."""
    stage, api = office.stage, office.people[0].api
    stage.scene("Do histórico de volta", "Quem perdeu o conflito devolve o seu conteúdo com uma chamada.")
    run = office.rested(api.post(f"{PATH}/conflicts/{lost['id']}/bring-back"))
    office.concluded(run)
    stage.check("O cargo no IBM Notes", office.one_in_notes("contacts", LastName=SURNAME)["JobTitle"], OURS)
    again = api.post(f"{PATH}/conflicts/{lost['id']}/bring-back")
    stage.holds("Pedir de novo responde com a mesma execução", truth=again["run_id"] == run["run_id"])


def meeting(office: Office) -> None:
    """A meeting is in both calendars at once; the sync after it makes no other, and carries what was brought back."""
    stage = office.stage
    stage.scene("Programar Reunião", "Criada no IBM Notes, que convida, e mostrada no CRM na mesma hora.")
    office.concluded(office.rested(office.people[0].api.post(f"{PATH}/meetings", MEETING)))
    invited = [one["email"] for one in office.domino.rows("invitations")]
    stage.check("Convidados pelo IBM Notes", ", ".join(invited), ", ".join(MEETING["participants"]))
    begins = office.one_in_crm("events", Event_Title=MEETING["subject"])["Start_DateTime"]
    stage.check("No CRM, o início", begins, f"{MEETING['starts']}-03:00")
    office.synced()
    for rows, name in ((office.in_notes, "summary"), (office.in_crm, "Event_Title")):
        same = [row for row in rows("events") if row[name] == MEETING["subject"]]
        stage.check(f"Depois de sincronizar, no {'IBM Notes' if name == 'summary' else 'Zoho CRM'}", len(same), 1)
    stage.check("Convites, ao todo", len(office.domino.rows("invitations")), len(invited))
    stage.check("O cargo devolvido chegou ao CRM", office.one_in_crm("contacts", Last_Name=SURNAME)["Title"], OURS)
