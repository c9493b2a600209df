"""What SGP → OZmap holds about a person, known by a contract or a login: the log forgets, the link stays."""

from __future__ import annotations

import os

import pytest

from tests.contracts_on_aws import in_both, label_of, place_of
from tests.privacy_on_aws import PrivacyHttp, check_rights, found, named_beside
from tests.provider_on_aws import CONNECTION
from tests.sgp_http_on_aws import SgpHttp


@pytest.fixture
def privacy(sgp: SgpHttp) -> PrivacyHttp:
    """Who asks for what a provider has of somebody."""
    return PrivacyHttp(sgp.town.aws, sgp.sandbox, "sgp/on_queue/deletion")


def test_the_log_forgets_a_client_and_the_link_keeps_the_contract_in_step(privacy: PrivacyHttp, sgp: SgpHttp) -> None:
    contract = in_both(sgp.town)
    label, place = label_of(sgp.town.sgp.contract(contract)), place_of(sgp.town, contract)
    sgp.town.work_off(contract)
    before = next(row for row in privacy.rows("links") if row["source_id"] == str(contract))
    assert label in privacy.everything()
    named_beside(privacy, CONNECTION, "sgp", label)
    privacy.done("export", "contract", str(contract))
    receipt = privacy.done("erasure", "contract", str(contract))
    check_rights(privacy, "SgpOnQueue")
    assert set(found(receipt)) == {"resultados de sincronização", "aviso nos logs", "notificação", "vínculo"}
    assert label not in privacy.everything()
    (line,) = sgp.lines()
    assert (line["record"], line["label"], line["before"], line["after"]) == (str(contract), "(apagado)", {}, {})
    after = next(row for row in privacy.rows("links") if row["source_id"] == str(contract))
    assert after | {"label": label} == before | {"identities": []}
    sgp.town.now += 60
    sgp.town.work_off(contract)
    assert place_of(sgp.town, contract) == place
    assert found(privacy.done("export", "contract", "999999")) == {}


def test_an_export_tells_what_was_before_and_after(privacy: PrivacyHttp, sgp: SgpHttp) -> None:
    sgp.town.connect(disconnect_property=True)
    contract = in_both(sgp.town)
    label = label_of(sgp.town.sgp.contract(contract))
    sgp.town.sgp.change(contract, status=3)
    sgp.town.work_off(contract)
    told = privacy.told(privacy.done("export", "contract", str(contract)))
    (hint,) = told["aviso nos logs"]
    assert (hint["código"], hint["registro"]) == (str(contract), label)
    assert hint["antes"]["Cliente"] == label
    assert told["vínculo"][0]["código na origem"] == str(contract)
    assert CONNECTION in privacy.everything()


@pytest.mark.parametrize(("state", "stays"), [("held", True), ("done", False)])
def test_what_has_not_been_carried_out_yet_keeps_what_it_needs(
    privacy: PrivacyHttp, sgp: SgpHttp, state: str, *, stays: bool
) -> None:
    contract = in_both(sgp.town)
    sgp.town.work_off(contract)
    hints, objects = sgp.sandbox.of("sincronia.store.hints"), sgp.sandbox.of("sincronia.store.aws").S3Objects()
    key = f"hints/{CONNECTION}/images/{state}"
    objects.write_lines(key, [{"nome": label_of(sgp.town.sgp.contract(contract))}])
    (line,) = sgp.lines()
    row = hints.HintItem.get(CONNECTION, line["id"])
    row.update([hints.HintItem.image.set(key), hints.HintItem.state.set(state)])

    privacy.done("erasure", "contract", str(contract))

    there = sgp.town.aws.s3.list_objects_v2(Bucket=os.environ["DATA_BUCKET"], Prefix=key).get("KeyCount", 0)
    assert bool(there) is stays
