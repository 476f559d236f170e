from __future__ import annotations

from engine.definitions.flow import NodeKind
from engine.mining.directly_follows import BEGIN, FINISH, DirectlyFollows
from engine.mining.heuristics import Dependencies, Fan, _fan, flow_of_dependencies, mine_dependencies
from engine.nets.compile import compile_flow
from engine.nets.soundness import FindingKind, check_soundness
from tests.engine.mining.language import language
from tests.engine.mining.small_logs import log_of

BOTH = frozenset({(1, 3), (3, 1), (2, 3), (3, 2)})
"""b and d, or c and d, where a, b, c, d, e are 0…4."""


def test_choice_beside_a_parallel_step() -> None:
    graph = DirectlyFollows(tuple("abcde"), {}, (1,) * 5)
    pairs = ((BEGIN, 0), (0, 1), (0, 2), (0, 3), (1, 4), (2, 4), (3, 4), (4, FINISH))
    flow = flow_of_dependencies("x", Dependencies(graph, pairs, {0: BOTH}, {4: BOTH}))
    assert language(flow) == {"abde", "adbe", "acde", "adce"}


def test_neighbours_that_occur_together_are_parallel() -> None:
    either = Fan(NodeKind.EXCLUSIVE, parts=(Fan(None, 1), Fan(None, 2)))
    assert _fan([1, 2, 3], BOTH) == Fan(NodeKind.PARALLEL, parts=(either, Fan(None, 3)))
    assert _fan([1, 2], BOTH) == either
    assert _fan([1], BOTH) == Fan(None, 1)


def test_neighbours_that_fit_no_nesting_are_choices() -> None:
    path = frozenset({(1, 2), (2, 3), (3, 4)})
    assert _fan([1, 2, 3, 4], path) == Fan(NodeKind.EXCLUSIVE, parts=tuple(Fan(None, n) for n in (1, 2, 3, 4)))


def test_split_without_its_join_stays_parallel_and_is_unsound() -> None:
    graph = DirectlyFollows(tuple("abc"), {}, (1,) * 3)
    pairs = ((BEGIN, 0), (0, 1), (0, 2), (1, FINISH), (2, FINISH))
    flow = flow_of_dependencies("x", Dependencies(graph, pairs, {0: frozenset({(1, 2)})}, {}))
    report = check_soundness(compile_flow(flow))
    assert flow.by_id["all_after_a"].kind is NodeKind.PARALLEL
    assert FindingKind.IMPROPER_COMPLETION in {finding.kind for finding in report.findings}


def test_rare_dependency_is_kept_where_an_activity_hangs_on_it() -> None:
    found = mine_dependencies(log_of(*["ab"] * 20, "axb"), noise=0.5)
    x = found.graph.activities.index("x")
    assert {pair for pair in found.pairs if x in pair} == {
        (found.graph.activities.index("a"), x),
        (x, found.graph.activities.index("b")),
    }


def test_beginnings_and_ends_are_dependencies() -> None:
    found = mine_dependencies(log_of("ab", "ab"), noise=0)
    assert found.pairs == ((BEGIN, 0), (0, 1), (1, FINISH))
