"""What SGP's integration can run into, beside what every integration shares."""

from __future__ import annotations

from sincronia.answers import COMMON, Answer, Answers, Fault, Retry

# What the clients of SGP and OZmap say themselves.
_VENDORS: Answers = {
    "sgp.token_restricted": Answer(
        Retry.STOP,
        Fault.PERSON,
        "O SGP reconheceu o token, mas ele está inativo ou não pode ser usado daqui.",
        "No SGP, em Administração > Integrações > Tokens, confira se o token está ativo e se não há restrição de host "
        "ou de rotas.",
    ),
    "sgp.status_unknown": Answer(
        Retry.AFTER_CORRECTION,
        Fault.VENDOR,
        "O SGP informou para o contrato {contract} o status {status}, que não está entre os conhecidos (1 a 7); nada "
        "foi alterado no OZmap.",
        "Confira o status do contrato no SGP; se estiver certo, avise o suporte do Sincronia.",
    ),
    "sgp.code_doubled": Answer(
        Retry.AFTER_CORRECTION,
        Fault.PERSON,
        "O OZmap tem {number} clientes com o código {contract}, e não há como saber qual deles é o do contrato.",
        "Deixe no OZmap um só cliente com esse código; a próxima conferência o atualiza.",
    ),
    "sgp.code_taken": Answer(
        Retry.AFTER_CORRECTION,
        Fault.PERSON,
        "O OZmap não criou o cliente: diz que já tem outro com o código {contract}.",
        "Procure no OZmap o cliente com esse código; a próxima conferência tenta de novo.",
    ),
    "sgp.port_taken": Answer(
        Retry.AFTER_CORRECTION,
        Fault.PERSON,
        "O OZmap não aceitou a conexão: a porta {port} do splitter está ocupada ou bloqueada.",
        "Confira no OZmap quem está nessa porta e, no SGP, a porta do contrato; a próxima conferência tenta de novo.",
    ),
}

ANSWERS: Answers = {**COMMON, **_VENDORS}
