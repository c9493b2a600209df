"""What is wrong with headers and rows of an import, in three languages. People see the cell beside it."""

from __future__ import annotations

from asms.importing.sentences import Said, Sentences, Table

HEADERS: Table = {
    "asms.header_unknown": Sentences(
        pt=Said(
            "A linha {line} deveria ter os nomes das colunas, e nenhum deles é conhecido.",
            "Use a planilha que o Sincronia exporta: os nomes das colunas ficam na primeira linha.",
        ),
        en=Said(
            "Row {line} should hold the names of the columns, and none of them is known.",
            "Use the workbook that Sincronia exports: the names of the columns are in the first row.",
        ),
        es=Said(
            "La fila {line} debería tener los nombres de las columnas, y ninguno es conocido.",
            "Use la planilla que Sincronia exporta: los nombres de las columnas van en la primera fila.",
        ),
    ),
    "asms.header_without_key": Sentences(
        pt=Said(
            "A linha {line} não tem a coluna Id nem a coluna Login, e sem elas não se sabe de quem é cada linha.",
            "Inclua uma das duas colunas e envie o arquivo de novo.",
        ),
        en=Said(
            "Row {line} has neither the column Id nor the column Login, which tell whom each row is about.",
            "Add one of the two columns and send the file again.",
        ),
        es=Said(
            "La fila {line} no tiene la columna Id ni la columna Login, que dicen de quién es cada fila.",
            "Agregue una de las dos columnas y envíe el archivo de nuevo.",
        ),
    ),
    "asms.header_repeated": Sentences(
        pt=Said(
            "A coluna {column} aparece duas vezes: nas células {first} e {second}.",
            "Deixe só uma das duas e envie o arquivo de novo.",
        ),
        en=Said(
            "The column {column} is there twice: in the cells {first} and {second}.",
            "Keep only one of the two and send the file again.",
        ),
        es=Said(
            "La columna {column} aparece dos veces: en las celdas {first} y {second}.",
            "Deje solo una de las dos y envíe el archivo de nuevo.",
        ),
    ),
}

ROWS: Table = {
    "asms.row_repeated": Sentences(
        pt=Said(
            "A linha é do mesmo usuário que a linha {line}.",
            "Deixe só uma das duas, com tudo o que deve mudar.",
        ),
        en=Said(
            "The row is about the same user as row {line}.",
            "Keep only one of the two, with all that should change.",
        ),
        es=Said(
            "La fila es del mismo usuario que la fila {line}.",
            "Deje solo una de las dos, con todo lo que debe cambiar.",
        ),
    ),
    "asms.row_projects_too_many": Sentences(
        pt=Said(
            "O usuário já está em {most} projetos, e não cabe em mais um.",
            "Desassocie-o de um projeto antes.",
        ),
        en=Said(
            "The user is in {most} projects already, which is the most that there can be.",
            "Take the user out of a project first.",
        ),
        es=Said(
            "El usuario ya está en {most} proyectos, y no cabe en uno más.",
            "Desasócielo de un proyecto antes.",
        ),
    ),
    "asms.row_additional_too_long": Sentences(
        pt=Said(
            "Os campos adicionais do usuário têm, juntos, mais texto do que cabe em um cadastro.",
            "Encurte os textos mais longos.",
        ),
        en=Said(
            "The user's additional fields hold more text together than a user has room for.",
            "Shorten the longest texts.",
        ),
        es=Said(
            "Los campos adicionales del usuario tienen, juntos, más texto del que cabe en un registro.",
            "Acorte los textos más largos.",
        ),
    ),
    "asms.column_missing": Sentences(
        pt=Said(
            "A linha cria um usuário, e o arquivo não tem a coluna {column}, que é obrigatória.",
            "Inclua a coluna e preencha-a; se o usuário já existe, informe o Id ou o Login dele.",
        ),
        en=Said(
            "The row makes a new user, and the file lacks the column {column}, which is obligatory.",
            "Add the column and fill it in; if there is such a user already, give the Id or the Login.",
        ),
        es=Said(
            "La fila crea un usuario, y el archivo no tiene la columna {column}, que es obligatoria.",
            "Agregue la columna y complétela; si el usuario ya existe, indique su Id o su Login.",
        ),
    ),
}

CELLS: Table = {
    "asms.cell_id_malformed": Sentences(
        pt=Said(
            "O Id não tem a forma de um: são 16 caracteres, de 0 a 9 e de a a f.",
            "Copie o Id de uma exportação, ou deixe a célula vazia para criar um usuário. O Excel altera o Id quando a "
            "coluna não tem o formato Texto.",
        ),
        en=Said(
            "This is not what an Id looks like: it has 16 characters, 0 to 9 and a to f.",
            "Copy the Id from an export, or leave the cell empty to make a new user. Excel changes an Id when its "
            "column does not have the format Text.",
        ),
        es=Said(
            "El Id no tiene la forma de uno: son 16 caracteres, de 0 a 9 y de a a f.",
            "Copie el Id de una exportación, o deje la celda vacía para crear un usuario. Excel altera el Id cuando la "
            "columna no tiene el formato Texto.",
        ),
    ),
    "asms.cell_id_unknown": Sentences(
        pt=Said(
            "Não há usuário desta categoria com este Id no diretório.",
            "Confira se o arquivo é desta conexão e desta categoria; para criar um usuário, deixe o Id vazio.",
        ),
        en=Said(
            "The directory has no user of this category with this Id.",
            "See that the file is for this connection and this category; to make a new user, leave the Id empty.",
        ),
        es=Said(
            "No hay usuario de esta categoría con este Id en el directorio.",
            "Verifique que el archivo sea de esta conexión y de esta categoría; para crear un usuario, deje el Id "
            "vacío.",
        ),
    ),
    "asms.cell_login_taken": Sentences(
        pt=Said(
            "O login já é de outro usuário do diretório; maiúsculas, acentos e espaços não o distinguem.",
            "Escolha outro login. Clientes e especialistas não repetem logins entre si.",
        ),
        en=Said(
            "The login is another user's already; case, accents and spaces do not tell logins apart.",
            "Choose another login. Clients and specialists share the logins of their directory.",
        ),
        es=Said(
            "El login ya es de otro usuario del directorio; mayúsculas, acentos y espacios no lo distinguen.",
            "Elija otro login. Clientes y especialistas no repiten logins entre sí.",
        ),
    ),
    "asms.cell_empty": Sentences(
        pt=Said("A célula está vazia, e o preenchimento é obrigatório.", "Preencha-a."),
        en=Said("The cell is empty, and it has to be filled in.", "Fill it in."),
        es=Said("La celda está vacía, y es obligatorio completarla.", "Complétela."),
    ),
    "asms.cell_choice_empty": Sentences(
        pt=Said(
            "A célula está vazia, e o usuário não pode ficar sem uma destas opções: {choices}.",
            "Escolha uma delas, ou retire a coluna do arquivo para que nada mude.",
        ),
        en=Said(
            "The cell is empty, and a user can not be without one of these: {choices}.",
            "Choose one, or take the column out of the file so that nothing changes.",
        ),
        es=Said(
            "La celda está vacía, y el usuario no puede quedar sin una de estas opciones: {choices}.",
            "Elija una, o quite la columna del archivo para que nada cambie.",
        ),
    ),
    "asms.cell_placeholder": Sentences(
        pt=Said(
            "Este é o aviso de que o texto não coube na célula, e não um texto.",
            "Escreva o texto, ou retire a coluna do arquivo para que nada mude.",
        ),
        en=Said(
            "This is what an export writes when a text does not fit into the cell, and no text.",
            "Type the text, or take the column out of the file so that nothing changes.",
        ),
        es=Said(
            "Este es el aviso de que el texto no cupo en la celda, y no un texto.",
            "Escriba el texto, o quite la columna del archivo para que nada cambie.",
        ),
    ),
    "asms.cell_error": Sentences(
        pt=Said("A célula tem um erro de fórmula do Excel.", "Corrija a fórmula, ou digite o valor."),
        en=Said("The cell holds an error of an Excel formula.", "Mend the formula, or type the value."),
        es=Said("La celda tiene un error de fórmula de Excel.", "Corrija la fórmula, o escriba el valor."),
    ),
    "asms.cell_characters": Sentences(
        pt=Said("O texto tem caracteres que não são de texto.", "Apague a célula e digite o texto de novo."),
        en=Said("The text has characters that belong in no text.", "Clear the cell and type the text again."),
        es=Said("El texto tiene caracteres que no son de texto.", "Borre la celda y escriba el texto de nuevo."),
    ),
    "asms.cell_one_line": Sentences(
        pt=Said(
            "O texto tem uma quebra de linha, uma tabulação ou outro caractere que não se vê.",
            "Escreva-o em uma só linha.",
        ),
        en=Said(
            "The text has a line break, a tab or another character that can not be seen.",
            "Type it in one line.",
        ),
        es=Said(
            "El texto tiene un salto de línea, una tabulación u otro carácter que no se ve.",
            "Escríbalo en una sola línea.",
        ),
    ),
    "asms.cell_too_long": Sentences(
        pt=Said("O texto tem {length} caracteres, e o limite é {longest}.", "Encurte-o."),
        en=Said("The text has {length} characters, and the limit is {longest}.", "Shorten it."),
        es=Said("El texto tiene {length} caracteres, y el límite es {longest}.", "Acórtelo."),
    ),
    "asms.cell_not_comparable": Sentences(
        pt=Said(
            "O texto só tem acentos, que não contam quando nomes são comparados.",
            "Inclua ao menos uma letra, um algarismo ou um sinal.",
        ),
        en=Said(
            "The text has nothing but accents, which do not count when names are compared.",
            "Include at least one letter, digit or sign.",
        ),
        es=Said(
            "El texto solo tiene acentos, que no cuentan cuando se comparan nombres.",
            "Incluya al menos una letra, una cifra o un signo.",
        ),
    ),
    "asms.cell_key_too_long": Sentences(
        pt=Said("O texto fica longo demais na forma em que os nomes são comparados.", "Encurte-o."),
        en=Said("The text becomes too long in the form that names are compared in.", "Shorten it."),
        es=Said("El texto queda demasiado largo en la forma en que se comparan los nombres.", "Acórtelo."),
    ),
    "asms.cell_email": Sentences(
        pt=Said("Este não é um endereço de e-mail.", "Informe um só endereço, sem espaços, como ana@empresa.example."),
        en=Said("This is no e-mail address.", "Give one address alone, without spaces, as in ana@company.example."),
        es=Said(
            "Esta no es una dirección de correo.", "Indique una sola dirección, sin espacios, como ana@empresa.example."
        ),
    ),
    "asms.cell_choice": Sentences(
        pt=Said("Esta não é uma das opções: {choices}.", "Escolha uma delas na lista da célula."),
        en=Said("This is none of the options: {choices}.", "Choose one from the list of the cell."),
        es=Said("Esta no es una de las opciones: {choices}.", "Elija una en la lista de la celda."),
    ),
    "asms.cell_date": Sentences(
        pt=Said("Esta não é uma data que exista.", "Escreva-a como AAAA-MM-DD ou DD/MM/AAAA, como em 2026-11-23."),
        en=Said("This is no date that exists.", "Type it as YYYY-MM-DD or DD/MM/YYYY, as in 2026-11-23."),
        es=Said("Esta no es una fecha que exista.", "Escríbala como AAAA-MM-DD o DD/MM/AAAA, como en 2026-11-23."),
    ),
    "asms.cell_number": Sentences(
        pt=Said("Este não é um número.", "Use só algarismos, com ponto antes dos decimais, como em 1234.5."),
        en=Said("This is no number.", "Use digits alone, with a point before the decimals, as in 1234.5."),
        es=Said("Este no es un número.", "Use solo cifras, con punto antes de los decimales, como en 1234.5."),
    ),
    "asms.cell_number_ambiguous": Sentences(
        pt=Said(
            "Não dá para saber se a vírgula separa os decimais ou os milhares.",
            "Use ponto antes dos decimais, e nada entre os milhares: 1.5 ou 1500.",
        ),
        en=Said(
            "Nobody can tell whether the comma is before decimals or after thousands.",
            "Use a point before decimals, and nothing after thousands: 1.5 or 1500.",
        ),
        es=Said(
            "No se puede saber si la coma separa los decimales o los millares.",
            "Use punto antes de los decimales, y nada entre los millares: 1.5 o 1500.",
        ),
    ),
    "asms.cell_number_digits": Sentences(
        pt=Said(
            "O número tem algarismos demais: cabem 15 antes do ponto decimal e 6 depois dele.",
            "Arredonde-o, ou confira se é mesmo um número.",
        ),
        en=Said(
            "The number has too many digits: there is room for 15 before the decimal point and 6 behind it.",
            "Round it, or see whether it is a number at all.",
        ),
        es=Said(
            "El número tiene demasiadas cifras: caben 15 antes del punto decimal y 6 después.",
            "Redondéelo, o verifique si es de verdad un número.",
        ),
    ),
    "asms.cell_degrees": Sentences(
        pt=Said(
            "Estes não são graus de -{limit} a {limit}.",
            "Escreva-os como número com ponto decimal, como em -23.561414.",
        ),
        en=Said(
            "These are no degrees from -{limit} to {limit}.",
            "Type them as a number with a decimal point, as in -23.561414.",
        ),
        es=Said(
            "Estos no son grados de -{limit} a {limit}.",
            "Escríbalos como número con punto decimal, como en -23.561414.",
        ),
    ),
    "asms.cell_degrees_half": Sentences(
        pt=Said(
            "Falta a metade da localização no mapa: só {column} está preenchida.",
            "Preencha as duas células, ou deixe as duas vazias.",
        ),
        en=Said(
            "Half of the place on the map is missing: only {column} is filled in.",
            "Fill in both cells, or leave both empty.",
        ),
        es=Said(
            "Falta la mitad de la ubicación en el mapa: solo {column} está completa.",
            "Complete las dos celdas, o deje las dos vacías.",
        ),
    ),
    "asms.cell_list": Sentences(
        pt=Said(
            "A lista não pôde ser lida: há uma quebra de linha fora de aspas.",
            "Separe os itens com ; em uma só linha.",
        ),
        en=Said(
            "The list could not be read: there is a line break outside quotation marks.",
            "Put ; between the items, all in one line.",
        ),
        es=Said(
            "La lista no pudo leerse: hay un salto de línea fuera de comillas.",
            "Separe los elementos con ; en una sola línea.",
        ),
    ),
    "asms.cell_items_too_many": Sentences(
        pt=Said("A lista tem {number} itens, e o limite é {most}.", "Retire os que não são mais usados."),
        en=Said("The list has {number} items, and the limit is {most}.", "Take out those that are no longer used."),
        es=Said("La lista tiene {number} elementos, y el límite es {most}.", "Quite los que ya no se usan."),
    ),
    "asms.cell_entry_unknown": Sentences(
        pt=Said(
            "“{name}” não está no catálogo.",
            "Confira o nome na lista do catálogo, ou crie o item lá antes.",
        ),
        en=Said(
            "“{name}” is not in the catalogue.",
            "Check the name in the catalogue's list, or make the entry there first.",
        ),
        es=Said(
            "“{name}” no está en el catálogo.",
            "Verifique el nombre en la lista del catálogo, o créelo allí antes.",
        ),
    ),
    "asms.cell_entry_inactive": Sentences(
        pt=Said(
            "“{name}” está desativado no catálogo e não pode mais ser escolhido.",
            "Escolha outro, ou ative este no catálogo antes.",
        ),
        en=Said(
            "“{name}” is deactivated in the catalogue and can not be chosen any more.",
            "Choose another, or activate this one in the catalogue first.",
        ),
        es=Said(
            "“{name}” está desactivado en el catálogo y ya no puede elegirse.",
            "Elija otro, o active este en el catálogo antes.",
        ),
    ),
    "asms.cell_entry_repeated": Sentences(
        pt=Said("“{name}” aparece mais de uma vez na lista.", "Deixe só um."),
        en=Said("“{name}” is in the list more than once.", "Keep only one."),
        es=Said("“{name}” aparece más de una vez en la lista.", "Deje solo uno."),
    ),
}

SHIFTS: Table = {
    "asms.cell_shifts_columns": Sentences(
        pt=Said(
            "Os turnos só mudam com as três colunas juntas, e faltam no arquivo: {columns}.",
            "Inclua no arquivo Desde, Até e Calendário, ou nenhuma das três.",
        ),
        en=Said(
            "Shifts only change with all three columns, and the file lacks: {columns}.",
            "Put Desde, Até and Calendário into the file, or none of the three.",
        ),
        es=Said(
            "Los turnos solo cambian con las tres columnas juntas, y faltan en el archivo: {columns}.",
            "Incluya en el archivo Desde, Até y Calendário, o ninguna de las tres.",
        ),
    ),
    "asms.cell_shifts_uneven": Sentences(
        pt=Said(
            "Desde tem {since} itens, Até tem {until} e Calendário tem {calendars}.",
            "Cada turno tem um item em cada uma das três células, na mesma ordem.",
        ),
        en=Said(
            "Desde has {since} items, Até has {until}, and Calendário has {calendars}.",
            "Each shift has one item in each of the three cells, in the same order.",
        ),
        es=Said(
            "Desde tiene {since} elementos, Até tiene {until} y Calendário tiene {calendars}.",
            "Cada turno tiene un elemento en cada una de las tres celdas, en el mismo orden.",
        ),
    ),
    "asms.cell_shift_empty": Sentences(
        pt=Said(
            "O turno {days} termina no dia em que começa, ou antes dele.",
            "Informe em Até um dia depois de Desde.",
        ),
        en=Said(
            "The shift {days} ends on the day that it begins, or before.",
            "Give under Até a day after Desde.",
        ),
        es=Said(
            "El turno {days} termina el día en que empieza, o antes.",
            "Indique en Até un día después de Desde.",
        ),
    ),
    "asms.cell_shifts_overlap": Sentences(
        pt=Said(
            "O turno {other} se sobrepõe ao turno {one}.",
            "Mude os dias de um dos dois; um turno pode começar no dia em que o outro termina.",
        ),
        en=Said(
            "The shift {other} overlaps the shift {one}.",
            "Change the days of one of them; a shift may begin on the day that another ends.",
        ),
        es=Said(
            "El turno {other} se superpone al turno {one}.",
            "Cambie los días de uno de los dos; un turno puede empezar el día en que otro termina.",
        ),
    ),
    "asms.cell_shift_inactive": Sentences(
        pt=Said(
            "O turno {days} é novo, e um especialista inativo não recebe turnos.",
            "Retire o turno, ou ative o especialista na coluna Status.",
        ),
        en=Said(
            "The shift {days} is new, and a specialist who is inactive gets no shifts.",
            "Take the shift out, or activate the specialist in the column Status.",
        ),
        es=Said(
            "El turno {days} es nuevo, y un especialista inactivo no recibe turnos.",
            "Quite el turno, o active al especialista en la columna Status.",
        ),
    ),
}


def _password(pt: str, en: str, es: str) -> Sentences:
    """What is wrong with a password; what to do is always the same."""
    return Sentences(
        pt=Said(pt, "Escolha outra senha, ou deixe a célula vazia para manter a atual."),
        en=Said(en, "Choose another password, or leave the cell empty to keep the present one."),
        es=Said(es, "Elija otra contraseña, o deje la celda vacía para mantener la actual."),
    )


PASSWORDS: Table = {  # a code for each of passwords.Rule
    "asms.password_min_length": _password(
        "A senha tem menos de {shortest} caracteres.",
        "The password has fewer than {shortest} characters.",
        "La contraseña tiene menos de {shortest} caracteres.",
    ),
    "asms.password_max_length": _password(
        "A senha tem mais de {longest} caracteres.",
        "The password has more than {longest} characters.",
        "La contraseña tiene más de {longest} caracteres.",
    ),
    "asms.password_upper": _password(
        "A senha não tem nenhuma letra maiúscula.",
        "The password has no letter in upper case.",
        "La contraseña no tiene ninguna letra mayúscula.",
    ),
    "asms.password_lower": _password(
        "A senha não tem nenhuma letra minúscula.",
        "The password has no letter in lower case.",
        "La contraseña no tiene ninguna letra minúscula.",
    ),
    "asms.password_digit": _password(
        "A senha não tem nenhum algarismo.",
        "The password has no digit.",
        "La contraseña no tiene ninguna cifra.",
    ),
    "asms.password_symbol": _password(
        "A senha não tem nenhum símbolo, como ! ou @.",
        "The password has no symbol, as ! or @.",
        "La contraseña no tiene ningún símbolo, como ! o @.",
    ),
    "asms.password_no_login": _password(
        "A senha contém o login.",
        "The password holds the login.",
        "La contraseña contiene el login.",
    ),
    "asms.password_no_name": _password(
        "A senha contém uma palavra do nome.",
        "The password holds a word of the name.",
        "La contraseña contiene una palabra del nombre.",
    ),
    "asms.password_history": _password(
        "A senha repete uma das anteriores; o diretório lembra até {history}.",
        "The password is one of the earlier ones; the directory remembers up to {history}.",
        "La contraseña repite una de las anteriores; el directorio recuerda hasta {history}.",
    ),
}

ROW_SENTENCES: Table = {**HEADERS, **ROWS, **CELLS, **SHIFTS, **PASSWORDS}
