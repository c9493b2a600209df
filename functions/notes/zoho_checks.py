"""Zoho CRM's part of the test of a connection: the authorization, and what each enabled module needs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from notes.fields import PRIVATE, CrmNames
from notes.records import Module
from notes.zoho_client import API_NAMES, Zoho
from notes.zoho_session import VENDOR
from sincronia.answers import Problem
from sincronia.connection_checks import Check, tried

# What these say is no hindrance: privacy in the CRM can't be checked, and nothing else is wrong.
NOT_CHECKABLE = frozenset({"notes.crm_private_unset", "notes.crm_private_unusable"})

_LABELS = {Module.CONTACTS: "Contatos", Module.TASKS: "Tarefas", Module.EVENTS: "Eventos"}


def checks(zoho: Zoho, names: CrmNames, modules: Collection[Module], *, writing: bool) -> tuple[Check, ...]:
    """Tries all that the enabled modules need, whatever is wrong with the rest. Raises OutOfTimeError.

    `writing`: the CRM is written too. Where there is no token nothing else is asked, nor of a module that isn't there.
    """
    token = _tried(VENDOR, zoho.check)
    if token.problem is not None:
        return (token,)
    found = [token, _tried(f"Usuários do {VENDOR}", zoho.current_user)]
    for module in Module:
        if module in modules:
            found.extend(_of_module(zoho, names, module, writing=writing))
    return tuple(found)


def _of_module(zoho: Zoho, names: CrmNames, module: Module, *, writing: bool) -> Iterator[Check]:
    label = _LABELS[module]
    known = _tried(f"{label} do {VENDOR}", lambda: zoho.check_module(module, writing=writing))
    yield known
    if known.problem is not None:
        return
    types: dict[str, str] = {}
    read = _tried(f"Campos de {label}", lambda: types.update(_types(zoho, module)))
    if read.problem is not None:
        yield read
        return
    private = names.configured(module, PRIVATE)
    missing = [name for name in names.wanted(module) if name not in types and name != private]
    yield Check(f"Campos de {label}", _problem("notes.crm_fields_missing", module, missing) if missing else None)
    what = f"Registros privados de {label}"
    if not private:
        yield Check(what, _problem("notes.crm_private_unset", module, []))
    else:
        usable = types.get(private) == "boolean"
        yield Check(what, None if usable else _problem("notes.crm_private_unusable", module, [private]))


def _types(zoho: Zoho, module: Module) -> dict[str, str]:
    return {name: field.type for name, field in zoho.fields_of(module).items()}


def _problem(code: str, module: Module, fields: list[str]) -> Problem:
    return Problem(code, {"vendor": VENDOR, "place": API_NAMES[module], "fields": ", ".join(fields)})


def _tried(what: str, probe: Callable[[], object]) -> Check:
    def tell() -> None:
        probe()

    return tried([(what, tell)])[0]
