"""A network of furniture stores in the simulated Promob, as a person connects it, for `make demo` and `make dev`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_HALF_UP, ROUND_UP, Decimal
from typing import Any

from local.demo_api import Api
from local.demo_stage import Vendor
from local.vendors.promob_listing import Ambient, Drawing, Piece

CONNECTION, NAME = "rede-modelo", "Rede Modelo Planejados: Promob ↔ FoccoLojas"
CONNECTIONS = "/integrations/promob/connections"
PATH = f"{CONNECTIONS}/{CONNECTION}"
LOGS = "/integrations/promob/logs"
DOMAIN = "redemodelo.example"

_HARDWARE, _TOPS = "Ferragens Campeiras", "Tampos"
LIMIT = "8"  # percent: what a seller gives without a manager
# What the store sells for: its hardware at so much above the cost, in whole reais; stone tops; all else as Promob says.
RULES: tuple[dict[str, Any], ...] = (
    {"discount_limit": LIMIT},
    {"supplier": _HARDWARE, "markup": "135", "step": "1.00", "rounding": "up", "discount_limit": LIMIT},
    {"category": _TOPS, "markup": "87.5", "discount_limit": LIMIT},
)
_ZERO = Decimal("0.00")


def definition(promob: Mapping[str, Any], webhook_secret: str) -> dict[str, Any]:
    """What the connection is made with; promob: the simulator, as in stack.json."""
    return {
        "id": CONNECTION,
        "name": NAME,
        "responsible": f"joana.prates@{DOMAIN}",
        "settings": {"promob_address": promob["url"]},
        "secret": {"promob_key": promob["key"], "webhook_secrets": webhook_secret},
    }


def furnish(api: Api, promob: Mapping[str, Any], webhook_secret: str) -> str:
    """Connects a network whose store has one of Promob's projects; gives Promob's id of it.

    Whoever calls answers for the store, and is linked to Promob. promob: the simulator, as in stack.json.
    """
    vendor = Vendor(str(promob["url"]))
    api.post(CONNECTIONS, definition(promob, webhook_secret))
    vendor.act("webhook", address=api.get(f"{PATH}/webhook")["url"], secret=webhook_secret)
    account, drawn = vendor.rows("accounts")[0], vendor.rows("projects")[0]
    machine = "Recepção"
    new = {"cnpj": account["cnpj"], "account": account["id"], "serial": account["serials"][0], "machines": [machine]}
    store = api.post(f"{PATH}/stores", {"name": account["name"], **new})["id"]
    api.post(f"{PATH}/stores/{store}/verification", {})
    for declared in ({"webstart": machine}, {"evaluation": "Loja pronta"}):
        api.post(f"{PATH}/stores/{store}/declarations", declared)
    api.post(f"{PATH}/stores/{store}/activation", {})
    user = next(one for one in vendor.users() if one["account"] == account["id"])
    token = api.get("/tokens/current")["id"]
    api.post(f"{PATH}/users", {"token": token, "store": store, "name": user["name"], "login": user["login"]})
    api.post(f"{PATH}/users/{token}/promob-link", {"password": user["password"]})
    customer = next(one for one in vendor.rows("customers") if one["id"] == drawn["customer_id"])
    whom = {"name": customer["name"], "document": customer["document"]}
    known = api.post(f"{PATH}/customers", {"store": store, **whom})["id"]
    project = api.post(f"{PATH}/projects", {"store": store, "customer": known, "name": "Apartamento"})["id"]
    api.post(f"{PATH}/projects/{project}/legacy", {"promob_id": drawn["id"]})
    return str(drawn["id"])


def price_by_rules(drawing: Drawing) -> Decimal:
    """What RULES sell a drawing for: reckoned here once more, apart from the product."""
    return sum((_price(category, piece) for category, piece in _counted(drawing)), _ZERO)


def cost_by_supplier(drawing: Drawing) -> dict[str, Decimal]:
    """What a drawing's counted pieces cost, supplier by supplier."""
    found: dict[str, Decimal] = {}
    for _, piece in _counted(drawing):
        found[piece.supplier] = found.get(piece.supplier, _ZERO) + (piece.order or _ZERO)
    return found


def modules(ambients: Iterable[Ambient]) -> Iterator[tuple[str, Piece]]:
    """The modules of ambients and of those within them, each with its category: the pieces at the top."""
    for ambient in ambients:
        for category in ambient.categories:
            yield from ((category.name, piece) for piece in category.pieces)
        yield from modules(ambient.inner)


def _counted(drawing: Drawing) -> Iterator[tuple[str, Piece]]:
    for category, module in modules(drawing.ambients):
        yield from ((category, piece) for piece in module.counted())


def _price(category: str, piece: Piece) -> Decimal:
    cost, price = piece.order or _ZERO, piece.budget or _ZERO
    if piece.supplier == _HARDWARE:
        return (cost * Decimal("2.35")).quantize(Decimal(1), ROUND_UP).quantize(_ZERO)
    if category == _TOPS:
        return (cost * Decimal("1.875")).quantize(_ZERO, ROUND_HALF_UP)
    return price
