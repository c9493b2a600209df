"""Invented numbers of identity: made with their check digits here, so that none stands in a committed file."""

from __future__ import annotations


def cpf(nine: str) -> str:
    """The CPF that begins with these nine digits."""
    digits = [int(digit) for digit in nine]
    for _ in range(2):
        total = sum(digit * weight for digit, weight in zip(digits, range(len(digits) + 1, 1, -1), strict=True))
        digits.append(total * 10 % 11 % 10)
    return "".join(map(str, digits))


def punctuated(number: str) -> str:
    """A CPF as people write it."""
    return f"{number[:3]}.{number[3:6]}.{number[6:9]}-{number[9:]}"
