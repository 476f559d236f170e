"""Workbooks (xlsx, ECMA-376) as tables of text: one sheet, its first row that holds anything as headings.

A workbook is a ZIP archive of XML. Its parts are measured against the limits, and its sheets looked over for what a
table of text would lose, before the library that reads cells sees it: a cell far out makes a small file a huge
rectangle, errors such as ``#N/A`` and formulas that were never calculated would turn into empty cells, and of merged
cells only the first has a value. The library runs in a child process, which may die of a damaged file.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from xml.parsers import expat

import polars as pl

from engine.errors import LimitExceeded, Place
from engine.limits import Limits
from engine.logs.assembly import check_cells
from engine.logs.children import run_child
from engine.logs.collecting import ProblemCollector
from engine.logs.sources import RATIO_FLOOR
from engine.logs.text_tables import TextTable, column_names
from engine.logs.xml_declarations import require_known_encoding

ZIP_MAGIC = b"PK\x03\x04"
_PIECE = 256 * 1024
_MOST_ADDRESSES = 8 * 1024**3
"""Address space of the child: above what any sheet within the limits needs, below what takes a machine with it."""
_MOST_PARTS = 10_000
_LONGEST_ROW = 8 * _PIECE
_EMPTY_AREA, _EMPTY_SHARE = 2_000_000, 20
"""A rectangle of more cells is refused when fewer than one in so many is filled: the library keeps all of them."""
_CELL = re.compile(rb"<(?:\w+:)?c[ />]")
# No pattern looks past the next "<": from each of a million beginnings to the end would take for ever.
_COLUMN = re.compile(rb"""<(?:\w+:)?c\s(?:[^<>]*?\s)?r=["']([A-Z]{1,4})[0-9]""")
_ROW = re.compile(rb"""<(?:\w+:)?row\s(?:[^<>]*?\s)?r=["']([0-9]{1,9})["']""")
_VALUE = re.compile(rb"<(?:\w+:)?(?:v|is)(?:\s[^<>/]*)?>")
_ERROR = re.compile(rb"""<(?:\w+:)?c\s[^<>]*?\bt=["']e["']""")
_WITHOUT_RESULT = re.compile(
    rb"<(?:\w+:)?c(?:\s([^<>]*))?>\s*(?:<(?:\w+:)?f(?:\s[^<>]*)?/>|<(?:\w+:)?f(?:\s[^<>]*)?>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:(<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)\s*)?</(?:\w+:)?c>"
)
_IS_TEXT = re.compile(rb"""\bt=["']str["']""")
"""A formula of this type whose value is there and empty has been calculated: its result is the empty text."""
_MERGED = re.compile(rb"""<(?:\w+:)?mergeCell\s[^<>]*?ref=["']([A-Z0-9:]{2,40})["']""")
_CLOCK = r"^(?:1899-12-3[01]|1900-01-00) ([0-9:.]+)$"
"""What the library makes of a cell that shows a time of day alone: a date before all dates of a workbook."""
_SHOWN = 20
_CHILD = """
import fastexcel
limit()
book = fastexcel.read_excel(sys.stdin.buffer.read())
sheet = book.load_sheet(sys.argv[2], header_row=None, skip_rows=0, dtypes="string")
sheet.to_polars().write_ipc(sys.stdout.buffer, compression=None)
"""


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A sheet before its cells are read.

    Attributes:
        name: As its tab says.
        hidden: Whether the tab is.
        part: Its part of the archive.
    """

    name: str
    hidden: bool
    part: str


@dataclass(slots=True)
class _Look:
    """What the text of one sheet's part shows.

    Attributes:
        cells: How many cells stand in it.
        values: How many of them hold something.
        width: Its last column, from 1.
        height: Its last row, from 1.
        errors: Cells that hold an error such as ``#N/A``.
        uncalculated: Formulas without a result.
        merged: The merged ranges, as far as they are shown.
        merges: How many there are.
    """

    cells: int = 0
    values: int = 0
    width: int = 0
    height: int = 0
    errors: int = 0
    uncalculated: int = 0
    merged: tuple[str, ...] = ()
    merges: int = 0


def read_workbook(data: bytes, problems: ProblemCollector, *, sheet: str | None, limits: Limits) -> TextTable:
    """Read one sheet of a workbook.

    Args:
        data: The archive.
        problems: Takes what is wrong or odd.
        sheet: Its name, or None: the only visible sheet that holds anything.
        limits: Of unpacked bytes, their ratio, columns and cells.

    Raises:
        InputRefused: It is no workbook, damaged, or protected; several sheets hold something and none is named; the
            sheet has merged cells, errors, or formulas without a result.
        LimitExceeded: It unpacks to more than is allowed, or has too many columns or cells.
    """
    archive, names = _opened(data, problems, limits)
    with archive:
        sheets = _sheets(archive, problems)
        looks = {one.name: _look(archive, one.part, problems) for one in sheets if one.part in names}
        chosen = _chosen(sheets, looks, sheet, problems)
        _check(looks[chosen.name], chosen, problems, limits)
    return _table(_cells(data, chosen.name, problems), problems, limits)


def _opened(data: bytes, problems: ProblemCollector, limits: Limits) -> tuple[zipfile.ZipFile, frozenset[str]]:
    """The archive and the names of its parts, each unpacked once and counted: a declared size may lie."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError, OSError) as error:
        raise problems.refusal("log.workbook-damaged") from error
    infos = archive.infolist()
    names = frozenset(info.filename for info in infos)
    if "xl/workbook.xml" not in names:
        raise problems.refusal("log.spreadsheet")
    if len(names) < len(infos) or len(infos) > _MOST_PARTS or any(info.flag_bits & 1 for info in infos):
        raise problems.refusal("log.workbook-damaged")
    _check_size(sum(info.file_size for info in infos), len(data), limits, problems.source)
    total = 0
    for info in infos:
        for piece in _pieces(archive, info.filename, problems):
            total += len(piece)
            _check_size(total, len(data), limits, problems.source)
    return archive, names


def _pieces(archive: zipfile.ZipFile, part: str, problems: ProblemCollector) -> Iterator[bytes]:
    try:
        with archive.open(part) as file:
            while piece := file.read(_PIECE):
                yield piece
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, NotImplementedError, OSError) as error:
        raise problems.refusal("log.workbook-damaged") from error


def _check_size(total: int, packed: int, limits: Limits, source: str) -> None:
    place = Place(source)
    if total > limits.unpacked_bytes:
        raise LimitExceeded(limit="unpacked_bytes", allowed=limits.unpacked_bytes, found=total, place=place)
    if total > RATIO_FLOOR and total > limits.unpacked_ratio * packed:
        raise LimitExceeded(limit="unpacked_ratio", allowed=limits.unpacked_ratio, found=total // packed, place=place)


def _sheets(archive: zipfile.ZipFile, problems: ProblemCollector) -> list[_Sheet]:
    """The sheets in the order of their tabs (ECMA-376 part 1, 18.2.19 and 18.2.20; relationships: part 2)."""
    targets = {
        values["Id"]: values["Target"]
        for tag, values in _elements(archive, "xl/_rels/workbook.xml.rels", problems)
        if tag == "Relationship" and {"Id", "Target"} <= values.keys()
    }
    found = []
    for tag, values in _elements(archive, "xl/workbook.xml", problems):
        if tag == "sheet" and {"name", "id"} <= values.keys():
            target = targets.get(values["id"], "")
            part = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
            found.append(_Sheet(values["name"], values.get("state", "visible") != "visible", part))
    if not found:
        raise problems.refusal("log.workbook-damaged")
    return found


def _elements(archive: zipfile.ZipFile, part: str, problems: ProblemCollector) -> list[tuple[str, dict[str, str]]]:
    """The elements of a small part, without prefixes."""
    found: list[tuple[str, dict[str, str]]] = []

    def start(tag: str, values: dict[str, str]) -> None:
        found.append((tag.rpartition(":")[2], {key.rpartition(":")[2]: value for key, value in values.items()}))

    def doctype(*_: object) -> None:
        raise problems.refusal("log.workbook-damaged")

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = doctype
    text = b"".join(_pieces(archive, part, problems))
    require_known_encoding(text, problems)
    try:
        parser.Parse(text, True)  # noqa: FBT003 - pyexpat takes no keywords
    except expat.ExpatError as error:
        raise problems.refusal("log.workbook-damaged") from error
    return found


def _look(archive: zipfile.ZipFile, part: str, problems: ProblemCollector) -> _Look:
    """Look over a sheet's text without reading its cells."""
    look = _Look()
    columns: set[bytes] = set()
    merged: list[bytes] = []
    rest = b""
    for piece in [*_pieces(archive, part, problems), b""]:
        text = rest + piece
        # A row is not cut: what follows the last one that ends here waits for the next piece.
        cut = text.rfind(b"row>") + len(b"row>") if piece and len(text) < _LONGEST_ROW else len(text)
        whole, rest = text[:cut], text[cut:]
        look.cells += len(_CELL.findall(whole))
        look.values += len(_VALUE.findall(whole))
        look.errors += len(_ERROR.findall(whole))
        look.uncalculated += sum(
            1 for kind, value in _WITHOUT_RESULT.findall(whole) if not (value and _IS_TEXT.search(kind))
        )
        columns.update(_COLUMN.findall(whole))
        look.height = max(look.height, *map(int, _ROW.findall(whole)), 0)
        merged += _MERGED.findall(whole)
    look.width = max(map(_number, columns), default=0)
    look.merges = len(merged)
    look.merged = tuple(ref.decode() for ref in merged[:_SHOWN])
    return look


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _chosen(sheets: list[_Sheet], looks: dict[str, _Look], wanted: str | None, problems: ProblemCollector) -> _Sheet:
    """The sheet that is read.

    Raises:
        InputRefused: There is none of that name; several hold something and none is named; or none does.
    """
    filled = [one for one in sheets if one.name in looks and looks[one.name].values]
    listed = ", ".join(f"{one.name} ({looks[one.name].height})" for one in filled[:_SHOWN])
    if wanted is not None:
        matching = [one for one in sheets if one.name == wanted and one.name in looks]
        if len(matching) != 1:
            raise problems.refusal("log.sheet-unknown", sheet=wanted[:80], sheets=listed)
        return matching[0]
    visible = [one for one in filled if not one.hidden]
    if not visible:
        raise problems.refusal("log.sheet-hidden-only" if filled else "log.file-empty", sheets=listed)
    if len(visible) > 1:
        raise problems.refusal("log.sheet-ambiguous", sheets=listed)
    hidden = [one.name for one in filled if one.hidden]
    if hidden:
        problems.warn("log.sheets-hidden", len(hidden), sheets=", ".join(hidden[:_SHOWN]))
    return visible[0]


def _check(look: _Look, sheet: _Sheet, problems: ProblemCollector, limits: Limits) -> None:
    """Refuse what a table of text would lose.

    Raises:
        InputRefused: Merged cells, errors, or formulas without a result.
        LimitExceeded: The rectangle around all cells is too wide or too large.
    """
    place = Place(problems.source, None, sheet.name)
    if look.width > limits.attribute_keys:
        raise LimitExceeded(limit="attribute_keys", allowed=limits.attribute_keys, found=look.width, place=place)
    check_cells(look.height, look.width, limits, problems.source)
    if look.height * look.width > max(_EMPTY_AREA, _EMPTY_SHARE * look.cells):
        problems.error("log.sheet-far-cell", None, sheet.name, rows=look.height, columns=look.width, filled=look.values)
    if look.merges:
        problems.error("log.merged-cells", None, sheet.name, count=look.merges, ranges=", ".join(look.merged))
    if look.errors:
        problems.error("log.cell-errors", None, sheet.name, count=look.errors)
    if look.uncalculated:
        problems.error("log.formulas-uncalculated", None, sheet.name, count=look.uncalculated)
    problems.refuse_if_wrong()


def _cells(data: bytes, sheet: str, problems: ProblemCollector) -> pl.DataFrame:
    cells = run_child(_CHILD, sheet, addresses=_MOST_ADDRESSES, data=data)
    if cells is None:
        raise problems.refusal("log.workbook-damaged")
    return pl.read_ipc(cells)


def _table(cells: pl.DataFrame, problems: ProblemCollector, limits: Limits) -> TextTable:
    """Headings and rows; empty rows are left out and counted, each row keeps its number in the sheet."""
    cells = cells.with_columns(pl.when(pl.all() != "").then(pl.all()).str.replace(_CLOCK, "${1}"))
    rows = cells.with_row_index("row", offset=1)
    filled = rows.filter(pl.any_horizontal(pl.exclude("row").is_not_null()))
    if filled.is_empty():
        raise problems.refusal("log.file-empty")
    line, *header = filled.row(0)
    # Empty columns at the right edge are formatting, not data.
    last = max(at for at, column in enumerate(filled.get_columns()[1:], start=1) if column.null_count() < len(column))
    names = column_names([cell or "" for cell in header[:last]], line, problems, limits=limits)
    body = filled.slice(1)
    empty = rows.height - filled.height - (line - 1)
    if empty:
        gaps = rows.filter((pl.col("row") > line) & ~pl.col("row").is_in(filled["row"].implode()))
        problems.warn("log.empty-rows", empty, gaps["row"][0])
    frame = (
        body.drop("row").select(pl.nth(range(last))).rename(dict(zip(body.columns[1 : last + 1], names, strict=True)))
    )
    return TextTable(frame, body["row"].cast(pl.UInt32))
