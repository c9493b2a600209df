"""What OZmap keeps: its kinds of objects by route, their fields, and what of them is written when.

Fields, and what a creation must have: from the schemas of the vendor's SDK. What a field takes is checked here, what
an object may become in `ozmap_objects`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]
Check = Callable[[object], bool]

PROJECTS, BOXES, BOX_TYPES = "projects", "boxes", "box-types"
SPLITTERS, SPLITTER_TYPES = "splitters", "splitter-types"
PROPERTIES, CLIENTS = "properties", "ftth-clients"
DROP = {"type": {"cableType": "65a0c0de0a1b2c3d4efffffe"}, "maxSize": 300}
AREA = {"type": "Polygon", "coordinates": []}
ONU = {"user_PPPoE": "", "serial_number": "", "mac_address": ""}
STEERING = ("auto_connect", "force", "connector", "port", "drop_poles")  # of a property's request, not of the property


def _text(value: object) -> bool:
    return isinstance(value, str)


def _filled(value: object) -> bool:
    return isinstance(value, str) and value.strip() != ""


def _flag(value: object) -> bool:
    return isinstance(value, bool)


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _port(value: object) -> bool:
    return _number(value) and isinstance(value, int)


def _list(value: object) -> bool:
    return isinstance(value, list)


def _object(value: object) -> bool:
    return isinstance(value, dict)


def _place(value: object) -> bool:
    """`[lng, lat]`, in degrees."""
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(map(_number, value))
        and -180 <= value[0] <= 180
        and -90 <= value[1] <= 90
    )


def _ratio(value: object) -> bool:
    if not isinstance(value, dict) or not _port(value.get("input")) or not _port(value.get("output")):
        return False
    return bool(value["input"] >= 1 and value["output"] >= 2)


def _ends(value: object) -> bool:
    return isinstance(value, dict) and all(_list(value.get(side)) for side in ("input", "output"))


def _client_status(value: object) -> bool:
    return _number(value) and value in {0, 1}


def _nullable(check: Check) -> Check:
    return lambda value: value is None or check(value)


def _client(value: object) -> bool:
    return value is None or _text(value) or _object(value)


@dataclass(frozen=True)
class Kind:
    """One kind: the value of its `kind` (empty where it has none), its writable fields, and what a creation must have.

    `references`: the routes of what fields name by id. `fixed`: what an update drops without a word.
    """

    kind: str
    fields: Mapping[str, Check]
    required: tuple[str, ...]
    defaults: Mapping[str, Any] = field(default_factory=dict)
    references: Mapping[str, str] = field(default_factory=dict)
    fixed: frozenset[str] = frozenset()

    def wrong(self, body: Mapping[str, object], *, creating: bool) -> str | None:
        """The first field that OZmap doesn't take; None where all are right."""
        allowed = self.fields.keys() | {"kind", "external_id"} | self.fixed
        for name, value in body.items():
            if name not in allowed or (name in self.fields and not self.fields[name](value)):
                return name
        missing = (name for name in self.required if body.get(name) is None)
        return next(missing, None) if creating else None


_COMMON: Mapping[str, Check] = {"tags": _list, "observation": _nullable(_text)}
_OPTIONAL: Mapping[str, Check] = {"brand": _text, "mold": _text, "description": _text, "prefix": _text}

KINDS: Mapping[str, Kind] = {
    PROJECTS: Kind(
        "",
        {
            "name": _filled,
            "identifier": _text,
            "lat": _number,
            "lng": _number,
            "parents": _list,
            "drop": _object,
            "area": _object,
            "defaultPonPotency": _number,
            "defaultDropSize": _number,
        },
        ("name",),
        {"lat": 0, "lng": 0, "parents": [], "hasLogo": False, "defaultPonPotency": 3, "drop": DROP, "area": AREA},
    ),
    BOX_TYPES: Kind(
        "",
        {
            **_OPTIONAL,
            "code": _filled,
            "config": _object,
            "default_template": _text,
            "default_level": _number,
            "default_reserve": _number,
        },
        ("code", "config"),
        {"prefix": "", "default_reserve": 0},
    ),
    BOXES: Kind(
        "Box",
        {
            **_COMMON,
            "name": _text,
            "address": _text,
            "project": _text,
            "coords": _place,
            "pole": _text,
            "boxType": _text,
            "hierarchyLevel": _number,
            "implanted": _flag,
            "certified": _flag,
            "draft": _flag,
            "shared": _flag,
            "default_reserve": _number,
            "color": _text,
            "fill_color": _text,
            "template": _text,
            "max_distance": _number,
        },
        ("project", "coords", "hierarchyLevel", "boxType", "implanted"),
        {
            "name": "",
            "certified": False,
            "draft": False,
            "shared": False,
            "default_reserve": 0,
            "tags": [],
            "cables": [],
        }
        | {"underground": False},
        {"project": PROJECTS, "boxType": BOX_TYPES},
        frozenset({"project", "cables"}),
    ),
    SPLITTER_TYPES: Kind(
        "",
        {
            **_OPTIONAL,
            "code": _filled,
            "isDrop": _flag,
            "ratio": _ratio,
            "isBalanced": _flag,
            "size": _number,
            "inputConnectionType": _number,
            "outputConnectionType": _number,
            "attenuation": _list,
        },
        ("code", "isDrop", "ratio", "inputConnectionType", "outputConnectionType", "attenuation"),
        {"isBalanced": True, "prefix": "Splitter ", "size": 0},
    ),
    SPLITTERS: Kind(
        "Splitter",
        {
            **_COMMON,
            "name": _text,
            "label": _text,
            "parent": _text,
            "splitterType": _text,
            "isDrop": _flag,
            "implanted": _flag,
            "attenuation": _list,
            "ports": _list,
            "connectables": _ends,
            "index": _number,
            "size": _number,
            "shelf": _text,
        },
        ("parent", "splitterType"),
        {"name": "", "label": "", "implanted": True, "currentPower": [], "installPower": []},
        {"parent": BOXES, "project": PROJECTS, "splitterType": SPLITTER_TYPES},
        frozenset({"project"}),
    ),
    PROPERTIES: Kind(
        "Property",
        {
            **_COMMON,
            "name": _text,
            "address": _nullable(_text),
            "project": _text,
            "box": _nullable(_text),
            "pole": _nullable(_text),
            "coords": _place,
            "potencyRead": _nullable(_number),
            "client": _client,
            "auto_connect": _flag,
            "force": _flag,
            "connector": _nullable(_text),
            "port": _port,
            "drop_poles": _list,
        },
        ("project",),
        {"address": None, "box": None, "pole": None, "drop": None, "potencyRead": None, "observation": None}
        | {"parent": None, "coords": None, "tags": [], "cables": []},
        {"project": PROJECTS, "box": BOXES},
        frozenset({"project", "drop", "parent", "cables"}),
    ),
    CLIENTS: Kind(
        "FTTHClient",  # so the schema; a body in the documentation has "ftth"
        {
            **_COMMON,
            "code": _filled,
            "name": _text,
            "implanted": _flag,
            "certified": _flag,
            "status": _client_status,
            "onu": _object,
            "cpe": lambda _value: True,
        },
        ("code",),
        {"name": "", "implanted": False, "certified": False, "status": 0, "onu": ONU, "tags": [], "observation": ""},
    ),
}
BATCHES: Mapping[str, frozenset[str]] = {
    PROPERTIES: frozenset({"potencyRead"}),
    CLIENTS: frozenset({"certified", "implanted", "status"}),
}
