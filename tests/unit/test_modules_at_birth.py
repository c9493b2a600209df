"""What is put back is what a new execution environment would hold."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from tests.modules_at_birth import AtBirth

CODE = """
from collections import deque
from dataclasses import dataclass
from functools import cache, partial

count, names, rows, seen, waiting = 0, {"a": 1}, [[1], [2]], {1}, deque([1])

class Kept:
    LIMIT = 10

    def __init__(self):
        self.known = {}

    def limit(self):
        return self.LIMIT

@dataclass(slots=True)
class Slotted:
    number: int = 1

kept, slotted = Kept(), Slotted()
method, prepared = Kept().limit, partial(len, [])
calls = []

@cache
def read():
    calls.append(1)
    return len(calls)

def counting():
    number = 0
    def next_number():
        nonlocal number
        number += 1
        return number
    return next_number

next_number = counting()
"""


@pytest.fixture
def module() -> Iterator[Any]:
    made = ModuleType("modules_at_birth_example")
    sys.modules[made.__name__] = made
    exec(compile(CODE, made.__name__, "exec"), vars(made))  # noqa: S102  # a module, as importing makes one
    yield made
    del sys.modules[made.__name__]


def test_whatever_happened_to_a_module_is_undone(module: Any) -> None:
    modules = {module.__name__: module}
    at_birth = AtBirth(modules)
    limit, inner = module.Kept.limit, module.rows[0]

    module.count, module.new = 5, 1
    module.names["b"] = module.names["a"] = 2
    module.rows[0].append(3)
    module.rows.pop()
    module.seen.add(2)
    module.waiting.clear()
    module.Kept.LIMIT, module.Kept.other = 20, 1
    module.Kept.limit = lambda _: 30
    module.kept.known["x"] = 1
    module.kept.lease = "taken"
    module.slotted.number = 7
    module.method.__self__.known["y"] = 1
    module.prepared.args[0].append(1)
    assert (module.read(), module.next_number(), module.next_number()) == (1, 1, 2)
    modules["another"] = ModuleType("another")
    at_birth.restore()

    assert modules == {module.__name__: module}
    assert (module.count, hasattr(module, "new"), module.names) == (0, False, {"a": 1})
    assert (module.rows, module.seen, [*module.waiting]) == ([[1], [2]], {1}, [1])
    assert module.rows[0] is inner
    assert (module.Kept.LIMIT, hasattr(module.Kept, "other"), module.Kept.limit) == (10, False, limit)
    assert (vars(module.kept), module.slotted.number, vars(module.method.__self__)) == ({"known": {}}, 1, {"known": {}})
    assert (module.prepared(), module.calls, module.next_number()) == (0, [], 1)
    assert module.read() == 1


def test_it_can_be_put_back_again(module: Any) -> None:
    at_birth = AtBirth({module.__name__: module})
    for _ in range(2):
        module.kept.known = {"x": 1}
        module.names.clear()
        at_birth.restore()
        assert (module.kept.known, module.names) == ({}, {"a": 1})
