"""A network of furniture stores in the simulated Promob, as a person connects it, for `make demo`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_HALF_UP, ROUND_UP, Decimal
from typing import Any

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
