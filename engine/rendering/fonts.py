"""The one font that pictures are drawn with, so that they look the same, and have no empty boxes, on every machine."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from multiprocessing.util import Finalize
from pathlib import Path
from types import ModuleType
from xml.sax.saxutils import escape

FONTS = Path(__file__).parent / "fonts"

_CONFIGURATION = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>{fonts}</dir>
  <cachedir>{cache}</cachedir>
  <config><rescan><int>0</int></rescan></config>
  <match target="font">
    <edit name="antialias" mode="assign"><bool>true</bool></edit>
    <edit name="hinting" mode="assign"><bool>false</bool></edit>
    <edit name="autohint" mode="assign"><bool>false</bool></edit>
    <edit name="rgba" mode="assign"><const>none</const></edit>
  </match>
</fontconfig>
"""


@cache
def load_graphviz() -> ModuleType:
    """Graphviz, seeing the vendored font and no other for the rest of this process.

    Fontconfig reads ``FONTCONFIG_FILE`` once, when the first picture is drawn; so the first picture, an empty one, is
    drawn here. Afterwards the variable is what it was, and programs that this process starts keep their own fonts.

    Returns:
        The module ``pygraphviz``. Not to be called by two threads at once.
    """
    folder = Path(tempfile.mkdtemp(prefix="trueline-fonts-"))
    # Unlike atexit, it also runs in the processes of a pool, and not in a fork of the process that made the folder.
    Finalize(None, shutil.rmtree, args=(folder,), kwargs={"ignore_errors": True}, exitpriority=0)
    file = _configure(folder)
    with _environment("FONTCONFIG_FILE", str(file)), _silent_errors():
        import pygraphviz  # noqa: PLC0415 - loads Graphviz, which must not look for fonts earlier

        pygraphviz.AGraph(string="digraph { a [label=a] }").draw(format="png", prog="dot")
    module: ModuleType = pygraphviz
    return module


def _configure(folder: Path) -> Path:
    """Write fontconfig's file; the fonts are linked beside it, for fontconfig leaves a file of its own with them."""
    seen = folder / "fonts"
    seen.mkdir()
    for font in sorted(FONTS.glob("*.otf")):
        try:
            (seen / font.name).symlink_to(font)
        except OSError:  # a system on which links need a privilege
            shutil.copyfile(font, seen / font.name)
    file = folder / "fonts.conf"
    text = _CONFIGURATION.format(fonts=escape(str(seen)), cache=escape(str(folder / "cache")))
    file.write_text(text, encoding="utf-8")
    return file


@contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


@contextmanager
def _silent_errors() -> Iterator[None]:
    """Keep what the C library says about the machine's own configuration, which is not used, off standard error."""
    kept = None
    with suppress(OSError):  # without a standard error there is nothing to keep quiet
        kept = os.dup(2)
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 2)
        os.close(silence)
    try:
        yield
    finally:
        if kept is not None:
            os.dup2(kept, 2)
            os.close(kept)
