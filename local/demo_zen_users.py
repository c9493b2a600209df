"""The act `zen`, of people: the pencil, and three changes that the schedule carries."""

from __future__ import annotations

from datetime import datetime, timedelta

from local.demo_view import rows
from local.demo_zen_office import USERS, Expected, Office
from sincronia.clock import SAO_PAULO

_NEW_EMAIL = "corrigido.pelo.lapis@contabilaurora.example"
_FIELDS = {
    "Email": "e-mail",
    "email": "e-mail",
    "RazaoSocial": "razão social",
    "razaoSocial": "razão social",
}


def pencil(office: Office) -> None:
    """A user without e-mail is corrected in a preview, written back to Questor, and sent."""
    stage = office.stage
    stage.scene("O lápis", "Um usuário sem e-mail é corrigido na pré-visualização; a correção vai para o Questor.")
    preview = office.start(USERS, "preview", tareffa=True)
    rejected = list(office.api.every(f"{preview['url']}/plan", lane="usuario_escritorio", kind="rejected"))
    office.console.print(
        rows(("Precisa de correção", "Por quê, e o que fazer"), ((one["label"], one["detail"]) for one in rejected))
    )
    stage.check("Precisam de correção", len(rejected), len(Expected(office).standing))
    chosen = next(one for one in rejected if one["code"] == "zen.email_missing")
    office.count_anew()
    correction = {"lane": chosen["lane"], "source_id": chosen["source_id"], "fields": {"email": _NEW_EMAIL}}
    corrected = office.api.post(f"{preview['url']}/corrections", correction)
    stage.say(f"✎ {corrected['label']}: e-mail {corrected['content']['Email']}")
    stage.holds("O cadastro não tem mais problema", truth=corrected["problem"] is None)
    row = next(row for row in office.questor.users() if str(row["CODIGOUSUARIO"]) == chosen["source_id"])
    stage.check("E-mail no Questor", row["EMAIL"], _NEW_EMAIL)
    stage.check("Correções gravadas no Questor", office.questor.state()["applied"].get("correct"), 1)
    run = office.apply(preview)
    created = [f"{found['lane']} {found['source_id']}" for found in office.outcomes(run, "created")]
    code = chosen["source_id"]
    stage.check("Criado", ", ".join(created), f"usuario_escritorio {code}, tareffa.usuario {code}")
    office.check_writes(zen=1, tareffa=1, links=2)
    office.concluded(run, "partial")


def three_changes(office: Office) -> None:
    """A user's e-mail, a company's name, a dismissal: each is written once to each target, and nothing else is."""
    stage = office.stage
    expected = Expected(office)
    user = next(row for row in expected.users[180:] if row["CODIGOUSUARIO"] not in expected.standing)
    company = next(row for row in expected.companies[120:] if row["REGIMETRIBUTARIO"])
    employee = next(row for row in office.questor.rows("employees")[1500:] if row["EMAIL"] and not row["DATADEMISSAO"])
    place = f"{employee['CODIGOEMPRESA']}/{employee['CODIGOFUNCCONTR']}"
    stage.scene(
        "Três mudanças",
        f"No Questor, {user['NOMEUSUARIO']} muda de e-mail, a empresa {company['CODIGOEMPRESA']} muda de nome, e o "
        f"contrato {place}, de {employee['NOMEFUNC']}, termina em demissão.",
    )
    yesterday = (datetime.now(SAO_PAULO) - timedelta(days=1)).strftime("%d/%m/%Y")
    email, name = f"novo.{user['EMAIL']}", f"Nova {company['NOMEEMPRESA']}"
    office.questor.edit("users", change={str(user["CODIGOUSUARIO"]): {"EMAIL": email}})
    office.questor.edit("companies", change={str(company["CODIGOEMPRESA"]): {"NOMEEMPRESA": name}})
    office.questor.edit("employees", change={place: {"DATADEMISSAO": yesterday}})
    office.count_anew()
    runs = office.by_schedule()
    written = [found for run in runs for found in office.outcomes(run, "created", "updated", "deactivated")]
    targets = {lane["lane"]: lane["target"] for run in runs for lane in run["lanes"]}
    office.console.print(
        rows(
            ("Cadastro", "Destino", "O que foi gravado"),
            (
                (
                    found["label"],
                    targets[found["lane"]],
                    ", ".join(_FIELDS[field] for field in found["changed"]) or "acesso retirado",
                )
                for found in written
            ),
        )
    )
    wanted = [
        ("usuario_escritorio", str(user["CODIGOUSUARIO"]), ["Email"]),
        ("tareffa.usuario", str(user["CODIGOUSUARIO"]), ["email"]),
        ("empresa", str(company["CODIGOEMPRESA"]), ["RazaoSocial"]),
        ("tareffa.empresa", str(company["CODIGOEMPRESA"]), ["razaoSocial"]),
        ("usuario_cliente", place, []),
    ]
    stage.holds(
        "São só esses, cada um com o campo que mudou",
        truth=[(one["lane"], one["source_id"], one["changed"]) for one in written] == wanted,
    )
    office.check_writes(zen=3, tareffa=2, links=5)
    stage.holds("O e-mail novo está no Zen", truth=email in {row["Email"] for row in office.zen.users()})
    stage.holds("E no Tareffa", truth=email in {row["email"] for row in office.tareffa.users()})
    stage.holds("O nome novo está no Zen", truth=name in {row["RazaoSocial"] for row in office.zen.rows("companies")})
    inactive = [row["Nome"] for row in office.zen.rows("employees") if row["Situacao"] == "Inativo"]
    stage.check("Sem acesso no Zen", ", ".join(inactive), employee["NOMEFUNC"])
    for run in runs:
        office.concluded(run, "partial")
