"""What is wrong with a row, as its outcome keeps it, in the words of who imports. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from asms.importing.all_sentences import ALL_SENTENCES
from asms.importing.sentences import said
from asms.users import Culture
from sincronia.answers import problem_in
from sincronia.engine.state import Outcome


@dataclass(frozen=True, slots=True)
class ToldFault:
    """A fault: where it is, what was typed there (masked), why it is one, what to do.

    cell: as C17; empty where the file has no such column. column: its header; empty of what is about the whole row.
    """

    cell: str
    column: str
    value: str
    code: str
    reason: str
    advice: str


def faults_of(outcome: Outcome, culture: Culture) -> Iterator[ToldFault]:
    """All that is wrong with a row, in the order of its columns."""
    for kept in outcome.kept.get("faults", ()):
        problem = problem_in(kept["problem"])
        if problem is not None:
            told = said(problem, ALL_SENTENCES, culture)
            yield ToldFault(kept["cell"], kept["column"], kept["value"], problem.code, told.sentence, told.advice)
