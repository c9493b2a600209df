"""What is kept of a connection's sync, on the AWS server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pynamodb.exceptions import TransactWriteError

from notes.ports import StoredPair
from notes.store.pairs import link_of, pair_of
from sincronia.engine.two_way import Held, Pair, Side
from sincronia.store.links import link_in, link_out
from tests.mailboxes_on_aws import CONNECTION, OTHER, MailboxesOnAws, mailboxes_on_aws
from tests.office_on_aws import SECRET_PREFIX, START, AwsServer, Sandbox

HELD = st.builds(Held, st.text(min_size=1), st.text(), st.text(), st.text())
SIDES = st.none() | st.sampled_from(Side)


@pytest.fixture(scope="module")
def notes_environment(aws: AwsServer) -> Sandbox:
    return mailboxes_on_aws(aws)


@pytest.fixture
def kept(aws: AwsServer, notes_environment: Sandbox) -> Iterator[MailboxesOnAws]:
    aws.emptied("notes")
    yield MailboxesOnAws(aws, notes_environment)
    aws.clear()


@given(pair=st.builds(Pair, HELD, HELD, SIDES, SIDES, st.text()), label=st.text())
def test_all_of_a_pair_comes_back_from_its_link(pair: Pair, label: str) -> None:
    stored = StoredPair(pair, label)
    assert pair_of(link_in(link_out(link_of(stored), "c", "contacts:a"))) == stored


def test_a_pair_takes_the_place_of_the_one_that_was_read_only(kept: MailboxesOnAws) -> None:
    first, second = kept.pair(), kept.pair(version="2")
    kept.link("ana", None, first)
    kept.link("ana", first.pair, second)
    with pytest.raises(TransactWriteError):
        kept.link("ana", first.pair, kept.pair(version="3"))
    with pytest.raises(TransactWriteError):
        kept.link("ana", None, first)
    moved = kept.pair("n2")
    kept.link("ana", second.pair, moved)
    assert list(kept.store.pairs(CONNECTION, "ana", kept.contacts)) == [moved]


def test_the_licence_bounds_users_and_a_removed_one_makes_room(kept: MailboxesOnAws) -> None:
    ana = kept.made("ana")
    kept.made("bia")
    assert kept.refused(lambda: kept.made("caio")) == "notes.licence_full"
    assert kept.refused(lambda: kept.made("ana", licence=9)) == "notes.user_exists"
    kept.users.remove_user(CONNECTION, "ana")
    assert ana.secret_name not in kept.secrets()
    kept.made("caio")
    assert [user.id for user in kept.store.users(CONNECTION)] == ["bia", "caio"]


def test_who_has_pairs_is_not_removed_and_keeps_syncing(kept: MailboxesOnAws) -> None:
    ana = kept.made("ana")
    kept.link("ana", None, kept.pair())
    assert kept.refused(lambda: kept.users.remove_user(CONNECTION, "ana")) == "notes.user_linked"
    assert list(kept.store.users(CONNECTION)) == [ana]
    assert ana.secret_name in kept.secrets()


def test_nobody_is_removed_in_the_midst_of_a_run(kept: MailboxesOnAws) -> None:
    ana = kept.made("ana")
    state, runs = kept.of("sincronia.engine.state"), kept.of("sincronia.store.runs")
    under_way = state.Run(
        key=state.RunKey(CONNECTION, "r1"),
        integration="notes",
        flow="agendar_reuniao",
        trigger="schedule",
        filters={},
        audience=CONNECTION,
        started_at=START,
    )
    runs.run_out(under_way).save()
    assert kept.refused(lambda: kept.users.remove_user(CONNECTION, "ana")) == "notes.user_in_run"
    assert list(kept.store.users(CONNECTION)) == [ana]
    runs.run_out(replace(under_way, flow="lgpd")).save()  # a request of the LGPD keeps nobody in step
    kept.users.remove_user(CONNECTION, "ana")
    assert not kept.users.stored_users(CONNECTION)


def test_a_pair_that_comes_before_the_mark_is_seen_and_no_run_begins_with_who_is_marked(
    kept: MailboxesOnAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = kept.made("ana")
    looked = kept.users.has_pairs

    def meanwhile(connection: str, user: str) -> bool:
        assert not kept.store.users(connection)
        kept.link("ana", None, kept.pair())
        return bool(looked(connection, user))

    monkeypatch.setattr(kept.users, "has_pairs", meanwhile)
    assert kept.refused(lambda: kept.users.remove_user(CONNECTION, "ana")) == "notes.user_linked"
    assert list(kept.store.users(CONNECTION)) == [ana]


def test_a_changed_password_leaves_links_and_secret_s_name(kept: MailboxesOnAws) -> None:
    ana = kept.made("ana")
    kept.link("ana", None, kept.pair())
    changed = kept.users.change_password(CONNECTION, "ana", "nova@escritorio.example", "outra-inventada")
    secrets = kept.of("sincronia.store.aws").SecretsManagerSecrets()
    assert secrets.fields(ana.secret_name) == {"password": "outra-inventada"}
    assert (changed.secret_name, changed.email, changed.version) == (ana.secret_name, "nova@escritorio.example", 2)
    assert list(kept.store.pairs(CONNECTION, "ana", kept.contacts)) == [kept.pair()]


def test_a_record_is_excluded_and_included_again(kept: MailboxesOnAws) -> None:
    kept.made("ana")
    kept.users.exclude(CONNECTION, "ana", kept.contacts, "notes:n1")
    assert kept.users.stored_user(CONNECTION, "ana").excluded[kept.contacts] == {"notes:n1"}
    kept.users.include(CONNECTION, "ana", kept.contacts, "notes:n1")
    assert not kept.users.stored_user(CONNECTION, "ana").excluded[kept.contacts]


def test_first_settings_schedule_the_sync_and_stale_ones_are_refused(kept: MailboxesOnAws) -> None:
    stored, names = kept.of("notes.store.settings"), kept.of("notes.flow_names")
    flow = kept.of("sincronia.engine.state").ScheduledFlow(CONNECTION, "notes", names.SYNC, "Sync", {}, 15, START, "")
    first = replace(kept.store.settings(CONNECTION), modules=frozenset({kept.contacts}), version=1)
    stored.keep_settings(CONNECTION, first, flow)
    assert kept.store.settings(CONNECTION) == first
    scheduled = kept.of("sincronia.store.scheduling").DynamoSchedule().flow(CONNECTION, names.SYNC)
    assert (scheduled.every_minutes, scheduled.wake_at) == (15, START)
    other = replace(first, modules=frozenset())
    assert kept.refused(lambda: stored.keep_settings(CONNECTION, other, flow)) == "notes.settings_changed_meanwhile"
    stored.keep_settings(CONNECTION, replace(other, version=2), flow)


def test_conflicts_are_listed_newest_first_and_marked_once(kept: MailboxesOnAws) -> None:
    losers = kept.of("notes.store.losers")
    for entry, user in (("r1-1", "ana"), ("r2-1", "bia"), ("r3-1", "ana")):
        kept.committed(kept.store.loser_kept(CONNECTION, kept.loser(entry, user)))
    page = losers.losers_page(CONNECTION, 1, None, user="ana")
    rest = losers.losers_page(CONNECTION, 5, page.after, user="ana", module=kept.contacts)
    assert [one.id for one in (*page.values, *rest.values)] == ["r3-1", "r1-1"]
    entry = losers.stored_loser(CONNECTION, "r1-1")
    assert entry == kept.loser("r1-1")
    kept.committed(kept.store.loser_brought_back(CONNECTION, entry, "t", "2026-11-29"))
    with pytest.raises(TransactWriteError):
        kept.committed(kept.store.loser_brought_back(CONNECTION, entry, "u", "2026-11-30"))
    kept.committed(kept.store.loser_kept(CONNECTION, kept.loser("r1-1")))
    assert losers.stored_loser(CONNECTION, "r1-1").brought_back_by == "t"


def test_erasure_goes_on_bit_by_bit_and_touches_nothing_of_others(kept: MailboxesOnAws) -> None:
    state = kept.of("notes.ports").LaneState({Side.A: "runs/a"}, {Side.A: "1"})
    for connection in (CONNECTION, OTHER):
        kept.made("ana", connection)
        kept.link("ana", None, kept.pair(), connection)
        kept.committed(
            kept.store.loser_kept(connection, kept.loser("r1-1")),
            kept.store.lane_kept(connection, "ana", kept.contacts, state),
        )
    theirs = {kept.users.stored_user(OTHER, "ana").secret_name}
    theirs.add(kept.of("sincronia.store.connections").registered(OTHER).connection.secret_name)
    for _ in range(40):
        next(kept.of("notes.store.remains").MailboxRemains().erased(CONNECTION), None)
    for table in ("mailboxes", "links", "connections"):
        assert {str(row.get("scope", row.get("connection"))).split("#")[0] for row in kept.rows(table)} == {OTHER}
    assert {name for name in kept.secrets() if name.startswith(SECRET_PREFIX)} == theirs
