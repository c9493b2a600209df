"""What the routes of settings, users and uninstalling refuse."""

from __future__ import annotations

from collections.abc import Mapping

from sincronia.web.answers import WebAnswer, refused

_FORBIDDEN = "Sem permissão"
_CONFLICT = "Não é possível agora"
_INVALID = "Requisição inválida"

ROUTES: Mapping[str, WebAnswer] = {
    "notes.settings_changed_meanwhile": refused(
        409,
        _CONFLICT,
        "As Configurações de Sincronização foram alteradas por outra pessoa depois que você as leu; nada foi salvo.",
        "Leia as configurações de novo e repita a alteração.",
    ),
    "notes.settings_unsaved": refused(
        409,
        _CONFLICT,
        "As Configurações de Sincronização ainda não foram salvas, e nada é sincronizado antes disso.",
        "Em Iniciar Sincronização, escolha o que sincronizar e salve.",
    ),
    "notes.modules_none": refused(
        409,
        _CONFLICT,
        "Nenhum módulo está com Sim nas Configurações de Sincronização, e por isso não há o que sincronizar.",
        "Escolha Sim para Contatos, Tarefas ou Eventos e salve.",
    ),
    "notes.user_unknown": refused(
        404,
        "Não encontrado",
        "A sincronização não tem nenhum usuário com esta identificação.",
        "Confira a identificação na lista de usuários, em Gerenciar Usuários.",
    ),
    "notes.token_unknown": refused(
        422,
        _INVALID,
        "Não há token de integração que esteja valendo com esta identificação.",
        "Confira a identificação na lista de tokens, ou peça a um administrador que crie o token da pessoa.",
    ),
    "notes.user_exists": refused(
        409,
        "Já existe",
        "O token já é do usuário {name}, cadastrado com outros dados.",
        "Altere esse usuário em Gerenciar Usuários, ou cadastre a pessoa com o token dela.",
    ),
    "notes.email_taken": refused(
        409,
        "Já existe",
        "O e-mail do IBM Notes já é o do usuário {name}, e uma caixa postal é de um usuário só.",
        "Confira o e-mail, ou altere antes o outro usuário.",
    ),
    "notes.licence_full": refused(
        409,
        _CONFLICT,
        "A licença permite {licence} usuários, e todos já foram cadastrados.",
        "Remova um usuário que nunca foi sincronizado, ou aumente o número de usuários da licença na conexão.",
    ),
    "notes.user_changed": refused(
        409,
        _CONFLICT,
        "O usuário foi alterado por outra pessoa ao mesmo tempo; nada foi gravado.",
        "Leia o usuário de novo e repita a alteração.",
    ),
    "notes.user_linked": refused(
        409,
        _CONFLICT,
        "O usuário {name} já tem dados sincronizados e não pode ser removido.",
        "Os dados dele aqui só são apagados com a desinstalação; para deixar registros de fora, exclua-os da "
        "sincronização.",
    ),
    "notes.user_in_run": refused(
        409,
        _CONFLICT,
        "Há uma execução em curso, que pode estar sincronizando o usuário {name}; ele não foi removido.",
        "Espere a execução terminar, ou cancele-a, e remova de novo.",
    ),
    "notes.password_of_other": refused(
        403,
        _FORBIDDEN,
        "Cada pessoa altera só a sua senha; a dos outros, só um administrador altera.",
        "Peça à própria pessoa, ou a um administrador, que use Alterar Senha.",
    ),
    "notes.email_wrong": refused(
        422,
        _INVALID,
        "O e-mail informado não é o do usuário no IBM Notes; a senha não foi alterada.",
        "Confira o e-mail em Gerenciar Usuários. Se ele mudou no IBM Notes, um administrador o altera ali antes.",
    ),
    "notes.uninstall_unconfirmed": refused(
        409,
        "Falta confirmar",
        "A desinstalação não foi confirmada, e nada foi apagado. Ela apaga para sempre as configurações, as senhas, os "
        "vínculos e o histórico desta conexão, e não há como recuperá-los; os registros no IBM Notes e no Zoho CRM "
        "ficam como estão.",
        "Para confirmar, repita o pedido com confirm igual à identificação da conexão.",
    ),
}
