"""What the log of hints holds about a person, and the objects that hints name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sincronia.engine.hints import HintState
from sincronia.engine.privacy import ERASED, Finding, Person, Place, Seen, blanked
from sincronia.store.hints import HintItem
from sincronia.store.privacy_objects import delete_objects, text_of
from sincronia.store.privacy_places import updating

_HINT = ("aviso nos logs", "avisos nos logs")


def hints_of(*, keeps_bodies: bool) -> Place:
    """Hints about the person, or that name them. keeps_bodies: bodies of webhooks are objects."""

    def place(person: Person, after: str) -> Iterator[Seen]:
        keys, mentions = person.keys, person.mentions
        for item in HintItem.query(person.connection, HintItem.id > after if after else None, consistent_read=True):
            if item.hint is None:  # a sender's event id, or what an integration keeps
                named = item.value is not None and mentions.are_in(item.value)
                yield Seen(item.id, _kept_value(item, person) if named else None)
                continue
            theirs = (item.hint["entity"], item.hint.get("record", "")) in keys
            found = theirs or mentions.are_in([item.effect, item.problem])
            yield Seen(item.id, _hint(item, person, theirs=theirs, keeps_bodies=keeps_bodies) if found else None)

    return place


def _hint(item: HintItem, person: Person, *, theirs: bool, keeps_bodies: bool) -> Finding:
    actions: list[Any] = []
    if item.effect:
        actions.append(HintItem.effect.set(_effect(item.effect, person, theirs=theirs)))
    if item.problem:
        actions.append(HintItem.problem.set(person.mentions.taken_out_of(item.problem)))
    body_hash = item.hint.get("body_hash", "") if keeps_bodies else ""
    body = f"hints/{person.connection}/bodies/{body_hash}" if body_hash else ""
    # What hasn't been carried out yet still needs its body: no vendor that only tells can be asked for it again.
    is_done = item.state == HintState.DONE.value
    objects = [key for key in (item.image or "", body) if key and theirs and is_done]
    effect = item.effect or {}
    return Finding(
        what=_HINT,
        data={
            "quando": item.at,
            "tipo de registro": item.hint["entity"],
            "código": item.hint.get("record", ""),
            "registro": effect.get("label", ""),
            "o que foi feito": effect.get("kind", item.state),
            "antes": effect.get("before", {}),
            "depois": effect.get("after", {}),
            "problema": effect.get("problem") or item.problem,
            "o que chegou": text_of(body) if theirs and body else None,
        },
        erase=(updating(HintItem(item.connection, item.id), actions, HintItem.at == item.at),) if actions else (),
        first=(lambda: delete_objects(objects)) if objects else None,
    )


def _effect(effect: Mapping[str, Any], person: Person, *, theirs: bool) -> dict[str, Any]:
    if not theirs:
        clean: dict[str, Any] = person.mentions.taken_out_of(effect)
        return clean
    problem = effect["problem"]
    blank = {**problem, "details": blanked(problem["details"])} if problem else None
    return {**effect, "label": ERASED, "before": {}, "after": {}, "problem": blank}


def _kept_value(item: HintItem, person: Person) -> Finding:
    clean = person.mentions.taken_out_of(item.value)
    row = HintItem(item.connection, item.id)
    return Finding(
        _HINT, {"o que foi guardado": item.value}, (updating(row, [HintItem.value.set(clean)], HintItem.id.exists()),)
    )
