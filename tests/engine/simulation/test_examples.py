"""The shipped logs are what the documented commands make, and the documentation names everything there is."""

from __future__ import annotations

import gzip
import json
import shlex
from argparse import ArgumentParser
from collections import Counter
from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest

from engine.assessment.assess import assess
from engine.definitions.yaml_reader import read_flow
from engine.logs.reading import read_log
from engine.nets.compile import compile_flow
from engine.nets.process import Process
from engine.simulation.playout import SimulatedLog, simulate
from engine.simulation.settings import SimulationSettings
from engine.simulation.specification import Injection, read_deviations
from engine.simulation.truth import read_truth
from engine.simulation.writing import truth_path, write_simulation
from engine.vocabulary import Language
from tests.missed_standards import missed_by_case

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "simulation.md").read_text(encoding="utf-8")
COMMANDS = {
    Path(line.split()[2]).stem: line for line in PAGE.splitlines() if line.startswith("trueline simulate examples/")
}


def made(command: str) -> tuple[SimulatedLog, Path]:
    """What a documented command makes, and where it puts it."""
    parser = ArgumentParser()
    parser.add_argument("flow")
    parser.add_argument("-o", dest="output")
    parser.add_argument("--cases", type=int)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--deviations")
    parser.add_argument("--names", default="en")
    parser.add_argument("--from", dest="start", type=date.fromisoformat, default=SimulationSettings().start)
    options = parser.parse_args(shlex.split(command)[2:])
    flow = read_flow(ROOT / options.flow)
    settings = SimulationSettings(
        start=options.start, deviations=read_deviations(options.deviations), language=Language(options.names)
    )
    log = simulate(flow, compile_flow(flow), cases=options.cases, seed=options.seed, settings=settings)
    return log, ROOT / options.output


def test_every_example_flow_has_a_log_and_no_log_stands_alone() -> None:
    flows = {path.stem for path in (ROOT / "examples" / "flows").glob("*.yaml")}
    logs = {path.name.split(".")[0] for path in (ROOT / "examples" / "logs").iterdir()}
    assert flows == logs == set(COMMANDS)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_shipped_log_is_what_its_command_makes(name: str, tmp_path: Path) -> None:
    log, path = made(COMMANDS[name])
    write_simulation(log, tmp_path / path.name)
    # unpacked: other versions of zlib may pack the same bytes otherwise
    assert gzip.decompress((tmp_path / path.name).read_bytes()) == gzip.decompress(path.read_bytes())
    assert truth_path(tmp_path / path.name).read_bytes() == truth_path(path).read_bytes()


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_shipped_log_is_small_and_holds_everything_it_asked_for(name: str) -> None:
    path = ROOT / "examples" / "logs" / f"{name}.xes.gz"
    truth = read_truth(truth_path(path).read_text(encoding="utf-8"))
    assert truth.placed == truth.asked
    assert truth.cases <= 300
    assert path.stat().st_size < 150_000


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_assessing_a_shipped_log_finds_its_truth(name: str) -> None:
    path = ROOT / "examples" / "logs" / f"{name}.xes.gz"
    truth = read_truth(truth_path(path).read_text(encoding="utf-8"))
    flow = read_flow(ROOT / "examples" / "flows" / f"{name}.yaml")
    assessment = assess(Process(flow, compile_flow(flow)), read_log(path))
    found = assessment.deviations
    meant = [case.injected for case in truth.affected if case.injected.kind is not None]
    assert sum(d.cases for d in found if not d.standard) == sum(1 for injected in meant if not injected.standard)
    missed = Counter(standard for case in truth.affected for standard in case.missed)
    by_standard: Counter[str] = Counter()
    for deviation in found:
        by_standard[deviation.standard] += deviation.cases if deviation.standard else 0
    assert +by_standard == missed
    for standard in assessment.standards:  # what was left out or went unrecorded is rare, and no standard stands idle
        assert 20 * standard.no_evidence <= standard.met + standard.missed + standard.no_evidence, standard.standard


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_each_case_of_a_shipped_log_misses_what_its_truth_says(name: str) -> None:
    path = ROOT / "examples" / "logs" / f"{name}.xes.gz"
    truth = read_truth(truth_path(path).read_text(encoding="utf-8"))
    flow = read_flow(ROOT / "examples" / "flows" / f"{name}.yaml")
    found = missed_by_case(Process(flow, compile_flow(flow)), read_log(path))
    assert found == {case.case: case.missed for case in truth.affected if case.missed}


def test_the_page_names_every_deviation_and_every_setting() -> None:
    for name in [*Injection, *(setting.name for setting in fields(SimulationSettings))]:
        assert f"| `{name}` |" in PAGE


def test_the_page_names_every_key_of_a_truth() -> None:
    data = json.loads((ROOT / "examples" / "logs" / "after_sale.truth.json").read_text(encoding="utf-8"))
    keys = {*data, *data["affected"][0]}
    assert {key for key in keys if f'"{key}":' not in PAGE and f"`{key}`" not in PAGE} == set()
