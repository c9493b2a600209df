"""The invented office's clients: believable, the same for the same seed, and as many of each as they were asked for."""

from __future__ import annotations

import tracemalloc
from collections import Counter
from datetime import date

import pytest
from stdnum.br import cnpj, cpf

from local.vendors.clients import MEI, REGIMES, Company, Employee
from local.vendors.office import Office

OFFICE = Office(
    companies=300, without_regime=9, shared_cnpj_pairs=4, employees_without_email=25, dismissed=40, seed=3
)  # fmt: skip
CLIENTS = OFFICE.clients


def companies() -> list[Company]:
    return [CLIENTS.company(code) for code in range(1, 301)]


def employees() -> list[Employee]:
    return [CLIENTS.employee(one, code) for one in range(1, 301) for code in range(1, CLIENTS.employees_of(one) + 1)]


@pytest.mark.parametrize("companies", [0, 10, 300, 10_000])
def test_employees_are_ten_to_a_company(companies: int) -> None:
    clients = Office(companies=companies).clients
    assert clients.employees == companies * 10 == sum(map(clients.employees_of, range(1, companies + 1)))


def test_clients_are_the_same_for_the_same_seed() -> None:
    again, other = Office(companies=300, seed=3).clients, Office(companies=300, seed=4).clients
    assert again.partner(8, 3) == CLIENTS.partner(8, 3)
    assert again.employee(9, 2).cpf == CLIENTS.employee(9, 2).cpf
    assert again.company(1) != other.company(1)


def test_office_without_clients_is_what_it_was() -> None:
    assert (Office().companies, Office().clients.employees) == (0, 0)


def test_clients_cost_nothing_until_they_are_asked_for() -> None:
    tracemalloc.start()
    try:
        clients = Office(companies=10_000, dismissed=100).clients
        clients.employee(9_999, 1)
        assert tracemalloc.get_traced_memory()[1] < 200_000
    finally:
        tracemalloc.stop()


def test_cnpj_are_right_and_some_have_letters() -> None:
    shown = Counter(company.cnpj for company in companies())
    assert all(cnpj.is_valid(number) for number in shown)
    assert sorted(shown.values())[-5:] == [1, 2, 2, 2, 2]
    assert {company.cnpj[8:12] for company in companies()} == {"0001"}
    assert 20 < sum(not number.isdecimal() for number in shown) < 50
    one, other = CLIENTS.sharing_cnpj[0]
    assert CLIENTS.company(one).cnpj == CLIENTS.company(other).cnpj


def test_some_companies_have_no_regime() -> None:
    without = {company.code for company in companies() if not company.regime}
    assert len(without) == 9
    assert without == CLIENTS.codes_without_regime
    assert {company.regime for company in companies()} == {"", *REGIMES}


def test_matriz_has_its_companys_cnpj_and_every_fifth_company_has_branches() -> None:
    for company in companies():
        places = [
            CLIENTS.establishment(company.code, code)
            for code in range(1, CLIENTS.establishments_of(company.code) + 1)
        ]  # fmt: skip
        assert places[0].cnpj == company.cnpj
        assert (len(places) > 1) == (company.code % 5 == 0)
        assert [place.cnpj[:12] for place in places] == [
            f"{company.cnpj[:8]}{order:04d}" for order in range(1, len(places) + 1)
        ]
        assert all(cnpj.is_valid(place.cnpj) for place in places)


def test_partners_share_the_whole_company() -> None:
    kinds: Counter[int] = Counter()
    for company in companies():
        count = CLIENTS.partners_of(company.code)
        partners = [CLIENTS.partner(company.code, code) for code in range(1, count + 1)]
        assert sum(partner.share for partner in partners) == 100
        assert count == 1 or company.regime != MEI
        for partner in partners:
            kinds[len(partner.document)] += 1
            assert (cpf if len(partner.document) == 11 else cnpj).is_valid(partner.document)
    assert set(kinds) == {11, 14}


def test_org_units_are_two_to_four_and_hang_below_one_another() -> None:
    counts = {CLIENTS.org_units_of(code) for code in range(1, 301)}
    assert counts == {2, 3, 4}
    assert [CLIENTS.org_unit(2, code).classification for code in range(1, 5)] == ["01", "01.01", "01.02", "02"]


def test_employees_are_people_of_their_own_in_units_that_there_are() -> None:
    people = employees()
    assert len({person.cpf for person in people}) == len(people) == 3_000
    assert all(cpf.is_valid(person.cpf) for person in people)
    assert all(1 <= person.org_unit <= CLIENTS.org_units_of(person.company) for person in people)
    assert all(1 <= person.establishment <= CLIENTS.establishments_of(person.company) for person in people)
    emails = Counter(person.email for person in people)
    assert (emails.pop(""), max(emails.values())) == (25, 1)
    assert all(email.endswith(".example") for email in emails)


def test_who_is_dismissed_had_been_admitted_and_keeps_the_email() -> None:
    dismissed = [person for person in employees() if person.dismissed]
    assert len(dismissed) == 40
    assert all(person.email and person.admitted < (person.dismissed or date.min) for person in dismissed)


@pytest.mark.parametrize(
    "sizes",
    [
        {"companies": -1},
        {"companies": 100_000},
        {"companies": 3, "without_regime": 2, "shared_cnpj_pairs": 1},
        {"companies": 3, "dismissed": 31},
        {"companies": 3, "employees_per_company": -1},
        {"dismissed": 1},
    ],
)
def test_clients_that_cannot_be_are_refused(sizes: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="An office has"):
        Office(**sizes)
