"""All that a sync may have to say."""

from __future__ import annotations

from notes.connection_sentences import CONNECTION
from notes.content_sentences import CONTENT
from notes.domino_sentences import DOMINO
from notes.syncing.sync_sentences import SYNC_SENTENCES
from notes.zoho_sentences import ZOHO
from sincronia.answers import COMMON, Answers

ALL_SENTENCES: Answers = {**COMMON, **CONTENT, **CONNECTION, **DOMINO, **ZOHO, **SYNC_SENTENCES}
