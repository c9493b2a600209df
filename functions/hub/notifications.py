"""What people see of the runs: Pendente until the work is done, then Concluído."""

from __future__ import annotations

from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import BaseModel, Field

from hub.integrated import integrations
from sincronia import clock
from sincronia.answers import Problem, ProblemError
from sincronia.auth import Role
from sincronia.engine.state import Notification, Result
from sincronia.store.notifications import notifications_by_state, notifications_of, stored_notification
from sincronia.web.application import Caller, Routes
from sincronia.web.fields import ConnectionInPath, ConnectionInQuery, run_url
from sincronia.web.paging import Cursor, Limit, Page, after_of, page

routes = Routes("Notificações")

State = Literal["Pendente", "Concluído"]
MonthOfNotifications = Annotated[
    str,
    Query(
        pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$",
        description="O mês, como em 2026-11, no horário de São Paulo; sem ele, o atual, e, se for de todas as "
        "conexões, também o anterior.",
    ),
]


class FileAnswer(BaseModel):
    """A file that can be downloaded."""

    name: str
    url: str


class ListedNotification(BaseModel):
    """A notification; its files are the names of what can be downloaded."""

    connection: str
    id: str
    title: str
    text: str
    state: State
    result: Result | None
    created_at: str
    concluded_at: str | None
    url: str
    run_url: str = Field(description="Onde está o que ela conta: a execução, ou o cadastro que pede a ação.")
    files: list[str]


class NotificationAnswer(ListedNotification):
    """A notification, with where its files are."""

    files: list[FileAnswer]  # type: ignore[assignment]  # the list has their names alone


@routes.get(
    "/notifications",
    role=Role.READER,
    summary="Lista as notificações de um mês",
    page="hub/notifications.html",
    drawn_with={"integrations": integrations},
)
def list_notifications(  # noqa: PLR0917  # Powertools calls it by name
    caller: Caller,
    connection: ConnectionInQuery = "",
    state: Annotated[State | None, Query(description="Sem estado, as pendentes vêm primeiro.")] = None,
    mine: Annotated[bool, Query(description="Só as que se dirigem a quem chama.")] = False,
    month: MonthOfNotifications = "",
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Page[ListedNotification]:
    """The newest first; of everybody, those that are pending before those that are concluded."""
    after = after_of(cursor)
    if connection or mine:
        month = month or clock.month(clock.now())
        return page(notifications_of(caller.id if mine else connection, state, month, limit, after), _listed)
    months = (month,) if month else clock.months(clock.now(), 2)
    states = (state,) if state else ("Pendente", "Concluído")
    return page(notifications_by_state([(each, of) for each in states for of in months], limit, after), _listed)


@routes.get(
    "/notifications/<connection>/<notification_id>",
    role=Role.READER,
    summary="Lê uma notificação",
    page="hub/notification.html",
    drawn_with={"integrations": integrations},
    refuses=("notification_not_found",),
)
def read_notification(
    connection: ConnectionInPath, notification_id: Annotated[str, Path(max_length=200)]
) -> NotificationAnswer:
    """With where its files are."""
    notification = stored_notification(connection, notification_id)
    if notification is None:
        raise ProblemError(Problem("notification_not_found"))
    at = f"{_run_url(notification)}/files"
    files = [FileAnswer(name=name, url=f"{at}/{name}") for name in notification.files]
    return NotificationAnswer(**{**_listed(notification).model_dump(), "files": files})


def _listed(notification: Notification) -> ListedNotification:
    return ListedNotification(
        connection=notification.connection,
        id=notification.id,
        title=notification.title,
        text=notification.text,
        state="Concluído" if notification.result else "Pendente",
        result=notification.result,
        created_at=notification.created_at,
        concluded_at=notification.concluded_at or None,
        url=f"/notifications/{notification.audience}/{notification.id}",
        run_url=_run_url(notification),
        files=list(notification.files),
    )


def _run_url(notification: Notification) -> str:
    return notification.page or run_url(notification.integration, notification.connection, notification.id)
