from __future__ import annotations

from engine.mining.directly_follows import BEGIN, FINISH, DirectlyFollows
from engine.mining.heuristics import MOST_BINDINGS, Dependencies, _bindings, flow_of_dependencies, mine_dependencies
from tests.engine.mining.language import language
from tests.engine.mining.small_logs import log_of

BOTH = frozenset({(1, 3), (3, 1), (2, 3), (3, 2)})
"""b and d, or c and d, where a, b, c, d, e are 0…4."""


def test_choice_beside_a_parallel_step() -> None:
    graph = DirectlyFollows(tuple("abcde"), {}, (1,) * 5)
    pairs = ((BEGIN, 0), (0, 1), (0, 2), (0, 3), (1, 4), (2, 4), (3, 4), (4, FINISH))
    flow = flow_of_dependencies("x", Dependencies(graph, pairs, {0: BOTH}, {4: BOTH}))
    assert language(flow) == {"abde", "adbe", "acde", "adce"}


def test_neighbours_that_occur_together_form_sets() -> None:
    assert _bindings([1, 2, 3], BOTH) == [(1, 3), (2, 3)]
    assert _bindings([1, 2], None) == [(1,), (2,)]


def test_too_many_sets_become_single_choices() -> None:
    neighbours = list(range(2 * (MOST_BINDINGS + 1)))
    together = frozenset((a, a + 1) for a in neighbours[::2]) | frozenset((a + 1, a) for a in neighbours[::2])
    assert _bindings(neighbours, together) == [(neighbour,) for neighbour in neighbours]


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
