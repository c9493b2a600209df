"""What a contract's status in SGP means for OZmap: one fixed table, which nobody can change (seed 004).

That the table is fixed, that status 3 cancels, and that 7 is not OK are from the vendor. ASSUMPTION: all the rest, as
the vendor publishes no table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sgp.contracts import TITLES, Status
from sgp.fibre_map import ClientStatus


class Course(StrEnum):
    """What is done with a contract of a status."""

    LIVE = "live"  # it belongs on the map
    CANCEL = "cancel"  # it is taken off the map
    LOG = "log"  # nothing is done


@dataclass(frozen=True, slots=True)
class Meaning:
    """A row of the table. `client` is the client's status in OZmap, where the contract belongs on the map."""

    course: Course
    description: str
    client: ClientStatus = ClientStatus.OK
    implanted: bool = True  # of a client that is created
    assumption: bool = True

    @property
    def ozmap(self) -> str:
        """What people see in OZmap."""
        return CLIENT_STATUSES[self.client] if self.course == Course.LIVE else ""


CLIENT_STATUSES: Mapping[ClientStatus, str] = {ClientStatus.OK: "OK", ClientStatus.ERROR: "ERRO"}

TABLE: Mapping[Status, Meaning] = {
    Status.ACTIVE: Meaning(Course.LIVE, "O cliente fica com a situação OK no OZmap."),
    Status.INACTIVE: Meaning(Course.LIVE, "O cliente fica com a situação ERRO no OZmap.", ClientStatus.ERROR),
    Status.CANCELLED: Meaning(
        Course.CANCEL,
        "O cliente é retirado do OZmap, se a opção Cancelar Clientes estiver ativada. É o único status que retira.",
        assumption=False,
    ),
    Status.SUSPENDED: Meaning(Course.LIVE, "O cliente fica com a situação ERRO no OZmap.", ClientStatus.ERROR),
    Status.NOT_FEASIBLE: Meaning(Course.LOG, "Nada é feito no OZmap; o aviso fica registrado nos logs."),
    Status.NEW: Meaning(
        Course.LIVE,
        "O cliente fica com a situação OK no OZmap; quando é criado, é criado como não implantado.",
        implanted=False,
    ),
    Status.REDUCED_SPEED: Meaning(Course.LIVE, "O cliente fica com a situação ERRO no OZmap.", ClientStatus.ERROR),
}


def title_of(status: Status) -> str:
    """The status as SGP shows it."""
    return TITLES[status]
