"""Comments on users over HTTP: whose and when, the newest first, never changed."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.asms_on_aws import BASE, CLIENTS, CONNECTION, SPECIALISTS, UNKNOWN, USERS, Asms, problem
from tests.office_on_aws import event


@pytest.fixture
def carolina(asms: Asms) -> str:
    return asms.user("clients", "Carolina Vergara")


def commented(asms: Asms, user: str, text: str) -> Any:
    """A comment, as it is answered."""
    answer = asms.post(f"{CLIENTS}/{user}/comments", {"text": text})
    assert answer.status == 201, answer
    return answer.body


def test_a_comment_says_whose_it_is_and_when_it_was_made(asms: Asms, carolina: str) -> None:
    text = "Prefere ser chamada à tarde.\n\n\t“Sem e-mail”, disse.\r\n"

    made = commented(asms, carolina, text)

    at, _, rest = made["id"].partition("#")
    assert (at, len(rest)) == ("2026-11-23T09:00:00.000Z", 16)
    assert made == {
        "id": made["id"],
        "at": at,
        "by": asms.ids["operator"],
        "author": "Painel (operator)",
        "text": text,
    }
    assert asms.get(f"{CLIENTS}/{carolina}/comments") == {
        "items": [made],
        "next": None,
        "user": {
            "id": carolina,
            "category": "clients",
            "name": "Carolina Vergara",
            "login": "carolina.vergara",
            "active": True,
            "has_photo": False,
            "url": f"{CLIENTS}/{carolina}",
        },
    }


@pytest.mark.parametrize("category", ["clients", "specialists"])
def test_each_user_has_comments_of_its_own(asms: Asms, category: str) -> None:
    first, second = asms.user(category, "Ana Reis"), asms.user(category, "Bruno Prado")
    assert asms.post(f"{USERS}/{category}/{first}/comments", {"text": "Um"}).status == 201

    assert [one["text"] for one in asms.get(f"{USERS}/{category}/{first}/comments")["items"]] == ["Um"]
    assert asms.get(f"{USERS}/{category}/{second}/comments")["items"] == []


def test_comments_are_listed_by_pages_the_newest_first_by_one_query_each(asms: Asms, carolina: str) -> None:
    for number in range(5):
        commented(asms, carolina, f"{number}")
        asms.now += 1
    asms.token("reader")
    asms.calls()

    path, pages = f"{CLIENTS}/{carolina}/comments", []
    cursor: str | None = ""
    for _ in range(3):
        page = asms.get(path, limit=2, cursor=cursor)
        assert asms.calls() == Counter(
            {"tokens GetItem": 1, "connections GetItem": 1, "directory GetItem": 1, "directory Query": 1}
        )
        pages.append([one["text"] for one in page["items"]])
        cursor = page["next"]

    assert (pages, cursor) == ([["4", "3"], ["2", "1"], ["0"]], None)


def test_a_comment_that_comes_between_two_pages_moves_no_other(asms: Asms, carolina: str) -> None:
    for number in range(3):
        commented(asms, carolina, f"{number}")
        asms.now += 1
    path = f"{CLIENTS}/{carolina}/comments"
    first = asms.get(path, limit=2)
    commented(asms, carolina, "Chegou entre as páginas")

    assert [one["text"] for one in asms.get(path, limit=2, cursor=first["next"])["items"]] == ["0"]


def test_a_cursor_of_another_list_is_refused(asms: Asms, carolina: str) -> None:
    answer = asms.call("GET", f"{CLIENTS}/{carolina}/comments", cursor="eyJuYW1lX2tleSI6IngifQ==")

    assert (answer.status, answer.body["code"]) == (400, "cursor_invalid")


@pytest.mark.parametrize(
    ("body", "field", "wrong"),
    [
        ({}, "text", "falta este campo"),
        ({"text": ""}, "text", "deve ter no mínimo 1 caracteres"),
        ({"text": " \n\t "}, "text", "não tem a forma esperada"),
        ({"text": "a\x00b"}, "text", "não tem a forma esperada"),
        ({"text": "a\x1b[31mb"}, "text", "não tem a forma esperada"),
        ({"text": "x" * 5001}, "text", "deve ter no máximo 5000 caracteres"),
        ({"text": ["x"]}, "text", "deve ser um texto"),
        ({"text": "x", "author": "outra pessoa"}, "", "tem um campo que não existe"),
    ],
)
def test_a_field_of_another_form_is_named(asms: Asms, carolina: str, body: Any, field: str, wrong: str) -> None:
    answer = asms.post(f"{CLIENTS}/{carolina}/comments", body)

    assert (answer.status, answer.body["code"], answer.body.get("field", "")) == (422, "request_invalid", field)
    assert wrong in answer.body["detail"]
    assert asms.get(f"{CLIENTS}/{carolina}/comments")["items"] == []


def test_the_longest_text_is_kept_as_it_is(asms: Asms, carolina: str) -> None:
    text = "ção\n🙂" * 1000

    assert commented(asms, carolina, text)["text"] == text
    assert asms.get(f"{CLIENTS}/{carolina}/comments")["items"][0]["text"] == text


def test_comments_are_on_users_whom_the_connection_has_in_that_category(asms: Asms, carolina: str) -> None:
    unknown = problem(
        404,
        "Não encontrado",
        "asms.user_unknown",
        "Não há usuário com esta identificação nesta categoria do diretório. Confira a identificação na lista da "
        "categoria: clientes e especialistas têm listas separadas.",
    )
    for path in (f"{CLIENTS}/{UNKNOWN}/comments", f"{SPECIALISTS}/{carolina}/comments"):
        assert asms.call("GET", path).body == unknown
        assert asms.post(path, {"text": "x"}).body == unknown
    answer = asms.post(f"{BASE}/nunca-houve/users/clients/{carolina}/comments", {"text": "x"})
    assert (answer.status, answer.body["code"]) == (404, "connection_unknown")
    answer = asms.call("GET", f"{USERS}/pessoas/{carolina}/comments")
    assert (answer.status, answer.body["code"], answer.body["field"]) == (422, "request_invalid", "category")
    assert not [row for row in asms.rows() if "#comments#" in row["scope"]]


def test_another_connection_s_user_has_none_here(asms: Asms, carolina: str) -> None:
    asms.connect("outra-empresa")
    commented(asms, carolina, "Um")

    answer = asms.call("GET", f"{CLIENTS.replace(CONNECTION, 'outra-empresa')}/{carolina}/comments")

    assert (answer.status, answer.body["code"]) == (404, "asms.user_unknown")


def test_who_only_reads_makes_no_comment_and_nobody_changes_one(asms: Asms, carolina: str) -> None:
    path = f"{CLIENTS}/{carolina}/comments"
    made = commented(asms, carolina, "Um")

    answer = asms.call("POST", path, role="reader", body={"text": "x"})
    assert (answer.status, answer.body["code"]) == (403, "role_insufficient")
    for method in ("PATCH", "DELETE"):
        answer = asms.call(method, path, role="administrator", body={"text": "x"} if method == "PATCH" else None)
        assert (answer.status, answer.headers["Allow"]) == (405, "GET, POST")
    assert asms.get(path)["items"] == [made]


def test_a_comment_that_is_sent_twice_with_one_key_is_made_once(asms: Asms, carolina: str) -> None:
    path = f"{CLIENTS}/{carolina}/comments"

    first = asms.post(path, {"text": "Um"}, key="k1")
    asms.now += 1
    second = asms.post(path, {"text": "Um"}, key="k1")
    other = asms.post(path, {"text": "Um"}, key="k2")

    assert (first.status, second.body, second.headers["Idempotency-Replayed"]) == (201, first.body, "true")
    assert [one["id"] for one in asms.get(path)["items"]] == [other.body["id"], first.body["id"]]


@pytest.mark.parametrize("kept", [True, False])
def test_who_died_is_asked_again_and_leaves_one_comment(
    asms: Asms, carolina: str, kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    routes = asms.sandbox.of("asms.comment_routes")
    keep, path = routes.keep_comment, f"{CLIENTS}/{carolina}/comments"

    def die(*arguments: Any) -> None:
        if kept:
            keep(*arguments)
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(routes, "keep_comment", die)
        assert asms.post(path, {"text": "Um"}, key="k1").status == 500
    asms.now += 1

    again = asms.post(path, {"text": "Um"}, key="k1")

    assert (again.status, again.body["at"]) == (201, "2026-11-23T09:00:00.000Z")
    assert asms.get(path)["items"] == [again.body]


def test_the_examples_of_events_are_answered(asms: Asms) -> None:
    asms.made = 0xC0
    asms.user("clients", "Carolina Vergara")

    answers = [asms.send(event(f"asms/on_http/{name}"), "operator") for name in ("add_comment", "list_comments")]

    assert [answer.status for answer in answers] == [201, 200]
    assert answers[1].body["items"] == [answers[0].body]
