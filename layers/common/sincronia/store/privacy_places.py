"""What the layer's tables hold about a person, whatever the integration: outcomes, notifications, runs, links.

Rows are read along their keys, a connection's one after the other; none is looked for in a table as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from pynamodb.expressions.condition import Condition
from pynamodb.models import Model

from sincronia.engine.privacy import ERASED, Finding, Person, Place, Seen, blanked
from sincronia.engine.privacy_task import PRIVACY
from sincronia.engine.state import Phase
from sincronia.store.identities import IdentityItem, delete_identities, identity_out
from sincronia.store.links import LinkItem, link_in
from sincronia.store.notifications import NotificationItem
from sincronia.store.outcomes import OutcomeItem, identities_in
from sincronia.store.runs import RunItem

Write = Callable[[Any], None]

_OUTCOME = ("resultado de sincronização", "resultados de sincronização")
_NOTIFICATION = ("notificação", "notificações")
_RUN = ("execução", "execuções")
_LINK = ("vínculo", "vínculos")
_IDENTITY = ("identificação", "identificações")


def outcomes(person: Person, after: str) -> Iterator[Seen]:
    """What runs did to the person's records, and outcomes whose texts name the person."""
    run_id, _, seq = after.partition("\n")
    keys, mentions = person.keys, person.mentions
    runs = RunItem.query(
        person.connection,
        RunItem.run_id >= run_id if run_id else None,
        attributes_to_get=["connection", "run_id"],
        consistent_read=True,
    )
    for run in runs:
        beyond = OutcomeItem.seq > seq if run.run_id == run_id and seq else None
        for item in OutcomeItem.query(run.run_id, beyond, consistent_read=True):
            _, entity, record = item.record.split("#", 2)
            theirs = (entity, record) in keys or mentions.are_in(item.known_by)
            said = {"label": item.label, "problem": item.problem, "kept": item.kept}
            found = theirs or mentions.are_in(said)
            yield Seen(
                f"{run.run_id}\n{item.seq}",
                _outcome(item, entity, record, said, person, theirs=theirs) if found else None,
            )
        yield Seen(f"{run.run_id}\n~")


def _outcome(
    item: OutcomeItem, entity: str, record: str, said: Mapping[str, Any], person: Person, *, theirs: bool
) -> Finding:
    clean: Mapping[str, Any] = _blank(said) if theirs else person.mentions.taken_out_of(said)
    actions = [OutcomeItem.label.set(clean["label"])]
    for attribute, value in ((OutcomeItem.problem, clean["problem"]), (OutcomeItem.kept, clean["kept"])):
        actions.append(attribute.set(value) if value else attribute.remove())
    known_by = tuple(identities_in(item)) if theirs else ()
    if known_by:
        actions.append(OutcomeItem.known_by.remove())
    # What the person was named by goes with the last of the places: until then it finds their records.
    last = {f"{one.kind}#{one.value}" for one in person.subject.identities}
    others = [row for row in known_by if row.identity not in last]
    return Finding(
        what=_OUTCOME,
        data={
            "quando": item.story_at.partition("#")[0],
            "tipo de registro": entity,
            "código": record,
            "registro": item.label,
            "o que foi feito": item.kind,
            "campos alterados": list(item.changed),
            "problema": item.problem,
            "antes": item.kept,
            **({"conhecido por": [row.identity for row in known_by]} if known_by else {}),
        },
        erase=(updating(OutcomeItem(item.run_id, item.seq), actions, OutcomeItem.label == item.label),),
        # Outcomes of one record have the same ones, and a transaction takes no item twice.
        first=(lambda: delete_identities(others)) if others else None,
    )


def _blank(said: Mapping[str, Any]) -> dict[str, Any]:
    """An outcome of the person's own record: its code stays, and nothing of what it says."""
    problem = said["problem"]
    kept = {"version": said["kept"]["version"]} if said["kept"] and "version" in said["kept"] else None
    return {
        "label": ERASED,
        "problem": {**problem, "details": blanked(problem["details"])} if problem else None,
        "kept": kept,
    }


def notifications_of(audiences: Callable[[str], Iterable[str]] = lambda connection: (connection,)) -> Place:
    """What people were told that names the person; `audiences`: who is told of a connection."""

    def place(person: Person, after: str) -> Iterator[Seen]:
        first, _, last = after.partition("\n")
        mentions = person.mentions
        for audience in sorted(audiences(person.connection)):
            if audience < first:
                continue
            beyond = NotificationItem.id > last if audience == first and last else None
            for item in NotificationItem.query(audience, beyond, consistent_read=True):
                named = item.connection == person.connection and mentions.are_in([item.title, item.text])
                yield Seen(f"{audience}\n{item.id}", _notification(item, person) if named else None)

    return place


def _notification(item: NotificationItem, person: Person) -> Finding:
    clean = person.mentions.taken_out_of({"title": item.title, "text": item.text})
    actions = [NotificationItem.title.set(clean["title"]), NotificationItem.text.set(clean["text"])]
    return Finding(
        what=_NOTIFICATION,
        data={"quando": item.created_at, "título": item.title, "texto": item.text},
        erase=(updating(NotificationItem(item.audience, item.id), actions, NotificationItem.text == item.text),),
    )


def runs(person: Person, after: str) -> Iterator[Seen]:
    """Runs that name the person: what was asked for, and what stopped them. Those at work are left."""
    mentions = person.mentions
    for item in RunItem.query(person.connection, RunItem.run_id > after if after else None, consistent_read=True):
        said = {name: getattr(item, name) for name in ("filters", "problem", "brakes", "progress")}
        named = item.flow != PRIVACY and item.phase == Phase.DONE.value and mentions.are_in(said)
        yield Seen(item.run_id, _run(item, said, person) if named else None)


def _run(item: RunItem, said: Mapping[str, Any], person: Person) -> Finding:
    clean = person.mentions.taken_out_of(said)
    changed = [getattr(RunItem, name).set(clean[name]) for name in said if clean[name] != said[name]]
    return Finding(
        what=_RUN,
        data={"código": item.run_id, "fluxo": item.flow, "pedido": item.filters, "problema": item.problem},
        erase=(updating(RunItem(item.connection, item.run_id), changed, RunItem.phase == Phase.DONE.value),),
    )


def links(person: Person, after: str) -> Iterator[Seen]:
    """The links of the person's records: their ids and fingerprints stay, so that no system is written twice.

    With each goes every identity of its record. The last of the places: they tell who the person is.
    """
    for record in person.records:
        key = f"{record.entity}\n{record.id}"
        if key <= after:
            continue
        yield Seen(key, _link(person, record.entity, record.id))


def _link(person: Person, entity: str, record: str) -> Finding | None:
    try:
        item = LinkItem.get(f"{person.connection}#{entity}", record, consistent_read=True)
    except LinkItem.DoesNotExist:
        return _identities(person, entity, record)
    link = link_in(item)
    identities = dict.fromkeys((*link.identities, *person.subject.identities))
    actions = [LinkItem.label.set(ERASED), LinkItem.identities.set([])]
    still: Condition = (LinkItem.version == link.version) & (LinkItem.at == link.at)
    return Finding(
        what=_LINK,
        data={
            "tipo de registro": entity,
            "código na origem": link.source_id,
            "código no destino": link.target_id,
            "registro": link.label,
            "conhecido por": {one.kind: one.value for one in link.identities},
            "sincronizado em": link.at,
        },
        erase=(
            updating(LinkItem(item.scope, item.source_id), actions, still),
            *(deleting(identity_out(one, person.connection, entity, record)) for one in identities),
        ),
    )


def identities(person: Person, after: str) -> Iterator[Seen]:
    """What the person's records are found by, where links know no identities. Among the last of the places."""
    for record in person.records:
        key = f"{record.entity}\n{record.id}"
        if key > after:
            yield Seen(key, _identities(person, record.entity, record.id))


def _identities(person: Person, entity: str, record: str) -> Finding | None:
    """Identities of a record that has no link (any more)."""
    rows = [identity_out(one, person.connection, entity, record) for one in person.subject.identities]
    there = [row for row in rows if _is_there(row)]
    if not there:
        return None
    data = {"tipo de registro": entity, "código": record, "conhecido por": [row.identity for row in there]}
    return Finding(_IDENTITY, data, tuple(map(deleting, there)))


def _is_there(row: IdentityItem) -> bool:
    return IdentityItem.count(row.identity, IdentityItem.holder == row.holder, consistent_read=True) > 0


def updating(item: Model, actions: list[Any], condition: Condition) -> Write:
    """Changes a row in a transaction, if it still is as it was read."""
    return lambda transaction: transaction.update(item, actions, condition=condition)


def deleting(item: Model, condition: Condition | None = None) -> Write:
    """Deletes a row in a transaction."""
    return lambda transaction: transaction.delete(item, condition=condition)
