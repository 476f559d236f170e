"""How pages are filled: Jinja2 with everything escaped, and every name that is not there an error."""

from __future__ import annotations

from functools import cache
from urllib.parse import quote, urlencode

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from api.pages.assets import asset

FOLDERS = frozenset({".", ".."})
"""Names that a browser takes for folders, however they are written, and leaves out of an address."""


def case_path(name: str) -> str:
    """The end of the address of a case's page."""
    return f"case?{urlencode({'id': name})}" if name in FOLDERS else f"cases/{quote(name, safe='')}"


@cache
def environment() -> Environment:
    """Where the templates of pages are found: ours, and those of the report, whose tables and cards pages share."""
    made = Environment(
        loader=ChoiceLoader(
            [PackageLoader("api.pages", "templates"), PackageLoader("engine.rendering", "templates")],
        ),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["asset"] = lambda name: asset(name).address
    made.globals["case_path"] = case_path
    made.filters["percent"] = lambda share: 100 * float(share)
    made.tests["contains"] = lambda values, value: value in values
    return made
