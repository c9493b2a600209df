"""How the demo shows runs to people: progress, the area Mensagem, notification, tables."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from rich import box
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from sincronia.clock import SAO_PAULO

Json = dict[str, Any]

KINDS = {
    "created": "criados",
    "updated": "atualizados",
    "unchanged": "sem alteração",
    "deactivated": "desativados",
    "removed": "retirados",
    "skipped": "deixados de fora",
    "rejected": "precisam de correção",
    "failed": "não enviados",
}
WOULD_BE = {**KINDS, "created": "a criar", "updated": "a atualizar", "deactivated": "a desativar"}
ACTIONS = {
    "created": "criar",
    "updated": "atualizar",
    "unchanged": "nada",
    "deactivated": "desativar",
    "skipped": "deixar de fora",
    "rejected": "corrigir antes",
}
_PHASES = {
    "read": "Lendo o Questor",
    "plan": "Comparando",
    "brake": "Esperando uma pessoa",
    "apply": "Sincronizando",
    "done": "Concluída",
}
_STATES = {"Pendente": "dark_orange", "Concluído": "green"}
_LAST_LINES = 6  # of the messages, on a terminal
_TOLD_LINES = 4  # of the outcomes of a run, where there is no terminal to draw on


class RunView:
    """A run while it goes on: drawn in place on a terminal, told in lines elsewhere. A context manager."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._progress = Progress(
            SpinnerColumn(finished_text="[green]✓[/]"),
            TextColumn("{task.description:<22}"),
            BarColumn(40),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
        )
        self._task = self._progress.add_task("Na fila", total=None)
        self._live = Live(console=console, refresh_per_second=12)
        self._lines = deque[str](maxlen=_LAST_LINES)
        self._next = 0  # the place in the plan whose outcome is told next
        self._phases = set[str]()

    def __enter__(self) -> RunView:
        if self._console.is_terminal:
            self._live.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        if self._console.is_terminal:
            self._live.__exit__(None, None, None)

    def show(self, run: Json, messages: Sequence[Json], notification: Json) -> None:
        """The run as it now stands, the messages that are new, and its notification."""
        if not self._console.is_terminal:
            for message in messages:
                self._tell(run, message)
            return
        self._lines.extend(message["text"] for message in messages)
        self._progress.update(
            self._task,
            description=_PHASES[run["phase"]],
            completed=run["position"],
            total=run["planned"] if run["phase"] in {"apply", "brake", "done"} else None,
        )
        lines = Group(*(Text(f"  {line}", style="dim", no_wrap=True, overflow="ellipsis") for line in self._lines))
        self._live.update(Padding(Group(self._progress, lines, card(notification)), (1, 2)))

    def told(self, notification: Json) -> None:
        """The notification as it stands, where it isn't drawn."""
        if not self._console.is_terminal:
            self._line(f"Notificação: {notification['state']} ({when(notification)}). {notification['text']}")

    def _tell(self, run: Json, message: Json) -> None:
        """A message in a line of its own: of many outcomes a few, of where a run stands the first of each phase."""
        place = message["seq"]
        if place.startswith("5-") and place.endswith("-9"):
            position = int(place[2:10])
            if position >= self._next:
                self._next = position + max(run["planned"] // _TOLD_LINES, 1)
                self._line(message["text"], cut=True)
        elif (phase := place[0] + place[-2:]) not in self._phases:
            self._phases.add(phase)
            self._line(message["text"])

    def _line(self, text: str, *, cut: bool = False) -> None:
        if cut:
            self._console.print(f"  {text}", markup=False, no_wrap=True, overflow="ellipsis")
        else:
            self._console.print(f"  {text}", markup=False, soft_wrap=True)


def card(notification: Json) -> RenderableType:
    """The notification as a person sees it: orange while it is Pendente, green when it is Concluído."""
    color = _STATES[notification["state"]]
    head = Text.assemble((f"● {notification['state']}", f"bold {color}"), (f"   {when(notification)}", "dim"))
    body = Group(head, Text(notification["text"]))
    return Panel(body, title=notification["title"], title_align="left", border_style=color)


def when(notification: Json) -> str:
    """Since when it is Pendente, or when it was Concluído, as São Paulo's clocks say it."""
    word = "em" if notification["concluded_at"] else "desde"
    moment = datetime.fromisoformat(notification["concluded_at"] or notification["created_at"])
    return f"{word} {moment.astimezone(SAO_PAULO):%d/%m/%Y %H:%M:%S}"


def lanes(run: Json) -> RenderableType:
    """What a run did, or a preview would do, in numbers: a line for each kind of record and target."""
    words = WOULD_BE if run["mode"] == "preview" else KINDS
    shown = [kind for kind in words if run["counters"].get(kind)]
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for title in ("Cadastros", "Destino"):
        table.add_column(title)
    for title in (*(words[kind] for kind in shown), "conferidos"):
        table.add_column(title, justify="right")
    for lane in run["lanes"]:
        counted = (str(lane["counters"].get(kind) or "") for kind in shown)
        table.add_row(lane["title"], lane["target"], *counted, str(lane["received"]))
    totals = (str(run["counters"][kind]) for kind in shown)
    table.add_row(*(Text(cell, style="bold") for cell in ("Ao todo", "", *totals, str(run["received"]))))
    return Padding(table, (1, 2), expand=False)


def rows(titles: Sequence[str], lines: Iterable[Sequence[str]]) -> RenderableType:
    """A table of texts."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for title in titles:
        table.add_column(title, overflow="fold")
    for line in lines:
        table.add_row(*(Text(cell) for cell in line))
    return Padding(table, (1, 2), expand=False)
