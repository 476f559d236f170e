"""PNML: every producer's files are read right, and everything that is wrong is named with its line."""

from __future__ import annotations

import gzip
import re

import pytest

from engine.errors import InputRefused, LimitExceeded, Problem
from engine.limits import Limits
from engine.nets.compile import compile_flow
from engine.nets.net import SILENT, Net
from engine.nets.pnml import PnmlNet, read_pnml, read_pnml_bytes, read_pnml_with_notes, write_pnml
from tests.making import make_flow, make_net, same_net
from tests.oracles.net_language import net_language
from tests.shared_data import shared

PLACES = """
<place id="i"><initialMarking><text>1</text></initialMarking></place>
<place id="o"/>
"""
STEP = '<transition id="a"><name><text>A</text></name></transition>'
ARCS = '<arc id="x" source="i" target="a"/><arc id="y" source="a" target="o"/>'
FINAL = '<finalmarkings><marking><place idref="o"><text>1</text></place></marking></finalmarkings>'


def document(*parts: str, after: str = FINAL, attributes: str = "") -> str:
    return f'<pnml><net id="n"{attributes}><page id="p">{"".join(parts)}</page>{after}</net></pnml>'


def read(text: str, limits: Limits | None = None) -> PnmlNet:
    return read_pnml_bytes(text.encode(), source="net.pnml", limits=limits or Limits())


def problems(text: str | bytes, limits: Limits | None = None) -> list[Problem]:
    data = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(InputRefused) as refusal:
        read_pnml_bytes(data, source="net.pnml", limits=limits or Limits())
    return list(refusal.value.problems)


def codes(text: str | bytes) -> list[str]:
    return [problem.code for problem in problems(text)]


def test_the_plain_net_is_read() -> None:
    net = read(document(PLACES, STEP, ARCS)).net
    assert (net.places, net.labels, net.initial.tolist(), net.finals.tolist()) == (("i", "o"), ("A",), [1, 0], [[0, 1]])
    assert net_language(net, 2) == {("A",)}


def test_the_standard_namespace_and_none_read_alike() -> None:
    text = document(PLACES, STEP, ARCS)
    spaced = text.replace("<pnml>", '<pnml xmlns="http://www.pnml.org/version-2009/grammar/pnml">')
    prefixed = re.sub(r"<(/?)(\w)", r"<\1pn:\2", text).replace(
        "<pn:pnml>", '<pn:pnml xmlns:pn="http://www.pnml.org/version-2009/grammar/pnml">'
    )
    assert same_net(read(spaced).net, read(text).net)
    assert same_net(read(prefixed).net, read(text).net)


def test_pages_are_flattened_and_references_resolved() -> None:
    inner = f'<page id="q">{STEP}<referencePlace id="r" ref="i"/><arc id="x" source="r" target="a"/></page>'
    chained = '<referenceTransition id="s" ref="a"/><referencePlace id="r2" ref="r3"/><referencePlace id="r3" ref="o"/>'
    net = read(document(PLACES, inner, chained, '<arc id="y" source="s" target="r2"/>')).net
    assert net_language(net, 2) == {("A",)}


def test_a_net_without_a_page_is_read() -> None:
    net = read(f'<pnml><net id="n">{PLACES}{STEP}{ARCS}{FINAL}</net></pnml>').net
    assert net_language(net, 2) == {("A",)}


def test_weights_are_inscriptions() -> None:
    arcs = ARCS.replace('target="o"/>', 'target="o"><inscription><text>3</text></inscription></arc>')
    assert read(document(PLACES, STEP, arcs)).net.after.row(0) == [(1, 3)]


@pytest.mark.parametrize(
    "transition",
    [
        '<transition id="a"/>',
        '<transition id="a"><name><text/></name></transition>',
        '<transition id="a"><name><text> </text></name></transition>',
        '<transition id="a"><name><text>skip</text></name><toolspecific activity="$invisible$"/></transition>',
    ],
)
def test_silent_transitions_of_every_producer(transition: str) -> None:
    net = read(document(PLACES, transition, ARCS)).net
    assert (net.transitions[0].label, net.labels) == (SILENT, ())


def test_transitions_with_one_name_share_a_label() -> None:
    twin = STEP.replace('"a"', '"b"')
    net = read(document(PLACES, STEP, twin, ARCS, '<arc source="i" target="b"/><arc source="b" target="o"/>')).net
    assert [transition.label for transition in net.transitions] == [0, 0]


def test_white_space_of_a_pretty_printer_is_no_part_of_a_name() -> None:
    net = read(document(PLACES, STEP.replace("A", "\n      check  it\n    "), ARCS)).net
    assert net.labels == ("check  it",)


def test_several_final_markings() -> None:
    both = FINAL.replace(
        "</finalmarkings>", '<marking><place idref="i"><text>2</text></place></marking></finalmarkings>'
    )
    assert read(document(PLACES, STEP, ARCS, after=both)).net.finals.tolist() == [[0, 1], [2, 0]]


def test_without_markings_a_workflow_net_begins_and_ends_at_its_ends() -> None:
    bare = PLACES.replace("<initialMarking><text>1</text></initialMarking>", "")
    result = read(document(bare, STEP, ARCS, after=""))
    assert (result.net.initial.tolist(), result.net.finals.tolist()) == ([1, 0], [[0, 1]])
    assert [note.code for note in result.notes] == ["pnml.initial-assumed", "pnml.final-assumed"]


def test_without_markings_another_net_is_refused() -> None:
    bare = PLACES.replace("<initialMarking><text>1</text></initialMarking>", "")
    assert codes(document(bare, STEP, after="")) == ["pnml.no-initial", "pnml.no-final"]


NODES = PLACES + STEP
WRONG = {
    "pnml.guard": document(PLACES, STEP.replace('"a"', '"a" guard="x &gt; 1"'), ARCS),
    "pnml.unsupported": document(PLACES, STEP.replace("</tr", "<condition><text>x</text></condition></tr"), ARCS),
    "pnml.net-type": document(NODES, ARCS, attributes=' type="http://www.pnml.org/version-2009/grammar/symmetricnet"'),
    "pnml.missing-id": document(NODES, ARCS, "<place/>"),
    "pnml.duplicate-id": document(NODES, ARCS, '<place id="a"/>'),
    "pnml.dangling": document(NODES, ARCS, '<arc source="i" target="nowhere"/>'),
    "pnml.missing-end": document(NODES, ARCS, '<arc source="i"/>'),
    "pnml.arc-between-same": document(NODES, ARCS, '<arc source="i" target="o"/>'),
    "pnml.duplicate-arc": document(NODES, ARCS, '<arc source="i" target="a"/>'),
    "pnml.reference-loop": document(
        NODES, ARCS, '<referencePlace id="r" ref="s"/><referencePlace id="s" ref="r"/><arc source="r" target="a"/>'
    ),
    "pnml.arc-type": document(NODES, ARCS.replace("/>", "><arctype><text>inhibitor</text></arctype></arc>", 1)),
    "pnml.no-text": document(PLACES, STEP.replace("text>", "value>"), ARCS),
    "pnml.stated-twice": document(NODES, ARCS, '<place id="p2"><initialMarking><text>1</text></initialMarking>'
                                  "<initialMarking><text>1</text></initialMarking></place>"),
    "pnml.not-one-net": "<pnml/>",
    "pnml.doctype": '<!DOCTYPE pnml [<!ENTITY e "x">]>' + document(NODES, ARCS),
    "pnml.not-xml": document(NODES, ARCS)[:-20],
    "pnml.not-pnml": "<html/>",
    "pnml.unknown-label": document(
        NODES, ARCS, after=FINAL + '<toolspecific tool="Trueline"><activity name="x" label="Z"/></toolspecific>'
    ),
    "pnml.purpose": document(
        PLACES, STEP.replace("</tr", '<toolspecific tool="Trueline" version="1" purpose="skip"/></tr'), ARCS
    ),
}  # fmt: skip


@pytest.mark.parametrize(("code", "text"), WRONG.items(), ids=WRONG.keys())
def test_what_is_wrong_is_named(code: str, text: str) -> None:
    assert codes(text) == [code]


@pytest.mark.parametrize(
    ("weight", "code"),
    [
        ("0", "pnml.count-out-of-range"),
        ("-1", "pnml.count-out-of-range"),
        ("1.5", "pnml.not-a-count"),
        ("", "pnml.not-a-count"),
        ("1e3", "pnml.not-a-count"),
        ("٣", "pnml.not-a-count"),
        ("65536", "limit.exceeded"),
    ],
)
def test_weights_are_positive_whole_numbers(weight: str, code: str) -> None:
    arcs = ARCS.replace('target="o"/>', f'target="o"><inscription><text>{weight}</text></inscription></arc>')
    assert codes(document(PLACES, STEP, arcs)) == [code]


@pytest.mark.parametrize("tokens", ["-1", "x", "1,0"])
def test_markings_are_whole_numbers(tokens: str) -> None:
    assert len(codes(document(PLACES.replace("<text>1<", f"<text>{tokens}<"), STEP, ARCS))) == 1


def test_a_final_marking_names_places_that_are_there() -> None:
    text = document(NODES, ARCS, after=FINAL.replace('"o"', '"a"') + FINAL.replace('"o"', '"nowhere"'))
    assert codes(text) == ["pnml.dangling", "pnml.dangling"]


@pytest.mark.parametrize("taken", ["x", "i", "a", "p", "r"])
def test_no_two_elements_have_one_id(taken: str) -> None:
    arcs = ARCS.replace('id="y"', f'id="{taken}"')
    assert codes(document(PLACES, STEP, arcs, '<referencePlace id="r" ref="o"/>')) == ["pnml.duplicate-id"]


@pytest.mark.parametrize(
    ("reference", "code"),
    [
        ('<referencePlace id="r" ref="gone"/>', "pnml.dangling"),
        ('<referencePlace id="r" ref="a"/>', "pnml.dangling"),
        ('<referencePlace id="r"/>', "pnml.missing-end"),
        ('<referencePlace id="r" ref="r"/>', "pnml.reference-loop"),
    ],
)
def test_a_reference_that_leads_nowhere_is_refused_even_if_no_arc_uses_it(reference: str, code: str) -> None:
    assert codes(document(PLACES, STEP, ARCS, reference)) == [code]


@pytest.mark.parametrize(
    ("name", "code"), [("<name><b/></name>", "pnml.no-text"), ("<name><text>n</text></name>" * 2, "pnml.stated-twice")]
)
def test_the_name_of_a_net_is_read_as_strictly_as_any_other(name: str, code: str) -> None:
    assert codes(document(PLACES, STEP, ARCS, after=name + FINAL)) == [code]


def test_an_activity_means_one_label() -> None:
    twice = '<activity name="b" label="A"/>' * 2
    own = f'<toolspecific tool="Trueline" version="1">{twice}</toolspecific>'
    assert codes(document(PLACES, STEP, ARCS, after=FINAL + own)) == ["pnml.stated-twice"]


def test_all_problems_come_at_once_in_the_order_of_their_lines() -> None:
    text = document(
        NODES,
        '\n<arc source="i" target="a"><inscription><text>0</text></inscription></arc>',
        '\n<place id="i"/>',
        '\n<arc source="a" target="nowhere"/>',
    )
    found = [(problem.code, problem.place.line) for problem in problems(text)]
    assert found == [("pnml.count-out-of-range", 5), ("pnml.duplicate-id", 6), ("pnml.dangling", 7)]


def test_past_the_limit_problems_are_counted() -> None:
    text = document(NODES, ARCS, *['<arc source="i" target="nowhere"/>'] * 5)
    found = problems(text, Limits(problems=2))
    assert [(p.code, p.count) for p in found] == [("pnml.dangling", 1), ("pnml.dangling", 1), ("pnml.more-problems", 3)]


def test_unknown_elements_are_counted_in_a_note() -> None:
    notes = read(document(NODES, ARCS, "<label/>" * 3, '<x:y xmlns:x="urn:z"/>')).notes
    assert [(note.values["element"], note.count) for note in notes] == [("label", 3), ("{urn:z}y", 1)]


def test_a_visible_tau_is_pointed_out() -> None:
    notes = read(document(PLACES, STEP.replace("A", "tau"), ARCS)).notes
    assert [note.code for note in notes] == ["pnml.looks-silent"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "gb18030"])
def test_other_encodings_are_read_as_declared(encoding: str) -> None:
    name = "utf-8" if encoding == "utf-8-sig" else encoding
    text = f'<?xml version="1.0" encoding="{name}"?>' + document(PLACES, STEP.replace("A", "接待"), ARCS)
    assert read_pnml_bytes(text.encode(encoding)).net.labels == ("接待",)


def test_a_doctype_is_seen_in_any_encoding() -> None:
    text = '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE pnml []>' + document(NODES, ARCS)
    assert codes(text.encode("utf-16")) == ["pnml.doctype"]


def test_no_entity_is_expanded_and_nothing_is_fetched() -> None:
    text = '<!DOCTYPE pnml [<!ENTITY e SYSTEM "file:///etc/hostname">]>' + document(NODES.replace("A", "&e;"), ARCS)
    assert codes(text) == ["pnml.doctype"]


def test_depth_and_size_are_limited() -> None:
    deep = document('<page id="d">' * 70, "</page>" * 70)
    with pytest.raises(LimitExceeded):
        read(deep)
    with pytest.raises(LimitExceeded):
        read(document(NODES, ARCS), Limits(net_bytes=100))


def test_elements_and_labels_are_limited() -> None:
    found = problems(document(NODES, ARCS), Limits(net_elements=4))
    assert [(p.values["limit"], p.values["found"]) for p in found] == [("net_elements", 5)]
    found = problems(document(PLACES, STEP.replace("A", "A" * 201), ARCS))
    assert [(p.values["limit"], p.values["found"]) for p in found] == [("label_characters", 201)]


def test_guards_of_a_data_net_are_refused_by_name() -> None:
    with pytest.raises(InputRefused) as refusal:
        read_pnml(shared("models/data_petri_net.pnml"))
    assert {problem.code for problem in refusal.value.problems} == {"pnml.guard"}
    assert "Add penalty" in {problem.values["transition"] for problem in refusal.value.problems}


MODELS = {
    "receipt_imf_prom.pnml": ("08_receipt.xes.gz", 40, 48, 23),
    "receipt_pm4js.pnml": ("08_receipt.xes.gz", 20, 51, 24),
    "08_receipt-im.pnml": ("08_receipt.xes.gz", 45, 74, 47),
    "running-example.pnml": ("running-example.xes", 9, 10, 2),
    "roadtraffic.pnml": ("12_roadtraffic_1t_per_variant.xes.gz", 29, 34, 23),
    "bpic2012-imf.pnml": ("bpic2012.xes.gz", 39, 61, 37),
    "helpdesk-imf.pnml": ("helpdesk.xes.gz", 29, 44, 30),
}


@pytest.mark.parametrize("name", MODELS)
def test_visible_labels_of_real_nets_are_the_activities_of_their_logs(name: str) -> None:
    log, places, transitions, silent = MODELS[name]
    net = read_pnml(shared(f"models/{name}"))
    path = shared(f"logs/{log}")
    text = (gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()).decode()
    values = set(re.findall(r'value="([^"]*)"', text))
    assert (len(net.places), len(net.transitions)) == (places, transitions)
    assert sum(transition.label == SILENT for transition in net.transitions) == silent
    assert {label.replace("&", "&amp;") for label in net.labels} <= values


def test_reading_real_nets_leaves_nothing_to_note() -> None:
    for name in MODELS:
        assert read_pnml_with_notes(shared(f"models/{name}")).notes == ()


def rewritten(net: Net) -> Net:
    return read_pnml_bytes(write_pnml(net).encode()).net


def test_a_compiled_flow_survives_with_its_plans_skips_and_activities() -> None:
    flow = make_flow("start -> a -> b -> end", optional=["b"], plans=[("p", "a", "r s", "b")])
    net = compile_flow(flow)
    assert same_net(rewritten(net), net)
    assert [t.plan for t in rewritten(net).transitions if t.enters_plan] == ["p", "p"]


def test_writing_gives_the_same_bytes_for_the_same_net() -> None:
    net = make_net("a: i -> 2*p", "t1: p -> q", "b: 2*q -> o", final="o | p")
    assert write_pnml(net) == write_pnml(rewritten(net))


def test_awkward_names_are_escaped() -> None:
    net = make_net("x '<&>\" ünïcode 接待': i -> o")
    assert rewritten(net).labels == net.labels


def test_a_name_that_xml_cannot_carry_is_refused() -> None:
    with pytest.raises(InputRefused) as refusal:
        write_pnml(make_net("x 'a\x01': i -> o"))
    assert [problem.code for problem in refusal.value.problems] == ["pnml.unwritable"]
