"""Zoho's own SDK as a client of the simulated CRM: what stands for a vendor has to satisfy its code."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from local.vendors.zoho import ZohoSimulator

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-zoho/bin/python"
SECONDS = 60


def run(zoho: ZohoSimulator, case: str, credentials: dict[str, str]) -> str:
    """What the cases of one class said, which all have to hold."""
    assert (ROOT / ".venv-zoho/ready").exists(), "the SDK isn't installed; make .venv-zoho/ready"
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment = {**kept, "ZOHO_URL": zoho.url}
    environment |= {f"ZOHO_{name.upper()}": value for name, value in credentials.items()}
    command = [str(PYTHON), str(ROOT / "tests/zoho_sdk_client.py"), case]
    told = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert told.returncode == 0, f"{told.stdout}\n{told.stderr}"
    return told.stderr


@pytest.mark.sweep
def test_vendors_sdk_is_content_with_the_simulator() -> None:
    with ZohoSimulator() as zoho:
        assert "Ran 9 tests" in run(zoho, "SdkAgainstTheSimulator", zoho.credentials)
        assert set(zoho.requests) == {"login", "list", "find", "create", "update", "delete"}, zoho.requests


@pytest.mark.sweep
def test_vendors_sdk_understands_that_the_authorization_was_taken_back() -> None:
    with ZohoSimulator() as zoho:
        held = zoho.credentials
        zoho.revoke()
        assert "Ran 1 test" in run(zoho, "AuthorizationTakenBack", held)
        assert dict(zoho.subjects) == {"token": 1}
