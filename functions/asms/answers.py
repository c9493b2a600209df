"""What ASMS's integration can run into, beside what every integration shares."""

from __future__ import annotations

from collections.abc import Mapping

from asms.importing.file_sentences import FILES
from asms.importing.import_sentences import ENDING, FAILED_ROWS, OF_ROWS, WAITING
from asms.importing.row_sentences import CELLS, HEADERS, PASSWORDS, ROWS, SHIFTS
from asms.importing.run_sentences import BY_PEOPLE, BY_US
from asms.importing.sentences import answers_of
from asms.importing.upload_sentences import UPLOADS
from sincronia.answers import COMMON, Answer, Answers, Fault, Retry
from sincronia.web.answers import WebAnswer, refused

_UNKNOWN = "Não encontrado"
_CONFLICT = "Não é possível agora"
_INVALID = "Requisição inválida"

# What its routes refuse.
REFUSALS: Mapping[str, WebAnswer] = {
    "asms.user_unknown": refused(
        404,
        _UNKNOWN,
        "Não há usuário com esta identificação nesta categoria do diretório.",
        "Confira a identificação na lista da categoria: clientes e especialistas têm listas separadas.",
    ),
    "asms.login_taken": refused(
        409,
        "Já existe",
        "O login {login} já é de outro usuário deste diretório; maiúsculas, acentos e espaços não o distinguem.",
        "Escolha outro login ou altere o do outro usuário.",
    ),
    "asms.user_changed": refused(
        409,
        _CONFLICT,
        "O usuário foi alterado depois que você o leu, e a sua alteração não foi gravada.",
        "Leia o usuário de novo e repita a alteração.",
    ),
    "asms.section_missing": refused(
        422,
        _INVALID,
        "A seção {section} é só de {whose}.",
        "Retire o campo, ou confira a categoria do usuário.",
    ),
    "asms.association_undecided": refused(
        409,
        "Falta confirmar",
        "Os grupos incluídos atuam em projetos a que o usuário não está associado ({projects}), e nada foi gravado.",
        "Envie de novo com associate true, para associá-lo também aos projetos, ou false, para incluí-lo só nos "
        "grupos.",
    ),
    "asms.project_inactive": refused(
        409,
        _CONFLICT,
        "O projeto {name} está desativado e não recebe mais usuários.",
        "Ative o projeto no catálogo antes, ou escolha outro.",
    ),
    "asms.password_refused": refused(
        422,
        _INVALID,
        "A senha não está de acordo com a política de senha do diretório. {rules}",
        "Escolha outra senha.",
    ),
    "asms.additional_unknown": refused(
        422,
        _INVALID,
        "Nenhum dos projetos do usuário tem, para a categoria dele, um campo adicional ativo com esta identificação.",
        "Confira a identificação na lista de campos do projeto.",
    ),
    "asms.additional_empty": refused(
        422,
        _INVALID,
        "O campo adicional “{field}” é obrigatório e ficaria vazio.",
        "Informe um valor.",
    ),
    "asms.additional_too_long": refused(
        422,
        _INVALID,
        "Os campos adicionais do usuário têm, juntos, mais texto do que cabe em um cadastro.",
        "Encurte os textos mais longos.",
    ),
    "asms.too_many": refused(
        422,
        _INVALID,
        "Um usuário tem no máximo {most} {what}.",
        "Retire os que não são mais usados e tente de novo.",
    ),
    "asms.entry_missing": refused(
        404,
        _UNKNOWN,
        "Não há {title} com esta identificação neste diretório.",
        "Confira a identificação na lista.",
    ),
    "asms.entry_changed": refused(
        409,
        _CONFLICT,
        "Outras pessoas alteraram este cadastro ({title}) ao mesmo tempo, e a sua alteração não foi gravada.",
        "Leia o cadastro de novo e repita a alteração.",
    ),
    "asms.entry_without": refused(
        422,
        _INVALID,
        "Em {title} não há {what}: só há em {where}.",
        "Retire o campo, ou use o catálogo que o tem.",
    ),
    "asms.name_taken": refused(
        409,
        "Já existe",
        "Já existe {title} com o nome “{name}”; maiúsculas, acentos e espaços não o distinguem.",
        "Escolha outro nome, ou altere o cadastro que já existe.",
    ),
    "asms.fields_too_many": refused(
        422,
        _INVALID,
        "Um projeto tem no máximo {most} campos adicionais, contados os desativados.",
        "Altere um dos que já existem.",
    ),
    "asms.field_type_fixed": refused(
        422,
        _INVALID,
        "O tipo do campo adicional “{name}” é {type} e não muda, porque já pode haver valores desse tipo.",
        "Desative este campo e crie outro, com outro nome.",
    ),
    "asms.options_missing": refused(
        422,
        _INVALID,
        "Um campo adicional de escolha (choice) precisa de opções, e não veio nenhuma.",
        "Informe em options de 1 a {most} textos.",
    ),
    "asms.options_needless": refused(
        422,
        _INVALID,
        "Só um campo adicional de escolha (choice) tem opções, e este é de outro tipo ({type}).",
        "Retire o campo options, ou crie o campo adicional com o tipo choice.",
    ),
    "asms.options_repeated": refused(
        422,
        _INVALID,
        "A {second}ª opção é igual à {first}ª; maiúsculas, acentos e espaços não as distinguem.",
        "Deixe só uma das duas.",
    ),
    "asms.additional_text": refused(
        422, _INVALID, "O campo adicional “{field}” tem um texto longo demais.", "Encurte-o para até 1.000 caracteres."
    ),
    "asms.additional_number": refused(
        422,
        _INVALID,
        "O campo adicional “{field}” pede um número.",
        "Informe só algarismos, com ponto antes dos decimais (até seis), como em 1234.5.",
    ),
    "asms.additional_date": refused(
        422,
        _INVALID,
        "O campo adicional “{field}” pede uma data que exista.",
        "Informe-a como AAAA-MM-DD, como em 2026-11-23.",
    ),
    "asms.additional_yes_no": refused(
        422, _INVALID, "O campo adicional “{field}” pede sim ou não.", "Informe yes ou no."
    ),
    "asms.additional_choice": refused(
        422,
        _INVALID,
        "O campo adicional “{field}” pede uma das opções dele: {options}.",
        "Informe uma delas, escrita assim.",
    ),
    "asms.shift_empty": refused(
        422,
        _INVALID,
        "O turno termina (Até) no dia em que começa (Desde), ou antes dele.",
        "Informe em Até um dia depois de Desde.",
    ),
    "asms.shifts_overlap": refused(
        422,
        _INVALID,
        "O turno se sobrepõe a outro do mesmo especialista, de {since} até {until}.",
        "Mude os dias de um dos dois; um turno pode começar no dia em que o outro termina.",
    ),
    "asms.shift_unknown": refused(
        404,
        _UNKNOWN,
        "O especialista não tem turno com esta identificação.",
        "Confira os turnos que ele tem na leitura do especialista.",
    ),
    "asms.specialist_inactive": refused(
        409,
        _CONFLICT,
        "O especialista está inativo, e por isso não recebe novos turnos nem novos tokens de integração.",
        "Ative o especialista antes.",
    ),
    "asms.token_unknown": refused(
        404,
        _UNKNOWN,
        "O especialista não tem token de integração com esta identificação.",
        "Confira a identificação na lista de tokens do especialista.",
    ),
    "asms.photo_unreadable": refused(
        422,
        _INVALID,
        "O conteúdo enviado não é uma imagem PNG, JPEG ou WebP em base64.",
        "Envie em content o arquivo da imagem por inteiro, codificado em base64, sem nada antes nem depois.",
    ),
    "asms.photo_missing": refused(404, _UNKNOWN, "O usuário não tem foto.", "Envie uma foto antes."),
    "asms.entry_unknown": refused(
        422,
        _INVALID,
        "O que foi escolhido não está no catálogo desta conexão ({catalogue}).",
        "Confira a identificação na lista do catálogo.",
    ),
    "asms.entry_inactive": refused(
        422,
        _INVALID,
        "{name} ({catalogue}) está desativado no catálogo e não pode mais ser escolhido.",
        "Escolha outro, ou ative este no catálogo antes.",
    ),
    "asms.run_not_import": refused(
        409,
        _CONFLICT,
        "Esta execução não é uma importação.",
        "Use a identificação de uma importação, como na notificação dela.",
    ),
    "asms.run_not_export": refused(
        409,
        _CONFLICT,
        "Esta execução não é uma exportação.",
        "Use a identificação de uma exportação, como na notificação dela.",
    ),
    "asms.nothing_to_undo": refused(
        409,
        _CONFLICT,
        "Não há o que desfazer: só uma importação que terminou e gravou algum usuário pode ser desfeita.",
        "Leia a importação para ver onde ela está e o que ela fez.",
    ),
    "asms.import_undone": refused(
        409,
        _CONFLICT,
        "Esta importação já foi ou está sendo desfeita, na execução {run}.",
        "Acompanhe aquela execução.",
    ),
    "asms.policy_changed": refused(
        409,
        _CONFLICT,
        "Outras pessoas alteraram a política de senha ao mesmo tempo, e a sua alteração não foi gravada.",
        "Leia a política de novo e repita a alteração.",
    ),
}

# What doesn't keep anybody from being saved.
WARNINGS: Answers = {
    "asms.email_missing": Answer(
        Retry.AFTER_CORRECTION,
        Fault.PERSON,
        "O usuário está sem e-mail, e as notificações não chegarão a ele.",
        "Informe um e-mail nos detalhes do usuário.",
    ),
    "asms.email_shared": Answer(
        Retry.AFTER_CORRECTION,
        Fault.PERSON,
        "O e-mail também é de outros usuários deste diretório: {number}.",
        "Confira se eles devem mesmo receber as mesmas notificações.",
    ),
    "asms.additional_missing": Answer(
        Retry.AFTER_CORRECTION,
        Fault.PERSON,
        "O projeto {project} pede campos adicionais que o usuário não tem preenchidos: {fields}.",
        "Preencha-os na seção Adicional do usuário.",
    ),
}

# What ends a run, in the words of runs that sync nothing.
RUNS: Answers = {**answers_of(BY_PEOPLE, Retry.STOP), **answers_of(BY_US, Retry.STOP, Fault.OURS)}

# What an import tells: of its file the run ends, of a row that row is rejected.
IMPORTS: Answers = {
    **answers_of({**UPLOADS, **FILES, **HEADERS, **ENDING}, Retry.STOP),
    **answers_of(WAITING, Retry.PUT_OFF),
    **answers_of({**ROWS, **CELLS, **SHIFTS, **PASSWORDS, **OF_ROWS}, Retry.AFTER_CORRECTION),
    **answers_of(FAILED_ROWS, Retry.NEXT_RUN, Fault.OURS),
}

ANSWERS: Answers = {**COMMON, **RUNS, **WARNINGS, **REFUSALS, **IMPORTS}
