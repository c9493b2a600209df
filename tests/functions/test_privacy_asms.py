"""What ASMS holds about a person: exported whole but for passwords, and erased with all that is known by it alone."""

from __future__ import annotations

import os

import pytest

from tests.asms_on_aws import CLIENTS, CONNECTION, SPECIALISTS, Asms
from tests.functions.test_asms_deletion import PNG, asked
from tests.invented import invented_cpf, written
from tests.privacy_on_aws import PrivacyHttp, check_rights, found, named_beside

EMAIL = "carolina@empresamodelo.example"


@pytest.fixture
def privacy(asms: Asms) -> PrivacyHttp:
    """A directory of two people, with comments and photos."""
    project = asms.entry("projects", "Suporte")
    where = {"projects": frozenset({project})}
    contact = {"email": EMAIL, "identification": invented_cpf("529982247"), "phone": "91 5555-0100"}
    carolina = asms.user("clients", "Carolina Vergara", **contact, **where)
    bruno = asms.user("specialists", "Bruno Prado", email="bruno@empresamodelo.example", **where)
    for path in (f"{CLIENTS}/{carolina}", f"{SPECIALISTS}/{bruno}"):
        asked(asms, "POST", f"{path}/comments", {"text": "Prefere a tarde."}, role="operator")
        asked(asms, "POST", f"{path}/photo", {"content": PNG}, role="operator")
    token = asked(asms, "POST", f"{SPECIALISTS}/{bruno}/tokens", {"description": "Notebook do Bruno"})
    assert token["id"]
    return PrivacyHttp(asms.aws, asms.sandbox, "asms/on_queue/deletion")


def photos(asms: Asms) -> list[str]:
    """The keys of all photos."""
    found = asms.aws.s3.list_objects_v2(Bucket=os.environ["DATA_BUCKET"], Prefix=f"photos/{CONNECTION}/")
    return [each["Key"] for each in found.get("Contents", [])]


def test_what_is_held_is_exported_without_passwords(privacy: PrivacyHttp) -> None:
    receipt = privacy.done("export", "cpf", written(invented_cpf("529982247")))
    assert found(receipt) == {"comentário": 1, "cadastro de cliente ou especialista": 1}
    told = privacy.told(receipt)
    (user,) = told["cadastro de cliente ou especialista"]
    assert (user["name"], user["email"], user["phone"]) == ("Carolina Vergara", EMAIL, "91 5555-0100")
    assert "password" not in user
    assert [comment["texto"] for comment in told["comentário"]] == ["Prefere a tarde."]


def test_an_erasure_leaves_nobody_but_the_others(privacy: PrivacyHttp, asms: Asms) -> None:
    before = len(photos(asms))
    named_beside(privacy, CONNECTION, "asms", EMAIL)
    privacy.done("export", "email", EMAIL)
    receipt = privacy.done("erasure", "email", EMAIL)
    check_rights(privacy, "AsmsOnQueue")
    assert found(receipt) == {
        "resultado de sincronização": 1,
        "notificação": 1,
        "comentário": 1,
        "cadastro de cliente ou especialista": 1,
    }
    assert receipt["parts"][0]["vendors"] == []
    left = privacy.everything()
    for text in (EMAIL, invented_cpf("529982247"), "Carolina Vergara", "carolina.vergara", "91 5555-0100"):
        assert text not in left
    assert "Bruno Prado" in left
    assert len(photos(asms)) == before - 1
    assert found(privacy.done("erasure", "email", EMAIL)) == {}


def test_the_tokens_of_an_erased_specialist_end_and_forget_what_they_were_called(privacy: PrivacyHttp) -> None:
    privacy.done("erasure", "login", "Bruno.Prado")
    (token,) = [row for row in privacy.rows("tokens") if row.get("revoked_by") == "lgpd"]
    assert (token["state"], token["description"]) == ("revoked", "(apagado)")
    assert "Bruno" not in privacy.everything()
