"""Writes the OpenAPI document of all functions: `python -m operations.openapi`."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

FILE = Path(__file__).parents[1] / "functions" / "hub" / "openapi.json"


def whole_document() -> dict[str, Any]:
    """The document of every on_http function, from its routes."""
    for name, value in DESCRIBED.items():
        os.environ.setdefault(name, value)
    from asms.on_http import application as asms  # noqa: PLC0415  # reads the environment when imported
    from hub.on_http import application as hub  # noqa: PLC0415
    from notes.on_http import application as notes  # noqa: PLC0415
    from promob.on_http import application as promob  # noqa: PLC0415
    from sgp.on_http import application as sgp  # noqa: PLC0415
    from sincronia.web.openapi import document, merged  # noqa: PLC0415
    from zen.on_http import application as zen  # noqa: PLC0415

    return merged(document(application) for application in (hub, asms, notes, promob, sgp, zen))


DESCRIBED = {  # what functions read when they are imported
    f"{name}_TABLE": "described"
    for name in (
        *("CONNECTIONS", "LINKS", "IDENTITIES", "RUNS", "OUTCOMES", "NOTIFICATIONS", "HINTS"),
        *("TOKENS", "REQUESTS", "DIRECTORY", "PROJECTS", "MAILBOXES", "PRIVACY"),
    )
} | {"AWS_DEFAULT_REGION": "sa-east-1", "POWERTOOLS_SERVICE_NAME": "described"}


def text_of(document: dict[str, Any]) -> str:
    """The document as it is committed."""
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def main() -> None:
    """Writes the file again."""
    FILE.write_text(text_of(whole_document()), encoding="utf-8")
    print(f"{FILE} foi gravado.")


if __name__ == "__main__":
    main()
