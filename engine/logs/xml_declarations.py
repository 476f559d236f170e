"""The encoding that an XML document declares, where the parser reads only its own."""

from __future__ import annotations

import codecs
import re

from engine.logs.collecting import ProblemCollector

_DECLARED = re.compile(rb"""(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]*)["']""")
_OWN = {"utf-8", "utf-16", "iso8859-1", "ascii"}  # as Python names them


def require_known_encoding(start: bytes, problems: ProblemCollector) -> None:
    """Refuse a document in an encoding that expat does not decode.

    Raises:
        InputRefused: It declares another than UTF-8, UTF-16, ISO 8859-1 or US-ASCII.
    """
    declared = _DECLARED.match(start)
    if declared is None:
        return
    label = declared[1].decode("ascii")
    try:
        known = codecs.lookup(label).name in _OWN
    except LookupError:
        known = False
    if not known:
        raise problems.refusal("log.encoding-unknown", 1, encoding=label[:80])
