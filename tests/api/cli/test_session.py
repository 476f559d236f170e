"""What is printed goes to the right stream, and shows users' texts as they are."""

from __future__ import annotations

import io
import sys

import pytest
from rich.console import Console

from api.cli.options import Number
from api.cli.session import Session, use_utf8
from engine.errors import InputRefused, Problem, Severity
from engine.vocabulary import Language


def session_on(terminal: io.StringIO, *, watched: bool = False) -> Session:
    """A session whose two streams are one text."""
    session = Session(Language.EN)
    console = Console(file=terminal, force_terminal=watched, width=100, markup=False, highlight=False, emoji=False)
    session.__dict__.update(out=console, err=console)
    return session


def test_a_bar_is_drawn_where_somebody_watches() -> None:
    terminal = io.StringIO()
    with session_on(terminal, watched=True).progress("cli.reading", file="a[b].xes") as progress:
        progress(1, 2)
    assert "Reading a[b].xes" in terminal.getvalue()


def test_no_bar_is_drawn_into_a_file() -> None:
    terminal = io.StringIO()
    with session_on(terminal).progress("cli.reading", file="a.xes") as progress:
        progress(1, 2)
    assert terminal.getvalue() == ""


def test_tables_show_markup_and_control_characters_as_text() -> None:
    terminal = io.StringIO()
    session_on(terminal).table(("column.moves",), [("[red]x[/red] :smile: \x1b[2J",)])
    assert "[red]x[/red] :smile: \\x1b[2J" in terminal.getvalue()


def test_no_cell_is_cut_off() -> None:
    terminal = io.StringIO()
    session_on(terminal).table(("column.moves",), [("回收调查资料" * 40,)])
    assert terminal.getvalue().count("回收调查资料") >= 30  # the rest is broken across lines
    assert "…" not in terminal.getvalue()


def test_problems_past_the_limit_are_counted() -> None:
    terminal = io.StringIO()
    problem = Problem("cli.no-such-file", severity=Severity.WARNING)
    session_on(terminal).problems([problem] * 5, limit=2)
    assert terminal.getvalue().count("There is no such file") == 2
    assert "3 more" in terminal.getvalue()


def test_streams_become_utf8_whatever_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    monkeypatch.setattr(sys, "stderr", None)
    use_utf8()
    print("回收\ud800", file=sys.stdout, flush=True)  # noqa: T201
    assert raw.getvalue().decode() == "回收\\ud800\n"
    sys.stderr.close()


@pytest.mark.parametrize("text", ["1", "10"])
def test_the_ends_of_a_range_belong_to_it(text: str) -> None:
    assert Number("--n", int, 1, 10)(text) == int(text)


@pytest.mark.parametrize("text", ["0", "11", "1.5", "", "１２", "9" * 5000])
def test_numbers_outside_are_refused(text: str) -> None:
    with pytest.raises(InputRefused, match=r"cli\."):
        Number("--n", int, 1, 10)(text)
