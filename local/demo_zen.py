"""The act `zen`: an accounting office goes from Questor to Zen and Tareffa, over the HTTP API, as seed 000 tells it."""

from __future__ import annotations

from collections import Counter

from local.demo_api import Json
from local.demo_stage import Stage
from local.demo_view import rows
from local.demo_zen_companies import first_sync, selectors, stale_record, workbook
from local.demo_zen_limits import empty_listing, revoked_token, two_at_once, wrong_key
from local.demo_zen_office import CONNECTIONS, Expected, Office
from local.demo_zen_users import pencil, three_changes


def play(stage: Stage) -> None:
    """Plays all scenes. Raises NotAsItShouldBeError."""
    office = Office(stage)
    the_office(office)
    settings(office)
    first_sync(office)
    by_schedule(office)
    pencil(office)
    three_changes(office)
    preview = selectors(office)
    stale_record(office, preview)
    workbook(office)
    wrong_key(office)
    empty_listing(office)
    two_at_once(office)
    revoked_token(office)


def the_office(office: Office) -> None:
    """Who and what is in Questor, and that Zen and Tareffa are empty."""
    stage, questor = office.stage, office.questor
    stage.scene(
        "O escritório",
        "O Questor de um escritório de contabilidade inventado, e das empresas que atende; Zen e Tareffa ainda vazios.",
    )
    expected = Expected(office)
    groups = Counter(f"{row['CODIGOGRUPOUSUARIO']} {row['NOMEGRUPOUSUARIO']}" for row in expected.users)
    office.console.print(rows(("Grupo", "Usuários"), ((name, str(n)) for name, n in sorted(groups.items()))))
    stage.check("Usuários no Questor", len(expected.users), 420)
    stage.check("Sem e-mail", sum(not row["EMAIL"] for row in expected.users), 7)
    stage.check("Dividindo um e-mail com outro", len(expected.standing) - 7, 6)
    employees = questor.rows("employees")
    stage.check("Empresas", len(expected.companies), 300)
    stage.check("Sem regime tributário", sum(not row["REGIMETRIBUTARIO"] for row in expected.companies), 9)
    stage.check("Com o CNPJ de outra", len(expected.sharing), 2)
    stage.check("Filiais", sum(row["CODIGOESTAB"] > 1 for row in questor.rows("establishments")), 120)
    stage.check("Organogramas", len(questor.rows("org_units")), 900)
    stage.check("Sócios", len(questor.rows("partners")), 570)
    stage.check("Contratos de empregados", len(employees), 3000)
    stage.check("Sem e-mail", sum(not row["EMAIL"] for row in employees), 24)
    stage.check("Demitidos", sum(bool(row["DATADEMISSAO"]) for row in employees), 36)
    stage.check("Cadastros no Zen", sum(len(office.zen.rows(kind)) for kind in expected.zen), 0)
    stage.check("Cadastros no Tareffa", sum(len(office.tareffa.rows(kind)) for kind in expected.tareffa), 0)


def settings(office: Office) -> None:
    """The connection is made and tested: first with half of Zen's token, then with the whole."""
    stage = office.stage
    stage.scene(
        "Configurações Zen",
        "A conexão é criada pela API. O teste (Próximo) diz o que está errado; corrigida a chave, tudo certo.",
    )
    token = str(stage.stack.vendors["zen"]["token"])
    office.api.post(
        CONNECTIONS, office.definition(office.connection, "Escritório Aurora: Questor → Zen", zen_token=token[:16])
    )
    tested = _tested(office)
    wrong = [check for check in tested["checks"] if not check["ok"]]
    stage.check("Não funciona", ", ".join(check["what"] for check in wrong), "Zen")
    stage.holds("A frase diz que a chave foi recusada", truth="O Zen recusou a Chave de Acesso" in wrong[0]["detail"])
    stage.holds(
        "E cita a mensagem que o Questor mostra", truth="“Host not Found - Socket Error #11001”" in wrong[0]["detail"]
    )
    changed = office.api.patch(office.path, {"secret": {"zen_token": token}})
    stage.holds("A conexão não devolve segredo nenhum", truth=token not in str(changed))
    stage.holds("Diz só que estão preenchidos", truth=changed["secret_fields"]["zen_token"] is True)
    stage.holds("Tudo funciona", truth=_tested(office)["ok"] is True)


def _tested(office: Office) -> Json:
    tested: Json = office.api.post(f"{office.path}/test")
    lines = ((check["what"], check["detail"] or "tudo certo") for check in tested["checks"])
    office.console.print(rows(("O que foi testado", "O que se viu"), lines))
    return tested


def by_schedule(office: Office) -> None:
    """Users and companies get their schedule, without the company that was deselected; then nothing is written."""
    stage = office.stage
    stage.scene(
        "De novo, pelo agendamento",
        f"A conexão ganha horários, sem a empresa {office.deselected}. Nada mudou no Questor: nada se escreve.",
    )
    others = f"1..{office.deselected - 1};{office.deselected + 1}.."
    options = {"companies": others, "partners": True, "org_chart": True, "tareffa": True}
    office.schedule(users={"tareffa": True}, companies=options)
    office.count_anew()
    runs = office.by_schedule()
    for run in runs:
        office.concluded(run, "partial")
    office.check_writes(zen=0, tareffa=0, links=0)
    kinds = {kind for run in runs for kind in run["counters"]}
    stage.holds(
        "Tudo está sem alteração, menos o que espera correção, e o que depende disso",
        truth=kinds == {"unchanged", "rejected", "skipped"},
    )
    before = {(o["lane"], o["source_id"]) for o in office.outcomes(office.first_sync, "rejected")}
    now = {(o["lane"], o["source_id"]) for run in runs for o in office.outcomes(run, "rejected")}
    stage.check("Cadastros que esperam correção", len(now), len(before))
    stage.holds("São os mesmos de antes", truth=now == before)
