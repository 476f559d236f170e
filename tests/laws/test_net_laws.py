"""Laws of nets: a flow's net accepts what its graph accepts, PNML keeps a net, and soundness means what it says."""

from __future__ import annotations

import contextlib
import dataclasses
import random
import unicodedata
from collections.abc import Iterable

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.definitions.flow import Flow, NodeKind
from engine.errors import InputRefused
from engine.nets.compile import compile_flow
from engine.nets.net import Net
from engine.nets.pnml import read_pnml_bytes, write_pnml
from engine.nets.process import read_process_bytes
from engine.nets.reduction import Reduction
from engine.nets.soundness import Finding, FindingKind, Verdict, check_soundness, decide_reduced
from engine.nets.workflow import WorkflowEnds, workflow_ends
from tests.making import make_net, same_net
from tests.oracles.flow_interpreter import flow_language
from tests.oracles.net_language import net_language
from tests.oracles.random_nets import random_block_net, random_net, reading_net
from tests.oracles.soundness import plain_soundness
from tests.oracles.structured_flows import structured_flow


def random_workflow_net(rng: random.Random) -> tuple[Net, WorkflowEnds]:
    """A net of a workflow net's shape, sound or not, with silent parts and weights."""
    while True:
        inner = ["p", "q", "r", "v"][: rng.randint(1, 4)]
        rules = []
        for name in ["t1", "t2", "t3", "a", "b", "c", "d"][: rng.randint(2, 7)]:
            takes = rng.sample(["i", *inner, *inner], rng.choice([1, 1, 1, 2]))
            puts = rng.sample(["o", *inner, *inner], rng.choice([1, 1, 1, 2, 2]))
            rules.append(f"{name}: {', '.join(takes)} -> {', '.join(puts)}")
        net = make_net(*rules)
        ends = workflow_ends(len(net.places), net.before, net.after)
        if ends is not None:
            return net, ends


LAW = settings(deadline=None, derandomize=True, max_examples=60)


@st.composite
def flows(draw: st.DrawFn) -> Flow:
    return structured_flow(random.Random(draw(st.integers(0, 10**6))), draw(st.integers(2, 6)))


@st.composite
def nets(draw: st.DrawFn) -> Net:
    """Small nets of any shape: silent parts, weights, several labels alike, several final markings."""
    places = ["i", "o", "p", "q", "r"][: draw(st.integers(2, 5))]
    arcs = st.lists(st.sampled_from(places), max_size=3, unique=True).map(", ".join)
    weighted = st.tuples(arcs, st.sampled_from(["", "", "", "2*"])).map(
        lambda pair: pair[1] + pair[0] if pair[0] else ""
    )
    names = ["t1", "t2", "a", "b", "c 'a'"]
    chosen = draw(st.lists(st.sampled_from(names), min_size=1, max_size=5, unique=True))
    rules = [f"{name}: {draw(weighted)} -> {draw(arcs)}" for name in chosen]
    return make_net(*rules, initial=draw(st.sampled_from(["i", "2*i"])), final=draw(st.sampled_from(["o", "o | p"])))


@LAW
@given(flows())
def test_a_flow_and_its_net_accept_the_same(flow: Flow) -> None:
    assert net_language(compile_flow(flow), 5) == flow_language(flow, 5)


@LAW
@given(flows())
def test_a_structured_flow_is_sound(flow: Flow) -> None:
    assert check_soundness(compile_flow(flow)).verdict is Verdict.SOUND


@LAW
@given(flows())
def test_structure_and_markings_agree_on_structured_flows(flow: Flow) -> None:
    assert plain_soundness(compile_flow(flow), most=500) in (("sound", frozenset()), ("unknown", frozenset()))


@settings(LAW, max_examples=400)
@given(nets())
def test_soundness_agrees_with_its_definition(net: Net) -> None:
    report = check_soundness(net)
    verdict, kinds = plain_soundness(net)
    found = {finding.kind.value for finding in report.findings} - {"not-a-workflow-net"}
    assert report.verdict.value == verdict
    assert found >= kinds if verdict == "unbounded" else found == kinds


@st.composite
def broken_flows(draw: st.DrawFn) -> Flow:
    """Structured flows in which gateways became exclusive or parallel without their partners."""
    flow = structured_flow(random.Random(draw(st.integers(0, 10**6))), draw(st.integers(2, 5)))
    gateways = [node.id for node in flow.nodes if node.kind in (NodeKind.EXCLUSIVE, NodeKind.PARALLEL)]
    changed = draw(st.sets(st.sampled_from(gateways), min_size=1, max_size=2)) if gateways else set()
    other = {NodeKind.EXCLUSIVE: NodeKind.PARALLEL, NodeKind.PARALLEL: NodeKind.EXCLUSIVE}
    nodes = tuple(dataclasses.replace(n, kind=other[n.kind]) if n.id in changed else n for n in flow.nodes)
    return dataclasses.replace(flow, nodes=nodes)


@settings(LAW, max_examples=200)
@given(broken_flows())
def test_soundness_of_broken_flows_agrees_with_its_definition(flow: Flow) -> None:
    net = compile_flow(flow)
    verdict, kinds = plain_soundness(net, most=300)
    report = check_soundness(net)
    found = {finding.kind.value for finding in report.findings} - {"not-a-workflow-net"}
    assert verdict in ("unknown", report.verdict.value)
    assert verdict != "unsound" or found == kinds


@settings(LAW, max_examples=300)
@given(st.integers(0, 10**6))
def test_only_sound_nets_reduce_to_one_step(seed: int) -> None:
    net, ends = random_workflow_net(random.Random(seed))
    assert not Reduction(net).is_evidently_sound(ends) or plain_soundness(net)[0] == "sound"


def any_net(seed: int) -> Net:
    """A net of one of many kinds, small enough for the oracle."""
    rng = random.Random(seed)
    makers = (random_net, random_block_net, lambda rng: random_workflow_net(rng)[0], reading_net, uneven_net)
    return makers[seed % len(makers)](rng)


def uneven_net(rng: random.Random) -> Net:
    """A net of any shape: sources and sinks, weights, one or two final markings, several tokens at the start."""
    places = ["i", "o", "p", "q", "r", "v"][: rng.randint(3, 6)]

    def arcs() -> str:
        chosen = rng.sample(places, rng.choice([0, 1, 1, 1, 2, 2]))
        return ", ".join(rng.choice(["", "", "", "2*"]) + place for place in chosen)

    rules = [f"{name}: {arcs()} -> {arcs()}" for name in ["t1", "t2", "a", "b", "c 'a'", "d"][: rng.randint(1, 6)]]
    return make_net(*rules, initial=rng.choice(["i", "i", "2*i", "i, p"]), final=rng.choice(["o", "o", "o | i"]))


@settings(LAW, max_examples=600)
@given(st.integers(0, 10**6))
def test_a_reduced_net_has_the_verdict_of_the_whole(seed: int) -> None:
    net = any_net(seed)
    verdict, kinds = plain_soundness(net, most=500)
    report = decide_reduced(Reduction(net))
    assert verdict in ("unknown", report.verdict.value)
    found = {finding.kind.value for finding in report.findings}
    # Where nothing can be said of a deadlock, the point of no return before it is said.
    assert verdict != "unsound" or found <= kinds | {"option-to-complete"}
    assert verdict != "unsound" or {"final-unreachable", "improper-completion"} & kinds <= found


@settings(LAW, max_examples=400)
@given(st.integers(0, 10**6))
def test_every_run_lifted_from_a_reduced_net_is_one_of_the_whole(seed: int) -> None:
    net = any_net(seed)
    check_witnesses(net, decide_reduced(Reduction(net)).findings)


@settings(LAW, max_examples=400)
@given(st.integers(0, 10**6))
def test_what_is_dead_in_a_reduced_net_is_dead(seed: int) -> None:
    net = any_net(seed)
    dead = {FindingKind.DEAD_STEP, FindingKind.DEAD_TRANSITION}
    whole = {(f.kind, f.nodes) for f in check_soundness(net).findings if f.kind in dead}
    small = {(f.kind, f.nodes) for f in decide_reduced(Reduction(net)).findings if f.kind in dead}
    assert small <= whole
    assert bool(small) == bool(whole) or check_soundness(net).verdict is Verdict.UNBOUNDED


def check_witnesses(net: Net, findings: Iterable[Finding]) -> None:
    """Fail for a witness that is no run, or that leads to another marking than it says."""
    index = {transition.id: t for t, transition in enumerate(net.transitions)}
    for finding in findings:
        marking = tuple(net.initial.tolist())
        for firing in finding.witness or ():
            assert net.enabled(marking, index[firing.transition])
            marking = net.fire(marking, index[firing.transition])
        tokens = tuple((place, count) for place, count in zip(net.places, marking, strict=True) if count)
        assert finding.witness is None or tokens == finding.marking


@settings(LAW, max_examples=200)
@given(nets())
def test_every_witness_is_a_run_to_the_marking_it_shows(net: Net) -> None:
    check_witnesses(net, check_soundness(net).findings)


@settings(LAW, max_examples=200)
@given(nets())
def test_what_an_unbounded_net_repeats_leaves_more_each_time(net: Net) -> None:
    index = {transition.id: t for t, transition in enumerate(net.transitions)}
    for finding in check_soundness(net).findings:
        counts = dict(finding.marking)
        before = tuple(counts.get(place, 0) for place in net.places)
        after = before
        for firing in finding.repeat:
            after = net.fire(after, index[firing.transition])
        assert not finding.repeat or (after != before and all(a >= b for a, b in zip(after, before, strict=True)))


@LAW
@given(nets())
def test_pnml_keeps_a_net(net: Net) -> None:
    assert same_net(read_pnml_bytes(write_pnml(net).encode()).net, net)


@LAW
@given(flows())
def test_pnml_keeps_the_net_of_a_flow(flow: Flow) -> None:
    net = compile_flow(dataclasses.replace(flow, source_hash=""))
    assert same_net(read_pnml_bytes(write_pnml(net).encode()).net, net)


texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co")), min_size=1, max_size=8)


@LAW
@given(texts.filter(lambda text: text.strip() and text.strip().lower() not in ("tau", "τ")))
def test_pnml_keeps_any_label_composed_as_activities_are(label: str) -> None:
    net = make_net("a: i -> o")
    named = dataclasses.replace(net, labels=(label,), label_of_activity={label: 0})
    assert read_pnml_bytes(write_pnml(named).encode()).net.labels == (unicodedata.normalize("NFC", label),)


@settings(LAW, max_examples=200)
@given(st.integers(0, 10**6))
def test_a_damaged_net_is_read_or_refused(seed: int) -> None:
    rng = random.Random(seed)
    data = bytearray(write_pnml(make_net("a: i -> 2*p", "t1: p -> q", "b: 2*q -> o")).encode())
    for _ in range(rng.randint(1, 4)):
        start = rng.randrange(len(data))
        piece = rng.choice([b"", b"<", b"0", b"-1", b"\0", b"\xff", bytes(data[start : start + 60])])
        data[start : start + rng.choice([0, 1, 5, 40])] = piece
    with contextlib.suppress(InputRefused):
        process = read_process_bytes(bytes(data))
        assert len(process.flow.nodes) == len(process.net.labels)
