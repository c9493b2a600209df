"""What a connection's runs of a day come to: each flow's receipt, and what waits for a person. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sincronia import clock
from sincronia.engine.days import midnights
from sincronia.engine.erasing import DELETION
from sincronia.engine.hints import Period
from sincronia.engine.state import Mode, OutcomeKind, Phase, Result, Run, ScheduledFlow

# What happens, and adds up over a day; all else is a state, which the last run knows best.
_HAPPENED = (OutcomeKind.CREATED, OutcomeKind.UPDATED, OutcomeKind.DEACTIVATED, OutcomeKind.REMOVED)
_LEFT = (OutcomeKind.SKIPPED, OutcomeKind.FAILED)
_PLANNED = frozenset({Phase.BRAKE, Phase.APPLY, Phase.DONE})  # it is known how many records there are
_WORDS = {  # singular, plural
    OutcomeKind.CREATED: ("criado", "criados"),
    OutcomeKind.UPDATED: ("atualizado", "atualizados"),
    OutcomeKind.DEACTIVATED: ("desativado", "desativados"),
    OutcomeKind.REMOVED: ("removido", "removidos"),
    OutcomeKind.SKIPPED: ("deixado de fora", "deixados de fora"),
    OutcomeKind.FAILED: ("não enviado", "não enviados"),
}


@dataclass(frozen=True, slots=True)
class FlowReceipt:
    """What the day's runs of one flow came to.

    received and counters are the sums over the runs, and obey the law of conservation with `remaining`; `checked` and
    `standing` are what people are told: of records that come again with each run, how the last one found them.
    """

    flow: str
    runs: tuple[Run, ...]  # the newest first
    received: int
    remaining: int
    counters: Mapping[OutcomeKind, int]
    checked: int
    standing: Mapping[OutcomeKind, int]
    to_correct_in: tuple[Run, ...]  # where records wait for a person
    at_brake: tuple[Run, ...]
    failed: tuple[Run, ...]  # that ended early

    @property
    def to_correct(self) -> int:
        """Records that wait for a person."""
        return self.standing.get(OutcomeKind.REJECTED, 0)


def period_of(day: date) -> Period:
    """The day from midnight to midnight in São Paulo."""
    noon = datetime.combine(day, time(12), clock.SAO_PAULO).timestamp()
    return Period(*midnights(noon))


def receipts(flows: Sequence[ScheduledFlow], runs: Sequence[Run]) -> tuple[FlowReceipt, ...]:
    """The receipts of a connection's runs of one day, by flow; previews write nothing and have none."""
    applied = [run for run in runs if run.mode == Mode.APPLY and run.flow != DELETION]
    by_flow: dict[str, list[Run]] = {}
    for run in sorted(applied, key=lambda run: run.started_at, reverse=True):
        by_flow.setdefault(run.flow, []).append(run)
    repeated = {flow.flow for flow in flows if flow.every_minutes is not None}
    return tuple(_receipt(flow, tuple(found), repeats=flow in repeated) for flow, found in sorted(by_flow.items()))


def _receipt(flow: str, runs: tuple[Run, ...], *, repeats: bool) -> FlowReceipt:
    counters, standing = Counter[OutcomeKind](), Counter[OutcomeKind]()
    for run in runs:
        counters.update(run.counters)
    standing.update({kind: counters[kind] for kind in _HAPPENED})
    reads_all_again = repeats or any(run.source_manifests for run in runs)
    telling = _last(runs) if reads_all_again else runs
    for run in telling:
        standing.update({kind: number for kind, number in run.counters.items() if kind not in _HAPPENED})
    whole = [run for run in runs if _is_counted(run) and not run.retried] or list(runs)
    return FlowReceipt(
        flow=flow,
        runs=runs,
        received=sum(run.received for run in runs),
        remaining=sum(run.remaining for run in runs),
        counters={kind: number for kind, number in counters.items() if number},
        checked=whole[0].received if reads_all_again else sum(run.received for run in runs),
        standing={kind: number for kind, number in standing.items() if number},
        to_correct_in=tuple(run for run in telling if run.counters.get(OutcomeKind.REJECTED)),
        at_brake=tuple(run for run in runs if run.phase == Phase.BRAKE),
        failed=tuple(run for run in runs if run.result == Result.FAILURE),
    )


def _last(runs: Sequence[Run]) -> Sequence[Run]:
    """The newest run whose records are counted."""
    return next(([run] for run in runs if _is_counted(run)), [])


def _is_counted(run: Run) -> bool:
    """Whether it came so far that it knows its records; one that failed before does not."""
    return run.phase in _PLANNED and (run.received > 0 or run.result != Result.FAILURE)


def told(receipts: Sequence[FlowReceipt]) -> str:
    """`214 conferidos, 9 atualizados, 2 esperam você.`"""
    if not receipts:
        return "Nada foi executado neste dia."
    standing = Counter[OutcomeKind]()
    for receipt in receipts:
        standing.update(receipt.standing)
    checked = sum(receipt.checked for receipt in receipts)
    parts = [f"{_number(checked)} {'conferido' if checked == 1 else 'conferidos'}"]
    parts += [_counted(standing[kind], _WORDS[kind]) for kind in (*_HAPPENED, *_LEFT) if standing[kind]]
    if waiting := standing[OutcomeKind.REJECTED]:
        parts.append(_counted(waiting, ("espera você", "esperam você")))
    if braked := sum(len(receipt.at_brake) for receipt in receipts):
        parts.append(_counted(braked, ("execução no freio", "execuções no freio")))
    if failed := sum(len(receipt.failed) for receipt in receipts):
        parts.append(_counted(failed, ("execução com erro", "execuções com erro")))
    if len(parts) == 1:
        parts.append("nada a mudar")
    elif not checked:
        parts.pop(0)
    return ", ".join(parts) + "."


def _counted(number: int, words: tuple[str, str]) -> str:
    return f"{_number(number)} {words[number != 1]}"


def _number(value: int) -> str:
    return f"{value:,}".replace(",", ".")
