"""The act `asms`, of files to import: filled in, dropped on S3 or sent by the API's form, and followed to their end."""

from __future__ import annotations

import io
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from zipfile import ZipFile

import openpyxl
import requests

from local.demo_api import Api, Json
from local.demo_asms_desk import Desk
from local.demo_stage import NotAsItShouldBeError
from local.demo_view import KINDS, WOULD_BE, card
from local.model_service_desk import BADGE, CONNECTION, PATH, SUPPORT, someone

SHEET = "Clientes"
FOLDER = f"imports/{CONNECTION}/{SUPPORT}/clients"
RUNS = f"{PATH}/runs"
_PATIENCE_SECONDS = 60
_POLL_SECONDS = 0.1
_PROGRESS_LINES = 4

Cells = Mapping[str, str]  # by header


def row_of(number: int) -> dict[str, str]:
    """An invented client, as a row of the format."""
    one = someone(number)
    return {
        "Nome": one["name"],
        "Login": f"{one['login']}.{number}",
        "E-mail": one["email"],
        "Identificação": one["identification"],
        "Telefone": one["phone"],
        f"Adicional: {BADGE}": f"{number:05}",
        "Grupos": "Lojas",
    }


def filled(workbook: bytes, rows: Iterable[Cells]) -> bytes:
    """A workbook with more rows."""
    with _edited(workbook) as (book, file):
        page = book[SHEET]
        headers = [cell.value for cell in page[1]]
        for row in rows:
            page.append([row.get(header) for header in headers])
    return file.getvalue()


def corrected(workbook: bytes, corrections: Mapping[str, Cells]) -> bytes:
    """A workbook with other cells; corrections are by the login of the row that they are made in."""
    with _edited(workbook) as (book, file):
        page = book[SHEET]
        places = {cell.value: place for place, cell in enumerate(page[1])}
        for row in page.iter_rows(min_row=2):
            for header, text in corrections.get(str(row[places["Login"]].value), {}).items():
                row[places[header]].value = text
    return file.getvalue()


@contextmanager
def _edited(workbook: bytes) -> Iterator[tuple[openpyxl.Workbook, io.BytesIO]]:
    """A workbook, and the file that it is in once it was edited."""
    book, file = openpyxl.load_workbook(io.BytesIO(workbook)), io.BytesIO()
    yield book, file
    book.save(file)


def only_member(bundle: bytes) -> bytes:
    """The one workbook of an export."""
    with ZipFile(io.BytesIO(bundle)) as found:
        (name,) = found.namelist()
        return found.read(name)


def dropped(desk: Desk, name: str, content: bytes, folder: str = FOLDER) -> Json:
    """What comes of a file that is dropped in the bucket: its import, done or at the brake."""
    stack, before = desk.stage.stack, _known(desk)
    desk.stage.say(f"$ aws s3 cp {name} 's3://…/{folder}/'", "dim")
    stack.client("s3").put_object(Bucket=stack.outputs["DataBucket"], Key=f"{folder}/{name}", Body=content)
    return followed(desk, _new(desk, before))


def previewed(desk: Desk, api: Api, name: str, content: bytes) -> Json:
    """What comes of a file that is sent by the API's form, to be shown first."""
    before = _known(desk)
    asked = {"category": "clients", "file": name, "mode": "preview"}
    form = api.post(f"{PATH}/projects/{desk.ids[SUPPORT]}/imports", asked)
    sent = requests.post(form["url"], data=form["fields"], files={"file": (name, content)}, timeout=_PATIENCE_SECONDS)
    desk.stage.check("O S3 responde a quem envia o formulário", sent.status_code, 204)
    return followed(desk, _new(desk, before))


def followed(desk: Desk, run_id: str) -> Json:
    """A run, when it is done or at the brake; tells where it stands on the way, and shows its notification."""
    end, told = time.monotonic() + _PATIENCE_SECONDS, 0
    while (run := desk.operator.get(f"{RUNS}/{run_id}"))["phase"] not in {"brake", "done"}:
        if time.monotonic() > end:
            message = f"A importação não terminou em {_PATIENCE_SECONDS} s; veja .local/logs/AsmsOnQueue.log."
            raise NotAsItShouldBeError(message)
        if run["phase"] == "apply" and run["position"] > told:
            told = run["position"] + run["planned"] // _PROGRESS_LINES
            desk.stage.say(desk.operator.get(f"/notifications/{CONNECTION}/{run_id}")["text"], "dim")
        time.sleep(_POLL_SECONDS)
    desk.console.print(card(desk.operator.get(f"/notifications/{CONNECTION}/{run_id}")))
    return dict(run)


def counted(run: Json) -> str:
    """What a run did, or a preview would do, in numbers."""
    words, counters = WOULD_BE if run["mode"] == "preview" else KINDS, run["counters"]
    return ", ".join(f"{word} {counters[kind]}" for kind, word in words.items() if counters.get(kind))


def _known(desk: Desk) -> Collection[str]:
    return {run["run_id"] for run in desk.operator.every(RUNS)}


def _new(desk: Desk, before: Collection[str]) -> str:
    end = time.monotonic() + _PATIENCE_SECONDS
    while not (new := [run["run_id"] for run in desk.operator.every(RUNS) if run["run_id"] not in before]):
        if time.monotonic() > end:
            message = f"O arquivo não virou uma importação em {_PATIENCE_SECONDS} s; veja .local/logs/AsmsOnUpload.log."
            raise NotAsItShouldBeError(message)
        time.sleep(_POLL_SECONDS)
    return str(new[0])
