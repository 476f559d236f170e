"""How work travels to other processes: a function as bytes, opened once by each worker."""

from __future__ import annotations

import copyreg
import hashlib
import pickle
from collections.abc import Callable
from types import MappingProxyType
from typing import Any


def _read_only(values: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(values)


copyreg.pickle(
    MappingProxyType, lambda view: (_read_only, (dict(view),))
)  # by themselves, read-only views do not travel

_opened: dict[str, Callable[[Any], Any]] = {}


def packed(function: Callable[[Any], Any]) -> tuple[str, bytes]:
    """A function as bytes, with a name that only they have.

    Args:
        function: A frozen value with a ``__call__``, or a function of a module.
    """
    data = pickle.dumps(function, protocol=pickle.HIGHEST_PROTOCOL)
    return hashlib.sha256(data).hexdigest(), data


def opened(name: str, load: Callable[[], bytes]) -> Callable[[Any], Any]:
    """A packed function; the last one is kept, because a worker is given many items of one function in a row.

    Args:
        name: Its name.
        load: Gives its bytes.
    """
    found = _opened.get(name)
    if found is None:
        found = pickle.loads(load())  # noqa: S301 - packed by our own other end
        _opened.clear()  # another thread of this worker may do so too: what is given back is looked up once
        _opened[name] = found
    return found
