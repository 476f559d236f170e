"""The SVG that leaves this package: read from Graphviz, held against an allow-list, written plain.

What is on the list is what our own pictures consist of: shapes and text. Scripts, styles, foreign elements, references
to anything outside and event handlers are not on it, so a picture can be put into a page as it is. Graphviz never makes
a link; the only ones are those that a caller hangs on nodes and edges (``Hook``), and they lead to relative addresses.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, cast

from lxml import etree

from engine.rendering.palette import FONT_STACK

NAMESPACE = "http://www.w3.org/2000/svg"

_NAMESPACES = cast("Mapping[str, str]", {None: NAMESPACE})  # lxml takes None for no prefix; its stubs do not say so

_NUMBERS = re.compile(r"[-+0-9.,eE \n]*")
_COLOUR = re.compile(r"#[0-9a-f]{6}|[a-z]{1,32}")
_WORD = re.compile(r"[A-Za-z]{1,16}")
_PATH = re.compile(r"[MCLZHVSQTAmclzhvsqta0-9eE.,+\- \n]*")
_TRANSFORM = re.compile(r"(?:(?:scale|rotate|translate)\([-0-9., ]+\) ?)*")
_LENGTH = re.compile(r"[0-9.]+(?:pt|px)?")
_ID = re.compile(r"[\w.:-]{1,100}")
_OPACITY = re.compile(r"0(?:\.[0-9]+)?|1(?:\.0+)?")

_PAINT = {
    "fill": _COLOUR,
    "stroke": _COLOUR,
    "stroke-width": _NUMBERS,
    "stroke-dasharray": _NUMBERS,
    "fill-opacity": _OPACITY,
    "stroke-opacity": _OPACITY,
}

ALLOWED: Mapping[str, Mapping[str, re.Pattern[str]]] = {
    "svg": {"width": _LENGTH, "height": _LENGTH, "viewBox": _NUMBERS},
    "g": {"class": _WORD, "transform": _TRANSFORM, "id": _ID},
    "title": {},
    "polygon": {**_PAINT, "points": _NUMBERS},
    "polyline": {**_PAINT, "points": _NUMBERS},
    "path": {**_PAINT, "d": _PATH},
    "ellipse": {**_PAINT, "cx": _NUMBERS, "cy": _NUMBERS, "rx": _NUMBERS, "ry": _NUMBERS},
    "text": {
        "x": _NUMBERS,
        "y": _NUMBERS,
        "fill": _COLOUR,
        "font-size": _NUMBERS,
        "font-weight": _WORD,
        "font-style": _WORD,
        "text-anchor": _WORD,
        "textLength": _NUMBERS,
        "lengthAdjust": _WORD,
    },
}
"""Element → attribute → what its value must look like, whole."""

_RELATIVE = re.compile(r"(?!//)(?![^/?#]*:)[A-Za-z0-9._~!$&'()*+,;=:@%/?#-]{1,16000}")
"""An address below or beside the page: no scheme, no host, nothing that a browser would read as either."""

FINISHED: Mapping[str, Mapping[str, re.Pattern[str]]] = {
    **ALLOWED,
    "svg": {**ALLOWED["svg"], "role": re.compile("img|group")},
    "g": {
        "class": _WORD,
        "transform": _TRANSFORM,
        "data-node": _ID,
        "data-activity": _ID,
        "data-path": _ID,
        "tabindex": re.compile("0"),
        "role": re.compile("img"),
    },
    "a": {"href": _RELATIVE},
}
"""The same for the picture that leaves this package: ids have become hooks, and there may be links."""

_DROPPED = frozenset({"{http://www.w3.org/XML/1998/namespace}space", "font-family"})
"""Attributes that Graphviz writes on each text and that the root says once for all."""


class UnsafePicture(ValueError):  # noqa: N818 - the name says what it is
    """A picture holds something that is not on the allow-list; it is our own fault, never the user's."""


@dataclass(frozen=True, slots=True)
class Hook:
    """What a page needs of one node or edge.

    Attributes:
        kind: ``activity`` for ``data-activity``, ``path`` for ``data-path``.
        value: What stands there: letters, digits, dashes.
        title: What a screen reader says, and a pointer shows; any text, cleaned by the caller.
        href: A relative address to which it leads; "" for none.
    """

    kind: Literal["activity", "path"]
    value: str
    title: str
    href: str = ""


NO_HOOKS: Mapping[str, Hook] = MappingProxyType({})

TextStyle = tuple[str, float, bool]
"""A text, its size in points and whether it is bold."""


def read_svg(drawn: bytes) -> etree._Element:
    """A picture of Graphviz as a tree, without its comments and its document type."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    return etree.fromstring(drawn, parser)


def text_styles(picture: etree._Element) -> tuple[TextStyle, ...]:
    """The distinct texts of a picture with their styles, in the order in which they are drawn."""
    found = (_style(text) for text in picture.iter(f"{{{NAMESPACE}}}text"))
    return tuple(dict.fromkeys(style for style in found if style[0].strip()))


def tidy_svg(source: etree._Element, widths: Mapping[TextStyle, float], hooks: Mapping[str, Hook] = NO_HOOKS) -> bytes:
    """A picture of Graphviz, checked and made plain.

    Ids of nodes and frames become ``data-node``; comments, document type and Graphviz's own ids and titles go; the
    picture keeps one title, its name. The result is UTF-8 without an XML declaration, so that it is a file and a part
    of a page.

    Args:
        source: From ``read_svg``.
        widths: How wide each text is in the vendored font. A viewer without that font squeezes or stretches its own
            to the same width, so that text stays inside its box.
        hooks: Id of a node or edge in Graphviz → what a page needs of it.

    Raises:
        UnsafePicture: It holds an element or an attribute that is not on the allow-list, or a hook leads elsewhere.
    """
    check_svg(source)
    root = etree.Element(f"{{{NAMESPACE}}}svg", nsmap=_NAMESPACES)
    for name in ("width", "height", "viewBox"):
        root.set(name, source.get(name, ""))
    root.set("role", "group" if hooks else "img")  # what is inside an image is not read out
    root.set("font-family", FONT_STACK.replace('"', "'"))
    name = source.findtext(f"{{{NAMESPACE}}}g/{{{NAMESPACE}}}title", "")
    etree.SubElement(root, f"{{{NAMESPACE}}}title").text = name
    for child in source:
        _copy(child, root, widths, hooks)
    check_svg(root, FINISHED)
    return etree.tostring(root, encoding="unicode").encode()


def check_svg(root: etree._Element, allow: Mapping[str, Mapping[str, re.Pattern[str]]] = ALLOWED) -> None:
    """Hold a whole tree against the allow-list, that of Graphviz's pictures or ``FINISHED``.

    Raises:
        UnsafePicture: With the first element or attribute that is not on it.
    """
    for element in root.iter():
        if not isinstance(element.tag, str):
            raise UnsafePicture(f"{type(element).__name__} is not allowed")
        name = etree.QName(element)
        allowed = allow.get(name.localname) if name.namespace == NAMESPACE else None
        if allowed is None:
            raise UnsafePicture(f"element {element.tag} is not allowed")
        for attribute, value in element.attrib.items():
            pattern = allowed.get(str(attribute))
            if str(attribute) not in _DROPPED and (pattern is None or not pattern.fullmatch(str(value))):
                raise UnsafePicture(f"{attribute!s} of {name.localname} is not allowed")


def _copy(
    element: etree._Element, parent: etree._Element, widths: Mapping[TextStyle, float], hooks: Mapping[str, Hook]
) -> None:
    """Copy what is drawn; titles of nodes and edges are Graphviz's own names and go."""
    local = etree.QName(element).localname
    if local == "title":
        return
    made = etree.SubElement(parent, str(element.tag))
    hook = hooks.get(element.get("id", ""))
    for attribute, value in element.attrib.items():
        if attribute == "id":
            # Graphviz numbers what has no id of ours; those numbers would collide with a second picture in a page.
            is_ours = not re.fullmatch(r"(?:a_)?(?:node|clust)[0-9]+", str(value))
            if element.get("class") in {"node", "cluster"} and is_ours and hook is None:
                made.set("data-node", value)
        elif attribute not in _DROPPED:
            made.set(attribute, value)
    if local == "text":
        made.text = element.text or ""
        width = widths.get(_style(element))
        if width:
            made.set("textLength", f"{width:.2f}")
            made.set("lengthAdjust", "spacingAndGlyphs")
    if hook is not None:
        made = _hooked(made, hook)
    for child in element:
        _copy(child, made, widths, hooks)


def _hooked(group: etree._Element, hook: Hook) -> etree._Element:
    """Hang a hook on a group; both with and without a link it can be reached by keyboard and has a title.

    Returns:
        The element that the shapes go into.
    """
    group.set(f"data-{hook.kind}", hook.value)
    inner = group
    if hook.href:
        if not _RELATIVE.fullmatch(hook.href):
            raise UnsafePicture(f"a link to {hook.href[:80]!r} is not allowed")
        inner = etree.SubElement(group, f"{{{NAMESPACE}}}a")
        inner.set("href", hook.href)
    else:
        group.set("tabindex", "0")
        group.set("role", "img")
    etree.SubElement(inner, f"{{{NAMESPACE}}}title").text = hook.title
    return inner


def _style(text: etree._Element) -> TextStyle:
    return text.text or "", float(text.get("font-size", "0")), text.get("font-weight") == "bold"
