"""What Promob's integration can run into, beside what every integration shares."""

from __future__ import annotations

from promob.client_sentences import CLIENT
from promob.event_sentences import EVENTS
from promob.project_sentences import PROJECTS
from promob.store_sentences import STORE
from sincronia.answers import COMMON, Answers

ANSWERS: Answers = {**COMMON, **CLIENT, **STORE, **PROJECTS, **EVENTS}

# In the worker, which also meets a connection that goes while a change of its is written.
WORKED: Answers = {**ANSWERS, "connection_unknown": ANSWERS["connection_missing"]}
