"""What follows from a change of a project: who is notified, what Promob is told, what the history says. Pure.

Whoever changes a project writes all of it in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from promob.environments import Environment, Need, Origin
from promob.offers import HistoryEntry
from promob.projects import Project, situation
from sincronia import clock
from sincronia.engine.hints import hint_id
from sincronia.engine.state import Notification, Result

NEEDS: Mapping[Need, str] = {
    Need.PREPARE: "Houve alterações no Promob. Abra o ambiente no Promob e use Preparar para Negociação ou Negociar.",
    Need.UPDATE: "Há um novo orçamento do Promob. Clique em Atualizar para gerar a nova versão.",
}
_IN_REVISION = " O ambiente já foi convertido: a alteração entra na revisão."
_OCCURRENCE = " É de uma assistência técnica."


@dataclass(frozen=True, slots=True)
class Consequences:
    """The project as it is to stand, with what is written beside it. `outgoing` are ids of environments."""

    project: Project
    notifications: tuple[Notification, ...]
    outgoing: tuple[str, ...]
    history: tuple[HistoryEntry, ...]


def consequences(connection: str, before: Project | None, after: Project, by: str, at: float) -> Consequences:
    """What follows from the change; `by` is the token id of who makes it, empty where it is Promob."""
    known = {one.id: one for one in before.environments} if before else {}
    notifications, environments, outgoing = list[Notification](), list[Environment](), list[str]()
    for one in after.environments:
        settled, told = _notified(connection, after, known.get(one.id), one, at)
        environments.append(settled)
        notifications += told
        if _is_to_be_told(after, settled) and not _was_to_be_told(before, known.get(one.id), settled):
            outgoing.append(one.id)
    project = replace(after, environments=tuple(environments))
    history = tuple(_history(before, after, known, by, at))
    return Consequences(project, tuple(notifications), tuple(outgoing), history)


def environment_path(connection: str, project: str, environment: str) -> str:
    """Where an environment is read (the screen Ambiente)."""
    return f"/integrations/promob/connections/{connection}/projects/{project}/environments/{environment}"


def need_of(project: Project, environment: Environment) -> Need | None:
    """What can still be done of what an environment needs: nothing, once the revision is concluded."""
    return None if project.is_concluded and environment.occurrence is None else environment.need


def connect_text(project: Project, environment: Environment) -> str:
    """Situação and Estágio, as Promob is told them."""
    return " / ".join(situation(project, environment))


def _notified(
    connection: str, project: Project, before: Environment | None, after: Environment, at: float
) -> tuple[Environment, list[Notification]]:
    """One open notification for an environment that is out of date, concluded once it no longer is.

    It goes to who works on the environment; where that is somebody else from now on, it is concluded and opened anew.
    """
    told, need = list[Notification](), need_of(project, after)
    moved = before is not None and before.worked_by != after.worked_by
    if before and before.notified and (need is None or moved):
        told.append(_notification(connection, project, before, None, at))
        after = replace(after, notified="")
    if need and (before is None or not after.notified or (before.need, before.converted) != (need, after.converted)):
        after = after if after.notified else replace(after, notified=hint_id(at, connection, project.id, after.id))
        told.append(_notification(connection, project, after, need, at))
    if not told and _is_first_of_assistance(before, after):
        made = replace(after, notified=hint_id(at, connection, project.id, after.id))
        told.append(replace(_notification(connection, project, made, None, at), title=_received(project, after)))
    return after, told


def _is_first_of_assistance(before: Environment | None, after: Environment) -> bool:
    """Whether Promob's first budget of an occurrence came, which made its version: its people are told, too."""
    return after.occurrence is not None and after.current is not None and not (before and before.current)


def _received(project: Project, environment: Environment) -> str:
    return f"{project.name} – {environment.name}: orçamento do Promob recebido"


def _notification(
    connection: str, project: Project, environment: Environment, need: Need | None, at: float
) -> Notification:
    """The notification that is open for an environment; without a need, concluded."""
    text = "O ambiente está atualizado, outra pessoa passou a trabalhar nele, ou a revisão do projeto foi concluída."
    if need:
        text = NEEDS[need]
        text += _OCCURRENCE if environment.occurrence else _IN_REVISION if environment.converted else ""
    return Notification(
        audience=environment.worked_by or connection,
        id=environment.notified,
        connection=connection,
        integration="promob",
        title=f"{project.name} – {environment.name}: projeto desatualizado",
        text=text,
        created_at=_opened_at(environment.notified),
        concluded_at="" if need else clock.iso(at),
        result=None if need else Result.SUCCESS,
        page=environment_path(connection, project.id, environment.id),
    )


def _opened_at(notification_id: str) -> str:
    """When a notification was opened: its id begins with that moment, without punctuation."""
    text = notification_id.partition("-")[0]
    day, hour = text[:8], text[9:15]
    return f"{day[:4]}-{day[4:6]}-{day[6:]}T{hour[:2]}:{hour[2:4]}:{hour[4:]}.{text[15:18]}Z"


def _is_to_be_told(project: Project, environment: Environment) -> bool:
    """Whether Promob has to be told something of an environment, or to make it."""
    if environment.occurrence and environment.occurrence.source is None:
        return False
    if not environment.promob_id:
        return environment.origin == Origin.HERE
    return environment.told != connect_text(project, environment)


def _was_to_be_told(before: Project | None, environment: Environment | None, now: Environment) -> bool:
    """Whether the same was to be told before: then it is on its way."""
    if before is None or environment is None or environment.promob_id != now.promob_id:
        return False
    return _is_to_be_told(before, environment) and situation(before, environment) == situation(before, now)


def _history(
    before: Project | None, after: Project, known: dict[str, Environment], by: str, at: float
) -> Iterator[HistoryEntry]:
    if before is None:
        yield HistoryEntry(code="project_created", at=at, by=by)
    for one in after.environments:
        for code, details in _happened(known.get(one.id), one, after):
            yield HistoryEntry(code=code, at=at, by=by, environment=one.name, details=details)
    was, now = before.revision if before else None, after.revision
    if now and not was:
        yield HistoryEntry(code="revision_released", at=at, by=by)
    if now and now.accessed_at is not None and (was is None or was.accessed_at is None):
        yield HistoryEntry(code="revision_accessed", at=at, by=by)
    if now and now.concluded_at is not None and (was is None or was.concluded_at is None):
        yield HistoryEntry(code="revision_concluded", at=at, by=by, details={"orders": str(len(now.orders))})


def _happened(before: Environment | None, after: Environment, project: Project) -> Iterator[tuple[str, dict[str, str]]]:
    if before is None:
        yield "assistance_opened" if after.occurrence else "environment_created", {}
    if after.promob_id and (before is None or not before.promob_id):
        yield "environment_in_promob", {"promob_id": after.promob_id}
    number = after.current.number if after.current else 0
    if number and number != (before.current.number if before and before.current else 0):
        yield "version_made", {"version": str(number)}
    was = before.converted if before else None
    if after.converted and not was:
        yield "converted", _as_version(after.converted.version)
    if was and not after.converted:
        yield "conversion_undone", _as_version(was.version) | {"reason": project.undone}
    if after.reviewed and not (before and before.reviewed):
        yield "reviewed", _as_version(number)


def _as_version(number: int) -> dict[str, str]:
    """Of an environment of items by hand alone there is no version."""
    return {"version": str(number)} if number else {}
