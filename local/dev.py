"""`make dev`: the stack and the vendors' simulators stay up until Ctrl-C; .local/stack.json says where they are.

A connection to SGP and OZmap is made, and what is printed sends it a first webhook; one to ASMS, with a directory; one
to Promob, with a store; and one to Domino and Zoho CRM, with a mailbox.
"""

from __future__ import annotations

import argparse
import json
import logging
import shlex
import shutil
import signal
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from local.demo_api import Api
from local.demo_stage import NotAsItShouldBeError
from local.model_mailboxes import PATH as MAILBOXES
from local.model_mailboxes import SETTINGS as SYNC_SETTINGS
from local.model_mailboxes import furnish as furnish_mailboxes
from local.model_network import PATH as NETWORK
from local.model_network import furnish as furnish_network
from local.model_provider import CONNECTION, CONNECTIONS, definition, new_webhook_secret
from local.model_service_desk import BADGE, CLIENTS, PATH, SUPPORT, furnish
from local.processes import ROOT, StartError
from local.stack import Stack
from local.template import TemplateError

WEBHOOK_HEADER, TOKEN_HEADER = "webhook.header", "token.header"  # for curl's -H @file: no secret is printed
# The simulators, each with the options of its command. Questor's office is the one that `make demo` shows.
VENDORS: Mapping[str, Sequence[str]] = {
    "questor": (
        *("--companies", "300", "--employees-per-company", "10", "--without-regime", "9", "--shared-cnpj-pairs", "1"),
        *("--employees-without-email", "24", "--dismissed", "36"),
    ),
    "zen": (),
    "tareffa": (),
    "sgp": (),
    "ozmap": (),
    "promob": (),
    "domino": (),
    "zoho": (),
}


def describe(stack: Stack) -> dict[str, object]:
    """What .local/stack.json holds."""
    return {
        "api": stack.api_url,
        "token": stack.token,
        "aws": dict(stack.aws),
        "outputs": dict(stack.outputs),
        "lambda": stack.lambda_url,
        "vendors": stack.vendors,
    }


def serve(directory: Path, wait: Callable[[], object]) -> None:
    """Brings everything up, writes stack.json, waits, ends every process it started and removes what it wrote."""
    shutil.rmtree(directory / "logs", ignore_errors=True)
    file, webhook, token = (directory / name for name in ("stack.json", WEBHOOK_HEADER, TOKEN_HEADER))
    with Stack(scheduler=True, vendors=VENDORS, directory=directory) as stack:
        try:
            secret = new_webhook_secret()
            webhook.write_text(f"X-Webhook-Secret: {secret}\n", encoding="utf-8")
            token.write_text(f"Authorization: Bearer {stack.token}\n", encoding="utf-8")
            api = Api(stack.api_url, stack.token)
            address, ids = _connected(stack, secret), furnish(api)
            drawn = furnish_network(api, stack.vendors["promob"], new_webhook_secret())
            furnish_mailboxes(api, stack.vendors)
            partial = file.with_suffix(".partial")
            partial.write_text(json.dumps(describe(stack), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
            partial.replace(file)  # whoever waits for the file never reads half of it
            told = (
                _sentences(stack, file),
                _first_webhook(stack, address, webhook, token),
                _first_client(stack, ids, token),
                _first_budget(stack, drawn, token),
                _first_sync(stack, token),
            )
            print(*told, sep="\n\n", flush=True)
            wait()
            print("Encerrando …", flush=True)
        finally:
            for written in (file, webhook, token):
                written.unlink(missing_ok=True)


def _sentences(stack: Stack, file: Path) -> str:
    vendors = "\n".join(f"  {name:<14}{vendor['url']}" for name, vendor in stack.vendors.items())
    return f"""O stack está de pé.
  AWS           {stack.aws_endpoint} (região {stack.region})
  API           {stack.api_url}
  Lambda        {stack.lambda_url}
{vendors}
  Registros     {stack.logs}
  Tudo isso em  {file}
Os agendamentos disparam a cada minuto. Ctrl-C encerra tudo."""


def _connected(stack: Stack, webhook_secret: str) -> str:
    """Makes the connection to SGP and OZmap; gives the address that its webhooks come to."""
    api = Api(stack.api_url, stack.token)
    api.post(CONNECTIONS, definition(stack.vendors, webhook_secret, {"conferir_contratos": 10, "ler_potencia": None}))
    return str(api.get(f"{CONNECTIONS}/{CONNECTION}/webhook")["url"])


def _first_webhook(stack: Stack, address: str, webhook: Path, token: Path) -> str:
    sgp, logs = stack.vendors["sgp"]["url"], f"{stack.api_url}/integrations/sgp/logs"
    secret, bearer = (shlex.quote(f"@{file.resolve()}") for file in (webhook, token))
    change = '{"change": {"308": {"status": 3}}}'
    return f"""A conexão {CONNECTION} (SGP → OZmap) está pronta.
O contrato 308 é cancelado no SGP, o aviso chega, e segundos depois o log diz o que foi feito:
  curl -sS {sgp}/_simulator/rows/contracts -H 'Content-Type: application/json' -d '{change}'
  curl -sS {address} -H {secret} -d contrato=308
  curl -sS '{logs}?connection={CONNECTION}&record=308' -H {bearer}
O mesmo log, como página: {logs}; a chave da entrada é o token que está em stack.json."""


def _first_client(stack: Stack, ids: Mapping[str, str], token: Path) -> str:
    clients, bearer = f"{stack.api_url}{CLIENTS}", shlex.quote(f"@{token.resolve()}")
    directory = PATH.rpartition("/")[2]
    place = f"{stack.aws_endpoint}/{stack.outputs['DataBucket']}/imports/{directory}/{quote(SUPPORT)}/clients/"
    new = {
        "project": ids[SUPPORT],
        "name": "Davi Antunes",
        "login": "davi.antunes",
        "additional": {ids[BADGE]: "00042"},
    }
    return f"""O diretório {directory} (ASMS) está pronto, com catálogos, clientes e especialistas.
Uma busca, um cliente novo (sem e-mail, e a resposta avisa), e o formato vazio do projeto {SUPPORT}:
  curl -sS '{clients}?name=a' -H {bearer}
  curl -sS {clients} -H 'Content-Type: application/json' -H {bearer} -d {shlex.quote(json.dumps(new))}
  curl -sSL {stack.api_url}{PATH}/projects/{ids[SUPPORT]}/formats/clients -H {bearer} -o clientes.xlsx
Preenchido, o formato é importado por estar no S3 (na AWS: aws s3 cp), e a notificação diz o que foi feito:
  curl -sS {place} -T clientes.xlsx
  curl -sS '{stack.api_url}/notifications?connection={directory}' -H {bearer}"""


def _first_budget(stack: Stack, drawn: str, token: Path) -> str:
    promob, bearer = f"{stack.vendors['promob']['url']}/_simulator", shlex.quote(f"@{token.resolve()}")
    environments = f"{stack.api_url}{NETWORK}/environments"
    prepared, saved = (
        shlex.quote(json.dumps(given)) for given in ({"project": drawn, "n_items": 40}, {"project": drawn})
    )
    return f"""A rede {NETWORK.rpartition("/")[2]} (Promob ↔ FoccoLojas) está pronta, com uma loja ativa.
No Promob alguém prepara o projeto {drawn}, e segundos depois a versão 1 está aqui; um salvamento a deixa amarela:
  curl -sS {promob}/prepare -d {prepared}
  curl -sS {environments} -H {bearer}
  curl -sS {promob}/save -d {saved}"""


def _first_sync(stack: Stack, token: Path) -> str:
    office, bearer = f"{stack.api_url}{MAILBOXES}", shlex.quote(f"@{token.resolve()}")
    settings = shlex.quote(json.dumps({**SYNC_SETTINGS, "start": True}))
    return f"""A conexão {MAILBOXES.rpartition("/")[2]} (IBM Notes ↔ Zoho CRM) está pronta, com um usuário.
O teste; Iniciar Sincronização, que salva as configurações; e segundos depois o painel e os vínculos:
  curl -sS -X POST {office}/test -H {bearer}
  curl -sS -X PATCH {office}/sync-settings -H 'Content-Type: application/json' -H {bearer} -d {settings}
  curl -sS {office}/results -H {bearer}
  curl -sS {office}/pairs -H {bearer}"""


def main() -> None:
    """Serves until Ctrl-C or SIGTERM. Exit code 1 when something did not come up."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--directory", type=Path, default=ROOT / ".local", help="where stack.json and logs go")
    chosen = arguments.parse_args()
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
    told, teller = socket.socketpair()
    with told, teller:
        # A handler in Python may run too late: the main thread can fall asleep between the signal and the handler.
        teller.setblocking(False)
        signal.set_wakeup_fd(teller.fileno())
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: None)
        try:
            serve(chosen.directory, lambda: told.recv(1))
        except (NotAsItShouldBeError, StartError, TemplateError) as error:
            print(error, file=sys.stderr)
            sys.exit(1)
        finally:
            signal.set_wakeup_fd(-1)


if __name__ == "__main__":
    main()
