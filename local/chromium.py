"""The machine's own Chromium, as Playwright drives it: nothing here downloads a browser."""

from __future__ import annotations

import shutil

from playwright.sync_api import Browser, Playwright

from local.processes import StartError

_COMMANDS = ("chromium", "google-chrome")


def launched(playwright: Playwright) -> Browser:
    """A browser. Raises StartError where the machine has none."""
    found = next((path for name in _COMMANDS if (path := shutil.which(name))), None)
    if found is None:
        raise StartError("Falta o Chromium nesta máquina (Debian, Ubuntu: apt-get install chromium).")
    # Chromium's sandbox doesn't work for root, and in few containers; what it opens here is ours.
    return playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
