"""`make screenshots`: a morning at work on the stack, and docs/images/*.png of what people then see of it."""

from __future__ import annotations

import signal
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import requests
from playwright.sync_api import sync_playwright

from local.chromium import launched
from local.demo_api import Api, Json
from local.demo_stage import NotAsItShouldBeError, Vendor
from local.dev import VENDORS
from local.model_mailboxes import PATH as MAILBOXES
from local.model_mailboxes import SETTINGS as SYNC_SETTINGS
from local.model_mailboxes import furnish as furnish_mailboxes
from local.model_provider import CONNECTION as PROVIDER
from local.model_provider import CONNECTIONS as PROVIDERS
from local.model_provider import definition as provider
from local.model_provider import new_webhook_secret
from local.model_service_desk import BADGE, SUPPORT, furnish
from local.model_service_desk import PATH as DIRECTORY
from local.processes import ROOT, StartError
from local.stack import Stack

IMAGES = ROOT / "docs" / "images"
WIDTH, HEIGHT = 1440, 900
_OFFICE = "escritorio-aurora"
_OFFICES = "/integrations/zen/connections"
_CHANGES: tuple[Json, ...] = ({"NOMEUSUARIO": "Ana Moreira Prates"}, {"EMAIL": ""}, {"NOMEUSUARIO": "Rui Luz"})
_SECONDS = 120  # the longest that one thing may take here
_NOWHERE = 4711  # no contract of SGP's


def drawn(directory: Path) -> list[Path]:
    """Pictures of the screens, as an operator sees them after a morning's work. Raises NotAsItShouldBeError."""
    with Stack(vendors=VENDORS, directory=directory) as stack:
        api = Api(stack.api_url, stack.token)
        preview = _office(stack, api)
        _provider(stack, api)
        _service_desk(api)
        _mailboxes(stack, api)
        token = api.post("/tokens", {"description": "Ana Moreira", "role": "operator"})["token"]
        IMAGES.mkdir(parents=True, exist_ok=True)
        with sync_playwright() as playwright, launched(playwright) as browser:
            page = browser.new_page(
                base_url=stack.api_url, viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light"
            )
            page.goto("/sign-in")
            page.get_by_label("Token de integração").fill(token)
            page.get_by_role("button", name="Entrar").click()
            page.wait_for_load_state()
            files = []
            for name, path in (("notificacoes", "/notifications"), ("pre-visualizacao", f"{preview}/plan")):
                page.goto(path)
                files.append(IMAGES / f"{name}.png")
                page.screenshot(path=files[-1])
        return files


def _office(stack: Stack, api: Api) -> str:
    """Questor's users are synced; then Questor answers with nobody, and a run waits at the brake.

    Gives the address of a preview of the next change: people with new names, and one without e-mail.
    """
    vendors = {name: stack.vendors[name] for name in ("questor", "zen", "tareffa")}
    fields = {f"{name}_token": vendor["token"] for name, vendor in vendors.items()}
    api.post(
        _OFFICES,
        {
            "id": _OFFICE,
            "name": "Escritório Aurora: Questor → Zen",
            "responsible": "ana.moreira@contabilaurora.example",
            "settings": {f"{name}_address": vendor["url"] for name, vendor in vendors.items()},
            "secret": {**fields, "administrator_access_key": "chave-do-usuario-0"},
        },
    )
    users: Json = {"flow": "sincronizar_usuarios", "filters": {}}
    for mode in ("preview", "apply"):
        _ran(api, {**users, "mode": mode})
    questor = Vendor(str(vendors["questor"]["url"]))
    changes = {str(row["CODIGOUSUARIO"]): change for row, change in zip(questor.users(), _CHANGES, strict=False)}
    questor.edit(change=changes)
    preview = str(_ran(api, {**users, "mode": "preview"}))
    questor.misbehave(kind="empty", operation="list", times=None)
    _ran(api, {**users, "mode": "apply"})
    return preview


def _ran(api: Api, run: Json) -> str:
    """The address of a run of the office's that is done, or waits for a person."""
    url = str(api.post(f"{_OFFICES}/{_OFFICE}/runs", run)["url"])
    _rested(api, url)
    return url


def _provider(stack: Stack, api: Api) -> None:
    """Contracts are suspended, cancelled, renamed; one that SGP doesn't know is told of, too."""
    secret = new_webhook_secret()
    api.post(PROVIDERS, provider(stack.vendors, secret, {"conferir_contratos": None, "ler_potencia": None}))
    webhook = api.get(f"{PROVIDERS}/{PROVIDER}/webhook")["url"]
    sgp = Vendor(str(stack.vendors["sgp"]["url"]))
    changed: Mapping[int, Json] = {301: {"status": 4}, 304: {}, 308: {"status": 3}}
    for contract in (_NOWHERE, *changed):
        if columns := changed.get(contract):
            sgp.edit("contracts", change={str(contract): columns})
        headers = {"X-Webhook-Secret": secret}
        told = requests.post(webhook, data={"contrato": str(contract)}, headers=headers, timeout=_SECONDS)
        _until(partial(_is_told, api, f"{PROVIDERS}/{PROVIDER}/hints/{told.json()['hint']}"))


def _is_told(api: Api, hint: str) -> bool:
    """Whether a line of the log is at its end; what nobody has taken up yet isn't there."""
    return api.refusal("GET", hint) is None and api.get(hint)["outcome"] != "working"


def _service_desk(api: Api) -> None:
    """A file of new clients is imported, one of them without a right e-mail."""
    ids = furnish(api)
    wanted = {"category": "clients", "file": "clientes-novos.csv", "mode": "apply"}
    form = api.post(f"{DIRECTORY}/projects/{ids[SUPPORT]}/imports", wanted)
    rows = (
        f"Nome;Login;E-mail;Adicional: {BADGE}",
        "Clara Bastos;clara.bastos;clara.bastos@empresamodelo.example;00101",
        "Rui Antunes;rui.antunes;rui.antunes;00102",
    )
    content = {"file": "\r\n".join(rows).encode()}
    requests.post(form["url"], data=form["fields"], files=content, timeout=_SECONDS).raise_for_status()
    _until(lambda: any(run["phase"] == "done" for run in api.every(f"{DIRECTORY}/runs")))


def _mailboxes(stack: Stack, api: Api) -> None:
    """A mailbox and the CRM get what the other has."""
    furnish_mailboxes(api, stack.vendors)
    saved = api.patch(f"{MAILBOXES}/sync-settings", {**SYNC_SETTINGS, "start": True})
    _rested(api, saved["run"]["url"])


def _rested(api: Api, run: str) -> None:
    _until(lambda: api.get(run)["phase"] in {"done", "brake"})


def _until(arrived: Callable[[], Any]) -> None:
    end = time.monotonic() + _SECONDS
    while not arrived():
        if time.monotonic() > end:
            raise NotAsItShouldBeError("O que as imagens mostram não terminou a tempo.")
        time.sleep(0.2)


def main() -> None:
    """Writes the pictures again, and says where."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with tempfile.TemporaryDirectory(prefix="sincronia-imagens-") as folder:
            for file in drawn(Path(folder)):
                print(f"{file.relative_to(ROOT)} foi gravado ({file.stat().st_size // 1024} KB).")
    except (NotAsItShouldBeError, StartError) as error:
        print(error, file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
