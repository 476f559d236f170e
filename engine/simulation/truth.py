"""The truth beside a simulated log: what was put into which case, so that whoever assesses the log can be checked.

The JSON form is documented in ``docs/simulation.md``.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from engine.errors import InputRefused, Place, Problem
from engine.simulation.injection import Injected
from engine.simulation.specification import Injection
from engine.vocabulary import DeviationKind

TRUTH_FORMAT = 1


@dataclass(frozen=True, slots=True)
class CaseTruth:
    """What is known of one case that is not as it should be.

    Attributes:
        case: Its id.
        injected: What was put into it.
        missed: Ids of every standard it misses, in the flow's order; also those that follow from what was put in.
    """

    case: str
    injected: Injected
    missed: tuple[str, ...]


@dataclass(frozen=True)
class Truth:
    """What is known of a simulated log. Cases that are not listed fit the flow and meet every standard.

    Attributes:
        flow: The flow's id.
        flow_hash: SHA-256 of its file, hexadecimal, or "".
        engine_version: The version that played it.
        seed: The seed.
        settings: The settings, as texts by name.
        cases: Cases of the log.
        events: Events of the log.
        asked: Cases asked for, by what was to be put in.
        affected: The cases with something put in, in the order of the log.
    """

    flow: str
    flow_hash: str
    engine_version: str
    seed: int
    settings: Mapping[str, str]
    cases: int
    events: int
    asked: Mapping[Injection, int]
    affected: tuple[CaseTruth, ...]

    def __post_init__(self) -> None:
        """Freeze the mappings."""
        object.__setattr__(self, "settings", MappingProxyType(dict(self.settings)))
        object.__setattr__(self, "asked", MappingProxyType(dict(self.asked)))

    @property
    def placed(self) -> Mapping[Injection, int]:
        """Cases by what was put in."""
        return Counter(case.injected.injection for case in self.affected)

    @property
    def deviations(self) -> Mapping[DeviationKind, int]:
        """Cases by the deviation they hold; plans are none."""
        return Counter(case.injected.kind for case in self.affected if case.injected.kind is not None)


def write_truth(truth: Truth) -> str:
    """The JSON form: keys in a fixed order, one line for each affected case."""
    head = {
        "trueline_truth": TRUTH_FORMAT,
        "flow": truth.flow,
        "flow_hash": truth.flow_hash,
        "engine_version": truth.engine_version,
        "seed": truth.seed,
        "settings": dict(truth.settings),
        "cases": truth.cases,
        "events": truth.events,
        "asked": {str(injection): count for injection, count in truth.asked.items()},
        "placed": {str(injection): truth.placed[injection] for injection in Injection if injection in truth.placed},
        "deviations": {str(kind): truth.deviations[kind] for kind in DeviationKind if kind in truth.deviations},
    }
    lines = [f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in head.items()]
    rows = ",\n".join("    " + json.dumps(_row(case), ensure_ascii=False) for case in truth.affected)
    lines.append('  "affected": [' + (f"\n{rows}\n  " if rows else "") + "]")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def read_truth(text: str, *, source: str = "") -> Truth:
    """Read the JSON form back.

    Raises:
        InputRefused: ``simulate.not-a-truth``: it is not the JSON of ``write_truth``.
    """
    try:
        data = json.loads(text)
        if data["trueline_truth"] != TRUTH_FORMAT:
            raise ValueError("format")  # noqa: TRY301 - one answer for everything that is not a truth
        return Truth(
            flow=str(data["flow"]),
            flow_hash=str(data["flow_hash"]),
            engine_version=str(data["engine_version"]),
            seed=int(data["seed"]),
            settings={str(key): str(value) for key, value in data["settings"].items()},
            cases=int(data["cases"]),
            events=int(data["events"]),
            asked={Injection(key): int(value) for key, value in data["asked"].items()},
            affected=tuple(_case(row) for row in data["affected"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputRefused([Problem("simulate.not-a-truth", Place(source))]) from error


def _row(case: CaseTruth) -> dict[str, Any]:
    injected = case.injected
    row: dict[str, Any] = {"case": case.case, "injected": str(injected.injection)}
    row["kind"] = None if injected.kind is None else str(injected.kind)
    row["steps"], row["positions"] = list(injected.steps), list(injected.positions)
    row["standard"], row["plan"], row["missed"] = injected.standard, injected.plan, list(case.missed)
    return row


def _case(row: Mapping[str, Any]) -> CaseTruth:
    injected = Injected(
        Injection(row["injected"]),
        None if row["kind"] is None else DeviationKind(row["kind"]),
        tuple(str(step) for step in row["steps"]),
        tuple(int(position) for position in row["positions"]),
        str(row["standard"]),
        str(row["plan"]),
    )
    return CaseTruth(str(row["case"]), injected, tuple(str(standard) for standard in row["missed"]))
