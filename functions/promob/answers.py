"""What Promob's integration can run into, beside what every integration shares."""

from __future__ import annotations

from promob.project_sentences import PROJECTS
from sincronia.answers import COMMON, Answers

ANSWERS: Answers = {**COMMON, **PROJECTS}
