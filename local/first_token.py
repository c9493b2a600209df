"""The first administrator's token of a stack on this machine, made as after a deployment: by the operator's command."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from local.processes import ROOT, StartError, base_environment

_PATIENCE_SECONDS = 60


def first_token(aws: Mapping[str, str], outputs: Mapping[str, str]) -> str:
    """The token. aws, outputs: as in stack.json. Raises StartError with what the command said."""
    with TemporaryDirectory() as folder:
        described = Path(folder) / "stack.json"
        described.write_text(json.dumps({"aws": dict(aws), "outputs": dict(outputs)}), encoding="utf-8")
        command = ["-m", "operations.create_token", str(described), "--description", "Primeiro token", "--role"]
        done = subprocess.run(
            [sys.executable, *command, "administrator"],
            env={**base_environment(), "PYTHONPATH": f"{ROOT}:{ROOT / 'functions'}:{ROOT / 'layers' / 'common'}"},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=_PATIENCE_SECONDS,
        )
    if done.returncode:
        raise StartError(f"O primeiro token não foi criado: {done.stderr}")
    return done.stdout.strip()
