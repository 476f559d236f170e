"""Settings that no service centre could have are refused, all at once."""

from __future__ import annotations

import pytest

from engine.errors import InputRefused
from engine.simulation.settings import SimulationSettings
from engine.simulation.values import Choice


def test_every_number_out_of_range_is_named() -> None:
    with pytest.raises(InputRefused) as refused:
        SimulationSettings(step_minutes=0, spread=0.9, people=0, minutes_of={"wash": -1.0}, cases_per_day=float("nan"))
    named = [problem.values["setting"] for problem in refused.value.problems]
    assert named == ["cases_per_day", "step_minutes", "spread", "people", "minutes_of.wash"]


def test_an_attribute_needs_values_and_a_name_of_its_own() -> None:
    with pytest.raises(InputRefused) as refused:
        SimulationSettings(attributes={"channel": Choice(()), "case_id": Choice(("x",))})
    assert [problem.code for problem in refused.value.problems] == ["simulate.attribute-without-values"] * 2


def test_every_setting_is_recorded() -> None:
    settings = SimulationSettings()
    assert list(settings.as_texts()) == list(SimulationSettings.__dataclass_fields__)
    assert settings.as_texts()["start"] == "2026-03-02"
