from __future__ import annotations

import math
import os
import random
import subprocess
import sys
from itertools import permutations
from pathlib import Path

import pytest

from engine.errors import InputRefused, LimitExceeded
from engine.limits import Limits
from engine.mining.discovery import Miner, discover
from tests.engine.mining.language import language
from tests.engine.mining.small_logs import log_of

ROOT = Path(__file__).resolve().parents[3]
WITHOUT_PM4PY = "import sys; sys.modules['pm4py'] = None; "


def python(code: str, *, seed: str = "0") -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our own


def test_inductive_miner_without_noise_accepts_every_case() -> None:
    log = ("abcd", "acbd", "aed", "abcbcd")
    assert set(log) <= language(discover(log_of(*log), miner=Miner.INDUCTIVE, noise=0))


def test_inductive_miner_finds_sequence_parallel_and_choice() -> None:
    flow = discover(log_of("abcd", "acbd", "aed"), miner=Miner.INDUCTIVE, noise=0)
    assert language(flow) == {"abcd", "acbd", "aed"}


def test_inductive_miner_leaves_noise_out() -> None:
    assert language(discover(log_of(*["abc"] * 19, "ac"), miner=Miner.INDUCTIVE, noise=0.2)) == {"abc"}


def test_inductive_miner_keeps_empty_cases() -> None:
    assert "" in language(discover(log_of("ab", "ab", ""), miner=Miner.INDUCTIVE, noise=0))


def test_heuristics_miner_finds_parallel_steps() -> None:
    log = log_of(*["abcd"] * 10, *["acbd"] * 10)
    assert language(discover(log, miner=Miner.HEURISTICS, noise=0.2)) == {"abcd", "acbd"}


def test_heuristics_miner_finds_choices_and_short_loops() -> None:
    log = log_of(*["abd"] * 10, *["acd"] * 10, *["abbd"] * 5)
    assert {"abd", "acd", "abbd"} <= language(discover(log, miner=Miner.HEURISTICS, noise=0.1))


@pytest.mark.parametrize("miner", Miner)
def test_every_node_lies_between_start_and_end(miner: Miner) -> None:
    chance = random.Random(7)
    log = log_of(*("".join(chance.choices("abcdefgh", k=chance.randint(1, 9))) for _ in range(60)))
    flow = discover(log, miner=miner, noise=0.3)
    reached, leading = {"start"}, {"end"}
    for _ in flow.nodes:
        reached |= {edge.target for edge in flow.edges if edge.source in reached}
        leading |= {edge.source for edge in flow.edges if edge.target in leading}
    assert reached == leading == set(flow.by_id)


@pytest.mark.parametrize("miner", Miner)
def test_order_of_cases_changes_nothing(miner: Miner) -> None:
    traces = ("abcd", "acbd", "aed", "abd")
    flows = [discover(log_of(*order), miner=miner, noise=0.2) for order in permutations(traces)]
    assert all(flow.nodes == flows[0].nodes and flow.edges == flows[0].edges for flow in flows)


@pytest.mark.parametrize("miner", Miner)
def test_hash_seed_changes_nothing(miner: Miner) -> None:
    code = (
        "from tests.engine.mining.small_logs import log_of; from engine.mining.discovery import *; "
        "import random; c = random.Random(3); "
        "l = log_of(*(''.join(c.choices('abcdefgh', k=c.randint(2, 8))) for _ in range(40))); "
        f"f = discover(l, miner=Miner('{miner}')); print(f.nodes, f.edges)"
    )
    first, second = python(code, seed="1"), python(code, seed="2")
    assert first.stdout == second.stdout
    assert "Node(" in first.stdout
    assert first.stderr == ""


def test_chinese_activities_become_titles() -> None:
    flow = discover(log_of(("预约", "接待"), ("预约", "接待")))
    assert [(step.id, step.title.zh) for step in flow.steps] == [("step", "预约"), ("step_2", "接待")]


@pytest.mark.parametrize("noise", [-0.1, 1.5, math.nan, math.inf])
def test_noise_out_of_range_is_refused(noise: float) -> None:
    with pytest.raises(InputRefused) as refused:
        discover(log_of("ab"), noise=noise)
    assert refused.value.problems[0].code == "mine.noise-out-of-range"


@pytest.mark.parametrize(("traces", "code"), [(("", ""), "mine.empty-log"), (("a", "aa"), "mine.too-few-steps")])
def test_logs_without_a_flow_are_refused(traces: tuple[str, ...], code: str) -> None:
    with pytest.raises(InputRefused) as refused:
        discover(log_of(*traces))
    assert refused.value.problems[0].code == code


def test_too_many_activities_name_the_limit() -> None:
    with pytest.raises(LimitExceeded) as refused:
        discover(log_of("abcdef"), limits=Limits(flow_nodes=7))
    assert refused.value.problems[0].values["found"] == 8


@pytest.mark.parametrize("miner", [Miner.INDUCTIVE, Miner.HEURISTICS])
def test_without_pm4py_the_miner_says_how_to_get_it(miner: Miner) -> None:
    code = (
        "from tests.engine.mining.small_logs import log_of; from engine.mining.discovery import *; "
        "from engine.errors import Unavailable\n"
        f"try: discover(log_of('ab'), miner=Miner('{miner}'))\n"
        "except Unavailable as missing: print(missing.problem.code)"
    )
    assert python(WITHOUT_PM4PY + code).stdout.strip() == "mine.pm4py-missing"


def test_without_pm4py_directly_follows_still_discovers() -> None:
    code = (
        "from tests.engine.mining.small_logs import log_of; from engine.mining.discovery import *; "
        "print(len(discover(log_of('ab'), miner=Miner.DIRECTLY_FOLLOWS).steps))"
    )
    assert python(WITHOUT_PM4PY + code).stdout.strip() == "2"


def test_without_pm4py_every_module_can_be_imported() -> None:
    code = (
        "import importlib, pkgutil, engine, api\n"
        "names = [m.name for p in (engine, api) for m in pkgutil.walk_packages(p.__path__, p.__name__ + '.')]\n"
        "[importlib.import_module(name) for name in names if not name.endswith('__main__')]; print(len(names) > 20)"
    )
    result = python(WITHOUT_PM4PY + code)
    assert (result.stdout.strip(), result.stderr) == ("True", "")


def test_importing_discovery_does_not_import_pm4py() -> None:
    assert python("import sys, engine.mining.discovery; print('pm4py' in sys.modules)").stdout.strip() == "False"
