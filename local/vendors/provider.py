"""An invented fibre provider in an invented town: its POPs, splitters and contracts, the same for the same seed.

Both SGP's and OZmap's simulators begin with it. Client ids and contract ids are of one number space, and the id of
most clients is the id of somebody else's contract. CPF and CNPJ are invented; their check digits are right.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from local.vendors import people
from local.vendors.clients import Clients, invented_cpf

TIME_ZONE = ZoneInfo("America/Sao_Paulo")
CITY, STATE = "Santa Aurélia do Sul", "SC"
DOMAIN = "santaaurelia.example"
PORTS = 8  # of each splitter
FIRST_CONTRACT = 301
OFF_THE_MAP = 2  # at most so many contracts are on the splitter that is no box in OZmap

_CENTRE = (-26.871500, -52.643200)
_BLOCK = 0.0011  # degrees, some 120 m
_POPS = ("POP Centro", "POP Jardim Primavera", "POP Distrito Industrial")
_USED_PORTS = 6  # of a splitter's, where nobody says how many splitters there are
_STREETS = (
    ("Rua das Araucárias", "Centro"), ("Rua Sete de Setembro", "Centro"), ("Avenida Brasil", "Centro"),
    ("Rua da Ladeira", "Jardim Primavera"), ("Rua dos Ipês", "Jardim Primavera"), ("Rua Santa Rita", "São Cristóvão"),
    ("Rua do Comércio", "São Cristóvão"), ("Travessa do Moinho", "Bela Vista"), ("Rua Pinhalzinho", "Bela Vista"),
    ("Avenida dos Imigrantes", "Distrito Industrial"), ("Rua da Estação", "Distrito Industrial"),
)  # fmt: skip
_REFERENCES = ("", "Ao lado da padaria", "", "Casa dos fundos", "Em frente à praça", "", "Portão verde")
_PLANS = ("Fibra 300 Mega", "Fibra 500 Mega", "Fibra 700 Mega", "Fibra 1 Giga")
# Twenty contracts in a row. Most are active; each status is there.
_STATUSES = (1, 1, 6, 1, 1, 4, 1, 1, 3, 1, 1, 7, 1, 2, 1, 1, 4, 5, 1, 1)
_ACTIVE, _NEW = 1, 6
_NEVER_CONNECTED = frozenset({3, 5})
_WITHOUT_SPLITTER_EVERY = 13
_WITHOUT_COORDINATES_EVERY = 7
_BUSINESS_EVERY = 15
_SECOND_CONTRACT_EVERY = 10  # … is the client's who has the one before


@dataclass(frozen=True, slots=True)
class Pop:
    """A point of presence."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Splitter:
    """What SGP calls a splitter and OZmap a box (CTO). `pon` as "1/1/3"."""

    id: int
    ident: str
    ports: int
    pon: str
    pop_id: int
    lat: float
    lng: float


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract. `cpf_cnpj`: 11 or 14 characters; `status` 1 to 7; `port` from 1; `rx` in dBm; dates have their zone.

    Without coordinates `lat` and `lng` are None; without a splitter so are `splitter_id`, `port` and `rx`, and
    `onu_serial` is empty. One that is new (6) has a port and no `rx` yet.
    """

    id: int
    client_id: int
    name: str
    cpf_cnpj: str
    email: str
    status: int
    pop_id: int
    street: str
    number: str
    district: str
    city: str
    state: str
    postcode: str
    reference: str
    lat: float | None
    lng: float | None
    splitter_id: int | None
    port: int | None
    rx: float | None
    onu_serial: str
    login: str
    plan: str
    created_at: datetime
    changed_at: datetime  # of the client or the address
    status_changed_at: datetime


@dataclass(frozen=True)
class Provider:
    """A provider with everything that it has, in order of ids."""

    pops: tuple[Pop, ...]
    splitters: tuple[Splitter, ...]
    contracts: tuple[Contract, ...]
    seed: int

    @property
    def splitter_off_the_map(self) -> Splitter:
        """The one whose ident no box of OZmap has."""
        return self.splitters[-1]

    def pop(self, number: int) -> Pop:
        """The POP of that id. Raises KeyError."""
        return self._pops[number]

    def splitter(self, number: int) -> Splitter:
        """The splitter of that id. Raises KeyError."""
        return self._splitters[number]

    def contract(self, number: int) -> Contract:
        """The contract of that id. Raises KeyError."""
        return self._contracts[number]

    @cached_property
    def _pops(self) -> dict[int, Pop]:
        return {pop.id: pop for pop in self.pops}

    @cached_property
    def _splitters(self) -> dict[int, Splitter]:
        return {splitter.id: splitter for splitter in self.splitters}

    @cached_property
    def _contracts(self) -> dict[int, Contract]:
        return {contract.id: contract for contract in self.contracts}


def provider(contracts: int = 60, splitters: int | None = None, seed: int = 1) -> Provider:
    """A provider of that many contracts on that many splitters; as many as they need where nobody says it.

    Raises ValueError where there can't be such a one.
    """
    connected = sum(_is_connected(index) for index in range(contracts))
    on_the_map = connected - min(OFF_THE_MAP, connected // 3)
    count = 1 + max(1, math.ceil(on_the_map / _USED_PORTS)) if splitters is None else splitters
    if not 0 <= contracts <= people.NAMES or count < 2 or (count - 1) * PORTS < on_the_map:
        message = f"A provider has 0 to {people.NAMES} contracts, two splitters and a port for each contract."
        raise ValueError(message)
    pops = tuple(Pop(number, name) for number, name in enumerate(_POPS, 1))
    made = tuple(_splitter(index, count) for index in range(count))
    each = max(1, math.ceil(on_the_map / (count - 1)))
    businesses = _businesses(contracts, seed)
    rows: list[Contract] = []
    connection = 0
    for index in range(contracts):
        place = None
        if _is_connected(index):
            on_map = connection < on_the_map
            place = divmod(connection, each) if on_map else (count - 1, connection - on_the_map)
            connection += 1
        rows.append(_contract(index, contracts, None if place is None else (made[place[0]], place[1]), businesses))
    return Provider(pops, made, tuple(rows), seed)


def added(number: int, client_id: int, at: datetime, seed: int) -> Contract:
    """A contract made later, by somebody who was no client before: active, without splitter and without coordinates."""
    index = number - FIRST_CONTRACT
    person = number + people.NAMES // 2
    name = people.person(person, seed)
    return replace(
        _contract(index, index + 1, None, _businesses(index + 1, seed)),
        client_id=client_id,
        name=name,
        cpf_cnpj=invented_cpf(person, seed),
        email=people.email(name, DOMAIN),
        login=f"{people.plain(name.split()[0])}.{number}",
        status=_ACTIVE,
        lat=None,
        lng=None,
        created_at=at,
        changed_at=at,
        status_changed_at=at,
    )


def onu_serial(number: int) -> str:
    """The serial number of the ONU that contract has."""
    return f"ALCLF{number * 2_654_435_761 % 16**7:07X}"


def _businesses(contracts: int, seed: int) -> Clients:
    return Clients(contracts // _BUSINESS_EVERY + 1, 0, 0, 0, 0, 0, seed)


def _is_connected(index: int) -> bool:
    without = index % _WITHOUT_SPLITTER_EVERY == _WITHOUT_SPLITTER_EVERY - 1
    return not without and _status(index) not in _NEVER_CONNECTED


def _status(index: int) -> int:
    return _STATUSES[index % len(_STATUSES)]


def _splitter(index: int, count: int) -> Splitter:
    pop = index * len(_POPS) // count
    side = math.isqrt(count - 1) + 1
    row, column = divmod(index, side)
    pon = f"1/{1 + index // 16 % 8}/{1 + index % 16}"
    latitude, longitude = _CENTRE[0] - row * _BLOCK, _CENTRE[1] + column * _BLOCK
    return Splitter(31 + index, f"CTO-{index + 1:03d}", PORTS, pon, pop + 1, round(latitude, 6), round(longitude, 6))


def _contract(index: int, contracts: int, place: tuple[Splitter, int] | None, businesses: Clients) -> Contract:
    """The contract of that place in the order; `place`: its splitter, and how many contracts are there before it."""
    seed, status = businesses.seed, _status(index)
    splitter, slot = place or (None, 0)
    block = splitter.id if splitter else index
    client = index - (index + 1) // _SECOND_CONTRACT_EVERY
    name, document = people.person(client, seed), invented_cpf(client, seed)
    email = people.email(name, DOMAIN)
    if client % _BUSINESS_EVERY == _BUSINESS_EVERY - 1:
        company = businesses.company(1 + client // _BUSINESS_EVERY)
        name, document = company.name, company.cnpj
        email = f"financeiro.{client}@{DOMAIN}"
    street, district = _STREETS[(block + seed) % len(_STREETS)]
    latitude, longitude = (splitter.lat, splitter.lng) if splitter else _CENTRE
    angle = math.tau * (index % PORTS) / PORTS
    located = index % _WITHOUT_COORDINATES_EVERY != _WITHOUT_COORDINATES_EVERY - 1
    created = datetime(2019, 3, 4, 8, 30, tzinfo=TIME_ZONE) + timedelta(
        days=index * 37 % 2_500, minutes=index * 7 % 540
    )
    return Contract(
        id=FIRST_CONTRACT + index,
        client_id=FIRST_CONTRACT + client + contracts // _SECOND_CONTRACT_EVERY + 3,  # never the contract's own id
        name=name,
        cpf_cnpj=document,
        email=email,
        status=status,
        pop_id=splitter.pop_id if splitter else 1 + index % len(_POPS),
        street=street,
        number=str(10 + index * 13 % 990) if index % 17 else "S/N",
        district=district,
        city=CITY,
        state=STATE,
        postcode="89899-000",
        reference=_REFERENCES[index % len(_REFERENCES)],
        lat=round(latitude + 0.0003 * math.sin(angle), 6) if located else None,
        lng=round(longitude + 0.0003 * math.cos(angle), 6) if located else None,
        splitter_id=splitter.id if splitter else None,
        port=1 + (slot * 3 + block) % PORTS if splitter else None,
        rx=None if splitter is None or status == _NEW else round(-17 - index * 37 % 900 / 100, 2),
        onu_serial=onu_serial(FIRST_CONTRACT + index) if splitter else "",
        login=f"{people.plain(name.split()[0])}.{FIRST_CONTRACT + index}",
        plan=_PLANS[index * 5 % 7 % len(_PLANS)],
        created_at=created,
        changed_at=created + timedelta(days=index % 90, minutes=11),
        status_changed_at=created + timedelta(days=index % 60, minutes=25),
    )
