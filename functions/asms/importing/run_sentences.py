"""What ends a run that syncs nothing, an import among them, in three languages."""

from __future__ import annotations

from asms.importing.sentences import Said, Sentences, Table

BY_PEOPLE: Table = {
    "cancelled": Sentences(
        pt=Said("A execução foi cancelada por {by}.", "Peça-a de novo quando quiser."),
        en=Said("The run was cancelled by {by}.", "Ask for it again whenever you like."),
        es=Said("La ejecución fue cancelada por {by}.", "Vuelva a pedirla cuando quiera."),
    ),
    "brake_rejected": Sentences(
        pt=Said("A execução foi rejeitada por {by}; nada foi alterado.", "Corrija o arquivo e envie-o de novo."),
        en=Said("The run was rejected by {by}; nothing was changed.", "Correct the file, and send it again."),
        es=Said("La ejecución fue rechazada por {by}; nada se modificó.", "Corrija el archivo y envíelo de nuevo."),
    ),
    "connection_missing": Sentences(
        pt=Said(
            "A conexão desta execução não existe mais ou está desativada.",
            "Ative a conexão e peça a execução de novo.",
        ),
        en=Said(
            "The connection of this run is gone or disabled.",
            "Enable the connection, and ask for the run again.",
        ),
        es=Said(
            "La conexión de esta ejecución ya no existe o está desactivada.",
            "Active la conexión y vuelva a pedir la ejecución.",
        ),
    ),
}

BY_US: Table = {
    "run_exhausted": Sentences(
        pt=Said(
            "A execução foi interrompida {attempts} vezes no mesmo ponto e não pôde continuar.",
            "Peça-a de novo; se acontecer outra vez, avise o suporte do Sincronia.",
        ),
        en=Said(
            "The run was interrupted {attempts} times at the same point and could not go on.",
            "Ask for it again; if it happens once more, tell Sincronia's support.",
        ),
        es=Said(
            "La ejecución se interrumpió {attempts} veces en el mismo punto y no pudo continuar.",
            "Vuelva a pedirla; si sucede otra vez, avise al soporte de Sincronia.",
        ),
    ),
    "run_too_old": Sentences(  # the cause is a sentence that the engine has put together, in Portuguese
        pt=Said(
            "A execução esperou mais de {hours} horas e foi encerrada. A última causa: {cause}",
            "Peça-a de novo; se acontecer outra vez, avise o suporte do Sincronia.",
        ),
        en=Said(
            "The run waited for more than {hours} hours and was ended. The last cause, in Portuguese: {cause}",
            "Ask for it again; if it happens once more, tell Sincronia's support.",
        ),
        es=Said(
            "La ejecución esperó más de {hours} horas y fue terminada. La última causa, en portugués: {cause}",
            "Vuelva a pedirla; si sucede otra vez, avise al soporte de Sincronia.",
        ),
    ),
}

RUN_SENTENCES: Table = {**BY_PEOPLE, **BY_US}
