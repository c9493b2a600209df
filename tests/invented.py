"""CPFs of nobody, made when a test asks for one: a whole one stands in no file."""

from __future__ import annotations

from stdnum.br import cpf


def invented_cpf(base: str) -> str:
    """The CPF (11 digits) that begins with these nine."""
    return next(f"{base}{digits:02}" for digits in range(100) if cpf.is_valid(f"{base}{digits:02}"))


def written(number: str) -> str:
    """A CPF as people write it, with punctuation."""
    return str(cpf.format(number))
