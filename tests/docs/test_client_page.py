"""``docs/client.md`` is run, and names every method with what it asks for."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from api import client as package
from api.client import Client, ClientError
from tests.api.client.reach import HELPERS, OPERATIONS, route_of
from tests.api.http.service import FLOW, LOG, Service, service_in

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "client.md").read_text("utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
ADDRESS, KEY = "http://127.0.0.1:8000", "trueline_…"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with service_in(tmp_path / "data") as running:
        yield running


def test_page_runs_from_start_to_end(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "visit.yaml").write_text(FLOW, encoding="utf-8")
    (tmp_path / "visits.csv").write_text(LOG, encoding="utf-8")
    code = "\n".join(BLOCKS)
    assert (code.count(ADDRESS), code.count(KEY)) == (1, 1)
    names: dict[str, object] = {}
    try:
        exec(compile(code.replace(ADDRESS, service.url).replace(KEY, service.key), "docs/client.md", "exec"), names)  # noqa: S102
    finally:
        client = names["client"]
        assert isinstance(client, Client)
        client.close()
    said = capsys.readouterr().out
    assert said.startswith("administrator\n")
    assert "404 service.no-such-flow There is no flow 7000" in said
    assert re.search(r"^1 verdict 4711$", said, flags=re.MULTILINE)
    assert (tmp_path / "Visit-1.pdf").read_bytes().startswith(b"%PDF")


def test_every_method_is_listed_with_what_it_asks_for() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `([A-Z]+) (\S+)` \|$", PAGE, flags=re.MULTILINE)
    known = [(name, *route_of(operation)) for name, operation in OPERATIONS.items()]
    assert rows == [(name, method, path.removeprefix("/api/v1")) for name, method, path in known]
    assert [name for name in HELPERS if f"`{name}`" not in PAGE] == []


def test_every_option_and_every_error_is_named() -> None:
    options = [name for name in inspect.signature(Client).parameters if name not in ("address", "key")]
    assert re.findall(r"^\| `(\w+)` \|.*\|.*\|$", PAGE.split("## A round trip")[0], flags=re.MULTILINE) == options
    errors = [
        name
        for name in package.__all__
        if isinstance(getattr(package, name), type) and issubclass(getattr(package, name), ClientError)
    ]
    assert [name for name in errors if name not in PAGE] == []


def test_every_code_of_the_client_is_named() -> None:
    source = Path(inspect.getfile(ClientError)).read_text("utf-8")
    codes = set(re.findall(r'"(client\.[a-z-]+)"', source))
    assert len(codes) == 6
    assert [code for code in codes if f"`{code}`" not in PAGE] == []
