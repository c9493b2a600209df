"""All that an import tells people, by its code."""

from __future__ import annotations

from asms.importing.file_sentences import FILES
from asms.importing.import_sentences import IMPORTS
from asms.importing.row_sentences import ROW_SENTENCES
from asms.importing.run_sentences import RUN_SENTENCES
from asms.importing.sentences import Table
from asms.importing.upload_sentences import UPLOADS

ALL_SENTENCES: Table = {**RUN_SENTENCES, **UPLOADS, **FILES, **IMPORTS, **ROW_SENTENCES}
