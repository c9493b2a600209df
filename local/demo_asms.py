"""The act `asms`: a company's directory of clients and specialists, as seed 003 tells it, over the HTTP API."""

from __future__ import annotations

from local.demo_asms_clients import PASSWORDS, first_clients, groups_and_projects, photo_and_comments, searched
from local.demo_asms_desk import Desk
from local.demo_asms_exports import exports
from local.demo_asms_imports import imports
from local.demo_asms_specialists import deactivation, shifts
from local.demo_stage import Stage
from local.demo_view import rows
from local.model_service_desk import (
    BADGE,
    CONNECTIONS,
    NAME,
    PATH,
    SUPPORT,
    catalogues,
    definition,
    fields,
)

WEAK = "ana.moreira"  # shown on the screen: nobody's, and refused
_CATALOGUES = {
    "projects": "Projetos",
    "locations": "Localizações",
    "client-groups": "Grupos de clientes",
    "specialist-groups": "Grupos de especialistas",
    "companies": "Empresas",
    "services": "Serviços",
    "roles": "Papéis",
    "calendars": "Calendários",
}


def play(stage: Stage) -> None:
    """Plays all scenes. Raises NotAsItShouldBeError."""
    desk = Desk(stage)
    the_directory(desk)
    additional_fields(desk)
    password_policy(desk)
    clients = first_clients(desk)
    groups_and_projects(desk, clients)
    photo_and_comments(desk, clients)
    searched(desk)
    specialist = shifts(desk)
    deactivation(desk, specialist)
    exports(desk)
    imports(desk)
    no_password_anywhere(desk)


def the_directory(desk: Desk) -> None:
    """The connection, and what users will be related to; a name is there once, however it is written."""
    stage, api = desk.stage, desk.administrator
    stage.scene(
        "O diretório",
        "A central de serviços de uma empresa inventada. A conexão não chama outro sistema: o diretório é do próprio "
        "Sincronia. Quem administra cria os catálogos.",
    )
    stage.check("Conexão", api.post(CONNECTIONS, definition())["name"], NAME)
    desk.ids |= catalogues(api)
    listed = {
        title: [one["name"] for one in api.every(f"{PATH}/catalogues/{name}")] for name, title in _CATALOGUES.items()
    }
    desk.console.print(rows(("Catálogo", "Itens"), ((title, ", ".join(names)) for title, names in listed.items())))
    stage.check("Itens de catálogos", sum(map(len, listed.values())), len(desk.ids))
    again = {"name": f"  {SUPPORT.upper()} "}
    desk.refused(
        "O mesmo projeto, em maiúsculas",
        api.refused("POST", f"{PATH}/catalogues/projects", again),
        "409 asms.name_taken",
    )
    desk.refused(
        "Um papel com endereço",
        api.refused("POST", f"{PATH}/catalogues/roles", {"name": "Gerente", "address": {"city": "Joinville"}}),
        "422 asms.entry_without",
    )
    desk.refused(
        "Quem só opera cria um projeto",
        desk.operator.refused("POST", f"{PATH}/catalogues/projects", {"name": "Outro"}),
        "403 role_insufficient",
    )


def additional_fields(desk: Desk) -> None:
    """What the project asks of its clients beside the details."""
    stage, api = desk.stage, desk.administrator
    stage.scene("Campos adicionais", f"O projeto {SUPPORT} pede mais de seus clientes do que os detalhes de sempre.")
    path = f"{PATH}/projects/{desk.ids[SUPPORT]}/fields"
    desk.ids |= fields(api, desk.ids[SUPPORT])
    made = api.get(path)["fields"]
    lines = (
        (one["name"], one["type"], "sim" if one["obligatory"] else "não", ", ".join(one["options"])) for one in made
    )
    desk.console.print(rows(("Campo", "Tipo", "Obrigatório", "Opções"), lines))
    stage.check("Campos adicionais", len(made), 2)
    desk.refused(
        "Uma escolha sem opções",
        api.refused("POST", path, {"category": "clients", "name": "Ramo", "type": "choice"}),
        "422 asms.options_missing",
    )
    desk.refused(
        "Outro tipo para a matrícula",
        api.refused("PATCH", f"{path}/{desk.ids[BADGE]}", {"type": "number"}),
        "422 asms.field_type_fixed",
    )


def password_policy(desk: Desk) -> None:
    """Each rule is told apart while a password is typed; nothing of it is kept."""
    stage, path = desk.stage, f"{PATH}/password-policy"
    stage.scene(
        "Política de senha",
        "Doze caracteres, maiúscula, algarismo e símbolo; nem o login nem o nome; nenhuma das três últimas.",
    )
    asked = {"min_length": 12, "upper": True, "digit": True, "symbol": True}
    policy = desk.administrator.patch(path, asked)
    stage.check("Regras que valem", len(policy["rules"]), 8)
    typed = {"password": WEAK, "login": "ana.moreira", "name": "Ana Moreira"}
    told = desk.operator.post(f"{path}/check", typed)
    lines = ((one["sentence"], "sim" if one["kept"] else "não") for one in told["rules"])
    desk.console.print(rows((f"Enquanto se digita “{WEAK}”", "Cumprida"), lines))
    broken = ", ".join(one["rule"] for one in told["rules"] if not one["kept"])
    stage.check("Regras que ela não cumpre", broken, "min_length, upper, digit, no_login, no_name")
    desk.refused(
        "Uma senha de no mínimo 0",
        desk.administrator.refused("PATCH", path, {"min_length": 0}),
        "422 request_invalid",
    )


def no_password_anywhere(desk: Desk) -> None:
    """What is kept of passwords."""
    stage = desk.stage
    stage.scene("As senhas", "O que a tabela do diretório guarda delas.")
    table = stage.stack.outputs["AsmsDirectoryTable"]
    pages = stage.stack.client("dynamodb").get_paginator("scan").paginate(TableName=table)
    kept = str([page["Items"] for page in pages])
    stage.holds("Há só resumos argon2id", truth="$argon2id$" in kept)
    stage.holds("Nenhuma das senhas está lá", truth=not any(password in kept for password in PASSWORDS))
