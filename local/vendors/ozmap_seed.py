"""The map that OZmap begins with: the provider's town, with most of its contracts on it as SGP has them.

A project for each POP. A box with one 1:8 drop splitter for each of SGP's splitters, but for the one off the map; the
last of those boxes has a namesake in another project. Of the contracts with a box, each fifth (by its id) is missing.
"""

from __future__ import annotations

from local.vendors.ozmap_kinds import BOX_TYPES, BOXES, PROJECTS, PROPERTIES, SPLITTER_TYPES, SPLITTERS
from local.vendors.ozmap_objects import FibreMap
from local.vendors.provider import Contract, Provider, Splitter

_MISSING_EVERY = 5
_NOT_IMPLANTED_EVERY = 6
_NEW, _IN_ERROR = 6, frozenset({2, 4, 7})
_COLOURS = {"base": {"color": "#3388FFFF"}, "regular": {"fillColor": "#3388FFFF"}} | {
    state: {"fillColor": "#FFA500A6"} for state in ("not_implanted", "draft")
}


def map_of(provider: Provider) -> FibreMap:
    """The provider's map."""
    fibre_map = FibreMap()
    projects = {
        pop.id: fibre_map.create(PROJECTS, {"name": pop.name, "identifier": f"POP-{pop.id}"}) for pop in provider.pops
    }
    box_type = fibre_map.create(BOX_TYPES, {"code": "CTO 16", "prefix": "CTO-", "config": _COLOURS})
    splitter_type = fibre_map.create(
        SPLITTER_TYPES,
        {
            "code": "1:8 atendimento",
            "isDrop": True,
            "ratio": {"input": 1, "output": 8},
            "inputConnectionType": 0,
            "outputConnectionType": 1,
            "attenuation": [10.5],
        },
    )

    def add_box(splitter: Splitter, pop_id: int, coords: list[float]) -> str:
        """A box of that splitter's name in a POP's project; gives the id of the splitter in it."""
        fields = {"name": splitter.ident, "project": projects[pop_id], "coords": coords, "boxType": box_type}
        box = fibre_map.create(BOXES, {**fields, "hierarchyLevel": 2, "implanted": True})
        return fibre_map.create(SPLITTERS, {"name": "Atendimento", "parent": box, "splitterType": splitter_type})

    on_the_map = [each for each in provider.splitters if each != provider.splitter_off_the_map]
    attending = {each.id: add_box(each, each.pop_id, [each.lng, each.lat]) for each in on_the_map}
    namesake = on_the_map[-1]
    another = next(pop.id for pop in provider.pops if pop.id != namesake.pop_id)
    add_box(namesake, another, [namesake.lng + 0.05, namesake.lat])
    for contract in provider.contracts:
        if contract.splitter_id in attending and contract.id % _MISSING_EVERY:
            _add(fibre_map, contract, attending[contract.splitter_id])
    return fibre_map


def _add(fibre_map: FibreMap, contract: Contract, splitter: str) -> None:
    client = {
        "code": str(contract.id),
        "name": contract.name,
        "status": 1 if contract.status in _IN_ERROR else 0,
        "implanted": contract.status != _NEW and contract.id % _NOT_IMPLANTED_EVERY != 0,
        "onu": {"user_PPPoE": contract.login, "serial_number": contract.onu_serial, "mac_address": ""},
    }
    place = {} if contract.lat is None or contract.lng is None else {"coords": [contract.lng, contract.lat]}
    box = fibre_map.row(SPLITTERS, splitter)["parent"]
    fields = {"address": f"{contract.street}, {contract.number}", "potencyRead": contract.rx, "client": client, **place}
    port = {"box": box, "connector": splitter, "port": contract.port}
    fibre_map.create(PROPERTIES, {**fields, **port, "project": fibre_map.row(BOXES, box)["project"]})
