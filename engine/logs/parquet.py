"""Parquet files as data frames, without trusting them.

A damaged page can make the decoder ask for more memory than there is, which ends the process: no exception can be
caught. So a child process decodes the file first; when it lives through it, the same bytes are decoded here.
"""

from __future__ import annotations

import io
import subprocess
import sys

import polars as pl

from engine.errors import LimitExceeded, Place
from engine.limits import Limits
from engine.logs.assembly import check_cells
from engine.logs.collecting import ProblemCollector

_MOST_ADDRESSES = 32 * 1024**3
"""Address space of the child: far above what any file within the limits needs, far below what a damaged page asks."""
_CHILD = """
import io, sys
import polars as pl
try:
    import resource
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]), int(sys.argv[2])))
except (ImportError, ValueError, OSError):
    pass
lazy = pl.scan_parquet(io.BytesIO(sys.stdin.buffer.read()))
if len(lazy.collect_schema()) * lazy.select(pl.len()).collect().item() <= int(sys.argv[1]):
    lazy.collect()
"""


def parquet_frame(data: bytes, problems: ProblemCollector, *, limits: Limits) -> pl.DataFrame:
    """Decode a Parquet file.

    Raises:
        InputRefused: It is damaged.
        LimitExceeded: It has more columns or more cells than are allowed.
    """
    command = [sys.executable, "-P", "-c", _CHILD, str(limits.log_cells), str(_MOST_ADDRESSES)]
    child = subprocess.run(command, input=data, capture_output=True, check=False)  # noqa: S603 - our own interpreter
    if child.returncode != 0:
        raise problems.refusal("log.parquet-damaged")
    lazy = pl.scan_parquet(io.BytesIO(data))
    width, height = len(lazy.collect_schema()), lazy.select(pl.len()).collect().item()
    place = Place(problems.source)
    if width > limits.attribute_keys:
        raise LimitExceeded(limit="attribute_keys", allowed=limits.attribute_keys, found=width, place=place)
    check_cells(height, width, limits, problems.source)
    return lazy.collect()
