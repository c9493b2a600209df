"""`make demo`: the stack on this machine at work, act by act; what is shown is also checked.

Exit code 0: everything was as it should be. 1: something wasn't, or didn't come up. 2: there is no such act.
"""

from __future__ import annotations

import argparse
import importlib
import json
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console
from rich.panel import Panel

from local.demo_stage import NotAsItShouldBeError, Stage
from local.dev import VENDORS, describe
from local.processes import StartError
from local.stack import Stack
from local.template import TemplateError
from operations import deployment

# Each module has `play`; it is imported when the stack stands, for it reads the environment.
ACTS = {
    "zen": "local.demo_zen",
    "sgp": "local.demo_sgp",
    "asms": "local.demo_asms",
    "promob": "local.demo_promob",
    "notes": "local.demo_notes",
    "pages": "local.demo_pages",
}
WIDTH_WITHOUT_TERMINAL = 120


def show(acts: Sequence[str], console: Console) -> None:
    """Brings a stack up and plays the acts on it. Raises NotAsItShouldBeError, StartError and TemplateError."""
    began = time.monotonic()
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="sincronia-demo-")))
        console.print("[bold]Sincronia[/] nesta máquina: levantando o stack …")
        stack = opened.enter_context(Stack(vendors=VENDORS))
        description = folder / "stack.json"
        description.write_text(json.dumps(describe(stack)), encoding="utf-8")
        deployment.enter(str(description))
        console.print(f"De pé em {time.monotonic() - began:.1f} s: {_parts(stack)}.", style="dim")
        stage = Stage(console, stack, description)
        for act in acts:
            importlib.import_module(ACTS[act]).play(stage)
        seconds = time.monotonic() - began
    console.print()
    console.print(
        Panel.fit(
            f"Tudo como devia: {stage.checks} verificações em {seconds:.0f} s. Nada ficou rodando.", style="green"
        )
    )


def _parts(stack: Stack) -> str:
    resources = stack.provisioned
    return f"{len(resources.functions)} funções Lambda, {len(resources.schedules)} agendamentos e {len(stack.vendors)} \
sistemas simulados"


def main() -> None:
    """Plays the act that is named, or all."""
    parser = argparse.ArgumentParser(prog="python -m local.demo", description="Mostra o Sincronia em funcionamento.")
    parser.add_argument("act", nargs="*", help=f"o ato: {', '.join(ACTS)}; sem ele, todos")
    named: list[str] = parser.parse_args().act
    unknown = [name for name in named if name not in ACTS]
    if unknown:
        print(f"A demonstração não tem o ato {', '.join(unknown)}. Os atos são: {', '.join(ACTS)}.", file=sys.stderr)
        sys.exit(2)
    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH_WITHOUT_TERMINAL)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        show(named or list(ACTS), console)
    except NotAsItShouldBeError as error:
        console.print(f"\n✗ {error}", style="bold red", markup=False)
        sys.exit(1)
    except (StartError, TemplateError) as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        console.print("\nInterrompida; nada ficou rodando.", style="dim")
        sys.exit(130)


if __name__ == "__main__":
    main()
