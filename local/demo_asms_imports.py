"""The act `asms`, of imports: what is wrong told and given back, a preview, the brake, undoing, files gone astray."""

from __future__ import annotations

from local.demo_asms_clients import PASSWORDS
from local.demo_asms_desk import Desk
from local.demo_asms_exports import asked_for, concluded
from local.demo_asms_files import (
    RUNS,
    Cells,
    corrected,
    counted,
    dropped,
    filled,
    followed,
    only_member,
    previewed,
    row_of,
)
from local.demo_view import rows
from local.model_service_desk import (
    BADGE,
    CLIENTS,
    COMPANY,
    CONNECTION,
    CONTACT_TIME,
    DOMAIN,
    PATH,
    SPECIALISTS,
    SUPPORT,
    someone,
)

_NEW = range(1000, 1400)  # clients, by their number in the model
_READS_SPANISH = 80  # a specialist
_LATER, _AGAIN, _MEANWHILE = 1003, 1004, 1005  # who is changed by the exported workbook
_BY_HAND = f"atendimento@{DOMAIN}"
_LEAVING = range(1020, 1060)
_CONTACT = f"Adicional: {CONTACT_TIME}"
_WRONG = {  # what is wrong in the file, by the client's number, and what makes it right
    1010: ({"E-mail": "sem arroba"}, {"E-mail": f"clara@{DOMAIN}"}),
    1011: ({_CONTACT: "Noite"}, {_CONTACT: "Manhã"}),
    1012: ({f"Adicional: {BADGE}": ""}, {f"Adicional: {BADGE}": "01012"}),
    1013: ({"Senha": "Joinville2026"}, {"Senha": PASSWORDS[1]}),
    1014: ({"Empresas": "Metalúrgica Basto"}, {"Empresas": COMPANY}),
}


def imports(desk: Desk) -> None:
    """All scenes of imports."""
    _dropped(desk)
    _applied(desk)
    _braked(desk)
    _astray(desk)


def _dropped(desk: Desk) -> None:
    """A file with wrong rows; they come back, are corrected, and dropped again; then the same file once more."""
    stage = desk.stage
    stage.scene(
        "Importar",
        f"O formato vazio do projeto, preenchido com {len(_NEW)} clientes, é deixado no S3. Em {len(_WRONG)} linhas "
        "há algo errado.",
    )
    before = _clients(desk)
    empty = desk.operator.file(f"{PATH}/projects/{desk.ids[SUPPORT]}/formats/clients")
    file = filled(empty, ({**row_of(number), **_WRONG.get(number, ({}, {}))[0]} for number in _NEW))
    run = dropped(desk, "clientes.xlsx", file)
    stage.check("Importação", counted(run), f"criados {len(_NEW) - len(_WRONG)}, precisam de correção {len(_WRONG)}")
    stage.check("Clientes a mais", _clients(desk) - before, len(_NEW) - len(_WRONG))
    found = list(desk.operator.every(f"{RUNS}/{run['run_id']}/rows"))
    faults = [fault for row in found for fault in row["faults"]]
    columns = ("cell", "column", "value", "reason", "advice")
    lines = ([str(fault[name] or "") for name in columns] for fault in faults)
    desk.console.print(rows(("Célula", "Coluna", "O que está lá", "O que está errado", "O que fazer"), lines))
    stage.check("Células erradas", len(faults), len(_WRONG))
    stage.holds("A senha recusada não aparece", truth="Joinville2026" not in str(found))
    stage.say("A planilha das linhas erradas volta com “Situação” e “O que fazer”. É corrigida e deixada lá de novo.")
    back = desk.operator.file(desk.operator.get(f"{RUNS}/{run['run_id']}/import")["corrections"])
    right: dict[str, Cells] = {row_of(number)["Login"]: cells for number, (_, cells) in _WRONG.items()}
    again = dropped(desk, "clientes-corrigidos.xlsx", corrected(back, right))
    stage.check("Só as linhas que voltaram", counted(again), f"criados {len(_WRONG)}")
    stage.check("Clientes a mais, ao todo", _clients(desk) - before, len(_NEW))
    stage.say("O primeiro arquivo, mais uma vez e com outro nome:")
    twice = dropped(desk, "clientes-novos.xlsx", file)
    stage.check("O mesmo arquivo", twice["problem"]["code"], "asms.file_imported")


def _applied(desk: Desk) -> None:
    """An exported workbook is edited and previewed in Spanish, applied but for what changed meanwhile, and undone."""
    stage, api = desk.stage, desk.administrator
    stage.scene(
        "Ver antes, importar, desfazer",
        "A exportação com dados, com três telefones alterados e um cliente a mais, é enviada pelo formulário da API. "
        "Quem a envia é uma especialista que lê em espanhol.",
    )
    reader = api.post(SPECIALISTS, {"project": desk.ids[SUPPORT], **someone(_READS_SPANISH), "culture": "es"})
    token = api.post(f"{desk.specialist(reader)}/tokens", {"description": "Carga de clientes", "role": "operator"})
    theirs = api.with_token(token["token"])
    export = asked_for(desk, "with_data")
    concluded(desk, export)
    exported = only_member(desk.operator.file(export["file"]))
    telephones = {row_of(one)["Login"]: {"Telefone": "+55 47 5550-7777"} for one in (_LATER, _AGAIN, _MEANWHILE)}
    workbook = filled(corrected(exported, telephones), [row_of(_NEW.stop)])
    preview = previewed(desk, theirs, "exportados.xlsx", workbook)
    same = _clients(desk) - len(telephones)
    stage.check("Seria feito", counted(preview), f"a criar 1, a atualizar {len(telephones)}, sem alteração {same}")
    plan = desk.operator.every(f"{RUNS}/{preview['run_id']}/plan", kind="updated")
    lines = (
        (one["label"], each["field"], each["before"], each["after"]) for one in plan for each in one["differences"]
    )
    desk.console.print(rows(("Cliente", "Coluna", "Antes", "Depois"), lines))
    stage.check("Até aqui nada foi gravado", _telephone(desk, _LATER), someone(_LATER)["phone"])
    desk.operator.patch(_imported(desk, _MEANWHILE), {"email": _BY_HAND})
    stage.say("Antes de aplicar, alguém altera à mão o e-mail de um dos três.")
    path = f"{RUNS}/{preview['run_id']}/apply"
    applied = followed(desk, theirs.post(path)["run_id"])
    stage.check("Aplicada", counted(applied), f"criados 1, atualizados 2, sem alteração {same}, deixados de fora 1")
    stage.check("O que foi feito à mão fica", desk.operator.get(_imported(desk, _MEANWHILE))["email"], _BY_HAND)
    desk.refused("Aplicar de novo", theirs.refused("POST", path), "409 preview_applied")
    desk.operator.patch(_imported(desk, _AGAIN), {"email": _BY_HAND})
    stage.say("Depois, alguém altera também um dos que foram atualizados, e a importação é desfeita.")
    undone = followed(desk, theirs.post(f"{RUNS}/{applied['run_id']}/undo")["run_id"])
    stage.check("Desfeita", counted(undone), "atualizados 1, retirados 1, deixados de fora 1")
    stage.check("Voltou ao que era", _telephone(desk, _LATER), someone(_LATER)["phone"])
    stage.check("Ficou como está", desk.operator.get(_imported(desk, _AGAIN))["email"], _BY_HAND)


def _braked(desk: Desk) -> None:
    """A file that deactivates many waits for a person, who says no."""
    stage = desk.stage
    stage.scene("O freio", f"Um CSV do Excel desativa {len(_LEAVING)} clientes de uma vez.")
    lines = ["Login;Status;Observação", *(f"{row_of(number)['Login']};Inativo;férias" for number in _LEAVING)]
    braked = dropped(desk, "desativar.csv", "\r\n".join(lines).encode("cp1252"))
    stage.check("Freio", braked["problem"]["code"], "asms.brake_deactivations")
    rejected = desk.operator.post(f"{RUNS}/{braked['run_id']}/decision", {"decision": "reject"})
    stage.check("Rejeitada por uma pessoa", f"{rejected['phase']}, {rejected['result']}", "done, cancelled")
    inactive = sum(not one["active"] for one in desk.operator.every(CLIENTS, project=desk.ids[SUPPORT]))
    stage.check("Clientes inativos", inactive, 0)


def _astray(desk: Desk) -> None:
    """A PDF that is called a workbook; a key that doesn't say what it is of."""
    stage = desk.stage
    stage.scene("Arquivos errados", "Um PDF com nome de planilha, e uma planilha deixada no lugar errado.")
    pdf = dropped(desk, "contrato.xlsx", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n")
    stage.check("O PDF", f"{pdf['result']}, {pdf['problem']['code']}", "failure, asms.file_pdf")
    astray = dropped(desk, "clientes.xlsx", b"", f"imports/{CONNECTION}")
    stage.check("A que não diz de que projeto é", astray["problem"]["code"], "asms.upload_key_wrong")
    stack = desk.stage.stack
    queues = [stack.outputs[name] for name in ("AsmsUploadDeadLetters", "AsmsDeadLetters")]
    found = [
        stack.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["ApproximateNumberOfMessages"])
        for queue in queues
    ]
    dead = sum(int(each["Attributes"]["ApproximateNumberOfMessages"]) for each in found)
    stage.check("Mensagens mortas", dead, 0)


def _clients(desk: Desk) -> int:
    return sum(1 for _ in desk.operator.every(CLIENTS, project=desk.ids[SUPPORT]))


def _imported(desk: Desk, number: int) -> str:
    """The address of a client who was imported."""
    row = row_of(number)
    found = desk.operator.every(CLIENTS, name=row["Nome"])
    return desk.client(next(one for one in found if one["login"] == row["Login"]))


def _telephone(desk: Desk, number: int) -> str:
    return str(desk.operator.get(_imported(desk, number))["phone"])
