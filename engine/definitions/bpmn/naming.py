"""Ids and titles: what BPMN calls things, as a flow may call them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from engine.definitions.bpmn.draft import Draft, DraftNode
from engine.definitions.bpmn.reading import BpmnReading, first_child
from engine.definitions.bpmn.vocabulary import OWN
from engine.definitions.fields import ID
from engine.definitions.flow import NodeKind
from engine.definitions.standard_reader import title_of_id
from engine.definitions.titles import Title

NO_TITLE = Title("", "")
_WORDS = re.compile(r"[a-z0-9]+")
_LONGEST = 60


@dataclass(slots=True)
class Names:
    """Gives every node an id that a flow file can carry, and every step a title that no other step has.

    Attributes:
        reading: Takes notes.
        ids: Draft key → id.
    """

    reading: BpmnReading
    ids: dict[str, str] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)
    _labels: dict[str, str] = field(default_factory=dict)
    _numbers: dict[str, int] = field(default_factory=dict)

    def give_ids(self, draft: Draft) -> None:
        """Choose the ids of all nodes: those that are well formed stay, whoever comes first."""
        for node in draft.nodes.values():
            identifier = own_text(node.element, "id") or _id_of(node)
            if is_id(identifier, own=own_text(node.element, "id") is not None) and identifier not in self._taken:
                self._take(node.key, identifier)
        for node in draft.nodes.values():
            if node.key not in self.ids:
                self._take(node.key, self._free(_wanted(node)))

    def title(self, node: DraftNode) -> Title:
        """The title of a node; a step or sub-flow without a name is called after its id."""
        identifier = self.ids[node.key]
        raw = "" if node.element is None else node.element.get("name", "")
        title = own_title(node.element, raw) or Title(node.name, node.name)
        if not title.en and node.kind in {NodeKind.STEP, NodeKind.SUB_FLOW}:
            title = title_of_id(identifier)
            if node.element is not None:
                self.reading.remark("bpmn.unnamed", node.element, title=title.en)
        if node.kind is not NodeKind.STEP:
            return title
        return self._distinct(title, identifier, node)

    def aliases(self, node: DraftNode, title: Title) -> tuple[str, ...]:
        """Further names of a step: those that Trueline wrote, and the element's own id where that had to change.

        Engines write the id of an element as the activity of a log, so the id means the step.
        """
        identifier = self.ids[node.key]
        if node.element is None:
            return ()
        written = own_texts(node.element, "alias")
        original = node.element.get("id", "")
        if own_text(node.element, "id") is not None or original in {identifier, title.en, title.zh, *written}:
            return written
        means_it = self._labels.setdefault(original, identifier) == identifier
        return (*written, original) if means_it else written

    def claim(self, names: tuple[str, ...], identifier: str) -> None:
        """Keep names for a step, so that no other step gets them."""
        for name in names:
            self._labels.setdefault(name, identifier)

    def _distinct(self, title: Title, identifier: str, node: DraftNode) -> Title:
        """The title, with a number behind it where another step has it: a log's activity has to mean one step."""
        found = title
        while any(self._labels.get(text, identifier) != identifier for text in (found.en, found.zh)):
            number = self._next_number(f"title {title.en}")
            found = Title(f"{title.en} ({number})", f"{title.zh} ({number})")
        if found != title and node.element is not None:
            self.reading.remark("bpmn.same-name", node.element, title=found.en)
        self.claim((found.en, found.zh), identifier)
        return found

    def _take(self, key: str, identifier: str) -> None:
        self.ids[key] = identifier
        self._taken.add(identifier)
        self._labels.setdefault(identifier, identifier)

    def _free(self, wanted: str) -> str:
        identifier = wanted
        while identifier in self._taken:
            identifier = f"{wanted}-{self._next_number(f'id {wanted}')}"
        return identifier

    def _next_number(self, what: str) -> int:
        """2, 3, … for each thing that several share."""
        self._numbers[what] = self._numbers.get(what, 1) + 1
        return self._numbers[what]


def is_id(text: str, *, own: bool = False) -> bool:
    """Whether a text can be the id of a node; dots are for nodes of a called flow that Trueline wrote."""
    parts = text.split(".") if own else [text]
    return all(ID.match(part) for part in parts)


def slug(text: str) -> str:
    """The words of a text as an id, or "" where it has none in ASCII letters at its beginning."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = "-".join(_WORDS.findall(plain))[:_LONGEST].strip("-")
    return words if ID.match(words) else ""


def role_ids(lanes: Mapping[str, etree._Element], names: Mapping[str, str]) -> dict[str, str]:
    """Lane key → role id. Lanes of one name are one role, and what Trueline wrote keeps its id.

    Args:
        lanes: The lanes by key.
        names: Lane key → its name, not empty.
    """
    said = {key: role for key in names if (role := own_text(lanes[key], "role"))}
    of_name: dict[str, str] = {}
    for key, role in said.items():
        of_name.setdefault(names[key], role)
    taken = set(said.values())
    found: dict[str, str] = {}
    for key, name in names.items():
        if key not in said and name not in of_name:
            wanted = slug(name) or f"role-{len(of_name) + 1}"
            number, identifier = 1, wanted
            while identifier in taken:
                number += 1
                identifier = f"{wanted}-{number}"
            of_name[name] = identifier
            taken.add(identifier)
        found[key] = said.get(key) or of_name[name]
    return found


def own_text(element: etree._Element | None, name: str) -> str | None:
    """An attribute that Trueline wrote, or None."""
    return None if element is None else element.get(f"{{{OWN}}}{name}")


def own_texts(element: etree._Element, name: str) -> tuple[str, ...]:
    """The texts of elements that Trueline wrote into the extensions of an element."""
    extensions = first_child(element, "extensionElements")
    if extensions is None:
        return ()
    return tuple(child.text or "" for child in extensions.iterchildren(f"{{{OWN}}}{name}"))


def own_title(element: etree._Element | None, name: str, prefix: str = "") -> Title | None:
    """A title in both languages that Trueline wrote; None where there is none, or where it was renamed since."""
    english, chinese = own_text(element, f"{prefix}en"), own_text(element, f"{prefix}zh")
    if english is None or chinese is None:
        return None
    return Title(english, chinese) if prefix or name in {english, chinese} else None


def _id_of(node: DraftNode) -> str:
    """The id of its element; "" for a node that was made, though it may stand where an element does."""
    return "" if node.element is None or node.key.startswith("+") else node.element.get("id", "")


def _wanted(node: DraftNode) -> str:
    """An id near what the element is called: by its name, else by its id, else by its kind."""
    made = node.key.lstrip("+") if node.element is None or node.key.startswith("+") else ""
    own = re.sub(r"[^A-Za-z0-9_]+", "-", node.key).strip("-_")
    return (made if is_id(made) else "") or slug(node.name) or (own if is_id(own) else "") or node.kind.value
