"""How kernels are compiled: Numba, cached on disk, without the interpreter lock.

Kernels that call each other stand in one file, because a cached kernel does not see an edit in another file's helper.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

import numba

config: Any = numba.config  # its attributes are made at run time
_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")


def _ensure_cache_folder() -> None:
    """Give Numba a folder it can write.

    Numba tries the package's own folder, then the user's cache, and raises at import when neither can be written
    (a read-only container). The system's temporary folder is then better than no start at all.
    """
    if config.CACHE_DIR:
        return
    package = Path(__file__).parent
    home_cache = Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.home() raises without a home
    if not os.access(package, os.W_OK) and not os.access(home_cache, os.W_OK):
        config.CACHE_DIR = str(Path(tempfile.gettempdir()) / "trueline-kernels")


_ensure_cache_folder()


def compiled(function: Callable[_Parameters, _Result]) -> Callable[_Parameters, _Result]:
    """Compile a kernel to machine code on its first call, or load it from the cache.

    The plain function stays reachable as ``.py_func``, which is how the tests run it interpreted.
    """
    return cast("Callable[_Parameters, _Result]", numba.njit(cache=True, nogil=True)(function))
