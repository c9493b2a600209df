"""What a provider's people see of one contract and of the webhook, on pages."""

from __future__ import annotations

from tests.contracts_on_aws import in_both
from tests.drawn_forms import form_to
from tests.functions.test_sgp_on_http_connections import new_secret
from tests.sgp_http_on_aws import CONTRACTS, LOGS, ONE, SgpHttp


def test_a_contract_is_looked_at_before_it_is_treated_and_then_its_log_is_read(sgp: SgpHttp) -> None:
    contract = in_both(sgp.town, status=4)
    path = f"{CONTRACTS}/{contract}/preview"
    assert f'href="{path}">Ver o que mudaria agora no contrato {contract}' in sgp.drawn(
        LOGS, connection="provedor-modelo", record=str(contract)
    )

    page = sgp.drawn(path)
    action = f"{CONTRACTS}/{contract}/sync"
    answer = sgp.sent(action, **form_to(sgp.page(path).body, action).filled())

    assert "Nada foi gravado." in page
    assert '<td data-title="Depois">ERRO</td>' in page
    assert (answer.status, answer.headers["Location"]) == (
        303,
        f"/integrations/sgp/logs?connection=provedor-modelo&record={contract}",
    )
    assert "Tratar agora" not in sgp.drawn(path, "reader")


def test_a_contract_that_is_nowhere_is_told_so(sgp: SgpHttp) -> None:
    page = sgp.drawn(f"{CONTRACTS}/99999/preview")

    assert "99999" in page
    assert "note" in page


def test_an_administrator_copies_the_webhook_s_address_and_sees_how_many_secrets_hold(sgp: SgpHttp) -> None:
    path = f"{ONE}/webhook"

    page = sgp.drawn(path, "administrator")

    assert sgp.call("GET", path, role="administrator").body["path"] in page
    assert 'data-copy="#url"' in page
    assert "Sem um segredo, ninguém entra." in page
    assert sgp.page(path, "operator").status == 403
    sgp.call("PATCH", ONE, role="administrator", body={"secret": {"webhook_secrets": new_secret()}})
    assert "1 segredo vale" in sgp.drawn(path, "administrator")
