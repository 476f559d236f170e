"""The mapper over a Dask cluster, given the address of its scheduler.

Only here is Dask imported, and only when a cluster is asked for: it is an optional part of the installation. The
workers of the cluster need the same version of Trueline. Dask gives the items of a lost worker to others; the function
travels as a task of its own, so that it too is made again where the worker that held it is lost.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

from engine import VERSION
from engine.errors import InputRefused, Place, Problem, Unavailable
from engine.jobs.packing import opened, packed

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

SECONDS = 10
"""How long the scheduler may take to answer at first."""
RETRIES = 3
"""How many times an item is tried again after its worker was lost or failed in its connection."""


class Cluster:
    """A Dask cluster as a mapper; the connection lives as long as the context is open.

    Attributes:
        address: Of the scheduler.
    """

    def __init__(self, address: str, *, progress: Callable[[int, int], None] | None = None) -> None:
        """Connect.

        Args:
            address: As ``tcp://host:8786``.
            progress: Told how many items of a call are done.

        Raises:
            Unavailable: ``jobs.no-dask``: Dask is not installed.
            InputRefused: ``jobs.no-scheduler``: nobody answers there; ``jobs.no-workers``: the cluster has none;
                ``jobs.no-trueline``, ``jobs.other-version``: a worker has no Trueline, or another version.
        """
        try:
            dask: Any = importlib.import_module("distributed")
        except ImportError:
            raise Unavailable("jobs.no-dask") from None
        self._dask = dask
        self.address = address
        self._progress = progress
        try:
            self._client: Any = dask.Client(address, timeout=SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            raise self._refusal("jobs.no-scheduler", reason=str(error)[:200]) from error
        try:
            self._check_workers()
        except BaseException:
            self._client.close()
            raise

    @property
    def workers(self) -> int:
        """How many items run at once: threads of all workers, but for a cluster that has just lost them all."""
        threads: dict[str, int] = self._client.nthreads()
        return max(1, sum(threads.values()))

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the cluster; what was still to do is cancelled."""
        self._client.close()

    def __call__(self, function: Callable[[_Item], _Result], items: Sequence[_Item]) -> Iterable[_Result]:
        """Apply ``function`` to every item; what an item raises is raised here, and the others are cancelled."""
        name, data = packed(function)
        held = self._client.submit(_Packed, name, data, pure=False, retries=RETRIES)
        futures = [self._client.submit(_apply, held, item, pure=False, retries=RETRIES) for item in items]
        try:
            for done, _ in enumerate(self._dask.as_completed(futures, loop=self._client.loop), start=1):
                if self._progress is not None:
                    self._progress(done, len(items))
            found: list[_Result] = self._client.gather(futures)
        except BaseException:
            self._client.cancel([held, *futures])
            raise
        return found

    def _check_workers(self) -> None:
        try:
            self._client.wait_for_workers(1, timeout=SECONDS)
        except TimeoutError:
            raise self._refusal("jobs.no-workers") from None
        found = self._client.run(_version, on_error="return")  # an error where there is no Trueline, or none like this
        for worker, version in sorted(found.items()):
            if not isinstance(version, str):
                raise self._refusal("jobs.no-trueline", worker=worker, reason=str(version)[:200], needed=VERSION)
            if version != VERSION:
                raise self._refusal("jobs.other-version", worker=worker, found=version, needed=VERSION)

    def _refusal(self, code: str, **values: str | int) -> InputRefused:
        return InputRefused([Problem(code, Place(self.address), values)])


class _Packed:
    """A function in the memory of a worker."""

    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        self.data = data

    def __call__(self, item: Any) -> Any:
        return opened(self.name, lambda: self.data)(item)


def _apply(function: _Packed, item: Any) -> Any:
    return function(item)


def _version() -> str:
    from engine import VERSION as INSTALLED  # noqa: PLC0415

    return INSTALLED
