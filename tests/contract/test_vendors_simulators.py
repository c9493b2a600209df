"""The simulators themselves: the invented office, and the control path that other processes use."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests

from local.vendors.faults import Fault, Faults, Kind
from local.vendors.office import DOMAIN, GROUPS, Office
from local.vendors.zen import ZenSimulator

COMPANY = {
    "codigoExterno": "7",
    "cnpj": "12ABC34501DE35",
    "razaoSocial": "Padaria Sol Ltda",
    "regimeTributario": "Simples Nacional",
    "ativo": True,
}


def test_office_is_the_same_for_the_same_seed() -> None:
    first, again, other = Office(), Office(), Office(seed=2)
    assert [first.user(code) for code in range(420)] == [again.user(code) for code in range(420)]
    assert first.user(5) != other.user(5)


@pytest.mark.parametrize(
    ("users", "without_email", "pairs"), [(420, 7, 3), (10, 1, 1), (1, 0, 0), (5, 0, 2), (100_000, 7, 3)]
)
def test_office_has_as_many_of_each_as_it_was_asked_for(users: int, without_email: int, pairs: int) -> None:
    office = Office(users, without_email, pairs)
    people = [office.user(code) for code in range(users)]
    emails = Counter(person.email for person in people)
    assert emails.pop("", 0) == without_email == len(office.codes_without_email)
    assert sorted(emails.values(), reverse=True)[:pairs] == [2] * pairs
    assert len(emails) == users - without_email - pairs
    assert all(office.user(one).email == office.user(other).email for one, other in office.sharing)
    assert (people[0].name, people[0].email) == ("Administrador", f"administrador@{DOMAIN}")
    assert len({person.name for person in people}) == users
    assert {person.group for person in people} <= set(GROUPS)


@pytest.mark.parametrize("sizes", [(0, 0, 0), (5, 3, 1), (200_000, 0, 0)])
def test_office_that_cannot_be_is_refused(sizes: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="An office has"):
        Office(*sizes)


def test_fault_befalls_what_it_is_meant_for_as_often_as_it_says() -> None:
    faults = Faults()
    faults.set(Fault(Kind.BUSY, times=2, after=1, operation="create"))
    assert faults.take({Kind.BUSY}, "PUT", "update") is None
    assert faults.take({Kind.ERROR}, "POST", "create") is None
    taken = [faults.take({Kind.BUSY}, "POST", "create") is not None for _ in range(4)]
    assert taken == [False, True, True, False]
    assert faults.waiting() == 0


@contextmanager
def started(module: str, *arguments: str) -> Iterator[dict[str, str]]:
    """A simulator in a process of its own: what it says of itself."""
    command = [sys.executable, "-m", module, "--port", "0", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()
        assert process.wait(10) == 0


def test_questor_in_another_process_is_steered_over_its_control_path() -> None:
    with started("local.vendors.questor", "--users", "12", "--without-email", "1", "--sharing-pairs", "1") as told:
        control = f"{told['url']}/_simulator"
        change = {
            "add": [{"name": "Ana Nova", "email": "ana.nova@aurora.example", "group": 2}],
            "change": {"3": {"EMAIL": "outro@aurora.example"}},
            "remove": [4],
        }
        assert requests.post(f"{control}/users", json=change, timeout=5).status_code == 200
        users = {user["CODIGOUSUARIO"]: user for user in requests.get(f"{control}/users", timeout=5).json()}
        assert sorted(users) == [0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12]
        assert (users[3]["EMAIL"], users[12]["NOMEUSUARIO"]) == ("outro@aurora.example", "Ana Nova")

        requests.post(f"{control}/faults", json=[{"kind": "busy", "retry_after": "9"}], timeout=5)
        listing = f"{told['url']}/TnWebDMConsulta/Pegar"
        busy = requests.get(listing, timeout=5)
        assert (busy.status_code, busy.headers["Retry-After"]) == (429, "9")
        assert requests.get(listing, timeout=5).status_code == 401
        state = requests.get(f"{control}/state", timeout=5).json()
        counts = {"requests": {"list": 2}, "applied": {}, "reads": 2, "writes": 0, "faults": 0, "consultations": {}}
        assert state == counts
        requests.post(f"{control}/reset", timeout=5)
        assert requests.get(f"{control}/state", timeout=5).json()["reads"] == 0


def test_zen_in_another_process_says_where_it_is() -> None:
    with started("local.vendors.zen", "--token", "abc") as told:
        assert told["token"] == "abc"
        row = {"name": "Ana", "email": "ana@aurora.example"}
        requests.post(f"{told['url']}/_simulator/users", json={"add": [row]}, timeout=5)
        (user,) = requests.get(f"{told['url']}/_simulator/users", timeout=5).json()
        assert (user["Email"], user["Situacao"]) == ("ana@aurora.example", "Ativo")


@pytest.mark.parametrize(
    ("module", "kind", "change"),
    [
        ("questor", "users", {"remove": [4]}),
        ("zen", "users", {"add": [{"name": "Ana", "email": "ana@aurora.example"}]}),
        ("tareffa", "companies", {"add": [COMPANY]}),
        ("sgp", "contracts", {"change": {"301": {"status": 3}}}),
        ("ozmap", "projects", {"add": [{"name": "POP Novo"}]}),
        ("promob", "projects", {"change": {"P-7013-1": {"name": "Varanda"}}}),
        ("domino", "contacts", {"add": [{"mailbox": "mail/usuario1.nsf", "LastName": "Luz"}]}),
        ("zoho", "contacts", {"add": [{"Last_Name": "Luz"}]}),
    ],
)
def test_what_starts_over_is_as_at_the_start(module: str, kind: str, change: dict[str, Any]) -> None:
    times = {"createdAt", "updatedAt", "modified", "Created_Time", "Modified_Time"}
    with started(f"local.vendors.{module}") as told:
        control = f"{told['url']}/_simulator"

        def rows() -> list[dict[str, Any]]:
            answer = requests.get(f"{control}/rows/{kind}", timeout=5).json()
            return [{name: row[name] for name in row if name not in times} for row in answer]

        before = rows()
        assert requests.post(f"{control}/rows/{kind}", json=change, timeout=5).status_code == 200
        assert rows() != before
        requests.post(f"{control}/faults", json=[{"kind": "busy"}], timeout=5)
        requests.post(f"{control}/start-over", timeout=5)
        assert rows() == before
        assert requests.get(f"{control}/state", timeout=5).json()["faults"] == 0


def test_what_control_cannot_do_is_said() -> None:
    with ZenSimulator() as zen:
        assert requests.get(f"{zen.url}/_simulator/nothing", timeout=5).status_code == 404
        wrong = requests.post(f"{zen.url}/_simulator/faults", json=[{"kind": "fire"}], timeout=5)
        assert wrong.status_code == 400
        wrong = requests.post(f"{zen.url}/_simulator/users", json={"remove": [7]}, timeout=5)
        assert wrong.status_code == 400
