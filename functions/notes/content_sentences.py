"""What is said of a contact, task or event that can't be carried whole, and so isn't carried."""

from __future__ import annotations

from sincronia.answers import Answer, Answers, Fault, Retry


def _left(sentence: str, advice: str) -> Answer:
    """One record is left as it is on both sides."""
    return Answer(Retry.AFTER_CORRECTION, Fault.PERSON, sentence, advice)


_SERIES = "Para que seja sincronizada, programe-a de outra forma; enquanto isso, altere-a nos dois lados à mão."

CONTENT: Answers = {
    "notes.name_missing": _left(
        "O contato está sem nome e sobrenome, e o Zoho CRM exige um deles.",
        "Preencha o nome do contato; a próxima sincronização o leva.",
    ),
    "notes.subject_missing": _left(
        "O registro está sem assunto.",
        "Preencha o assunto; a próxima sincronização o leva.",
    ),
    "notes.value_unreadable": _left(
        "O campo {field} tem um valor que não pôde ser lido; nada do registro foi alterado.",
        "Corrija esse campo no registro; a próxima sincronização o leva.",
    ),
    "notes.recurrence_exceptions": _left(
        "A série tem dias alterados, excluídos ou acrescentados, e o outro lado não os pode guardar; ela fica como "
        "está nos dois lados.",
        _SERIES,
    ),
    "notes.recurrence_rule": _left(
        "A série se repete de uma forma que o outro lado não pode guardar sem mudar os dias; ela fica como está.",
        _SERIES,
    ),
    "notes.recurrence_endless": _left(
        "A série se repete sem fim, e o outro lado pede uma data final.",
        "Dê à série uma data final; a próxima sincronização a leva.",
    ),
    "notes.recurrence_long": _left(
        "A série tem mais de {limit} dias.",
        "Divida-a em séries mais curtas; a próxima sincronização as leva.",
    ),
    "notes.recurrence_occurrence": _left(
        "Este é um dia de uma série que começa em outra data: só a série inteira é sincronizada.",
        "Altere a série, e não o dia.",
    ),
    "notes.zone_unknown": _left(
        "O evento está no fuso horário {zone}, que não é conhecido; nada dele foi alterado.",
        "Escolha no evento um fuso horário do Brasil ou o da caixa postal; a próxima sincronização o leva.",
    ),
    "notes.zone_differs": _left(
        "A série segue o fuso horário {zone}, com horas diferentes das da caixa postal em algum de seus dias.",
        "Programe a série no fuso horário da caixa postal; a próxima sincronização a leva.",
    ),
    "notes.zone_changes": _left(
        "A série passa por uma mudança de hora do fuso horário {zone}, e o IBM Notes não a receberia com as horas "
        "certas.",
        "Programe a série no IBM Notes, ou divida-a na mudança de hora; a próxima sincronização a leva.",
    ),
    "notes.body_with_files": _left(
        "A descrição da tarefa no IBM Notes tem arquivos ou imagens, que se perderiam com a nova descrição do CRM.",
        "Copie a descrição do CRM para a tarefa no IBM Notes à mão.",
    ),
    "notes.not_organizer": _left(
        "A reunião foi marcada por outra pessoa ({organizer}), e só ela a pode alterar no IBM Notes.",
        "Peça a quem a marcou que a altere; a próxima sincronização leva a alteração ao CRM.",
    ),
}
