"""What is said of a record, or a mailbox, that the sync leaves as it is."""

from __future__ import annotations

from sincronia.answers import Answer, Answers, Fault, Retry

EXCLUDED, MOVED, ELSEWHERE = "notes.excluded", "notes.record_moved", "notes.record_elsewhere"
NOTHING_TO_SYNC, USER_GONE = "notes.nothing_to_sync", "notes.user_gone"


def _left(sentence: str, advice: str) -> Answer:
    return Answer(Retry.AFTER_CORRECTION, Fault.PERSON, sentence, advice)


SYNC_SENTENCES: Answers = {
    "two_way_out_of_scope": _left(
        "O registro está fora do período sincronizado, e por isso não foi alterado nem excluído.",
        "Mude o período em Configurações de Sincronização se quiser incluí-lo.",
    ),
    "two_way_private": _left(
        "O registro é particular, e por isso não foi levado ao outro lado.",
        "Tire a marca de particular se quiser que ele seja sincronizado.",
    ),
    "two_way_key_missing": _left(
        "O registro {id} não tem o que o identifique no outro lado: o contato precisa de um e-mail; a tarefa, de um "
        "assunto; o evento, de um assunto e um início.",
        "Preencha o que falta; a próxima sincronização o leva.",
    ),
    "two_way_key_shared": _left(
        "Mais de um registro tem a mesma identificação (no IBM Notes: {a}; no Zoho CRM: {b}), e não se sabe qual é "
        "qual; nenhum deles foi alterado.",
        "Una os repetidos ou mude o que os identifica; a próxima sincronização os leva.",
    ),
    "two_way_target_edited": _left(
        "O registro foi alterado no lado que só recebe; a alteração fica ali até que ele mude na origem.",
        "Faça a alteração na origem, ou sincronize nos dois sentidos.",
    ),
    "two_way_target_deleted": _left(
        "O registro foi excluído no lado que só recebe, e continua na origem; ele não é criado de novo enquanto não "
        "mudar na origem.",
        "Altere-o na origem se quiser que volte, ou exclua-o também ali.",
    ),
    EXCLUDED: _left(
        "O registro foi excluído da sincronização por uma pessoa.",
        "Inclua-o de novo em Gerenciar Usuários se quiser que seja sincronizado.",
    ),
    ELSEWHERE: _left(
        "O registro não está onde a caixa postal é lida desde que o banco, a visão ou o proprietário mudou; o par dele "
        "foi deixado como está.",
        "Se o cadastro do usuário está certo, nada é preciso; quem volta a ter o registro o sincroniza de novo.",
    ),
    MOVED: Answer(
        Retry.NEXT_RUN,
        Fault.PERSON,
        "O registro mudou enquanto a sincronização trabalhava, e foi deixado como está.",
        "A próxima sincronização decide de novo; não é preciso fazer nada.",
    ),
    USER_GONE: Answer(
        Retry.STOP,
        Fault.PERSON,
        "O usuário foi removido de Gerenciar Usuários enquanto a sincronização trabalhava.",
        "Nada mais foi alterado na caixa postal dele; cadastre-o de novo se quiser sincronizá-la.",
    ),
    NOTHING_TO_SYNC: Answer(
        Retry.STOP,
        Fault.PERSON,
        "Não há o que sincronizar: nenhum módulo está marcado, ou nenhum usuário está cadastrado.",
        "Marque os módulos em Configurações de Sincronização e cadastre os usuários em Gerenciar Usuários.",
    ),
}
