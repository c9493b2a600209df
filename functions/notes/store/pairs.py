"""Pairs in the table of links: the Notes record is the link's source, the CRM's its target, the rest in `kept`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from pynamodb.expressions.condition import Condition

from notes.flow_names import entity
from notes.ports import StoredPair
from notes.records import Module
from sincronia import clock
from sincronia.engine.state import Link
from sincronia.engine.two_way import Held, Pair, Side
from sincronia.store.links import LinkItem, link_in, link_out
from sincronia.store.listing import After, Listed, listed

_ORDER = ("a_version", "a_print", "a_key", "b_version", "b_print", "b_key", "made_on", "writing", "meant")


def stored_pairs(connection: str, user: str, module: Module) -> Iterator[StoredPair]:
    """All pairs of a lane, read consistently."""
    yield from map(_pair_of, LinkItem.query(f"{connection}#{entity(module, user)}", consistent_read=True))


def pairs_page(connection: str, user: str, module: Module, limit: int, after: After | None) -> Listed[StoredPair]:
    """A page of a lane's pairs, in the order of their ids in Notes."""
    scope = f"{connection}#{entity(module, user)}"
    return listed(
        lambda start: LinkItem.query(scope, limit=limit, last_evaluated_key=start, consistent_read=True),
        _pair_of,
        after,
        partition={"scope": scope},
        names=frozenset({"source_id"}),
    )


def has_pairs(connection: str, user: str) -> bool:
    """Whether a user has a pair in any module, read consistently."""
    return any(
        next(iter(LinkItem.query(f"{connection}#{entity(module, user)}", limit=1, consistent_read=True)), None)
        for module in Module
    )


def pair_changes(
    connection: str, user: str, module: Module, before: Pair | None, after: StoredPair | None
) -> Sequence[Callable[[Any], None]]:
    """What puts `after` in the place of `before`, each only while `before` stands: one action, or two of two ids."""
    name, changes = entity(module, user), list[Callable[[Any], None]]()
    same = before is not None and after is not None and before.a.id == after.pair.a.id
    if before is not None and not same:
        old = link_out(link_of(StoredPair(before, "")), connection, name)
        still = _is(before)
        changes.append(lambda transaction: transaction.delete(old, condition=still))
    if after is not None:
        new = link_out(link_of(after), connection, name)
        free: Condition = _is(before) if before is not None and same else LinkItem.source_id.does_not_exist()
        changes.append(lambda transaction: transaction.save(new, condition=free))
    return changes


def link_of(stored: StoredPair) -> Link:
    """The link that a pair is kept as."""
    pair = stored.pair
    return Link(
        source_id=pair.a.id,
        target_id=pair.b.id,
        synced=pair.a.fingerprint,
        label=stored.label,
        at=clock.moment(),
        kept=_kept(pair),
    )


def pair_of(link: Link) -> StoredPair:
    """The pair of a link."""
    kept = link.kept
    pair = Pair(
        a=Held(link.source_id, kept.get("a_version", ""), kept.get("a_print", ""), kept.get("a_key", "")),
        b=Held(link.target_id, kept.get("b_version", ""), kept.get("b_print", ""), kept.get("b_key", "")),
        made_on=Side(kept["made_on"]) if "made_on" in kept else None,
        writing=Side(kept["writing"]) if "writing" in kept else None,
        meant=kept.get("meant", ""),
    )
    return StoredPair(pair, link.label)


def _pair_of(item: LinkItem) -> StoredPair:
    return pair_of(link_in(item))


def _kept(pair: Pair) -> dict[str, str]:
    """In one order, so that the text that is stored can be compared."""
    made_on, writing = (side.value if side else "" for side in (pair.made_on, pair.writing))
    held = (text for one in (pair.a, pair.b) for text in (one.version, one.fingerprint, one.key))
    values = (*held, made_on, writing, pair.meant)
    return {name: text for name, text in zip(_ORDER, values, strict=True) if text}


def _is(pair: Pair) -> Condition:
    kept = _kept(pair)
    held: Condition = LinkItem.kept == kept if kept else LinkItem.kept.does_not_exist()
    target: Condition = LinkItem.target_id == pair.b.id if pair.b.id else LinkItem.target_id.does_not_exist()
    both: Condition = held & target
    return both
