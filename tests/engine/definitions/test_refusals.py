"""Every reason for which a flow file is refused: one file for each, with one problem, on the line that is marked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.engine.definitions.files import flow_file, marked_line, problems_of

PLAN = "plans:\n  p: {{risk: R, at: {at}, on: {{{on}}}, path: [{path}], rejoin: {rejoin}}} #!"


def plan(*, at: str = "a", on: str = "timer: 1d", path: str = "c", rejoin: str = "b") -> str:
    return PLAN.format(at=at, on=on, path=path, rejoin=rejoin)


def with_plan(text: str, nodes: str = "c: {step: C}", edges: str = "") -> str:
    return flow_file(nodes=nodes, edges=edges, rest=text)


def with_node(line: str) -> str:
    """A further node between b and the end."""
    return flow_file(nodes=f"x: {line} #!", edges="- b -> x -> end")


def with_standard(line: str) -> str:
    return flow_file(rest=f"standards:\n  s: {line} #!")


def with_choice(*edges: str) -> str:
    """A choice between c and the end behind b."""
    return flow_file(nodes="x: exclusive\nc: {step: C}", edges="\n".join(["- b -> x", "- c -> end", *edges]))


def with_calendar(line: str) -> str:
    """A calendar of the flow with one wrong key."""
    keys = {"timezone": "timezone: Asia/Shanghai", "hours": "hours: {mon: 08:30-17:30}"}
    keys[line.partition(":")[0]] = f"{line} #!"
    return flow_file(rest="calendars:\n  mine:\n" + "".join(f"    {key}\n" for key in keys.values()) + "calendar: mine")


INSIDE = "s: {sub-flow: S, nodes: {s1: start, c: {step: C}, c2: {step: C2}, s2: end}, edges: [s1 -> c -> c2 -> s2]}"

FILES = {
    "flow.bad-yaml": "trueline: 1\nflow: [f #!",
    "flow.empty": "#!",
    "flow.not-a-flow": "just words #!",
    "flow.alias": flow_file(nodes="c: &c {step: C} #!", edges="- a -> c -> b"),
    "flow.tag": flow_file(nodes="c: !step {step: C} #!", edges="- a -> c -> b"),
    "flow.many-documents": flow_file() + "--- #!\nmore",
    "flow.yaml-version": "%YAML 1.1\n--- #!\n" + flow_file(),
    "flow.bad-key": flow_file(rest="stage: in-sale\n? [a, b] #!\n: c"),
    "flow.duplicate-key": flow_file(rest="flow: g #!"),
    "flow.unknown-version": flow_file().replace("trueline: 1", "trueline: 9 #!"),
    "flow.missing-key": flow_file().replace("flow: f", "stage: in-sale").replace("trueline: 1", "trueline: 1 #!"),
    "flow.unknown-key": flow_file(rest="quux: 1 #!"),
    "flow.misspelt-key": flow_file(rest="titel: T #!"),
    "flow.unknown-choice": flow_file(rest="calendar: lunar #!"),
    "flow.misspelt-choice": flow_file(rest="stage: aftersale #!"),
    "flow.comes-later": with_node("complex"),
    "flow.not-a-text": flow_file(rest="title: [T] #!"),
    "flow.not-a-list": with_standard("{precedence: a}"),
    "flow.not-a-mapping": flow_file(rest="roles: [r] #!"),
    "flow.not-a-flag": with_node("{step: X, optional: yes}"),
    "flow.not-a-number": flow_file().replace("trueline: 1", "trueline: one #!"),
    "flow.empty-text": flow_file(rest="title: '' #!"),
    "flow.bad-character": flow_file(rest='title: "a\\tb" #!'),
    "flow.title-without-text": flow_file(rest="title: {} #!"),
    "flow.bad-id": flow_file(nodes="顾问: {step: R} #!", edges="- a -> 顾问 -> b"),
    "flow.repeated-item": with_node("{step: X, aliases: [y, y]}"),
    "flow.step-without-title": with_node("step"),
    "flow.unknown-kind": with_node("quux"),
    "flow.misspelt-kind": with_node("exclusiv"),
    "flow.node-without-kind": with_node("{role: r}").replace("edges:", "roles: {r: R}\nedges:"),
    "flow.node-with-two-kinds": with_node("{step: X, parallel: Y}"),
    "flow.unknown-role": with_node("{step: X, role: quux}"),
    "flow.misspelt-role": with_node("{step: X, role: advisr}") + "roles: {advisor: A}",
    "flow.name-clash": with_node("{step: X, aliases: [B]}"),
    "flow.unknown-node": flow_file(edges="- a -> quux #!"),
    "flow.misspelt-node": flow_file(edges="- A -> b #!"),
    "flow.not-a-step": with_standard("{precedence: [a, end]}"),
    "flow.bad-chain": flow_file(edges="- a, b #!"),
    "flow.duplicate-edge": flow_file(edges="- a -> b #!"),
    "flow.edge-into-start": flow_file(edges="- b -> start #!"),
    "flow.edge-out-of-end": flow_file(edges="- end -> a #!"),
    "flow.condition-misplaced": flow_file(edges="- {from: a, to: end, when: case.x} #!"),
    "flow.condition-and-otherwise": with_choice("- {from: x, to: c, when: case.x, otherwise: true} #!", "- x -> end"),
    "flow.two-otherwise": with_choice(
        "- {from: x, to: c, otherwise: true}", "- {from: x, to: end, otherwise: true} #!"
    ),
    "flow.bad-condition": with_choice("- {from: x, to: c, when: case.x >} #!", "- x -> end"),
    "flow.condition-without-answer": with_choice("- {from: x, to: c, when: 1 + 1} #!", "- x -> end"),
    "flow.no-start": flow_file()
    .replace("  start: start\n", "")
    .replace("start -> ", "")
    .replace("nodes:", "nodes: #!"),
    "flow.two-starts": flow_file(nodes="again: start #!", edges="- again -> b"),
    "flow.no-end": flow_file().replace("  end: end\n", "").replace(" -> end", "").replace("nodes:", "nodes: #!"),
    "flow.too-few-steps": flow_file()
    .replace("  b: {step: B}\n", "")
    .replace(" b ->", "")
    .replace("nodes:", "nodes: #!"),
    "flow.unreachable": flow_file(nodes="c: {step: C} #!"),
    "flow.no-way-to-end": flow_file(nodes="c: {step: C} #!", edges="- a -> c"),
    "flow.bad-time": with_node("{step: X, at-most: soon}"),
    "flow.time-out-of-range": with_node("{step: X, at-most: 99999d}"),
    "flow.minimum-in-workdays": with_node("{step: X, at-least: 2 workdays}"),
    "flow.bounds-crossed": with_node("{step: X, at-least: 2h, at-most: 1h}"),
    "flow.bad-share": with_standard("{precedence: [a, b], share: most}"),
    "flow.share-out-of-range": with_standard("{precedence: [a, b], share: 96}"),
    "flow.tolerance-out-of-range": with_standard("{precedence: [a, b], share: 50%, tolerance: 50%}"),
    "flow.standard-without-rule": with_standard("{within: 1d}"),
    "flow.standard-with-two-rules": with_standard("{precedence: [a, b], response: [a, b]}"),
    "flow.standard-needs-two-steps": with_standard("{precedence: [a, a]}"),
    "flow.standard-without-limit": with_standard("{duration: a}"),
    "flow.standard-needs-several-steps": with_standard("{together: [a]}"),
    "flow.step-before-itself": with_standard("{all-of: [a, b], before: b}"),
    "flow.second-tier-without-limit": with_standard("{response: [a, b], second-tier: {within: 1d}}"),
    "flow.second-tier-not-later": with_standard("{response: [a, b], within: 2d, second-tier: {within: 48h}}"),
    "flow.bad-attribute": with_standard("{deadline: a, promised: soon}"),
    "flow.rule-needs-two-attributes": with_standard("{agreement: [case.x], within: 10%}"),
    "flow.bad-number": with_standard("{level: a.rings, at-most: 3 rings}"),
    "flow.number-out-of-range": with_standard("{count: a, at-least: 0}"),
    "flow.bad-percentage": with_standard("{change: {count: a}, per: month, at-most: -0.1}"),
    "flow.list-too-short": with_standard("{rating: case.x, scale: [good], at-least: good}"),
    "flow.condition-without-event": with_standard("{count: a, at-least: 1, when: event.x}"),
    "flow.change-needs-one-measure": with_standard("{change: {}, per: month, at-most: -10%}"),
    "flow.two-seasons": flow_file(
        rest="seasons: {p: {days: [11-11]}}\nstandards:\n  s: {precedence: [a, b], season: p, not-in-season: p} #!"
    ),
    "flow.unknown-season": with_standard("{precedence: [a, b], season: quux}"),
    "flow.misspelt-season": flow_file(
        rest="seasons: {peak: {days: [11-11]}}\nstandards:\n  s: {precedence: [a, b], season: peek} #!"
    ),
    "flow.season-without-days": flow_file(rest="seasons:\n  p: {title: P} #!"),
    "flow.bad-day-range": flow_file(rest="seasons:\n  p: {days: [02-30]} #!"),
    "flow.days-without-holidays": flow_file(rest="seasons:\n  p: {days: [11-11], days-before: 3} #!"),
    "flow.idle-not-clock": flow_file(rest="idle: 5 workdays #!"),
    "flow.bad-date": flow_file(rest="effective: 2026-02-30 #!"),
    "flow.plan-needs-one-trigger": with_plan(plan(on="")),
    "flow.plan-path-empty": flow_file(rest=plan(path="")),
    "flow.plan-starts-optional": with_plan(plan(), nodes="c: {step: C, optional: true}"),
    "flow.plan-rejoins-start": with_plan(plan(rejoin="start")),
    "flow.plan-rejoins-join": with_plan(
        plan(rejoin="join"),
        nodes="c: {step: C}\nd: {step: D}\ne: {step: E}\nfork: parallel\njoin: parallel",
        edges="- b -> fork -> d -> join -> end\n- fork -> e -> join",
    ),
    "flow.plan-step-joined": flow_file(
        nodes="c: {step: C}", edges="- a -> c #!\n- b -> end", rest=plan().replace(" #!", "")
    ).replace("- a -> c #!\n  - b -> end", "- a -> c #!"),
    "flow.plan-inside-plan": with_plan(plan(rejoin="c")),
    "flow.id-taken": flow_file(
        nodes="s:\n  sub-flow: S\n  nodes:\n    s1: start\n    a: {step: X} #!\n    s2: end\n  edges: [s1 -> s2]",
        edges="- b -> s -> end",
    ),
    "flow.two-triggers": with_node("{event: E, timer: 1d, message: m}"),
    "flow.event-not-logged": with_node("{event: E, timer: 1d, optional: true}"),
    "flow.event-cannot-throw": with_node("{event: E, timer: 1d, throws: true}"),
    "flow.error-between": with_node("{event: E, error: e}"),
    "flow.error-beside": flow_file(
        nodes="x: {event: E, error: e, on: a, interrupting: false} #!", edges="- x -> end", rest="ends: implicit"
    ),
    "flow.end-with-two-meanings": flow_file(nodes="x: {end: E, error: e, terminates: true} #!", edges="- a -> x"),
    "flow.not-an-activity": flow_file(nodes="x: {event: E, timer: 1d, on: start} #!", edges="- start -> x -> end"),
    "flow.boundary-elsewhere": flow_file(
        nodes=f"{INSIDE}\nx: {{event: E, timer: 1d, on: c}} #!", edges="- b -> s -> end\n- a -> x -> end"
    ),
    "flow.not-a-sub-flow": with_standard("{cycle-time: {at-most: 1d}, inside: a}"),
    "flow.edge-into-boundary": flow_file(nodes="x: {event: E, timer: 1d, on: a}", edges="- x -> end\n- b -> x #!"),
    "flow.edge-across": flow_file(nodes=INSIDE, edges="- b -> s -> end\n- b -> c #!"),
    "flow.event-based-target": flow_file(
        nodes="g: event-based\nx: {event: E, timer: 1d}\ny: exclusive #!", edges="- b -> g -> x -> end\n- g -> y -> end"
    ),
    "flow.beside-needs-implicit": flow_file(
        nodes="x: {event: E, timer: 1d, on: a, interrupting: false} #!\ny: end", edges="- x -> y"
    ),
    "flow.repeat-without-bounds": with_node("{step: X, repeat: {parallel: true}}"),
    "flow.repeat-out-of-range": with_node("{step: X, repeat: {at-least: 3, at-most: 2}}"),
    "flow.repeat-unbounded": with_node("{step: X, repeat: {at-least: 3, parallel: true}}"),
    "flow.call-not-found": with_node("{call: other}"),
    "flow.plan-across": flow_file(
        nodes=INSIDE + "\nd: {step: D}", edges="- b -> s -> end", rest=plan(at="c", path="d", rejoin="c2")
    ),
    "flow.plan-path-event": with_plan(plan(path="x"), nodes="x: {event: E, logged: true}", edges="- b -> x -> end"),
    "flow.plan-rejoins-boundary": with_plan(
        plan(rejoin="x"), nodes="c: {step: C}\nx: {event: E, timer: 1d, on: a}", edges="- x -> end"
    ),
    "flow.plan-step-laden": flow_file(nodes="c: {step: C, repeat: {at-most: 2}} #!", rest=plan().replace(" #!", "")),
    "flow.weight-out-of-range": flow_file(rest="weights:\n  w: {weight: 0, steps: [a]} #!"),
    "flow.weights-overlap": flow_file(rest="weights:\n  v: {weight: 1, steps: [a]}\n  w: {weight: 1, steps: [a]} #!"),
    "flow.calendar-is-shipped": flow_file(
        rest="calendar: office\ncalendars:\n  office: #!\n    timezone: UTC\n    hours: {mon: 09:00-10:00}"
    ),
    "flow.calendar-by-case": flow_file(rest="calendar: {by: branch, values: {n: office}, otherwise: clock} #!"),
    "flow.unknown-timezone": with_calendar("timezone: Asia/Peking"),
    "flow.unknown-country": with_calendar("holidays: XX"),
    "flow.moved-days-without-holidays": with_calendar("moved-days: 09:00-10:00"),
    "flow.unknown-weekday": with_calendar("hours: {mon-tomorrow: 08:30-12:00}"),
    "flow.weekday-twice": with_calendar("hours: {mon-fri: 08:30-12:00, 周三: 09:00-12:00}"),
    "flow.bad-hours": with_calendar("hours: {mon: 8-12}"),
    "flow.hours-overlap": with_calendar("hours: {mon: [08:30-12:00, 11:00-13:00]}"),
    "flow.calendar-never-open": with_calendar("hours: {mon: []}"),
    "flow.weight-without-steps": flow_file(rest="weights:\n  w: {weight: 1, steps: []} #!"),
}
ELSEWHERE = {
    "flow.not-utf8",
    "flow.more-problems",
    "flow.call-cycle",
    "flow.call-mismatch",
    "flow.called-twice",
    "flow.call-calendar",
}
"""Tested where files are read, where problems are counted and where flows call each other."""


@pytest.mark.parametrize("code", FILES)
def test_one_mistake_is_one_problem_on_its_line(code: str) -> None:
    found = [(problem.code, problem.place.line) for problem in problems_of(FILES[code])]
    assert found == [(code, marked_line(FILES[code]))]


def test_every_reason_has_a_file() -> None:
    folder = Path(__file__).resolve().parents[3] / "engine" / "definitions"
    sources = [
        file.read_text("utf-8") for file in folder.rglob("*.py") if file.name not in {"lint.py", "standard_lint.py"}
    ]
    codes = {code for source in sources for code in re.findall(r'"(flow\.[a-z0-9-]+)"', source)}
    assert codes == FILES.keys() | ELSEWHERE
