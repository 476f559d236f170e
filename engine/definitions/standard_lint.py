"""What a reviewer would ask about the standards of a flow that can be read.

``warning``: probably not what was meant. ``info``: a gap that may be intended.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.definitions.evidence import ALL_ATTRIBUTES, EvidenceKind, evidence_of
from engine.definitions.flow import Flow
from engine.definitions.requirements import allows_no_exception, domain_coverage, lacks_time_limit, limited_pairs
from engine.definitions.rules import Fields, PerformedBy, Response
from engine.definitions.standards import Domain, Intention, TimeUnit
from engine.errors import Place, Problem, Severity, Value

_YEARS = range(2020, 2030)
"""Years in which a public holiday is looked for by its name."""
_SHOWN = 10
"""Names listed in one message; the rest is counted."""


def lint_standards(flow: Flow) -> tuple[Problem, ...]:
    """Look the standards of a flow over.

    Args:
        flow: A flow as a reader made it.

    Returns:
        Warnings and notes, by kind:

        - ``flow.standard-vague``: it says what is wanted, but not how much and by when;
        - ``flow.second-tier-says-nothing``: the first limit asks for as much already;
        - ``flow.role-disagrees``: a standard gives a step to roles other than its own;
        - ``flow.idle-before-limit``: an idle case is closed before the limit of a standard has passed;
        - ``flow.unused-season``: a season that no standard names;
        - ``flow.season-without-country``: a season of public holidays, and a calendar that knows none;
        - ``flow.unknown-holiday``: a name that no public holiday of the calendar's country has;
        - ``flow.standard-without-time-limit`` (info): it asks for a step to follow and never says by when;
        - ``flow.standards-without-exception`` (info): what varies is asked for every single time;
        - ``flow.steps-without-standard`` (info): steps that no standard is about;
        - ``flow.evidence-not-required`` (info): attributes of events that standards read and no standard requires;
        - ``flow.domains-uncovered`` (info): domains of service that no standard is about;
        - ``flow.steps-without-weight`` (info): steps outside every weight group.
    """
    return (
        *(_vague(intention) for intention in flow.intentions),
        *_second_tiers(flow),
        *_roles(flow),
        *_idle(flow),
        *_seasons(flow),
        *_limits(flow),
        *_steps(flow),
        *_evidence(flow),
        *_domains(flow),
        *_weights(flow),
    )


def _found(code: str, line: int, element: str, severity: Severity = Severity.WARNING, **values: Value) -> Problem:
    return Problem(code, Place(line=line or None, element=element), values, severity)


def _vague(intention: Intention) -> Problem:
    """What is wanted, and the rule that it could become."""
    if len(intention.about) > 1:
        example = f"response: [{intention.about[0]}, {intention.about[-1]}], within: 2h, share: 96%"
    elif intention.about:
        example = f"duration: {intention.about[0]}, at-most: 30m, share: 96%"
    else:
        example = "cycle-time: {at-most: 2d}, share: 96%"
    path = f"standards.{intention.id}"
    return _found("flow.standard-vague", intention.line, path, standard=intention.id, example=example)


def _second_tiers(flow: Flow) -> Iterator[Problem]:
    for standard in flow.standards:
        tier = standard.second_tier
        if tier is not None and tier.share <= standard.share - standard.tolerance:
            path = f"standards.{standard.id}"
            yield _found("flow.second-tier-says-nothing", standard.line, path, standard=standard.id)


def _roles(flow: Flow) -> Iterator[Problem]:
    for standard in flow.standards:
        rule = standard.rule
        if isinstance(rule, PerformedBy):
            role = flow.by_id[rule.step].role
            if role is not None and role not in rule.roles:
                path = f"standards.{standard.id}"
                code, line = "flow.role-disagrees", standard.line
                yield _found(code, line, path, standard=standard.id, step=rule.step, role=role)


def _idle(flow: Flow) -> Iterator[Problem]:
    """Responses that may take longer than a case may stand still."""
    for standard in flow.standards:
        within = standard.rule.within if isinstance(standard.rule, Response) else None
        if flow.idle is None or within is None or within.unit is not TimeUnit.CLOCK:
            continue
        if within.amount > flow.idle.amount:
            path, texts = f"standards.{standard.id}", (within.text, flow.idle.text)
            code, line = "flow.idle-before-limit", standard.line
            yield _found(code, line, path, standard=standard.id, limit=texts[0], idle=texts[1])


def _seasons(flow: Flow) -> Iterator[Problem]:
    used = {standard.season for standard in flow.standards}
    calendar = None if flow.calendar is None else flow.main_calendar
    for season in flow.seasons:
        path = f"seasons.{season.id}"
        if season.id not in used:
            yield _found("flow.unused-season", season.line, path, season=season.id)
        if season.holidays and (calendar is None or not (calendar.country or calendar.region)):
            yield _found("flow.season-without-country", season.line, path, season=season.id)
        elif calendar is not None:
            for name in season.holidays:
                if not any(calendar.named_holidays(name, year) for year in _YEARS):
                    yield _found("flow.unknown-holiday", season.line, path, holiday=name)


def _limits(flow: Flow) -> Iterator[Problem]:
    """Standards without a limit in time, and those that nobody keeps every time."""
    limited = limited_pairs(flow)
    for standard in flow.standards:
        if isinstance(standard.rule, Response) and lacks_time_limit(standard, limited):
            yield _found(
                "flow.standard-without-time-limit",
                standard.line,
                f"standards.{standard.id}",
                Severity.INFO,
                standard=standard.id,
                step=standard.rule.second,
            )
    strict = [standard for standard in flow.standards if allows_no_exception(standard)]
    if strict:
        names = _listed([standard.id for standard in strict])
        yield _note("flow.standards-without-exception", strict[0].line, len(strict), standards=names)


def _steps(flow: Flow) -> Iterator[Problem]:
    named = {step for standard in flow.standards for step in standard.steps}
    without = [step for step in flow.steps if step.id not in named and step.id not in flow.plan_steps]
    if without and flow.standards:
        names = _listed([step.id for step in without])
        yield _note("flow.steps-without-standard", without[0].line, len(without), steps=names)


def _evidence(flow: Flow) -> Iterator[Problem]:
    required = {
        (standard.rule.step, field.name)
        for standard in flow.standards
        if isinstance(standard.rule, Fields)
        for field in standard.rule.required
    }
    read = {
        (evidence.step, evidence.name): standard
        for standard in reversed(flow.standards)
        for evidence in evidence_of(standard)
        if evidence.kind is EvidenceKind.EVENT_ATTRIBUTE and evidence.name != ALL_ATTRIBUTES
    }
    open_ones = sorted(key for key in read if key not in required and key[0] is not None)
    if open_ones:
        names = _listed([f"{step}.{name}" for step, name in open_ones])
        line = min(read[key].line for key in open_ones)
        yield _note("flow.evidence-not-required", line, len(open_ones), attributes=names)


def _domains(flow: Flow) -> Iterator[Problem]:
    coverage = domain_coverage(flow)
    if flow.standards and coverage.uncovered:
        words = ", ".join(domain.value for domain in coverage.uncovered)
        values: dict[str, Value] = {"covered": len(coverage.covered), "all": len(Domain), "domains": words}
        yield Problem("flow.domains-uncovered", Place(element="standards"), values, Severity.INFO)


def _weights(flow: Flow) -> Iterator[Problem]:
    weighed = {step for group in flow.weights for step in group.steps}
    without = [step for step in flow.steps if step.id not in weighed]
    if weighed and without:
        names = _listed([step.id for step in without])
        yield _note("flow.steps-without-weight", without[0].line, len(without), steps=names)


def _note(code: str, line: int, found: int, **values: Value) -> Problem:
    return Problem(code, Place(line=line or None), values, Severity.INFO, count=found)


def _listed(names: Sequence[str]) -> str:
    more = ", …" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
