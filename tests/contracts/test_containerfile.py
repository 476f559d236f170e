"""What can be held of the image without building it: who it runs as, what it copies, what it starts."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import httpx
import typer
from typer.core import TyperGroup

from api.cli import app
from api.settings import Settings
from tests.api.http.service import service_in, until

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def instructions() -> list[tuple[str, str]]:
    """Name and rest of each instruction, in their order."""
    text = (ROOT / "Containerfile").read_text(encoding="utf-8")
    lines = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ").splitlines()
    return [(line.split()[0], line.split(maxsplit=1)[1].strip()) for line in lines if line.strip()]


def last(name: str) -> str:
    """The instruction of a name that holds in the end."""
    return [rest for found, rest in instructions() if found == name][-1]


def test_its_user_has_no_rights() -> None:
    names = [name for name, _ in instructions()]
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", last("USER"))
    assert "RUN" not in names[len(names) - names[::-1].index("USER") :], "nothing is run as root after it"


def test_nothing_is_fetched_but_by_the_package_manager() -> None:
    assert "ADD" not in [name for name, _ in instructions()]
    assert not [rest for name, rest in instructions() if name in {"COPY", "RUN"} and "://" in rest]
    assert all("--constraint constraints.txt" in rest for name, rest in instructions() if "pip install" in rest)


def test_it_names_no_registry_and_a_python_that_will_do() -> None:
    images = [rest.split()[0] for name, rest in instructions() if name == "FROM"]
    assert not [image for image in images if "/" in image]
    assert len(set(images)) == 1, "what was compiled in one is used in the other"
    (version,) = re.findall(r"^python:(3\.\d+)-", images[0])
    assert version == PROJECT["project"]["requires-python"].removeprefix(">=")


def test_what_it_copies_is_there_and_gets_there() -> None:
    ignored = (ROOT / ".containerignore").read_text(encoding="utf-8").splitlines()
    copied = [
        source
        for name, rest in instructions()
        if name == "COPY" and not rest.startswith("--from")
        for source in rest.split()[:-1]
    ]
    assert [source for source in copied if not (ROOT / source).exists()] == []
    assert {f"!{source}" for source in copied} == {line for line in ignored if line.startswith("!")}
    assert PROJECT["project"]["readme"] in copied
    assert "LICENSE" in copied


def test_it_starts_a_command_that_is_there_with_settings_that_are_there() -> None:
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    (program,), (command,) = words_of(last("ENTRYPOINT")), words_of(last("CMD"))
    assert program in PROJECT["project"]["scripts"]
    assert command in group.commands
    variables = dict(part.split("=", 1) for part in shlex.split(last("ENV")))
    ours = {name.removeprefix("TRUELINE_").lower() for name in variables if name.startswith("TRUELINE_")}
    assert ours <= set(Settings.model_fields)
    assert variables["TRUELINE_DATA"] == last("VOLUME")
    assert variables["TRUELINE_PORT"] == last("EXPOSE")


def test_kernels_are_compiled_when_it_is_built() -> None:
    assert [rest for name, rest in instructions() if name == "RUN" and "engine.conformance.warmup" in rest]


def words_of(text: str) -> list[str]:
    """An instruction in its form of a list."""
    return re.findall(r'"((?:[^"\\]|\\.)*)"', text)


def health_check(port: str) -> int:
    """What comes of the health check, run as the image runs it."""
    _, program = last("HEALTHCHECK").split(" CMD ")
    python, *arguments = words_of(program)
    assert python == "python"
    environment = {**os.environ, "TRUELINE_PORT": port}
    return subprocess.run(  # noqa: S603 - our own
        [sys.executable, *arguments], env=environment, check=False, capture_output=True, timeout=30
    ).returncode


def test_health_check_tells_a_service_that_is_ready_from_others(tmp_path: Path) -> None:
    with service_in(tmp_path / "data") as service:
        port = service.url.rpartition(":")[2]
        until(lambda: httpx.get(f"{service.url}/ready").status_code == 200)
        assert health_check(port) == 0
        service.running.writer.close()
        until(lambda: httpx.get(f"{service.url}/ready").status_code == 503)
        assert health_check(port) == 1
    assert health_check(port) == 1
