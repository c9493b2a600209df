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
        "Deixe no OZmap um só cliente com esse código; depois, repita este aviso.",
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

# OZmap isn't watched: what is corrected there is seen when the contract is looked at again.
_AGAIN = "depois, repita este aviso."
_SWITCH = "Se quiser que isso seja feito, ative a opção {option} nas configurações da conexão."


def _correct(sentence: str, advice: str, fault: Fault = Fault.PERSON) -> Answer:
    """One contract is rejected, or left out, until a person has corrected something."""
    return Answer(Retry.AFTER_CORRECTION, fault, sentence, advice)


def _off(sentence: str, option: str) -> Answer:
    """What the connection's switches leave out."""
    return _correct(sentence, _SWITCH.format(option=option))


# What the connection's settings can be asked for, and can't be.
_CONNECTION: Answers = {
    "sgp.status_fixed": _correct(
        "O mapeamento de status entre o SGP e o OZmap é fixo nesta versão e não pode ser alterado.",
        "Retire o campo das configurações; se precisar de outro mapeamento, peça-o ao suporte como melhoria.",
    ),
}

# What a contract's truth can run into.
_CONTRACTS: Answers = {
    "sgp.contract_unknown": _correct(
        "O SGP não conhece o contrato {contract}; nada foi alterado no OZmap.",
        "Confira o número no SGP: é o do contrato, não o do cliente. Um contrato que o SGP não conhece nunca é tratado "
        "como cancelado.",
    ),
    "sgp.not_feasible": _correct(
        "O contrato está em Inviabilidade Técnica no SGP, e esse status só é registrado nos logs.",
        "Não é preciso fazer nada.",
    ),
    "sgp.cancel_off": _off(
        "O contrato está cancelado no SGP, e isso só foi registrado: nada foi retirado do OZmap.", "Cancelar Clientes"
    ),
    "sgp.create_off": _off("O contrato não tem cliente no OZmap, e nenhum foi criado.", "Criar Clientes"),
    "sgp.reactivation_off": _off(
        "O contrato voltou a valer no SGP depois de cancelado, e não foi reativado no OZmap.", "Criar Clientes"
    ),
    "sgp.splitter_missing": _correct(
        "O SGP não informa splitter para o contrato, e por isso o cliente não foi criado no OZmap.",
        "Atribua um splitter e uma porta ao contrato no SGP; a próxima conferência tenta de novo.",
    ),
    "sgp.box_missing": _correct(
        "O OZmap não tem nenhuma caixa com o nome {box}, que é o do splitter no SGP.",
        f"Dê à caixa no OZmap o mesmo nome que o splitter tem no SGP; {_AGAIN}",
    ),
    "sgp.box_doubled": _correct(
        "O OZmap tem {number} caixas com o nome {box}, e não há como saber qual delas é a do contrato.",
        "Deixe uma só caixa com esse nome, ou ative a opção Considerar Projetos na Criação de Clientes e informe os "
        f"projetos de cada POP; {_AGAIN}",
    ),
    "sgp.box_outside_projects": _correct(
        "Nenhuma caixa com o nome {box} está nos projetos do OZmap informados para o POP do contrato.",
        f"Confira os projetos do POP nas configurações da conexão e o projeto da caixa no OZmap; {_AGAIN}",
    ),
    "sgp.pop_without_projects": _correct(
        "A conexão considera projetos, e nenhum projeto do OZmap foi informado para o POP do contrato ({pop}).",
        f"Informe os projetos desse POP nas configurações da conexão; {_AGAIN}",
    ),
    "sgp.port_missing": _correct(
        "A caixa {box} não tem a porta {port} no OZmap: as suas portas vão até {ports}.",
        f"Confira a porta do contrato no SGP e os splitters da caixa no OZmap; {_AGAIN}",
    ),
    "sgp.port_blocked": _correct(
        "A porta está bloqueada no OZmap: {place}.",
        f"Desbloqueie a porta no OZmap ou escolha outra para o contrato no SGP; {_AGAIN}",
    ),
    "sgp.port_held_by_client": _correct(
        "A porta já está ocupada no OZmap: em {place} está o cliente {client}.",
        f"Desconecte esse cliente no OZmap ou corrija a porta do contrato no SGP; {_AGAIN}",
    ),
    "sgp.port_held_by_property": _correct(
        "A porta já está ocupada no OZmap: em {place} está um imóvel sem cliente ({address}).",
        f"Desconecte ou remova esse imóvel no OZmap, ou corrija a porta do contrato no SGP; {_AGAIN}",
    ),
    "sgp.port_held": _correct(
        "A porta já está ocupada no OZmap ({place}), por algo que não é um imóvel que se possa ver.",
        f"Confira no OZmap o que está ligado a essa porta ou corrija a porta do contrato no SGP; {_AGAIN}",
    ),
    "sgp.coordinates_missing": _correct(
        "O endereço do contrato não tem coordenadas no SGP, e por isso o cliente não foi criado na caixa {box}.",
        "Informe as coordenadas no SGP, ou ative a opção Criar Clientes ao Redor da Caixa nas configurações.",
    ),
    "sgp.box_without_coordinates": _correct(
        "O endereço do contrato não tem coordenadas no SGP, e a caixa {box} também não as tem no OZmap.",
        f"Informe as coordenadas do endereço no SGP ou as da caixa no OZmap; {_AGAIN}",
    ),
}

ANSWERS: Answers = {**COMMON, **_VENDORS, **_CONNECTION, **_CONTRACTS}
