"""What the routes of a network's stores and projects refuse, beside what the rules and the store say themselves."""

from __future__ import annotations

from collections.abc import Mapping

from sincronia.web.answers import WebAnswer, refused

_FORBIDDEN = "Sem permissão"
_CONFLICT = "Não é possível agora"
_INVALID = "Requisição inválida"

ROUTES: Mapping[str, WebAnswer] = {
    "promob.token_unknown": refused(
        422,
        _INVALID,
        "Não há token de integração que esteja valendo com esta identificação.",
        "Confira a identificação na lista de tokens, ou peça a um administrador que crie o token da pessoa.",
    ),
    "promob.not_responsible": refused(
        403,
        _FORBIDDEN,
        "A configuração da loja {name} só é concluída pelo usuário responsável pela integração.",
        "Peça a essa pessoa que a conclua com o seu próprio token, ou a um administrador que altere o responsável.",
    ),
    "promob.store_not_ready": refused(
        409,
        _CONFLICT,
        "A configuração da loja {name} ainda não pode ser concluída. Falta: {missing}.",
        "Providencie o que falta, consulte o Portal do Promob de novo e conclua a configuração.",
    ),
    "promob.store_active": refused(
        409,
        _CONFLICT,
        "A configuração da loja {name} já foi concluída, e o CNPJ, o AccountID e o número de série não mudam mais.",
        "Se a conta da loja no Portal do Promob mudou, cadastre-a como outra loja.",
    ),
    "promob.machine_unknown": refused(
        422,
        _INVALID,
        "Esta máquina não está entre as da loja {name}.",
        "Inclua a máquina na configuração da loja antes, ou confira o nome dela.",
    ),
    "promob.user_not_of_store": refused(
        403,
        _FORBIDDEN,
        "O seu token não é de um usuário da loja {name}.",
        "Peça a um administrador que cadastre você nesta loja; depois, em Meu Perfil, use Vincular usuário Promob.",
    ),
    "promob.not_yourself": refused(
        403,
        _FORBIDDEN,
        "O vínculo com o Promob só é feito pela própria pessoa, com o token dela.",
        "Peça à pessoa que use Vincular usuário Promob em Meu Perfil.",
    ),
    "promob.user_was_linked": refused(
        409,
        _CONFLICT,
        "O usuário {name} já foi vinculado ao Promob, e o que ele fez nos projetos é conhecido por ele.",
        "Revogue o token da pessoa se ela não deve mais agir.",
    ),
    "promob.rule_doubled": refused(
        422,
        _INVALID,
        "Há mais de uma regra comercial para {name}; maiúsculas e minúsculas não as distinguem.",
        "Deixe uma só regra para cada combinação de categoria, fornecedor e referência.",
    ),
    "promob.document_fixed": refused(
        409,
        _CONFLICT,
        "O cliente já está no Promob com este CPF ou CNPJ, que não muda mais aqui.",
        "Corrija-o no Promob; a alteração vem de lá.",
    ),
    "promob.not_manager": refused(
        403,
        _FORBIDDEN,
        "Só um gerente da loja {name} libera um desconto acima do limite.",
        "Peça a liberação a um gerente, ou diminua o desconto.",
    ),
    "promob.worker_unknown": refused(
        422,
        _INVALID,
        "Quem passaria a trabalhar no ambiente não é usuário da loja {name}.",
        "Confira a identificação na lista de usuários da loja; um administrador cadastra quem ainda não está nela.",
    ),
    "promob.legacy_unknown": refused(
        422,
        _INVALID,
        "O Promob não tem projeto com a identificação {promob_id}.",
        "Confira o identificador do projeto no Connect.",
    ),
    "promob.legacy_elsewhere": refused(
        422,
        _INVALID,
        "O projeto {promob_id} do Promob não é da conta da loja {name}.",
        "Integre-o a um projeto da loja em cuja conta ele está no Portal do Promob.",
    ),
    "promob.legacy_of_another": refused(
        422,
        _INVALID,
        "O projeto {promob_id} do Promob é do cliente {other}, e o projeto da loja é do cliente {name}.",
        "Integre-o a um projeto do cliente que ele tem no Promob; se forem a mesma pessoa, confira o CPF ou CNPJ nos "
        "dois sistemas.",
    ),
}
