"""The tables of a sheet: rectangles of cells parted by empty lines and empty columns, each with its header line. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from python_calamine import CalamineSheet

from ..cells import PLAIN, WITH_COMMA, Cell, text_of
from ..sheets import area_of, grid

# The header stands within so many lines from the top of a block.
HEADER_WITHIN = 12
# A line is a header when so much of the table's width is filled with words.
FILLED = 0.6


@dataclass
class Found:
    """A table in a sheet: its columns and lines counted from 0 with inclusive ends; `header` is its line from 1, 0 without one."""

    left: int
    right: int
    top: int
    bottom: int
    header: int
    first: str

    @property
    def area(self) -> str:
        """As a spreadsheet writes it, from the header line on."""
        return area_of(self.left, self.header - 1 if self.header else self.top, self.right, self.bottom)

    @property
    def rows(self) -> int:
        """The lines below the header."""
        return self.bottom - (self.header - 1 if self.header else self.top - 1)


@dataclass
class _Group:
    """Lines without an empty one between them: the first of them, and which columns hold something at all."""

    top: int
    bottom: int
    start: list[list[Cell]]
    used: set[int]


def blocks_of(sheet: CalamineSheet) -> Iterator[Found]:
    """The tables of a sheet from top to bottom, from left to right. A table goes on after an empty line when no new header follows."""
    found: list[Found] = []
    for group in _groups(grid(sheet, {})):
        for left, right in _spans(group.used):
            block = _table(group, left, right)
            before = next((one for one in reversed(found) if one.left <= left and right <= one.right), None)
            if block is not None and (block.header or before is None):
                found.append(block)
            elif block is not None and before is not None:
                before.bottom = group.bottom
    return iter(found)


def _groups(rows: Iterator[list[Cell]]) -> Iterator[_Group]:
    group: _Group | None = None
    for number, row in enumerate(rows):
        used = {column for column, cell in enumerate(row) if cell != ""}
        if not used:
            if group is not None:
                yield group
            group = None
            continue
        if group is None:
            group = _Group(number, number, [], set())
        group.bottom = number
        group.used |= used
        if len(group.start) < HEADER_WITHIN:
            group.start.append(row)
    if group is not None:
        yield group


def _spans(used: set[int]) -> Iterator[tuple[int, int]]:
    first = last = min(used)
    for column in sorted(used):
        if column > last + 1:
            yield first, last
            first = column
        last = column
    yield first, last


def _table(group: _Group, left: int, right: int) -> Found | None:
    """The table in these columns, None when it is a title or a remark."""
    rows = [row[left : right + 1] for row in group.start]
    width = right - left + 1
    if width == 1 and not any(_is_number(text_of(cell)) for row in rows for cell in row):
        return None
    for place, row in enumerate(rows):
        texts = [text_of(cell).strip() for cell in row]
        filled = [text for text in texts if text]
        words = all(isinstance(cell, str) for cell in row if cell != "") and not any(_is_number(text) for text in filled)
        if len(filled) >= max(FILLED * width, min(2, width)) and words and group.top + place < group.bottom:
            return Found(left, right, group.top, group.bottom, group.top + place + 1, filled[0])
    if width == 1 and group.bottom - group.top < 2 or not any(_is_number(text_of(cell)) for row in rows for cell in row):
        return None
    return Found(left, right, group.top, group.bottom, 0, text_of(rows[0][0]))


def _is_number(text: str) -> bool:
    return bool(PLAIN.fullmatch(text) or WITH_COMMA.fullmatch(text)) and not (len(text) == 4 and text[:2] in ("19", "20"))
