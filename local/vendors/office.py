"""An invented accounting office: its groups and its users, the same for the same seed, made when they are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from local.vendors import people
from local.vendors.clients import Clients

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


@dataclass(frozen=True, slots=True)
class OfficeUser:
    """A user of the office. `email` is empty where nobody filled it in."""

    code: int
    name: str
    email: str
    group: int


@dataclass(frozen=True)
class Office:
    """An office of `users` people, user 0 – Administrador among them, and its client companies.

    Of the others, `without_email` have none, and `sharing_pairs` pairs have one e-mail together. What follows
    `seed` is of the clients: see Clients.
    """

    users: int = 420
    without_email: int = 7
    sharing_pairs: int = 3
    seed: int = 1
    companies: int = 0
    employees_per_company: int = 10
    without_regime: int = 0
    shared_cnpj_pairs: int = 0
    employees_without_email: int = 0
    dismissed: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.users <= people.NAMES or self.without_email + 2 * self.sharing_pairs > self.users - 1:
            message = f"An office has 1 to {people.NAMES} users, and no more without or sharing an e-mail than it has."
            raise ValueError(message)
        _ = self.clients  # refuses what can't be

    @cached_property
    def clients(self) -> Clients:
        """The client companies, and who and what belongs to them."""
        return Clients(
            companies=self.companies,
            employees_per_company=self.employees_per_company,
            without_regime=self.without_regime,
            shared_cnpj_pairs=self.shared_cnpj_pairs,
            employees_without_email=self.employees_without_email,
            dismissed=self.dismissed,
            seed=self.seed,
        )

    def user(self, code: int) -> OfficeUser:
        """The user of that code, 0 to `users` - 1."""
        if code == 0:
            return OfficeUser(0, "Administrador", f"administrador@{DOMAIN}", 1)
        name = people.person(code, self.seed)
        owner = self._peculiar.get(code, code)
        email = "" if owner is None else people.email(people.person(owner, self.seed), DOMAIN)
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
        places = people.spread(self.without_email + 2 * self.sharing_pairs, self.users - 1)
        shared = places[: 2 * self.sharing_pairs]
        pairs = zip(shared[::2], shared[1::2], strict=True)
        return {later: first for first, later in pairs} | dict.fromkeys(places[2 * self.sharing_pairs :])
