"""Notifications of imports, and of what takes one back, in the language of who imports. Pure but for times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from asms.catalogues import Category
from asms.importing.all_sentences import ALL_SENTENCES
from asms.importing.model import IMPORT, UNDOING, Asked, asked_by
from asms.importing.sentences import said
from asms.users import Culture
from sincronia import clock
from sincronia.answers import Problem
from sincronia.engine.report import TO_CORRECT, time_of_day
from sincronia.engine.state import Mode, Notification, OutcomeKind, Phase, Result, Run

_MOST_NAMED = 10  # of the columns that were ignored


@dataclass(frozen=True, slots=True)
class _Words:
    """What notifications are put together from. `{…}` is filled in; counted words are singular and plural."""

    title: str
    title_of: Mapping[Category, str]
    preview: str
    undone: str
    begun: str
    reached: str
    waits: str
    decision: str
    would_wait: str
    ignored: str
    missing: str
    more: str
    lines: tuple[str, str]
    counted: Mapping[OutcomeKind, tuple[str, str]]  # in the order that people ask for them
    would_be: Mapping[OutcomeKind, str]  # of a preview
    thousands: str


_WORDS: Mapping[Culture, _Words] = {
    Culture.PT: _Words(
        title="Importar: {file}",
        title_of={
            Category.CLIENTS: "Importar clientes: {project} ({file})",
            Category.SPECIALISTS: "Importar especialistas: {project} ({file})",
        },
        preview=" (pré-visualização)",
        undone="Nada foi gravado ainda.",
        begun="A importação foi iniciada.",
        reached="{position} de {planned} linhas.",
        waits="A importação espera e continua às {time}.",
        decision="A importação espera a sua decisão.",
        would_wait="Ao importar, o freio vai esperar a sua decisão:",
        ignored="Colunas que não foram consideradas: {names}.",
        missing="Colunas obrigatórias que o arquivo não tem: {names}.",
        more="{names} e mais {number}",
        lines=("linha", "linhas"),
        counted={
            OutcomeKind.CREATED: ("criado", "criados"),
            OutcomeKind.UPDATED: ("atualizado", "atualizados"),
            OutcomeKind.DEACTIVATED: ("desativado", "desativados"),
            OutcomeKind.UNCHANGED: ("sem alteração", "sem alteração"),
            OutcomeKind.REJECTED: ("precisa de correção", "precisam de correção"),
            OutcomeKind.SKIPPED: ("deixado de fora", "deixados de fora"),
            OutcomeKind.FAILED: ("não gravado", "não gravados"),
        },
        would_be={
            OutcomeKind.CREATED: "a criar",
            OutcomeKind.UPDATED: "a atualizar",
            OutcomeKind.DEACTIVATED: "a desativar",
            OutcomeKind.SKIPPED: "a deixar de fora",
        },
        thousands=".",
    ),
    Culture.EN: _Words(
        title="Import: {file}",
        title_of={
            Category.CLIENTS: "Import clients: {project} ({file})",
            Category.SPECIALISTS: "Import specialists: {project} ({file})",
        },
        preview=" (preview)",
        undone="Nothing has been written yet.",
        begun="The import has begun.",
        reached="{position} of {planned} rows.",
        waits="The import waits and goes on at {time}.",
        decision="The import waits for your decision.",
        would_wait="When it is imported, the brake will wait for your decision:",
        ignored="Columns that were not considered: {names}.",
        missing="Obligatory columns that the file lacks: {names}.",
        more="{names} and {number} more",
        lines=("row", "rows"),
        counted={
            OutcomeKind.CREATED: ("created", "created"),
            OutcomeKind.UPDATED: ("updated", "updated"),
            OutcomeKind.DEACTIVATED: ("deactivated", "deactivated"),
            OutcomeKind.UNCHANGED: ("unchanged", "unchanged"),
            OutcomeKind.REJECTED: ("needs correction", "need correction"),
            OutcomeKind.SKIPPED: ("left out", "left out"),
            OutcomeKind.FAILED: ("not written", "not written"),
        },
        would_be={
            OutcomeKind.CREATED: "to create",
            OutcomeKind.UPDATED: "to update",
            OutcomeKind.DEACTIVATED: "to deactivate",
            OutcomeKind.SKIPPED: "to leave out",
        },
        thousands=",",
    ),
    Culture.ES: _Words(
        title="Importar: {file}",
        title_of={
            Category.CLIENTS: "Importar clientes: {project} ({file})",
            Category.SPECIALISTS: "Importar especialistas: {project} ({file})",
        },
        preview=" (vista previa)",
        undone="Todavía no se grabó nada.",
        begun="La importación comenzó.",
        reached="{position} de {planned} filas.",
        waits="La importación espera y continúa a las {time}.",
        decision="La importación espera su decisión.",
        would_wait="Al importar, el freno esperará su decisión:",
        ignored="Columnas que no se consideraron: {names}.",
        missing="Columnas obligatorias que faltan en el archivo: {names}.",
        more="{names} y {number} más",
        lines=("fila", "filas"),
        counted={
            OutcomeKind.CREATED: ("creado", "creados"),
            OutcomeKind.UPDATED: ("actualizado", "actualizados"),
            OutcomeKind.DEACTIVATED: ("desactivado", "desactivados"),
            OutcomeKind.UNCHANGED: ("sin cambios", "sin cambios"),
            OutcomeKind.REJECTED: ("necesita corrección", "necesitan corrección"),
            OutcomeKind.SKIPPED: ("dejado fuera", "dejados fuera"),
            OutcomeKind.FAILED: ("no grabado", "no grabados"),
        },
        would_be={
            OutcomeKind.CREATED: "a crear",
            OutcomeKind.UPDATED: "a actualizar",
            OutcomeKind.DEACTIVATED: "a desactivar",
            OutcomeKind.SKIPPED: "a dejar fuera",
        },
        thousands=".",
    ),
}


_WORDS_OF_UNDOING: Mapping[Culture, _Words] = {
    Culture.PT: replace(
        _WORDS[Culture.PT],
        title_of=dict.fromkeys(Category, "Desfazer a importação: {project} ({file})"),
        begun="A importação está sendo desfeita.",
        reached="{position} de {planned} usuários.",
        waits="O desfazer espera e continua às {time}.",
        lines=("usuário", "usuários"),
        counted={
            OutcomeKind.UPDATED: ("voltou ao que era", "voltaram ao que eram"),
            OutcomeKind.REMOVED: ("retirado", "retirados"),
            OutcomeKind.SKIPPED: ("ficou como está", "ficaram como estão"),
            OutcomeKind.FAILED: ("não gravado", "não gravados"),
        },
    ),
    Culture.EN: replace(
        _WORDS[Culture.EN],
        title_of=dict.fromkeys(Category, "Undo the import: {project} ({file})"),
        begun="The import is being undone.",
        reached="{position} of {planned} users.",
        waits="The undoing waits and goes on at {time}.",
        lines=("user", "users"),
        counted={
            OutcomeKind.UPDATED: ("put back", "put back"),
            OutcomeKind.REMOVED: ("taken out", "taken out"),
            OutcomeKind.SKIPPED: ("left as it is", "left as they are"),
            OutcomeKind.FAILED: ("not written", "not written"),
        },
    ),
    Culture.ES: replace(
        _WORDS[Culture.ES],
        title_of=dict.fromkeys(Category, "Deshacer la importación: {project} ({file})"),
        begun="La importación se está deshaciendo.",
        reached="{position} de {planned} usuarios.",
        waits="El deshacer espera y continúa a las {time}.",
        lines=("usuario", "usuarios"),
        counted={
            OutcomeKind.UPDATED: ("volvió a lo que era", "volvieron a lo que eran"),
            OutcomeKind.REMOVED: ("retirado", "retirados"),
            OutcomeKind.SKIPPED: ("quedó como está", "quedaron como están"),
            OutcomeKind.FAILED: ("no grabado", "no grabados"),
        },
    ),
}


def told(run: Run) -> Notification:
    """The notification of an import as it now stands."""
    asked = asked_by(run)
    words = (_WORDS_OF_UNDOING if run.flow == UNDOING else _WORDS)[asked.culture]
    if run.result:
        parts = _ended(run, asked.culture, words)
    elif run.phase == Phase.BRAKE:
        parts = [*(_explained(problem, asked.culture) for problem in run.brakes), words.decision]
    else:
        parts = _under_way(run, asked.culture, words)
    counters = run.counters
    to_correct = counters.get(OutcomeKind.REJECTED, 0) + counters.get(OutcomeKind.FAILED, 0)
    if run.preview and run.result == Result.PARTIAL:  # those who have changed since the preview come back, too
        to_correct += counters.get(OutcomeKind.SKIPPED, 0)
    return Notification(
        audience=run.audience,
        id=run.key.run_id,
        connection=run.key.connection,
        integration=run.integration,
        title=_title(asked, words) + (words.preview if run.mode == Mode.PREVIEW else ""),
        text=" ".join(parts),
        created_at=clock.iso(run.started_at),
        concluded_at=clock.iso(run.concluded_at) if run.concluded_at is not None else "",
        result=run.result,
        files=(TO_CORRECT,) if run.result and to_correct and run.flow == IMPORT else (),
    )


def _title(asked: Asked, words: _Words) -> str:
    """A file that was left in a wrong place has no project."""
    title = words.title_of[asked.category] if asked.project_name else words.title
    return title.format(project=asked.project_name, file=asked.file)


def _ended(run: Run, culture: Culture, words: _Words) -> list[str]:
    parts = [_explained(run.problem, culture)] if run.problem else []
    if run.mode == Mode.PREVIEW and not run.problem:
        parts.append(words.undone)
    if run.received or not run.problem:
        parts.append(_totals(run, words))
    if run.brakes and run.mode == Mode.PREVIEW:
        parts += [words.would_wait, *(_explained(problem, culture) for problem in run.brakes)]
    for sentence, which in ((words.ignored, "ignored"), (words.missing, "missing")):
        if names := run.progress.get(which):
            parts.append(sentence.format(names=_listed(names, words)))
    return parts


def _under_way(run: Run, culture: Culture, words: _Words) -> list[str]:
    parts = []
    if run.problem:
        parts.append(_explained(run.problem, culture))
        if run.wake_at is not None:
            parts.append(words.waits.format(time=time_of_day(run.wake_at)))
    if run.position and run.planned:
        reached = {"position": _number(run.position, words), "planned": _number(run.planned, words)}
        parts.append(words.reached.format_map(reached))
    return parts or [words.begun]


def _totals(run: Run, words: _Words) -> str:
    """`420 linhas: 403 criados, 17 precisam de correção.`; of a preview, what would be done."""
    counters, counted = run.counters, []
    for kind, each in words.counted.items():
        if number := counters.get(kind):
            would_be = words.would_be.get(kind) if run.mode == Mode.PREVIEW else None
            counted.append(f"{_number(number, words)} {would_be or each[number != 1]}")
    head = f"{_number(run.received, words)} {words.lines[run.received != 1]}"
    return f"{head}: {', '.join(counted)}." if counted else f"{head}."


def _listed(names: list[str], words: _Words) -> str:
    shown, left = ", ".join(names[:_MOST_NAMED]), len(names) - _MOST_NAMED
    return words.more.format(names=shown, number=left) if left > 0 else shown


def _explained(problem: Problem, culture: Culture) -> str:
    each = said(problem, ALL_SENTENCES, culture)
    return f"{each.sentence} {each.advice}"


def _number(number: int, words: _Words) -> str:
    return f"{number:,}".replace(",", words.thousands)
