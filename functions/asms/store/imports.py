"""What imports keep of their own in the directory's table: whose turn it is, and which files were imported.

| scope | item | row |
| --- | --- | --- |
| connection#turns | project#category | `value` lists the runs that want to change its users, in their turn |
| connection#files | project#category#sha256 | `value` names the run that imported this very file |
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pynamodb.exceptions import PutError
from pynamodb.expressions.condition import Condition

from asms.catalogues import Category
from asms.store.rows import DirectoryRow
from asms.store.users import stored_users, users_of_logins
from asms.users import User
from sincronia import clock
from sincronia.answers import Problem, ProblemError
from sincronia.engine.state import Phase, Run, RunKey
from sincronia.store.runs import stored_run

_TRIES = 5
_WAITING_SECONDS = 30  # until a run looks again whether its turn has come


class ImportDirectory:
    """Implements asms.importing.decided.Directory."""

    def __init__(self, connection: str) -> None:
        self._connection = connection

    def users(self, category: Category, ids: Iterable[str]) -> Mapping[str, User]:
        return stored_users(self._connection, category, ids)

    def holders(self, logins: Iterable[str]) -> Mapping[str, tuple[Category, str]]:
        return users_of_logins(self._connection, logins)


def check_turn(key: RunKey, project: str, category: Category) -> None:
    """Raises ProblemError(asms.import_waits) until it is a run's turn to change a project's users.

    Runs have their turn in the order of their start. Who has it keeps it, and so it is until its run is done.
    """

    def waiting(runs: list[str]) -> list[str]:
        left = [run for run in runs if run == key.run_id or not _is_done(RunKey(key.connection, run))]
        if key.run_id in left:
            return left
        return [*left[:1], *sorted((*left[1:], key.run_id))]

    runs = _changed(turns_scope(key.connection), f"{project}#{category.value}", waiting)
    if runs[0] != key.run_id:
        raise ProblemError(Problem("asms.import_waits"), retry_at=clock.now() + _WAITING_SECONDS)


def imported_before(
    key: RunKey, project: str, category: Category, sha256: str, *, counts: Callable[[Run], bool]
) -> Run | None:
    """The run that imported this very file before; None where there is none, and from now on it is this one.

    counts: whether an earlier run's import still stands.
    """

    def kept(runs: list[str]) -> list[str]:
        earlier = stored_run(RunKey(key.connection, runs[0])) if runs else None
        return runs if earlier is not None and counts(earlier) else [key.run_id]

    (run_id,) = _changed(files_scope(key.connection), f"{project}#{category.value}#{sha256}", kept)
    return None if run_id == key.run_id else stored_run(RunKey(key.connection, run_id))


def turns_scope(connection: str) -> str:
    """The scope of whose turn it is."""
    return f"{connection}#turns"


def files_scope(connection: str) -> str:
    """The scope of the files that were imported."""
    return f"{connection}#files"


def _is_done(key: RunKey) -> bool:
    run = stored_run(key)
    return run is None or run.phase == Phase.DONE


def _changed(scope: str, item: str, rule: Callable[[list[str]], list[str]]) -> list[str]:
    """A row's runs after a rule, which may be asked several times; written where the rule changes them."""
    for _ in range(_TRIES):
        row = _stored(scope, item)
        before: list[str] = row.value["runs"] if row else []
        after = rule(before)
        if after == before or _kept(scope, item, row, after):
            return after
    message = f"{_TRIES} writers were faster"  # the message comes again
    raise RuntimeError(message)


def _kept(scope: str, item: str, before: DirectoryRow | None, runs: list[str]) -> bool:
    version = int(before.version) if before else 0
    still: Condition = DirectoryRow.version == version if before else DirectoryRow.item.does_not_exist()
    value: dict[str, Any] = {"runs": runs}
    try:
        DirectoryRow(scope, item, value=value, version=version + 1).save(still)
    except PutError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
        return False
    return True


def _stored(scope: str, item: str) -> DirectoryRow | None:
    try:
        return DirectoryRow.get(scope, item, consistent_read=True)
    except DirectoryRow.DoesNotExist:
        return None
