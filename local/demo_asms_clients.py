"""The act `asms`, of clients: made and changed, warned of, brought into projects, with photo and comments."""

from __future__ import annotations

import base64
import struct
import zlib
from collections import Counter
from collections.abc import Mapping

from local.demo_api import Json, Refusal
from local.demo_asms_desk import Desk
from local.demo_view import rows
from local.model_service_desk import (
    ADDRESS,
    BADGE,
    BOARD,
    CLIENTS,
    COMPANY,
    CONNECTION,
    CONTACT_TIME,
    HEADQUARTERS,
    PATH,
    ROLLOUT,
    SERVICE,
    SUPPORT,
    someone,
)
from local.vendors.people import plain

PASSWORDS = ("Jabuticaba#2026", "Pitanga&Cedro7")  # of nobody: both are set in this act, and end with its stack
_FIRST, _SECOND = 0, 1  # clients, by their number in the model
_SEARCHED = range(10, 34)
_PEOPLE_SHOWN = 4
_PLACE = {"latitude": -26.3045, "longitude": -48.8487}


def first_clients(desk: Desk) -> list[Json]:
    """Two clients: the location's address, what is typed over it, and what keeps somebody from being saved."""
    stage, api = desk.stage, desk.operator
    stage.scene("Os primeiros clientes", "A central de serviços cadastra clientes no projeto.")
    new = {"project": desk.ids[SUPPORT], **someone(_FIRST), "location": desk.ids[HEADQUARTERS]}
    filled = {"additional": {desk.ids[BADGE]: "00417", desk.ids[CONTACT_TIME]: "Manhã"}}
    desk.refused("Sem a matrícula", api.refused("POST", CLIENTS, new), "422 asms.additional_empty")
    wrong = {"additional": {**filled["additional"], desk.ids[CONTACT_TIME]: "Noite"}}
    desk.refused(
        "Um turno de contato que não há",
        api.refused("POST", CLIENTS, {**new, **wrong}),
        "422 asms.additional_choice",
    )
    weak = {**new, **filled, "password": "joinville"}
    desk.refused("Uma senha fraca", api.refused("POST", CLIENTS, weak), "422 asms.password_refused")
    desk.refused(
        "Com uma seção que só se abre depois de salvar",
        api.refused("POST", CLIENTS, {**new, **filled, "geolocation": {"latitude": -26.3, "longitude": -48.8}}),
        "422 request_invalid",
    )
    made = api.post(CLIENTS, {**new, **filled, "password": PASSWORDS[0]})
    stage.check("Cadastrado", made["name"], new["name"])
    stage.check("A localização preenche o endereço", _line(made["address"]), _line(ADDRESS))
    stage.holds("A resposta diz que há senha, e não a mostra", truth=made["has_password"] and _shows_none(made))
    typed = api.patch(desk.client(made), {"address": {"number": "103", "complement": "Sala 7"}})
    stage.check("O que se digita por cima", _door(typed), "Rua das Araucárias, 103, Sala 7")
    later = api.patch(desk.client(made), {"phone": "+55 47 5550-9000", "geolocation": _PLACE})
    stage.check("Continua, quando outra coisa muda", _door(later), _door(typed))
    stage.check(
        "No mapa", "{latitude}, {longitude}".format(**later["geolocation"]), "{latitude}, {longitude}".format(**_PLACE)
    )
    desk.refused(
        "A mesma senha de novo depois de outra",
        _back_to_the_first(desk, made),
        "422 asms.password_refused",
    )
    return [later, _warned(desk, made)]


def _back_to_the_first(desk: Desk, user: Json) -> Refusal:
    desk.operator.patch(desk.client(user), {"password": PASSWORDS[1]})
    return desk.operator.refused("PATCH", desk.client(user), {"password": PASSWORDS[0]})


def _warned(desk: Desk, first: Json) -> Json:
    """A client without e-mail, which is a warning; a login that is another's, which isn't."""
    stage, api = desk.stage, desk.operator
    new = {"project": desk.ids[SUPPORT], **someone(_SECOND), "additional": {desk.ids[BADGE]: "00418"}}
    spelled = first["login"].upper().replace("A", "Á")
    stage.say(f"O login {first['login']} já existe.", "dim")
    desk.refused(
        f"Outro cliente, com o login {spelled}",
        api.refused("POST", CLIENTS, {**new, "login": spelled}),
        "409 asms.login_taken",
    )
    del new["email"]
    made = api.post(CLIENTS, new)
    stage.check("Cadastrado sem e-mail, com o aviso", _codes(made), "asms.email_missing")
    stage.say(made["warnings"][0]["detail"], "dim")
    shared = api.patch(desk.client(made), {"email": first["email"]})
    stage.check("Com o e-mail de outro, outro aviso", _codes(shared), "asms.email_shared")
    stage.say(shared["warnings"][0]["detail"], "dim")
    stale = {"version": made["version"], "phone": "+55 47 5550-9001"}
    desk.refused(
        "Quem leu antes altera por cima",
        api.refused("PATCH", desk.client(made), stale),
        "409 asms.user_changed",
    )
    without: Json = api.patch(desk.client(made), {"email": None})
    return without


def groups_and_projects(desk: Desk, clients: list[Json]) -> None:
    """Companies and services are just added; a group asks about its projects first."""
    stage, api = desk.stage, desk.operator
    path = f"{desk.client(clients[0])}/relations"
    stage.scene(
        "Um grupo e os projetos dele",
        f"O grupo {BOARD} atua em dois projetos, e o cliente só está em um. O Sincronia pergunta antes de associar.",
    )
    for relation, name in (("companies", COMPANY), ("services", SERVICE)):
        related = api.post(f"{path}/{relation}", {"add": [desk.ids[name]]})
        stage.check("Incluído", ", ".join(one["name"] for one in related["relations"][relation]), name)
    add = {"add": [desk.ids[BOARD]]}
    desk.refused(
        "Incluir no grupo, sem dizer mais",
        api.refused("POST", f"{path}/groups", add),
        "409 asms.association_undecided",
    )
    before = api.get(desk.client(clients[0]))
    stage.check("Nada foi gravado; projetos", _projects(before), SUPPORT)
    joined = api.post(f"{path}/groups", {**add, "associate": True})
    stage.check("Confirmado; projetos", _projects(joined), ", ".join(sorted((ROLLOUT, SUPPORT))))
    desk.refused(
        "Um papel, que é só de especialistas",
        api.refused("POST", f"{path}/roles", {"add": []}),
        "422 asms.section_missing",
    )


def photo_and_comments(desk: Desk, clients: list[Json]) -> None:
    """A photo goes to the bucket, and comes back by a link; a comment has its author."""
    stage, api = desk.stage, desk.operator
    stage.scene("Foto e realimentação", "A foto fica no S3 e volta por um link; o comentário diz quem comentou.")
    user, image = desk.client(clients[0]), _png()
    text = {"content": base64.b64encode(b"<svg/>").decode()}
    desk.refused("Uma foto que não é imagem", api.refused("POST", f"{user}/photo", text), "422 asms.photo_unreadable")
    kept = api.post(f"{user}/photo", {"content": base64.b64encode(image).decode()})
    stage.check("Guardada", f"{kept['content_type']}, {kept['size']} bytes", f"image/png, {len(image)} bytes")
    stage.check("Fotos no S3", _photos(desk), 1)
    stage.holds("A que volta pelo link é a mesma", truth=api.file(f"{user}/photo") == image)
    api.delete(f"{user}/photo")
    stage.check("Excluída; fotos no S3", _photos(desk), 0)
    api.post(f"{user}/comments", {"text": "Prefere ser atendido de manhã.\nPediu um segundo terminal."})
    (comment,) = api.every(f"{user}/comments")
    stage.check("Comentário de", comment["author"], "Central de serviços")


def searched(desk: Desk) -> None:
    """All that a search shows come into a project, and leave it again; repeating changes nothing."""
    stage, api = desk.stage, desk.operator
    people = [someone(number) for number in _SEARCHED]
    for number, details in enumerate(people, 500):
        api.post(CLIENTS, {"project": desk.ids[SUPPORT], **details, "additional": {desk.ids[BADGE]: f"{number:05}"}})
    names = [str(one["name"]) for one in api.every(CLIENTS)]
    letter = Counter(plain(name)[0] for name in names).most_common(1)[0][0]
    found = [name for name in names if plain(name).startswith(letter)]
    stage.scene(
        "Todos os que a busca mostra",
        f"Mais {len(people)} clientes. Os que têm nome com {letter.upper()} são associados ao projeto {ROLLOUT}.",
    )
    stage.check("Clientes no diretório", len(names), len(people) + 2)
    shown = list(api.every(CLIENTS, name=letter))
    desk.console.print(rows(("Cliente", "Login"), ((one["name"], one["login"]) for one in shown[:_PEOPLE_SHOWN])))
    stage.check(f"A busca por “{letter}” mostra", len(shown), len(found))
    project = desk.ids[ROLLOUT]
    already = sum(project in one["projects"] for one in shown)
    path = f"{PATH}/projects/{project}/users/clients"
    moved = api.post(f"{path}/association", {"search": letter})
    stage.check("Associados", moved["changed"], len(found) - already)
    stage.check("De novo: já estavam", api.post(f"{path}/association", {"search": letter})["unchanged"], len(found))
    inside = len(list(api.every(CLIENTS, project=project)))
    mixed = api.post(f"{path}/dissociation", {"users": [shown[0]["id"], "f" * 16]})
    stage.check("Um sai, e um que não há é nomeado", f"{mixed['changed']}, {len(mixed['refused'])}", "1, 1")
    stage.say(mixed["refused"][0]["detail"], "dim")
    left = api.post(f"{path}/dissociation", {"search": ""})
    stage.check("Desassociados, todos os outros do projeto", left["changed"], inside - 1)
    stage.check(f"No projeto {ROLLOUT}", len(list(api.every(CLIENTS, project=project))), 0)
    stage.check(f"No projeto {SUPPORT}", len(list(api.every(CLIENTS, project=desk.ids[SUPPORT]))), len(names))


def _photos(desk: Desk) -> int:
    stack = desk.stage.stack
    listed = stack.client("s3").list_objects_v2(Bucket=stack.outputs["DataBucket"], Prefix=f"photos/{CONNECTION}/")
    return listed["KeyCount"]


def _png() -> bytes:
    """A picture of one green point."""
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\x00\x2e\x8b\x57")),
        (b"IEND", b""),
    )
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _shows_none(user: Json) -> bool:
    return not any(password in str(user) for password in PASSWORDS)


def _line(address: Mapping[str, str]) -> str:
    """What is filled in of an address."""
    return ", ".join(text for part in (*ADDRESS, "complement") if (text := address.get(part)))


def _door(user: Json) -> str:
    return ", ".join(user["address"][part] for part in ("street", "number", "complement"))


def _codes(user: Json) -> str:
    return ", ".join(warning["code"] for warning in user["warnings"])


def _projects(user: Json) -> str:
    return ", ".join(sorted(one["name"] for one in user["projects"]))
