"""Finding the language, the command and its help; every wrong call ends with exit code 2 and one line."""

from __future__ import annotations

import pytest
import typer
from typer.core import TyperGroup

from api.cli import app
from api.cli.entry import put_help, take_language
from api.cli.session import system_language
from engine.errors import InputRefused
from engine.vocabulary import Language
from tests.api.cli.making import run


def test_help_lists_every_command() -> None:
    result = run("--help")
    assert result.exit_code == 0
    assert "align" in result.stdout
    assert "Usage: trueline" in result.stdout


def test_without_arguments_help_is_shown() -> None:
    assert run().stdout == run("--help").stdout


def test_help_is_chinese_where_the_locale_is() -> None:
    assert "用法" in run("align", "--help", LC_ALL="zh_CN.UTF-8").stdout


def test_lang_stands_before_or_after_the_command() -> None:
    assert run("--lang", "zh", "align", "-h").stdout == run("align", "-h", "--lang=zh").stdout


def test_after_two_dashes_lang_is_a_name() -> None:
    assert take_language(["align", "--", "--lang", "zh"]) == (system_language(), ["align", "--", "--lang", "zh"])


@pytest.mark.parametrize("arguments", [["--lang", "fr"], ["align", "--lang"], ["--lang="]])
def test_another_language_is_refused(arguments: list[str]) -> None:
    with pytest.raises(InputRefused, match=r"cli\.not-a-choice"):
        take_language(arguments)


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, Language.ZH),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, Language.EN),
        ({"LANG": "de_DE", "LC_MESSAGES": "zh_TW"}, Language.ZH),
        ({"LANG": "en_US.UTF-8"}, Language.EN),
    ],
)
def test_the_locale_says_the_language(variables: dict[str, str], language: Language) -> None:
    assert system_language(variables) is language


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["allign"], "There is no command allign — Did you mean: align"),
        (["align"], "FLOW is missing"),
        (["align", "a"], "LOG is missing"),
        (["align", "a", "b", "c"], "c"),
        (["align", "--nothing"], "There is no option --nothing"),
        (["align", "a", "b", "--jsn", "x"], "Did you mean --json"),
        (["align", "a", "b", "--json"], "The option --json needs a value"),
        (["align", "a", "b", "--lifecycle", "some"], "--lifecycle: This is not one of: all, complete, pair"),
        (["align", "a", "b", "--budget", "-1"], "--budget: -1 is not between 0.0 and 86400.0"),
        (["align", "a", "b", "--budget", "nan"], "--budget: nan is not between"),
        (["align", "a", "b", "--budget", "soon"], "--budget: soon is not a number"),
        (["align", "/no/such/flow.yaml", "b"], "/no/such/flow.yaml: There is no such file"),
        (["align", "/", "b"], "/: This is not a file"),
        (["align", "a\x1b[2Jb", "b"], "a\\x1b[2Jb: There is no such file"),
    ],
)
def test_a_wrong_call_is_one_line_and_exit_code_2(arguments: list[str], says: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert says in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


@pytest.mark.parametrize("language", list(Language))
def test_every_command_and_option_has_a_help_text(language: Language) -> None:
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    put_help(group, language)  # raises where the catalogue lacks one
    for command in group.commands.values():
        assert all(getattr(parameter, "help", "") for parameter in command.params)


def test_a_setting_that_is_nonsense_names_its_variable(tmp_path: object) -> None:
    result = run("align", f"{tmp_path}/a", "b", TRUELINE_NESTING="deep")
    assert result.exit_code == 2
    assert "TRUELINE_NESTING: This setting cannot be deep" in result.stderr


def test_a_crash_of_ours_is_one_line_and_exit_code_3(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.composition.load_process", lambda *_, **__: 1 / 0)
    result = run("align", "a", "b")
    assert result.exit_code == 3
    assert "TRUELINE_DEBUG=1" in result.stderr
    assert "Traceback" not in result.stderr


def test_debugging_shows_the_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.composition.load_process", lambda *_, **__: 1 / 0)
    result = run("align", "a", "b", TRUELINE_DEBUG="1")
    assert result.exit_code == 3
    assert "ZeroDivisionError" in result.stderr
    assert "Traceback" in result.stderr
