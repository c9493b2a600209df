"""The phase `plan`: what is to be done in a lane goes to an object. What stays as it is is counted at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from notes.mailbox_users import MailboxUser
from notes.ports import Mailboxes
from notes.records import Module, Reading, match_key
from notes.side_names import MODULE_TITLES, SIDE_TITLES, record_name, side_name
from notes.sync_settings import NOTES, within
from notes.syncing.act_lines import line_from_act
from notes.syncing.catalogue import Entry, entry_from_line
from notes.syncing.counts import CONFLICTS, Key, with_counts
from notes.syncing.lanes import Lane, aside, days_of, settings_of
from notes.syncing.sync_sentences import ELSEWHERE, EXCLUDED
from sincronia.answers import Problem, ProblemError, problem_in
from sincronia.engine import two_way, two_way_matching
from sincronia.engine.brake import judge
from sincronia.engine.flow import BrakeLimits, Identity
from sincronia.engine.lines import key_of, write_actions, write_manifest
from sincronia.engine.plan import Action
from sincronia.engine.ports import Objects
from sincronia.engine.report import closed
from sincronia.engine.state import Mode, Outcome, OutcomeKind, Phase, Rows, Run, Step, Tally
from sincronia.engine.two_way import Act, ActKind, Case, Pair, Seen, Side

# What is told of no record each time, for it is meant to stay as it is.
QUIET = {"two_way_out_of_scope", "two_way_private", EXCLUDED, ELSEWHERE}
# First what writes nothing, then what makes room, then what needs it: blocks are of one kind and side.
ORDER = [
    ActKind.UNLINK,
    ActKind.RELINK,
    ActKind.LINK,
    ActKind.SKIP,
    ActKind.REMOVE,
    ActKind.TAKE_BACK,
    ActKind.UPDATE,
    ActKind.CREATE,
]
KINDS = {
    ActKind.CREATE: OutcomeKind.CREATED,
    ActKind.UPDATE: OutcomeKind.UPDATED,
    ActKind.REMOVE: OutcomeKind.REMOVED,
    ActKind.TAKE_BACK: OutcomeKind.REMOVED,
    ActKind.SKIP: OutcomeKind.SKIPPED,
}


def kind_of(act: Act) -> OutcomeKind:
    """What becomes of a record by an act. Who only is linked, or no longer, stays as it is."""
    return KINDS.get(act.kind, OutcomeKind.UNCHANGED)


def side_of(act: Act) -> Side:
    """The side that an act is counted on: the one that is written, or the one that keeps it from going on."""
    if act.on:
        return act.on
    there = [side for side in Side if act.case.seen(side)]
    for side in there:
        seen = act.case.seen(side)
        if seen and (seen.private or not seen.in_scope or seen.problem):
            return side
    return there[0] if there else NOTES


@dataclass(frozen=True, slots=True)
class _Rules:
    """What a lane's records are looked at by. `shared`: iCal UIDs that both sides know."""

    user: MailboxUser
    module: Module
    shared: set[str]
    days: tuple[date, date] | None


@dataclass(frozen=True, slots=True)
class Planning:
    """Plans the cursor's lane."""

    run: Run
    lane: Lane
    mailboxes: Mailboxes
    objects: Objects

    def step(self) -> Step:
        """The plan of the lane; the run before the next one, in `apply`, at the brake, or, of a preview, at its end."""
        run, lane = self.run, self.lane
        entries = self._entries()
        pairs = [stored.pair for stored in self.mailboxes.pairs(run.key.connection, lane.user.id, lane.module)]
        seen = self._seen(entries, pairs)
        elsewhere = {(side, one.id) for side in Side for one in entries[side] if one.elsewhere}
        cases = [_unsure(case, elsewhere) for case in two_way_matching.matched(seen[Side.A], seen[Side.B], pairs)]
        policy = settings_of(run).policy
        acts = [two_way.decide(case, policy) for case in cases]
        planned = sorted((act for act in acts if not _stays(act)), key=_order)
        counts = Counter[Key]()
        for act in acts:
            if act.problem and act.problem.code in QUIET:
                counts[side_of(act), OutcomeKind.SKIPPED.value, act.problem.code] += 1
        reasons = [self._reason(acts, pairs, on) for on in Side if policy.writes(on)]
        tally = Tally(len(acts), len(planned)).counting(OutcomeKind.UNCHANGED, len(acts) - len(planned))
        after = replace(run, brakes=(*run.brakes, *(reason for reason in reasons if reason)))
        if run.mode == Mode.PREVIEW:
            after = self._shown(after, planned)
            tally = Tally(len(acts), 0, tally.counters)
            for act in planned:
                tally = tally.counting(kind_of(act), 1)
                counts.update(keys_of(act, kind_of(act), act.problem))
        else:
            key = key_of(run, f"acts-{run.lane:05}")
            self.objects.write_lines(key, map(line_from_act, planned))
            after = replace(after, plan_manifests={**run.plan_manifests, lane.entity: key})
        after = replace(
            after,
            tallies={**run.tallies, lane.entity: tally},
            progress=with_counts(after.progress, lane.entity, counts),
        )
        return Step(_onward(after))

    def _seen(self, entries: Mapping[Side, list[Entry]], pairs: list[Pair]) -> dict[Side, list[Seen]]:
        """The records of both sides. Other users' are no matter of ours, unless they were this one's."""
        user, module = self.lane.user, self.lane.module
        rules = _Rules(user, module, _shared_uids(module, entries), days_of(self.run, user, module))
        paired = {side: {pair.held(side).id for pair in pairs} for side in Side}
        return {
            side: [
                _seen(entry, side, rules)
                for entry in entries[side]
                if (entry.mine or entry.id in paired[side]) and not entry.elsewhere
            ]
            for side in Side
        }

    def _entries(self) -> dict[Side, list[Entry]]:
        state = self.mailboxes.lane(self.run.key.connection, self.lane.user.id, self.lane.module)
        if state is None:
            message = "A lane is planned that was never read."
            raise RuntimeError(message)
        return {side: list(map(entry_from_line, self.objects.read_lines(state.catalogues[side]))) for side in Side}

    def _reason(self, acts: list[Act], pairs: list[Pair], on: Side) -> Problem | None:
        """Why a person has to be asked before this side is written."""
        listed = self.run.progress["read"][self.lane.entity][on.other.value]["listed"]
        title = f"{MODULE_TITLES[self.lane.module]} de {self.lane.user.name} → {SIDE_TITLES[on]}"
        return judge(two_way.judged(acts, on, title, listed, len(pairs), narrowed=False), BrakeLimits())

    def _shown(self, run: Run, planned: list[Act]) -> Run:
        """What a preview shows."""
        entity = self.lane.entity
        key = key_of(run, f"plan-{run.lane:05}-manifest")
        write_manifest(self.objects, key, write_actions(self.objects, run, entity, map(_action, planned)))
        return replace(run, plan_manifests={**run.plan_manifests, entity: key})


def left_aside(run: Run, entity: str) -> Step:
    """A lane that could not be read: it counts as one that failed, with the reason."""
    problem = problem_in(aside(run)[entity])
    outcome = Outcome(f"lane-{run.lane:05}", entity, OutcomeKind.FAILED, "", "", problem)
    tally = Tally(1, 0).counting(OutcomeKind.FAILED, 1)
    code = problem.code if problem else ""
    counts = Counter[Key]({(NOTES, OutcomeKind.FAILED.value, code): 1})
    after = replace(run, tallies={**run.tallies, entity: tally}, progress=with_counts(run.progress, entity, counts))
    return Step(_onward(after), Rows(entity=entity, outcomes=(outcome,)))


def keys_of(act: Act, kind: OutcomeKind, problem: Problem | None) -> list[Key]:
    """What an act is counted as. Who is as it was is not counted."""
    if kind is OutcomeKind.UNCHANGED:
        return []
    keys: list[Key] = [(side_of(act), kind.value, problem.code if problem else "")]
    if act.conflict and kind in {OutcomeKind.UPDATED, OutcomeKind.REMOVED}:
        keys.append((act.conflict, CONFLICTS, ""))
    return keys


def ids_of(act: Act) -> tuple[str, str]:
    """The ids in Notes and in the CRM, as far as there are any."""
    case = act.case
    held = [case.seen(side) or (case.pair.held(side) if case.pair else None) for side in Side]
    return tuple(one.id if one else "" for one in held)  # type: ignore[return-value]


def known_by(act: Act) -> tuple[Identity, ...]:
    """What people know a contact by: the e-mail that matches it. Of what is private nothing is told."""
    seen = [one for one in (act.case.a, act.case.b) if one]
    key = next((one.key for one in seen if one.key), "")
    return (Identity("email", key),) if key and not any(one.private for one in seen) else ()


def label_of(act: Act) -> str:
    """What people call it. Of what is private nothing is told."""
    if any(seen and seen.private for seen in (act.case.a, act.case.b)):
        return "(particular)"
    return act.label


def _shared_uids(module: Module, entries: Mapping[Side, list[Entry]]) -> set[str]:
    if module is not Module.EVENTS:
        return set()
    uids = [{entry.uid for entry in entries[side] if entry.uid and entry.mine} for side in Side]
    return uids[0] & uids[1]


def _onward(run: Run) -> Run:
    after = replace(run, lane=run.lane + 1)
    lanes = run.progress["lanes"]
    if after.lane < len(lanes):
        return after
    if len(aside(run)) == len(lanes):
        raise ProblemError(_first_problem(run))
    if run.mode == Mode.PREVIEW:
        return closed(after)
    after = replace(after, phase=Phase.APPLY, lane=0, position=0)
    return replace(after, phase=Phase.BRAKE, problem=after.brakes[0]) if after.brakes else after


def _first_problem(run: Run) -> Problem:
    problem = problem_in(next(iter(aside(run).values())))
    if problem is None:
        raise AssertionError
    return problem


def _stays(act: Act) -> bool:
    """Whether it needs no step."""
    return act.kind is ActKind.NOTHING or (act.problem is not None and act.problem.code in QUIET)


def _unsure(case: Case, elsewhere: set[tuple[Side, str]]) -> Case:
    """Whose other half is elsewhere, and was matched with nobody where the side is read now, has not lost it."""
    if case.pair is None or (case.a is None) is (case.b is None):
        return case
    side = Side.A if case.a is None else Side.B
    held = case.pair.held(side)
    if (side, held.id) not in elsewhere:
        return case
    there = Seen(held.id, held.version, held.fingerprint, held.key, problem=Problem(ELSEWHERE))
    return replace(case, a=there) if side is Side.A else replace(case, b=there)


def _order(act: Act) -> tuple[int, str]:
    return ORDER.index(act.kind), act.on.value if act.on else ""


def _action(act: Act) -> Action:
    notes_id, crm_id = ids_of(act)
    return Action(
        kind=kind_of(act),
        source_id=notes_id or crm_id,
        label=label_of(act),
        content={},
        target_id=crm_id,
        problem=act.problem,
        before={"side": side_name(side_of(act))},
    )


def _seen(entry: Entry, side: Side, rules: _Rules) -> Seen:
    user, module = rules.user, rules.module
    reading = Reading(None, entry.label, entry.key, entry.uid, entry.private, entry.problem)
    excluded = record_name(side_name(side), entry.id) in user.excluded.get(module, frozenset())
    inside = entry.starts is None or within(entry.starts, rules.days, user.zone)
    return Seen(
        id=entry.id,
        version=entry.version,
        fingerprint=entry.fingerprint,
        key=match_key(reading, rules.shared),
        label=entry.label,
        private=entry.private,
        in_scope=entry.mine and not entry.outside and inside,
        problem=Problem(EXCLUDED) if excluded else entry.problem,
    )
