"""Reading PNML: place/transition nets of ISO/IEC 15909-2, strictly.

Every element either has its meaning here, or is refused, or is named in a note. Nothing is evaluated. With the standard
come three habits of the tools that write most of these files, ProM and pm4py: no namespace, final markings in a
``finalmarkings`` element, and silent transitions marked ``activity="$invisible$"``.

All that is wrong with a file is reported at once, each with its line.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

import numpy as np
from lxml import etree

from engine.definitions.xml_reading import local_name
from engine.nets.net import SILENT, Arcs, Net, Purpose, Transition
from engine.nets.pnml_xml import PnmlReading, children, count_of, text_of
from engine.nets.workflow import WorkflowEnds, workflow_ends

TOOL = "Trueline"
INVISIBLE = "$invisible$"

_HIGH_LEVEL = ("symmetricnet", "highlevelnet", "hlpn", "pt-hlpng")
_DECORATION = frozenset({"name", "graphics", "toolspecific"})
_DATA = frozenset({"readVariable", "writeVariable", "variables"})
_OTHER_CLASSES = frozenset(
    {"hlinitialMarking", "hlinscription", "type", "capacity", "condition", "structure", "declaration"}
)
_SILENT_NAMES = frozenset({"tau", "τ", INVISIBLE})


@dataclass(slots=True)
class NetReader:
    """Collects the parts of one net, then joins them: ``read``, then ``net`` if nothing is wrong."""

    reading: PnmlReading
    places: dict[str, int] = field(default_factory=dict)
    initial: list[int] = field(default_factory=list)
    transitions: dict[str, int] = field(default_factory=dict)
    parts: list[Transition] = field(default_factory=list)
    labels: dict[str, int] = field(default_factory=dict)
    arcs: list[etree._Element] = field(default_factory=list)
    references: dict[str, etree._Element] = field(default_factory=dict)
    followed: set[str] = field(default_factory=set)
    other_ids: dict[str, etree._Element] = field(default_factory=dict)
    finals: list[etree._Element] = field(default_factory=list)
    activities: list[etree._Element] = field(default_factory=list)
    final_counts: list[dict[int, int]] = field(default_factory=list)
    before: list[dict[int, int]] = field(default_factory=list)
    after: list[dict[int, int]] = field(default_factory=list)
    elements: int = 0

    def read(self, net: etree._Element) -> None:
        """Read the whole net into the lists."""
        kind = net.get("type", "")
        if any(word in kind.lower() for word in _HIGH_LEVEL):
            self.reading.problem("pnml.net-type", net, type=kind)
        self._read_page(net)
        self.before = [{} for _ in self.parts]
        self.after = [{} for _ in self.parts]
        for arc in self.arcs:
            self._join_arc(arc)
        for marking in self.finals:
            self._read_final(marking)
        for key, reference in self.references.items():
            wanted = self.places if local_name(reference) == "referencePlace" else self.transitions
            found = None if key in self.followed else self._resolved(reference, "ref")
            if found is not None and found not in wanted:
                self.reading.problem("pnml.dangling", reference, id=found, attribute="ref")
        for key, element in self.other_ids.items():
            if key in self.places or key in self.transitions or key in self.references:
                self.reading.problem("pnml.duplicate-id", element, id=key)

    def net(self, element: etree._Element, source_hash: str) -> Net:
        """The net; its markings are completed where the file leaves no choice."""
        before, after = Arcs.of(self.before), Arcs.of(self.after)
        ends = workflow_ends(len(self.places), before, after)
        initial = self._initial(element, ends)
        finals = self._final_rows(element, ends)
        activities = self._label_of_activity()
        name = self._name(element) or element.get("id", "")
        self.reading.refuse_if_failed()
        return Net(
            name=name,
            places=tuple(self.places),
            transitions=tuple(self.parts),
            labels=tuple(self.labels),
            before=before,
            after=after,
            initial=initial,
            finals=finals,
            label_of_activity=activities,
            source_hash=source_hash,
        )

    # The elements of a net or page

    def _read_page(self, page: etree._Element) -> None:
        readers = {
            "place": self._read_place,
            "transition": self._read_transition,
            "arc": self._read_arc,
            "page": self._read_page,
            "referencePlace": self._read_reference,
            "referenceTransition": self._read_reference,
            "finalmarkings": self._read_finals,
        }
        if local_name(page) == "page":
            self._claim(page)
        for name, child in children(page):
            if name in readers:
                readers[name](child)
            elif name == "toolspecific" and child.get("tool") == TOOL:
                self.activities += [entry for inner, entry in children(child) if inner == "activity"]
            elif name not in _DECORATION:
                self._other(name, child, local_name(page))

    def _read_arc(self, element: etree._Element) -> None:
        self._count(element)
        self._claim(element)
        self.arcs.append(element)

    def _read_reference(self, element: etree._Element) -> None:
        if (key := self._new_id(element)) is not None:
            self.references[key] = element

    def _read_finals(self, element: etree._Element) -> None:
        self.finals += [marking for inner, marking in children(element) if inner == "marking"]
        self._reject_others(element, frozenset({"marking"}))
        if len(self.finals) > self.reading.limits.final_markings:
            self.reading.limit("final_markings", len(self.finals), element)
            self.reading.refuse_if_failed()

    def _other(self, name: str, child: etree._Element, parent: str) -> None:
        """An element that is not expected: of another class of nets, or unknown."""
        if name in _OTHER_CLASSES:
            self.reading.problem("pnml.unsupported", child, element=name, parent=parent)
        elif name in _DATA:
            self.reading.note("pnml.data", child, element=name)
        else:
            self.reading.note("pnml.unknown-element", child, element=name, parent=parent)

    def _reject_others(self, element: etree._Element, known: frozenset[str]) -> None:
        for name, child in children(element):
            if name not in known and name not in _DECORATION:
                self._other(name, child, local_name(element))

    def _count(self, element: etree._Element) -> None:
        self.elements += 1
        if self.elements == self.reading.limits.net_elements + 1:
            self.reading.limit("net_elements", self.elements, element)
            self.reading.refuse_if_failed()

    def _claim(self, element: etree._Element) -> None:
        """Refuse the id of an arc or page that another one has; there need not be one, for nothing refers to it."""
        key = element.get("id", "")
        if key and key in self.other_ids:
            self.reading.problem("pnml.duplicate-id", element, id=key)
        elif key:
            self.other_ids[key] = element

    def _new_id(self, element: etree._Element) -> str | None:
        """The id of a node, or None when it has none or one that is taken."""
        key = element.get("id", "")
        if not key:
            self.reading.problem("pnml.missing-id", element, element=local_name(element))
        elif key in self.places or key in self.transitions or key in self.references:
            self.reading.problem("pnml.duplicate-id", element, id=key)
        elif len(key) > self.reading.limits.label_characters:
            self.reading.limit("label_characters", len(key), element)
        else:
            return key
        return None

    def _read_place(self, element: etree._Element) -> None:
        self._count(element)
        self._reject_others(element, frozenset({"initialMarking"}))
        tokens = [child for name, child in children(element) if name == "initialMarking"]
        if len(tokens) > 1:
            self.reading.problem("pnml.stated-twice", tokens[1], element="initialMarking")
        count = count_of(tokens[0], self.reading, least=0) if tokens else 0
        if (key := self._new_id(element)) is not None:
            self.places[key] = len(self.places)
            self.initial.append(count)

    def _read_transition(self, element: etree._Element) -> None:
        self._count(element)
        guard = (element.get("guard") or "").strip()
        if guard and guard != "true":
            self.reading.problem("pnml.guard", element, transition=self._name(element), guard=guard)
        self._reject_others(element, frozenset())
        key = self._new_id(element)
        if key is None:
            return
        tools = [child for name, child in children(element) if name == "toolspecific"]
        name = "" if any(tool.get("activity") == INVISIBLE for tool in tools) else _composed(self._name(element))
        if len(name) > self.reading.limits.label_characters:
            self.reading.limit("label_characters", len(name), element)
        if name.strip().lower() in _SILENT_NAMES:
            self.reading.note("pnml.looks-silent", element, transition=name)
        label = self.labels.setdefault(name, len(self.labels)) if name.strip() else SILENT
        own = next((tool for tool in tools if tool.get("tool") == TOOL), None)
        self.transitions[key] = len(self.parts)
        self.parts.append(self._transition(key, label, own))

    def _transition(self, key: str, label: int, own: etree._Element | None) -> Transition:
        """The transition, with what Trueline's own mark says of it."""
        purpose = Purpose.ROUTE if label == SILENT else Purpose.PERFORM
        if own is None:
            return Transition(key, label, key, purpose)
        said = own.get("purpose", purpose.value)
        if said == Purpose.SKIP and label == SILENT:
            purpose = Purpose.SKIP
        elif said != purpose:
            self.reading.problem("pnml.purpose", own, transition=key, purpose=said)
        return Transition(
            key,
            label,
            own.get("node", key),
            purpose,
            own.get("plan", ""),
            own.get("enters-plan") == "true",
            tuple(own.get("chosen", "").split()),
        )

    def _name(self, element: etree._Element) -> str:
        names = [child for name, child in children(element) if name == "name"]
        if len(names) > 1:
            self.reading.problem("pnml.stated-twice", names[1], element="name")
        return text_of(names[0], self.reading) if names else ""

    # Arcs

    def _join_arc(self, arc: etree._Element) -> None:
        self._reject_others(arc, frozenset({"inscription", "arctype", "type"}))
        kinds = [text_of(child, self.reading) for name, child in children(arc) if name == "arctype"]
        kinds += [child.get("value", "") for name, child in children(arc) if name == "type"]
        for kind in [*kinds, arc.get("type", "normal")]:
            if kind.strip().lower() not in ("normal", "ordinary", "ptarc"):
                self.reading.problem("pnml.arc-type", arc, type=kind)
        inscriptions = [child for name, child in children(arc) if name == "inscription"]
        if len(inscriptions) > 1:
            self.reading.problem("pnml.stated-twice", inscriptions[1], element="inscription")
        weight = count_of(inscriptions[0], self.reading, least=1) if inscriptions else 1
        source, target = self._resolved(arc, "source"), self._resolved(arc, "target")
        if source is None or target is None:
            return
        if (source in self.places) == (target in self.places):
            self.reading.problem("pnml.arc-between-same", arc, source=source, target=target)
            return
        if source in self.places:
            row, place = self.before[self.transitions[target]], self.places[source]
        else:
            row, place = self.after[self.transitions[source]], self.places[target]
        if place in row:
            self.reading.problem("pnml.duplicate-arc", arc, source=source, target=target)
        row[place] = weight

    def _resolved(self, element: etree._Element, attribute: str) -> str | None:
        """The node that an attribute names, references followed; None after a problem was noted."""
        key = element.get(attribute, "")
        if not key:
            self.reading.problem("pnml.missing-end", element, attribute=attribute)
            return None
        seen: set[str] = set()
        wanted = None
        while key in self.references:
            reference = self.references[key]
            if key in seen:
                self.reading.problem("pnml.reference-loop", reference, id=key)
                return None
            seen.add(key)
            self.followed.add(key)
            wanted = self.places if local_name(reference) == "referencePlace" else self.transitions
            key = reference.get("ref", "")
            if key in self.references and local_name(self.references[key]) != local_name(reference):
                wanted = {}
                break
        if (key not in self.places and key not in self.transitions) or (wanted is not None and key not in wanted):
            self.reading.problem("pnml.dangling", element, id=key, attribute=attribute)
            return None
        return key

    # Markings

    def _read_final(self, marking: etree._Element) -> None:
        self._reject_others(marking, frozenset({"place"}))
        counts: dict[int, int] = {}
        for name, entry in children(marking):
            if name != "place":
                continue
            place = self._resolved(entry, "idref")
            tokens = count_of(entry, self.reading, least=0)
            if place is None:
                continue
            if place not in self.places:
                self.reading.problem("pnml.dangling", entry, id=place, attribute="idref")
            elif self.places[place] in counts:
                self.reading.problem("pnml.stated-twice", entry, element=place)
            else:
                counts[self.places[place]] = tokens
        self.final_counts.append(counts)

    def _initial(
        self, element: etree._Element, ends: WorkflowEnds | None
    ) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
        initial = np.array(self.initial, dtype=np.int32)
        if not initial.any():
            if ends is None:
                self.reading.problem("pnml.no-initial", element)
            else:
                initial[ends.source] = 1
                self.reading.note("pnml.initial-assumed", element, place=list(self.places)[ends.source])
        return initial

    def _final_rows(
        self, element: etree._Element, ends: WorkflowEnds | None
    ) -> np.ndarray[tuple[int, int], np.dtype[np.int32]]:
        counts = self.final_counts
        if not counts and ends is not None:
            counts = [{ends.sink: 1}]
            self.reading.note("pnml.final-assumed", element, place=list(self.places)[ends.sink])
        elif not counts:
            self.reading.problem("pnml.no-final", element)
        rows = np.zeros((len(counts), len(self.places)), dtype=np.int32)
        for row, tokens in zip(rows, counts, strict=True):
            row[list(tokens)] = list(tokens.values())
        first = {row.tobytes(): number for number, row in reversed(list(enumerate(rows)))}
        return rows[sorted(first.values())]

    def _label_of_activity(self) -> dict[str, int]:
        if not self.activities:
            return dict(self.labels)
        found: dict[str, int] = {}
        for entry in self.activities:
            name, label = _composed(entry.get("name", "")), _composed(entry.get("label", ""))
            if name in found:
                self.reading.problem("pnml.stated-twice", entry, element=name)
            if label in self.labels:
                found[name] = self.labels[label]
            else:
                self.reading.problem("pnml.unknown-label", entry, activity=name, label=label)
        return found


def _composed(name: str) -> str:
    """A name in the form in which logs have their activities (Unicode NFC)."""
    return unicodedata.normalize("NFC", name)
