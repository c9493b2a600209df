"""Photos of users over HTTP: what their first bytes say they are, one object for each user, however it ends."""

from __future__ import annotations

import base64
import hashlib
import os
import urllib.request
from typing import Any

import pytest

from tests.asms_on_aws import BASE, CLIENTS, CONNECTION, SPECIALISTS, UNKNOWN, USERS, Asms, problem
from tests.office_on_aws import event
from tests.routes_on_aws import Answer

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(40)
WEBP = b"RIFF\x28\x00\x00\x00WEBPVP8 " + bytes(40)


@pytest.fixture
def carolina(asms: Asms) -> str:
    return asms.user("clients", "Carolina Vergara")


@pytest.fixture(autouse=True)
def _no_objects(asms: Asms) -> None:
    for key in objects(asms):
        asms.aws.s3.delete_object(Bucket=os.environ["DATA_BUCKET"], Key=key)


def objects(asms: Asms) -> list[str]:
    """The keys of all photos."""
    found = asms.aws.s3.list_objects_v2(Bucket=os.environ["DATA_BUCKET"], Prefix="photos/")
    return [one["Key"] for one in found.get("Contents", [])]


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def sent(asms: Asms, user: str, content: bytes, category: str = "clients", **more: Any) -> Answer:
    """What somebody is answered who sends a photo."""
    return asms.post(f"{USERS}/{category}/{user}/photo", {"content": encoded(content)}, **more)


@pytest.mark.parametrize("category", ["clients", "specialists"])
@pytest.mark.parametrize(
    ("content", "kind", "content_type"),
    [(PNG, "png", "image/png"), (JPEG, "jpg", "image/jpeg"), (WEBP, "webp", "image/webp")],
    ids=["png", "jpeg", "webp"],
)
def test_a_photo_is_kept_as_what_it_is_and_fetched_by_a_link(
    asms: Asms, category: str, content: bytes, kind: str, content_type: str
) -> None:
    user = asms.user(category, "Ana Reis")

    answer = sent(asms, user, content, category)

    assert (answer.status, answer.body) == (201, {"content_type": content_type, "size": len(content)})
    (key,) = objects(asms)
    digest = hashlib.sha256(content).hexdigest()[:16]
    assert key.startswith(f"photos/{CONNECTION}/{user}/{digest}-")
    assert key.endswith(f".{kind}")
    assert asms.stored(category, user).photo == key
    link = asms.call("GET", f"{USERS}/{category}/{user}/photo", role="reader")
    assert (link.status, link.body) == (303, None)
    assert "X-Amz-Expires=300" in link.headers["Location"]
    with urllib.request.urlopen(link.headers["Location"]) as fetched:  # noqa: S310  # our own server
        assert (fetched.read(), fetched.headers["Content-Type"]) == (content, content_type)


def test_another_photo_takes_the_first_one_s_place(asms: Asms, carolina: str) -> None:
    sent(asms, carolina, PNG)
    asms.calls()

    assert sent(asms, carolina, JPEG).status == 201

    assert objects(asms) == [asms.stored("clients", carolina).photo]
    assert objects(asms)[0].endswith(".jpg")


def test_the_same_photo_again_changes_nothing(asms: Asms, carolina: str) -> None:
    first = sent(asms, carolina, PNG)
    before = asms.rows()

    assert sent(asms, carolina, PNG) == first
    assert (asms.rows(), len(objects(asms))) == (before, 1)


def test_a_photo_is_deleted_with_its_object_and_may_be_deleted_again(asms: Asms, carolina: str) -> None:
    sent(asms, carolina, PNG)
    path = f"{CLIENTS}/{carolina}/photo"

    first, again = asms.call("DELETE", path), asms.call("DELETE", path)

    assert (first.status, first.body, again.status) == (204, None, 204)
    assert (objects(asms), asms.stored("clients", carolina).photo) == ([], "")
    detail = "O usuário não tem foto. Envie uma foto antes."
    assert asms.call("GET", path).body == problem(404, "Não encontrado", "asms.photo_missing", detail)


@pytest.mark.parametrize(
    "content",
    [
        "",
        encoded(b"GIF89a" + bytes(40)),
        encoded(b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        encoded(b"%PDF-1.7"),
        encoded(b"RIFF\x28\x00\x00\x00WAVEfmt "),
        encoded(b" " + PNG),
        encoded(PNG[:7]),
        encoded(PNG)[:-1],
        encoded(PNG) + "\n",
        f"data:image/png;base64,{encoded(PNG)}",
        "não é base64",
        "%%%%",
    ],
)
def test_what_is_no_such_image_is_refused(asms: Asms, carolina: str, content: str) -> None:
    answer = asms.post(f"{CLIENTS}/{carolina}/photo", {"content": content})

    detail = (
        "O conteúdo enviado não é uma imagem PNG, JPEG ou WebP em base64. Envie em content o arquivo da imagem por "
        "inteiro, codificado em base64, sem nada antes nem depois."
    )
    assert answer.body == problem(422, "Requisição inválida", "asms.photo_unreadable", detail)
    assert (objects(asms), asms.stored("clients", carolina).version) == ([], 1)


def test_a_photo_is_as_large_as_a_request_can_be(asms: Asms, carolina: str) -> None:
    assert sent(asms, carolina, PNG + bytes(524_952)).status == 201  # 700,000 characters

    too_long = sent(asms, carolina, PNG + bytes(524_955))
    assert (too_long.status, too_long.body["code"], too_long.body["field"]) == (422, "request_invalid", "content")
    too_large = sent(asms, carolina, PNG + bytes(750_000))
    assert (too_large.status, too_large.body["code"]) == (413, "body_too_large")


@pytest.mark.parametrize(
    ("body", "field", "wrong"),
    [
        ({}, "content", "falta este campo"),
        ({"content": 1}, "content", "deve ser um texto"),
        ({"content": encoded(PNG), "content_type": "image/png"}, "", "tem um campo que não existe"),
    ],
)
def test_a_field_of_another_form_is_named(asms: Asms, carolina: str, body: Any, field: str, wrong: str) -> None:
    answer = asms.post(f"{CLIENTS}/{carolina}/photo", body)

    assert (answer.status, answer.body["code"], answer.body.get("field", "")) == (422, "request_invalid", field)
    assert wrong in answer.body["detail"]


def test_photos_are_of_users_whom_the_connection_has_in_that_category(asms: Asms, carolina: str) -> None:
    for path in (f"{CLIENTS}/{UNKNOWN}/photo", f"{SPECIALISTS}/{carolina}/photo"):
        for method, body in (("GET", None), ("POST", {"content": encoded(PNG)}), ("DELETE", None)):
            answer = asms.call(method, path, body=body)
            assert (answer.status, answer.body["code"]) == (404, "asms.user_unknown"), (method, path)
    answer = asms.call("GET", f"{BASE}/nunca-houve/users/clients/{carolina}/photo")
    assert (answer.status, answer.body["code"]) == (404, "connection_unknown")
    assert objects(asms) == []


def test_who_only_reads_changes_no_photo(asms: Asms, carolina: str) -> None:
    path = f"{CLIENTS}/{carolina}/photo"
    for method, body in (("POST", {"content": encoded(PNG)}), ("DELETE", None)):
        answer = asms.call(method, path, role="reader", body=body)
        assert (answer.status, answer.body["code"]) == (403, "role_insufficient")


@pytest.mark.parametrize(
    ("module", "name"),
    [("asms.photo_routes", "keep_photo"), ("asms.changing", "keep_user"), ("asms.photo_routes", "delete_photo")],
)
@pytest.mark.parametrize("after", [True, False])
def test_whoever_dies_leaves_a_photo_that_can_be_fetched_and_at_most_an_object_that_nobody_names(  # noqa: PLR0917
    asms: Asms, carolina: str, module: str, name: str, after: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(asms, carolina, PNG)
    act = getattr(asms.sandbox.of(module), name)

    def die(*arguments: Any) -> None:
        if after:
            act(*arguments)
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(asms.sandbox.of(module), name, die)
        assert sent(asms, carolina, JPEG, key="k1").status == 500
    assert asms.stored("clients", carolina).photo in objects(asms)

    assert sent(asms, carolina, JPEG, key="k1").status == 201

    named = asms.stored("clients", carolina).photo
    assert named.endswith(".jpg")
    assert named in objects(asms)
    assert len(objects(asms)) <= 2
    prefix = f"photos/{CONNECTION}/"  # what goes with the connection
    assert all(key.startswith(prefix) for key in objects(asms))


@pytest.mark.parametrize("other", [PNG, JPEG, WEBP], ids=["png", "jpeg", "webp"])
def test_of_two_at_once_one_is_the_photo_and_the_other_is_deleted(
    asms: Asms, elsewhere: Asms, carolina: str, other: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(asms, carolina, PNG)
    changing = asms.sandbox.of("asms.changing")
    keep = changing.keep_user

    def keep_slowly(*arguments: Any) -> Any:
        monkeypatch.setattr(changing, "keep_user", keep)
        assert sent(elsewhere, carolina, other).status == 201
        return keep(*arguments)

    monkeypatch.setattr(changing, "keep_user", keep_slowly)
    assert sent(asms, carolina, JPEG).status == 201

    named = asms.stored("clients", carolina).photo
    assert named.endswith(".jpg")
    assert objects(asms) == [named]


def test_a_photo_that_is_put_back_while_it_is_being_deleted_stays(
    asms: Asms, elsewhere: Asms, carolina: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(asms, carolina, PNG)
    routes = asms.sandbox.of("asms.photo_routes")
    delete = routes.delete_photo

    def delete_slowly(key: str) -> None:
        monkeypatch.setattr(routes, "delete_photo", delete)
        assert sent(elsewhere, carolina, PNG).status == 201
        delete(key)

    monkeypatch.setattr(routes, "delete_photo", delete_slowly)
    assert sent(asms, carolina, JPEG).status == 201

    assert objects(asms) == [asms.stored("clients", carolina).photo]
    assert objects(asms)[0].endswith(".png")


def test_the_examples_of_events_are_answered(asms: Asms) -> None:
    asms.made = 0xC0
    asms.user("clients", "Carolina Vergara")
    names = ("change_photo", "download_photo", "remove_photo")

    answers = [asms.send(event(f"asms/on_http/{name}"), "operator") for name in names]

    assert [answer.status for answer in answers] == [201, 303, 204]
