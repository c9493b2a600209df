"""What differs between two versions of an environment, as people in the trade say it. Pure.

A module is an item that stands at the top, with all that it holds. It is the same one in both versions where its id and
reference are; else where reference and size are, for drawing anew gives new ids; else where its id alone is.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from promob.items import ZERO, Item
from promob.pricing import PricedItem
from promob.totals import reais

_FINISHES = {
    "MATERIAL": "material",
    "THICKNESS": "espessura",
    "MODEL": "padrão",
    "MODEL_DESCRIPTION": "acabamento",
    "MODEL_DESCRIPTION_FITA": "acabamento da fita de borda",
}
_MODEL, _DESCRIBED = "MODEL", "MODEL_DESCRIPTION"  # the same finish: Promob's code, and what people call it


class Kind(StrEnum):
    """What became of a module."""

    ADDED = "added"
    GONE = "gone"
    CHANGED = "changed"


class What(StrEnum):
    """What of a module changed."""

    MODEL = "model"  # its id stands for another reference or description now
    AMBIENT = "ambient"
    SIZE = "size"
    PIECES = "pieces"
    QUANTITY = "quantity"
    FINISH = "finish"
    PARTS = "parts"  # what it holds; not said where another size or model explains it


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change within a module. `name` is what people call it; `finish` is Promob's name of a finish."""

    what: What
    name: str
    before: str
    after: str
    finish: str = ""

    @property
    def text(self) -> str:
        """The change, as a part of a sentence."""
        if self.what == What.PARTS:
            return f"{self.name}: {self.after} a mais, {self.before} a menos"
        return f"{self.name} de {self.before or 'nada'} para {self.after or 'nada'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """What something costs and is sold for."""

    cost: Decimal
    price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A module that differs. `before` is None where it is new, `after` where it is gone; both are the whole module's.

    `module` is its id in the later version, or in the earlier one where it is gone.
    """

    kind: Kind
    module: str
    ambient: str
    name: str
    before: Value | None
    after: Value | None
    changes: tuple[Change, ...] = ()

    @property
    def sentence(self) -> str:
        """The difference in trade words."""
        called = f"o módulo {self.name}, em {self.ambient}" if self.ambient else f"o módulo {self.name}"
        if self.before is None or self.after is None:
            verb, value = ("Entrou", self.after) if self.after else ("Saiu", self.before)
            told = [_told("custo", value.cost), _told("preço", value.price)] if value else []
            return f"{verb} {called}: {', '.join(told)}."
        texts = [*(change.text for change in self.changes), *_went(self.before, self.after)]
        return f"Mudou {called}: {'; '.join(texts)}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """All that differs, in the order of the later version; at last what is gone. And what both come to."""

    found: tuple[Difference, ...]
    before: Value
    after: Value

    @property
    def sentence(self) -> str:
        """Both versions' sums."""
        texts = _went(self.before, self.after)
        return f"No total, {'; '.join(texts)}." if texts else "Custo e preço são os mesmos."


@dataclass(slots=True)
class _Module:
    id: str
    top: Item
    parts: list[Item] = field(default_factory=list)
    cost: Decimal = ZERO
    price: Decimal = ZERO

    @property
    def value(self) -> Value:
        return Value(cost=self.cost, price=self.price)


def differences(before: Iterable[PricedItem], after: Iterable[PricedItem]) -> Differences:
    """What differs from the earlier to the later of two versions."""
    old, new = _modules(before), _modules(after)
    pairs = _pairs(old, new)
    matched = {one.id for one in pairs.values()}
    found: list[Difference] = []
    for module in new:
        was = pairs.get(module.id)
        changes = _changes(was, module) if was else ()
        if was is None or changes or was.value != module.value:
            found.append(_difference(was, module, changes))
    found += [_difference(module, None, ()) for module in old if module.id not in matched]
    return Differences(found=tuple(found), before=_sum(old), after=_sum(new))


def _modules(items: Iterable[PricedItem]) -> list[_Module]:
    found: dict[str, _Module] = {}
    for one in items:
        item = one.item
        module = found.get(item.module)
        if module is None:
            module = found[item.module] = _Module(item.module, item)
        else:
            module.parts.append(item)
        if item.counted:
            module.cost += item.order or ZERO
            module.price += one.price or ZERO
    return list(found.values())


def _sum(modules: Sequence[_Module]) -> Value:
    return Value(cost=sum((one.cost for one in modules), ZERO), price=sum((one.price for one in modules), ZERO))


_SAME: tuple[Callable[[_Module], Hashable], ...] = (  # the surest first
    lambda one: (one.id, one.top.reference),
    lambda one: (one.top.reference, one.top.description, _size(one.top), one.top.ambient),
    lambda one: (one.top.reference, one.top.description, _size(one.top)),
    lambda one: one.id,
)


def _pairs(old: Sequence[_Module], new: Sequence[_Module]) -> dict[str, _Module]:
    """The earlier module of each later one that has one, by the later one's id."""
    pairs: dict[str, _Module] = {}
    taken = set[str]()
    for same in _SAME:
        waiting: dict[Hashable, list[_Module]] = defaultdict(list)
        for one in reversed(old):
            if one.id not in taken:
                waiting[same(one)].append(one)
        for one in new:
            if one.id not in pairs and (there := waiting.get(same(one))):
                pairs[one.id] = was = there.pop()
                taken.add(was.id)
    return pairs


def _difference(was: _Module | None, now: _Module | None, changes: tuple[Change, ...]) -> Difference:
    kind = Kind.CHANGED if was and now else Kind.ADDED if now else Kind.GONE
    shown = now or was
    assert shown is not None  # noqa: S101  # what is in neither version differs in nothing
    return Difference(
        kind=kind,
        module=shown.id,
        ambient=" / ".join(shown.top.ambient),
        name=shown.top.label,
        before=was.value if was else None,
        after=now.value if now else None,
        changes=changes,
    )


def _changes(was: _Module, now: _Module) -> tuple[Change, ...]:
    of_top = [
        Change(what=what, name=name, before=before, after=after)
        for what, name, before, after in (
            (What.MODEL, "modelo", was.top.label, now.top.label),
            (What.AMBIENT, "ambiente", " / ".join(was.top.ambient), " / ".join(now.top.ambient)),
            (What.SIZE, "dimensões", _size(was.top), _size(now.top)),
            (What.PIECES, "número de peças", _decimal(was.top.repetition), _decimal(now.top.repetition)),
            (What.QUANTITY, "quantidade", _quantity(was.top), _quantity(now.top)),
        )
        if before != after
    ]
    finishes = list(_finishes(was, now))
    if any(one.finish == _DESCRIBED for one in finishes):
        finishes = [one for one in finishes if one.finish != _MODEL]
    changes = [*of_top, *finishes]
    if not {What.MODEL, What.SIZE} & {one.what for one in of_top}:
        before, after = (Counter(map(_part, module.parts)) for module in (was, now))
        less, more = (before - after).total(), (after - before).total()
        if less or more:
            changes.append(Change(what=What.PARTS, name="peças", before=str(less), after=str(more)))
    return tuple(changes)


def _finishes(was: _Module, now: _Module) -> Iterator[Change]:
    """Each finish that is another one on the module itself, or on parts that both versions have; each change once."""
    old, new = _by_part(was), _by_part(now)
    told = set[tuple[str, str, str]]()
    for part, items in new.items():
        there = old.get(part, [])
        for finish in sorted({name for item in (*there, *items) for name in item.finishes}):
            before = Counter(item.finishes.get(finish, "") for item in there)
            after = Counter(item.finishes.get(finish, "") for item in items)
            less, more = _joined(before - after), _joined(after - before)
            if less is None or more is None or (finish, less, more) in told:
                continue
            told.add((finish, less, more))
            name = _FINISHES.get(finish) or finish.replace("FITA_BORDA_", "fita de borda ")
            yield Change(what=What.FINISH, name=name, before=less, after=more, finish=finish)


def _by_part(module: _Module) -> dict[tuple[str, str], list[Item]]:
    found: dict[tuple[str, str], list[Item]] = {("", ""): [module.top]}
    for item in module.parts:
        found.setdefault((item.reference, item.description), []).append(item)
    return found


def _joined(values: Counter[str]) -> str | None:
    """The finishes of one side alone; None where there are none: then the other side only has more parts."""
    return ", ".join(sorted(filter(None, values))) if values else None


def _part(item: Item) -> Hashable:
    return item.reference, item.description, _size(item), item.repetition, item.quantity, item.unit


def _size(item: Item) -> str:
    """Width, height and depth in mm."""
    sides = (item.width, item.height, item.depth)
    if all(side is None for side in sides):
        return item.dimensions
    return " x ".join("–" if side is None else _decimal(side) for side in sides) + " mm"


def _quantity(item: Item) -> str:
    return f"{_decimal(item.quantity)} {item.unit}".strip()


def _decimal(number: Decimal) -> str:
    """1,5."""
    text = f"{number:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")


def _told(what: str, value: Decimal) -> str:
    return f"{what} {reais(value)}"


def _went(before: Value, after: Value) -> list[str]:
    """Cost and price before and after, where they differ."""
    pairs = (("custo", before.cost, after.cost), ("preço", before.price, after.price))
    return [f"{what} de {reais(old)} para {reais(new)}" for what, old, new in pairs if old != new]
