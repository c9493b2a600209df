"""The act `notes`, of its beginning: the connection, its users up to the licence, its test."""

from __future__ import annotations

from local.demo_notes_office import Office
from local.model_mailboxes import CONNECTIONS, LICENCE, NAME, PATH, SETTINGS, definition, mailbox_user

_WRONG = "senha-antiga"


def connected(office: Office) -> None:
    """The connection is made, and its users; one of them with a password that is not the right one."""
    stage, api = office.stage, office.api
    stage.scene(
        "A conexão",
        "Um escritório inventado, com um servidor Domino e uma conta do Zoho CRM, os dois simulados.",
    )
    made = api.post(CONNECTIONS, definition(stage.stack.vendors))
    stage.check("Conexão", made["name"], NAME)
    secret = str(stage.stack.vendors["zoho"]["refresh_token"])
    stage.holds("Ela não devolve as credenciais do Zoho", truth=secret not in str(made))
    office.refused(
        "Sincronizar antes de salvar as configurações",
        api.refused("POST", f"{PATH}/runs", {}),
        "409 notes.settings_unsaved",
    )
    for person in office.people:
        row = {"name": person.name, "email": person.email, "mailbox": person.mailbox}
        password = _WRONG if person is office.people[0] else office.password
        api.post(f"{PATH}/users", mailbox_user(person.token, row, password, person.crm_owner))
    stage.check("Usuários, tantos quantos a licença permite", len(api.get(f"{PATH}/users")), LICENCE)
    one_more = api.post("/tokens", {"description": "Estágio", "role": "operator"})["id"]
    stranger = {"name": "Estágio", "email": "estagio@notes.exemplo.example", "mailbox": "mail/estagio.nsf"}
    office.refused(
        "Um a mais",
        api.refused("POST", f"{PATH}/users", mailbox_user(one_more, stranger, _WRONG, office.people[0].crm_owner)),
        "409 notes.licence_full",
    )


def tested(office: Office) -> None:
    """The test tells a wrong password, services that are off, views only, and a closed view; then all is well."""
    stage, person = office.stage, office.people[0]
    stage.scene("O teste da conexão", "Senha errada e Serviço de Acesso do Domino fechado: o teste diz o passo.")
    api = office.api
    api.patch(f"{PATH}/sync-settings", SETTINGS)
    _told(office, "notes.credentials_wrong")
    office.refused(
        "Alterar Senha, com o e-mail de outra pessoa",
        person.api.refused("POST", f"{person.path}/password", {"email": office.people[1].email, "password": _WRONG}),
        "422 notes.email_wrong",
    )
    person.api.post(f"{person.path}/password", {"email": person.email, "password": office.password})
    office.domino.act("service", name="Data", enabled=False)
    _told(office, "notes.services_off", "Documento do Servidor Atual")
    office.domino.act("service", name="Data", enabled=True)
    office.domino.act("access", mailbox=person.mailbox, level=1)
    _told(office, "notes.views_only", "Visualizações e documentos")
    office.domino.act("access", mailbox=person.mailbox, level=2)
    office.domino.act("view", mailbox=person.mailbox, name="Contacts", enabled=False)
    _told(office, "notes.view_off", "Permitir operações do Serviço de Dados do Domino")
    office.domino.act("view", mailbox=person.mailbox, name="Contacts", enabled=True)
    stage.holds("Aberta a visualização, tudo funciona", truth=office.tested()["ok"] is True)


def removed(office: Office) -> None:
    """A user of whom nothing was synced yet goes, and the licence has room again."""
    office.stage.scene("Gerenciar Usuários", "Quem nunca foi sincronizado pode ser removido.")
    office.api.delete(office.people[1].path)
    office.stage.check("Usuários", len(office.api.get(f"{PATH}/users")), 1)


def _told(office: Office, code: str, step: str = "") -> None:
    wrong = [check for check in office.api.post(f"{PATH}/test")["checks"] if not check["ok"]]
    office.stage.check("O teste encontra", ", ".join(sorted({str(check["code"]) for check in wrong})), code)
    office.stage.say(str(wrong[0]["detail"]), "dim")
    if step:
        office.stage.holds(f"O passo está lá: {step}", truth=step in str(wrong[0]["detail"]))
