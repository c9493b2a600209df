"""What an import tells people in their language: each code in Portuguese, English and Spanish.

Portuguese stands in asms.answers too, for the API speaks it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from asms.users import Culture
from sincronia.answers import Answer, Answers, Fault, Problem, Retry


@dataclass(frozen=True, slots=True)
class Said:
    """What is wrong, and what to do, in one language; `{placeholders}` are a problem's details."""

    sentence: str
    advice: str


@dataclass(frozen=True, slots=True)
class Sentences:
    """The same in each language, with the same placeholders."""

    pt: Said
    en: Said
    es: Said

    def of(self, culture: Culture) -> Said:
        """In one language."""
        return {Culture.PT: self.pt, Culture.EN: self.en, Culture.ES: self.es}[culture]


Table = Mapping[str, Sentences]


def answers_of(table: Table, retry: Retry, fault: Fault = Fault.PERSON) -> Answers:
    """The Portuguese of a table as rows of the table of answers."""
    return {code: Answer(retry, fault, one.pt.sentence, one.pt.advice) for code, one in table.items()}


def said(problem: Problem, table: Table, culture: Culture) -> Said:
    """A problem's sentence and advice, filled in. Raises KeyError where the table lacks the code, or a detail."""
    one = table[problem.code].of(culture)
    return Said(one.sentence.format_map(problem.details), one.advice.format_map(problem.details))
