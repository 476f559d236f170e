"""Ways round the usual work are taken on evidence only: what a silent interruption may and may not explain."""

from __future__ import annotations

import pytest

from engine.assessment.assess import assess
from engine.assessment.evidence import on_evidence
from engine.definitions.interruptions import SilentInterruption, silent_interruptions
from engine.nets.process import Process, read_process_bytes
from engine.vocabulary import DeviationKind
from tests.engine.nets.constructs import flow_of
from tests.oracles.net_language import net_language
from tests.oracles.small_logs import log

WORK = """a: {step: A}
work:
  sub-flow: Work
  nodes: {s: start, x: {step: X}, y: {step: Y}, e: end}
  edges: [s -> x -> y -> e]
m: exclusive
b: {step: B}
c: {step: C}
late: {event: Late, timer: 1d, on: work}"""
USUAL = "start -> a -> work -> m -> b -> end"


def process(after: str, event: str = "") -> Process:
    nodes = WORK.replace("on: work", f"on: work{event}")
    nodes = nodes if "c" in after.split() else nodes.replace("c: {step: C}\n", "")
    return read_process_bytes(flow_of(nodes, f"{USUAL}, {after}").encode())


def kinds(made: Process, case: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(deviation.kind, deviation.steps) for deviation in assess(made, log(case)).deviations]


UNSEEN = process("late -> m")
SHOWN = process("late -> c -> end")


def test_an_event_that_nothing_shows_excuses_nothing() -> None:
    assert kinds(UNSEEN, "A X Y B") == []
    assert kinds(UNSEEN, "A B") == [(DeviationKind.SKIPPED, ("x", "y"))]
    assert kinds(UNSEEN, "A X B") == [(DeviationKind.SKIPPED, ("y",))]


def test_one_that_its_first_step_shows_explains_what_it_ended() -> None:
    assert kinds(SHOWN, "A X C") == []
    assert kinds(SHOWN, "A C") == []


def test_that_first_step_is_never_taken_to_be_missing() -> None:
    """Without the evidence the work was left unfinished; one missing "C" would be the cheaper explanation."""
    assert kinds(SHOWN, "A") == [(DeviationKind.UNFINISHED, ("x", "y", "b"))]


@pytest.mark.parametrize("made", [UNSEEN, SHOWN])
def test_aligning_takes_the_net_as_it_is(made: Process) -> None:
    left, _ = on_evidence(made)
    assert ("a", "b") in net_language(UNSEEN.net, 4)
    assert net_language(left.net, 4) <= net_language(made.net, 4)


@pytest.mark.parametrize(
    ("after", "event", "shown"),
    [
        ("late -> m", "", ()),
        ("late -> end", "", ()),
        ("late -> c -> end", "", ("c",)),
        ("late -> c -> m", "", ("c",)),
    ],
)
def test_what_shows_an_event(after: str, event: str, shown: tuple[str, ...]) -> None:
    found = silent_interruptions(process(after, event).flow)
    assert found == (SilentInterruption("late", "work", shown, shown),)


def test_an_event_that_logs_show_needs_nothing_else() -> None:
    made = process("late -> m", ", logged: true")
    assert silent_interruptions(made.flow) == ()
    assert kinds(made, "A Late B") == []
    assert kinds(made, "A B") == [(DeviationKind.SKIPPED, ("x", "y"))]


def test_a_step_that_comes_otherwise_too_may_be_missing() -> None:
    nodes = WORK + "\nq: exclusive\nn: exclusive"
    text = flow_of(nodes, "start -> q -> a -> work -> m -> b -> end, q -> n -> c -> end, late -> n")
    (found,) = silent_interruptions(read_process_bytes(text.encode()).flow)
    assert (found.shown_by, found.only_so) == (("c",), ())
