"""Routes of specialists' shifts (seed 003, “Turnos”: Desde, Até, Calendário)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path
from pydantic import BaseModel, BeforeValidator, Field

from asms.catalogues import Catalogue, Category
from asms.changing import changed_user, user_of
from asms.choices import choices
from asms.choosing import chosen
from asms.form_fields import EntryId
from asms.paths import UserInPath, user_path
from asms.store.upload_forms import files_origin
from asms.user_forms import Named, ShiftAnswer, UserHead, head_of, shifts_of
from asms.users import Shift, User, check_active, with_shift, without_shift
from sincronia import clock
from sincronia.auth import Role
from sincronia.ids import ID_FORM, new_id
from sincronia.web.application import Caller, Input, Routes
from sincronia.web.fields import ConnectionInPath
from sincronia.web.integration import Integration

_DAY_FORM = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

ShiftInPath = Annotated[str, Path(pattern=ID_FORM, description="A identificação do turno.")]


def _day(value: object) -> date:
    if isinstance(value, str) and _DAY_FORM.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    message = "deve ser um dia que existe, como 2026-11-23"
    raise ValueError(message)


Day = Annotated[date, BeforeValidator(_day)]


class NewShift(Input):
    """When a shift begins and ends, and by which calendar it goes."""

    since: Annotated[Day, Field(description="Desde: o primeiro dia do turno.")]
    until: Annotated[Day, Field(description="Até: o dia em que ele termina, e em que outro pode começar.")]
    calendar: EntryId


class ShiftsAnswer(BaseModel):
    """The shifts of a specialist, and what another one is defined with."""

    user: UserHead
    shifts: list[ShiftAnswer]
    calendars: list[Named] = Field(description="Os primeiros calendários que podem ser escolhidos.")
    today: date = Field(description="O dia de hoje em São Paulo.")


@dataclass(frozen=True, slots=True)
class ShiftRoutes:
    """The routes of the integration."""

    integration: Integration

    def routes(self) -> Routes:
        """Ready for an Application."""
        routes = Routes("Turnos")
        shifts = f"{user_path(self.integration, Category.SPECIALISTS)}/shifts"
        refuses = ("connection_unknown", "asms.user_unknown", "asms.user_changed")
        routes.get(
            shifts,
            role=Role.READER,
            summary="Lê os turnos de um especialista, pelo primeiro dia",
            refuses=("connection_unknown", "asms.user_unknown"),
            page="asms/shifts.html",
            elsewhere=files_origin,
        )(self.list_shifts)
        routes.post(
            shifts,
            role=Role.OPERATOR,
            summary="Define um turno de um especialista",
            status=201,
            answered="O turno; o que ele já tinha, com os mesmos dias e o mesmo calendário, é o mesmo turno.",
            refuses=(
                *refuses,
                *("asms.entry_unknown", "asms.entry_inactive", "asms.specialist_inactive"),
                *("asms.shift_empty", "asms.shifts_overlap", "asms.too_many"),
            ),
        )(self.add_shift)
        routes.delete(
            f"{shifts}/<shift>",
            role=Role.OPERATOR,
            summary="Retira um turno de um especialista",
            status=204,
            answered="O especialista não tem mais o turno.",
            refuses=(*refuses, "asms.shift_unknown"),
        )(self.remove_shift)
        return routes

    def list_shifts(self, connection: ConnectionInPath, user: UserInPath) -> ShiftsAnswer:
        """All of them, also those that are over."""
        self.integration.connection(connection)
        whose = user_of(connection, Category.SPECIALISTS, user)
        return ShiftsAnswer(
            user=head_of(connection, whose),
            shifts=shifts_of(connection, whose),
            calendars=choices(connection, Catalogue.CALENDARS),
            today=clock.today(),
        )

    def add_shift(self, connection: ConnectionInPath, user: UserInPath, new: NewShift, caller: Caller) -> ShiftAnswer:
        """After the start, and on no day of another one."""
        self.integration.connection(connection)
        user_of(connection, Category.SPECIALISTS, user)
        calendar = chosen(connection, Catalogue.CALENDARS, [new.calendar], "calendar")[new.calendar]
        shift = Shift(new_id(), new.since, new.until, new.calendar)
        after = changed_user(connection, Category.SPECIALISTS, user, caller.id, lambda before: _added(before, shift))
        kept = next(one for one in after.shifts if _is_same(one, shift))
        return ShiftAnswer(
            id=kept.id, since=kept.since, until=kept.until, calendar=Named(id=calendar.id, name=calendar.name)
        )

    def remove_shift(self, connection: ConnectionInPath, user: UserInPath, shift: ShiftInPath, caller: Caller) -> None:
        """One that is over, too."""
        self.integration.connection(connection)
        changed_user(connection, Category.SPECIALISTS, user, caller.id, lambda before: without_shift(before, shift))


def _added(user: User, shift: Shift) -> User:
    """The user with the shift; as it is, where the request that made it is here again."""
    check_active(user)
    if any(_is_same(one, shift) for one in user.shifts):
        return user
    return with_shift(user, shift)


def _is_same(one: Shift, other: Shift) -> bool:
    return (one.since, one.until, one.calendar) == (other.since, other.until, other.calendar)
