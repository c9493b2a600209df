"""Errors as data, and the one place that turns them into sentences for people.

A `Problem` is a stable code with details. What a code means is a row of a table: this module holds the rows that
every integration shares; an integration's own `answers` module adds its rows and hands the whole to its flows.
Details fill the sentence's `{placeholders}`; they may name a record, a field or a vendor, and never hold a secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Retry(StrEnum):
    """When trying again can help, and so how far the problem reaches."""

    AFTER_CORRECTION = "after_correction"  # this record is rejected: a person has to correct something first
    NEXT_RUN = "next_run"  # this record has failed: the next run tries it again by itself
    PUT_OFF = "put_off"  # the whole run waits, and goes on by itself
    STOP = "stop"  # the whole run ends: the connection has to be mended first


class Fault(StrEnum):
    """Whose turn it is."""

    PERSON = "person"  # whoever keeps the records or the settings
    VENDOR = "vendor"  # the other system
    NETWORK = "network"  # what lies between
    OURS = "ours"  # Sincronia


@dataclass(frozen=True, slots=True)
class Answer:
    """What a code means: retry class, whose fault, what is wrong, what to do."""

    retry: Retry
    fault: Fault
    sentence: str
    advice: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Something went wrong: a stable code, and the details that its sentence needs."""

    code: str
    details: Mapping[str, str] = field(default_factory=dict)


def problem_out(problem: Problem | None) -> dict[str, Any] | None:
    """A problem as JSON."""
    return {"code": problem.code, "details": dict(problem.details)} if problem else None


def problem_in(value: Mapping[str, Any] | None) -> Problem | None:
    """The problem of a JSON value."""
    return Problem(value["code"], value["details"]) if value else None


class ProblemError(Exception):
    """Carries a problem up to whoever can give it an outcome. Nothing was changed at the vendor.

    `retry_at` (seconds since 1970) is when the vendor asked us to come back; None where it did not say.
    """

    def __init__(self, problem: Problem, retry_at: float | None = None) -> None:
        super().__init__(problem.code)
        self.problem = problem
        self.retry_at = retry_at


class AnswerUnknownError(ProblemError):
    """A write was sent and its answer never came: the vendor may or may not have acted on it."""


class OutOfTimeError(Exception):
    """The deadline came before the call: nothing was sent."""


Answers = Mapping[str, Answer]


def explain(problem: Problem, answers: Answers) -> str:
    """The whole sentence for a person: what is wrong, where, and what to do.

    Raises KeyError where the table has no such code or the problem lacks a detail: both are defects of ours.
    """
    answer = answers[problem.code]
    return f"{answer.sentence.format_map(problem.details)} {answer.advice.format_map(problem.details)}"


COMMON: Answers = {
    "vendor_host_unknown": Answer(
        Retry.STOP,
        Fault.PERSON,
        "O endereço do {vendor} ({host}) não foi encontrado na rede.",
        "Confira se o endereço foi digitado corretamente nas configurações da conexão.",
    ),
    "vendor_address_invalid": Answer(
        Retry.STOP,
        Fault.PERSON,
        "O endereço configurado para o {vendor} não é um endereço da web válido.",
        "Informe o endereço completo, começando por http:// ou https://.",
    ),
    "vendor_address_private": Answer(
        Retry.STOP,
        Fault.PERSON,
        "O endereço do {vendor} ({host}) aponta para uma rede interna que não foi liberada.",
        "Se o sistema fica em uma rede privada (VPN), peça ao responsável pela instalação que inclua essa rede "
        "no parâmetro AllowedNetworks; se não, corrija o endereço.",
    ),
    "vendor_redirected": Answer(
        Retry.STOP,
        Fault.PERSON,
        "O endereço do {vendor} ({host}) encaminha para outro lugar, e o encaminhamento não foi seguido.",
        "Informe nas configurações o endereço final do sistema.",
    ),
    "vendor_tls": Answer(
        Retry.STOP,
        Fault.VENDOR,
        "A conexão segura com o {vendor} ({host}) não pôde ser estabelecida: o certificado não é válido.",
        "Confira o endereço; se estiver certo, avise o suporte do {vendor}.",
    ),
    "vendor_refused_token": Answer(
        Retry.STOP,
        Fault.PERSON,
        "O {vendor} recusou a chave de acesso.",
        "Obtenha a chave novamente, com um usuário que tenha permissão de Administrador, e atualize a conexão.",
    ),
    "vendor_forbidden": Answer(
        Retry.STOP,
        Fault.PERSON,
        "O {vendor} aceitou a chave de acesso, mas não permite esta operação.",
        "Use a chave de um usuário com permissão de Administrador.",
    ),
    "vendor_unreachable": Answer(
        Retry.PUT_OFF,
        Fault.NETWORK,
        "O {vendor} ({host}) não está atendendo.",
        "A sincronização continua sozinha assim que ele voltar; se demorar, confira se o servidor está ligado.",
    ),
    "vendor_down": Answer(
        Retry.PUT_OFF,
        Fault.VENDOR,
        "O {vendor} respondeu com um erro interno (código {status}).",
        "A sincronização continua sozinha assim que ele se recuperar.",
    ),
    "vendor_busy": Answer(
        Retry.PUT_OFF,
        Fault.VENDOR,
        "O {vendor} pediu para aguardar antes de novas chamadas.",
        "A sincronização continua sozinha no horário indicado por ele.",
    ),
    "vendor_answer_malformed": Answer(
        Retry.STOP,
        Fault.VENDOR,
        "O {vendor} deu uma resposta que não foi possível entender ({where}).",
        "Confira se o endereço é mesmo o do {vendor}; se for, avise o suporte do Sincronia.",
    ),
    "vendor_rejected": Answer(
        Retry.AFTER_CORRECTION,
        Fault.PERSON,
        "O {vendor} não aceitou o cadastro (código {status}).",
        "Confira os dados do cadastro na origem; a próxima sincronização tenta de novo.",
    ),
    "record_malformed": Answer(
        Retry.AFTER_CORRECTION,
        Fault.PERSON,
        "O cadastro veio da origem com o campo {field} vazio ou inválido.",
        "Corrija o campo na origem; a próxima sincronização o envia.",
    ),
    "status_not_selected": Answer(
        Retry.AFTER_CORRECTION,
        Fault.PERSON,
        "O cadastro está como {status}, e o filtro de status desta sincronização não inclui essa situação.",
        "Inclua essa situação no filtro de status se quiser enviá-lo.",
    ),
    "attempts_exhausted": Answer(
        Retry.NEXT_RUN,
        Fault.OURS,
        "O cadastro foi deixado para trás depois de {attempts} tentativas interrompidas.",
        "A próxima sincronização tenta de novo; se acontecer outra vez, avise o suporte do Sincronia.",
    ),
    "run_exhausted": Answer(
        Retry.STOP,
        Fault.OURS,
        "A sincronização foi interrompida {attempts} vezes no mesmo ponto e não pôde continuar.",
        "A próxima sincronização começa de novo; se acontecer outra vez, avise o suporte do Sincronia.",
    ),
    "privacy_given_up": Answer(
        Retry.STOP,
        Fault.OURS,
        "O pedido da LGPD não terminou nesta conexão: ela não parou de trabalhar, ou a tentativa foi interrompida, por "
        "24 horas.",
        "Faça o pedido de novo: ele continua com o que ainda houver.",
    ),
    "privacy_person_forgotten": Answer(
        Retry.STOP,
        Fault.OURS,
        "O pedido da LGPD não terminou nesta conexão, e o Sincronia já esqueceu a quem ele se refere.",
        "Faça o pedido de novo: ele continua com o que ainda houver.",
    ),
    "run_too_old": Answer(
        Retry.STOP,
        Fault.VENDOR,
        "A sincronização esperou mais de {hours} horas e foi encerrada. A última causa: {cause}",
        "A próxima sincronização começa de novo, no horário programado.",
    ),
    "connection_missing": Answer(
        Retry.STOP,
        Fault.PERSON,
        "A conexão desta sincronização não existe mais ou está desativada.",
        "Cadastre ou ative a conexão novamente.",
    ),
    "secret_missing": Answer(
        Retry.STOP,
        Fault.PERSON,
        "As chaves de acesso da conexão não foram encontradas no cofre de segredos.",
        "Grave a conexão novamente, com as chaves.",
    ),
    "settings_invalid": Answer(
        Retry.STOP,
        Fault.PERSON,
        "As configurações da conexão estão incompletas ou inválidas no campo {field}.",
        "Corrija o campo e salve a conexão novamente.",
    ),
    "webhook_secret_invalid": Answer(
        Retry.AFTER_CORRECTION,
        Fault.PERSON,
        "Os segredos do webhook não têm a forma esperada.",
        "Informe um ou mais, separados por espaços: cada um é whsec_ seguido de 24 a 64 bytes em base64.",
    ),
    "brake_source_empty": Answer(
        Retry.STOP,
        Fault.PERSON,
        "Em “{lane}”, a origem não devolveu nenhum cadastro, mas {links} já estão sincronizados; nada foi alterado.",
        "Confira a origem e aprove ou rejeite esta sincronização.",
    ),
    "brake_source_short": Answer(
        Retry.STOP,
        Fault.PERSON,
        "Em “{lane}”, a origem devolveu uma lista incompleta: faltam {number} dos {links} cadastros sincronizados "
        "({names}); "
        "nada foi alterado.",
        "Confira a origem e aprove ou rejeite esta sincronização; com a lista incompleta, nenhum acesso é retirado.",
    ),
    "brake_deactivations": Answer(
        Retry.STOP,
        Fault.PERSON,
        "Em “{lane}”, esta sincronização retiraria o acesso de {number} dos {links} cadastros sincronizados ({names}); "
        "nada foi alterado.",
        "Confira se eles saíram mesmo da origem e aprove ou rejeite esta sincronização.",
    ),
    "brake_changes": Answer(
        Retry.STOP,
        Fault.PERSON,
        "Em “{lane}”, esta sincronização alteraria {number} dos {links} cadastros sincronizados ({names}); nada foi "
        "alterado.",
        "Confira as alterações e aprove ou rejeite esta sincronização.",
    ),
    "brake_rejected": Answer(
        Retry.STOP,
        Fault.PERSON,
        "A sincronização foi rejeitada por {by}; nada foi alterado.",
        "Corrija a origem; a próxima sincronização começa de novo, no horário programado.",
    ),
    "cancelled": Answer(
        Retry.STOP,
        Fault.PERSON,
        "A sincronização foi cancelada por {by}; o que já tinha sido enviado permanece enviado.",
        "Inicie-a de novo quando quiser; ela continua com o que falta.",
    ),
    "deselected": Answer(
        Retry.AFTER_CORRECTION,
        Fault.PERSON,
        "O cadastro foi desmarcado na pré-visualização.",
        "Marque-o na próxima pré-visualização se quiser enviá-lo.",
    ),
    "parent_left_out": Answer(
        Retry.AFTER_CORRECTION,
        Fault.PERSON,
        "O cadastro pertence a {parent}, que não foi enviado.",
        "Corrija primeiro aquele cadastro; este o acompanha na próxima sincronização.",
    ),
    "preview_stale": Answer(
        Retry.AFTER_CORRECTION,
        Fault.PERSON,
        "O cadastro mudou ou surgiu na origem depois da pré-visualização, e por isso não foi enviado.",
        "Execute a pré-visualização de novo e confira o cadastro.",
    ),
    "brake_removals": Answer(
        Retry.STOP,
        Fault.PERSON,
        "Em “{lane}”, {removed} dos {links} cadastros já foram retirados hoje, e mais {number} esperam ({names}); nada "
        "destes foi alterado.",
        "Confira se eles foram mesmo encerrados na origem e aprove ou rejeite a retirada.",
    ),
    "removal_held": Answer(
        Retry.STOP,
        Fault.PERSON,
        "O freio reteve esta retirada: com ela, o dia passaria do que pode ser retirado sem que uma pessoa confira.",
        "Confira na origem se ela está certa e aprove ou rejeite o que foi retido no dia.",
    ),
    "removal_rejected": Answer(
        Retry.AFTER_CORRECTION,
        Fault.PERSON,
        "A retirada do cadastro foi rejeitada por {by}; nada foi alterado.",
        "Corrija a situação do cadastro na origem; se a retirada estiver certa, repita este aviso.",
    ),
    "removal_held_before": Answer(
        Retry.AFTER_CORRECTION,
        Fault.PERSON,
        "A retirada do cadastro já espera a decisão de uma pessoa, pelo aviso {hint}.",
        "Aprove ou rejeite a retirada; este aviso não muda nada.",
    ),
    "event_reused": Answer(
        Retry.AFTER_CORRECTION,
        Fault.VENDOR,
        "O aviso {event} já tinha chegado antes com outro conteúdo, e este não foi considerado.",
        "Peça a quem envia os avisos que use um identificador novo para cada um.",
    ),
    "hint_too_old": Answer(
        Retry.NEXT_RUN,
        Fault.VENDOR,
        "O aviso esperou mais de {hours} horas e foi encerrado. A última causa: {cause}",
        "Repita-o quando a causa estiver resolvida.",
    ),
    "record_too_slow": Answer(
        Retry.NEXT_RUN,
        Fault.VENDOR,
        "O cadastro não ficou pronto em {seconds} segundos, o tempo de cada tentativa: os outros sistemas respondem "
        "devagar.",
        "Confira se eles estão respondendo normalmente.",
    ),
    "target_moving": Answer(
        Retry.NEXT_RUN,
        Fault.VENDOR,
        "O cadastro foi alterado no destino por outra pessoa enquanto era sincronizado.",
        "Confira o cadastro no destino e repita o aviso.",
    ),
    "preview_missing": Answer(
        Retry.STOP,
        Fault.PERSON,
        "A pré-visualização que seria aplicada não existe mais.",
        "Execute a pré-visualização de novo.",
    ),
}
