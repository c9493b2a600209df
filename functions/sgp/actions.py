"""What can be done with a contract in OZmap, as stable codes with the titles that people read in the logs."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Action(StrEnum):
    """What is done, all in all."""

    CLIENT_TAKEN_OUT = "client_taken_out"
    CLIENT_TAKEN_OUT_DISCONNECTED = "client_taken_out_disconnected"
    PROPERTY_REMOVED = "property_removed"
    CREATED_CONNECTED = "created_connected"
    CREATED_UNCONNECTED = "created_unconnected"
    UPDATED = "updated"
    REACTIVATED = "reactivated"
    PUT_BACK = "put_back"


TITLES: Mapping[str, str] = {
    Action.CLIENT_TAKEN_OUT: "Cliente retirado; o imóvel continua na porta",
    Action.CLIENT_TAKEN_OUT_DISCONNECTED: "Cliente retirado; imóvel desconectado da porta",
    Action.PROPERTY_REMOVED: "Imóvel removido",
    Action.CREATED_CONNECTED: "Cliente criado e conectado",
    Action.CREATED_UNCONNECTED: "Cliente criado sem conexão",
    Action.UPDATED: "Cliente atualizado",
    Action.REACTIVATED: "Cliente reativado",
    Action.PUT_BACK: "Cliente recolocado no imóvel",
}
