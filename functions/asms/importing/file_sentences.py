"""What is wrong with a file of users as a whole, in three languages."""

from __future__ import annotations

from asms.importing.sentences import Said, Sentences, Table

FILES: Table = {
    "asms.file_empty": Sentences(
        pt=Said(
            "O arquivo {file} está vazio.",
            "Confira se ele foi salvo por inteiro e envie-o de novo.",
        ),
        en=Said(
            "The file {file} is empty.",
            "Check that it was saved completely, and send it again.",
        ),
        es=Said(
            "El archivo {file} está vacío.",
            "Compruebe que se guardó por completo y envíelo de nuevo.",
        ),
    ),
    "asms.file_encrypted": Sentences(
        pt=Said(
            "A planilha {file} está protegida por senha e não pode ser lida.",
            "Abra-a no Excel, retire a senha em Arquivo > Informações > Proteger Pasta de Trabalho, salve e envie "
            "de novo.",
        ),
        en=Said(
            "The workbook {file} is protected by a password and cannot be read.",
            "Open it in Excel, remove the password in File > Info > Protect Workbook, save it and send it again.",
        ),
        es=Said(
            "El libro {file} está protegido con contraseña y no se puede leer.",
            "Ábralo en Excel, quite la contraseña en Archivo > Información > Proteger libro, guárdelo y envíelo "
            "de nuevo.",
        ),
    ),
    "asms.file_old": Sentences(
        pt=Said(
            "O arquivo {file} tem o formato antigo do Office (como .xls), que não é aceito.",
            "Abra-o no Excel, escolha Salvar como e o tipo “Pasta de Trabalho do Excel (.xlsx)”, e envie o novo "
            "arquivo.",
        ),
        en=Said(
            "The file {file} has an old format of Office (such as .xls), which is not accepted.",
            "Open it in Excel, choose Save As and the type “Excel Workbook (.xlsx)”, and send the new file.",
        ),
        es=Said(
            "El archivo {file} tiene un formato antiguo de Office (como .xls), que no se acepta.",
            "Ábralo en Excel, elija Guardar como y el tipo “Libro de Excel (.xlsx)”, y envíe el archivo nuevo.",
        ),
    ),
    "asms.file_macros": Sentences(
        pt=Said(
            "A planilha {file} contém macros e, por segurança, não é aceita.",
            "Salve-a no Excel como “Pasta de Trabalho do Excel (.xlsx)”, sem macros, e envie de novo.",
        ),
        en=Said(
            "The workbook {file} contains macros and, for safety, is not accepted.",
            "Save it in Excel as “Excel Workbook (.xlsx)”, without macros, and send it again.",
        ),
        es=Said(
            "El libro {file} contiene macros y, por seguridad, no se acepta.",
            "Guárdelo en Excel como “Libro de Excel (.xlsx)”, sin macros, y envíelo de nuevo.",
        ),
    ),
    "asms.file_xlsb": Sentences(
        pt=Said(
            "A planilha {file} tem o formato binário do Excel (.xlsb), que não é aceito.",
            "Salve-a no Excel como “Pasta de Trabalho do Excel (.xlsx)” e envie de novo.",
        ),
        en=Said(
            "The workbook {file} has Excel's binary format (.xlsb), which is not accepted.",
            "Save it in Excel as “Excel Workbook (.xlsx)” and send it again.",
        ),
        es=Said(
            "El libro {file} tiene el formato binario de Excel (.xlsb), que no se acepta.",
            "Guárdelo en Excel como “Libro de Excel (.xlsx)” y envíelo de nuevo.",
        ),
    ),
    "asms.file_ods": Sentences(
        pt=Said(
            "O arquivo {file} é do LibreOffice (OpenDocument, como .ods), e esse formato não é aceito.",
            "Salve-o no LibreOffice como “Planilha do Excel (.xlsx)” e envie o novo arquivo.",
        ),
        en=Said(
            "The file {file} is LibreOffice's (OpenDocument, such as .ods), and that format is not accepted.",
            "Save it in LibreOffice as “Excel 2007–365 (.xlsx)” and send the new file.",
        ),
        es=Said(
            "El archivo {file} es de LibreOffice (OpenDocument, como .ods), y ese formato no se acepta.",
            "Guárdelo en LibreOffice como “Excel 2007–365 (.xlsx)” y envíe el archivo nuevo.",
        ),
    ),
    "asms.file_pdf": Sentences(
        pt=Said(
            "O arquivo {file} é um PDF, e não uma planilha.",
            "Envie a planilha (.xlsx) de que o PDF foi feito.",
        ),
        en=Said(
            "The file {file} is a PDF, not a workbook.",
            "Send the workbook (.xlsx) that the PDF was made from.",
        ),
        es=Said(
            "El archivo {file} es un PDF, no un libro de Excel.",
            "Envíe el libro (.xlsx) del que se hizo el PDF.",
        ),
    ),
    "asms.file_kind": Sentences(
        pt=Said(
            "O arquivo {file} não é uma planilha: o conteúdo é de outro tipo ({kind}), qualquer que seja o nome.",
            "Envie uma planilha .xlsx, um arquivo .csv ou um .zip com eles.",
        ),
        en=Said(
            "The file {file} is not a workbook: its content is of another kind ({kind}), whatever its name says.",
            "Send a workbook (.xlsx), a .csv file, or a .zip of them.",
        ),
        es=Said(
            "El archivo {file} no es un libro de Excel: su contenido es de otro tipo ({kind}), diga lo que diga "
            "su nombre.",
            "Envíe un libro .xlsx, un archivo .csv o un .zip con ellos.",
        ),
    ),
    "asms.file_kind_unknown": Sentences(
        pt=Said(
            "O arquivo {file} não é uma planilha nem um texto CSV que se possa ler.",
            "Envie uma planilha .xlsx, um arquivo .csv ou um .zip com eles.",
        ),
        en=Said(
            "The file {file} is neither a workbook nor CSV text that can be read.",
            "Send a workbook (.xlsx), a .csv file, or a .zip of them.",
        ),
        es=Said(
            "El archivo {file} no es un libro de Excel ni un texto CSV que se pueda leer.",
            "Envíe un libro .xlsx, un archivo .csv o un .zip con ellos.",
        ),
    ),
    "asms.file_damaged": Sentences(
        pt=Said(
            "O arquivo {file} está danificado ou incompleto e não pôde ser lido.",
            "Abra-o no Excel, deixe que ele o repare, salve como .xlsx e envie de novo.",
        ),
        en=Said(
            "The file {file} is damaged or incomplete and could not be read.",
            "Open it in Excel, let Excel repair it, save it as .xlsx and send it again.",
        ),
        es=Said(
            "El archivo {file} está dañado o incompleto y no se pudo leer.",
            "Ábralo en Excel, deje que lo repare, guárdelo como .xlsx y envíelo de nuevo.",
        ),
    ),
    "asms.file_too_large": Sentences(
        pt=Said(
            "O arquivo {file} não pôde ser lido: é grande demais, está danificado ou tem uma célula preenchida "
            "muito longe das outras, como na última linha.",
            "Copie só as linhas de usuários para uma planilha nova, ou divida-as em várias com até 7.000 linhas, "
            "e envie de novo.",
        ),
        en=Said(
            "The file {file} could not be read: it is too large, is damaged, or has a filled cell very far from "
            "the others, as in the last row.",
            "Copy only the rows of users to a new workbook, or split them into several of up to 7,000 rows, and "
            "send it again.",
        ),
        es=Said(
            "El archivo {file} no se pudo leer: es demasiado grande, está dañado o tiene una celda rellena muy "
            "lejos de las demás, como en la última fila.",
            "Copie solo las filas de usuarios a un libro nuevo, o divídalas en varios de hasta 7.000 filas, y "
            "envíelo de nuevo.",
        ),
    ),
    "asms.file_no_sheet": Sentences(
        pt=Said(
            "A planilha {file} não tem nenhuma aba visível que possa ser lida.",
            "Mostre a aba dos usuários, ou parta do formato vazio que a exportação oferece, e envie de novo.",
        ),
        en=Said(
            "The workbook {file} has no visible sheet that can be read.",
            "Show the sheet of users, or begin with the empty format that the export offers, and send it again.",
        ),
        es=Said(
            "El libro {file} no tiene ninguna hoja visible que se pueda leer.",
            "Muestre la hoja de los usuarios, o parta del formato vacío que ofrece la exportación, y envíelo de nuevo.",
        ),
    ),
    "asms.file_no_header": Sentences(
        pt=Said(
            "Em {file}, a tabela está vazia: não há nem a linha de cabeçalho.",
            "Parta do formato vazio que a exportação oferece: a primeira linha tem os nomes das colunas.",
        ),
        en=Said(
            "In {file}, the table is empty: there is not even the header row.",
            "Begin with the empty format that the export offers: its first row has the names of the columns.",
        ),
        es=Said(
            "En {file}, la tabla está vacía: no hay ni la fila de encabezado.",
            "Parta del formato vacío que ofrece la exportación: la primera fila tiene los nombres de las columnas.",
        ),
    ),
    "asms.file_columns": Sentences(
        pt=Said(
            "Em {file}, há células preenchidas além da coluna {most}, que é a última que se lê.",
            "Apague o que estiver à direita das colunas de usuários e envie de novo.",
        ),
        en=Said(
            "In {file}, cells are filled beyond column {most}, the last one that is read.",
            "Delete whatever is to the right of the columns of users, and send it again.",
        ),
        es=Said(
            "En {file}, hay celdas rellenas más allá de la columna {most}, la última que se lee.",
            "Borre lo que haya a la derecha de las columnas de usuarios y envíelo de nuevo.",
        ),
    ),
    "asms.file_rows": Sentences(
        pt=Said(
            "O arquivo {file} tem mais de {most} linhas de usuários, que é o máximo de uma importação.",
            "Divida-o e envie uma parte de cada vez.",
        ),
        en=Said(
            "The file {file} has more than {most} rows of users, the most that one import takes.",
            "Split it, and send one part at a time.",
        ),
        es=Said(
            "El archivo {file} tiene más de {most} filas de usuarios, el máximo de una importación.",
            "Divídalo y envíe una parte cada vez.",
        ),
    ),
    "asms.file_cell_long": Sentences(
        pt=Said(
            "Em {file}, a célula {cell} tem mais texto do que uma célula do Excel comporta (32.767 caracteres).",
            "Encurte o texto e envie de novo.",
        ),
        en=Said(
            "In {file}, the cell {cell} has more text than a cell of Excel can hold (32,767 characters).",
            "Shorten the text, and send it again.",
        ),
        es=Said(
            "En {file}, la celda {cell} tiene más texto del que cabe en una celda de Excel (32.767 caracteres).",
            "Acorte el texto y envíelo de nuevo.",
        ),
    ),
    "asms.file_line_long": Sentences(
        pt=Said(
            "Em {file}, a linha {row} tem um texto longo demais para uma célula.",
            "Confira se as aspas e as quebras de linha estão certas; o mais seguro é salvar como .xlsx e enviar "
            "de novo.",
        ),
        en=Said(
            "In {file}, row {row} has a text that is too long for a cell.",
            "Check its quotation marks and line breaks; it is safest to save it as .xlsx and send it again.",
        ),
        es=Said(
            "En {file}, la fila {row} tiene un texto demasiado largo para una celda.",
            "Compruebe las comillas y los saltos de línea; lo más seguro es guardarlo como .xlsx y enviarlo de nuevo.",
        ),
    ),
    "asms.file_quote": Sentences(
        pt=Said(
            "Em {file}, as aspas da linha {row} não fecham ou têm texto depois delas.",
            "Corrija as aspas; o mais seguro é abrir no Excel, salvar como .xlsx e enviar de novo.",
        ),
        en=Said(
            "In {file}, the quotation marks of row {row} are not closed, or have text after them.",
            "Mend them; it is safest to open the file in Excel, save it as .xlsx and send it again.",
        ),
        es=Said(
            "En {file}, las comillas de la fila {row} no se cierran o tienen texto después.",
            "Corríjalas; lo más seguro es abrir el archivo en Excel, guardarlo como .xlsx y enviarlo de nuevo.",
        ),
    ),
    "asms.zip_encrypted": Sentences(
        pt=Said(
            "O conteúdo de {file} está protegido por senha e não pode ser lido.",
            "Compacte os arquivos de novo, sem senha, e envie.",
        ),
        en=Said(
            "The content of {file} is protected by a password and cannot be read.",
            "Make the zip again without a password, and send it.",
        ),
        es=Said(
            "El contenido de {file} está protegido con contraseña y no se puede leer.",
            "Comprima los archivos de nuevo, sin contraseña, y envíelos.",
        ),
    ),
    "asms.zip_nested": Sentences(
        pt=Said(
            "O arquivo {file} é um zip dentro de outro zip, e isso não é aceito.",
            "Ponha as planilhas diretamente no primeiro zip, ou envie-as uma a uma.",
        ),
        en=Said(
            "The file {file} is a zip within a zip, which is not accepted.",
            "Put the workbooks directly into the first zip, or send them one by one.",
        ),
        es=Said(
            "El archivo {file} es un zip dentro de otro zip, y eso no se acepta.",
            "Ponga los libros directamente en el primer zip, o envíelos uno a uno.",
        ),
    ),
    "asms.zip_many": Sentences(
        pt=Said(
            "O arquivo {file} tem mais de {most} itens, que é o máximo de um zip.",
            "Deixe nele só as planilhas, ou divida-o.",
        ),
        en=Said(
            "The file {file} has more than {most} entries, the most that a zip may have.",
            "Leave only the workbooks in it, or split it.",
        ),
        es=Said(
            "El archivo {file} tiene más de {most} elementos, el máximo de un zip.",
            "Deje en él solo los libros, o divídalo.",
        ),
    ),
    "asms.zip_empty": Sentences(
        pt=Said(
            "O arquivo {file} não tem nenhuma planilha dentro.",
            "Compacte nele as planilhas .xlsx ou os arquivos .csv e envie de novo.",
        ),
        en=Said(
            "The file {file} has no workbook in it.",
            "Put the workbooks (.xlsx) or .csv files into it, and send it again.",
        ),
        es=Said(
            "El archivo {file} no tiene ningún libro dentro.",
            "Comprima en él los libros .xlsx o los archivos .csv y envíelo de nuevo.",
        ),
    ),
    "asms.zip_name": Sentences(
        pt=Said(
            "No arquivo {file}, há um item cujo nome não é aceito: “{member}”.",
            "Compacte os arquivos de novo, com nomes simples e sem caminhos como ../ ou C:, e envie.",
        ),
        en=Said(
            "The file {file} has an entry whose name is not accepted: “{member}”.",
            "Make the zip again, with plain names and no paths such as ../ or C:, and send it.",
        ),
        es=Said(
            "El archivo {file} tiene un elemento cuyo nombre no se acepta: “{member}”.",
            "Comprima los archivos de nuevo, con nombres sencillos y sin rutas como ../ o C:, y envíelos.",
        ),
    ),
    "asms.zip_repeats": Sentences(
        pt=Said(
            "No arquivo {file}, há dois itens com o mesmo nome: “{member}”.",
            "Compacte os arquivos de novo, cada um uma só vez, e envie.",
        ),
        en=Said(
            "The file {file} has two entries of the same name: “{member}”.",
            "Make the zip again, with each file only once, and send it.",
        ),
        es=Said(
            "El archivo {file} tiene dos elementos con el mismo nombre: “{member}”.",
            "Comprima los archivos de nuevo, cada uno una sola vez, y envíelos.",
        ),
    ),
}
