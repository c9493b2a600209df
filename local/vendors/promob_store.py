"""What Promob's portal keeps of an invented network of furniture stores, and what becomes of it when somebody writes.

Accounts, users with logins and passwords, customers and projects are the same for the same seed. CNPJ and CPF are
invented; their check digits are right. What the vendor doesn't say is listed in `local/vendors/promob.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, TypeVar

from local.vendors import people
from local.vendors.clients import Clients, invented_cpf

Row = dict[str, Any]

ACCOUNTS, USERS, LINKS, CUSTOMERS, PROJECTS = "accounts", "users", "user-links", "customers", "projects"
SITUATION, STAGE = "Não convertido", "Projeto"  # of a new project
FIRST_ITEMS = 12  # of a project that somebody begins to draw

_DOMAIN = "redemodelo.example"
_ENVIRONMENTS = ("Cozinha", "Dormitório casal", "Sala de estar", "Banheiro", "Lavanderia", "Home office")
_SIZES = {"accounts": 60, "users": 400, "projects": 400}  # the most that a network has; the last two, of each account


class RefusedError(ValueError):
    """Promob doesn't do what it is asked to: an HTTP status, a code, and the id of what stands in the way."""

    def __init__(self, status: int, code: str, there: str = "") -> None:
        super().__init__(code)
        self.status, self.code, self.there = status, code, there


@dataclass(frozen=True, slots=True)
class Account:
    """A store's account (AccountID), its CNPJ in normal form, and the serials of the Promobs linked to it."""

    id: str
    cnpj: str
    name: str
    serials: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class User:
    """A user of an account."""

    id: str
    account: str
    login: str
    name: str
    password: str


@dataclass(frozen=True, slots=True)
class Link:
    """What shows that a user gave the password once; active until it changes."""

    id: str
    user: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer of an account; `document` is a CPF or CNPJ in normal form, or empty."""

    id: str
    account: str
    name: str
    document: str = ""
    email: str = ""
    phone: str = ""
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """What a project holds: so many items, and which drawing it is (another one after each change)."""

    items: int
    drawing: int


@dataclass(frozen=True, slots=True)
class Project:
    """A project of the Connect list. `saved` has the content of each save; `sequence` is the last one's, 0 if none.

    `edited` is content that nobody has saved yet.
    """

    id: str
    account: str
    name: str
    customer_id: str
    external_id: str = ""
    situation: str = SITUATION
    stage: str = STAGE
    sequence: int = 0
    saved: Mapping[int, Content] = field(default_factory=dict)
    edited: Content | None = None


_Kept = TypeVar("_Kept", Account, User, Link, Customer, Project)


class PromobStore:
    """All that a network has, each kind by id. Whoever calls holds the simulator's lock."""

    def __init__(self, accounts: int = 2, users: int = 3, projects: int = 2, seed: int = 1) -> None:
        """So many accounts, with so many users and projects each. Raises ValueError where there can't be such ones."""
        if not (
            0 < accounts <= _SIZES["accounts"] and 0 < users <= _SIZES["users"] and 0 <= projects <= _SIZES["projects"]
        ):
            message = f"A network has at least one account with one user, and at most {_SIZES}."
            raise ValueError(message)
        self.accounts: dict[str, Account] = {}
        self.users: dict[str, User] = {}
        self.links: dict[str, Link] = {}
        self.customers: dict[str, Customer] = {}
        self.projects: dict[str, Project] = {}
        self._made = 0
        companies = Clients(accounts, 0, 0, 0, 0, 0, seed)
        for number in range(1, accounts + 1):
            self._lay_out(number, companies.company(number).cnpj, users, projects, seed)

    def _lay_out(self, number: int, cnpj: str, users: int, projects: int, seed: int) -> None:
        account = f"{7000 + 13 * number}"
        family = people.MIDDLE[(number * 7 + seed) % len(people.MIDDLE)]
        serials = tuple(f"PB-{account}-{copy}" for copy in (1, 2))
        self.accounts[account] = Account(account, cnpj, f"{family} Móveis Planejados", serials)
        for index in range(users):
            name = people.person(number * _SIZES["users"] + index, seed)
            login = f"{people.plain(name).replace(' ', '.')}.{account}"
            user = f"U-{account}-{index + 1}"
            self.users[user] = User(user, account, login, name, f"senha-{account}-{index + 1}")
        for index in range(projects):
            person = people.NAMES // 2 + number * _SIZES["projects"] + index
            name = people.person(person, seed)
            customer, project = f"C-{account}-{index + 1}", f"P-{account}-{index + 1}"
            self.customers[customer] = Customer(
                customer, account, name, invented_cpf(person, seed), people.email(name, _DOMAIN), "(49) 3000-0000"
            )
            drawn = Content(FIRST_ITEMS + index % 5, index + 1)
            environment = _ENVIRONMENTS[index % len(_ENVIRONMENTS)]
            self.projects[project] = Project(project, account, environment, customer, sequence=1, saved={1: drawn})

    def kind(self, name: str) -> dict[str, Any]:
        """All of a kind, by id. Raises KeyError where there is no such kind."""
        kinds: dict[str, dict[str, Any]] = {
            ACCOUNTS: self.accounts,
            USERS: self.users,
            LINKS: self.links,
            CUSTOMERS: self.customers,
            PROJECTS: self.projects,
        }
        return kinds[name]

    def rows(self, kind: str) -> list[Row]:
        """All of a kind as rows. Raises KeyError."""
        return [asdict(one) for one in self.kind(kind).values()]

    def edit(self, kind: str, change: Mapping[str, Any]) -> None:
        """Adds, changes and removes rows by hand; not what projects hold. Raises KeyError, TypeError and ValueError."""
        kept = self.kind(kind)
        for row in change.get("add", []):
            made = _KINDS[kind](**{"id": self.new_id(_PREFIXES[kind]), **_frozen(row)})
            if made.id in kept:
                raise ValueError(made.id)
            kept[made.id] = made
        for number, columns in change.get("change", {}).items():
            if columns.keys() & {"id", "saved", "edited"}:
                raise ValueError(number)
            kept[number] = replace(kept[number], **_frozen(columns))
        for number in change.get("remove", []):
            del kept[number]

    def account(self, number: str) -> Account:
        """The account of that id. Raises RefusedError."""
        return _found(self.accounts, number, "account_unknown")

    def project(self, number: str) -> Project:
        """The project of that id. Raises RefusedError."""
        return _found(self.projects, number, "project_unknown")

    def link(self, number: str) -> Link:
        """The link of that id. Raises RefusedError."""
        return _found(self.links, number, "link_unknown")

    def link_user(self, account: str, login: str, password: str) -> Link:
        """A new link of the account's user of that login. Raises RefusedError."""
        self.account(account)
        user = next((one for one in self.users.values() if (one.account, one.login) == (account, login)), None)
        if user is None or user.password != password:
            raise RefusedError(422, "credentials_wrong")
        link = Link(self.new_id("L"), user.id)
        self.links[link.id] = link
        return link

    def change_password(self, user: str, password: str) -> None:
        """Another password; the user's links end. Raises KeyError."""
        self.users[user] = replace(self.users[user], password=password)
        for link in self.links.values():
            if link.user == user:
                self.links[link.id] = replace(link, active=False)

    def create_customer(self, account: str, columns: Mapping[str, str]) -> Customer:
        """A new customer. Raises RefusedError: a document is one customer's of an account."""
        self.account(account)
        customer = Customer(self.new_id("C"), account, **columns)
        if customer.document:
            for other in self.customers.values():
                if (other.account, other.document) == (account, customer.document):
                    raise RefusedError(409, "document_taken", other.id)
        self.customers[customer.id] = customer
        return customer

    def create_project(self, account: str, columns: Mapping[str, Any], copy_of: str = "") -> Project:
        """A new project, blank, or a copy with the last saved content of another one. Raises RefusedError."""
        self.account(account)
        customer = self.customers.get(columns["customer_id"])
        if customer is None or customer.account != account:
            raise RefusedError(422, "customer_unknown")
        project = Project(self.new_id("P"), account, **columns)
        if copy_of:
            source = self.projects.get(copy_of)
            if source is None or source.account != account:
                raise RefusedError(422, "project_unknown")
            if source.sequence:
                project = replace(project, sequence=1, saved={1: source.saved[source.sequence]})
        self.projects[project.id] = project
        return project

    def draw(self, project: str, items: int | None) -> Project:
        """Changes what a project holds, without saving it; as many items as before where nobody says how many."""
        before = self.project(project)
        last = before.edited or before.saved.get(before.sequence)
        self._made += 1
        count = items if items is not None else last.items if last else FIRST_ITEMS
        return self._keep(replace(before, edited=Content(count, 1000 + self._made)))

    def save(self, project: str) -> Project:
        """Saves a project, whether it was changed or not: the sequence rises. Raises RefusedError."""
        before = self.project(project)
        content = before.edited or before.saved.get(before.sequence) or Content(FIRST_ITEMS, 1)
        sequence = before.sequence + 1
        return self._keep(replace(before, sequence=sequence, saved={**before.saved, sequence: content}, edited=None))

    def tell(self, project: str, columns: Mapping[str, Any]) -> Project:
        """Changes what Connect shows of a project. Raises RefusedError."""
        return self._keep(replace(self.project(project), **columns))

    def new_id(self, prefix: str) -> str:
        """An id that nothing has had."""
        self._made += 1
        return f"{prefix}-{900_000 + self._made}"

    def _keep(self, project: Project) -> Project:
        self.projects[project.id] = project
        return project


_KINDS: Mapping[str, Callable[..., Any]] = {
    ACCOUNTS: Account,
    USERS: User,
    LINKS: Link,
    CUSTOMERS: Customer,
    PROJECTS: Project,
}
_PREFIXES = {ACCOUNTS: "A", USERS: "U", LINKS: "L", CUSTOMERS: "C", PROJECTS: "P"}


def _found(kept: Mapping[str, _Kept], number: str, code: str) -> _Kept:
    if number not in kept:
        raise RefusedError(404, code)
    return kept[number]


def _frozen(columns: Mapping[str, Any]) -> Row:
    """Columns as JSON has them, as the values are kept."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in columns.items()}
