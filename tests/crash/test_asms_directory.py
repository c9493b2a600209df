"""Whatever happens at whatever call of a request, the directory ends as if nothing had happened.

A person makes a client, renames one, puts one into a group with its projects, associates all that a search shows, and
deactivates a specialist; who gets no answer asks for the same again. At each moment a user, its login, its identities,
the rows of its projects and its tokens say the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.asms_on_aws import SPECIALISTS
from tests.crash.asms_scenarios import COMING_AND_GOING, DIRECTORY
from tests.crash.asms_world import DirectoryOnAws
from tests.crash.choke import Choke, Fate
from tests.crash.drives import overtaken, repeated
from tests.crash.stage import Stage
from tests.crash.sweeps import firsts, shared, sweep, sweep_of_drives
from tests.office_on_aws import AwsServer, Sandbox


@pytest.fixture
def stage(aws: AwsServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage[DirectoryOnAws]]:
    with Stage(aws, monkeypatch, DIRECTORY) as stage:
        yield stage


def test_undisturbed_requests_do_what_the_scenario_is_for(stage: Stage[DirectoryOnAws]) -> None:
    world = stage.perform(Choke())
    users = {
        row["value"]["name"]: row["value"]
        for row in world["directory"]
        if row["scope"].endswith(("#clients", "#specialists")) and "#member#" not in row["scope"]
    }
    assert {name: user.get("projects") for name, user in users.items()} == {
        "Ana Lima Prado": ["Matriz", "Obra"],
        "Bento Reis": ["Matriz", "Filial", "Obra"],
        "Caio Sá": ["Matriz"],
        "Davi Luz": ["Matriz"],
    }
    assert users["Bento Reis"]["relations"] == {"groups": ["Suporte"]}
    assert (users["Caio Sá"]["active"], "tokens" in users["Caio Sá"]) == (False, False)
    assert [token["state"] for token in world["tokens"] if token.get("responsible")] == ["revoked", "revoked"]


def test_a_lost_answer_that_others_see_of_who_comes_and_who_goes(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Stage(aws, monkeypatch, COMING_AND_GOING) as stage:
        assert sweep(stage, Fate.LOST, chosen=shared) == {}


@pytest.mark.sweep
@pytest.mark.parametrize("fate", [Fate.AFTER, Fate.LOST], ids=str)
def test_death_or_a_lost_answer_at_every_call(stage: Stage[DirectoryOnAws], fate: Fate) -> None:
    assert sweep(stage, fate) == {}


@pytest.mark.sweep
def test_death_before_a_call(stage: Stage[DirectoryOnAws]) -> None:
    """Before a call the world is as after the one before it: each name once is enough."""
    assert sweep(stage, Fate.BEFORE, chosen=firsts) == {}


@pytest.mark.sweep
@pytest.mark.parametrize("too_late", [True, False], ids=["zombie", "twice at once"])
def test_a_request_made_twice(stage: Stage[DirectoryOnAws], *, too_late: bool) -> None:
    assert sweep(stage, drive=overtaken(too_late=too_late), chosen=shared) == {}


@pytest.mark.sweep
def test_every_request_sent_again(stage: Stage[DirectoryOnAws]) -> None:
    assert sweep_of_drives(stage, {"again": repeated}) == {}


# ── mutants: without one of its safeguards, a request is found to do harm ───────────────────────────────────────────
def login_apart(sandbox: Sandbox) -> None:
    """The login is taken before the user is written, and not with it."""
    users = sandbox.of("asms.store.users")
    whole = users.keep_user

    def keep_user(connection: str, before: Any, after: Any, *more: Any) -> Any:
        if before is None:
            users._lock(connection, after).save()
        return whole(connection, before, after, *more)

    users.keep_user = sandbox.imported("asms.changing").keep_user = keep_user


def tokens_apart(sandbox: Sandbox) -> None:
    """Tokens are revoked after the user is deactivated, and not with it."""
    users = sandbox.of("asms.store.users")
    tokens = sandbox.of("sincronia.store.tokens")
    whole, write = users.keep_user, users._write

    def keep_user(connection: str, before: Any, after: Any, *more: Any) -> Any:
        kept = whole(connection, before, after, *more)
        for token in before.tokens if before else ():
            if token not in after.tokens:
                tokens.revoke_token(token, after.changed_at, after.changed_by)
        return kept

    class Untold:
        """A transaction that no token is revoked in."""

        def __init__(self, transaction: Any) -> None:
            self.save, self.delete = transaction.save, transaction.delete

        def update(self, *_: Any, **__: Any) -> None:
            """Nothing."""

    users._write = lambda transaction, *more: write(Untold(transaction), *more)
    users.keep_user = sandbox.imported("asms.changing").keep_user = keep_user


def unfenced(sandbox: Sandbox) -> None:
    """A user is written whoever has changed it since it was read."""
    users = sandbox.of("asms.store.users")
    write = users._write

    class Unfenced:
        """A transaction without conditions."""

        def __init__(self, transaction: Any) -> None:
            self.transaction = transaction
            self.update = transaction.update

        def save(self, item: Any, condition: Any = None) -> None:
            self.transaction.save(item)

        def delete(self, item: Any, condition: Any = None) -> None:
            self.transaction.delete(item)

    users._write = lambda transaction, *more: write(Unfenced(transaction), *more)


@pytest.mark.sweep
def test_with_the_login_taken_apart_a_death_leaves_a_login_that_is_nobodys(stage: Stage[DirectoryOnAws]) -> None:
    stage.changes = login_apart
    wrong = sweep(stage, Fate.AFTER, only="PutItem")
    assert any("login#davi.luz" in text for text in wrong.values()), wrong


@pytest.mark.sweep
def test_with_tokens_ended_apart_a_death_leaves_some_that_hold(stage: Stage[DirectoryOnAws]) -> None:
    stage.changes = tokens_apart
    assert sweep(stage, Fate.AFTER, only="TransactWriteItems")


@pytest.mark.sweep
def test_without_the_version_one_of_two_changes_at_once_is_lost(stage: Stage[DirectoryOnAws]) -> None:
    def changed_twice() -> tuple[str, str]:
        place = stage.place
        stage.perform(Choke())
        specialist = f"{SPECIALISTS}/{place.ids['Caio Sá']}"
        first, other = place.asked_by(place.sandbox), place.asked_by(place.new_sandbox())
        users = first.sandbox.of("asms.changing")
        keep = users.keep_user

        def meanwhile(*arguments: Any) -> Any:
            users.keep_user = keep
            assert other.patch(specialist, {"phone": "49 3333-0000"}).status == 200
            return keep(*arguments)

        users.keep_user = meanwhile
        assert first.patch(specialist, {"culture": "es"}).status == 200
        user = first.get(specialist)
        return user["phone"], user["culture"]

    assert changed_twice() == ("49 3333-0000", "es")
    stage.changes = unfenced
    assert changed_twice() == ("", "es")
