"""The contract that a webhook's body is about: found under every name it may have, and never a client's id."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sgp.webhook_body import LOOKED_FOR, contract_in

CLIENT = 57


@pytest.mark.parametrize(
    "body",
    [
        {"contrato": 308},
        {"contrato": "308"},
        {"contrato": " 000308 "},
        {"contratoId": 308},
        {"ContratoID": 308},
        {"contrato_id": 308},
        {"contrato-id": 308},
        {"contrato[id]": "308"},
        {"id_contrato": 308},
        {"idContrato": 308},
        {"service_contrato": 308},
        {"contract": 308},
        {"contract_id": 308},
        {"contrato": {"id": 308}},
        {"contrato": {"contrato": 308, "status": 3}},
        {"contrato": {"id": "308", "cliente": {"id": CLIENT}, "cliente_id": CLIENT}},
        {"contrato": {"id": 308, "contrato_id": "308"}},
        {"contratos": [{"id": 308}]},
        {"contratos": [{"contratoId": 308, "cliente": CLIENT}]},
        {"contratos": [308]},
        {"data": {"contrato": 308}},
        {"dados": {"contrato": {"id": 308}}, "id": CLIENT},
        {"data": {"service": {"contrato_id": 308, "id": CLIENT}, "id": CLIENT}},
        {"id": CLIENT, "cliente": {"id": CLIENT, "contrato_do_cliente": CLIENT}, "contrato": 308},
        {"contrato": "Contrato Fibra 500", "contrato_id": 308},
        {"contrato": None, "contratoId": 308},
        {"contrato": ["308", "308"]},
    ],
)
def test_the_contract_is_found(body: dict[str, Any]) -> None:
    assert contract_in(body) == "308"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"id": 308},
        {"cliente": 308},
        {"cliente_id": 308},
        {"clienteContrato": 308},
        {"cliente": {"contrato": 308}},
        {"data": {"id": 308}},
        {"data": [{"contrato": 308}]},
        {"dados": "308"},
        {"contrato": True},
        {"contrato": 308.0},
        {"contrato": "308.0"},
        {"contrato": 0},
        {"contrato": "000"},
        {"contrato": -308},
        {"contrato": "+308"},
        {"contrato": "3_08"},
        {"contrato": "٣٠٨"},
        {"contrato": ""},
        {"contrato": "3081230812308"},
        {"contrato": 10**12},
        {"contrato": 10**5000},
        {"contrato": {"data": {"id": 308}}},
        {"contrato": {"cliente": {"id": 308}}},
        {"contrato": 308, "contratoId": 309},
        {"contrato": 308, "data": {"contrato": 309}},
        {"contrato": ["308", "309"]},
        {"contratos": [{"id": 308}, {"id": 309}]},
        {"contratos": []},
    ],
)
def test_nothing_and_more_than_one_are_none(body: dict[str, Any]) -> None:
    assert contract_in(body) is None


def test_the_largest_number_has_twelve_digits() -> None:
    assert contract_in({"contrato": 10**12 - 1}) == contract_in({"contrato": "9" * 12}) == "9" * 12


CONTRACTS = st.integers(1, 10**6)
CLIENTS = st.integers(10**7, 10**8)  # no contract has such a number here
CLIENT_NAMES = st.sampled_from(
    ("id", "cliente", "cliente_id", "clienteId", "id_cliente", "client", "client_id", "customer", "clientes", "pessoa")
)
CONTRACT_NAMES = st.sampled_from(
    ("contrato", "contrato_id", "contratoId", "id_contrato", "service_contrato", "contract")
)


def _spelled(number: st.SearchStrategy[int]) -> st.SearchStrategy[int | str]:
    return number | number.map(str)


CLIENT_VALUES = st.recursive(
    _spelled(CLIENTS),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(CLIENT_NAMES, inner, max_size=3),
    max_leaves=6,
)
CLIENT_FIELDS = st.dictionaries(CLIENT_NAMES, CLIENT_VALUES, max_size=4)
IN_CONTRACT = st.dictionaries(CLIENT_NAMES.filter(lambda name: name != "id"), CLIENT_VALUES, max_size=3)
CONTRACT_VALUES = _spelled(CONTRACTS) | st.builds(
    lambda more, id_: {**more, "id": id_}, IN_CONTRACT, _spelled(CONTRACTS)
)
FLAT = st.builds(
    lambda clients, contracts: {**clients, **contracts},
    CLIENT_FIELDS,
    st.dictionaries(CONTRACT_NAMES, CONTRACT_VALUES | st.just("") | st.none(), max_size=2),
)
BODIES = st.recursive(
    FLAT,
    lambda inner: st.builds(
        lambda flat, name, one: {**flat, name: one}, FLAT, st.sampled_from(("data", "dados", "service")), inner
    ),
    max_leaves=3,
)


@given(BODIES)
def test_a_clients_id_is_never_taken(body: dict[str, Any]) -> None:
    found = contract_in(body)

    assert found is None or int(found) <= 10**6


@given(CLIENT_FIELDS, CONTRACT_NAMES, CONTRACTS)
def test_whatever_is_said_of_the_client_the_contract_is_found(
    clients: dict[str, Any], name: str, contract: int
) -> None:
    assert contract_in({**clients, name: contract}) == str(contract)


def test_people_are_told_the_names_that_are_looked_for() -> None:
    for name in ("contrato", "contrato_id", "contratoId", "id_contrato", "service_contrato"):
        assert name in LOOKED_FOR
        assert contract_in({name: 1}) == "1"
