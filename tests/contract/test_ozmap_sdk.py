"""The vendor's own SDK as a client of the simulated OZmap: what stands for a vendor has to satisfy its code."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from local.vendors.ozmap import LOGIN, PASSWORD, OzmapSimulator
from local.vendors.provider import provider

NODE = Path(__file__).parents[1] / "node"
CONTRACTS = 450  # so many that more than 250 properties are on the map
SECONDS = 60  # a client that goes round in circles ends here


@pytest.mark.sweep
def test_vendors_sdk_is_content_with_the_simulator() -> None:
    assert (NODE / "node_modules/.ready").exists(), "the SDK isn't installed; make tests/node/node_modules/.ready"
    with OzmapSimulator(provider(CONTRACTS)) as ozmap:
        environment = {
            **os.environ,
            "OZMAP_URL": ozmap.url,
            "OZMAP_KEY": ozmap.key,
            "OZMAP_LOGIN": LOGIN,
            "OZMAP_PASSWORD": PASSWORD,
            # The SDK's logger opens a port and floods stdout unless it is told otherwise.
            "OZLOGGER_HTTP": "false",
            "OZLOGGER_LEVEL": "error",
        }
        command = ["node", "--test", "--test-reporter=tap", "ozmap_sdk.test.mjs"]
        told = subprocess.run(
            command, cwd=NODE, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
        )
        assert told.returncode == 0, f"{told.stdout}\n{told.stderr}"
        assert "# pass 8\n" in told.stdout, told.stdout
        done = {"list", "find", "create", "update", "delete", "login"}
        assert set(ozmap.requests) == done, ozmap.requests
