"""What each construct of the flow language means: its net accepts what a token game on the graph accepts."""

from __future__ import annotations

import pytest

from engine.nets.compile import compile_flow
from engine.nets.soundness import Verdict, check_soundness
from tests.engine.nets.constructs import CONSTRUCTS, construct
from tests.oracles.flow_interpreter import flow_language
from tests.oracles.net_language import net_language

IMPLICIT = frozenset(name for name, text in CONSTRUCTS.items() if "ends: implicit\nnodes" in text)


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_the_net_accepts_what_the_graph_accepts(name: str) -> None:
    flow = construct(name)
    accepted = flow_language(flow, 6)
    assert accepted
    assert net_language(compile_flow(flow), 6) == accepted


@pytest.mark.parametrize("name", sorted(CONSTRUCTS.keys() - IMPLICIT))
def test_every_one_of_them_is_sound(name: str) -> None:
    assert check_soundness(compile_flow(construct(name))).verdict is Verdict.SOUND
