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
        least: The least role that may see it.
    """

    name: str
    route: str
    query: str = ""
    values: tuple[tuple[str, str], ...] = ()
    least: str = "reviewer"

    def address(self, numbers: dict[str, Any]) -> str:
        """The page's address."""
        known = {**numbers, **{name: numbers[value] for name, value in self.values}}
        path = self.route
        for name, value in known.items():
            for form in (f"{{{name}}}", f"{{{name}:text}}"):
                path = path.replace(form, quote(str(value), safe=""))
        query = self.query.format(**{name: quote(str(value), safe="") for name, value in known.items()})
        return f"{path}?{query}" if query else path


STOPS = (
    Stop("home", "/"),
    Stop("sign-in", "/sign-in"),
    Stop("flows", "/flows"),
    Stop("flow-new", "/flows/new", least="designer"),
    Stop("flow", "/flows/{flow}"),
    Stop("flow-changes", "/flows/{flow}/changes", "since={earlier}"),
    Stop("logs", "/logs"),
    Stop("log-new", "/logs/new", least="operator"),
    Stop("log", "/logs/{log}"),
    Stop("log-live", "/logs/{log}", values=(("log", "live"),)),
    Stop("log-map", "/logs/{log}/map"),
    Stop("log-map-narrowed", "/logs/{log}/map", "activities=40&paths=20&with={activity}"),
    Stop("assessments", "/assessments"),
    Stop("assessment-new", "/assessments/new", "flow={flow}&log={log}", least="operator"),
    Stop("scorecard", "/assessments/{assessment}"),
    Stop("scorecard-time", "/assessments/{assessment}", "show=time"),
    Stop("assessment-cancelled", "/assessments/{assessment}", values=(("assessment", "cancelled"),)),
    Stop("map", "/assessments/{assessment}/map"),
    Stop("map-narrowed", "/assessments/{assessment}/map", "with={activity}"),
    Stop("variants", "/assessments/{assessment}/variants"),
    Stop("cases", "/assessments/{assessment}/cases"),
    Stop("cases-none", "/assessments/{assessment}/cases", "text=nothing-like-it"),
    Stop("case", "/assessments/{assessment}/cases/{case:text}", values=(("case", "judged"),)),
    Stop("case-by-id", "/assessments/{assessment}/case", "id={judged}"),
    Stop("deviations", "/assessments/{assessment}/deviations"),
    Stop("deviations-accept", "/assessments/{assessment}/deviations", "accept={deviation}"),
    Stop("standards", "/assessments/{assessment}/standards"),
    Stop("standards-missed", "/assessments/{assessment}/standards", "verdict=missed"),
    Stop("comparison", "/assessments/{assessment}/comparison"),
    Stop("comparison-none", "/assessments/{assessment}/comparison", values=(("assessment", "alone"),)),
    Stop("report", "/assessments/{assessment}/report"),
    Stop("schedules", "/schedules"),
    Stop("schedule-new", "/schedules/new", least="operator"),
    Stop("live", "/live"),
    Stop("live-new", "/live/new", least="operator"),
    Stop("live-board", "/live/{log}", values=(("log", "live"),)),
    Stop("live-case", "/live/{log}/cases/{case:text}", values=(("log", "live"),)),
    Stop("live-case-by-id", "/live/{log}/case", "id={case}", values=(("log", "live"),)),
    Stop("keys", "/keys", least="administrator"),
    Stop("audit", "/audit", least="administrator"),
)
