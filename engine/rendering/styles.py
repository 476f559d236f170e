"""The styles of reports, for pages that show the same tables and cards."""

from __future__ import annotations

from functools import cache

from engine.rendering import palette
from engine.rendering.report import environment


@cache
def report_styles() -> str:
    """The style sheet of reports."""
    return environment().get_template("parts.css.j2").render(palette=palette)
