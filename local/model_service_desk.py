"""An invented company's directory of clients and specialists in ASMS, for `make demo` and `make dev`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stdnum.br import cpf

from local.demo_api import Api
from local.vendors.clients import invented_cpf
from local.vendors.people import email, person, plain

CONNECTION, NAME = "empresa-modelo", "Empresa Modelo: central de serviços"
CONNECTIONS = "/integrations/asms/connections"
PATH = f"{CONNECTIONS}/{CONNECTION}"
CLIENTS, SPECIALISTS = f"{PATH}/users/clients", f"{PATH}/users/specialists"
DOMAIN = "empresamodelo.example"

SUPPORT, ROLLOUT = "Suporte a terminais", "Implantação 2027"
HEADQUARTERS = "Matriz Joinville"
BOARD, SHOPS = "Diretoria", "Lojas"
ON_CALL = "Plantão"
COMPANY, SERVICE, ROLE, CALENDAR = "Metalúrgica Bastos", "Rede sem fio", "Atendente", "Horário comercial"
ADDRESS: Mapping[str, str] = {
    "street": "Rua das Araucárias",
    "number": "101",
    "district": "Centro",
    "city": "Joinville",
    "state": "SC",
    "postcode": "89200-000",
    "country": "Brasil",
}
BADGE, CONTACT_TIME = "Matrícula", "Turno de contato"
CONTACT_TIMES = ("Manhã", "Tarde")

# By catalogue: what each entry is called. Groups name the projects that they work in, and so come after them.
_ENTRIES: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "projects": ({"name": SUPPORT}, {"name": ROLLOUT}),
    "locations": ({"name": HEADQUARTERS, "address": ADDRESS}, {"name": "Filial Chapecó"}),
    "client-groups": ({"name": BOARD, "projects": (SUPPORT, ROLLOUT)}, {"name": SHOPS, "projects": (SUPPORT,)}),
    "specialist-groups": ({"name": ON_CALL, "projects": (SUPPORT,)},),
    "companies": ({"name": COMPANY}, {"name": "Papelaria Luz"}),
    "services": ({"name": SERVICE}, {"name": "Impressão"}),
    "roles": ({"name": ROLE}, {"name": "Coordenador"}),
    "calendars": ({"name": CALENDAR}, {"name": "24 horas"}),
}
_SEED = 16
_CLIENTS, _SPECIALISTS = 8, 3  # in `make dev`


def definition() -> dict[str, Any]:
    """What the connection is made with; it calls no other system."""
    return {"id": CONNECTION, "name": NAME, "responsible": f"ana.moreira@{DOMAIN}", "settings": {}}


def catalogues(api: Api) -> dict[str, str]:
    """Makes all entries of the catalogues; gives their ids by name."""
    ids: dict[str, str] = {}
    for catalogue, entries in _ENTRIES.items():
        for entry in entries:
            body = dict(entry)
            if "projects" in entry:
                body["projects"] = [ids[name] for name in entry["projects"]]
            ids[entry["name"]] = api.post(f"{PATH}/catalogues/{catalogue}", body)["id"]
    return ids


def fields(api: Api, project: str) -> dict[str, str]:
    """Makes the additional fields that a project asks of its clients; gives their ids by name."""
    asked: tuple[dict[str, Any], ...] = (
        {"name": BADGE, "type": "text", "obligatory": True},
        {"name": CONTACT_TIME, "type": "choice", "options": list(CONTACT_TIMES)},
    )
    path = f"{PATH}/projects/{project}/fields"
    return {one["name"]: api.post(path, {"category": "clients", **one})["id"] for one in asked}


def someone(number: int) -> dict[str, Any]:
    """The details of an invented person: another one for each number."""
    name = person(number, _SEED)
    return {
        "name": name,
        "login": plain(name).replace(" ", "."),
        "email": email(name, DOMAIN),
        "identification": cpf.format(invented_cpf(number, _SEED)),
        "phone": f"+55 47 5550-{number:04}",
    }


def furnish(api: Api) -> dict[str, str]:
    """Makes the connection with all of this, some clients and some specialists; gives the entries' ids by name."""
    api.post(CONNECTIONS, definition())
    ids = catalogues(api)
    ids |= fields(api, ids[SUPPORT])
    for number in range(_CLIENTS):
        details = {"location": ids[HEADQUARTERS], "additional": {ids[BADGE]: f"{number:05}"}}
        api.post(CLIENTS, {"project": ids[SUPPORT], **someone(number), **details})
    for number in range(_CLIENTS, _CLIENTS + _SPECIALISTS):
        api.post(SPECIALISTS, {"project": ids[SUPPORT], **someone(number)})
    return ids
