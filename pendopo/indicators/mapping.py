"""The mapping file: how the columns of somebody else's table become observations. Pure: cells in, rows or refused rows out.

docs/mapping.md explains every key. Nothing is guessed: a name that fits two regions, a time without a zone, a number in another notation
are refused by row, with the reason.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Literal
from zoneinfo import ZoneInfo, available_timezones

import msgspec

from pendopo.ui.sentence import Sentence

from .cells import LABELLED, PLAIN, WITH_COMMA, Cell, below, dotted, raw_of, region_text, text_of, times_in
from .checks import Observation, Refused
from .declared import Faulty, read_entry
from .places import Names, squeezed

Column = str | int
RegionBy = Literal["code", "name", "bps", "digits", "part"]

AREA = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6}):([A-Z]{1,3})([1-9][0-9]{0,6})")
KNOWN_ENCODINGS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "latin-1": "cp1252",
    "iso-8859-1": "cp1252",
    "windows-1252": "cp1252",
    "cp1252": "cp1252",
    "utf-16": "utf-16",
}


class At(msgspec.Struct, forbid_unknown_fields=True):
    """When: one column, several joined by a blank, or one constant for the whole file."""

    column: Column | None = None
    columns: list[Column] | None = None
    const: str | None = None
    format: str | None = None
    zone: str | None = None


class RegionRule(msgspec.Struct, forbid_unknown_fields=True):
    """Where: a column with codes, one constant code, or a column with names of regions within a region ('' = Indonesia)."""

    column: Column | None = None
    const: str | None = None
    by: RegionBy = "code"
    within: str = ""


class Long(msgspec.Struct, forbid_unknown_fields=True):
    """A table with one figure a line: `indicator` is the column that says which, `value` the one that says how much.

    `names` gives the indicator of each text; a text without one is refused, or (`others: leave`) its line is no row.
    """

    indicator: Column
    value: Column
    names: dict[str, str] = {}
    others: Literal["refuse", "leave"] = "refuse"


class Across(msgspec.Struct, forbid_unknown_fields=True):
    """A table whose column heads are times or regions: `columns` gives the time or the region code that each head stands for."""

    indicator: str
    columns: dict[str, str]
    heads: Literal["at", "region"] = "at"


class Filter(msgspec.Struct, forbid_unknown_fields=True):
    """Only lines whose cell equals the text count; the others are not rows of this delivery."""

    column: Column
    equals: str


class Mapping(msgspec.Struct, forbid_unknown_fields=True):
    """A mapping as written. `values` names one indicator for each column that holds figures; `long` or `across` stand in its place.

    `sheet` and `area` (`A3:D20`, its first line the header) choose a table of a spreadsheet; `merged: fill` gives every cell of a
    merged one its value; with `empty: leave` an empty cell is no row, else it is a missing value.
    """

    at: At = msgspec.field(default_factory=At)
    region: RegionRule = msgspec.field(default_factory=RegionRule)
    values: dict[str, str] = {}
    long: Long | None = None
    across: Across | None = None
    sheet: str = ""
    area: str = ""
    merged: Literal["", "fill"] = ""
    empty: Literal["missing", "leave"] = "missing"
    header: int = 1
    encoding: str = "utf-8"
    decimal: Literal[".", ","] = "."
    missing: list[str | int | float] = msgspec.field(default_factory=lambda: [""])
    dims: dict[str, Column] = {}
    filter: Filter | None = None


def parse_mapping(text: str) -> Mapping:
    """Reads a mapping. Raises Faulty with sentences that name the line."""
    what = Sentence("mapping")
    entry = read_entry(text, what)
    found = entry.as_struct(Mapping, what)
    faults = faults_of(found)
    if faults:
        raise Faulty([Sentence("mapping: %(fault)s", fault=fault) for fault in faults])
    return found


def mapping_from(data: dict[str, Any]) -> Mapping:
    """A mapping that a source remembers."""
    return msgspec.convert(data, Mapping)


def faults_of(mapping: Mapping) -> list[str]:
    """What is wrong with a mapping beyond its shape."""
    faults: list[str] = []
    at, region = mapping.at, mapping.region
    heads = mapping.across.heads if mapping.across else ""
    if sum(part is not None for part in (at.column, at.columns or None, at.const)) != (heads != "at"):
        faults.append(Sentence("“at” needs exactly one of column, columns and const."))
    if at.zone is not None and at.zone not in available_timezones():
        faults.append(Sentence("“at”: there is no time zone “%(zone)s”: write, for example, Asia/Jakarta.", zone=at.zone))
    if at.columns and at.format is None:
        faults.append(Sentence("“at”: several columns need a format, for example “%(form)s”.", form="%d-%m-%y %H"))
    if sum(part is not None for part in (region.column, region.const)) != (heads != "region"):
        faults.append(Sentence("“region” needs exactly one of column and const."))
    if sum(bool(part) for part in (mapping.values, mapping.long, mapping.across)) != 1:
        faults.append(
            Sentence("“values” names no column: write, for example, {nilai: river-level}, or one of “long” and “across” in its place.")
        )
    if mapping.area and not AREA.fullmatch(mapping.area):
        faults.append(Sentence("“area” is written as in a spreadsheet, for example A3:D20, not “%(area)s”.", area=mapping.area))
    if mapping.header < 0:
        faults.append(Sentence("“header” is the number of the header line, 0 for none."))
    if mapping.encoding.lower() not in KNOWN_ENCODINGS:
        known = ", ".join(KNOWN_ENCODINGS)
        faults.append(Sentence("“encoding” is one of %(known)s, not “%(given)s”.", known=known, given=mapping.encoding))
    return faults


def columns_of(mapping: Mapping) -> list[str]:
    """Every column that a mapping names, once."""
    at, region = mapping.at, mapping.region
    named = [
        *(at.columns or []),
        at.column,
        region.column,
        *mapping.values,
        *([mapping.long.indicator, mapping.long.value] if mapping.long else []),
        *(mapping.across.columns if mapping.across else []),
        *mapping.dims.values(),
        mapping.filter and mapping.filter.column,
    ]
    return list(dict.fromkeys(str(column) for column in named if column is not None))


def indicators_of(mapping: Mapping) -> set[str]:
    """Every indicator that a mapping writes."""
    long = mapping.long.names.values() if mapping.long else ()
    return {*mapping.values.values(), *long, *([mapping.across.indicator] if mapping.across else [])}


class _Bad(Exception):
    """Why a line cannot be read: field, code and parameters of the sentence."""

    def __init__(self, place: str, code: str, **params: Any) -> None:
        super().__init__(code)
        self.place, self.code, self.params = place, code, params


@dataclass
class Mapper:
    """Turns the lines of one file into rows: each line gives as many as there are columns with figures (`width`)."""

    mapping: Mapping
    header: Sequence[str]
    names: Names | None = None

    def __post_init__(self) -> None:
        mapping, at = self.mapping, self.mapping.at
        self._values = self._figures()
        self.width = len(self._values)
        long = mapping.long
        self._which = None if long is None else (self._index(long.indicator), {squeezed(name): code for name, code in long.names.items()})
        self._at = [self._index(column) for column in (at.columns or ([at.column] if at.column is not None else []))]
        self._region = None if mapping.region.column is None else self._index(mapping.region.column)
        self._dims = [(name, self._index(column)) for name, column in mapping.dims.items()]
        self._filter = None if mapping.filter is None else (self._index(mapping.filter.column), squeezed(mapping.filter.equals))
        self._zone = ZoneInfo(at.zone) if at.zone else None
        self._missing = {text_of(word) for word in mapping.missing}
        self._missing_numbers = {float(word) for word in self._missing if PLAIN.fullmatch(word)}
        self._times: dict[tuple[Any, ...], str] = {}
        self._named: dict[str, str] = {}

    def _index(self, column: Column) -> int:
        """The place of a column, by its name in the header or by its number from 1 where there is none."""
        wanted = squeezed(str(column))
        places = [index for index, name in enumerate(self.header) if squeezed(name) == wanted]
        if len(places) > 1:
            places = [index for index in places if self.header[index].strip() == str(column).strip()]
            if len(places) != 1:
                raise Faulty([Sentence("The file has the column “%(column)s” more than once: rename one of them.", column=column)])
        if places:
            return places[0]
        if not self.header and str(column).isdigit() and int(column) > 0:
            return int(column) - 1
        known = ", ".join(name for name in self.header if name) or Sentence("numbers from 1, because “header” is 0")
        raise Faulty([Sentence("The file has no column “%(column)s”. Its columns are: %(known)s.", column=column, known=known)])

    def _figures(self) -> list[tuple[int, str, str, str | None, str | None]]:
        """The columns with figures: place, head, indicator ('' = told by the line), and the time or region that the head stands for."""
        long, across = self.mapping.long, self.mapping.across
        if long is not None:
            return [(self._index(long.value), str(long.value), "", None, None)]
        if across is not None:
            by_time = across.heads == "at"
            return [
                (self._index(head), head, across.indicator, text if by_time else None, None if by_time else text)
                for head, text in across.columns.items()
            ]
        return [(self._index(column), column, code, None, None) for column, code in self.mapping.values.items()]

    def counts(self, cells: Sequence[Cell]) -> bool:
        """Whether the line is one of this delivery: the filter lets it through, and its indicator is not left out."""
        if self._which is not None and self.mapping.long is not None and self.mapping.long.others == "leave":
            index, names = self._which
            if index >= len(cells) or squeezed(text_of(cells[index])) not in names:
                return False
        if self._filter is None:
            return True
        index, wanted = self._filter
        return index < len(cells) and squeezed(text_of(cells[index])) == wanted

    def rows(self, cells: Sequence[Cell], line: int) -> list[Observation | Refused | None]:
        """The rows of one line, in the order of `values`; None where an empty cell is no row. `line` counts the data lines from 1."""
        first = (line - 1) * self.width + 1
        try:
            if self.header and len(cells) != len(self.header) and (len(cells) > len(self.header) or not self._reaches(cells)):
                raise _Bad("", "wrong-columns", found=len(cells), expected=len(self.header))
            if self.header and [text_of(cell).strip() for cell in cells] == [name.strip() for name in self.header]:
                raise _Bad("", "header-again")
            heads = self.mapping.across.heads if self.mapping.across else ""
            at = "" if heads == "at" else self._when(cells)
            region = "" if heads == "region" else self._where(cells)
            dims, which = self._extra(cells), self._indicator(cells)
        except _Bad as bad:
            raw = raw_of(self.header, cells)
            return [Refused(first + spread, bad.place, bad.code, bad.params, raw) for spread in range(self.width)]
        answer: list[Observation | Refused | None] = []
        for spread, (index, column, code, when, where) in enumerate(self._values):
            cell = cells[index] if index < len(cells) else ""
            if self.mapping.empty == "leave" and not text_of(cell).strip():
                answer.append(None)
                continue
            try:
                answer.append(Observation(code or which, where or region, when or at, self._number(cell), dims=dims))
            except _Bad as bad:
                answer.append(Refused(first + spread, column[:60], bad.code, bad.params, raw_of(self.header, cells)))
        return answer

    def _reaches(self, cells: Sequence[Cell]) -> bool:
        """Whether a short line (a spreadsheet leaves empty cells off) still holds every column that is asked for."""
        figures = [] if self.mapping.empty == "leave" else [index for index, *_rest in self._values]
        return max([*self._at, *figures, *(i for _n, i in self._dims), self._region or 0]) < len(cells)

    def _when(self, cells: Sequence[Cell]) -> str:
        at = self.mapping.at
        parts = (at.const,) if at.const is not None else tuple(self._cell(cells, index, "at") for index in self._at)
        known = self._times.get(parts)
        if known is None:
            known = self._times[parts] = self._moment(parts)
        return known

    def _moment(self, parts: tuple[Cell, ...]) -> str:
        if len(parts) == 1 and isinstance(parts[0], datetime | date):
            return self._zoned(parts[0])
        form = self.mapping.at.format
        if form is None:
            text = text_of(parts[0]).strip()
            if self._zone is None or len(text) <= 10:
                return text
            try:
                return self._zoned(datetime.fromisoformat(text.upper()))
            except ValueError:
                return text
        text = " ".join(self._as_written(part, form, place) for place, part in enumerate(parts))
        moments = times_in(text, form)
        if len(moments) != 1:
            raise _Bad("at", "time-ambiguous" if moments else "time-not-as-declared", given=text[:60], format=form)
        moment = moments[0]
        has_time = any(mark in form for mark in ("%H", "%I", "%M", "%X", "%c", "%T"))
        return self._zoned(moment if has_time or self._zone else moment.date())

    def _as_written(self, part: Cell, form: str, place: int) -> str:
        """A cell as text; a spreadsheet's own date or time is written in its part of the format first."""
        form = form.split(" | ")[0]
        forms = form.split(" ")
        if isinstance(part, datetime | date | time):
            own = forms[place] if len(forms) == len(self._at) else form
            return part.strftime(own)
        return text_of(part).strip()

    def _zoned(self, moment: datetime | date) -> str:
        if not isinstance(moment, datetime):
            return moment.isoformat()
        if moment.tzinfo is None:
            if self._zone is None:
                if moment.time() == time.min:
                    return moment.date().isoformat()
                raise _Bad("at", "time-without-zone", given=moment.isoformat(" "))
            moment = moment.replace(tzinfo=self._zone)
        return moment.isoformat()

    def _where(self, cells: Sequence[Cell]) -> str:
        rule = self.mapping.region
        if rule.const is not None:
            return rule.const
        cell = self._cell(cells, self._region or 0, "region")
        text = region_text(cell)
        if rule.by == "code":
            labelled = LABELLED.fullmatch(text)
            return labelled[1] if labelled else text
        if rule.by in ("digits", "part"):
            return (dotted(text) if rule.by == "digits" else below(rule.within, text)) or text
        known = self._named.get(text)
        if known is None:
            known = self._named[text] = self._find(text)
        return known

    def _find(self, text: str) -> str:
        """The one region of a name or BPS code; each is looked up once."""
        found = self.names.find(text) if self.names is not None else []
        if not found:
            near = self.names.near(text) if self.names is not None else ""
            raise _Bad("region", "unknown-region-name", given=text[:60], near=near or "–")
        if len(found) > 1:
            raise _Bad("region", "ambiguous-region", given=text[:60], found=", ".join(found))
        return found[0]

    def _indicator(self, cells: Sequence[Cell]) -> str:
        """The indicator that the line names; '' where the columns say it."""
        if self._which is None:
            return ""
        index, names = self._which
        text = text_of(self._cell(cells, index, "indicator")).strip()
        code = names.get(squeezed(text))
        if code is None:
            raise _Bad("indicator", "unknown-indicator", given=text[:60])
        return code

    def _extra(self, cells: Sequence[Cell]) -> dict[str, str | int | float] | None:
        found: dict[str, str | int | float] = {}
        for name, index in self._dims:
            text = text_of(self._cell(cells, index, "dims")).strip()
            if text:
                found[name] = text
        return found or None

    @staticmethod
    def _cell(cells: Sequence[Cell], index: int, place: str) -> Cell:
        if index >= len(cells):
            raise _Bad(place, "wrong-columns", found=len(cells), expected=index + 1)
        return cells[index]

    def _number(self, cell: Cell) -> float:
        if isinstance(cell, bool | datetime | date | time):
            raise _Bad("value", "not-a-number", given=text_of(cell)[:60])
        text = text_of(cell).replace(" ", " ").strip()
        if text in self._missing:
            raise _Bad("value", "value-missing")
        if isinstance(cell, int | float):
            number = float(cell)
        elif self.mapping.decimal == "," and WITH_COMMA.fullmatch(text):
            number = float(text.replace(".", "").replace(",", "."))
        elif self.mapping.decimal == "." and PLAIN.fullmatch(text):
            number = float(text)
        else:
            raise _Bad("value", "not-a-number", given=text[:60])
        if number in self._missing_numbers:
            raise _Bad("value", "value-missing")
        return number
