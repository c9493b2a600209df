"""The hub's file of sentences: what the integrations' own tables say."""

from __future__ import annotations

import json
import subprocess
import sys
from string import Formatter

from local import processes
from operations.sentences import FILE

COMMITTED = json.loads(FILE.read_text(encoding="utf-8"))


def test_the_committed_sentences_are_those_of_the_integrations() -> None:
    """In a process of its own: here, other tests have imported the product many times over."""
    program = "from operations.sentences import text_of, all_sentences; print(text_of(all_sentences()), end='')"
    environment = processes.base_environment() | {"PYTHONPATH": f"{processes.ROOT}:{processes.ROOT / 'functions'}"}
    said = subprocess.run(
        [sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE, check=True, text=True
    )
    assert FILE.read_text(encoding="utf-8") == said.stdout, "run: make openapi"


def test_every_integration_is_told_of() -> None:
    packages = {path.parent.name for path in (processes.ROOT / "functions").glob("*/on_queue.py")}

    assert set(COMMITTED) == packages


def test_sentences_ask_for_details_by_name() -> None:
    for name, one in COMMITTED.items():
        for code, texts in one["sentences"].items():
            for text in texts:
                fields = [field for _, field, _, _ in Formatter().parse(text) if field is not None]
                assert all(field.isidentifier() for field in fields), (name, code)
