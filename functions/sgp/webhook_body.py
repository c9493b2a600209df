"""Which contract a webhook's body is about.

Nobody publishes what SGP's Gateway Genérica sends, and providers wire senders of their own.
ASSUMPTION, here alone: a contract's id stands under one of these names, whatever their case and punctuation.
A client's id, which counts by itself and may be another contract's number, is never taken for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

LOOKED_FOR = (
    "o número de um só contrato em contrato, contrato_id, contratoId, id_contrato ou service_contrato, no corpo ou "
    "dentro de data, dados ou service; ou em id, dentro de contrato"
)

_CONTRACTS = frozenset({"contrato", "contratos", "contract", "contracts"})  # the contract itself, or several
_IDS = frozenset({"contratoid", "idcontrato", "servicecontrato", "contractid", "idcontract"})
_AROUND = frozenset({"data", "dados", "service"})  # hold what the body could hold as well
_NOT_IN_NAMES = re.compile(r"[^a-z0-9]")
_DIGITS = re.compile(r"[0-9]{1,12}")
_TOO_LARGE = 10**12


def contract_in(body: Mapping[str, Any]) -> str | None:
    """The contract's id; None where the body names none, or more than one."""
    found = set(_named(body))
    return found.pop() if len(found) == 1 else None


def _named(body: Mapping[str, Any], *, of_contract: bool = False) -> Iterator[str]:
    """All ids of contracts that an object names; in an object that is a contract, `id` is one."""
    for name, value in body.items():
        plain = _NOT_IN_NAMES.sub("", name.lower())
        if plain in _CONTRACTS or plain in _IDS or (of_contract and plain == "id"):
            yield from _ids(value)
        elif plain in _AROUND and isinstance(value, Mapping):
            yield from _named(value)


def _ids(value: Any) -> Iterator[str]:
    """The ids that a contract's field holds: one, those of a list, or the one inside a contract."""
    if isinstance(value, Mapping):
        yield from _named(value, of_contract=True)
    elif isinstance(value, list):
        for one in value:
            yield from _ids(one)
    elif (number := _number(value)) is not None:
        yield str(number)


def _number(value: Any) -> int | None:
    """A number from 1 to 12 digits, as such or as text."""
    if isinstance(value, str):
        text = value.strip()
        value = int(text) if _DIGITS.fullmatch(text) else 0
    return value if type(value) is int and 0 < value < _TOO_LARGE else None
