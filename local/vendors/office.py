"""An invented accounting office: its groups and its users, the same for the same seed, made when they are asked for."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

GROUPS = {
    1: "Administração",
    2: "Fiscal",
    3: "Contábil",
    4: "Departamento Pessoal",
    5: "Societário",
    6: "Financeiro",
    7: "Atendimento",
    8: "Tecnologia",
}
DOMAIN = "contabilaurora.example"
_STAFF_GROUPS = (2, 2, 2, 3, 3, 3, 4, 4, 5, 6, 7, 8)  # most people keep books

_FIRST, _MIDDLE, _LAST = (
    line.split() for line in Path(__file__).with_name("names.txt").read_text(encoding="utf-8").splitlines()
)
_NAMES = len(_FIRST) * len(_MIDDLE) * len(_LAST)
_STRIDE = 48_271  # shares no factor with the number of names, so no name comes twice


@dataclass(frozen=True, slots=True)
class OfficeUser:
    """A user of the office. `email` is empty where nobody filled it in."""

    code: int
    name: str
    email: str
    group: int


@dataclass(frozen=True)
class Office:
    """An office of `users` people, user 0 – Administrador among them.

    Of the others, `without_email` have none, and `sharing_pairs` pairs have one e-mail together.
    """

    users: int = 420
    without_email: int = 7
    sharing_pairs: int = 3
    seed: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.users <= _NAMES or self.without_email + 2 * self.sharing_pairs > self.users - 1:
            message = f"An office has 1 to {_NAMES} users, and no more without or sharing an e-mail than it has."
            raise ValueError(message)

    def user(self, code: int) -> OfficeUser:
        """The user of that code, 0 to `users` - 1."""
        if code == 0:
            return OfficeUser(0, "Administrador", f"administrador@{DOMAIN}", 1)
        name = self._name(code)
        owner = self._peculiar.get(code, code)
        email = "" if owner is None else _email(name if owner == code else self._name(owner))
        return OfficeUser(code, name, email, _STAFF_GROUPS[(code * 7 + self.seed) % len(_STAFF_GROUPS)])

    @cached_property
    def codes_without_email(self) -> tuple[int, ...]:
        """Who has no e-mail."""
        return tuple(code for code, owner in self._peculiar.items() if owner is None)

    @cached_property
    def sharing(self) -> tuple[tuple[int, int], ...]:
        """The pairs of codes that share an e-mail."""
        return tuple((owner, code) for code, owner in self._peculiar.items() if owner is not None)

    @cached_property
    def _peculiar(self) -> dict[int, int | None]:
        """Code → whose e-mail the user has; None for nobody's. Spread evenly over the office."""
        chosen = self.without_email + 2 * self.sharing_pairs
        places = [1 + (self.users - 1) * index // chosen for index in range(chosen)]
        shared = places[: 2 * self.sharing_pairs]
        pairs = zip(shared[::2], shared[1::2], strict=True)
        return {later: first for first, later in pairs} | dict.fromkeys(places[2 * self.sharing_pairs :])

    def _name(self, code: int) -> str:
        number = (code * _STRIDE + self.seed * 7_919) % _NAMES
        number, first = divmod(number, len(_FIRST))
        last, middle = divmod(number, len(_MIDDLE))
        return f"{_FIRST[first]} {_MIDDLE[middle]} {_LAST[last]}"


def _email(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return f"{plain.replace(' ', '.')}@{DOMAIN}"
