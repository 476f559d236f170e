"""The one font that pictures are drawn with, so that they look the same, and have no empty boxes, on every machine."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

FONTS = Path(__file__).parent / "fonts"

_CONFIGURATION = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>{fonts}</dir>
  <cachedir>{cache}</cachedir>
  <match target="font">
    <edit name="antialias" mode="assign"><bool>true</bool></edit>
    <edit name="hinting" mode="assign"><bool>false</bool></edit>
    <edit name="autohint" mode="assign"><bool>false</bool></edit>
    <edit name="rgba" mode="assign"><const>none</const></edit>
  </match>
</fontconfig>
"""


@cache
def use_vendored_font() -> Path:
    """Make fontconfig, and so Graphviz, see the vendored font and no other, for the rest of this process.

    Fontconfig reads ``FONTCONFIG_FILE`` once, before the first picture, so this has to come before it. The file and
    fontconfig's cache stand in a folder of the process's own that goes away with it.

    Returns:
        The fontconfig file.
    """
    folder = Path(tempfile.mkdtemp(prefix="trueline-fonts-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    file = folder / "fonts.conf"
    text = _CONFIGURATION.format(fonts=escape(str(FONTS)), cache=escape(str(folder / "cache")))
    file.write_text(text, encoding="utf-8")
    os.environ["FONTCONFIG_FILE"] = str(file)
    return file
