"""What the client of Domino, and its part of the test of a connection, say. The steps are those of seed 001."""

from __future__ import annotations

from sincronia.answers import Answer, Answers, Fault, Retry


def _mend(sentence: str, advice: str) -> Answer:
    return Answer(Retry.STOP, Fault.PERSON, sentence, advice)


def _again(sentence: str, advice: str) -> Answer:
    return Answer(Retry.NEXT_RUN, Fault.PERSON, sentence, advice)


DOMINO: Answers = {
    "notes.server_unreachable": Answer(
        Retry.PUT_OFF,
        Fault.NETWORK,
        "O servidor Domino ({host}) não está atendendo.",
        "A sincronização continua sozinha assim que ele voltar; se demorar, confira se o servidor está ligado e se o "
        "Nome do Servidor da conexão está certo.",
    ),
    "notes.server_unknown": _mend(
        "O servidor Domino ({host}) não foi encontrado na rede.",
        "Confira o Nome do Servidor nas configurações da conexão.",
    ),
    "notes.credentials_wrong": _mend(
        "O servidor Domino ({host}) não aceitou o Nome de Usuário e a Senha do IBM Notes.",
        "Confira-os entrando no IBM Notes pelo navegador; se a senha mudou, use Alterar Senha com o e-mail e a nova "
        "senha.",
    ),
    "notes.database_refused": _mend(
        "O servidor Domino ({host}) não deixou o usuário entrar no banco de dados {database}.",
        "Se a senha do IBM Notes mudou, use Alterar Senha; se não, peça ao administrador do Domino que dê a este "
        "usuário acesso ao banco de dados.",
    ),
    "notes.access_denied": _mend(
        "O servidor Domino aceitou o usuário, mas não permite esta operação em {place}.",
        "Peça ao administrador do Domino que dê a este usuário acesso de leitura e de gravação.",
    ),
    "notes.login_page": _mend(
        "O servidor Domino ({host}) respondeu com uma página da web (em geral a de login) no lugar dos dados.",
        "Peça ao administrador do Domino que aceite a autenticação básica (Nome de Usuário e Senha) nos endereços /api "
        "e confira se o Nome do Servidor da conexão é o do Domino.",
    ),
    "notes.services_off": _mend(
        "O Serviço de Acesso do Domino (DAS) não está habilitado no servidor {host}: falta {services}.",
        "No servidor, em Configuração, abra o Documento do Servidor Atual; em Protocolos de Internet > Domino Web "
        "Engine > Serviços de Acesso ao Domino, selecione Dados e Calendário e salve o documento.",
    ),
    "notes.database_off": _mend(
        "O Serviço de Acesso do Domino (DAS) não está habilitado no banco de dados {database}.",
        "No Domino Designer, abra as propriedades do banco de dados, a guia Avançado, e selecione Visualizações e "
        "documentos.",
    ),
    "notes.views_only": _mend(
        "O Serviço de Acesso do Domino (DAS) mostra do banco de dados {database} apenas as visualizações, e a "
        "sincronização precisa dos documentos.",
        "No Domino Designer, abra as propriedades do banco de dados, a guia Avançado, e troque Visualizações apenas "
        "por Visualizações e documentos.",
    ),
    "notes.view_off": _mend(
        "O Serviço de Acesso do Domino (DAS) não está habilitado na visualização {view} do banco de dados {database}.",
        "No Domino Designer, abra as propriedades da visualização, a guia Avançado, e marque Permitir operações do "
        "Serviço de Dados do Domino.",
    ),
    "notes.database_unknown": _mend(
        "O servidor Domino ({host}) não tem o banco de dados {database}.",
        "Confira o caminho da caixa de correio do usuário em Gerenciar Usuários, por exemplo mail/nome.nsf.",
    ),
    "notes.view_unknown": _mend(
        "O banco de dados {database} não tem a visualização {view}.",
        "Confira no Domino Designer o nome da visualização e corrija-o nas configurações da conexão.",
    ),
    "notes.document_changed": _again(
        "O documento foi alterado no IBM Notes enquanto era sincronizado.",
        "A próxima sincronização o lê de novo; não é preciso fazer nada.",
    ),
    "notes.document_gone": _again(
        "O documento não existe mais no IBM Notes.",
        "A próxima sincronização trata a exclusão; não é preciso fazer nada.",
    ),
    "notes.event_changed": _again(
        "O evento foi alterado no IBM Notes enquanto era sincronizado.",
        "A próxima sincronização o lê de novo; não é preciso fazer nada.",
    ),
    "notes.event_gone": _again(
        "O evento não existe mais no calendário do IBM Notes.",
        "A próxima sincronização trata a exclusão; não é preciso fazer nada.",
    ),
}
