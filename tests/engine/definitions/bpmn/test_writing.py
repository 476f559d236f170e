"""What is written as BPMN holds together, and is the same flow when it is read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from api.composition import bpmn_of
from engine.definitions.bpmn.drawing import drawing_of
from engine.definitions.bpmn.event_writer import iso_duration
from engine.definitions.bpmn.events import duration_of
from engine.definitions.bpmn.reader import read_bpmn_bytes
from engine.definitions.bpmn.vocabulary import MODEL, OWN
from engine.definitions.bpmn.writer import write_bpmn
from engine.definitions.flow import Flow
from engine.definitions.titles import Title
from engine.definitions.yaml_reader import read_flow, read_flow_text
from engine.errors import InputRefused
from engine.vocabulary import Language
from tests.flows_strategy import placeless

FLOWS = sorted((Path(__file__).resolve().parents[4] / "examples" / "flows").glob("*.yaml"))


PLANNED = """
trueline: 1
flow: shop
title: {en: Shop, zh: 商店}
calendar: office
roles: {clerk: {en: Clerk, zh: 店员}, boss: Boss}
nodes:
  start: start
  take: {step: {en: Take the order, zh: 接单}, role: clerk, aliases: [接], at-most: 1h30m}
  ask: {exclusive: {en: In stock?, zh: 有货？}}
  pack: {step: {en: Pack, zh: 打包}, optional: true, risk: {en: Breaks, zh: 易碎}, script: {en: Mind it, zh: 小心}}
  sorry: {step: {en: Say sorry, zh: 道歉}}
  end: end
edges:
  - start -> take -> ask
  - {from: ask, to: pack, when: "case.stock > 0"}
  - {from: ask, to: end, otherwise: true}
  - pack -> end
standards:
  quick: {response: [take, pack], within: 2 workdays, share: 96%, tolerance: 4%}
plans:
  gone: {risk: {en: Sold out, zh: 售罄}, at: pack, on: {timer: 7d}, path: [sorry], rejoin: end}
weights:
  most: {weight: 7, steps: [pack]}
"""


def flow_of(data: bytes) -> Flow | None:
    """The flow of a file, or None where it is refused."""
    try:
        return read_bpmn_bytes(data).flow
    except InputRefused:
        return None


def elements(text: str, name: str) -> list[etree._Element]:
    return list(etree.fromstring(text.encode()).iter(f"{{*}}{name}"))


@pytest.mark.parametrize("path", FLOWS, ids=lambda path: path.stem)
def test_an_example_is_the_same_flow_again(path: Path) -> None:
    flow = read_flow(path)
    for language in Language:
        assert placeless(read_bpmn_bytes(bpmn_of(flow, language=language).encode()).flow) == placeless(flow)


@pytest.mark.parametrize("path", FLOWS, ids=lambda path: path.stem)
def test_ids_are_unique_and_everything_is_drawn(path: Path) -> None:
    """As the schema asks: ids of the type ID, every reference there, a shape or line for each element of a process."""
    root = etree.fromstring(bpmn_of(read_flow(path), language=Language.EN).encode())
    ids = [element.get("id", "") for element in root.iter() if element.get("id") is not None]
    assert len(ids) == len(set(ids))
    drawn = {element.get("bpmnElement") for element in root.iter("{*}BPMNShape", "{*}BPMNEdge")}
    process = next(root.iter("{*}process"))
    pools = {pool.get("id") for pool in root.iter("{*}participant") if pool.get("processRef") == process.get("id")}
    shown = {e.get("id") for e in process.iter() if e.get("id") and etree.QName(e).localname != "laneSet"}
    in_sub_flows = {lane.get("id") for lane in root.iterfind(".//{*}subProcess//{*}lane")}
    assert drawn == (shown | pools) - in_sub_flows - {process.get("id")}
    for flow in root.iter("{*}sequenceFlow"):
        assert {flow.get("sourceRef"), flow.get("targetRef")} <= set(ids)
        ends = [e.getparent().get("id") for e in root.iter("{*}outgoing") if e.text == flow.get("id")]  # type: ignore[union-attr]
        assert ends == [flow.get("sourceRef")]


def test_a_plan_is_drawn_and_comes_back_as_a_plan() -> None:
    flow = read_flow_text(PLANNED)
    text = write_bpmn(flow)
    (event,) = elements(text, "boundaryEvent")
    assert (event.get("attachedToRef"), event.get(f"{{{OWN}}}plan"), event.get("name")) == ("pack", "gone", "Sold out")
    assert event.findtext(f"{{{MODEL}}}timerEventDefinition/{{{MODEL}}}timeDuration") == "P7D"
    path = [(e.get("sourceRef"), e.get("targetRef")) for e in elements(text, "sequenceFlow") if e.get(f"{{{OWN}}}plan")]
    assert path == [("_plan.gone", "sorry"), ("sorry", "end")]
    again = read_bpmn_bytes(text.encode())
    assert placeless(again.flow) == placeless(flow)
    assert again.notes == ()


def test_names_are_written_in_one_language_and_kept_in_both() -> None:
    flow = read_flow_text(PLANNED)
    text = write_bpmn(flow, language=Language.ZH)
    assert [lane.get("name") for lane in elements(text, "lane")] == ["店员", "Boss", ""]
    assert next(e.get("name") for e in elements(text, "task") if e.get("id") == "take") == "接单"
    assert read_bpmn_bytes(text.encode()).flow.by_id["take"].title == Title("Take the order", "接单")


@pytest.mark.parametrize("value", ["x", "-1", "²", "9" * 5000, "", "a.b", "P1D"])
@pytest.mark.parametrize("name", ["place", "id", "at-most", "role", "calls", "ends", "throws", "plan", "optional"])
def test_marks_that_were_tampered_with_are_refused_or_left_out(name: str, value: str) -> None:
    """Whatever stands in Trueline's own attributes, a file is a flow that can be written again, or is refused."""
    root = etree.fromstring(write_bpmn(read_flow_text(PLANNED)).encode())
    next(task for task in root.iter("{*}task") if task.get("id") == "pack").set(f"{{{OWN}}}{name}", value)
    flow = flow_of(etree.tostring(root))
    assert flow is None or placeless(read_bpmn_bytes(write_bpmn(flow).encode()).flow) == placeless(flow)


def test_a_step_renamed_in_a_modeler_has_its_new_name() -> None:
    text = write_bpmn(read_flow_text(PLANNED)).replace('name="Take the order"', 'name="Receive the order"')
    assert read_bpmn_bytes(text.encode()).flow.by_id["take"].title == Title("Receive the order", "Receive the order")


def test_a_step_added_in_a_modeler_is_there_and_the_standards_stay() -> None:
    text = write_bpmn(read_flow_text(PLANNED))
    new = '<task id="Activity_1" name="Weigh"/><sequenceFlow id="f1" sourceRef="Activity_1" targetRef="end"/>'
    old = '<sequenceFlow id="_edge.4" sourceRef="pack" targetRef="'
    assert old in text
    text = text.replace(f"{old}end", f"{new}{old}Activity_1")
    flow = read_bpmn_bytes(text.encode()).flow
    assert [step.id for step in flow.steps] == ["take", "pack", "sorry", "Activity_1"]
    assert [standard.id for standard in flow.standards] == ["take.at-most", "quick"]


def test_a_standard_about_a_step_that_was_deleted_is_named() -> None:
    text = write_bpmn(read_flow_text(PLANNED)).replace('<task id="take"', '<task id="took"').replace('"take"', '"took"')
    text = text.replace(">take<", ">took<")
    with pytest.raises(InputRefused) as refusal:
        read_bpmn_bytes(text.encode())
    assert [(p.code, p.values["found"], p.place.element) for p in refusal.value.problems] == [
        ("flow.unknown-node", "take", "standards.quick.response")
    ]


def test_a_plan_that_leaves_its_sub_flow_is_written_but_not_drawn() -> None:
    flow = read_flow_text(PLANNED)
    moved = tuple(replace(node, parent="take") if node.id == "sorry" else node for node in flow.nodes)
    assert [n.id for n in drawing_of(replace(flow, nodes=moved)).nodes if n.plan is not None] == []


def test_text_that_xml_cannot_carry_is_refused() -> None:
    flow: Flow = replace(read_flow_text(PLANNED), title=Title("a\ufffeb", "c"))
    with pytest.raises(InputRefused) as refusal:
        write_bpmn(flow)
    assert [problem.code for problem in refusal.value.problems] == ["bpmn.unwritable"]


@pytest.mark.parametrize(
    ("written", "iso", "back"),
    [("7d", "P7D", "7d"), ("1h30m", "PT1H30M", "1h30m"), ("90s", "PT1M30S", "1m30s"), ("1d 2 hours", "P1DT2H", "1d2h")],
)
def test_durations_are_those_of_iso_8601(written: str, iso: str, back: str) -> None:
    assert (iso_duration(written), duration_of(iso)) == (iso, back)


@pytest.mark.parametrize("text", ["P1M", "P1Y", "PT0.5H", "P", "PT", "soon", "", "P0D"])
def test_a_span_without_a_fixed_length_is_none(text: str) -> None:
    assert duration_of(text) is None


def test_working_time_has_no_iso_duration() -> None:
    assert iso_duration("6 workhours") is None


def test_a_flow_that_is_called_stays_called() -> None:
    inner = PLANNED.replace("flow: shop", "flow: stock").replace("pack", "pick")
    outer = """
trueline: 1
flow: order
calendar: office
ends: implicit
nodes:
  start: start
  pay: {step: Pay}
  stock: {call: stock}
  end: end
edges: [start -> pay -> stock -> end]
"""
    flow = read_flow_text(outer, called={"stock": inner}.get)
    assert {node.parent for node in flow.nodes} == {None, "stock"}
    assert [plan.id for plan in flow.plans] == ["stock.gone"]
    again = read_bpmn_bytes(bpmn_of(flow, language=Language.EN).encode()).flow
    assert placeless(again) == placeless(flow)


def test_every_lane_is_drawn_around_its_steps_in_a_pool() -> None:
    root = etree.fromstring(bpmn_of(read_flow_text(PLANNED), language=Language.EN).encode())
    process, pool = next(root.iter("{*}process")), next(root.iter("{*}participant"))
    assert (pool.get("processRef"), pool.get("name")) == (process.get("id"), "Shop")
    plane = next(root.iter("{*}BPMNPlane"))
    assert plane.get("bpmnElement") == next(root.iter("{*}collaboration")).get("id")
    bands = {shape.get("bpmnElement") for shape in plane.iter("{*}BPMNShape") if shape.get("isHorizontal") == "true"}
    assert bands == {pool.get("id"), *(lane.get("id") for lane in root.iter("{*}lane"))}
    inside = sorted(ref.text or "" for ref in root.iter("{*}flowNodeRef"))
    assert inside == sorted(["start", "take", "ask", "pack", "sorry", "end", "_plan.gone"])


def test_a_flow_without_roles_has_neither_pool_nor_lanes() -> None:
    flow = read_flow_text(
        "trueline: 1\nflow: f\nnodes: {s: start, a: {step: A}, b: {step: B}, e: end}\nedges: [s -> a -> b -> e]"
    )
    text = bpmn_of(flow, language=Language.EN)
    assert not [*elements(text, "participant"), *elements(text, "lane")]


def test_a_lane_drawn_in_a_modeler_is_a_role_of_its_own() -> None:
    """Even where its name makes the id of another role, and where it stands before that."""
    text = write_bpmn(read_flow_text(PLANNED.replace("boss: Boss", "boss: Manager")))
    lane = '<lane id="new" name="Boss"><flowNodeRef>pack</flowNodeRef></lane>'
    text = text.replace("<flowNodeRef>pack</flowNodeRef>", "").replace(
        '<lane id="_lane.clerk"', f'{lane}<lane id="_lane.clerk"'
    )
    flow = read_bpmn_bytes(text.encode()).flow
    assert flow.by_id["pack"].role == "boss-2"
    assert {role: title.en for role, title in flow.roles.items()} == {
        "boss-2": "Boss",
        "clerk": "Clerk",
        "boss": "Manager",
    }


def test_the_lane_of_nobody_becomes_a_role_when_it_is_named() -> None:
    text = write_bpmn(read_flow_text(PLANNED)).replace('<lane id="_lane" name=""', '<lane id="_lane" name="Packer"')
    assert {step.role for step in read_bpmn_bytes(text.encode()).flow.steps} == {"clerk", "packer"}


def test_ids_of_lanes_are_unique_whatever_roles_and_sub_flows_are_called() -> None:
    text = """
trueline: 1
flow: f
roles: {xs: Xs, y: Y}
nodes:
  s: start
  x:
    sub-flow: X
    nodes: {i: start, a: {step: A, role: xs}, b: {step: B, role: y}, j: end}
    edges: [i -> a -> b -> j]
  e: end
edges: [s -> x -> e]
"""
    root = etree.fromstring(write_bpmn(read_flow_text(text)).encode())
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
