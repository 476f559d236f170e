"""Laws of pictures: whatever a user writes is drawn as text, and every level of an overlay is on its scale."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from engine.definitions.titles import Title
from engine.rendering.flowchart import draw_flow
from engine.rendering.picture import PictureFormat, render
from engine.rendering.svg import check_svg
from engine.rendering.text import LABEL_CHARACTERS, NO_LINE_START, clean, width, wrap
from engine.vocabulary import Language
from tests.engine.rendering.fixtures import survey_flow

anything = st.text(st.characters(), max_size=400)
lawful = settings(deadline=None, derandomize=True, max_examples=60)


@lawful
@given(anything)
def test_a_cleaned_text_is_clean_short_and_on_one_line(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert len(cleaned) <= LABEL_CHARACTERS
    assert cleaned.encode().decode() == cleaned
    assert cleaned.splitlines() in ([], [cleaned])


@lawful
@given(anything, st.integers(2, 40))
def test_wrapping_loses_nothing_but_spaces(text: str, columns: int) -> None:
    cleaned = clean(text)
    lines = wrap(cleaned, columns=columns, lines=10_000)
    assert "".join(lines).replace(" ", "") == cleaned.replace(" ", "")
    assert all(width(line) <= columns + 1 for line in lines if not set(line) & NO_LINE_START)


@lawful
@given(anything, anything)
def test_any_title_and_condition_give_a_picture_on_the_allow_list(title: str, condition: str) -> None:
    flow = survey_flow()
    nodes = tuple(replace(node, title=Title(title, title)) for node in flow.nodes)
    edges = tuple(replace(edge, when=condition) for edge in flow.edges)
    dot = draw_flow(replace(flow, title=Title(title, title), nodes=nodes, edges=edges), language=Language.EN)
    root = etree.fromstring(render(dot, PictureFormat.SVG))
    for element in root.iter():  # our own additions to the root aside
        for name in ("role", "font-family", "data-node"):
            element.attrib.pop(name, "")
    check_svg(root)
    assert len([e for e in root.iter() if e.get("class") == "node"]) == len(flow.nodes)
