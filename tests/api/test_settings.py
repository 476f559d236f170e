"""Settings come from the environment; nonsense is refused by name."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from api.settings import load_settings
from engine.errors import InputRefused
from engine.limits import DEFAULT_LIMITS, Limits


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATA", "DATABASE", "HOST", "PORT", *(field.name.upper() for field in fields(Limits))):
        monkeypatch.delenv(f"TRUELINE_{name}", raising=False)


def test_the_published_limits_hold_by_default() -> None:
    assert load_settings().limits == DEFAULT_LIMITS


@pytest.mark.parametrize("name", [field.name for field in fields(Limits)])
def test_every_limit_is_a_setting_of_its_name(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"TRUELINE_{name.upper()}", "7")
    assert getattr(load_settings().limits, name) == 7


@pytest.mark.parametrize("value", ["0", "-1", "many", "1e99", str(2**41)])
def test_a_limit_that_is_none_is_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUELINE_NESTING", value)
    with pytest.raises(InputRefused) as refusal:
        load_settings()
    assert refusal.value.problems[0].place.source == "TRUELINE_NESTING"


def test_every_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUELINE_PORT", "65536")
    monkeypatch.setenv("TRUELINE_HOST", "")
    with pytest.raises(InputRefused) as refusal:
        load_settings()
    assert {p.place.source for p in refusal.value.problems} == {"TRUELINE_PORT", "TRUELINE_HOST"}


def test_the_database_lies_in_the_data_folder_unless_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUELINE_DATA", "/srv/trueline")
    assert load_settings().database_url == "sqlite:////srv/trueline/trueline.db"
    assert load_settings().data == Path("/srv/trueline")
    monkeypatch.setenv("TRUELINE_DATABASE", "postgresql+psycopg://db/trueline")
    assert load_settings().database_url == "postgresql+psycopg://db/trueline"
