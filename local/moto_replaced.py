"""Puts own methods in the place of moto's, and refuses a moto that they were not written against."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import moto

MOTO_VERSION = "5.2.5"


class MotoChangedError(RuntimeError):
    """The installed moto is not the one that the replacements were written against."""


@dataclass(frozen=True)
class Replacement:
    """A method of one of moto's classes, or a module's function: its signature, and what takes its place."""

    owner: type | ModuleType
    method: str
    signature: str
    function: Any


def replace(replacements: Sequence[Replacement], *, module: str, tests: str) -> None:
    """Replaces all of them in this process, or none. module, tests: files to look at when moto has changed.

    Raises MotoChangedError when moto's version or a replaced method's signature differs.
    """
    if moto.__version__ != MOTO_VERSION:
        raise MotoChangedError(
            f"{module} foi escrito para o moto {MOTO_VERSION} e o instalado é o {moto.__version__}: "
            f"rode {tests}, confira as regras e mude MOTO_VERSION."
        )
    for each in replacements:
        signature = str(inspect.signature(getattr(each.owner, each.method), eval_str=True))
        if signature != each.signature:
            raise MotoChangedError(
                f"{each.owner.__name__}.{each.method} do moto agora é {signature}; esperava-se {each.signature}. "
                f"Confira {module}."
            )
    for each in replacements:
        setattr(each.owner, each.method, each.function)
