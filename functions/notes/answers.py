"""What the integration of IBM Notes and Zoho CRM can run into, beside what every integration shares."""

from __future__ import annotations

from notes.bringing_back import BRINGING_BACK_SENTENCES
from notes.history_sentences import HISTORY
from notes.meeting import MEETING_SENTENCES
from notes.route_sentences import ROUTES
from notes.syncing.all_sentences import ALL_SENTENCES
from sincronia.answers import Answers

ANSWERS: Answers = {**ALL_SENTENCES, **MEETING_SENTENCES, **BRINGING_BACK_SENTENCES, **HISTORY, **ROUTES}
