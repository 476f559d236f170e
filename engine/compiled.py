"""How kernels are compiled: Numba, cached on disk, without the interpreter lock.

Kernels stand in folders named ``kernels``. Numba keys a cached kernel by its own file alone, so an edit in a helper of
another file would go unseen; the cache folder is therefore named after the state of all kernel files.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

import numba
from numba.np import linalg

_config: Any = numba.config  # its attributes are made at run time
_njit: Any = numba.njit  # its published types leave out the option to do without reference counts
_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")


def _cache_folder(package: Path) -> Path:
    """A folder for compiled kernels that can be written.

    Beside the package where that is possible, else in the user's cache, else in the system's temporary folder: a
    read-only container without a home still starts. What was compiled beside a package that is now read-only, as in
    an image, is copied there: Numba uses no folder that it cannot write.
    """
    state = hashlib.sha256()
    for file in sorted(package.glob("*/kernels/*.py")):
        stat = file.stat()
        state.update(f"{file.name} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    name = f"kernels-{state.hexdigest()[:16]}"
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.home() raises without a home
    for parent in (package / "__pycache__", home / ".cache" / "trueline"):
        try:
            parent.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(parent, os.W_OK):
            break
    else:
        parent = Path(tempfile.gettempdir()) / f"trueline-{os.getuid() if hasattr(os, 'getuid') else 0}"
    _copy_once(package / "__pycache__" / name, parent / name)
    return parent / name


def _copy_once(shipped: Path, folder: Path) -> None:
    """Copy a folder to where it is not yet; of several processes that do, one is first."""
    if folder.exists() or not shipped.is_dir():
        return
    with suppress(OSError):  # without it, kernels are compiled anew
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        arriving = tempfile.mkdtemp(dir=folder.parent)
        try:
            shutil.copytree(shipped, arriving, dirs_exist_ok=True)
            Path(arriving).rename(folder)
        finally:
            shutil.rmtree(arriving, ignore_errors=True)


if not _config.CACHE_DIR:  # NUMBA_CACHE_DIR, when it is set, wins
    _config.CACHE_DIR = str(_cache_folder(Path(__file__).parent))


def _load_without_scipy() -> None:
    """Load the part of Numba that looks for SciPy's linear algebra without letting it look.

    No kernel multiplies matrices, and importing ``scipy.linalg`` takes half as long as all of Numba.
    """

    def refuse() -> None:
        raise ImportError

    module: Any = linalg
    look = module.ensure_blas
    module.ensure_blas = refuse
    try:
        importlib.import_module("numba.np.arraymath")
    finally:
        module.ensure_blas = look


_load_without_scipy()


def is_cold() -> bool:
    """Whether nothing was compiled here yet, so that whoever calls the first kernels waits for a minute or more."""
    return not Path(_config.CACHE_DIR).is_dir()


def compiled(function: Callable[_Parameters, _Result]) -> Callable[_Parameters, _Result]:
    """Compile a kernel to machine code on its first call, or load it from the cache.

    The plain function stays reachable as ``.py_func``, which is how the tests run it interpreted.
    """
    return cast("Callable[_Parameters, _Result]", _njit(cache=True, nogil=True)(function))


def inlined(function: Callable[_Parameters, _Result]) -> Callable[_Parameters, _Result]:
    """Compile a part of a kernel into every kernel that calls it.

    For small functions in inner loops: a call passes seven words for every array.
    """
    return cast("Callable[_Parameters, _Result]", _njit(cache=True, nogil=True, forceinline=True)(function))


def tight(function: Callable[_Parameters, _Result]) -> Callable[_Parameters, _Result]:
    """Compile the inner loop of a kernel, which makes no arrays and lets go of none.

    Elsewhere Numba counts references wherever an array changes its name, with an atomic instruction each time, which
    can be more work than the loop itself. A tight loop that needs room returns to its caller and is called again.
    """
    return cast("Callable[_Parameters, _Result]", _njit(cache=True, nogil=True, _nrt=False)(function))


def tight_inlined(function: Callable[_Parameters, _Result]) -> Callable[_Parameters, _Result]:
    """Compile a part of tight loops into every kernel that calls it."""
    return cast("Callable[_Parameters, _Result]", _njit(cache=True, nogil=True, forceinline=True, _nrt=False)(function))
