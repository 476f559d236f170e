"""The reference files of the BPMN Model Interchange Working Group, and files of a Chinese textbook on workflows."""

from __future__ import annotations

import pytest

from engine.definitions.bpmn.reader import read_bpmn, read_bpmn_bytes
from engine.definitions.bpmn.writer import write_bpmn
from engine.definitions.yaml_reader import read_flow_text
from engine.definitions.yaml_writer import write_flow
from engine.errors import InputRefused
from engine.nets.process import read_process
from tests.flows_strategy import placeless
from tests.shared_data import shared

READ = {
    "A.1.0": [("", 3, 5)],
    "A.2.0": [("", 4, 8)],
    "A.2.1": [("", 4, 9)],
    "A.3.0": [("", 5, 10)],
    "A.4.0": [("WFP-6-1", 2, 4), ("WFP-6-2", 4, 13)],
    "A.4.1": [("Pool 1", 2, 4), ("Pool 2", 4, 13)],
    "B.1.0": [("WFP-6-1", 3, 5), ("WFP-6-2", 7, 24)],
    "B.2.0": [("WFP-6-1", 12, 24), ("WFP-6-2", 24, 71)],
    "C.1.0": [("", 5, 10), ("Team-Assistant", 4, 11)],
    "C.1.1": [("", 5, 10)],
    "C.2.0": [("WFP-Page_1-2", 2, 4), ("WFP-Page_1-3", 4, 16), ("WFP-Page_1-4", 4, 6)],
    "C.4.0": [],
    "C.5.0": [("", 18, 37)],
    "C.7.0": [("", 6, 11)],
    "C.8.0": [("", 9, 18)],
    "C.8.1": [("", 9, 18)],
    "C.9.0": [("", 10, 30)],
    "C.9.1": [("", 4, 10)],
}
"""File → its processes, "" where there is nothing to choose, each with its steps and nodes."""

REFUSED = {
    "A.4.0": {("bpmn.several-processes", "WFP-6-2")},
    "A.4.1": {("bpmn.several-processes", "sid-54D696FD-DEDC-45F3-99DB-1404DA433FC4")},
    "B.1.0": {("bpmn.several-processes", "WFP-6-2")},
    "B.2.0": {("bpmn.several-processes", "WFP-6-2")},
    "C.2.0": {("bpmn.several-processes", "WFP-Page_1-2")},
    "C.3.0": {("bpmn.quantity", "_c73a5f4a-72f1-4e11-bb40-2f98da75fb9a")},
    "C.4.0": {("bpmn.several-processes", "_f0035388-f829-470c-b82b-0b15c3da3399")},
    "C.6.0": {
        ("bpmn.compensation", "_6a5cdbbf-2618-496e-b728-955dc215ef9d"),
        ("bpmn.compensation", "_99bf4db9-3616-4ed1-a0f8-b8175c3fd46f"),
        ("bpmn.compensation", "_e4b9fa74-efd8-409f-a2e4-ad917df767b4"),
        ("bpmn.compensation", "_8af17ed4-6e13-463b-8333-d397b3002c65"),
        ("bpmn.compensation", "_3a2f133c-3ae1-4e21-94b5-6e8cf51acd74"),
        ("bpmn.compensation", "_0198160d-b56c-4919-9920-db5f32d16b3f"),
        ("bpmn.compensation", "_b25ecc7c-4eff-4a70-96f2-6b2f94cf19b1"),
        ("bpmn.compensation", "_fe3f9094-097b-416d-adeb-4b7e7e753f3c"),
    },
    "C.9.2": {
        ("bpmn.handler-beside", "Activity_0uvp3cb"),
        ("bpmn.handler-beside", "Activity_1esx1s7"),
        ("bpmn.handler-beside", "Activity_02a6b2h"),
    },
}
"""File → why it is refused when no process is named: the code and the element."""

CHINESE = {
    "dispatch": 2,
    "leave": 4,
    "leave-dynamic-from": 4,
    "leave-formkey": 4,
    "leave-jpa": 4,
    "leave-mail": 5,
    "leave-webservice": 6,
}


@pytest.mark.parametrize(
    ("name", "process", "steps", "nodes"), [(name, *each) for name, found in READ.items() for each in found]
)
def test_a_reference_file_is_read_whole(name: str, process: str, steps: int, nodes: int) -> None:
    flow = read_bpmn(shared(f"bpmn/miwg-reference/{name}.bpmn"), process=process or None).flow
    assert (len(flow.steps), len(flow.nodes)) == (steps, nodes)
    assert placeless(read_flow_text(write_flow(flow))) == placeless(flow)
    assert placeless(read_bpmn_bytes(write_bpmn(flow).encode()).flow) == placeless(flow)


@pytest.mark.parametrize("process", ["WFP-6-1", "WFP-6-2"])
def test_the_widest_reference_file_has_a_net(process: str) -> None:
    """Its inclusive join joins what two starts begin, of which a case has one: it waits for nothing."""
    found = read_process(shared("bpmn/miwg-reference/B.2.0.bpmn"), process=process)
    assert len(found.net.labels) == len(found.flow.steps)
    passing = [note.place.element for note in found.notes if note.code == "bpmn.inclusive-passes"]
    assert passing == (["_10ecbff1-cd15-4a5c-9aa5-6f2a35479416"] if process == "WFP-6-2" else [])


@pytest.mark.parametrize("name", list(REFUSED))
def test_a_reference_file_is_refused_by_element_and_reason(name: str) -> None:
    with pytest.raises(InputRefused) as refusal:
        read_bpmn(shared(f"bpmn/miwg-reference/{name}.bpmn"))
    assert {(p.code, p.place.element) for p in refusal.value.problems} == REFUSED[name]
    assert all(problem.place.line for problem in refusal.value.problems)


def test_the_table_holds_every_reference_file() -> None:
    files = {path.stem for path in shared("bpmn/miwg-reference").glob("*.bpmn")}
    assert files == READ.keys() | REFUSED.keys()


@pytest.mark.parametrize("name", list(CHINESE))
def test_a_chinese_file_is_read_whole(name: str) -> None:
    flow = read_bpmn(shared(f"bpmn/chinese-kft/{name}.bpmn")).flow
    assert len(flow.steps) == CHINESE[name]
    assert all(step.title.zh >= "一" for step in flow.steps)


def test_a_chinese_file_with_one_step_alone_is_refused() -> None:
    with pytest.raises(InputRefused) as refusal:
        read_bpmn(shared("bpmn/chinese-kft/timerExample.bpmn"))
    assert [problem.code for problem in refusal.value.problems] == ["flow.too-few-steps"]


def test_every_element_of_a_large_file_is_in_the_flow_or_listed() -> None:
    """Each flow node of the chosen process, and of what it calls, is a node or is named as left out."""
    found = read_bpmn(shared("bpmn/miwg-reference/B.2.0.bpmn"), process="WFP-6-2")
    listed = " ".join(str(value) for note in found.notes for value in note.values.values())
    text = shared("bpmn/miwg-reference/B.2.0.bpmn").read_text("utf-8")
    inside = text[text.index('id="WFP-6-2"') : text.index('id="WFP-0-"')]
    kinds = ("Task", "task", "Gateway", "Event", "subProcess", "callActivity")
    missing = [
        line
        for line in inside.splitlines()
        if any(f"{kind} " in line for kind in kinds) and "<" in line and 'id="' in line and "</" not in line
        if line.split('id="')[1].split('"')[0] not in {*found.elements.values(), *listed.split()}
    ]
    assert missing == []
    assert len(found.elements) > 50
