"""What a network holds about a person: customers, users, the names of projects, and what people were told.

A customer stays without who it is: projects are theirs, and Promob's id keeps it from being made twice.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

from promob.flow_names import CUSTOMER, PROMOB_CUSTOMER
from promob.store.customers import CUSTOMERS
from promob.store.project_rows import customer_scope
from promob.store.remains import audiences_of
from promob.store.rows import Row, row_of, scope_of, stored_row
from promob.store.users import USERS
from sincronia import clock
from sincronia.engine.privacy import ERASED, Finding, KnownBy, Named, Person, Seen, Subject
from sincronia.store.identities import holders_of
from sincronia.store.privacy_places import deleting, notifications_of

_BY = "lgpd"
_CUSTOMER = ("cadastro de cliente", "cadastros de clientes")
_PROJECT = ("projeto", "projetos")
_USER = ("usuário da loja", "usuários da loja")
_USER_ENTITY = "user"
_MOST = 1000

notifications = notifications_of(lambda connection: {connection, *audiences_of(connection)})


def records_of(connection: str, subject: Subject) -> Iterator[Named]:
    """Customers of the CPF or e-mail, as the network and as Promob call them; users of the login."""
    if subject.known_by == KnownBy.CPF:
        held = [holder for one in subject.identities for holder in holders_of(one, connection, _MOST)]
        found = [CUSTOMERS.stored(connection, holder.partition("#")[2]) for holder in held]
    elif subject.known_by == KnownBy.EMAIL:
        found = [one for one in CUSTOMERS.all(connection) if one.email.casefold() == subject.value]
    else:
        found = []
    for customer in filter(None, found):
        yield Named(CUSTOMER, customer.id, customer.name)
        if customer.promob_id:
            yield Named(PROMOB_CUSTOMER, customer.promob_id, customer.name)
    if subject.known_by in {KnownBy.EMAIL, KnownBy.LOGIN}:
        wanted = subject.value.casefold()
        yield from (
            Named(_USER_ENTITY, user.id, user.name) for user in USERS.all(connection) if user.login.casefold() == wanted
        )


def projects(person: Person, after: str) -> Iterator[Seen]:
    """The projects of the person; an erasure takes their name out of those that are called by it."""
    for customer in (record.id for record in person.records if record.entity == CUSTOMER):
        first = f"{customer}\n"
        for belongs in Row.query(customer_scope(person.connection, customer), consistent_read=True):
            row = stored_row(scope_of(person.connection, "projects"), belongs.item)
            if row and f"{first}{row.item}" > after:
                yield Seen(f"{first}{row.item}", _project(row, person))


def _project(row: Row, person: Person) -> Finding:
    value = json.loads(row.value)
    clean = person.mentions.taken_out_of(value)
    version = int(row.version)
    changed = {**clean, "version": version + 1}
    text = json.dumps(changed, ensure_ascii=False, separators=(",", ":"))
    renamed = Row(row.scope, row.item, value=text, version=version + 1, changed=row.changed)
    data = {
        "nome": value["name"],
        "criado em": clock.iso(value["created_at"]),
        "ambientes": [one["name"] for one in value.get("environments", [])],
    }
    if clean == value:
        return Finding(_PROJECT, data)
    erase = (lambda transaction: transaction.save(renamed, condition=Row.version == version),)
    return Finding(_PROJECT, data, erase)


def customers(person: Person, after: str) -> Iterator[Seen]:
    """The person's row as a customer: their ids stay, and nothing of them."""
    for record in person.records:
        if record.entity == CUSTOMER and record.id > after:
            yield Seen(record.id, _customer(person.connection, record.id))


def _customer(connection: str, customer_id: str) -> Finding | None:
    customer = CUSTOMERS.stored(connection, customer_id)
    if customer is None or customer.is_erased:
        return None
    erased = replace(
        customer,
        name=ERASED,
        document="",
        email="",
        phone="",
        version=customer.version + 1,
        changed_at=clock.now(),
        changed_by=_BY,
    )
    row = row_of(
        CUSTOMERS.form,
        CUSTOMERS.scope(connection),
        erased.id,
        erased,
        version=erased.version,
        changed_at=erased.changed_at,
    )
    freed = [lock for lock in CUSTOMERS.locks(customer) if lock not in CUSTOMERS.locks(erased)]
    data = {
        "nome": customer.name,
        "CPF ou CNPJ": customer.document,
        "e-mail": customer.email,
        "telefone": customer.phone,
        "código no Promob": customer.promob_id,
        "criado em": clock.iso(customer.created_at),
    }
    return Finding(
        _CUSTOMER,
        data,
        (
            lambda transaction: transaction.save(row, condition=Row.version == customer.version),
            *(deleting(lock.row(connection)) for lock in freed),
        ),
    )


def users(person: Person, after: str) -> Iterator[Seen]:
    """The person as a user of a store: they are taken out; the token that they work by is an administrator's to end."""
    for record in person.records:
        if record.entity != _USER_ENTITY or record.id <= after:
            continue
        user = USERS.stored(person.connection, record.id)
        if user is None:
            continue
        row = Row(USERS.scope(person.connection), user.id)
        locks = [deleting(lock.row(person.connection)) for lock in USERS.locks(user)]
        data = {"nome": user.name, "login no Promob": user.login, "loja": user.store, "gerente": user.is_manager}
        yield Seen(user.id, Finding(_USER, data, (deleting(row, Row.version == user.version), *locks)))
