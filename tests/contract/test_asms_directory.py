"""The directory in DynamoDB: what belongs to a change is written whole or not at all, whoever else writes meanwhile."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from pynamodb.exceptions import TransactWriteError

from tests import invented
from tests.asms_on_aws import CONNECTION, Asms
from tests.office_on_aws import START, AwsServer, Sandbox, sandbox_as_new

CPF = invented.invented_cpf("390533447")
LATER = "2026-11-24T09:00:00.000Z"


@pytest.fixture(scope="module")
def environment(aws: AwsServer) -> Sandbox:
    aws.emptied("asms")
    return sandbox_as_new(lambda: START, integration="asms")


@pytest.fixture
def asms(aws: AwsServer, environment: Sandbox) -> Asms:
    aws.clear()
    return Asms(aws, environment)


def keep(asms: Asms, before: Any, after: Any, *new_token: Any) -> str:
    return str(asms.sandbox.of("asms.store.users").keep_user(CONNECTION, before, after, *new_token).value)


def new_user(asms: Asms, name: str = "Ana Prado", category: str = "clients", **fields: Any) -> Any:
    """A user that isn't kept yet."""
    category = asms.sandbox.of("asms.catalogues").Category(category)
    return asms.sandbox.of("asms.users").User(asms.new_id(), category, name, version=1, **{"login": "ana"} | fields)


def kept(asms: Asms, *arguments: Any, **fields: Any) -> Any:
    user = new_user(asms, *arguments, **fields)
    assert keep(asms, None, user) == "done"
    return user


def then(user: Any, **changes: Any) -> Any:
    """A user after a change."""
    return replace(user, version=user.version + 1, changed_at=LATER, changed_by="b" * 16, **changes)


def read(asms: Asms, user: Any) -> Any:
    return asms.stored(user.category.value, user.id)


def world(asms: Asms) -> list[Any]:
    """All that there is of users, in one order."""
    return sorted((asms.rows("directory"), asms.rows("identities")), key=str)


def identities(asms: Asms) -> dict[str, str]:
    """By identity, whose it is; that of a login as any other's."""
    return {
        f"{row['identity']}": row.get("record") or row["holder"].removeprefix(f"{CONNECTION}#")
        for row in asms.rows("identities")
    }


def members(asms: Asms, project: str) -> dict[str, str]:
    """Who is in a project, and by which name it is sorted there."""
    return {
        row["item"]: row["name_key"] for row in asms.rows() if row["scope"] == f"{CONNECTION}#member#{project}#clients"
    }


def at_once(asms: Asms, *writes: Callable[[], str]) -> Counter[str]:
    """How often each answer came."""
    asms.rows()  # a client that is being made isn't ready for threads
    with ThreadPoolExecutor(len(writes)) as pool:
        return Counter(pool.map(lambda write: write(), writes))


# ── one user ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def whole(asms: Asms) -> Any:
    """A specialist with as much of everything as one can have, and what only clients have beside it."""
    users, catalogues = asms.sandbox.of("asms.users"), asms.sandbox.of("asms.catalogues")
    ids = [f"{number:016x}" for number in range(users.MOST_RELATED)]
    day = date(2026, 1, 1)
    return new_user(
        asms,
        "Ângela \U0001f333 Prado",
        "specialists",
        email="Angela@Modelo.Example",
        identification=invented.written(CPF),
        phone="(11) 4002-8922",
        active=False,
        culture=users.Culture.ES,
        location=ids[0],
        photo="photos/empresa-modelo/1/2.png",
        address=catalogues.Address(*("ç" * 200 for _ in range(8))),
        additional={"f" * 16: "ç" * 40_000},
        geolocation=users.Geolocation(-22.9056, -47.0608),
        relations={relation: frozenset(ids) for relation in catalogues.Relation},
        projects=frozenset(ids[: users.MOST_PROJECTS]),
        shifts=tuple(
            users.Shift(one, day + timedelta(days=number), day + timedelta(days=number + 1), ids[0])
            for number, one in enumerate(ids[: users.MOST_SHIFTS])
        ),
        tokens=tuple(ids[: users.MOST_TOKENS]),
        password="$argon2id$" + "a" * 90,
        earlier_passwords=("$argon2id$" + "a" * 90,) * 12,
        created_at=LATER,
        changed_at=LATER,
        changed_by="b" * 16,
    )


def test_a_user_is_read_as_it_was_kept_however_much_or_little_it_has(asms: Asms) -> None:
    full, bare = whole(asms), new_user(asms, login="bare")

    assert (keep(asms, None, full), keep(asms, None, bare)) == ("done", "done")

    assert (read(asms, full), read(asms, bare)) == (full, bare)
    (row,) = [row for row in asms.rows() if row["item"] == bare.id and "#member#" not in row["scope"]]
    assert row["value"] == '{"name": "Ana Prado", "login": "bare", "active": true, "culture": "pt"}'


def test_the_fullest_user_changes_in_one_transaction(asms: Asms) -> None:
    auth, store = asms.sandbox.of("sincronia.auth"), asms.sandbox.of("sincronia.store.tokens")
    tokens = [auth.made("Painel", auth.Role.READER, None, "operator:ana")[1] for _ in range(20)]
    for token in tokens:
        store.keep_token(token)
    user = replace(whole(asms), tokens=tuple(token.id for token in tokens))
    assert keep(asms, None, user) == "done"

    after = then(
        user, name="Outra", login="outra", email="outra@modelo.example", identification="", tokens=(), shifts=()
    )

    assert keep(asms, user, after) == "done"
    assert read(asms, user) == after
    assert {row["name_key"] for row in asms.rows() if "#member#" in row["scope"]} == {"outra"}
    assert {row["state"] for row in asms.rows("tokens")} == {"revoked"}


def test_nothing_is_kept_of_what_was_never_there_or_is_there_already(asms: Asms) -> None:
    user = kept(asms)
    before = world(asms)

    assert keep(asms, None, replace(user, name="Outra", login="outra")) == "overtaken"
    never = new_user(asms, login="outra")
    assert keep(asms, never, then(never)) == "overtaken"

    assert world(asms) == before


# ── logins ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_of_many_who_take_a_login_at_once_one_gets_it_and_nothing_is_left_of_the_others(asms: Asms) -> None:
    new = [
        new_user(asms, f"Pessoa {number}", ("clients", "specialists")[number % 2], login=login, projects=frozenset("p"))
        for number, login in enumerate(("Ana", "ANA", "ána", "ana", "aná", "Áná", "ana", "AnA"))
    ]

    answers = at_once(asms, *(lambda user=user: keep(asms, None, user) for user in new))

    assert answers == {"done": 1, "login_taken": 7}
    (winner,) = [user for user in new if read(asms, user)]
    assert identities(asms) == {"login#ana": f"{winner.category.value}#{winner.id}"}
    assert {row["item"] for row in asms.rows()} == {winner.id}


def test_a_login_that_is_given_up_is_free_and_one_that_is_taken_stays(asms: Asms) -> None:
    ana, bia = kept(asms), kept(asms, "Bia", login="bia")

    assert keep(asms, ana, then(ana, login="BIA")) == "login_taken"
    assert read(asms, ana) == ana
    moved = then(ana, login="Ana.Prado")
    assert keep(asms, ana, moved) == "done"
    assert keep(asms, bia, then(bia, login="ana")) == "done"
    assert identities(asms) == {"login#ana.prado": f"clients#{ana.id}", "login#ana": f"clients#{bia.id}"}
    assert keep(asms, moved, then(moved, login="ANA.prado")) == "done"  # only written otherwise
    assert identities(asms)["login#ana.prado"] == f"clients#{ana.id}"


def test_two_who_want_each_others_login_at_once_both_keep_their_own(asms: Asms) -> None:
    ana, bia = kept(asms), kept(asms, "Bia", login="bia")

    answers = at_once(
        asms, lambda: keep(asms, ana, then(ana, login="bia")), lambda: keep(asms, bia, then(bia, login="ana"))
    )

    assert answers == {"login_taken": 2}
    assert identities(asms) == {"login#ana": f"clients#{ana.id}", "login#bia": f"clients#{bia.id}"}


def test_a_login_finds_its_user_however_it_is_written(asms: Asms) -> None:
    user, store = kept(asms, category="specialists"), asms.sandbox.of("asms.store.users")

    assert store.user_of_login(CONNECTION, " ÁNA ") == (user.category, user.id)
    assert store.user_of_login(CONNECTION, "bia") is None
    assert store.user_of_login("outra-empresa", "ana") is None


# ── who comes again, and who comes second ────────────────────────────────────────────────────────────────────────────
def test_whoever_lost_the_answer_and_writes_again_has_done_it(asms: Asms) -> None:
    user = kept(asms, email="ana@modelo.example", projects=frozenset("p"))
    first = world(asms)
    assert keep(asms, None, user) == "done"
    assert world(asms) == first

    after = then(user, login="outra", email="outra@modelo.example", projects=frozenset("q"))
    assert keep(asms, user, after) == "done"
    second = world(asms)
    assert keep(asms, user, after) == "done"
    assert world(asms) == second


def test_of_many_who_change_a_user_at_once_one_does_and_the_others_are_told(asms: Asms) -> None:
    user = kept(asms, email="ana@modelo.example")
    changes = [then(user, email=f"ana{number}@modelo.example") for number in range(6)]

    answers = at_once(asms, *(lambda after=after: keep(asms, user, after) for after in changes))

    assert answers == {"done": 1, "overtaken": 5}
    assert read(asms, user) in changes
    assert identities(asms) == {
        "login#ana": f"clients#{user.id}",
        f"email#{read(asms, user).email}": f"clients#{user.id}",
    }


def test_whoever_is_overtaken_after_a_lost_answer_is_told_so(asms: Asms) -> None:
    user = kept(asms)
    mine = then(user, phone="11")
    assert keep(asms, user, mine) == "done"
    assert keep(asms, mine, then(mine, phone="12")) == "done"

    assert keep(asms, user, mine) == "overtaken"
    assert read(asms, user).phone == "12"


# ── identities and projects ──────────────────────────────────────────────────────────────────────────────────────────
def test_what_a_user_is_known_by_moves_with_it_and_others_keep_theirs(asms: Asms) -> None:
    store = asms.sandbox.of("asms.store.users")
    other = kept(asms, "Bia", "specialists", login="bia", email="ana@modelo.example")
    user = kept(asms, email="Ana@modelo.example", identification=CPF)
    assert {*store.users_with_email(CONNECTION, "ANA@modelo.example")} == {
        f"clients#{user.id}",
        f"specialists#{other.id}",
    }

    assert keep(asms, user, then(user, email="", identification="16.727.230/0001-97")) == "done"

    assert identities(asms) == {
        "login#ana": f"clients#{user.id}",
        "cnpj#16727230000197": f"clients#{user.id}",
        "login#bia": f"specialists#{other.id}",
        "email#ana@modelo.example": f"specialists#{other.id}",
    }
    assert store.users_with_email(CONNECTION, "ana@modelo.example") == [f"specialists#{other.id}"]


def test_the_rows_of_projects_follow_the_user_and_its_name(asms: Asms) -> None:
    user = kept(asms, projects=frozenset({"p", "q"}))
    moved = then(user, name="Zoé", projects=frozenset({"q", "r"}))

    assert keep(asms, user, moved) == "done"

    assert [members(asms, project) for project in "pqr"] == [{}, {user.id: "zoe"}, {user.id: "zoe"}]
    assert keep(asms, moved, then(moved, name=" ZOE")) == "done"
    assert members(asms, "q") == {user.id: "zoe"}


# ── tokens ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def new_token(asms: Asms) -> Any:
    auth = asms.sandbox.of("sincronia.auth")
    return auth.made("Painel", auth.Role.READER, None, "operator:ana")[1]


def test_tokens_come_and_end_with_their_specialist_or_not_at_all(asms: Asms) -> None:
    user = kept(asms, category="specialists")
    kept(asms, "Bia", login="bia")
    first, second = new_token(asms), new_token(asms)
    one = then(user, tokens=(first.id,))
    assert keep(asms, user, one, first) == "done"

    assert keep(asms, user, then(user, tokens=(second.id,)), second) == "overtaken"
    assert keep(asms, one, then(one, tokens=(), login="bia")) == "login_taken"
    assert [(row["token_id"], row["state"]) for row in asms.rows("tokens")] == [(first.id, "active")]

    two = then(one, tokens=(first.id, second.id))
    assert keep(asms, one, two, second) == "done"
    assert keep(asms, two, then(two, tokens=(second.id,))) == "done"
    assert {
        row["token_id"]: (row["state"], row.get("revoked_at"), row.get("revoked_by")) for row in asms.rows("tokens")
    } == {first.id: ("revoked", LATER, "b" * 16), second.id: ("active", None, None)}


def test_a_token_that_was_revoked_elsewhere_keeps_who_did_it(asms: Asms) -> None:
    user, token = kept(asms, category="specialists"), new_token(asms)
    one = then(user, tokens=(token.id,))
    assert keep(asms, user, one, token) == "done"
    asms.sandbox.of("sincronia.store.tokens").revoke_token(token.id, "2026-11-23T10:00:00.000Z", "operator:rui")

    assert keep(asms, one, then(one, tokens=())) == "done"

    (row,) = asms.rows("tokens")
    assert (row["state"], row["revoked_at"], row["revoked_by"]) == (
        "revoked",
        "2026-11-23T10:00:00.000Z",
        "operator:rui",
    )


def test_no_token_takes_another_s_row(asms: Asms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asms.sandbox.of("sincronia.store.writing").time, "sleep", lambda _: None)
    user, token = kept(asms, category="specialists"), new_token(asms)
    asms.sandbox.of("sincronia.store.tokens").keep_token(replace(token, description="De outra pessoa"))

    with pytest.raises(TransactWriteError):
        keep(asms, user, then(user, tokens=(token.id,)), token)

    assert read(asms, user) == user
    assert [row["description"] for row in asms.rows("tokens")] == ["De outra pessoa"]


# ── catalogues ───────────────────────────────────────────────────────────────────────────────────────────────────────
def new_entry(asms: Asms, name: str, **fields: Any) -> Any:
    catalogues = asms.sandbox.of("asms.catalogues")
    return catalogues.Entry(asms.new_id(), catalogues.Catalogue.LOCATIONS, name, **fields)


def keep_entry(asms: Asms, before: Any, after: Any) -> str:
    return str(asms.sandbox.of("asms.store.catalogues").keep_entry(CONNECTION, before, after).value)


def test_an_entry_is_read_as_it_was_kept_and_found_by_its_name(asms: Asms) -> None:
    catalogues, store = asms.sandbox.of("asms.catalogues"), asms.sandbox.of("asms.store.catalogues")
    full = new_entry(
        asms, "Fábrica Nova", active=False, address=catalogues.Address(city="Campinas"), projects=frozenset("pq")
    )
    bare = new_entry(asms, "Escritório")
    assert (keep_entry(asms, None, full), keep_entry(asms, None, bare)) == ("done", "done")

    for entry, written in ((full, " FABRICA  nova"), (bare, "escritorio")):
        assert store.stored_entry(CONNECTION, entry.catalogue, entry.id) == entry
        assert store.entry_named(CONNECTION, entry.catalogue, written) == entry
    assert store.entry_named(CONNECTION, full.catalogue, "Fábrica") is None
    assert store.entry_named(CONNECTION, catalogues.Catalogue.COMPANIES, "Escritório") is None
    assert store.stored_entries(CONNECTION, full.catalogue, [bare.id, "f" * 16, bare.id]) == {bare.id: bare}
    assert store.stored_entries(CONNECTION, full.catalogue, []) == {}


def test_of_many_who_take_a_name_at_once_one_gets_it(asms: Asms) -> None:
    new = [new_entry(asms, name) for name in ("Fábrica", "FABRICA", " fábrica ", "fabrica")]

    answers = at_once(asms, *(lambda entry=entry: keep_entry(asms, None, entry) for entry in new))

    assert answers == {"done": 1, "name_taken": 3}
    assert len(asms.rows()) == 2  # the entry, and its name


def test_a_name_moves_with_its_entry_and_who_is_second_or_comes_again_is_told(asms: Asms) -> None:
    one, two = new_entry(asms, "Fábrica"), new_entry(asms, "Escritório")
    assert [keep_entry(asms, None, entry) for entry in (one, two, one)] == ["done", "done", "done"]
    moved = replace(one, name="Depósito", version=2)

    assert keep_entry(asms, one, replace(moved, name="ESCRITORIO")) == "name_taken"
    assert keep_entry(asms, one, moved) == "done"
    assert keep_entry(asms, one, moved) == "done"
    assert keep_entry(asms, one, replace(moved, active=False)) == "overtaken"
    assert keep_entry(asms, two, replace(two, name="Fabrica", version=2)) == "done"
    assert {row["item"] for row in asms.rows() if "#names#" in row["scope"]} == {"deposito", "fabrica"}
