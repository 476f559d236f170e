"""Random flows with everything the format can say, for laws: valid to the reader, not always sound as processes."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from hypothesis import strategies as st

from engine.calendars import CALENDAR_NAMES, Calendar, CalendarChoice
from engine.calendars.hours import MINUTES_PER_DAY
from engine.definitions.durations import parse_time_span
from engine.definitions.flow import (
    Edge,
    Flow,
    Node,
    NodeKind,
    Plan,
    Stage,
    Trigger,
    TriggerKind,
    WeightGroup,
)
from engine.definitions.standard_reader import step_standard, title_of_id
from engine.definitions.standards import Standard
from engine.definitions.titles import Title
from tests.standards_strategy import CONDITIONS, SPANS, Named, day_ranges, intentions, limits, seasons, spans, standards

GATEWAYS = (NodeKind.EXCLUSIVE, NodeKind.PARALLEL, NodeKind.INCLUSIVE)

_characters = st.characters(blacklist_categories=("Cc", "Cs", "Zl", "Zp"))
_words = st.one_of(
    st.text(_characters, max_size=20), st.sampled_from(["yes", "null", "a: b", "- c", "'", '"', "#", "3"])
)


def placeless(flow: Flow) -> Flow:
    """The flow without lines and hash: what reading and writing keep."""
    return replace(
        flow,
        nodes=tuple(replace(node, line=0) for node in flow.nodes),
        edges=tuple(replace(edge, line=0) for edge in flow.edges),
        standards=tuple(replace(standard, line=0) for standard in flow.standards),
        plans=tuple(replace(plan, line=0) for plan in flow.plans),
        seasons=tuple(replace(season, line=0) for season in flow.seasons),
        intentions=tuple(replace(intention, line=0) for intention in flow.intentions),
        source_hash="",
    )


StandardsOf = Callable[[str, Named, st.SearchStrategy[Title]], st.SearchStrategy[Standard]]


@st.composite
def flows(draw: st.DrawFn, standard: StandardsOf = standards) -> Flow:
    """A flow of sequences, choices, parallel blocks and loops, with roles, aliases, standards, plans and weights."""
    roles = {f"role-{i}": title for i, title in enumerate(draw(st.lists(titles(), max_size=3)))}
    growing = _Growing(draw, tuple(roles))
    first, last = growing.block(draw(st.integers(2, 7)))
    start, end = Node("start", NodeKind.START, Title("", "")), Node("end_1", NodeKind.END, draw(titles()))
    edges = (Edge("start", first), *growing.edges, Edge(last, "end_1"))
    steps = tuple(node for node in growing.nodes if node.kind is NodeKind.STEP)
    plans = draw(_plans(steps, growing, edges))
    nodes = (start, *growing.nodes, end)
    every_step = tuple(node for node in nodes if node.kind is NodeKind.STEP)
    peaks = tuple(draw(seasons(f"season_{i}", titles())) for i in range(draw(st.integers(0, 2))))
    named = Named([step.id for step in every_step], tuple(roles), [season.id for season in peaks])
    own = tuple(draw(calendars(f"shop-{i}")) for i in range(draw(st.integers(0, 2))))
    names = (*CALENDAR_NAMES, *(calendar.name for calendar in own))
    return Flow(
        id="a_flow-1",
        title=draw(titles()),
        stage=draw(st.none() | st.sampled_from(Stage)),
        calendar=draw(st.none() | choices(names)),
        roles=roles,
        nodes=nodes,
        edges=edges,
        standards=draw(_standards(every_step, named, standard)),
        plans=plans,
        weights=draw(_weights(steps)),
        seasons=peaks,
        effective=draw(st.none() | st.dates(date(2000, 1, 1), date(2100, 1, 1))),
        idle=draw(st.none() | st.sampled_from(["14d", "1h30m", "90分钟"]).map(parse_time_span)),
        calendars=own,
        role_calendars={role: draw(choices(names)) for role in roles if draw(st.booleans())},
        intentions=tuple(draw(intentions(f"wish_{i}", named.steps, titles())) for i in range(draw(st.integers(0, 2)))),
    )


hours = st.lists(st.integers(0, MINUTES_PER_DAY), max_size=6, unique=True).map(
    lambda found: tuple(itertools.pairwise(sorted(found)))[::2] if len(found) % 2 == 0 else ()
)
"""Openings of a day, apart from each other; often none."""


@st.composite
def calendars(draw: st.DrawFn, name: str) -> Calendar:
    """A calendar of a flow: openings of any kind, overnight ones included, holidays, closed days and special ones."""
    week = tuple(draw(hours) for _ in range(7))
    if not any(week):
        week = (*week[:6], ((0, MINUTES_PER_DAY),))
    country = draw(st.sampled_from(["", "CN", "DE-BY"]))
    special = draw(st.dictionaries(st.dates(date(2000, 1, 1), date(2040, 1, 1)), hours.filter(bool), max_size=2))
    return Calendar(
        name,
        draw(st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "Australia/Lord_Howe", "UTC"])),
        week,
        country,
        draw(hours.filter(bool)) if country else (),
        closed=tuple(draw(st.lists(day_ranges(), max_size=2, unique=True))),
        special=tuple(sorted(special.items())),
    )


@st.composite
def choices(draw: st.DrawFn, names: Sequence[str]) -> CalendarChoice:
    """One calendar, or several among which an attribute decides."""
    by_value = draw(st.dictionaries(titles().map(lambda title: title.en), st.sampled_from(names), max_size=2))
    attribute = draw(st.sampled_from(["branch", "门店", "of: shop"])) if by_value else ""
    return CalendarChoice(draw(st.sampled_from(names)), attribute, tuple(by_value.items()))


@st.composite
def titles(draw: st.DrawFn, mark: str = "") -> Title:
    """A title; the mark keeps those of different steps apart."""
    english, chinese = (_label(draw(_words), mark) for _ in range(2))
    return draw(st.sampled_from([Title(english, chinese), Title(english, english)]))


def _label(words: str, mark: str) -> str:
    text = unicodedata.normalize("NFC", words).strip()
    return unicodedata.normalize("NFC", f"{text} #{mark}" if mark or not text else text).strip()


class _Growing:
    """Nodes and edges as they are drawn."""

    def __init__(self, draw: st.DrawFn, roles: Sequence[str]) -> None:
        self.draw = draw
        self.roles = roles
        self.nodes: list[Node] = []
        self.edges: list[Edge] = []

    def block(self, steps: int) -> tuple[str, str]:
        """A block with so many steps: its first and last node."""
        if steps == 1:
            only = self.step()
            return only, only
        cut = self.draw(st.integers(1, steps - 1))
        shape = self.draw(st.sampled_from(["sequence", "loop", *GATEWAYS]))
        if isinstance(shape, NodeKind):
            return self.fork(shape, cut, steps - cut)
        first, middle = self.block(cut)
        begin, last = self.block(steps - cut)
        self.edges.append(Edge(middle, begin))
        if shape == "loop":
            again = self.gateway(NodeKind.EXCLUSIVE)
            self.edges += [Edge(last, again), Edge(again, first, when=self.draw(st.sampled_from(CONDITIONS)))]
            return first, again
        return first, last

    def fork(self, kind: NodeKind, left: int, right: int) -> tuple[str, str]:
        """Two blocks between a split and a join."""
        split, join = self.gateway(kind), self.gateway(kind)
        for position, size in enumerate((left, right)):
            first, last = self.block(size)
            condition = None if kind is NodeKind.PARALLEL else self.draw(st.none() | st.sampled_from(CONDITIONS))
            otherwise = kind is not NodeKind.PARALLEL and position == 1 and condition is None
            self.edges += [Edge(split, first, condition, otherwise), Edge(last, join)]
        return split, join

    def gateway(self, kind: NodeKind) -> str:
        """A new gateway."""
        title = self.draw(st.just(Title("", "")) | titles())
        self.nodes.append(Node(f"g{len(self.nodes)}", kind, title))
        return self.nodes[-1].id

    def step(self) -> str:
        """A new step, which edges have yet to join."""
        mark = str(len(self.nodes))
        aliases = [_label(words, f"{mark}.{i}") for i, words in enumerate(self.draw(st.lists(_words, max_size=2)))]
        role = self.draw(st.sampled_from([None, *self.roles]))
        optional = self.draw(st.booleans())
        title = self.draw(titles(mark=mark))
        self.nodes.append(Node(f"step-{mark}", NodeKind.STEP, title, role, tuple(aliases), optional))
        return self.nodes[-1].id


@st.composite
def _standards(draw: st.DrawFn, steps: Sequence[Node], named: Named, standard: StandardsOf) -> tuple[Standard, ...]:
    inline = [
        step_standard(step, key, draw(times), 0)
        for step in steps
        for key, times in draw(st.sampled_from([(), (("at-least", spans),), (("at-most", limits),)]))
    ]
    count = draw(st.integers(0, 6))
    return (*inline, *(draw(standard(f"rule_{number}", named, titles())) for number in range(count)))


_triggers = st.one_of(
    st.sampled_from(SPANS).map(lambda text: Trigger(TriggerKind.TIMER, text)),
    st.sampled_from(CONDITIONS).map(lambda text: Trigger(TriggerKind.CONDITION, text)),
    st.builds(
        Trigger, st.sampled_from([TriggerKind.ERROR, TriggerKind.MESSAGE]), _words.map(lambda words: _label(words, "!"))
    ),
)


@st.composite
def _plans(draw: st.DrawFn, steps: Sequence[Node], growing: _Growing, edges: Sequence[Edge]) -> tuple[Plan, ...]:
    entering = [edge.target for edge in edges]
    joins = (NodeKind.PARALLEL, NodeKind.INCLUSIVE)
    goals = [n.id for n in growing.nodes if n.kind not in joins or entering.count(n.id) < 2]
    plans = []
    for number in range(draw(st.integers(0, 2))):
        path = [growing.step() for _ in range(draw(st.integers(1, 3)))]
        first = next(i for i, node in enumerate(growing.nodes) if node.id == path[0])
        growing.nodes[first] = replace(growing.nodes[first], optional=False)
        at, goal = draw(st.sampled_from(steps)).id, draw(st.sampled_from([*goals, "end_1"]))
        plans.append(Plan(f"plan{number}", draw(titles()), at, draw(_triggers), tuple(path), goal))
    return tuple(plans)


@st.composite
def _weights(draw: st.DrawFn, steps: Sequence[Node]) -> tuple[WeightGroup, ...]:
    ids = draw(st.permutations([step.id for step in steps]))
    cut = draw(st.integers(0, len(ids)))
    groups = (("intake", ids[:cut]), ("delivery", ids[cut:]))
    title: Callable[[str], st.SearchStrategy[Title]] = lambda name: st.just(title_of_id(name)) | titles()  # noqa: E731
    return tuple(
        WeightGroup(name, draw(title(name)), draw(st.integers(1, 1000)), tuple(members))
        for name, members in draw(st.sampled_from([(), groups]))
        if members
    )
