"""What to do at each tag of an XES document: the grammar of IEEE 1849, and a short way for what comes a million times.

``leaf`` is the depth at which the attributes of the open trace or event stand, and ``columns`` where they go. An
elementary attribute there takes the short way: two look-ups and three appends. Everything else (structure, lists,
attributes of attributes, whatever is wrong) goes through ``_other``, which knows the grammar.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.parsers import expat

from engine.errors import LimitExceeded, Place
from engine.limits import Limits
from engine.logs.attributes import KINDS
from engine.logs.collecting import ProblemCollector
from engine.logs.xes_gathering import Keyed, XesGathering

NAMESPACE_SEPARATOR = " "
_COLLECTIONS = ("list", "container")
ATTRIBUTES = (*KINDS, *_COLLECTIONS)
_WRONG = "?"  # an element that was reported; what is inside it is not looked at
_ORDER = {"extension": 0, "global": 1, "classifier": 2, **dict.fromkeys(ATTRIBUTES, 3), "trace": 4}
_SCOPES = ("trace", "event")
_XML_ATTRIBUTES = {
    "extension": ({"name", "prefix", "uri"}, set()),
    "global": (set(), {"scope"}),
    "classifier": ({"name", "keys"}, {"scope"}),
    "trace": (set(), set()),
    "event": (set(), set()),
    "values": (set(), set()),
    **{kind: ({"key", "value"}, set()) for kind in KINDS},
    **{kind: ({"key"}, {"value"}) for kind in _COLLECTIONS},
}
"""Which XML attributes an element must and may have."""
_KNOWN = frozenset(_XML_ATTRIBUTES)
_NOWHERE: dict[str, Keyed] = {}
_TRACE_LEAF, _EVENT_LEAF = 3, 4


class XesHandlers:
    """The state between two tags of one document."""

    __slots__ = (
        "_case",
        "_columns",
        "_depth",
        "_event_tag",
        "_events",
        "_keys",
        "_leaf",
        "_limits",
        "_of_cases",
        "_of_events",
        "_open",
        "_parser",
        "_prefix",
        "_problems",
        "_rank",
        "_row",
        "_said",
        "_stack",
    )

    def __init__(
        self, parser: expat.XMLParserType, columns: XesGathering, problems: ProblemCollector, *, limits: Limits
    ) -> None:
        """Stand before the root."""
        self._parser = parser
        self._columns = columns
        self._problems = problems
        self._limits = limits
        self._depth = 0
        self._leaf = 0
        self._open = _NOWHERE
        self._row = 0
        self._case = -1
        self._events = 0
        self._rank = 0
        self._prefix = ""
        self._event_tag = ""
        self._of_events: dict[str, Keyed] = {}
        self._of_cases: dict[str, Keyed] = {}
        self._stack: list[str] = []
        self._keys: set[tuple[str, str]] = set()
        self._said: set[tuple[str, str, str]] = set()

    def start(self, name: str, attributes: Sequence[str]) -> None:
        """A start tag; ``attributes`` are names and values in turn, as ``ordered_attributes`` gives them."""
        depth = self._depth = self._depth + 1
        if depth == self._leaf:
            keyed = self._open.get(name)
            if keyed is None:
                if name == self._event_tag and depth == _TRACE_LEAF and not attributes:
                    self._open_event()
                    return
            elif len(attributes) == 4:
                first, key, second, value = attributes
                appends = keyed.get(key)
                if appends is not None and first == "key" and second == "value":
                    rows, values, lines = appends
                    rows(self._row)
                    values(value)
                    lines(self._parser.CurrentLineNumber)
                    return
        self._other(name, attributes)

    def end(self, _name: str) -> None:
        """An end tag."""
        stack = self._stack
        if len(stack) == self._depth:
            tag = stack.pop()
            if tag == "event":
                # A trace's attributes stand before its events, so from here on they take the long way to a refusal.
                self._leaf = _TRACE_LEAF
                self._open = _NOWHERE
            elif tag == "trace":
                self._leaf = 0
            elif tag == "global":
                self._keys = {known for known in self._keys if known[0] != "global"}
        self._depth -= 1

    def begins(self, name: str) -> str:
        """Which element of the log a start tag that comes next begins; empty when it is not one of its children."""
        return self._local(name) if self._depth == 1 else ""

    def doctype(self, *_declared: object) -> None:
        """A document type: it could name entities and files, and XES has none.

        Raises:
            InputRefused: Always.
        """
        raise self._problems.refusal("log.xes-doctype", self._parser.CurrentLineNumber)

    def _open_event(self) -> None:
        self._stack.append("event")
        self._columns.case_of_event(self._case)
        self._columns.line_of_event(self._parser.CurrentLineNumber)
        self._row = self._events
        self._events += 1
        self._leaf = _EVENT_LEAF
        self._open = self._of_events

    def _open_trace(self) -> None:
        self._case += 1
        self._columns.line_of_case(self._parser.CurrentLineNumber)
        self._row = self._case
        self._leaf = _TRACE_LEAF
        self._open = self._of_cases

    def _other(self, name: str, attributes: Sequence[str]) -> None:
        """Any element that is not an elementary attribute of a known key at its usual place."""
        depth, stack = self._depth, self._stack
        if depth > self._limits.nesting:
            raise LimitExceeded(
                limit="nesting",
                allowed=self._limits.nesting,
                found=f"> {self._limits.nesting}",
                place=Place(self._problems.source, self._parser.CurrentLineNumber),
            )
        stack.extend(["string"] * (depth - 1 - len(stack)))  # the short way leaves no trace of its attributes
        if depth == 1:
            self._prefix = name[: name.rfind(NAMESPACE_SEPARATOR) + 1]
        tag = self._local(name)
        parent = stack[-1] if stack else ""
        if parent == _WRONG or not self._belongs(tag, parent):
            stack.append(_WRONG)
            return
        given = dict(zip(attributes[::2], attributes[1::2], strict=True))
        if parent and not self._has_its_attributes(tag, given):
            stack.append(_WRONG)
            return
        stack.append(tag)
        if tag == "log":
            self._of_events = {self._prefix + kind: keyed for kind, keyed in self._columns.of_events.items()}
            self._of_cases = {self._prefix + kind: keyed for kind, keyed in self._columns.of_cases.items()}
            self._event_tag = self._prefix + "event"
        elif tag == "trace":
            self._open_trace()
        elif tag == "event":
            stack.pop()
            self._open_event()
        elif tag in ATTRIBUTES:
            self._attribute(tag, parent, given)

    def _local(self, name: str) -> str:
        """A tag without its namespace; one of another namespace than the root's keeps it, and so is not known."""
        local = name.rpartition(NAMESPACE_SEPARATOR)[2]
        return local if name == self._prefix + local else name

    def _belongs(self, tag: str, parent: str) -> bool:
        """Whether the element may stand here; reports it if not, once for each kind of mistake in structure."""
        line = self._parser.CurrentLineNumber
        if not parent:
            if tag == "log":
                return True
            raise self._problems.refusal("log.xes-other-root", line, tag, tag=tag[:80])
        if tag not in _KNOWN:
            self._problems.error("log.xes-unknown-element", line, tag, tag=tag[:80], parent=parent)
            return False
        if parent == "log":
            return self._belongs_to_log(tag, line)
        if parent == "trace" and tag in ATTRIBUTES and self._open is _NOWHERE:
            self._say_once("log.xes-order", tag, "event", line)
            return False
        fits = tag in ATTRIBUTES and parent in ("global", "trace", "event", "values", *ATTRIBUTES)
        if fits or (tag == "event" and parent == "trace") or (tag == "values" and parent in _COLLECTIONS):
            return True
        self._problems.error("log.xes-misplaced", line, tag, tag=tag, parent=parent)
        return False

    def _belongs_to_log(self, tag: str, line: int) -> bool:
        rank = _ORDER.get(tag)
        if rank is None:
            code = "log.xes-event-outside-trace" if tag == "event" else "log.xes-misplaced"
            self._problems.error(code, line, tag, tag=tag, parent="log")
            return False
        if rank < self._rank == _ORDER["trace"]:
            self._say_once("log.xes-order", tag, "trace", line)
            return False
        if rank < self._rank:
            self._problems.warn("log.xes-head-order", 1, line)
        self._rank = max(rank, self._rank)
        return True

    def _say_once(self, code: str, tag: str, before: str, line: int) -> None:
        if (code, tag, before) not in self._said:
            self._said.add((code, tag, before))
            self._problems.error(code, line, tag, tag=tag, before=before)

    def _has_its_attributes(self, tag: str, given: dict[str, str]) -> bool:
        """Whether the XML attributes are those of the standard; those of other namespaces are nobody's business."""
        must, may = _XML_ATTRIBUTES[tag]
        if tag in ATTRIBUTES and given.keys() == must:
            return True
        line = self._parser.CurrentLineNumber
        own = {name for name in given if NAMESPACE_SEPARATOR not in name}
        if tag in ATTRIBUTES and "key" not in own and "trace" not in self._stack:
            # Published logs hold statistics without a key among their own attributes, which are not kept anyway.
            self._problems.warn("log.xes-without-key", 1, line)
            own.add("key")
        unknown, missing = sorted(own - must - may), sorted(must - own)
        for name in unknown:
            self._problems.error("log.xes-unknown-attribute", line, tag, tag=tag, attribute=name[:80])
        for name in missing:
            self._problems.error("log.xes-attribute-missing", line, tag, tag=tag, attribute=name)
        if tag == "classifier" and "keys" in own and not given["keys"].strip():
            self._problems.error("log.xes-attribute-missing", line, tag, tag=tag, attribute="keys")
        scope = given.get("scope", "event")
        if scope not in _SCOPES and "scope" in may:
            self._problems.error("log.xes-scope", line, tag, tag=tag, scope=scope[:80])
            return False
        return not (unknown or missing)

    def _attribute(self, tag: str, parent: str, given: dict[str, str]) -> None:
        """An attribute of any place: kept as a column, or checked and counted."""
        line = self._parser.CurrentLineNumber
        key = given.get("key", "")
        if parent in ("trace", "event") and tag in KINDS:
            self._stack.pop()  # as on the short way; it matters when the attribute has children
            if not key.strip():
                self._problems.error("log.xes-attribute-missing", line, tag, tag=tag, attribute="key")
            keyed = self._open[self._prefix + tag]
            appends = keyed.get(key) or self._columns.column(parent, tag, key, line)
            appends[0](self._row)
            appends[1](given["value"])
            appends[2](line)
            return
        if parent in ("log", "global"):
            if (parent, key) in self._keys:
                # Published logs do this; neither globals nor the log's own attributes are used, so it can be counted.
                self._problems.warn("log.xes-declared-twice", 1, line)
            self._keys.add((parent, key))
        if tag in KINDS:
            self._columns.check(tag, given["value"], line)
        if parent == "log":
            self._problems.warn("log.xes-log-attributes", 1, line)
        elif parent != "global" and "global" not in self._stack:
            self._problems.warn("log.xes-nested", 1, line)
