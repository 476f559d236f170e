"""A process is read from a flow or a net, told by content; everything else is refused by its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.definitions.flow import NodeKind
from engine.errors import InputRefused, Problem
from engine.nets.pnml import write_pnml
from engine.nets.process import ProcessFormat, process_of_flow, process_of_net, read_process, read_process_bytes
from tests.making import make_flow, make_net, same_net
from tests.shared_data import shared

FLOW = """
trueline: 1
flow: survey
title: {en: Survey, zh: 调查}
nodes:
  start: start
  ask: {step: {en: Ask, zh: 询问}}
  note: {step: {en: Note, zh: 记录}}
  end: end
edges:
  - start -> ask -> note -> end
"""
UNMATCHED = FLOW.replace("  end: end", "  which: inclusive\n  end: end").replace(
    "ask -> note -> end", "which -> ask -> end\n  - which -> note -> end"
)


def refused(data: bytes) -> Problem:
    with pytest.raises(InputRefused) as refusal:
        read_process_bytes(data, source="file")
    return refusal.value.problems[0]


def test_yaml_is_told_by_content(tmp_path: Path) -> None:
    path = tmp_path / "flow.pnml"
    path.write_text(FLOW, encoding="utf-8")
    process = read_process(path)
    assert (process.flow.id, process.net.labels, process.has_graph) == ("survey", ("ask", "note"), True)


def test_pnml_is_told_by_content(tmp_path: Path) -> None:
    net = make_net("a: i -> p", "b: p -> o")
    path = tmp_path / "net.yaml"
    path.write_text("<!-- a net -->\n" + write_pnml(net).partition("?>")[2], encoding="utf-8")
    assert same_net(read_process(path).net, net)


def test_each_visible_label_of_a_net_is_a_required_step() -> None:
    process = process_of_net(make_net("a: i -> p", "t1: p -> q", "接待 '接待': q -> o"))
    assert [(node.id, node.kind, node.optional) for node in process.flow.nodes] == [
        ("a", NodeKind.STEP, False),
        ("接待", NodeKind.STEP, False),
    ]
    assert process.flow.step_of_activity == {"a": "a", "接待": "接待"}
    assert not process.has_graph


def test_a_compiled_flow_keeps_its_activities_through_pnml() -> None:
    flow = make_flow("start -> a -> b -> end")
    process = process_of_flow(flow)
    again = read_process_bytes(write_pnml(process.net).encode())
    assert again.flow.step_of_activity == flow.step_of_activity


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "net.empty"),
        (b" \n\t", "net.empty"),
        (b"\xef\xbb\xbf", "net.empty"),
        (b"\x89PNG\r\n\x1a\n\0\0", "net.binary"),
        (b"\x1f\x8b\x08abc", "net.binary"),
        (b"<!DOCTYPE html><html><body/></html>", "net.html"),
        (b"\n<html lang='en'>", "net.html"),
        (b"<?xml version='1.0'?><log xes.version='1.0'/>", "net.is-a-log"),
        (b"case,activity,timestamp\n1,a,2026-01-01T00:00:00Z\n", "net.is-a-log"),
        (b"case:concept:name;concept:name\r\n1;a\r\n", "net.is-a-log"),
        (b"<?xml version='1.0'?><!-- x --><bpmn:definitions xmlns:bpmn='urn:x'/>", "bpmn.not-bpmn"),
        (b"<definitions/>", "bpmn.not-bpmn"),
        ("<definitions/>".encode("utf-16"), "bpmn.not-bpmn"),
        (b"<svg/>", "pnml.not-pnml"),
        (b"<", "pnml.not-xml"),
    ],
)
def test_what_is_no_process_is_refused_by_its_name(data: bytes, code: str) -> None:
    problem = refused(data)
    assert (problem.code, problem.place.source) == (code, "file")


def test_text_that_is_no_flow_is_refused_by_the_flow_reader() -> None:
    assert refused(b"hello").code.startswith("flow.")
    assert refused(b"flow: caf\xe9\n").code == "flow.not-utf8"


def test_what_cannot_be_compiled_is_refused_with_file_and_line() -> None:
    problem = refused(UNMATCHED.encode())
    assert (problem.code, problem.place.source, problem.place.line) == ("net.inclusive-unmatched", "file", 9)


def test_notes_of_a_net_are_kept() -> None:
    text = write_pnml(make_net("tau 'tau': i -> o"))
    assert [note.code for note in read_process_bytes(text.encode()).notes] == ["pnml.looks-silent"]


@pytest.mark.parametrize(
    ("name", "steps"), [("running-example.bpmn", 8), ("receipt.bpmn", 27), ("bpic12_split.bpmn", 23)]
)
def test_bpmn_is_told_by_content(name: str, steps: int) -> None:
    process = read_process(shared(f"models/{name}"))
    assert (process.format, process.has_graph, len(process.flow.steps)) == (ProcessFormat.BPMN, True, steps)
