"""Arguments of the commands, refused in Portuguese."""

from __future__ import annotations

import argparse
import sys
from typing import NoReturn

WRONG_INPUT = 2  # exit code


class Parser(argparse.ArgumentParser):
    """Ends with one sentence where the arguments don't do."""

    def __init__(self, *, prog: str, description: str, advice: str) -> None:
        super().__init__(prog=prog, description=description)
        self._advice = advice

    def error(self, message: str) -> NoReturn:  # noqa: ARG002  # argparse says it in English
        self.print_usage(sys.stderr)
        self.exit(WRONG_INPUT, f"{self._advice}; -h explica.\n")


def end(code: int, sentence: str) -> NoReturn:
    """Ends the command with a sentence on standard error."""
    print(sentence, file=sys.stderr)
    sys.exit(code)
