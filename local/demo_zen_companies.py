"""The act `zen`, of companies and all that belongs to them: first sync, selectors, a stale record, the workbook."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterable

from local.demo_api import Json
from local.demo_view import ACTIONS, rows
from local.demo_zen_office import COMPANIES, IN_TAREFFA, IN_ZEN, INITIAL, Expected, Office

_SHOWN = 4  # records of a list
_LANES = {  # lane → the vendor's kind of row
    "usuario_escritorio": ("zen", "users"),
    "tareffa.usuario": ("tareffa", "users"),
    "empresa": ("zen", "companies"),
    "tareffa.empresa": ("tareffa", "companies"),
    "filial": ("zen", "establishments"),
    "organograma": ("zen", "org_units"),
    "socio": ("zen", "partners"),
    "usuario_cliente": ("zen", "employees"),
}
_TEXT = ".//{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def first_sync(office: Office) -> None:
    """Everything, for the first time: looked at, one company deselected, applied."""
    stage = office.stage
    stage.scene(
        "Sincronização Inicial: Executar",
        "Uma pré-visualização de tudo: configuração, usuários, empresas e funcionários. Nada é enviado ainda.",
    )
    office.count_anew()
    preview = office.start(INITIAL, "preview", tareffa=True)
    office.check_writes(zen=0, tareffa=0, links=0)
    stage.check("Etapas", ", ".join(preview["steps"]), "Configurações Zen, Usuários, Empresas e Funcionários")
    _listed(office, "Empresas", preview, "empresa")
    _listed(office, "Empresas, no Tareffa", preview, "tareffa.empresa", kind="rejected")
    _listed(office, "Sócios", preview, "socio")

    company = office.questor.rows("companies")[office.deselected - 1]
    stage.scene(
        "Sincronização Inicial: Sincronizar",
        f"Desmarcamos {company['NOMEEMPRESA']} (empresa {office.deselected}): fica de fora, com o que pertence a ela.",
    )
    code = str(office.deselected)
    run = office.apply(preview, ("empresa", code), ("tareffa.empresa", code))
    office.first_sync = run
    expected = Expected(office, without={office.deselected})
    for lane in run["lanes"]:
        vendor, kind = _LANES[lane["lane"]]
        wanted = (expected.zen if vendor == "zen" else expected.tareffa)[kind]
        fields = (IN_ZEN if vendor == "zen" else IN_TAREFFA)[kind]
        there = [tuple(str(row[field]) for field in fields) for row in stage.vendors[vendor].rows(kind)]
        stage.check(f"{lane['title']} no {lane['target']}", len(there), lane["counters"]["created"])
        stage.holds("São os que o Questor tem, e mais ninguém", truth=set(there) == wanted)
    deselected = [found for found in office.outcomes(run, "skipped") if found["code"] == "deselected"]
    stage.holds(
        "O que foi desmarcado é só essa empresa e o que pertence a ela",
        truth={found["source_id"].partition("/")[0] for found in deselected} == {code},
    )
    _only_tareffa_refuses(office, run)
    office.concluded(run, "partial")


def _only_tareffa_refuses(office: Office, run: Json) -> None:
    """Companies without tax regime are rejected for Tareffa alone."""
    rejected = office.outcomes(run, "rejected")
    without = {found["source_id"] for found in rejected if found["code"] == "zen.tax_regime_missing"}
    office.stage.check("Sem regime tributário, recusadas só no Tareffa", len(without), 9)
    numbers = {
        "".join(sign for sign in row["INSCRFEDERAL"] if sign.isalnum())
        for row in office.questor.rows("companies")
        if str(row["CODIGOEMPRESA"]) in without
    }
    in_zen = {row["InscricaoFederal"] for row in office.zen.rows("companies")}
    in_tareffa = {row["cnpj"] for row in office.tareffa.rows("companies")}
    office.stage.holds("Elas estão no Zen mesmo assim", truth=numbers <= in_zen and not numbers & in_tareffa)


def _listed(office: Office, title: str, preview: Json, lane: str, **narrowed: str) -> None:
    """The first records of a preview's list, and how many there are."""
    page = office.api.get(f"{preview['url']}/plan", lane=lane, limit=_SHOWN, **narrowed)
    counters = next(one["counters"] for one in preview["lanes"] if one["lane"] == lane)
    number = counters[narrowed["kind"]] if narrowed else sum(counters.values())
    office.stage.say(f"{title}: {number}, dos quais os primeiros", "bold")
    lines = ((one["label"], ACTIONS[one["kind"]], one["status"], _reason(one)) for one in page["items"])
    office.console.print(rows(("Cadastro", "Ação", "Status", "Por quê, ou o que muda"), lines))


def _reason(planned: Json) -> str:
    if planned["detail"]:
        return str(planned["detail"])
    if planned["kind"] == "created":
        return "novo: " + ", ".join(one["field"] for one in planned["differences"])
    return "; ".join(f"{one['field']}: {one['before']} → {one['after']}" for one in planned["differences"])


def selectors(office: Office) -> Json:
    """A selector that is wrong is refused and points at the place; one that is right narrows. Gives the preview."""
    stage = office.stage
    stage.scene("Seletores", "Só algumas empresas: 2..10;15. Antes, um engano: 1..x.")
    wrong = office.api.refused("POST", f"{office.path}/runs", _asked(companies="1..x"))
    stage.check("Resposta", str(wrong), "422 zen.selector_invalid")
    stage.check("Campo", wrong.problem["field"], "filters.companies")
    stage.say(wrong.detail)
    stage.holds("A frase aponta o lugar", truth="Empresa não pôde ser entendido na posição 4" in wrong.detail)

    office.questor.edit(
        "companies",
        change={"3": {"NOMEEMPRESA": "Padaria Três Irmãs Ltda"}, "9": {"NOMEEMPRESA": "Mercado Nove de Julho Ltda"}},
    )
    preview = office.start(COMPANIES, "preview", **_options(companies="2..10;15"))
    companies = list(office.api.every(f"{preview['url']}/plan", lane="empresa"))
    stage.check("Empresas", _codes(companies), "2, 3, 4, 5, 6, 7, 8, 9, 10, 15")
    updated = [one for one in companies if one["kind"] == "updated"]
    office.console.print(rows(("Cadastro", "O que muda"), ((one["label"], _reason(one)) for one in updated)))
    stage.check("A atualizar", _codes(updated), "3, 9")
    created = _codes(one for one in companies if one["kind"] == "created")
    stage.check("A criar, a que foi desmarcada antes", created, str(office.deselected))
    return preview


def stale_record(office: Office, preview: Json) -> None:
    """A company is changed after the preview: it is left out, by name; the others are sent."""
    stage = office.stage
    stage.scene(
        "Mudou depois da pré-visualização",
        "Entre Executar e Sincronizar, a empresa 9 muda outra vez no Questor: não é mais o que se viu, e fica de fora.",
    )
    office.questor.edit("companies", change={"9": {"NOMEEMPRESA": "Mercado Nove de Abril Ltda"}})
    office.count_anew()
    run = office.apply(preview)
    stale = [found for found in office.outcomes(run, "skipped") if found["code"] == "preview_stale"]
    office.console.print(rows(("Deixado de fora", "Por quê"), ((one["label"], one["detail"]) for one in stale)))
    left_out = ", ".join(f"{found['lane']} {found['source_id']}" for found in stale)
    stage.check("De fora", left_out, "empresa 9, tareffa.empresa 9")
    names = {row["RazaoSocial"] for row in office.zen.rows("companies")}
    stage.holds("A empresa 3 tem o nome novo no Zen", truth="Padaria Três Irmãs Ltda" in names)
    stage.holds("A empresa 9 não tem nenhum dos dois", truth=not any("Nove de" in name for name in names))
    updated = [f"{found['lane']} {found['source_id']}" for found in office.outcomes(run, "updated")]
    stage.check("Atualizado", ", ".join(updated), "empresa 3, tareffa.empresa 3")
    again = office.api.refused("POST", f"{preview['url']}/apply", {"deselected": []})
    stage.check("Sincronizar a mesma pré-visualização de novo", str(again), "409 preview_applied")
    stage.say(again.detail)
    office.concluded(run, "partial")


def workbook(office: Office) -> None:
    """What the first sync rejected, as a workbook."""
    stage = office.stage
    stage.scene(
        "A planilha", "O que a Sincronização Inicial deixou para corrigir, como planilha, pelo link da notificação."
    )
    files = office.notification(office.first_sync)["files"]
    stage.check("Arquivos", ", ".join(file["name"] for file in files), "cadastros-a-corrigir.xlsx")
    sheet = list(_cells(office.api.file(files[0]["url"])))
    head, lines = sheet[0], sheet[1:]
    office.console.print(rows(head[:5], (line[:5] for line in lines[:_SHOWN])))
    columns = "Cadastro, Tipo, Destino, Situação, O que está errado, O que fazer"
    stage.check("Colunas", ", ".join(head), columns)
    stage.check("Linhas", len(lines), office.first_sync["counters"]["rejected"])
    told = {(one["label"], one["detail"]) for one in office.outcomes(office.first_sync, "rejected")}
    stage.holds(
        "São os cadastros rejeitados, com o motivo", truth={(one[0], f"{one[4]} {one[5]}") for one in lines} == told
    )


def _cells(file: bytes) -> Iterable[list[str]]:
    """The rows of a workbook's one sheet, as texts."""
    with zipfile.ZipFile(io.BytesIO(file)) as parts:
        sheet = ET.fromstring(parts.read("xl/worksheets/sheet1.xml"))  # noqa: S314  # our own answer
    for row in sheet.iterfind(f"{_TEXT}row"):
        yield ["".join(text.text or "" for text in cell.iterfind(f"{_TEXT}t")) for cell in row]


def _codes(records: Iterable[Json]) -> str:
    return ", ".join(record["source_id"] for record in records)


def _options(**narrowed: str) -> Json:
    return {"partners": True, "org_chart": True, "tareffa": True, **narrowed}


def _asked(**narrowed: str) -> Json:
    return {"flow": COMPANIES, "mode": "preview", "filters": _options(**narrowed)}
