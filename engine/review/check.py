"""Everything that is wrong with a process, as a reviewer reads it: problems with codes, places and witnesses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from engine.definitions.flow import Flow
from engine.definitions.lint import lint
from engine.definitions.titles import Title
from engine.errors import Place, Problem, Severity, Value
from engine.limits import DEFAULT_LIMITS, Limits
from engine.nets.process import Process, ProcessFormat
from engine.nets.soundness import Finding, FindingKind, Firing, SoundnessReport, Verdict, check_soundness
from engine.review.design import design_notes

_NO_RUN = "–"
_OF_NODES = {
    **dict.fromkeys(("node", "nodes", "step", "steps", "targets", "event", "at"), ", "),
    **dict.fromkeys(("run", "repeat"), " → "),
}
"""Values of problems that tell nodes → what stands between several."""


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check found.

    Attributes:
        problems: Notes of the file, structural lint and what soundness found, in the order of their lines.
        soundness: The verdict, with runs that lead to each finding.
    """

    problems: tuple[Problem, ...]
    soundness: SoundnessReport

    @property
    def is_clean(self) -> bool:
        """Whether nothing is an error; warnings and notes are allowed."""
        return all(problem.severity is not Severity.ERROR for problem in self.problems)

    def with_problems(self, problems: Iterable[Problem], *, source: str) -> CheckReport:
        """The report with what another look at the same file found."""
        placed = (replace(problem, place=replace(problem.place, source=source)) for problem in problems)
        ordered = sorted((*self.problems, *placed), key=lambda problem: problem.place.line or 0)
        return CheckReport(tuple(ordered), self.soundness)

    @property
    def is_spotless(self) -> bool:
        """Whether there is not even a warning; notes that are only worth knowing are allowed."""
        return all(problem.severity is Severity.INFO for problem in self.problems)


def check(process: Process, *, source: str = "", limits: Limits = DEFAULT_LIMITS) -> CheckReport:
    """Look a process over: how it is written, and what it does.

    Args:
        process: A flow or a net.
        source: Name of its file, for the places of problems.
        limits: The budget of the soundness check.

    Returns:
        Problems ``flow.…`` of the lint, ``design.…`` of the layout, ``pnml.…`` of the reader, and of the behaviour:

        - ``check.final-unreachable``, ``check.option-to-complete``, ``check.deadlock``, ``check.livelock``,
          ``check.improper-completion``, ``check.dead-step``, ``check.dead-transition``, ``check.unbounded`` (errors);
        - ``check.unknown`` (warning): the budget was spent before an answer was found;
        - ``check.not-a-workflow-net`` (info).

        A run is written as the labels in order; silent transitions stand in square brackets under their ids. Of a BPMN
        file steps and gateways are called by their names, because modelers make ids up that nobody has seen.
    """
    soundness = check_soundness(process.net, limits=limits)
    written = (*lint(process.flow), *design_notes(process.flow)) if process.has_graph else ()
    problems = [*process.notes, *written, *_behaviour(process, soundness)]
    if process.format is ProcessFormat.BPMN:
        problems = [_by_name(problem, process.flow) for problem in problems]
    placed = [p if p.place.source else replace(p, place=replace(p.place, source=source)) for p in problems]
    return CheckReport(tuple(sorted(placed, key=lambda problem: problem.place.line or 0)), soundness)


def _behaviour(process: Process, report: SoundnessReport) -> Iterator[Problem]:
    shown = [finding for finding in report.findings if not _is_told_elsewhere(finding, report.findings)]
    yield from (_problem(process, finding) for finding in shown)
    for kind, count in ((FindingKind.DEADLOCK, report.deadlocks), (FindingKind.LIVELOCK, report.livelocks)):
        rest = count - sum(finding.kind is kind for finding in shown)
        if rest:
            yield Problem(f"check.more-{kind.value}s", values={"rest": rest}, count=rest)
    if report.verdict is Verdict.UNKNOWN:
        yield Problem("check.unknown", values={"markings": report.markings}, severity=Severity.WARNING)


def _is_told_elsewhere(finding: Finding, findings: Iterable[Finding]) -> bool:
    """Whether a point of no return is itself the deadlock, livelock or improper end that another finding shows."""
    return finding.kind is FindingKind.OPTION_TO_COMPLETE and any(
        other.witness == finding.witness for other in findings if other is not finding
    )


def _problem(process: Process, finding: Finding) -> Problem:
    values: dict[str, Value] = {"nodes": ", ".join(finding.nodes) or _NO_RUN}
    values["run"] = run_text(finding.witness or ())
    values["repeat"] = run_text(finding.repeat)
    severity = Severity.INFO if finding.kind is FindingKind.NOT_A_WORKFLOW_NET else Severity.ERROR
    return Problem(f"check.{finding.kind.value}", _place(process, finding.nodes), values, severity)


def _place(process: Process, nodes: Iterable[str]) -> Place:
    """The first node concerned that has a line."""
    first = next(iter(nodes), "")
    for name in nodes:
        node = process.flow.by_id.get(name)
        if node is not None and node.line:
            return Place(line=node.line, element=name)
    return Place(element=first)


def _by_name(problem: Problem, flow: Flow) -> Problem:
    """A problem whose sentence calls nodes by their names; its place still tells the id."""
    values = dict(problem.values)
    for key, joint in _OF_NODES.items():
        if isinstance(found := values.get(key), str):
            values[key] = joint.join(_name(part, flow) for part in found.split(joint))
    return replace(problem, values=values)


def _name(node: str, flow: Flow) -> str:
    known = flow.by_id.get(node)
    title = known.title if known else Title("", "")
    return " / ".join(dict.fromkeys(text for text in (title.en, title.zh) if text)) or node


def run_text(run: Iterable[Firing]) -> str:
    """A run in one line: labels in order, silent transitions in square brackets under their ids."""
    return " → ".join(f"[{f.transition}]" if f.label is None else f.label for f in run) or _NO_RUN
