"""How the demo shows runs to people: progress, notification, counters, rejections."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from rich import box
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from sincronia.engine.report import SAO_PAULO
from sincronia.engine.state import Notification, OutcomeKind, Phase, Run

_PHASES = {
    Phase.READ: "Lendo o Questor",
    Phase.PLAN: "Comparando",
    Phase.BRAKE: "Esperando uma pessoa",
    Phase.APPLY: "Gravando no Zen",
    Phase.DONE: "Concluída",
}
_COUNTERS = {
    OutcomeKind.CREATED: "criados",
    OutcomeKind.UPDATED: "atualizados",
    OutcomeKind.UNCHANGED: "sem alteração",
    OutcomeKind.DEACTIVATED: "desativados",
    OutcomeKind.REJECTED: "precisam de correção",
    OutcomeKind.FAILED: "não enviados",
}
_STATES = {"Pendente": "dark_orange", "Concluído": "green"}
_LINE_EACH = 100  # records between two lines, where there is no terminal to draw on


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
        self._told: set[tuple[str, ...]] = set()

    def __enter__(self) -> RunView:
        if self._console.is_terminal:
            self._live.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        if self._console.is_terminal:
            self._live.__exit__(None, None, None)

    def show(self, run: Run, notification: Notification) -> None:
        """The run and its notification as they now stand."""
        if not self._console.is_terminal:
            self._tell(run, notification)
            return
        self._progress.update(
            self._task,
            description=_PHASES[run.phase],
            completed=run.position,
            total=run.planned if run.phase in {Phase.APPLY, Phase.BRAKE, Phase.DONE} else None,
        )
        self._live.update(Padding(Group(self._progress, card(notification)), (1, 2)))

    def _tell(self, run: Run, notification: Notification) -> None:
        at = f"{run.position - run.position % _LINE_EACH} de {run.planned}"
        where = f" {at}" if run.phase == Phase.APPLY else ""
        self._once("phase", f"  {_PHASES[run.phase]}{where}")
        self._once("state", f"  Notificação: {notification.state} ({when(notification)}). {notification.text}")

    def _once(self, *told: str) -> None:
        if told not in self._told:
            self._told.add(told)
            self._console.print(told[-1], markup=False, soft_wrap=True)


def card(notification: Notification) -> RenderableType:
    """The notification as a person sees it: orange while it is Pendente, green when it is Concluído."""
    color = _STATES[notification.state]
    head = Text.assemble((f"● {notification.state}", f"bold {color}"), (f"   {when(notification)}", "dim"))
    return Panel(Group(head, Text(notification.text)), title=notification.title, title_align="left", border_style=color)


def when(notification: Notification) -> str:
    """Since when it is Pendente, or when it was Concluído, as São Paulo's clocks say it."""
    word = "em" if notification.concluded_at else "desde"
    moment = datetime.fromisoformat(notification.concluded_at or notification.created_at)
    return f"{word} {moment.astimezone(SAO_PAULO):%d/%m/%Y %H:%M:%S}"


def counters(run: Run) -> RenderableType:
    """What the run did, in numbers."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column("O que aconteceu")
    table.add_column("Usuários", justify="right")
    for kind, word in _COUNTERS.items():
        if run.counters.get(kind):
            table.add_row(word, str(run.counters[kind]))
    table.add_row(Text("conferidos", style="bold"), Text(str(run.received), style="bold"))
    return Padding(table, (1, 2), expand=False)


def rows(titles: Sequence[str], lines: Iterable[Sequence[str]]) -> RenderableType:
    """A table of texts."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for title in titles:
        table.add_column(title, overflow="fold")
    for line in lines:
        table.add_row(*(Text(cell) for cell in line))
    return Padding(table, (1, 2), expand=False)
