"""A store's commercial rules over HTTP: replaced as a whole, by who has read what they replace."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.meanwhile import Meanwhile
from tests.office_on_aws import event
from tests.promob_on_aws import BASE, MOMENT, STORES, UNKNOWN, PromobHttp

ANY = {"markup": "85", "discount_limit": "5.5", "step": "1.00"}
HANDLES = {"category": " Puxadores ", "supplier": "Metal Sul", "markup": 120.5, "rounding": "up"}
KEPT = [
    {"category": "", "supplier": "", "reference": "", "markup": "85", "discount_limit": "5.5"}
    | {"step": "1.00", "rounding": "half_up"},
    {"category": "Puxadores", "supplier": "Metal Sul", "reference": "", "markup": "120.5", "discount_limit": None}
    | {"step": "0.01", "rounding": "up"},
]


@pytest.fixture
def path(promob: PromobHttp) -> str:
    """Of a store's rules, which it never had."""
    return f"{STORES}/{promob.active_store().id}/rules"


def replaced(promob: PromobHttp, path: str, *rules: dict[str, Any], **more: Any) -> Any:
    """What an administrator is answered."""
    return promob.patch(path, {"rules": list(rules), **more}, role="administrator")


def test_rules_are_replaced_as_a_whole(promob: PromobHttp, path: str) -> None:
    none = promob.get(path)

    answer = replaced(promob, path, ANY, HANDLES, version=0)

    store = path.split("/")[-2]
    never = {"store": store, "version": 0, "rules": [], "changed_at": None, "changed_by": None}
    never |= {"name": promob.network.stored("store", store).name, "names": {}}
    administrator = promob.ids["administrator"]
    by = {"changed_at": MOMENT, "changed_by": administrator, "names": {administrator: "Painel (administrator)"}}
    assert none == never
    assert (answer.status, answer.body) == (200, never | {"version": 1, "rules": KEPT, **by})
    promob.network.now += 60
    assert replaced(promob, path, ANY, HANDLES).body == answer.body == promob.get(path)  # the same change nothing
    emptied = replaced(promob, path).body
    assert emptied == never | {"version": 2, **by, "changed_at": "2026-11-23T09:01:00.000Z"}


def test_rules_that_somebody_else_changed_are_not_overwritten(
    promob: PromobHttp, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sentence = (
        "As regras comerciais da loja foram alteradas por outra pessoa depois que foram lidas. "
        "Leia as regras de novo e repita a alteração."
    )
    refusal = (409, "promob.rules_changed", sentence)
    assert replaced(promob, path, ANY, version=0).status == 200

    assert promob.refusal(replaced(promob, path, HANDLES, version=0)) == refusal
    meanwhile = Meanwhile(promob, monkeypatch)
    meanwhile.before.append(lambda: replaced(promob, path))
    assert promob.refusal(replaced(promob, path, HANDLES)) == refusal
    assert (promob.get(path)["version"], promob.get(path)["rules"]) == (2, [])


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        ([{"markup": "-1"}], "rules.0.markup"),
        ([{"markup": "muito"}], "rules.0.markup"),
        ([{"markup": "9999.5"}], "rules.0.markup"),
        ([{"markup": "1.00001"}], "rules.0.markup"),
        ([{"discount_limit": "100.1"}], "rules.0.discount_limit"),
        ([{"step": "0"}], "rules.0.step"),
        ([{"step": "0.005"}], "rules.0.step"),
        ([{"step": "1e9"}], "rules.0.step"),
        ([{"rounding": "perto"}], "rules.0.rounding"),
        ([ANY, {"category": "x" * 201}], "rules.1.category"),
        ([{"reference": "a\u0000b"}], "rules.0.reference"),
        ([{"preço": "1"}], "rules.0"),
        ([{}] * 501, "rules"),
    ],
)
def test_a_rule_that_says_nothing_sound_is_refused_by_its_field(
    promob: PromobHttp, path: str, rules: list[Any], field: str
) -> None:
    answer = replaced(promob, path, *rules)

    assert (answer.status, answer.body["code"], answer.body["field"]) == (422, "request_invalid", field)
    assert promob.get(path)["version"] == 0


def test_two_rules_for_the_same_are_refused(promob: PromobHttp, path: str) -> None:
    answer = replaced(promob, path, HANDLES, ANY, {**HANDLES, "category": "puxadores"})

    assert (answer.status, answer.body["code"], answer.body["field"]) == (422, "promob.rule_doubled", "rules.2")
    assert answer.body["detail"] == (
        "Há mais de uma regra comercial para categoria puxadores, fornecedor Metal Sul; maiúsculas e minúsculas não as "
        "distinguem. Deixe uma só regra para cada combinação de categoria, fornecedor e referência."
    )
    assert replaced(promob, path, ANY, {}).body["code"] == "promob.rule_doubled"
    assert promob.get(path)["version"] == 0


@pytest.mark.parametrize(
    ("where", "role", "status", "code"),
    [
        (f"{STORES}/{UNKNOWN}/rules", "administrator", 404, "promob.store_unknown"),
        (f"{BASE}/outra-rede/stores/{UNKNOWN}/rules", "administrator", 404, "connection_unknown"),
        (f"{STORES}/{UNKNOWN}/rules", "operator", 403, "role_insufficient"),
    ],
)
def test_rules_are_a_store_s_and_an_administrator_s(
    promob: PromobHttp, where: str, role: str, status: int, code: str
) -> None:
    assert promob.refusal(promob.patch(where, {"rules": []}, role=role))[:2] == (status, code)
    if role == "administrator":
        assert promob.refusal(promob.call("GET", where, role="reader"))[:2] == (status, code)


def test_the_examples_of_events_do_what_they_say(promob: PromobHttp, path: str) -> None:
    def sent(name: str, role: str) -> Any:
        store = path.split("/")[-2]
        text = json.dumps(event(f"promob/on_http/{name}")).replace("00000000000000a1", store)
        answer = promob.send(json.loads(text), role)
        assert answer.status == 200, answer
        return answer.body

    written = sent("replace_rules", "administrator")
    assert [rule["markup"] for rule in written["rules"]] == ["85", "120.5"]
    assert sent("read_rules", "reader") == written
