"""How names are compared and sorted: without regard to case, accents and how many spaces there are."""

from __future__ import annotations

import unicodedata


def name_key(text: str) -> str:
    """The form of a name that is compared: “  João  da SILVA ” and “joao da silva” have the same."""
    if text.isascii():  # most texts, and the same much sooner
        return " ".join(text.lower().split())
    apart = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", apart) if not unicodedata.combining(letter))
    return " ".join(plain.split())
