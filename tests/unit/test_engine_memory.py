"""What planning keeps of a target's listing: records that a decision can be about, and no others."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from sincronia.engine.flow import TargetRecord
from sincronia.engine.lines import stored_plan
from sincronia.engine.state import Mode, OutcomeKind, Run, RunKey
from tests.engine_in_memory import MemoryTarget, Office, counters, person
from tests.unit.test_engine_agreed import asked

PEOPLE = 200


class PagedTarget(MemoryTarget):
    """A target that lists its records one by one, as a vendor's pages come; `most` were in memory together."""

    most = 0

    def listing(self) -> Iterator[TargetRecord]:
        self.listings += 1
        for number, target_id in enumerate(self.rows):
            yield self._record(target_id)
            if number == PEOPLE - 1:
                gc.collect()  # of the first run's
                self.most = sum(isinstance(found, TargetRecord) for found in gc.get_objects())


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Office:
    """An office in step."""
    office = Office(monkeypatch, target=PagedTarget())
    office.source.records = [person(str(number)) for number in range(PEOPLE)]
    office.sync()
    return office


def kept(office: Office) -> int:
    """How many of the target's records were in memory when its listing had come to its end."""
    assert isinstance(office.target, PagedTarget)
    assert office.target.listings == 2, "the first run's, and this one's"
    return office.target.most


def test_one_newcomer_keeps_no_other_record_of_the_target(office: Office) -> None:
    office.source.records.append(person("nova"))
    run = office.sync()
    assert counters(run) == {"unchanged": PEOPLE, "created": 1}
    assert kept(office) <= 1, "the record that was just read"


def test_who_is_in_the_target_already_is_kept_and_found(office: Office) -> None:
    del office.store.link_rows["casa", "pessoa"]["7"]
    run = office.sync()
    assert counters(run) == {"unchanged": PEOPLE}
    assert office.link("7").target_id == "t8"
    assert kept(office) <= 2


def shown(office: Office) -> tuple[Run, dict[str, object]]:
    """A preview, and by source id what it says that the target has, of those that would be updated."""
    run = asked(office, "vista", mode=Mode.PREVIEW)
    actions = (action for _, action in stored_plan(run, office.objects).from_position(0))
    return run, {action.source_id: action.before for action in actions if action.kind == OutcomeKind.UPDATED}


def test_a_preview_keeps_what_it_shows(office: Office) -> None:
    """One who differs and has a link, and one who differs and has none."""
    office.source.records[3] = person("3", name="Outro nome")
    office.source.records[5] = person("5", name="Mais um nome")
    del office.store.link_rows["casa", "pessoa"]["5"]
    run, before = shown(office)
    assert run.key == RunKey("casa", "vista")
    assert before == {"3": {"Nome": "Pessoa 3"}, "5": {"Nome": "Pessoa 5"}}
    assert kept(office) <= 3
