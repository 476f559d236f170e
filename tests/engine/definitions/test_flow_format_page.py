"""The page about the flow file says what the code does: its examples read, and keys, limits and codes are complete."""

from __future__ import annotations

import dataclasses
import io
import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from engine.calendars import CALENDAR_NAMES
from engine.definitions.event_reader import TRIGGERS
from engine.definitions.fields import COMES_LATER
from engine.definitions.flow import Stage
from engine.definitions.lint import lint
from engine.definitions.node_reader import NODE_KINDS
from engine.definitions.rules import StandardKind
from engine.definitions.rules_reading.spelling import RULE_KEYS
from engine.definitions.season_reader import SEASON_KEYS
from engine.definitions.standard_reader import COMMON_KEYS, DIMENSIONS, INTENTION_KEYS, RULES
from engine.definitions.standards import Domain, Period
from engine.definitions.yaml_reader import KEYS, read_flow_text
from engine.errors import Severity
from engine.limits import DEFAULT_LIMITS
from engine.messages.catalogue import has_text
from engine.vocabulary import Language
from tests.engine.definitions.files import flow_file, problems_of

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "flow-format.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
OTHER_KEYS = (
    "role",
    "aliases",
    "optional",
    "at-least",
    "at-most",
    "from",
    "to",
    "when",
    "otherwise",
    "within",
    "share",
    "repeat",
    "parallel",
    "risk",
    "script",
    "throws",
    "logged",
    "interrupting",
    "terminates",
)
STANDARD_KEYS = sorted({*COMMON_KEYS, *SEASON_KEYS} | {key for keys in RULE_KEYS.values() for key in keys})
SPELLINGS = re.findall(rf"^\| `((?:{'|'.join(RULES)}): .*?)` \|.*\| (\w+) \|$", PAGE, flags=re.MULTILINE)
PLAN_KEYS = ("tolerance", "dimension", "risk", "at", "on", "path", "rejoin", "steps", "weight")


@cache
def codes() -> frozenset[str]:
    sources = [file.read_text("utf-8") for file in (ROOT / "engine" / "definitions").rglob("*.py")]
    return frozenset(code for source in sources for code in re.findall(r'"(flow\.[a-z0-9-]+)"', source))


def test_the_page_has_examples() -> None:
    assert len(EXAMPLES) >= 3


@pytest.mark.parametrize("text", EXAMPLES, ids=lambda text: text.split("flow: ")[1].split()[0])
def test_an_example_reads_without_a_warning_but_for_what_is_vague(text: str) -> None:
    problems = lint(read_flow_text(text))
    assert {problem.code for problem in problems if problem.severity is not Severity.INFO} <= {"flow.standard-vague"}


@pytest.mark.parametrize("key", [*KEYS, *OTHER_KEYS, *PLAN_KEYS, *RULES, *TRIGGERS])
def test_a_key_is_on_the_page(key: str) -> None:
    assert re.search(rf"`{{?{key}\b", PAGE)


@pytest.mark.parametrize("key", [*STANDARD_KEYS, *INTENTION_KEYS])
def test_a_key_of_a_standard_is_on_the_page(key: str) -> None:
    assert re.search(rf"[`{{ ]{key}[`:]", PAGE)


@pytest.mark.parametrize(("spelling", "dimension"), SPELLINGS, ids=lambda text: text)
def test_a_spelling_of_a_rule_is_read_and_counts_where_the_page_says(spelling: str, dimension: str) -> None:
    roles = "roles: {advisor: A, manager: M}"
    text = flow_file(nodes="c: {step: C}", edges="- a -> c -> b", rest=f"{roles}\nstandards:\n  s: {{{spelling}}}")
    (standard,) = read_flow_text(text).standards
    assert (standard.kind, standard.dimension) == (spelling.split(":", maxsplit=1)[0], dimension)


def test_every_rule_has_a_spelling_on_the_page() -> None:
    assert {spelling.split(":")[0] for spelling, _ in SPELLINGS} == set(StandardKind)


@pytest.mark.parametrize(
    "word", [*CALENDAR_NAMES, *DIMENSIONS, *(stage.value for stage in Stage), *NODE_KINDS, *Domain, *Period]
)
def test_a_choice_is_on_the_page(word: str) -> None:
    assert re.search(rf"`{{?{word}\b", PAGE)


def test_every_code_is_on_the_page_and_none_besides() -> None:
    assert set(re.findall(r"`(flow\.[a-z0-9-]+)`", PAGE)) == codes()


def test_the_page_says_what_the_messages_say() -> None:
    rows = dict(re.findall(r"^\| `(flow\.[a-z0-9-]+)` \|(.*)\|$", PAGE, flags=re.MULTILINE))
    catalogue = ROOT / "engine" / "messages" / "catalogues" / "en" / "flow.po"
    texts = {str(message.id): str(message.string) for message in read_po(io.BytesIO(catalogue.read_bytes()))}
    assert [code for code in codes() if texts[code].replace("|", "\\|") not in rows[code]] == []


@pytest.mark.parametrize("language", Language)
def test_every_code_has_a_sentence_and_a_remedy(language: Language) -> None:
    assert [c for c in codes() if not (has_text(c, language) and has_text(f"{c}.remedy", language))] == []


def test_limits_on_the_page_are_those_in_force() -> None:
    written = dict(re.findall(r"^\| `([a-z_]+)` \| ([\d,]+)\b", PAGE, flags=re.MULTILINE))
    in_force = {field.name: f"{getattr(DEFAULT_LIMITS, field.name):,}" for field in dataclasses.fields(DEFAULT_LIMITS)}
    assert len(written) == 14
    assert written.items() <= in_force.items()


@pytest.mark.parametrize("word", sorted(COMES_LATER))
def test_the_words_of_the_full_language_are_refused_by_name(word: str) -> None:
    (problem,) = problems_of(flow_file(nodes=f"x: {{step: X, {word}: 1}}", edges="- a -> x -> b"))
    assert (problem.code, problem.values["what"]) == ("flow.comes-later", word)
