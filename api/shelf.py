"""What reading what is stored takes: less than a running service, so that other processes can do it too."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from api.flow_cache import FlowCache
from engine.limits import Limits
from engine.storage.database import Database
from engine.storage.files import Files


class Shelf(Protocol):
    """Where rows and files are, and what is refused for its size; a running service is one."""

    @property
    def database(self) -> Database:
        """Where rows are kept."""

    @property
    def files(self) -> Files:
        """Where files are kept."""

    @property
    def limits(self) -> Limits:
        """What is refused for its size."""

    @property
    def flow_cache(self) -> FlowCache:
        """Flows that were read lately."""


@dataclass(frozen=True, slots=True)
class OpenShelf:
    """A shelf that reads only.

    Attributes:
        database: Where rows are kept.
        files: Where files are kept.
        limits: What is refused for its size.
        flow_cache: Flows that were read lately.
    """

    database: Database
    files: Files
    limits: Limits
    flow_cache: FlowCache = field(default_factory=FlowCache)
