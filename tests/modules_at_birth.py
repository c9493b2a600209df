"""What modules held when they were imported, to be put back: as good as importing them anew, in a tenth of the time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from functools import _lru_cache_wrapper, cached_property, partial
from types import CellType, FunctionType, MethodType, ModuleType
from typing import Any

_Restore = Callable[[], None]
# What Python, pydantic and PynamoDB keep of a class for themselves, once each has found it out.
_OF_CLASSES = ("__dict__", "__weakref__", "__abstractmethods__", "_abc_impl", "__signature__", "_connection")
_PARTS: dict[type, tuple[str, ...]] = {
    MethodType: ("__self__", "__func__"),
    partial: ("func", "args", "keywords"),
    classmethod: ("__func__",),
    staticmethod: ("__func__",),
    property: ("fget",),
    cached_property: ("func",),
}


class AtBirth:
    """What can change in modules, as it is now: their names, classes, containers, closures and the objects in them."""

    def __init__(self, modules: dict[str, ModuleType]) -> None:
        self._modules, self._names = modules, frozenset(modules)
        self._seen: dict[int, object] = {}  # kept alive: an id is of nothing else meanwhile
        self._restores: list[_Restore] = []
        waiting: deque[Any] = deque(vars(module) for module in modules.values())
        while waiting:
            value = waiting.popleft()
            if id(value) not in self._seen:
                self._seen[id(value)] = value
                waiting.extend(self._within(value))

    def restore(self) -> None:
        """Puts it back; what was imported since is imported no more."""
        for name in self._modules.keys() - self._names:
            del self._modules[name]
        for each in self._restores:
            each()

    def _within(self, value: Any) -> Iterable[Any]:
        """Remembers what a value holds, and gives that."""
        if isinstance(value, dict):
            return self._dict(value)
        if isinstance(value, list | deque | set):
            return self._container(value)
        if isinstance(value, tuple | frozenset):
            return value
        if isinstance(value, type):
            return self._class(value) if value.__module__ in self._names else ()
        return self._callable(value) or self._instance(value)

    def _dict(self, value: dict[Any, Any]) -> Iterable[Any]:
        held = dict(value)

        def restore() -> None:
            if value.keys() != held.keys() or any(value[name] is not each for name, each in held.items()):
                value.clear()
                value.update(held)

        self._restores.append(restore)
        return [each for name, each in held.items() if name != "__builtins__"]

    def _container(self, value: Any) -> Iterable[Any]:
        held = [*value]
        add = value.update if isinstance(value, set) else value.extend

        def restore() -> None:
            if len(value) != len(held) or any(one is not other for one, other in zip(value, held, strict=True)):
                value.clear()
                add(held)

        self._restores.append(restore)
        return held

    def _class(self, value: type) -> Iterable[Any]:
        held = _attributes(value)

        def restore() -> None:
            now = _attributes(value)
            for name, each in held.items():
                if now.get(name) is not each:
                    type.__setattr__(value, name, each)
            for name in now.keys() - held.keys():
                type.__delattr__(value, name)

        self._restores.append(restore)
        return held.values()

    def _callable(self, value: Any) -> Iterable[Any]:
        if isinstance(value, _lru_cache_wrapper):
            if not str(value.__wrapped__.__annotations__.get("return")).endswith("Client"):
                self._restores.append(value.cache_clear)  # a client holds nothing of what was done, and takes long
            return [value.__wrapped__]
        if isinstance(value, FunctionType):
            return [*(value.__closure__ or ()), vars(value)]
        if isinstance(value, CellType):
            return self._cell(value)
        parts = next((names for kind, names in _PARTS.items() if isinstance(value, kind)), ())
        return [getattr(value, name) for name in parts]

    def _cell(self, value: CellType) -> Iterable[Any]:
        try:
            held = value.cell_contents
        except ValueError:  # not set yet
            return ()

        def restore() -> None:
            value.cell_contents = held

        self._restores.append(restore)
        return [held]

    def _instance(self, value: Any) -> Iterable[Any]:
        kind = type(value)
        if kind.__module__ not in self._names:
            return ()
        within: list[Any] = [vars(value)] if hasattr(value, "__dict__") else []
        for name in (name for base in kind.__mro__ for name in _slots(base) if hasattr(value, name)):
            held = getattr(value, name)
            self._restores.append(partial(object.__setattr__, value, name, held))
            within.append(held)
        return within


def _attributes(value: type) -> dict[str, Any]:
    return {
        name: each
        for name, each in vars(value).items()
        if name not in _OF_CLASSES and not name.startswith("__pydantic")
    }


def _slots(kind: type) -> tuple[str, ...]:
    slots = vars(kind).get("__slots__", ())
    named = (slots,) if isinstance(slots, str) else tuple(slots)
    return tuple(name for name in named if name not in {"__dict__", "__weakref__"})
