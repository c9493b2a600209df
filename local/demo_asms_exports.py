"""The act `asms`, of exports: the three formats, the notification, the zip opened and counted."""

from __future__ import annotations

import io
import time
from zipfile import ZipFile

import openpyxl

from local.demo_api import Json
from local.demo_asms_desk import Desk
from local.demo_stage import NotAsItShouldBeError
from local.demo_view import card, rows
from local.model_service_desk import BADGE, CLIENTS, PATH, SUPPORT, someone

FORMULA = '=HYPERLINK("http://exemplo.example")'
_PATIENCE_SECONDS = 30
_POLL_SECONDS = 0.1
_HEADERS_SHOWN = 6


def exports(desk: Desk) -> None:
    """The empty format at once; the others as a run, whose notification has the file. User text stays text."""
    stage, api = desk.stage, desk.operator
    stage.scene(
        "Exportar",
        "Os três formatos do projeto. Antes, alguém põe uma fórmula no lugar do telefone de um cliente.",
    )
    naughty = {**someone(60), "phone": FORMULA, "additional": {desk.ids[BADGE]: "00099"}}
    api.post(CLIENTS, {"project": desk.ids[SUPPORT], **naughty})
    number = len(list(api.every(CLIENTS, project=desk.ids[SUPPORT])))
    empty = _book(api.file(asked_for(desk, "empty")["file"]))
    _describe(desk, empty)
    stage.check("Formato vazio: linhas", len(_records(empty)), 0)
    asked = asked_for(desk, "with_data")
    concluded(desk, asked)
    book = _only_workbook(desk, asked)
    found = _records(book)
    stage.check("Clientes no arquivo", len(found), number)
    stage.check(
        "A fórmula veio como texto", [one["Telefone"] for one in found if one["Telefone"] == FORMULA], [FORMULA]
    )
    stage.check("Células com fórmula", _formulas(book), 0)
    badges = [one[f"Adicional: {BADGE}"] for one in found]
    stage.holds("As matrículas vieram com os zeros à esquerda", truth="00099" in badges and "00417" in badges)
    stage.holds("Nenhuma senha", truth=not any(one["Senha"] for one in found))
    asked = asked_for(desk, "with_data_without_relations")
    concluded(desk, asked)
    left_out = {*_headers(book)} - {*_headers(_only_workbook(desk, asked))}
    stage.check("Sem relacionamentos faltam as colunas", ", ".join(sorted(left_out)), "Empresas, Grupos, Serviços")
    desk.refused(
        "Um arquivo que não há",
        api.refused("GET", asked["file"].replace(".zip", "-2.zip")),
        "404 file_unknown",
    )


def asked_for(desk: Desk, layout: str) -> Json:
    """An export of the project's clients, asked for."""
    asked: Json = desk.operator.post(
        f"{PATH}/projects/{desk.ids[SUPPORT]}/exports", {"category": "clients", "format": layout}
    )
    return asked


def concluded(desk: Desk, asked: Json) -> None:
    """Waits for the notification, and shows it."""
    path, end = f"/notifications/{asked['run']['connection']}/{asked['run']['run_id']}", time.monotonic()
    while (notification := desk.operator.get(path))["state"] != "Concluído":
        if time.monotonic() > end + _PATIENCE_SECONDS:
            message = f"A exportação não terminou em {_PATIENCE_SECONDS} s; veja .local/logs/AsmsOnQueue.log."
            raise NotAsItShouldBeError(message)
        time.sleep(_POLL_SECONDS)
    desk.console.print(card(notification))
    desk.stage.check("Notificação", f"{notification['state']}, {notification['result']}", "Concluído, success")


def _only_workbook(desk: Desk, asked: Json) -> openpyxl.Workbook:
    with ZipFile(io.BytesIO(desk.operator.file(asked["file"]))) as bundle:
        desk.stage.check("Planilhas no zip", len(bundle.namelist()), 1)
        return _book(bundle.read(bundle.namelist()[0]))


def _book(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def _describe(desk: Desk, book: openpyxl.Workbook) -> None:
    """What the sheet Informações says of the first columns."""
    lines = [[str(cell or "") for cell in row] for row in book["Informações"].iter_rows(values_only=True)]
    described = {line[0]: line for line in lines}
    headers = _headers(book)
    titles = next(line for line in lines if line[0] == "Coluna")
    shown = (described[header][:_HEADERS_SHOWN] for header in headers[:_HEADERS_SHOWN])
    desk.console.print(rows(titles[:_HEADERS_SHOWN], shown))
    desk.stage.holds("A planilha Informações descreve todas as colunas", truth=set(headers) <= described.keys())


def _headers(book: openpyxl.Workbook) -> list[str]:
    return [str(cell.value) for cell in book["Clientes"][1]]


def _records(book: openpyxl.Workbook) -> list[dict[str, str]]:
    headers = _headers(book)
    rows_below = book["Clientes"].iter_rows(min_row=2, values_only=True)
    return [dict(zip(headers, (str(cell or "") for cell in row), strict=True)) for row in rows_below if any(row)]


def _formulas(book: openpyxl.Workbook) -> int:
    return sum(cell.data_type == "f" for sheet in book for row in sheet.iter_rows() for cell in row)
