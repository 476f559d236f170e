"""Reading XES (IEEE 1849-2016 and 1849-2023), strictly and as a stream.

Peers disagree on what a damaged or doubtful file says: some stop in its middle without a word, some drop what they do
not understand. Here a file is read wholly or refused with every problem found, each with its line:

- Traces stand last in a log, events last in a trace. The standard also orders what stands before the traces; published
  logs do not, and nothing depends on it, so that is counted only. No DOCTYPE, no text between elements, no element or
  XML attribute that the standard does not know.
- A key stands once in an element. Readers differ on which of two values counts, so neither is taken: refused.
- Every value reads as its type says; every event has an activity (``concept:name``; classifiers do not change it).
- Kept and counted: traces without events, ids that two traces bear, dates without an offset (of UTC, or of a zone
  that is named), finer than a microsecond (cut), and events out of time order (the order of the document counts).
- Not kept, and counted: attributes of the log itself, attributes of attributes, lists and containers.

Two readers share the work. One scans with compiled kernels and reads a document wholly, or leaves it; the other parses,
reads every document that can be read, and finds every problem of the others. What both read is the same log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain

from engine.limits import MEBIBYTE, Limits
from engine.logs.log import Log
from engine.logs.options import ReadOptions
from engine.logs.xes_parsing import parse_xes

_SMALL = MEBIBYTE
"""A document up to this size is parsed before the kernels of the scanner are loaded."""


def read_xes(
    chunks: Iterable[bytes],
    *,
    again: Callable[[], Iterable[bytes]],
    name: str,
    options: ReadOptions,
    limits: Limits,
) -> Log:
    """Read one XES document; the log's ``source_hash`` is left to the caller.

    Args:
        chunks: The document's bytes in order; the first piece holds the XML declaration.
        again: Gives the same bytes from the start, for a document that the scanner leaves.
        name: The file's name, for the log and for every place.
        options: Other attribute keys than the standard's for case, activity, time, start and resource; the zone of
            times without an offset.
        limits: Nesting, keys, sizes of values and labels, and how many problems are reported.

    Raises:
        InputRefused: The document is no XES, is damaged, or says something that has no one reading.
        LimitExceeded: It is nested too deeply or has too many attribute keys.
    """
    stream = iter(chunks)
    start: list[bytes] = []
    size = 0
    for chunk in stream:
        start.append(chunk)
        size += len(chunk)
        if size > _SMALL:
            break
    else:
        return parse_xes(start, name=name, options=options, limits=limits)
    from engine.logs.xes_scanning import scan_xes  # noqa: PLC0415 - Numba takes as long as a small document

    log = scan_xes(chain(start, stream), name=name, options=options, limits=limits)
    return log or parse_xes(again(), name=name, options=options, limits=limits)
