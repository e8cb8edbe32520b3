"""Spreadsheets as tables: guarded against bombs, one sheet and one area of it, merged cells filled where the mapping says so."""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum, ZipError

from pendopo.ui.sentence import Sentence

from .cells import Cell, text_of
from .declared import Faulty
from .mapping import AREA

# What a spreadsheet may unpack to: beyond it the file is a bomb or no table.
UNPACKED_BYTES = 768 * 1024 * 1024
# A sheet is held in memory as one rectangle: about 25 bytes a cell, empty ones included.
SHEET_CELLS = 4_000_000
CHUNK = 1 << 20
CELL = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"')
FORMULA = re.compile(rb"<f[ >/]")

Kind = Literal["csv", "sheet", "json"]
Merged = dict[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class Broken:
    """A line that cannot be split into cells."""

    code: str
    params: dict[str, Any]
    raw: Any


@dataclass
class Table:
    """An opened file: its header (empty without one), its data lines, and what a person should know about how it was read."""

    kind: Kind
    header: list[str]
    lines: Iterator[list[Cell] | Broken]
    notices: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Where:
    """Where in a file the table stands, as a mapping says it."""

    header: int = 1
    encoding: str = "utf-8"
    sheet: str = ""
    area: str = ""
    fill: bool = False


class Book:
    """An opened workbook: the visible sheets with cells, the hidden ones, and how many cells hold formulas.

    One sheet at a time is held, the one that was asked for last: a sheet is read once as long as nobody asks for another.
    """

    def __init__(self, opened: CalamineWorkbook, formulas: int) -> None:
        self._opened, self.formulas = opened, formulas
        self._held: tuple[str, CalamineSheet] | None = None
        self.shown: tuple[str, ...] = ()
        self.hidden: tuple[str, ...] = ()
        for sheet in reversed(opened.sheets_metadata):
            if sheet.typ != SheetTypeEnum.WorkSheet or self._load(sheet.name).start is None:
                continue
            if sheet.visible == SheetVisibleEnum.Visible:
                self.shown = (sheet.name, *self.shown)
            else:
                self.hidden = (sheet.name, *self.hidden)

    def sheet(self, name: str = "") -> CalamineSheet:
        """The sheet of that name (also a hidden one), or the first visible one. Faulty when there is none."""
        if not name and not self.shown:
            raise Faulty([Sentence("The spreadsheet holds no visible sheet with cells.")])
        if name and name not in (*self.shown, *self.hidden):
            known = ", ".join((*self.shown, *self.hidden))
            raise Faulty([Sentence("The spreadsheet has no sheet “%(name)s” with cells. It has: %(known)s.", name=name, known=known)])
        return self._load(name or self.shown[0])

    def _load(self, name: str) -> CalamineSheet:
        if self._held is None or self._held[0] != name:
            self._held = None
            self._held = name, self._opened.get_sheet_by_name(name)
        return self._held[1]


def open_book(path: Path) -> Book:
    """Opens a workbook. Raises Faulty with a sentence when it cannot be one, or is too large to be held."""
    formulas = _guard(path)
    try:
        return Book(CalamineWorkbook.from_path(str(path)), formulas)
    except (CalamineError, ZipError, OSError, ValueError) as error:
        sentence = Sentence(
            "The spreadsheet cannot be opened: it is damaged or has a password. Please save it again as XLSX without a password."
        )
        raise Faulty([sentence]) from error


def table_in(book: Book, where: Where) -> Table:
    """The table that `where` names in an opened workbook."""
    sheet = book.sheet(where.sheet)
    notices = notices_of(book, sheet.name)
    left, top, right, bottom = bounds_of(where.area)
    rows = _within(grid(sheet, merged_of(sheet) if where.fill else {}), left, top, right, bottom)
    for _skipped in range(max(0, where.header - 1)):
        next(rows, None)
    names = [text_of(cell).strip() for cell in next(rows, [])] if where.header else []
    while names and not names[-1]:
        names.pop()
    return Table("sheet", names, _lines(rows, len(names)), notices)


def notices_of(book: Book, chosen: str) -> list[str]:
    """What a person should know of the workbook: other sheets, hidden ones, formulas."""
    others = [name for name in book.shown if name != chosen]
    found: list[str] = []
    if others:
        left = ", ".join(others)
        found.append(Sentence("Read from the sheet “%(chosen)s”; the others were left: %(left)s.", chosen=chosen, left=left))
    hidden = [name for name in book.hidden if name != chosen]
    if hidden:
        found.append(Sentence("Hidden sheets were not read: %(names)s.", names=", ".join(hidden)))
    if book.formulas:
        found.append(Sentence("%(n)s cells hold formulas: the results that the spreadsheet stored were read.", n=book.formulas))
    return found


def merged_of(sheet: CalamineSheet) -> Merged:
    """For each cell of a merged range but the first: the place of the first (row and column from 0)."""
    found: Merged = {}
    for start, end in sheet.merged_cell_ranges or []:
        if (end[0] - start[0] + 1) * (end[1] - start[1] + 1) > SHEET_CELLS // 10:
            continue
        for row in range(start[0], end[0] + 1):
            for column in range(start[1], end[1] + 1):
                if (row, column) != start:
                    found[row, column] = start
    return found


def grid(sheet: CalamineSheet, merged: Merged) -> Iterator[list[Cell]]:
    """All rows of a sheet from its first line and column on, also empty ones."""
    first_row, first_column = sheet.start or (0, 0)
    values: dict[tuple[int, int], Cell] = {}
    firsts = set(merged.values())
    rows_with = {row for row, _column in (*merged, *firsts)}
    for _row in range(first_row):
        yield []
    for number, row in enumerate(sheet.iter_rows(), first_row):
        cells = [*[""] * first_column, *map(_cell, row)]
        if number in rows_with:
            for column, cell in enumerate(cells):
                if (number, column) in firsts:
                    values[number, column] = cell
                elif cell == "" and (number, column) in merged:
                    cells[column] = values.get(merged[number, column], "")
        yield cells


def bounds_of(area: str) -> tuple[int, int, int, int | None]:
    """Left, top, right and bottom of an area, counted from 0; the end is exclusive, 0 and None mean “all”."""
    match = AREA.fullmatch(area)
    if match is None:
        return 0, 0, 0, None
    return _column(match[1]), int(match[2]) - 1, _column(match[3]) + 1, int(match[4])


def area_of(left: int, top: int, right: int, bottom: int) -> str:
    """The reverse, with inclusive ends counted from 0: `A3:D20`."""
    return f"{letters(left)}{top + 1}:{letters(right)}{bottom + 1}"


def letters(column: int) -> str:
    """The letters of a column counted from 0."""
    text, rest = "", column + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        text = chr(65 + digit) + text
    return text


def _column(text: str) -> int:
    number = 0
    for letter in text:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _within(rows: Iterator[list[Cell]], left: int, top: int, right: int, bottom: int | None) -> Iterator[list[Cell]]:
    for number, row in enumerate(rows):
        if bottom is not None and number >= bottom:
            return
        if number >= top:
            yield row[left : right or None]


def _lines(rows: Iterator[list[Cell]], width: int) -> Iterator[list[Cell] | Broken]:
    for cells in rows:
        while len(cells) > max(width, 1) and cells[-1] == "":
            cells.pop()
        if any(cell != "" for cell in cells):
            nul = any(isinstance(cell, str) and "\x00" in cell for cell in cells)
            yield Broken("nul-character", {}, [text_of(cell).replace("\x00", "␀")[:500] for cell in cells]) if nul else cells


def _cell(value: Any) -> Cell:
    return "" if value is None else value if isinstance(value, Cell) else str(value)


def _guard(path: Path) -> int:
    """Unpacks the workbook once without keeping it, and returns how many cells hold a formula.

    What the archive says of its own size is not believed: the bytes are counted. Raises Faulty for a bomb and for a sheet whose
    rectangle (from its first to its furthest cell) is too large to be held.
    """
    if not zipfile.is_zipfile(path):
        return 0
    formulas, budget = 0, UNPACKED_BYTES
    try:
        with zipfile.ZipFile(path) as packed:
            if sum(member.file_size for member in packed.infolist()) > UNPACKED_BYTES:
                raise _too_large()
            for member in packed.infolist():
                sheet = member.filename.startswith("xl/worksheets/") and member.filename.endswith(".xml")
                with packed.open(member) as stream:
                    read, found = _walk(stream, budget, sheet)
                budget -= read
                formulas += found
    except (zipfile.BadZipFile, EOFError, RuntimeError, OSError) as error:
        sentence = Sentence(
            "The spreadsheet cannot be unpacked: it is damaged or has a password. Please save it again as XLSX without a password."
        )
        raise Faulty([sentence]) from error
    return formulas


def _too_large() -> Faulty:
    most = UNPACKED_BYTES // 1_048_576
    return Faulty([Sentence("The spreadsheet unpacks to more than %(most)s MiB: send it as CSV, or in parts.", most=most)])


def _too_wide(cell: str) -> Faulty:
    sentence = Sentence(
        "A sheet reaches to cell %(cell)s: more than %(most)s million cells. "
        "Delete what stands far below or right of the table, or save it as CSV: a CSV may be of any length.",
        cell=cell,
        most=SHEET_CELLS // 1_000_000,
    )
    return Faulty([sentence])


def _walk(stream: Any, budget: int, sheet: bool) -> tuple[int, int]:
    """Bytes and formulas of one member of the archive."""
    read, formulas, columns, last_row, left = 0, 0, 0, 0, b""
    while chunk := stream.read(CHUNK):
        read += len(chunk)
        if read > budget:
            raise _too_large()
        if sheet:
            text = left + chunk
            cut = text.rfind(b"<")
            text, left = text[:cut], text[cut:]
            formulas += len(FORMULA.findall(text))
            for name in {match[0] for match in CELL.findall(text)}:
                columns = max(columns, _column(name.decode()) + 1)
            rows = text.rfind(b'<c r="')
            if rows >= 0 and (match := CELL.match(text, rows)):
                last_row = max(last_row, int(match[2]))
            if columns * last_row > SHEET_CELLS and columns > 0:
                raise _too_wide(f"{letters(columns - 1)}{last_row}")
    return read, formulas
