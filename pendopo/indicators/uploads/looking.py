"""A first look at a file: which tables it holds, where their header stands, how it is encoded, and the first values of each column."""

import csv
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from django.utils.translation import gettext as _

from ..bodies import REQUIRED
from ..cells import PLAIN, WITH_COMMA, Cell, text_of
from ..declared import Faulty
from ..sheets import Book, Broken, Kind, Table, Where, merged_of, open_book, table_in
from ..tables import DELIMITERS, kind_of, open_table
from .blocks import blocks_of

# So many lines are read to propose how the others are to be read.
LINES = 3000
START_BYTES = 1 << 20
# Where a template of the house says how it is read.
OWN_SHEET = "pendopo"


@dataclass(frozen=True)
class Head:
    """A column: its place from 0, its name (a number where there is no header), and its first values."""

    place: int
    name: str
    cells: tuple[Cell, ...]

    @property
    def samples(self) -> list[str]:
        """Three values as a person reads them."""
        return list(islice(dict.fromkeys(text_of(cell)[:40] for cell in self.cells if text_of(cell).strip()), 3))


@dataclass(frozen=True)
class Choice:
    """A table that may be meant."""

    where: Where
    rows: int
    first: str
    hidden: bool = False

    @property
    def key(self) -> str:
        """How a form names it."""
        return f"{self.where.sheet}|{self.where.area}|{self.where.header}"


@dataclass
class Look:
    """What a file shows at first sight. `own` = it has the API's column names; `embedded` = the mapping that a template carries."""

    kind: Kind
    where: Where
    heads: list[Head]
    facts: list[str] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    merged: int = 0
    own: bool = False
    embedded: str = ""


def look_at(path: Path, wanted: str = "") -> Look:
    """Looks at a file; `wanted` is the key of the table that a person chose. Raises Faulty when nothing of it can be read."""
    if kind_of(path) == "json":
        return Look("json", Where(), [], own=True)
    found = _book(path, wanted) if kind_of(path) == "sheet" else _text(path)
    names = {head.name.lower() for head in found.heads}
    found.own = set(REQUIRED) <= names
    twice = [name for name, times in Counter(head.name for head in found.heads if head.name).items() if times > 1]
    if twice:
        found.facts.append(_("These column names stand more than once: %(names)s. Rename them in the file.") % {"names": ", ".join(twice)})
    return found


def _heads(table: Table) -> list[Head]:
    lines = [line for line in islice(table.lines, LINES) if not isinstance(line, Broken)]
    width = len(table.header) or max((len(line) for line in lines), default=0)
    names = table.header or [str(number) for number in range(1, width + 1)]
    return [
        Head(place, name, tuple(line[place] for line in lines if place < len(line) and line[place] != ""))
        for place, name in enumerate(names)
    ]


def _book(path: Path, wanted: str) -> Look:
    book = open_book(path)
    embedded = ""
    if OWN_SHEET in book.hidden:
        embedded = str(next(iter(book.sheet(OWN_SHEET).to_python(nrows=1)[0]), ""))
    choices: list[Choice] = []
    for name in (*book.shown, *book.hidden):
        hidden = name in book.hidden
        if name == OWN_SHEET or (embedded and not hidden and choices):
            continue
        found = list(blocks_of(book.sheet(name)))
        for block in found:
            where = Where(1 if len(found) > 1 else block.header, sheet=name, area=block.area if len(found) > 1 else "")
            where = replace(where, header=0) if block.header == 0 else where
            choices.append(Choice(where, block.rows, block.first, hidden))
    shown = [choice for choice in choices if not choice.hidden]
    if not choices:
        raise Faulty([_("No sheet holds a table: a header line and at least one line below it.")])
    chosen = next((choice for choice in choices if choice.key == wanted), (shown or choices)[0])
    facts = [] if embedded else _said_of(book, chosen.where.sheet)
    if len(shown) > 1 and not embedded:
        facts.insert(0, _("The file holds %(n)s tables. Read is the one chosen below; the others are not.") % {"n": len(shown)})
    merged = len(merged_of(book.sheet(chosen.where.sheet)))
    if merged:
        facts.append(_("%(n)s cells lie under merged ones and are empty: the value stands in the first cell alone.") % {"n": merged})
    return Look("sheet", chosen.where, _heads(table_in(book, chosen.where)), facts, choices, merged, embedded=embedded)


def _said_of(book: Book, chosen: str) -> list[str]:
    """What a person should know of a workbook beyond its tables."""
    facts = []
    hidden = [name for name in book.hidden if name != chosen]
    if hidden:
        facts.append(_("Hidden sheets are not read unless you choose one: %(names)s.") % {"names": ", ".join(hidden)})
    if book.formulas:
        facts.append(_("%(n)s cells hold formulas: read is the result that the spreadsheet stored.") % {"n": book.formulas})
    return facts


def _text(path: Path) -> Look:
    with path.open("rb") as stream:
        start = stream.read(START_BYTES)
    encoding, facts = _encoding(start)
    text = start.decode({"utf-8": "utf-8-sig", "latin-1": "cp1252"}.get(encoding, encoding), "replace")
    lines = text.splitlines()
    header = _header(lines[:40])
    if header > 1:
        facts.append(_("The %(n)s lines above the header were left out.") % {"n": header - 1})
    if header == 0:
        facts.append(_("The first line holds figures already: there is no header, the columns are numbered."))
    ends = sum(bool(re.search(end, text)) for end in ("\r\n", r"(?<!\r)\n", r"\r(?!\n)"))
    if ends > 1:
        facts.append(_("The lines end in different ways (Windows, Linux, old Mac): every one was read as an end of line."))
    table = open_table(path, Where(header, encoding))
    return Look("csv", Where(header, encoding), _heads(table), facts)


def _encoding(start: bytes) -> tuple[str, list[str]]:
    if start.startswith(b"\xef\xbb\xbf"):
        return "utf-8", [_("The file begins with the mark that Excel writes (BOM): it was left out.")]
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16", []
    try:
        start[: start.rfind(b"\n") + 1 or None].decode()
    except UnicodeDecodeError:
        return "latin-1", [_("The file is not UTF-8 but in the Western encoding of Windows (Latin-1): look whether names are spelt right.")]
    return "utf-8", []


def _header(lines: list[str]) -> int:
    """The number of the header line from 1, 0 when the first full line holds figures already."""
    text = "\n".join(lines)
    delimiter = max(DELIMITERS, key=text.count)
    rows = [next(csv.reader([line], delimiter=delimiter), []) for line in lines]
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    usual = Counter(count for count in filled if count).most_common(1)
    widest = max((count for count in filled if count), default=0)
    if not usual:
        raise Faulty([_("The file is empty: it has no line to read.")])
    wanted = max(2, min(usual[0][0], widest)) if widest > 1 else 1
    place = next((number for number, count in enumerate(filled) if count >= wanted), 0)
    if any(is_figure(cell) for cell in rows[place]):
        return 0
    return place + 1


def is_figure(cell: Cell) -> bool:
    """Whether a cell is a number or a day, and so no head of a column."""
    if not isinstance(cell, str):
        return cell is not None
    text = cell.strip()
    return bool(PLAIN.fullmatch(text) or WITH_COMMA.fullmatch(text)) and not re.fullmatch(r"(19|20)\d\d", text)
