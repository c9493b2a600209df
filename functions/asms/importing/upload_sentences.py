"""What is wrong with where a file was dropped, in three languages."""

from __future__ import annotations

from asms.importing.sentences import Said, Sentences, Table

UPLOADS: Table = {
    "asms.upload_key_wrong": Sentences(
        pt=Said(
            "O lugar em que o arquivo foi deixado não diz de que projeto e de que categoria ele é.",
            "Deixe-o em imports/{{conexão}}/{{projeto}}/clients/{{arquivo}}, ou em …/specialists/{{arquivo}}.",
        ),
        en=Said(
            "The place that the file was left in does not say which project and category it is for.",
            "Leave it in imports/{{connection}}/{{project}}/clients/{{file}}, or in …/specialists/{{file}}.",
        ),
        es=Said(
            "El lugar en que se dejó el archivo no dice de qué proyecto y de qué categoría es.",
            "Déjelo en imports/{{conexión}}/{{proyecto}}/clients/{{archivo}}, o en …/specialists/{{archivo}}.",
        ),
    ),
    "asms.upload_empty_name": Sentences(
        pt=Said(
            "O arquivo foi deixado sem nome.",
            "Deixe-o em imports/{{conexão}}/{{projeto}}/clients/{{arquivo}}, ou em …/specialists/{{arquivo}}.",
        ),
        en=Said(
            "The file was left without a name.",
            "Leave it in imports/{{connection}}/{{project}}/clients/{{file}}, or in …/specialists/{{file}}.",
        ),
        es=Said(
            "El archivo se dejó sin nombre.",
            "Déjelo en imports/{{conexión}}/{{proyecto}}/clients/{{archivo}}, o en …/specialists/{{archivo}}.",
        ),
    ),
    "asms.upload_project_unknown": Sentences(
        pt=Said(
            "Não há projeto com a identificação ou o nome “{project}” neste diretório.",
            "Confira na lista de projetos como ele se chama e envie o arquivo de novo.",
        ),
        en=Said(
            "This directory has no project with the id or the name “{project}”.",
            "See in the list of projects what it is called, and send the file again.",
        ),
        es=Said(
            "No hay ningún proyecto con la identificación o el nombre “{project}” en este directorio.",
            "Consulte en la lista de proyectos cómo se llama y envíe el archivo de nuevo.",
        ),
    ),
    "asms.upload_project_inactive": Sentences(
        pt=Said(
            "O projeto {project} está desativado e não recebe importações.",
            "Ative o projeto no catálogo e envie o arquivo de novo.",
        ),
        en=Said(
            "The project {project} is inactive and takes no imports.",
            "Activate the project in its catalogue, and send the file again.",
        ),
        es=Said(
            "El proyecto {project} está desactivado y no recibe importaciones.",
            "Active el proyecto en el catálogo y envíe el archivo de nuevo.",
        ),
    ),
}
