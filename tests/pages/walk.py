"""Every page, by the route that serves it: what has to be filled in, and what is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote


@dataclass(frozen=True)
class Stop:
    """A page to look at.

    Attributes:
        name: What its picture is called.
        route: The route's path, as the application writes it.
        query: What is asked for.
        values: What stands for a placeholder of the route, where it is not the usual one.
    """

    name: str
    route: str
    query: str = ""
    values: tuple[tuple[str, str], ...] = ()

    def address(self, numbers: dict[str, Any]) -> str:
        """The page's address."""
        known = {**numbers, **{name: numbers[value] for name, value in self.values}}
        path = self.route
        for name, value in known.items():
            for form in (f"{{{name}}}", f"{{{name}:path}}"):
                path = path.replace(form, quote(str(value), safe=""))
        query = self.query.format(**{name: quote(str(value), safe="") for name, value in known.items()})
        return f"{path}?{query}" if query else path


STOPS = (
    Stop("home", "/"),
    Stop("flows", "/flows"),
    Stop("flow-new", "/flows/new"),
    Stop("flow", "/flows/{flow}"),
    Stop("flow-changes", "/flows/{flow}/changes", "since={earlier}"),
    Stop("logs", "/logs"),
    Stop("log-new", "/logs/new"),
    Stop("log", "/logs/{log}"),
    Stop("log-live", "/logs/{log}", values=(("log", "live"),)),
    Stop("assessments", "/assessments"),
    Stop("assessment-new", "/assessments/new", "flow={flow}&log={log}"),
    Stop("scorecard", "/assessments/{assessment}"),
    Stop("scorecard-time", "/assessments/{assessment}", "show=time"),
    Stop("standards", "/assessments/{assessment}/standards"),
    Stop("standards-missed", "/assessments/{assessment}/standards", "verdict=missed"),
    Stop("log-map", "/logs/{log}/map"),
    Stop("map", "/assessments/{assessment}/map"),
    Stop("map-time", "/assessments/{assessment}/map", "show=time&activities=100&paths=100"),
    Stop("variants", "/assessments/{assessment}/variants"),
    Stop("cases", "/assessments/{assessment}/cases"),
    Stop("case", "/assessments/{assessment}/cases/{case:path}", values=(("case", "judged"),)),
    Stop("live", "/live"),
    Stop("live-board", "/live/{log}", values=(("log", "live"),)),
    Stop("live-case", "/live/{log}/cases/{case:path}", values=(("log", "live"),)),
)
