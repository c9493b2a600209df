"""What health says of each finding: its tone, its word, what is wrong, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """How bad it is, the worst first. Each stands beside a word."""

    BAD = "bad"
    WAIT = "wait"
    CALM = "calm"
    GOOD = "good"


WORST_FIRST = tuple(Tone)


@dataclass(frozen=True, slots=True)
class Sentence:
    """What a code means; the placeholders are the finding's details."""

    tone: Tone
    word: str
    sentence: str
    advice: str


SENTENCES: Mapping[str, Sentence] = {
    "credentials_refused": Sentence(
        Tone.BAD,
        "Acesso recusado",
        "“{title}” parou em {at}: a chave ou a senha da conexão não foi aceita.",
        "Obtenha o acesso de novo no outro sistema e grave-o na conexão.",
    ),
    "check_failed": Sentence(
        Tone.BAD,
        "Teste com erro",
        "O teste da conexão, em {at}, achou um problema em {title}.",
        "Corrija a conexão e teste-a de novo.",
    ),
    "run_failed": Sentence(
        Tone.BAD,
        "Com erro",
        "“{title}” terminou com erro em {at}.",
        "Corrija a causa; a próxima execução começa de novo.",
    ),
    "sweep_failed": Sentence(
        Tone.BAD,
        "Com erro",
        "“{title}” terminou com erro em {at}.",
        "Veja nos logs o que aconteceu; a próxima conferência passa por tudo o que faltou.",
    ),
    "late": Sentence(
        Tone.BAD,
        "Atrasada",
        "“{title}” deveria ter começado em {at} e não começou: o agendador da integração não está trabalhando.",
        "Avise quem cuida da instalação. Nada se perde: quando ele voltar, uma execução põe tudo em dia.",
    ),
    "run_stuck": Sentence(
        Tone.BAD,
        "Parada",
        "“{title}” deveria ter continuado em {at} e está parada.",
        "Avise quem cuida da instalação: a fila da integração não anda.",
    ),
    "hints_stuck": Sentence(
        Tone.BAD,
        "Parada",
        "Há um aviso parado desde {at}, que ninguém está tratando.",
        "Avise quem cuida da instalação: a fila da integração não anda.",
    ),
    "brake": Sentence(
        Tone.WAIT,
        "Espera você",
        "“{title}” parou no freio e espera uma decisão desde {at}.",
        "Confira o que seria feito e aprove ou rejeite.",
    ),
    "run_waiting": Sentence(
        Tone.WAIT,
        "À espera",
        "“{title}” espera pelo outro sistema e continua sozinha em {at}.",
        "Não é preciso fazer nada; se isso se repetir, confira se o outro sistema está atendendo.",
    ),
    "hints_waiting": Sentence(
        Tone.WAIT,
        "À espera",
        "O aviso mais antigo espera desde {at}; ele continua sozinho.",
        "Não é preciso fazer nada; se demorar, confira se o outro sistema está atendendo.",
    ),
    "disabled": Sentence(
        Tone.CALM,
        "Desativada",
        "A conexão está desativada, e nada dela é executado.",
        "Ative-a quando ela puder voltar a trabalhar.",
    ),
    "never_ran": Sentence(
        Tone.CALM,
        "Sem execuções",
        "Nada foi executado ainda.",
        "Teste a conexão e comece por uma primeira execução.",
    ),
    "well": Sentence(Tone.GOOD, "Em dia", "Tudo em dia.", ""),
    "messages_lost": Sentence(
        Tone.BAD,
        "Com mensagens",
        "{number} na fila do que não pôde ser tratado depois de muitas tentativas.",
        "Quem cuida da instalação procura a causa nos logs e devolve tudo à fila com make redrive QUEUE={queue}.",
    ),
    "ticks_lost": Sentence(
        Tone.BAD,
        "Com mensagens",
        "{number}: o agendador não conseguiu começar o seu trabalho.",
        "Quem cuida da instalação confere as permissões e esvazia a fila {queue}; o minuto seguinte faz o que faltou.",
    ),
    "queue_empty": Sentence(Tone.GOOD, "Vazia", "Nenhuma mensagem ficou para trás.", ""),
    "token_expired": Sentence(
        Tone.BAD,
        "Vencido",
        "“{title}” venceu em {at}, e quem o usa não entra mais.",
        "Crie um token novo, entregue-o a quem usa este e revogue este.",
    ),
    "token_expiring": Sentence(
        Tone.WAIT,
        "Vence logo",
        "“{title}” vence em {at}.",
        "Crie um token novo e entregue-o a quem usa este antes desse dia.",
    ),
}

# Problems by which runs and hints end where a vendor doesn't let the connection in.
CREDENTIALS = frozenset(
    {
        "secret_missing",
        "vendor_forbidden",
        "vendor_refused_token",
        "notes.access_denied",
        "notes.credentials_wrong",
        "notes.crm_api_off",
        "notes.crm_client_unknown",
        "notes.crm_permission_missing",
        "notes.crm_scope_missing",
        "notes.crm_secret_wrong",
        "notes.crm_token_refused",
        "notes.crm_token_revoked",
        "notes.password_missing",
        "promob.credentials_wrong",
        "promob.link_expired",
        "sgp.token_restricted",
        "zen.access_key_missing",
        "zen.access_key_refused",
        "zen.administrator_key_missing",
    }
)
