"""Values in the one form in which two sides are compared; what is written is always what somebody typed.

Phones are those of Brazil unless they say otherwise: python-stdnum knows none, and only equality is asked for here.
"""

from __future__ import annotations

import re
import unicodedata

_SPACES = re.compile(r"\s+")
_CARRIER = re.compile(r"0\s*[xX]{2}")  # 0xx11: the place of a carrier's code
_EXTENSION = re.compile(r"(?i)\s*[,;(]?\s*(?:ramal|ext\.?|r\.|x)\s*[:.=]?\s*(\d{1,6})\s*\)?\s*$")
_BRAZIL = "55"
_ADDRESS = re.compile(r"[^@\s<>/\"]+@[^@\s<>/\"]+")


def text(value: str) -> str:
    """One line: accents composed (NFC), single spaces, none around."""
    return _SPACES.sub(" ", unicodedata.normalize("NFC", value)).strip()


def key(value: str) -> str:
    """What finds a record by what people call it: `text` in one case."""
    return text(text(value).casefold())


def long_text(value: str) -> str:
    """Lines: accents composed, no spaces at their ends, no empty ones around."""
    lines = unicodedata.normalize("NFC", value).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


def email(value: str) -> str:
    """An address in lower case."""
    return key(value)


def is_email(value: str) -> bool:
    """Whether it is an address of the internet; Notes also keeps its own (`Ana Lima/Exemplo@Exemplo`)."""
    return _ADDRESS.fullmatch(value.strip()) is not None


def phone(value: str) -> str:
    """E.164, with +55 where no country is told, and the extension behind it; 0xx, carriers' codes and signs left out.

    A number without its area code stays as its digits, and what is more than a number as the text that it is.
    """
    number = unicodedata.normalize("NFKC", _CARRIER.sub("0", value))
    extension = _EXTENSION.search(number)
    if extension:
        number = number[: extension.start()]
    digits = "".join(character for character in number if character in "0123456789")
    if not digits or any(character.isalpha() for character in number):
        return text(value)
    return _dialled(digits, number.lstrip(" (").startswith("+")) + (f" ramal {extension[1]}" if extension else "")


def _dialled(digits: str, international: bool) -> str:
    if not international and digits.startswith("00") and len(digits) > 2:
        digits, international = digits[2:], True
    if international and not digits.startswith(_BRAZIL):
        return f"+{digits}"
    if not international and digits.startswith(_BRAZIL) and len(digits) in {12, 13}:
        international = True
    national = digits[len(_BRAZIL) :] if international else digits
    bare = national.lstrip("0")
    if bare != national and len(bare) in {12, 13}:  # a carrier's code stands behind the 0
        bare = bare[2:].lstrip("0")
    if international or len(bare) in {10, 11}:
        return f"+{_BRAZIL}{bare}"
    return bare or digits
