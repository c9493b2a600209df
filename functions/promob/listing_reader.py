"""A LISTING, element by element, whatever form it comes in: items in the document's order, and at the end its totals.

Which items count is Promob's own rule: from the top, the first that is a component, whose price has in it all that it
holds. Nothing is kept of what was read but ids and sums, and the module that is being read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from promob.items import ZERO, Item, Listing, Sums
from promob.listing_elements import Kind, kind_within
from promob.listing_numbers import number_in
from promob.totals import Counted, Exact, Told, cents, check
from sincronia.answers import Problem, ProblemError

MOST_ITEMS = 60_000  # of all kinds
MOST_DEPTH = 64  # elements within each other: some 25 items
_NAMELESS = "sem nome"
_SHOWN = 60  # characters of a text that a sentence quotes

_MOST = {"UNIQUEID": 100, "DESCRIPTION": 500, "REFERENCE": 200, "UNIT": 20, "TEXTDIMENSION": 200}  # characters
_MOST_OF_NAMES = 200  # of categories, ambients, suppliers and what the listing says of itself
_MOST_OF_FINISHES = 300
_FINISH = re.compile(r"MATERIAL|THICKNESS|MODEL|MODEL_DESCRIPTION|MODEL_DESCRIPTION_FITA|FITA_BORDA_[0-9]{1,2}")
_CUSTOMER = frozenset(
    {"nomecliente", "cpfcnpj", "endereco", "bairro", "cidade", "uf", "cep", "endentrega", "fone", "celular", "email"}
    | {"codcliente", "nickName", "corporateName", "document_Cpf_0", "email_Private_0", "phone_Mobile_0"}
)

Attributes = Mapping[str, str]


@dataclass(slots=True)
class _Open:
    """An item whose end is yet to come. `covered`: what it costs is in the price of an item around it."""

    item: Item  # without prices, supplier and finishes
    where: str
    place: int  # among the items of its module
    covered: bool
    supplier: str = ""
    finishes: dict[str, str] = field(default_factory=dict)
    order: Decimal | None = None
    budget: Decimal | None = None

    def closed(self) -> Item:
        """The item, whole."""
        return replace(
            self.item,
            supplier=self.supplier,
            finishes=self.finishes,
            order=None if self.order is None else cents(self.order),
            budget=None if self.budget is None else cents(self.budget),
        )


@dataclass(slots=True)
class _Group:
    """A category, an ambient or the whole listing. `inner`: what is counted in ambients within it."""

    where: str  # “da categoria X”
    path: tuple[str, ...] = ()
    own: Counted = field(default_factory=Counted)
    inner: Counted = field(default_factory=Counted)
    told: Told = field(default_factory=Told)

    def whole(self) -> Counted:
        """All that is counted in it."""
        whole = Counted()
        whole.include(self.own)
        whole.include(self.inner)
        return whole


class ListingReader:
    """Takes elements as they begin and end. Every method raises ProblemError, naming what is wrong where."""

    def __init__(self) -> None:
        self._kinds = [Kind.DOCUMENT]
        self._ignored = 0  # depth within an element that says nothing here
        self._groups = [_Group("do orçamento")]
        self._open: list[_Open] = []
        self._module: list[Item | None] = []
        self._finished: list[Item] = []
        self._modules: dict[str, str] = {}  # of each item
        self._category = ""
        self._categories: dict[str, Counted] = {}
        self._said: dict[str, str] = {}
        self._customer: dict[str, str] = {}
        self._unpriced = set[str]()
        self._nameless = 0  # entries of ITEMSWITHOUTPRICE that name no item
        self._listed = 0
        self._starts = {
            Kind.LISTING: self._start_listing,
            Kind.DATA: self._start_data,
            Kind.AMBIENT: self._start_ambient,
            Kind.CATEGORY: self._start_category,
            Kind.ITEM: self._start_item,
            Kind.REFERENCE: self._start_reference,
            Kind.ORDER: self._start_price,
            Kind.BUDGET: self._start_price,
            Kind.TOTAL_ORDER: self._start_total,
            Kind.TOTAL_BUDGET: self._start_total,
            Kind.ONE_WITHOUT_PRICE: self._start_without_price,
        }
        self._ends = {
            Kind.ITEM: self._end_item,
            Kind.CATEGORY: self._end_category,
            Kind.AMBIENT: self._end_ambient,
        }

    def start(self, tag: str, attributes: Attributes) -> None:
        """An element begins."""
        if len(self._kinds) + self._ignored > MOST_DEPTH:
            raise ProblemError(Problem("promob.nesting_too_deep", {"most": str(MOST_DEPTH)}))
        if self._ignored:
            self._ignored += 1
            return
        around = self._kinds[-1]
        kind = kind_within(around, tag)
        if kind is None:
            if around == Kind.DOCUMENT:
                raise ProblemError(Problem("promob.listing_missing"))
            self._ignored = 1
            return
        self._kinds.append(kind)
        if (begin := self._starts.get(kind)) is not None:
            begin(tag, attributes)

    def end(self, tag: str) -> None:  # noqa: ARG002  # what ends is what began last
        """An element ends."""
        if self._ignored:
            self._ignored -= 1
        elif (finish := self._ends.get(self._kinds.pop())) is not None:
            finish()

    def taken(self) -> list[Item]:
        """The items that are whole by now and weren't taken yet, in the document's order."""
        finished, self._finished = self._finished, []
        return finished

    def listing(self) -> Listing:
        """What was read beside items, once all is. Raises ProblemError where there is no item, or its total differs."""
        (whole,) = self._groups
        counted = whole.whole()
        if not counted.count:
            raise ProblemError(Problem("promob.listing_empty"))
        if whole.told.order is None or whole.told.budget is None:
            raise ProblemError(Problem("promob.totals_missing"))
        check(whole.told, counted, where=whole.where)
        return Listing(
            description=self._said["DESCRIPTION"],
            date=self._said["DATE"],
            hour=self._said["HOUR"],
            currency=self._said["CURRENCYSYMBOL"],
            customer=self._customer,
            items=len(self._modules),
            sums=Sums(
                count=counted.count,
                unpriced=len(self._unpriced) + self._nameless,
                cost=cents(whole.told.order),
                price=cents(whole.told.budget),
            ),
            categories={name: one.sums() for name, one in self._categories.items()},
        )

    def _start_listing(self, _: str, attributes: Attributes) -> None:
        self._said = {
            name: _bounded(attributes.get(name, ""), _MOST_OF_NAMES, "o orçamento", name)
            for name in ("DESCRIPTION", "DATE", "HOUR", "CURRENCYSYMBOL")
        }

    def _start_data(self, _: str, attributes: Attributes) -> None:
        name = attributes.get("ID", "")
        if name in _CUSTOMER:
            self._customer[name] = _bounded(attributes.get("VALUE", ""), _MOST_OF_NAMES, "o cliente", name)

    def _start_ambient(self, _: str, attributes: Attributes) -> None:
        attribute = "DESCRIPTION" if attributes.get("DESCRIPTION") else "NAME"
        name = _bounded(attributes.get(attribute, ""), _MOST_OF_NAMES, "um ambiente", attribute)
        self._groups.append(_Group(f"do ambiente {_shown(name or _NAMELESS)}", (*self._groups[-1].path, name)))

    def _end_ambient(self) -> None:
        ambient = self._groups.pop()
        whole = ambient.whole()
        check(ambient.told, whole, ambient.own, where=ambient.where)
        self._groups[-1].inner.include(whole)

    def _start_category(self, _: str, attributes: Attributes) -> None:
        where = f"uma categoria {self._groups[-1].where}"
        self._category = _bounded(attributes.get("DESCRIPTION", ""), _MOST_OF_NAMES, where, "DESCRIPTION")
        self._groups.append(_Group(f"da categoria {_shown(self._category or _NAMELESS)}", self._groups[-1].path))

    def _end_category(self) -> None:
        category = self._groups.pop()
        check(category.told, category.own, where=f"{category.where} {self._groups[-1].where}")
        self._groups[-1].own.include(category.own)

    def _start_item(self, _: str, attributes: Attributes) -> None:
        if len(self._modules) >= MOST_ITEMS:
            raise _too_many()
        around = self._open[-1] if self._open else None
        where = f"um item {self._groups[-1].where}"
        unique_id = _text(attributes, "UNIQUEID", where)
        description, reference = (_text(attributes, name, where) for name in ("DESCRIPTION", "REFERENCE"))
        if not unique_id:
            name = {"name": _shown(description or reference or _NAMELESS), "where": self._groups[-1].where}
            raise ProblemError(Problem("promob.item_without_id", name))
        if unique_id in self._modules:
            raise ProblemError(Problem("promob.item_doubled", {"id": _shown(unique_id)}))
        # ASSUMPTION: of what stands at the top, UNIQUEPARENTID names the module that it belongs to, in any category.
        parent = around.item.unique_id if around else _text(attributes, "UNIQUEPARENTID", where, "UNIQUEID")
        module = self._modules.get(parent, unique_id)
        self._modules[unique_id] = module
        label = f"{description} ({reference})" if reference else description or _NAMELESS
        where = f"o item {_shown(label)} de UNIQUEID {_shown(unique_id)}"
        component = attributes.get("COMPONENT", "").strip().upper()
        if component not in {"Y", "N", ""}:
            raise ProblemError(Problem("promob.component_unknown", {"where": where}))
        covered = around is not None and (around.covered or around.item.is_component)
        item = Item(
            unique_id=unique_id,
            parent_id=parent,
            module=module,
            ambient=self._groups[-1].path,
            category=self._category,
            description=description,
            reference=reference,
            repetition=_amount(attributes, "REPETITION", where),
            quantity=_amount(attributes, "QUANTITY", where),
            unit=_text(attributes, "UNIT", where),
            width=_size(attributes, "WIDTH", where),
            height=_size(attributes, "HEIGHT", where),
            depth=_size(attributes, "DEPTH", where),
            dimensions=_text(attributes, "TEXTDIMENSION", where),
            is_component=component == "Y",
            counted=component == "Y" and not covered,
        )
        self._open.append(_Open(item, where, len(self._module), covered))
        self._module.append(None)

    def _end_item(self) -> None:
        ended = self._open.pop()
        item = ended.closed()
        self._module[ended.place] = item
        if item.counted:
            exact = Exact(ended.order or ZERO, ended.budget or ZERO)
            self._groups[-1].own.add(item, exact)
            self._categories.setdefault(item.category, Counted()).add(item, exact)
            if item.is_unpriced:
                self._unpriced.add(item.unique_id)
        if not self._open:
            self._finished += [one for one in self._module if one is not None]
            self._module = []

    def _start_reference(self, tag: str, attributes: Attributes) -> None:
        around, value = self._open[-1], attributes.get("REFERENCE", "")
        if tag == "SUPPLIER":
            around.supplier = _bounded(value, _MOST_OF_NAMES, around.where, tag)
        elif _FINISH.fullmatch(tag) and (text := _bounded(value, _MOST_OF_FINISHES, around.where, tag)):
            around.finishes[tag] = text

    def _start_price(self, tag: str, attributes: Attributes) -> None:
        around = self._open[-1]
        price, is_there = _price(attributes, around.where, tag), around.order if tag == "ORDER" else around.budget
        if is_there is not None:
            raise ProblemError(Problem("promob.price_doubled", {"where": around.where, "attribute": tag}))
        if tag == "ORDER":
            around.order = price
        else:
            around.budget = price

    def _start_total(self, tag: str, attributes: Attributes) -> None:
        group = self._groups[-1]
        where = f"o total {group.where}"
        value = number_in(attributes.get("VALUE", ""), where, f"{tag} VALUE")
        if (group.told.order if tag == "ORDER" else group.told.budget) is not None:
            raise ProblemError(Problem("promob.price_doubled", {"where": where, "attribute": tag}))
        if tag == "ORDER":
            group.told.order = value
        else:
            group.told.budget = value

    def _start_without_price(self, _: str, attributes: Attributes) -> None:
        self._listed += 1
        if self._listed > MOST_ITEMS:
            raise _too_many()
        unique_id = _text(attributes, "UNIQUEID", "um item de ITEMSWITHOUTPRICE")
        if unique_id:
            self._unpriced.add(unique_id)
        else:
            self._nameless += 1


class Reading:
    """A listing that is being read: gives its items once, as they are read, and then the rest of it."""

    def __init__(self, read: Callable[[], Generator[Item, None, Listing]]) -> None:
        self._read = read()
        self._listing: Listing | None = None

    def __iter__(self) -> Iterator[Item]:
        if self._listing is None:
            self._listing = yield from self._read

    @property
    def listing(self) -> Listing:
        """What was read beside the items. Raises ValueError before all of them were taken."""
        if self._listing is None:
            message = "The items come first."
            raise ValueError(message)
        return self._listing

    def through(self) -> Listing:
        """Reads all that is left, for what is beside the items."""
        for _ in self:
            pass
        return self.listing


def _bounded(value: str, most: int, where: str, attribute: str) -> str:
    """A text in one line. Raises ProblemError(promob.text_too_long)."""
    if len(value) > most:
        details = {"where": where, "attribute": attribute, "most": str(most)}
        raise ProblemError(Problem("promob.text_too_long", details))
    return " ".join(value.split())


def _text(attributes: Attributes, attribute: str, where: str, like: str = "") -> str:
    return _bounded(attributes.get(attribute, ""), _MOST[like or attribute], where, attribute)


def _size(attributes: Attributes, attribute: str, where: str) -> Decimal | None:
    value = attributes.get(attribute)
    return number_in(value, where, attribute) if value else None


def _amount(attributes: Attributes, attribute: str, where: str) -> Decimal:
    """How often, or how much of it: 1 where that isn't said."""
    value = _size(attributes, attribute, where)
    return Decimal(1) if value is None else value


def _price(attributes: Attributes, where: str, tag: str) -> Decimal | None:
    """What an item and all in it comes to; None where neither is said."""
    own = number_in(attributes.get("TOTAL", ""), where, f"{tag} TOTAL")
    inner = number_in(attributes.get("TOTALCOMPONENTS", ""), where, f"{tag} TOTALCOMPONENTS")
    return None if own is None and inner is None else (own or ZERO) + (inner or ZERO)


def _shown(text: str) -> str:
    """A text as a sentence quotes it."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _too_many() -> ProblemError:
    return ProblemError(Problem("promob.too_many_items", {"most": f"{MOST_ITEMS:,}".replace(",", ".")}))
