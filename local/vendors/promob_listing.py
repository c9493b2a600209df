"""Invented budgets of Promob's: the LISTING of a drawing, as XML as Promob writes it, or as JSON. Totals are true.

A drawing of the same number is the same; one of another number has other finishes, sizes and prices of some modules,
under the same ids. ASSUMPTION: the JSON form is our own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import quoteattr

_BOM = "\ufeff"
_ZERO = Decimal("0.00")
_AMBIENTS = ("Bancada", "Torre quente", "Despensa")  # within the first one
_TOGETHER = 400  # modules of an ambient
_MODELS = (  # category, description, reference, supplier, size, factory cost of its body
    ("Balcões", "Balcão 2 portas", "BAL800", "Móveis Araucária", (800, 720, 560), Decimal("412.37")),
    ("Aéreos", "Aéreo basculante", "AER600", "Móveis Araucária", (600, 400, 350), Decimal("268.90")),
    ("Torres", "Torre para forno", "TOR700", "Móveis Araucária", (700, 2200, 580), Decimal("935.15")),
    ("Balcões", "Balcão gaveteiro", "BAG500", "Móveis Araucária", (500, 720, 560), Decimal("498.04")),
    ("Painéis", "Painel ripado", "PNL900", "Painéis do Oeste", (900, 2600, 18), Decimal("350.66")),
    ("Tampos", "Tampo de quartzo", "TPQ120", "Pedras da Serra", (1200, 40, 620), Decimal("1180.50")),
)
_HARDWARE = (
    ("Corrediça telescópica", "COR450", "Ferragens Campeiras", Decimal("38.75")),
    ("Dobradiça com amortecedor", "DOB35", "Ferragens Campeiras", Decimal("9.12")),
    ("Puxador perfil", "PUX160", "Ferragens Campeiras", Decimal("21.48")),
)
_COLOURS = ("Branco TX", "Carvalho Malva", "Freijó Puro", "Cinza Sagrado")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """An item. `order` and `budget` are what it and all in it come to; None where Promob gives no such price."""

    id: str
    description: str
    reference: str = ""
    component: bool = True
    repetition: Decimal = Decimal(1)
    quantity: Decimal = Decimal(1)
    unit: str = "un"
    size: tuple[int, int, int] | None = None  # mm
    supplier: str = ""
    finishes: Mapping[str, str] = field(default_factory=dict)
    order: Decimal | None = _ZERO
    budget: Decimal | None = _ZERO
    parts: tuple[Piece, ...] = ()

    def counted(self) -> Iterator[Piece]:
        """Those whose prices make the total: the first components from the top."""
        if self.component:
            yield self
        else:
            for part in self.parts:
                yield from part.counted()


@dataclass(frozen=True, slots=True)
class Category:
    """A category of an ambient."""

    name: str
    pieces: tuple[Piece, ...]

    def counted(self) -> Iterator[Piece]:
        """As a piece's."""
        for piece in self.pieces:
            yield from piece.counted()


@dataclass(frozen=True, slots=True)
class Ambient:
    """An ambient; `inner` stand in it."""

    name: str
    categories: tuple[Category, ...] = ()
    inner: tuple[Ambient, ...] = ()

    def counted(self) -> Iterator[Piece]:
        """As a piece's, those of the ambients within it, too."""
        for category in self.categories:
            yield from category.counted()
        for ambient in self.inner:
            yield from ambient.counted()


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """What a budget is of. `unpriced` are ids that ITEMSWITHOUTPRICE lists."""

    ambients: tuple[Ambient, ...]
    description: str = "Casa"
    customer: Mapping[str, str] = field(default_factory=dict)
    unpriced: tuple[str, ...] = ()

    def counted(self) -> Iterator[Piece]:
        """As a piece's."""
        for one in self.ambients:
            yield from one.counted()


def drawn(items: int, drawing: int = 1, ambient: str = "Cozinha", customer: str = "") -> Drawing:
    """A drawing with so many counted items, and the groups and parts that come with them."""
    sizes, left = list[int](), items  # counted items of each module
    while left > 0:
        sizes.append(min(left, 1 + len(sizes) % 3))
        left -= sizes[-1]
    modules = [_module(number, size, drawing, len(sizes)) for number, size in enumerate(sizes)]
    within = modules[2::3]  # they stand in ambients within the first
    inner = tuple(
        Ambient(f"{_AMBIENTS[place % len(_AMBIENTS)]} {place + 1}", _categories(within[start : start + _TOGETHER]))
        for place, start in enumerate(range(0, len(within), _TOGETHER))
    )
    first = [module for number, module in enumerate(modules) if number % 3 != 2]
    named = {"nomecliente": customer} if customer else {}
    return Drawing(ambients=(Ambient(ambient, _categories(first), inner),), description=ambient, customer=named)


def listing_xml(
    items: int,
    drawing: int = 1,
    ambient: str = "Cozinha",
    customer: str = "",
    *,
    decimals: str = ",",
    bom: bool = True,
) -> str:
    """The LISTING of `drawn` as XML."""
    return written_xml(drawn(items, drawing, ambient, customer), decimals=decimals, bom=bom)


def listing_json(items: int, drawing: int = 1, ambient: str = "Cozinha", customer: str = "") -> dict[str, Any]:
    """The LISTING of `drawn` as JSON."""
    return written_json(drawn(items, drawing, ambient, customer))


def written_xml(
    of: Drawing, *, decimals: str = ",", bom: bool = True, numbered: Callable[[Decimal], str] | None = None
) -> str:
    """A drawing as XML: with a comma or a dot, or with each number as it is `numbered`."""
    xml = _Xml(numbered or (lambda number: f"{number:f}".replace(".", decimals)))
    return (_BOM if bom else "") + '<?xml version="1.0" encoding="utf-8"?>\n' + "".join(xml.listing(of))


def written_json(of: Drawing) -> dict[str, Any]:
    """A drawing as JSON; numbers are texts with a dot."""
    listing = {
        "description": of.description,
        "date": "21/11/2026",
        "hour": "10:00",
        "currencysymbol": "R$",
        "customersdata": [{"id": name, "value": value} for name, value in of.customer.items()],
        "ambients": [_ambient_json(one) for one in of.ambients],
        "totalprices": _totals_json(of.counted()),
    }
    if of.unpriced:
        listing["itemswithoutprice"] = [{"uniqueid": one} for one in of.unpriced]
    return listing


class _Xml:
    """Writes elements; `text` is how numbers are written."""

    def __init__(self, text: Callable[[Decimal], str]) -> None:
        self.text = text

    def listing(self, of: Drawing) -> Iterator[str]:
        yield f'<LISTING DESCRIPTION={quoteattr(of.description)} DATE="21/11/2026" HOUR="10:00" CURRENCYSYMBOL="R$">\n'
        data = (f"<DATA ID={quoteattr(name)} VALUE={quoteattr(value)}/>" for name, value in of.customer.items())
        yield f"<CUSTOMERSDATA>{''.join(data)}</CUSTOMERSDATA>\n"
        yield '<LIBRARIES><LIBRARY VERSION="Modelo_2026"/></LIBRARIES>\n<AMBIENTS>\n'
        for ambient in of.ambients:
            yield from self.ambient(ambient)
        yield f"</AMBIENTS>\n{self.totals(of.counted())}\n"
        if of.unpriced:
            listed = "".join(f"<ITEM UNIQUEID={quoteattr(one)}/>" for one in of.unpriced)
            yield f"<ITEMSWITHOUTPRICE>{listed}</ITEMSWITHOUTPRICE>\n"
        yield "</LISTING>\n"

    def ambient(self, of: Ambient) -> Iterator[str]:
        yield f"<AMBIENT DESCRIPTION={quoteattr(of.name)}>\n<CATEGORIES>\n"
        for category in of.categories:
            yield f"<CATEGORY DESCRIPTION={quoteattr(category.name)}><ITEMS>\n"
            for piece in category.pieces:
                yield from self.piece(piece, "")
            yield f"</ITEMS>{self.totals(category.counted())}</CATEGORY>\n"
        yield "</CATEGORIES>\n"
        if of.inner:
            yield "<AMBIENTS>\n"
            for inner in of.inner:
                yield from self.ambient(inner)
            yield "</AMBIENTS>\n"
        yield f"{self.totals(of.counted())}</AMBIENT>\n"

    def piece(self, of: Piece, parent: str) -> Iterator[str]:
        of_parent = f" UNIQUEPARENTID={quoteattr(parent)}" if parent else ""
        yield (
            f"<ITEM ID={quoteattr(of.reference)} UNIQUEID={quoteattr(of.id)}{of_parent}"
            f' COMPONENT="{"Y" if of.component else "N"}" DESCRIPTION={quoteattr(of.description)}'
            f" REFERENCE={quoteattr(of.reference)} REPETITION={quoteattr(self.text(of.repetition))}"
            f" QUANTITY={quoteattr(self.text(of.quantity))} UNIT={quoteattr(of.unit)}"
        )
        if of.size:
            names = zip(("WIDTH", "HEIGHT", "DEPTH"), of.size, strict=True)
            yield "".join(f' {name}="{side}"' for name, side in names)
            yield f' TEXTDIMENSION="{" x ".join(map(str, of.size))}"'
        yield ">"
        if of.parts:
            yield "<ITEMS>\n"
            for part in of.parts:
                yield from self.piece(part, of.id)
            yield "</ITEMS>"
        if references := _references(of):
            each = "".join(f"<{name} REFERENCE={quoteattr(value)}/>" for name, value in references.items())
            yield f"<REFERENCES>{each}</REFERENCES>"
        if of.order is not None or of.budget is not None:
            prices = self.price("ORDER", of, of.order) + self.price("BUDGET", of, of.budget)
            yield f"<PRICE><MARGINS>{prices}</MARGINS></PRICE>"
        yield "</ITEM>\n"

    def price(self, tag: str, of: Piece, value: Decimal | None) -> str:
        if value is None:
            return ""
        own, inner = _split(of, value)
        return f'<{tag} TOTAL="{self.text(own)}" TOTALCOMPONENTS="{self.text(inner)}"/>'

    def totals(self, counted: Iterable[Piece]) -> str:
        cost, price = _sums(counted)
        margins = f'<ORDER VALUE="{self.text(cost)}"/><BUDGET VALUE="{self.text(price)}"/>'
        return f'<TOTALPRICES TABLE="{self.text(price)}"><MARGINS>{margins}</MARGINS></TOTALPRICES>'


def _ambient_json(of: Ambient) -> dict[str, Any]:
    categories = [
        {
            "description": category.name,
            "items": [_piece_json(piece, "") for piece in category.pieces],
            "totalprices": _totals_json(category.counted()),
        }
        for category in of.categories
    ]
    shown = {"description": of.name, "categories": categories, "totalprices": _totals_json(of.counted())}
    return shown | ({"ambients": [_ambient_json(one) for one in of.inner]} if of.inner else {})


def _piece_json(of: Piece, parent: str) -> dict[str, Any]:
    sides = zip(("width", "height", "depth"), of.size, strict=True) if of.size else ()
    shown: dict[str, Any] = {
        "uniqueid": of.id,
        "uniqueparentid": parent,
        "component": of.component,
        "description": of.description,
        "reference": of.reference,
        "repetition": f"{of.repetition:f}",
        "quantity": f"{of.quantity:f}",
        "unit": of.unit,
        **dict(sides),
        "textdimension": " x ".join(map(str, of.size)) if of.size else "",
        "references": {name.lower(): value for name, value in _references(of).items()},
        "items": [_piece_json(part, of.id) for part in of.parts],
    }
    margins = {}
    for tag, value in (("order", of.order), ("budget", of.budget)):
        if value is not None:
            own, inner = _split(of, value)
            margins[tag] = {"total": f"{own:f}", "totalcomponents": f"{inner:f}"}
    return shown | ({"price": {"margins": margins}} if margins else {})


def _totals_json(counted: Iterable[Piece]) -> dict[str, Any]:
    cost, price = _sums(counted)
    return {"margins": {"order": {"value": f"{cost:f}"}, "budget": {"value": f"{price:f}"}}}


def _references(of: Piece) -> dict[str, str]:
    return {**of.finishes, **({"SUPPLIER": of.supplier} if of.supplier else {})}


def _split(of: Piece, value: Decimal) -> tuple[Decimal, Decimal]:
    """A piece's own price, and that of its parts."""
    inner = (value / 3).quantize(Decimal("0.01")) if of.parts and of.component else _ZERO
    return value - inner, inner


def _sums(counted: Iterable[Piece]) -> tuple[Decimal, Decimal]:
    cost = price = _ZERO
    for piece in counted:
        cost += piece.order or _ZERO
        price += piece.budget or _ZERO
    return cost, price


def _categories(modules: Sequence[tuple[str, Piece]]) -> tuple[Category, ...]:
    found: dict[str, list[Piece]] = {}
    for category, piece in modules:
        found.setdefault(category, []).append(piece)
    return tuple(Category(name, tuple(pieces)) for name, pieces in found.items())


def _module(number: int, size: int, drawing: int, modules: int) -> tuple[str, Piece]:
    """A module of so many counted items: its body, and hardware beside it."""
    category, description, reference, supplier, sides, cost = _MODELS[number % len(_MODELS)]
    colour = _COLOURS[number // 5 % len(_COLOURS)]
    if drawing > 1 and number % min(7, modules) == drawing % min(7, modules):
        colour = _COLOURS[(number // 5 + 1 + drawing % 3) % len(_COLOURS)]
    if drawing > 1 and number % min(11, modules) == 2 * drawing % min(11, modules):
        wider = 50 * (1 + drawing % 3)
        sides, cost = (sides[0] + wider, *sides[1:]), cost + Decimal("0.35") * wider
    name = f"{1000 + number}"
    finishes = {"MATERIAL": "MDF", "THICKNESS": "15", "MODEL": f"MDF\\{colour}", "MODEL_DESCRIPTION": colour}
    sheet = {**finishes, "FITA_BORDA_1": f"{colour} 0,45 mm"}
    body = Piece(
        id=f"{name}-1",
        description=description,
        reference=reference,
        size=sides,
        supplier=supplier,
        finishes=finishes,
        order=cost,
        budget=(cost * Decimal("2.2")).quantize(Decimal("0.01")),
        parts=(
            _part(f"{name}-1-1", "Lateral", Decimal(2), (sides[1], 15, sides[2]), sheet),
            _part(f"{name}-1-2", "Base", Decimal(1), (sides[0] - 30, 15, sides[2]), sheet),
        ),
    )
    hardware = tuple(_hardware(f"{name}-{place + 2}", place + number) for place in range(size - 1))
    if not hardware:
        return category, body
    group = Piece(
        id=name,
        description=description,
        reference=f"{reference}-CJ",
        component=False,
        size=sides,
        order=None,
        budget=None,
        parts=(body, *hardware),
    )
    return category, group


def _part(
    name: str, description: str, repetition: Decimal, size: tuple[int, int, int], finishes: Mapping[str, str]
) -> Piece:
    area = (Decimal(size[0] * size[2]) / 1_000_000).quantize(Decimal("0.001"))
    return Piece(
        id=name,
        description=description,
        reference=description[:3].upper(),
        repetition=repetition,
        quantity=area,
        unit="m2",
        size=size,
        finishes=finishes,
        order=Decimal("10.10"),
        budget=Decimal("20.20"),
    )


def _hardware(name: str, number: int) -> Piece:
    description, reference, supplier, cost = _HARDWARE[number % len(_HARDWARE)]
    return Piece(
        id=name,
        description=description,
        reference=reference,
        repetition=Decimal(2),
        supplier=supplier,
        order=2 * cost,
        budget=4 * cost,
    )
