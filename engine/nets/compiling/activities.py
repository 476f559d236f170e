"""What a step or a sub-flow means with what belongs to it: its repetitions, the events on its border, its plans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.definitions.flow import Flow, Node, NodeKind, Plan, Repeat, TriggerKind
from engine.errors import LimitExceeded, Place
from engine.limits import Limits
from engine.nets.compiling.fragment import ENTRY, OUT, Fragment, Link, Sketch, left, thrown
from engine.nets.compiling.unfolding import Interruption, Subject, is_safe_inside, unfold_activity
from engine.nets.net import SILENT, Purpose, Transition


@dataclass(frozen=True, slots=True)
class Ranks:
    """What a compilation knows of every node.

    Attributes:
        rank: Node id → its position in the file.
        label: Id of a step or a logged event → its label index.
    """

    rank: dict[str, int]
    label: dict[str, int]

    def silent(self, name: str, node: str, purpose: Purpose = Purpose.ROUTE) -> Transition:
        """An invisible transition of a node."""
        return Transition(name, SILENT, node, purpose)

    def visible(self, name: str, node: str, *, plan: str = "", enters: bool = False) -> Transition:
        """The transition that does a step or shows an event."""
        return Transition(name, self.label[node], node, Purpose.PERFORM, plan, enters_plan=enters)

    def event(self, node: Node) -> Transition:
        """The transition of an event: visible where it is logged."""
        return self.visible(node.id, node.id) if node.is_visible else self.silent(node.id, node.id)


def is_plain(node: Node, events: Sequence[Node]) -> bool:
    """Whether a node is a step that is done once with nothing on its border."""
    return node.kind is NodeKind.STEP and node.repeat is None and not events


def step_fragment(node: Node, ranks: Ranks) -> Fragment:
    """A step: its transition, and a silent one beside it where it is optional."""
    ways = [ranks.visible(node.id, node.id)]
    if node.optional:
        ways.append(ranks.silent(f"{node.id}.skip", node.id, Purpose.SKIP))
    return Fragment((), tuple(Link(ranks.rank[node.id], way, (ENTRY,), (OUT,)) for way in ways))


def activity_fragment(
    node: Node, body: Fragment, flow: Flow, events: Sequence[Node], ranks: Ranks, *, limits: Limits
) -> Fragment:
    """A step or sub-flow as often as it is repeated, with the events on its border and the plans that leave it.

    Args:
        node: The step or sub-flow.
        body: What it means when it is performed once.
        flow: The flow, whose plans may protect the node.
        events: The boundary events that sit on it.
        ranks: Positions and labels.
        limits: ``instances`` bounds the copies, ``cancelled_markings`` what can be cancelled.

    Raises:
        LimitExceeded: Past one of the two.
    """
    fragment = body if node.repeat is None else _repeated(node, body, node.repeat, ranks, limits=limits)
    caught = _caught(fragment, events)
    catching = set(caught.values())
    interruptions = [
        Interruption(ranks.rank[event.id], ranks.event(event), event.id, event.boundary.interrupting)
        for event in events
        if event.boundary is not None and event.id not in catching
    ]
    interruptions += [_entry(plan, ranks) for plan in flow.plans if plan.at == node.id]
    if interruptions or (caught and not is_safe_inside(fragment)):
        subject = Subject(node.id, node.line or None)
        fragment = unfold_activity(fragment, interruptions, subject, limits=limits)
    return _catching(fragment, caught, flow, ranks, limits=limits) if caught else fragment


def _catching(fragment: Fragment, caught: dict[str, str], flow: Flow, ranks: Ranks, *, limits: Limits) -> Fragment:
    """A fragment whose errors are caught: each lands before the event that catches it."""
    sketch = Sketch(limits)
    places = {event: sketch.place(f"before.{event}") for event in dict.fromkeys(caught.values())}
    sketch.embed(fragment, {thrown(name): (places[event],) for name, event in caught.items()})
    for event, place in places.items():
        sketch.link(ranks.rank[event], ranks.event(flow.by_id[event]), [place], [left(event)])
    return sketch.fragment()


def plan_key(plan: Plan) -> str:
    """What the port of a plan is called; a blank keeps it apart from those of events."""
    return f"plan {plan.id}"


def _entry(plan: Plan, ranks: Ranks) -> Interruption:
    step = plan.path[0]
    transition = ranks.visible(f"{plan.id}.{step}", step, plan=plan.id, enters=True)
    return Interruption(ranks.rank[step], transition, plan_key(plan), ends=True)


def _caught(fragment: Fragment, events: Sequence[Node]) -> dict[str, str]:
    """Which error is caught by which event: one of its name, else one without a name."""
    by_name = {
        event.event.detail: event.id
        for event in reversed(events)
        if event.event is not None and event.event.kind is TriggerKind.ERROR
    }
    found = {name: by_name.get(name, by_name.get("")) for name in fragment.errors}
    return {name: event for name, event in found.items() if event is not None}


def _repeated(node: Node, body: Fragment, repeat: Repeat, ranks: Ranks, *, limits: Limits) -> Fragment:
    """Copies of a body behind each other, or beside each other."""
    copies = max(repeat.at_least, repeat.at_most or 0)
    if copies > limits.instances:
        place = Place(line=node.line or None, element=node.id)
        raise LimitExceeded(limit="instances", allowed=limits.instances, found=copies, place=place)
    # Instances of one step cannot overlap, so beside each other is the same as one after the other.
    if repeat.parallel and node.kind is NodeKind.SUB_FLOW and repeat.at_most is not None:
        return _beside(node, body, (repeat.at_least, repeat.at_most), ranks, limits=limits)
    return _in_a_row(node, body, repeat, ranks, limits=limits)


def _in_a_row(node: Node, body: Fragment, repeat: Repeat, ranks: Ranks, *, limits: Limits) -> Fragment:
    """A loop: after each performance that is enough, it may go on."""
    sketch = Sketch(limits)
    rank = ranks.rank[node.id]
    at_least, at_most = repeat.at_least, repeat.at_most
    loops = at_most is None
    copies = max(at_least, 1) if at_most is None else at_most
    before = ENTRY
    if loops and copies == 1:  # the loop comes back to a place of its own, which nobody else leads to
        before = sketch.place(f"{node.id}.next")
        sketch.link(rank, ranks.silent(f"{node.id}.begin", node.id), [ENTRY], [before])
    for number in range(1, copies + 1):
        if not loops and number > at_least:
            sketch.link(rank, ranks.silent(f"{node.id}.enough", node.id), [before], [OUT])
        is_last = number == copies
        after = OUT if is_last and not loops else sketch.place(f"{node.id}.done.{number}")
        ports = {ENTRY: (before,), OUT: (after,)}
        sketch.embed(body, ports, prefix="" if number == 1 else f"{node.id}.{number}.")
        if is_last and loops:
            sketch.link(rank, ranks.silent(f"{node.id}.again", node.id), [after], [before])
            sketch.link(rank, ranks.silent(f"{node.id}.enough", node.id), [after], [OUT])
            if at_least == 0:
                sketch.link(rank, ranks.silent(f"{node.id}.none", node.id), [before], [OUT])
        before = after
    return sketch.fragment()


def _beside(node: Node, body: Fragment, counts: tuple[int, int], ranks: Ranks, *, limits: Limits) -> Fragment:
    """Multiple instances: how many is chosen at the beginning, and all of them have to be done."""
    sketch = Sketch(limits)
    rank = ranks.rank[node.id]
    at_least, at_most = counts
    entries = [sketch.place(f"{node.id}.{number}") for number in range(1, at_most + 1)]
    done = sketch.place(f"{node.id}.done")
    for count in range(at_least, at_most + 1):
        puts = [*entries[:count], *[done] * (at_most - count)]
        sketch.link(rank, ranks.silent(f"{node.id}.times.{count}", node.id), [ENTRY], puts)
    for number, entry in enumerate(entries, start=1):
        sketch.embed(body, {ENTRY: (entry,), OUT: (done,)}, prefix="" if number == 1 else f"{node.id}.{number}.")
    sketch.link(rank, ranks.silent(f"{node.id}.all", node.id), [done] * at_most, [OUT])
    return sketch.fragment()
