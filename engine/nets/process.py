"""A process: a flow together with the net that it means, whatever kind of file it came from."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from hashlib import sha256
from pathlib import Path

from engine.definitions.bpmn.reader import read_bpmn_bytes
from engine.definitions.call_reader import Called
from engine.definitions.flow import Flow, Node, NodeKind
from engine.definitions.titles import Title
from engine.definitions.versions import content_hash
from engine.definitions.yaml_reader import flow_beside, read_flow_text
from engine.errors import InputRefused, Place, Problem
from engine.limits import DEFAULT_LIMITS, Limits
from engine.nets.compile import compile_flow
from engine.nets.net import Net
from engine.nets.pnml import read_pnml_bytes, write_pnml

_LOOKED_AT = 64 * 1024
_BEFORE_ROOT = re.compile(r"(?:\s|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>)*", re.DOTALL | re.IGNORECASE)
_ROOT = re.compile(r"<(?:[^\s<>/:]+:)?([^\s<>/:]+)")
_TABLE = re.compile(r"(?![^\n]*:(?:\s|$))[^\n{\[#]*[,;\t|]", re.MULTILINE)
"""A first line with a separator and no key: the header of a table, which no mapping begins with."""
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_REFUSED_ROOTS = {"html": "net.html", "log": "net.is-a-log"}
_BPMN_ROOT = "definitions"


class ProcessFormat(StrEnum):
    """The kind of file that a process came from."""

    YAML = "yaml"
    BPMN = "bpmn"
    PNML = "pnml"


@dataclass(frozen=True, slots=True)
class Process:
    """A flow and its net.

    Attributes:
        flow: As its designer wrote it. For a net that was read from PNML: one required step for each visible label,
            no edges, no standards, no plans.
        net: What it means.
        notes: Warnings about the file it came from, and lists of what it holds beyond the flow.
        format: What kind of file that was; YAML for a flow that came from none.
    """

    flow: Flow
    net: Net
    notes: tuple[Problem, ...] = ()
    format: ProcessFormat = ProcessFormat.YAML

    @property
    def has_graph(self) -> bool:
        """Whether the flow has a graph; one made for a PNML net has none."""
        return bool(self.flow.edges)

    @property
    def content_hash(self) -> str:
        """SHA-256 of what it means, in hexadecimal: of the flow, or of a net without one."""
        if self.has_graph:
            return content_hash(self.flow)
        return sha256(write_pnml(replace(self.net, source_hash="")).encode("utf-8", "surrogatepass")).hexdigest()


def process_of_flow(flow: Flow, *, limits: Limits = DEFAULT_LIMITS) -> Process:
    """A flow with its compiled net.

    Raises:
        InputRefused: As ``compile_flow``.
    """
    return Process(flow, compile_flow(flow, limits=limits))


def process_of_net(net: Net, *, notes: tuple[Problem, ...] = ()) -> Process:
    """A net with the flow that stands for it: each visible label is a required step, and nothing else is known."""
    names: dict[int, list[str]] = {}
    for activity, label in net.label_of_activity.items():
        names.setdefault(label, []).append(activity)
    nodes = tuple(
        Node(
            id=label,
            kind=NodeKind.STEP,
            title=Title(label, label),
            aliases=tuple(name for name in names.get(index, ()) if name != label),
        )
        for index, label in enumerate(net.labels)
    )
    title = net.name or "net"
    flow = Flow(title, Title(title, title), None, None, {}, nodes, (), source_hash=net.source_hash)
    return Process(flow, net, notes, ProcessFormat.PNML)


def read_process(path: Path, *, process: str | None = None, limits: Limits = DEFAULT_LIMITS) -> Process:
    """Read a flow (YAML or BPMN) or a net (PNML), told by content and not by name.

    Args:
        path: The file.
        process: The id or name of the process to read from a BPMN file that holds several.
        limits: Sizes past which it is refused.

    Raises:
        InputRefused: With everything that is wrong with it, or with what it is instead (HTML, a log, binary).
        OSError: The file cannot be read.
    """
    with path.open("rb") as file:
        data = file.read(max(limits.net_bytes, limits.flow_bytes, limits.bpmn_bytes) + 1)
    called = partial(flow_beside, path, limits=limits)
    return read_process_bytes(data, source=path.name, process=process, limits=limits, called=called)


def read_process_bytes(
    data: bytes,
    *,
    source: str = "",
    process: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
    called: Called | None = None,
) -> Process:
    """Read a flow or a net from the bytes of a file; otherwise as ``read_process``.

    Args:
        data: The file.
        source: A name for it in problems.
        process: As ``read_process``.
        limits: Sizes past which it is refused.
        called: Gives the texts of flows that a flow in YAML calls; without it, a call is refused.
    """
    head = _head(data, source)
    if not head.startswith("<") and _TABLE.match(head):
        raise _refusal("net.is-a-log", source)
    if not head.startswith("<"):
        text = data.decode(errors="surrogateescape")  # what is not UTF-8 is refused by the reader, with its line
        flow = read_flow_text(text, source=source, limits=limits, called=called)
        return Process(flow, _compiled(flow, source, limits))
    match = _ROOT.match(head, _end_of_prolog(head))
    root = match.group(1).lower() if match else ""
    if root in _REFUSED_ROOTS:
        raise _refusal(_REFUSED_ROOTS[root], source)
    if root == _BPMN_ROOT:
        found = read_bpmn_bytes(data, source=source, process=process, limits=limits)
        return Process(found.flow, _compiled(found.flow, source, limits), found.notes, ProcessFormat.BPMN)
    read = read_pnml_bytes(data, source=source, limits=limits)
    return process_of_net(read.net, notes=read.notes)


def _compiled(flow: Flow, source: str, limits: Limits) -> Net:
    try:
        return compile_flow(flow, limits=limits)
    except InputRefused as refusal:
        # The compiler knows lines but no files.
        raise InputRefused(
            replace(problem, place=replace(problem.place, source=source)) for problem in refusal.problems
        ) from None


def _head(data: bytes, source: str) -> str:
    """The beginning of the file as text, without a byte order mark and white space.

    Raises:
        InputRefused: The file is empty or binary.
    """
    start = data[:_LOOKED_AT]
    if start.startswith(_UTF16):
        return start.decode("utf-16", errors="replace").lstrip()
    if b"\0" in start or start.startswith(b"\x1f\x8b"):
        raise _refusal("net.binary", source)
    head = start.decode("utf-8-sig", errors="replace").lstrip()
    if not head:
        raise _refusal("net.empty", source)
    return head


def _end_of_prolog(head: str) -> int:
    match = _BEFORE_ROOT.match(head)
    return match.end() if match else 0


def _refusal(code: str, source: str) -> InputRefused:
    return InputRefused([Problem(code, Place(source))])
