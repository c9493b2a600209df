"""Writes what the hub needs to tell of every integration's records: `python -m operations.sentences`."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from operations.openapi import DESCRIBED
from sincronia.answers import COMMON

FILE = Path(__file__).parents[1] / "functions" / "hub" / "sentences.json"


def all_sentences() -> dict[str, Any]:
    """By integration: its name for people, sentences and advice by code, and what people call what it keeps."""
    for name, value in DESCRIBED.items():
        os.environ.setdefault(name, value)
    from asms.offered import INTEGRATION as ASMS  # noqa: PLC0415  # reads the environment when imported
    from notes.offered import INTEGRATION as NOTES  # noqa: PLC0415
    from notes.side_names import SIDE_TITLES  # noqa: PLC0415
    from promob.offered import INTEGRATION as PROMOB  # noqa: PLC0415
    from sgp.offered import INTEGRATION as SGP  # noqa: PLC0415
    from sincronia.web.hint_forms import HintIntegration  # noqa: PLC0415
    from zen.offered import INTEGRATION as ZEN  # noqa: PLC0415

    sides = {NOTES.name: {side.value: title for side, title in SIDE_TITLES.items()}}
    return {
        one.name: {
            "title": _TITLES[one.name],
            "sentences": {
                code: [answer.sentence, answer.advice]
                for code, answer in one.answers.items()
                if answer != COMMON.get(code)  # which the hub has
            },
            "lanes": {entity: [one.lanes[entity].title, one.lanes[entity].target] for entity in one.lanes},
            "sides": sides.get(one.name, {}),
            "actions": dict(one.actions) if isinstance(one, HintIntegration) else {},
            "hinted": list(one.kind.entities) if isinstance(one, HintIntegration) else [],
        }
        for one in (ASMS, NOTES, PROMOB, SGP, ZEN)
    }


_TITLES = {
    "asms": "ASMS",
    "notes": "IBM Notes ↔ Zoho CRM",
    "promob": "Promob ↔ FoccoLojas",
    "sgp": "SGP → OZmap",
    "zen": "Questor → Zen",
}


def text_of(sentences: dict[str, Any]) -> str:
    """The file as it is committed."""
    return json.dumps(sentences, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def main() -> None:
    """Writes the file again."""
    FILE.write_text(text_of(all_sentences()), encoding="utf-8")
    print(f"{FILE} foi gravado.")


if __name__ == "__main__":
    main()
