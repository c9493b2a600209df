"""Drives of Zen's runs: a person wants one to end, or the connection is disabled, and the next sync makes up for it."""

from __future__ import annotations

from dataclasses import replace

from tests.crash.choke import Choke
from tests.crash.drives import Drive, a_second_for_each_vendor_call, deliver, mortal, until_quiet
from tests.crash.scenario import Scenario
from tests.crash.stage import Stage
from tests.crash.zen_world import accounted_for, vendor_rows
from tests.office_on_aws import CONNECTION, OfficeOnAws


def cancelled(last_block: int) -> Drive[OfficeOnAws]:
    """A drive in which a person wants the run to end, at the choke's call; the next sync then makes up for it.

    Whoever is at work ends the run at the next commit. `last_block` is the call before the last block: from there on,
    all has been done by then.
    """

    def drive(office: OfficeOnAws, choke: Choke, scenario: Scenario[OfficeOnAws]) -> None:
        person, before, wanted = office.new_sandbox(), vendor_rows(office), list[bool]()

        def ask() -> None:
            if any(row["phase"] != "done" for row in office.rows("runs")):
                key = person.of("sincronia.engine.state").RunKey(CONNECTION, office.run()["run_id"])
                wanted.append(person.of("sincronia.store.working").DynamoStore().ask_to_cancel(key, "ana"))
                person.of("sincronia.store.aws").SqsRunQueue().send(key)

        choke.pause = ask
        until_quiet(office, choke, scenario)
        run = office.run()
        assert run["result"] == "cancelled" or choke.at > last_block or not any(wanted), run
        accounted_for(office, before)
        again(office)

    return drive


def before_last_block(stage: Stage[OfficeOnAws]) -> int:
    """The call of the undisturbed scenario by which all but the last block is committed."""
    choke = Choke()
    stage.perform(choke)
    return [at for at, name in enumerate(choke.seen, start=1) if "TransactWrite" in name][-2]


def disabled_after(calls: int) -> Drive[OfficeOnAws]:
    """A drive in which the connection is disabled when the worker's time is up, and enabled again later."""

    def drive(office: OfficeOnAws, choke: Choke, scenario: Scenario[OfficeOnAws]) -> None:
        before = vendor_rows(office)
        a_second_for_each_vendor_call(office)
        office.tick()
        deliver(office, choke, scenario, mortal, calls)
        _set_enabled(office, enabled=False)
        while deliver(office, choke, scenario, mortal):
            pass
        run = office.run()
        assert run["phase"] == "done", run
        accounted_for(office, before)
        _set_enabled(office, enabled=True)
        again(office)

    return drive


def _set_enabled(office: OfficeOnAws, *, enabled: bool) -> None:
    registering = office.sandbox.registering
    found = registering.registered(CONNECTION)
    flows = [replace(flow, wake_at=office.now) for flow in registering.flows_of(CONNECTION).values()]
    registering.change_connection(found, replace(found.connection, enabled=enabled), flows)


def again(office: OfficeOnAws) -> None:
    """The next scheduled run, from begin to end, undisturbed."""
    runs = len(office.rows("runs"))
    office.sync()
    assert len(office.rows("runs")) == runs + 1
    assert office.run()["result"] in {"success", "partial"}
