"""Questor's port against its simulator over real HTTP: paging, filter, and each error that nWeb has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.wrappers import Response

from local.vendors.faults import Fault, Kind
from local.vendors.office import Office
from local.vendors.questor import QuestorSimulator
from sincronia import clock, vendor_http
from sincronia.answers import OutOfTimeError, Problem, ProblemError, explain
from sincronia.engine.flow import Flow, Opening, Record, SourcePage
from zen import office_users
from zen.answers import ANSWERS
from zen.flow_names import USERS
from zen.flows import FLOWS
from zen.questor_client import QuestorListing, Users

OFFICE = Office(users=250, without_email=3, sharing_pairs=2)


@pytest.fixture
def questor(monkeypatch: pytest.MonkeyPatch) -> Iterator[QuestorSimulator]:
    monkeypatch.setattr(vendor_http, "sleep", lambda seconds: None)
    with QuestorSimulator(OFFICE) as questor:
        yield questor


def opened(questor: QuestorSimulator, *, token: str | None = None, seconds: float = 60, **filters: Any) -> Flow:
    settings = {"questor_address": questor.url, "zen_address": "https://zen.example"}
    secret = {
        "questor_token": questor.token if token is None else token,
        "zen_token": "0123abc",
        "administrator_access_key": "chave",
    }
    return FLOWS[USERS].open(Opening(settings, secret, filters, clock.now() + seconds))


def pages_of(flow: Flow, start: int = 0) -> Iterator[SourcePage]:
    (listing,) = flow.listings
    return listing.source.pages(start)


def records(flow: Flow, start: int = 0) -> list[Record]:
    return [record for page in pages_of(flow, start) for record in page.records]


def failure(flow: Flow) -> Problem:
    with pytest.raises(ProblemError) as raised:
        records(flow)
    assert raised.value.__context__ is None
    assert explain(raised.value.problem, ANSWERS)
    return raised.value.problem


def test_listing_comes_in_pages_of_a_hundred(questor: QuestorSimulator) -> None:
    pages = list(pages_of(opened(questor)))
    assert [len(page.records) for page in pages] == [100, 100, 50]
    assert [page.next_position for page in pages] == [100, 200, None]
    assert {page.declared for page in pages} == {250}
    assert [record.source_id for page in pages for record in page.records] == [str(code) for code in range(250)]
    assert questor.requests == {"list": 3}


def test_listing_whose_last_page_is_full_asks_for_no_empty_one(questor: QuestorSimulator) -> None:
    questor.remove(*range(200, 250))
    assert len(records(opened(questor))) == 200
    assert questor.requests == {"list": 2}


def test_listing_goes_on_from_a_position(questor: QuestorSimulator) -> None:
    assert [record.source_id for record in records(opened(questor), start=230)] == [str(n) for n in range(230, 250)]


def test_who_has_no_email_is_told_apart(questor: QuestorSimulator) -> None:
    without = [int(record.source_id) for record in records(opened(questor)) if record.problem]
    assert tuple(without) == OFFICE.codes_without_email


@pytest.mark.parametrize("groups", [[2], [2, 5]])
def test_group_filter_narrows_at_the_server(questor: QuestorSimulator, groups: list[int]) -> None:
    expected = [str(code) for code in range(250) if OFFICE.user(code).group in groups]
    pages = list(pages_of(opened(questor, groups=groups)))
    assert [record.source_id for page in pages for record in page.records] == expected
    assert pages[0].declared == len(expected)
    assert questor.requests["list"] == -(-len(expected) // 100)


def test_empty_office_is_one_empty_page(questor: QuestorSimulator) -> None:
    questor.remove(*range(250))
    (page,) = pages_of(opened(questor))
    assert (page.records, page.next_position, page.declared) == ((), None, 0)


def test_base_without_a_token_lets_anybody_in(questor: QuestorSimulator) -> None:
    questor.token = ""
    assert len(records(opened(questor, token=""))) == 250


@pytest.mark.parametrize("token", ["", "outro"])
def test_wrong_token(questor: QuestorSimulator, token: str) -> None:
    problem = failure(opened(questor, token=token))
    assert (problem.code, problem.details["vendor"]) == ("vendor_refused_token", "Questor")
    assert "chave de acesso" in explain(problem, ANSWERS)
    assert questor.requests == {"list": 1}


def test_questor_without_the_consultation(questor: QuestorSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Users, "CONSULTATION", "TnOutra")
    problem = failure(opened(questor))
    assert (problem.code, problem.details["query"]) == ("zen.questor_query_missing", "TnOutra")


def test_error_inside_a_200(questor: QuestorSimulator) -> None:
    listing = QuestorListing(
        vendor_http.VendorSession("Questor", questor.url, clock.now() + 60),
        token=questor.token,
        consultation="TnGlbDMUsuario",
        order="1",
        filters={"OUTRACOLUNA": "1"},
        record_of=office_users.record_of,
    )
    with pytest.raises(ProblemError) as raised:
        list(listing.pages(0))
    assert raised.value.problem.code == "zen.questor_query_refused"


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault(Kind.ERROR, times=None, status=500), "vendor_down"),
        (Fault(Kind.ERROR, times=None, status=503), "vendor_down"),
        (Fault(Kind.ERROR, times=None, status=503, retry_after="600"), "vendor_busy"),
        (Fault(Kind.BUSY, times=None, retry_after="600"), "vendor_busy"),
        (Fault(Kind.RESET, times=None), "vendor_unreachable"),
        (Fault(Kind.LOST_ANSWER, times=None), "vendor_unreachable"),
        (Fault(Kind.WRONG_CONTENT_TYPE), "vendor_answer_malformed"),
        (Fault(Kind.REDIRECT, location="https://outro.example/"), "vendor_redirected"),
        (Fault(Kind.ERROR, status=404), "vendor_answer_malformed"),
    ],
)
def test_fault_that_stays_is_a_problem(questor: QuestorSimulator, fault: Fault, code: str) -> None:
    questor.faults.set(fault)
    assert failure(opened(questor)).code == code


@pytest.mark.parametrize("kind", [Kind.ERROR, Kind.RESET, Kind.LOST_ANSWER, Kind.BUSY])
def test_fault_that_passes_is_not_noticed(questor: QuestorSimulator, kind: Kind) -> None:
    questor.faults.set(Fault(kind, times=2, after=1))
    assert len(records(opened(questor))) == 250
    assert questor.requests == {"list": 5}


def test_pages_before_a_fault_are_kept(questor: QuestorSimulator) -> None:
    questor.faults.set(Fault(Kind.BUSY, times=None, after=2, retry_after="90"))
    pages = pages_of(opened(questor))
    assert [next(pages).next_position, next(pages).next_position] == [100, 200]
    with pytest.raises(ProblemError) as raised:
        next(pages)
    assert raised.value.retry_at == pytest.approx(clock.now() + 90, abs=5)


def test_server_that_is_gone(questor: QuestorSimulator) -> None:
    flow = opened(questor)
    assert len(records(flow)) == 250
    questor._server.end()
    questor._server.end = lambda: None  # type: ignore[method-assign]
    assert failure(flow).code == "vendor_unreachable"


def test_listing_cut_short_says_fewer_than_it_declares(questor: QuestorSimulator) -> None:
    questor.faults.set(Fault(Kind.CUT_SHORT, times=None, keep=130))
    pages = list(pages_of(opened(questor)))
    assert (sum(len(page.records) for page in pages), pages[-1].declared) == (130, 250)


def test_listing_that_comes_back_empty(questor: QuestorSimulator) -> None:
    questor.faults.set(Fault(Kind.EMPTY))
    (page,) = pages_of(opened(questor))
    assert (page.records, page.declared) == ((), 0)


def test_malformed_record_stands_alone(questor: QuestorSimulator) -> None:
    questor.faults.set(Fault(Kind.MALFORMED_RECORD, position=7))
    bad = [
        record for record in records(opened(questor)) if record.problem and record.problem.code == "record_malformed"
    ]
    assert [record.source_id for record in bad] == ["7"]


@pytest.mark.parametrize(
    ("body", "where"),
    [(b"[]", "JSON"), (b'{"RecordCount": 1}', "aaData"), (b'{"aaData": [], "RecordCount": "x"}', "RecordCount")],
)
def test_answer_of_another_shape(
    questor: QuestorSimulator, monkeypatch: pytest.MonkeyPatch, body: bytes, where: str
) -> None:
    monkeypatch.setattr(questor, "handle", lambda operation, request: Response(body))
    problem = failure(opened(questor))
    assert (problem.code, problem.details["where"]) == ("vendor_answer_malformed", where)


def test_nothing_is_asked_after_the_deadline(questor: QuestorSimulator) -> None:
    with pytest.raises(OutOfTimeError):
        records(opened(questor, seconds=0))
    assert questor.requests == {}


def test_rows_that_move_between_two_pages_show() -> None:
    with QuestorSimulator(Office(users=250, without_email=0, sharing_pairs=0)) as questor:
        pages = pages_of(opened(questor))
        assert next(pages).follows
        assert next(pages).follows
        questor.remove(5)  # every row behind it moves up, and one slips past the next page
        questor.add("Quem Chegou", "quem.chegou@escritorio.example", 1)  # and the total is what it was
        last = next(pages)
        assert (last.declared, last.follows) == (250, False)
