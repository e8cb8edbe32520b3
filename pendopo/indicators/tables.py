"""Reading tables that people send: CSV in any shape it comes in, spreadsheets, JSON lines. Every line comes out as cells or with a reason.

Streams: a CSV of any length is never held in memory. A stray quotation mark costs its own line, not the rest of the file.
"""

import csv
import io
import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from pendopo.ui.sentence import Sentence

from .cells import Cell, text_of
from .declared import Faulty
from .mapping import KNOWN_ENCODINGS
from .sheets import Broken, Kind, Table, Where, open_book, table_in

DELIMITERS = ",;\t|"
# A quoted cell may span this many lines; beyond it the quotation mark was a slip.
QUOTED_LINES = 50
ROW_BYTES = 1024 * 1024
HALF_BYTES = re.compile("[\udc80-\udcff�]")


FIRST = Where()


def kind_of(path: Path) -> Kind:
    """By the first bytes, whatever the file is called."""
    with path.open("rb") as stream:
        start = stream.read(4096)
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return "sheet"
    if start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["):
        return "json"
    return "csv"


def open_table(path: Path, where: Where = FIRST) -> Table:
    """Opens a CSV or a spreadsheet. Raises Faulty with a sentence when it is neither, or empty."""
    if kind_of(path) == "sheet":
        return table_in(open_book(path), where)
    return _csv(path.open("rb"), where.header, where.encoding)


def _csv(stream: BinaryIO, header: int, encoding: str) -> Table:
    codec, notices = _codec(stream, encoding)
    text = io.TextIOWrapper(stream, codec, errors="surrogateescape" if codec == "utf-8" else "replace", newline="")
    lines = _closing(text)
    skipped = [next(lines, "") for _number in range(header - 1)]
    first = next((line for line in lines if line.strip("\r\n\t ,;")), "")
    if not first:
        if any(skipped):
            raise Faulty([Sentence("The file ends before line %(header)s.", header=header)])
        raise Faulty([Sentence("The file is empty: it has no line to read.")])
    delimiter = max(DELIMITERS, key=re.sub(r'"[^"]*"', "", first).count)
    if delimiter != ",":
        notices.append(Sentence("The cells are separated by %(by)s.", by=Sentence("tabs") if delimiter == chr(9) else f"“{delimiter}”"))
    records = _records(_chain(first, lines), delimiter)
    if header == 0:
        return Table("csv", [], records, notices)
    names = next(records)
    if isinstance(names, Broken):
        raise Faulty([Sentence("The header line (line %(header)s) cannot be read: is “header” right, and the encoding?", header=header)])
    return Table("csv", [text_of(name).strip() for name in names], records, notices)


def _closing(text: io.TextIOWrapper) -> Iterator[str]:
    """The lines of a file, which is closed after the last one or when nobody asks any more."""
    with text:
        yield from text


def _chain(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _codec(stream: BinaryIO, encoding: str) -> tuple[str, list[str]]:
    """The codec by the file's own mark, else as declared."""
    mark = stream.read(4)
    stream.seek(0)
    if mark.startswith(b"\xef\xbb\xbf"):
        stream.seek(3)
        return "utf-8", []
    if mark.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16", [Sentence("The file is UTF-16 (“Unicode text”).")]
    return KNOWN_ENCODINGS[encoding.lower()], []


def _records(lines: Iterator[str], delimiter: str) -> Iterator[list[Cell] | Broken]:
    """Cells of each record. Empty lines are no records."""
    waiting: deque[str] = deque()
    while True:
        line = waiting.popleft() if waiting else next(lines, "")
        if not line:
            return
        if not line.strip("\r\n\t ") or not line.strip(f"\r\n{delimiter} "):
            continue
        if len(line) > ROW_BYTES:
            yield Broken("unreadable-row", {"why": "the line is longer than 1 MiB"}, line[:500])
        elif "\x00" in line:
            yield Broken("nul-character", {}, line.replace("\x00", "␀").rstrip("\r\n")[:4000])
        elif HALF_BYTES.search(line):
            yield Broken("bad-bytes", {}, HALF_BYTES.sub("�", line).rstrip("\r\n")[:4000])
        elif '"' not in line:
            yield [*line.rstrip("\r\n").split(delimiter)]
        else:
            yield _quoted(line, lines, waiting, delimiter)


def _quoted(line: str, lines: Iterator[str], waiting: deque[str], delimiter: str) -> list[Cell] | Broken:
    """A record with quotation marks, which may go on over several lines."""
    record, taken = line, 0
    while record.count('"') % 2:
        if taken == len(waiting):
            following = next(lines, "") if taken < QUOTED_LINES else ""
            if not following:
                return Broken("open-quote", {}, line.rstrip("\r\n")[:4000])
            waiting.append(following)
        record += waiting[taken]
        taken += 1
    try:
        cells = next(csv.reader(io.StringIO(record, newline=""), delimiter=delimiter, strict=True))
    except (csv.Error, StopIteration):
        return Broken("open-quote", {}, line.rstrip("\r\n")[:4000])
    for _line in range(taken):
        waiting.popleft()
    return [*cells]


def json_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """The lines of a JSON lines file with their numbers from 1; empty lines are no rows."""
    number = 0
    with path.open("rb") as stream:
        for line in stream:
            text = line.removeprefix(b"\xef\xbb\xbf").strip()
            if text:
                number += 1
                yield number, text


def is_one_document(path: Path) -> bool:
    """Whether a JSON file is one document over its whole length, and not an object a line."""
    try:
        first = msgspec.json.decode(next(json_lines(path))[1])
    except (msgspec.MsgspecError, StopIteration, UnicodeDecodeError, RecursionError):
        return True
    return not isinstance(first, dict) or bool({"observations", "series"} & set(first))


def json_cells(line: bytes, columns: list[str]) -> list[Cell] | None:
    """The values of an object under the columns (absent = empty), or None when the line is no object of plain values."""
    try:
        found = msgspec.json.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    cells = [_plain(found.get(column)) for column in columns]
    return None if any(isinstance(found.get(column), dict | list) for column in columns) else cells


def _plain(value: Any) -> Cell:
    return "" if value is None else value if isinstance(value, Cell) else str(value)
