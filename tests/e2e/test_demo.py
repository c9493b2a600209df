"""`make demo` as a person or a CI starts it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from local import demo
from local.demo_stage import NotAsItShouldBeError, Stage
from local.processes import ROOT
from local.stack import Stack

DEMO_SECONDS = 400  # at most about a minute for an act, on two cores that do nothing else


SENTENCES = {
    "zen": (
        "Sincronização Inicial: a sincronização foi iniciada.",
        "6030 conferidos: 5907 a criar, 36 sem alteração, 24 a deixar de fora, 63 precisam de correção.",
        "6030 conferidos: 5881 criados, 36 sem alteração, 50 deixados de fora, 63 precisam de correção.",
        "840 conferidos: 814 sem alteração, 26 precisam de correção.",
        "840 conferidos: 2 criados, 814 sem alteração, 24 precisam de correção.",
        "5164 conferidos: 2 atualizados, 5100 sem alteração, 1 desativado, 24 deixados de fora, 37 precisam de",
        "422 zen.selector_invalid",
        "409 preview_applied",
        "O Zen recusou a Chave de Acesso",
        "a origem não devolveu nenhum cadastro, mas 408 já estão sincronizados; nada foi alterado.",
        "409 run_active",
        "403 role_insufficient",
        "401 token_revoked",
    ),
    "sgp": (
        "O que foi feito: Cliente retirado; imóvel desconectado da porta",
        "Porta liberada, nos logs: CTO-002, Atendimento, porta 4",
        "Com outro corpo: Precisa de correção, event_reused",
        "Caixa e porta: CTO-003, Atendimento, porta 4",
        "Clientes no OZmap com o código do contrato: 1",
        "Situação: OK → ERRO",
        "Escritas nossas: 0",
        "Com o segredo errado: 401 webhook_secret_wrong",
        "Só com o número do cliente: 422 webhook_record_missing",
        "Pedir outra tabela: 422 sgp.status_fixed",
        "Com a sessão: 200 text/html",
        "Nos logs: À espera",
        "Nos logs, na mesma linha: Atualizado",
        "Páginas do SGP, uma por data: 2",
        "Contratos perguntados ao SGP: 1",
        "10 dos 14 cadastros já foram retirados hoje, e mais 3 esperam (",
        "Portas liberadas, nos logs: 12",
        "Mensagens mortas: 0",
    ),
    "asms": (
        "O mesmo projeto, em maiúsculas: 409 asms.name_taken",
        "Regras que ela não cumpre: min_length, upper, digit, no_login, no_name",
        "A localização preenche o endereço: Rua das Araucárias, 101, Centro, Joinville",
        "Continua, quando outra coisa muda: Rua das Araucárias, 103, Sala 7",
        "Uma senha fraca: 422 asms.password_refused",
        "A senha deve ter no mínimo 12 caracteres. A senha",
        "Cadastrado sem e-mail, com o aviso: asms.email_missing",
        "Incluir no grupo, sem dizer mais: 409 asms.association_undecided",
        "Confirmado; projetos: Implantação 2027, Suporte a terminais",
        "Um sai, e um que não há é nomeado: 1, 1",
        "No projeto Implantação 2027: 0",
        "Um turno que se sobrepõe a outro: 422 asms.shifts_overlap",
        "O token, na mesma hora: 401 token_revoked",
        "Turnos que ficam: 2",
        "Fotos no S3: 1",
        "Formato vazio: linhas: 0",
        "A planilha Informações descreve todas as colunas",
        "27 clientes em 1 planilha. O arquivo fica guardado por 7 dias.",
        "Células com fórmula: 0",
        "400 linhas: 395 criados, 5 precisam de correção.",
        "A senha não tem nenhum",
        "Só as linhas que voltaram: criados 5",
        "O mesmo arquivo: asms.file_imported",
        "Todavía no se grabó nada. 428 filas: 1 a crear, 3 a actualizar, 424 sin cambios.",
        "Aplicada: criados 1, atualizados 2, sem alteração 424, deixados de fora 1",
        "Desfeita: atualizados 1, retirados 1, deixados de fora 1",
        "O arquivo desativaria 40 dos 40 usuários ativos que ele traz",
        "O arquivo contrato.xlsx é um PDF, e não uma planilha.",
        "A que não diz de que projeto é: asms.upload_key_wrong",
        "Nenhuma das senhas está lá",
    ),
    "promob": (
        "Concluir a configuração: 409 promob.store_not_ready",
        "Um projeto, sem o vínculo: 403 promob.user_not_linked",
        "No Promob, com este CPF: 1",
        "Na lista do Connect: 3",
        "Por alguém da outra loja: 403 promob.user_not_of_store",
        "Repetido, e salvo de novo; pendentes: 1",
        "Custo, como o XML o soma: R$ 98.810,50",
        "Preço pelas regras da loja, refeito à parte: R$ 208.850,38",
        "Atualizar, sem preparar: 409 promob.prepare_again",
        "O item manual é o mesmo, em tudo",
        "acabamento de Branco TX para Carvalho Malva",
        "A vendedora o libera: 403 promob.not_manager",
        "A página fica em .local/orcamento.html.",
        "A recusa diz qual: Cozinha",
        "Aprovar o orçamento de antes: 409 promob.budget_superseded",
        "No Connect, Cozinha: Convertido, Aprovado",
        "desfeita: A cliente trocou a forma de pagamento",
        "Concluir, sem confirmar a cozinha: 409 promob.not_reviewed",
        "Pedidos de compra, um por fornecedor: 5",
        "Salva no Promob: Precisa de correção: promob.revision_concluded",
        "Ocorrência: Cozinha ocorrência: 1",
        "Um que é da outra loja: 422 promob.legacy_elsewhere",
        "O projeto: Criado: Ambiente criado no Promob e recebido",
        "Preparar, sem o vínculo: Precisa de correção: promob.user_not_linked",
        "Assinado com outro segredo: 401 webhook_signature_wrong",
        "XML com uma entidade externa: Precisa de correção: promob.xml_forbidden",
        "Outro corpo, com um número de evento já visto: Precisa de correção: event_reused",
        "O projeto ficou como estava, em tudo",
        "Projetos que mudaram: Apartamento",
        "Mensagens mortas: 0",
    ),
    "notes": (
        "Sincronizar antes de salvar as configurações: 409 notes.settings_unsaved",
        "Um a mais: 409 notes.licence_full",
        "O teste encontra: notes.credentials_wrong",
        "O passo está lá: Permitir operações do Serviço de Dados do Domino",
        "Aberta a visualização, tudo funciona",
        "Contatos: novos no IBM Notes: 2",
        "Com o mesmo e-mail, deixados de fora: 2",
        "A frase nomeia os dois",
        "Nada do que é particular está no CRM",
        "Tudo ficou como estava, até as versões",
        "O cargo no IBM Notes: CRM sempre ganha: Diretora de compras",
        "No histórico, o cargo que perdeu: Gerente de compras",
        "Pedir de novo responde com a mesma execução",
        "Convites, ao todo: 1",
        "O cargo devolvido chegou ao CRM: Gerente de compras",
        "São os mesmos de antes",
        "Remover quem tem dados sincronizados: 409 notes.user_linked",
        "A sincronização: brake: brake_source_empty",
        "Sem confirmar: 409 notes.uninstall_unconfirmed",
        "Os registros dos dois lados ficaram, em tudo",
        "Mensagens mortas: 0",
    ),
    "pages": (
        "Sem entrar: /sign-in",
        "Um formulário que não é das nossas páginas: 403",
        "O teste diz que o Zen recusou a chave",
        "Na página inicial, ela está em verde: Concluído",
        "O que se procura não está no endereço: /records",
        "Um CPF que não existe: 422",
        "O recibo: 420 conferidos, 407 criados, 13 esperam você",
        "Sem confirmar, nada é apagado: 422",
        "Ninguém mais é achado por esse e-mail",
    ),
}


@pytest.mark.sweep
@pytest.mark.parametrize("act", SENTENCES)
def test_the_demo_shows_the_flow_and_holds(act: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "local.demo", act],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'functions'}"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=DEMO_SECONDS,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, ""), ended.stdout[-2000:]
    for sentence in (*SENTENCES[act], "Tudo como devia"):
        assert sentence in ended.stdout
    assert "0123456789abcdef" not in ended.stdout  # the tokens of the simulators
    assert "sin_" not in ended.stdout  # the API's
    assert "whsec_" not in ended.stdout  # the webhooks'
    assert not re.search(
        "Jabuticaba|Pitanga|senha-70|senha-do-notes|senha-antiga|senha-nova", ended.stdout
    )  # passwords that were taken
    assert not re.search("/webhooks/(sgp|promob)/[a-z-]+/[0-9a-f]{5}", ended.stdout)  # nor the whole of their address


def test_an_act_that_is_not_there_is_said_so() -> None:
    command = [sys.executable, "-m", "local.demo", "promobb"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "A demonstração não tem o ato promobb. Os atos são: zen, sgp, asms, promob, notes, pages.\n"


def test_what_is_not_as_it_should_be_ends_the_act() -> None:
    stage = Stage(Console(quiet=True), Stack(), Path("stack.json"))
    stage.check("Escritas no Zen", 3, 3)
    stage.holds("O Zen é igual ao Questor", truth=True)
    with pytest.raises(NotAsItShouldBeError, match=r"^Escritas no Zen: deveria ser 0, e é 3\.$"):
        stage.check("Escritas no Zen", 3, 0)
    with pytest.raises(NotAsItShouldBeError, match=r"^Não é verdade: “O Zen é igual ao Questor”\.$"):
        stage.holds("O Zen é igual ao Questor", truth=False)
    assert stage.checks == 2


def test_an_act_that_fails_ends_the_demo_with_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(acts: list[str], console: Console) -> None:
        raise NotAsItShouldBeError("Criados: deveria ser 407, e é 406.")

    monkeypatch.setattr(demo, "show", fails)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.setattr(sys, "argv", ["demo", "zen"])
    with pytest.raises(SystemExit) as ended:
        demo.main()
    assert ended.value.code == 1
    assert "✗ Criados: deveria ser 407, e é 406." in capsys.readouterr().out
