"""What imports come to, beside what is wrong with their files and rows, in three languages."""

from __future__ import annotations

from asms.importing.sentences import Said, Sentences, Table

WAITING: Table = {
    "asms.import_waits": Sentences(
        pt=Said(
            "Outra importação dos mesmos usuários veio antes e ainda não terminou.",
            "Espere por ela; se ela espera uma decisão, decida, ou cancele uma das duas.",
        ),
        en=Said(
            "Another import of the same users came first and has not ended yet.",
            "Wait for it; if it waits for a decision, decide, or cancel one of the two.",
        ),
        es=Said(
            "Otra importación de los mismos usuarios llegó antes y aún no terminó.",
            "Espérela; si ella espera una decisión, decida, o cancele una de las dos.",
        ),
    ),
}

ENDING: Table = {
    "asms.file_replaced": Sentences(
        pt=Said(
            "O arquivo foi substituído por outro antes de ser lido, e não foi importado.",
            "Veja a importação do arquivo que o substituiu.",
        ),
        en=Said(
            "The file was replaced by another one before it was read, and was not imported.",
            "See the import of the file that replaced it.",
        ),
        es=Said(
            "El archivo fue sustituido por otro antes de leerse, y no se importó.",
            "Vea la importación del archivo que lo sustituyó.",
        ),
    ),
    "asms.file_gone": Sentences(
        pt=Said("O arquivo não está mais onde foi deixado.", "Envie-o de novo."),
        en=Said("The file is no longer where it was left.", "Send it again."),
        es=Said("El archivo ya no está donde se dejó.", "Envíelo de nuevo."),
    ),
    "asms.upload_too_large": Sentences(
        pt=Said("O arquivo tem mais de {most} MB.", "Divida-o em vários arquivos menores."),
        en=Said("The file has more than {most} MB.", "Split it into several smaller files."),
        es=Said("El archivo tiene más de {most} MB.", "Divídalo en varios archivos más pequeños."),
    ),
    "asms.file_imported": Sentences(
        pt=Said(
            "Este mesmo arquivo já foi importado em {at}, e nada foi feito agora.",
            "Para repetir linhas que precisaram de correção, envie corrigida a planilha que ela devolveu.",
        ),
        en=Said(
            "This very file was already imported on {at}, and nothing was done now.",
            "To repeat rows that needed correction, send the workbook that came back from that import, corrected.",
        ),
        es=Said(
            "Este mismo archivo ya se importó el {at}, y ahora no se hizo nada.",
            "Para repetir filas que necesitaron corrección, envíe corregida la planilla que ella devolvió.",
        ),
    ),
    "asms.file_without_rows": Sentences(
        pt=Said(
            "O arquivo tem os nomes das colunas e nenhum usuário.",
            "Preencha uma linha para cada usuário e envie o arquivo de novo.",
        ),
        en=Said(
            "The file has the names of the columns and no user.",
            "Fill in a row for each user, and send the file again.",
        ),
        es=Said(
            "El archivo tiene los nombres de las columnas y ningún usuario.",
            "Complete una fila para cada usuario y envíe el archivo de nuevo.",
        ),
    ),
    "asms.brake_deactivations": Sentences(
        pt=Said(
            "O arquivo desativaria {number} dos {known} usuários ativos que ele traz ({names}).",
            "Confira se é isso mesmo e aprove ou rejeite a importação.",
        ),
        en=Said(
            "The file would deactivate {number} of the {known} active users that it holds ({names}).",
            "See whether that is meant, and approve or reject the import.",
        ),
        es=Said(
            "El archivo desactivaría {number} de los {known} usuarios activos que contiene ({names}).",
            "Verifique si es así y apruebe o rechace la importación.",
        ),
    ),
}

OF_ROWS: Table = {
    "asms.row_stale": Sentences(
        pt=Said(
            "O usuário mudou depois da pré-visualização, e a linha faria outra coisa agora.",
            "Faça outra pré-visualização ou envie só esta linha.",
        ),
        en=Said(
            "The user changed after the preview, and the row would do something else now.",
            "Make another preview, or send this row alone.",
        ),
        es=Said(
            "El usuario cambió después de la vista previa, y la fila haría otra cosa ahora.",
            "Haga otra vista previa o envíe solo esta fila.",
        ),
    ),
    "asms.undo_edited": Sentences(
        pt=Said(
            "O usuário foi alterado depois da importação e ficou como está.",
            "Se for preciso, corrija-o na lista de usuários.",
        ),
        en=Said(
            "The user was changed after the import, and was left as it is.",
            "If need be, correct it in the list of users.",
        ),
        es=Said(
            "El usuario fue modificado después de la importación y quedó como está.",
            "Si es necesario, corríjalo en la lista de usuarios.",
        ),
    ),
    "asms.undo_login_taken": Sentences(
        pt=Said(
            "O login que o usuário tinha antes da importação já é de outro, e ele ficou como está.",
            "Se for preciso, corrija-o na lista de usuários.",
        ),
        en=Said(
            "The login that the user had before the import is somebody else's now, and it was left as it is.",
            "If need be, correct it in the list of users.",
        ),
        es=Said(
            "El login que el usuario tenía antes de la importación ya es de otro, y quedó como está.",
            "Si es necesario, corríjalo en la lista de usuarios.",
        ),
    ),
    "asms.undo_commented": Sentences(
        pt=Said(
            "O usuário que a importação criou já tem comentários e não foi retirado.",
            "Se for preciso, desative-o na lista de usuários.",
        ),
        en=Said(
            "The user that the import created has comments by now, and was not taken out.",
            "If need be, deactivate it in the list of users.",
        ),
        es=Said(
            "El usuario que la importación creó ya tiene comentarios y no se retiró.",
            "Si es necesario, desactívelo en la lista de usuarios.",
        ),
    ),
}

FAILED_ROWS: Table = {
    "asms.row_overtaken": Sentences(
        pt=Said(
            "Outras pessoas alteraram o usuário todas as vezes em que a linha ia ser gravada.",
            "Envie esta linha de novo.",
        ),
        en=Said(
            "Others changed the user each time that the row was about to be written.",
            "Send this row again.",
        ),
        es=Said(
            "Otras personas modificaron al usuario cada vez que la fila iba a grabarse.",
            "Envíe esta fila de nuevo.",
        ),
    ),
    "attempts_exhausted": Sentences(
        pt=Said("A linha foi deixada de lado depois de {attempts} tentativas interrompidas.", "Envie-a de novo."),
        en=Said("The row was left behind after {attempts} interrupted attempts.", "Send it again."),
        es=Said("La fila se dejó de lado tras {attempts} intentos interrumpidos.", "Envíela de nuevo."),
    ),
}

IMPORTS: Table = {**WAITING, **ENDING, **OF_ROWS, **FAILED_ROWS}
