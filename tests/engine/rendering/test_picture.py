from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from engine.definitions.flow import Edge
from engine.definitions.titles import Title
from engine.errors import LimitExceeded
from engine.limits import Limits
from engine.rendering.flowchart import draw_flow
from engine.rendering.fonts import FONTS
from engine.rendering.picture import LEISURELY, PictureFormat, render, without_date
from engine.rendering.svg import UnsafePicture, check_svg, read_svg
from engine.vocabulary import Language
from tests.engine.rendering.fixtures import END, START, car_flow, chain, step, survey_flow

HOSTILE = (
    "<b>bold</b>",
    '<<a href="javascript:alert(1)">x</a>>',
    "<script>alert(1)</script>",
    "ends in a backslash \\",
    "\\N \\G \\E \\l",
    'a "quoted" title"',
    ']]> --> ]; } digraph { x [image="/etc/passwd"]',
    "&lt;entity&gt; &#60;",
    "x" * 16_384,
    "接" * 16_384,
    "\x00\x01\x1b[31m\ud800\ufffe",
    "\u202eevil\u2066",
    "%s {0} {name}",
    " ",
)

AGAIN = """
import sys
from engine.rendering.flowchart import draw_flow
from engine.rendering.picture import PictureFormat, render
from engine.vocabulary import Language
from tests.engine.rendering.fixtures import car_flow
dot = draw_flow(car_flow(), language=Language.ZH)
sys.stdout.buffer.write(render(dot, PictureFormat(sys.argv[1])))
"""


def dot_of(title: str) -> str:
    """The survey flow with one text everywhere a user can write one."""
    flow = survey_flow()
    text = Title(title, title)
    return draw_flow(
        replace(
            flow,
            title=text,
            roles=dict.fromkeys(flow.roles, text),
            nodes=tuple(replace(node, title=text) for node in flow.nodes),
            edges=tuple(replace(edge, when=title) for edge in flow.edges),
            plans=tuple(replace(plan, risk=text, trigger=replace(plan.trigger, detail=title)) for plan in flow.plans),
        ),
        language=Language.EN,
    )


@pytest.mark.parametrize("picture_format", list(PictureFormat))
def test_bytes_are_equal_in_another_process_and_another_time_zone(picture_format: PictureFormat) -> None:
    here = render(draw_flow(car_flow(), language=Language.ZH), picture_format)
    root = Path(__file__).resolve().parents[3]
    environment = {**os.environ, "TZ": "Asia/Shanghai", "PYTHONPATH": str(root), "PYTHONHASHSEED": "7"}
    there = subprocess.run(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-c", AGAIN, picture_format.value], capture_output=True, check=True, env=environment, cwd=root
    )
    assert there.stdout == here
    assert there.stderr == b""


@pytest.mark.parametrize("title", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_only_text(title: str) -> None:
    root = etree.fromstring(render(dot_of(title), PictureFormat.SVG))
    tags = {etree.QName(element).localname for element in root.iter()}
    assert tags <= {"svg", "g", "title", "polygon", "polyline", "path", "ellipse", "text"}
    assert len([group for group in root.iter() if group.get("class") == "node"]) == len(survey_flow().nodes)


@pytest.mark.parametrize("title", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_gives_pixels_and_pages(title: str) -> None:
    assert render(dot_of(title), PictureFormat.PNG).startswith(b"\x89PNG")
    assert render(dot_of(title), PictureFormat.PDF).startswith(b"%PDF")


def test_markup_in_a_title_is_shown_as_written() -> None:
    root = etree.fromstring(render(dot_of("<b>bold</b>"), PictureFormat.SVG))
    assert "<b>bold</b>" in [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize(
    "inside",
    [
        '<a href="http://example.org"><text>x</text></a>',
        "<script>1</script>",
        '<text onclick="x()">x</text>',
        '<image href="x.png"/>',
        '<path d="M0,0" fill="url(http://example.org/#x)"/>',
        '<g transform="translate(1)" style="color:red"/>',
        '<use href="#x"/>',
        "<style>*{}</style>",
        "<?php x ?>",
        '<h:p xmlns:h="http://www.w3.org/1999/xhtml">x</h:p>',
    ],
)
def test_what_is_not_on_the_allow_list_is_refused(inside: str) -> None:
    picture = f'<svg xmlns="http://www.w3.org/2000/svg"><g>{inside}</g></svg>'.encode()
    with pytest.raises(UnsafePicture):
        check_svg(read_svg(picture))


def test_an_svg_is_plain_and_names_the_font_stack() -> None:
    svg = render(draw_flow(survey_flow(), language=Language.EN), PictureFormat.SVG).decode()
    assert svg.startswith("<svg xmlns=")
    assert "PingFang SC" in svg
    assert "xlink" not in svg
    assert "<!--" not in svg
    assert not re.search(r'\sid="', svg)


def test_text_of_an_svg_keeps_its_width_in_another_font() -> None:
    root = etree.fromstring(render(draw_flow(survey_flow(), language=Language.EN), PictureFormat.SVG))
    lengths = {t.text: float(t.get("textLength", "0")) for t in root.iter("{http://www.w3.org/2000/svg}text")}
    assert 80 < lengths["Conduct the survey"] < 120
    assert lengths["Conduct the survey"] > lengths["Caller"] > 0


def test_a_pdf_uses_the_vendored_font_alone_and_has_no_date() -> None:
    pdf = render(draw_flow(car_flow(), language=Language.ZH), PictureFormat.PDF)
    fonts = {name.split(b"+")[1] for name in re.findall(rb"/BaseFont /(\S+)", pdf)}
    assert fonts == {b"NotoSansSC-Regular", b"NotoSansSC-Bold"}
    assert b"CreationDate" not in pdf


def test_taking_the_date_out_keeps_every_offset_right() -> None:
    pdf = render(draw_flow(survey_flow(), language=Language.EN), PictureFormat.PDF)
    offsets = [int(offset) for offset in re.findall(rb"(\d{10}) 00000 n", pdf)]
    assert len(offsets) > 10
    assert all(pdf[offset:].startswith(b"%d 0 obj" % number) for number, offset in enumerate(offsets, start=1))
    start = int(re.findall(rb"startxref\n(\d+)", pdf)[0])
    assert pdf[start:].startswith(b"xref")


def test_a_pdf_without_a_date_stays_as_it_is() -> None:
    assert without_date(b"%PDF-1.5\nxref\n") == b"%PDF-1.5\nxref\n"


WORKER = """
import multiprocessing, os, tempfile
from engine.rendering.flowchart import draw_flow
from engine.rendering.picture import PictureFormat, render
from engine.vocabulary import Language
from tests.engine.rendering.fixtures import survey_flow

def draw():
    render(draw_flow(survey_flow(), language=Language.EN), PictureFormat.PNG)

if __name__ == "__main__":
    for start in ("spawn", "fork"):
        worker = multiprocessing.get_context(start).Process(target=draw)
        worker.start()
        worker.join()
        draw()
    print(len(os.listdir(tempfile.gettempdir())))
"""


def test_no_process_leaves_its_temporary_files_behind(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[3]
    script = tmp_path / "worker.py"
    script.write_text(WORKER, encoding="utf-8")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    environment = {**os.environ, "TMPDIR": str(scratch), "PYTHONPATH": str(root)}
    ran = subprocess.run(  # noqa: S603 - our own interpreter and code
        [sys.executable, str(script)], capture_output=True, check=True, env=environment, cwd=root
    )
    assert ran.stdout.strip() == b"1"
    assert list(scratch.iterdir()) == []


def test_drawing_leaves_the_environment_and_the_fonts_folder_alone() -> None:
    before = dict(os.environ)
    render(draw_flow(survey_flow(), language=Language.EN), PictureFormat.PNG)
    assert dict(os.environ) == before
    assert {file.name for file in FONTS.iterdir()} == {"NotoSansSC-Regular.otf", "NotoSansSC-Bold.otf", "OFL.txt"}


def test_too_large_a_picture_is_refused_by_name() -> None:
    with pytest.raises(LimitExceeded, match="chart_elements"):
        render(draw_flow(car_flow(), language=Language.EN), PictureFormat.SVG, limits=Limits(chart_elements=10))


def test_a_large_flow_is_laid_out_in_bounded_rounds_and_the_same_every_time() -> None:
    names = [f"s{number}" for number in range(120)]
    nodes = (START, *(step(name, name, name) for name in names), END)
    jumps = tuple(Edge(names[7 * n % 120], names[(11 * n + 40) % 120]) for n in range(30))
    flow = replace(survey_flow(), nodes=nodes, edges=(*chain("start", *names, "end"), *jumps), plans=())
    dot = draw_flow(flow, language=Language.EN)
    assert len(nodes) + len(flow.edges) > LEISURELY
    assert render(dot, PictureFormat.SVG) == render(dot, PictureFormat.SVG)
