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

from .checks import Observation, Refused
from .declared import Faulty, read_entry
from .places import Names, squeezed

Column = str | int
Cell = str | int | float | bool | datetime | date | time | None

PLAIN = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
WITH_COMMA = re.compile(r"[+-]?([0-9]{1,3}(\.[0-9]{3})+|[0-9]+)(,[0-9]+)?")
MONTHS = {"januari": "January", "februari": "February", "maret": "March", "mei": "May", "juni": "June", "juli": "July", "agustus": "August",
          "oktober": "October", "desember": "December", "agu": "Aug", "agt": "Aug", "okt": "Oct", "des": "Dec"}  # fmt: skip
KNOWN_ENCODINGS = {"utf-8": "utf-8", "utf8": "utf-8", "latin-1": "cp1252", "iso-8859-1": "cp1252", "windows-1252": "cp1252",
                   "cp1252": "cp1252", "utf-16": "utf-16"}  # fmt: skip


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
    by: Literal["code", "name", "bps"] = "code"
    within: str = ""


class Filter(msgspec.Struct, forbid_unknown_fields=True):
    """Only lines whose cell equals the text count; the others are not rows of this delivery."""

    column: Column
    equals: str


class Mapping(msgspec.Struct, forbid_unknown_fields=True):
    """A mapping as written. `values` names one indicator for each column that holds figures."""

    at: At
    region: RegionRule
    values: dict[str, str]
    header: int = 1
    encoding: str = "utf-8"
    decimal: Literal[".", ","] = "."
    missing: list[str | int | float] = msgspec.field(default_factory=lambda: [""])
    dims: dict[str, Column] = {}
    filter: Filter | None = None


def parse_mapping(text: str) -> Mapping:
    """Reads a mapping. Raises Faulty with sentences that name the line."""
    entry = read_entry(text, "mapping")
    found = entry.as_struct(Mapping, "mapping")
    faults = faults_of(found)
    if faults:
        raise Faulty([f"mapping: {fault}" for fault in faults])
    return found


def mapping_from(data: dict[str, Any]) -> Mapping:
    """A mapping that a source remembers."""
    return msgspec.convert(data, Mapping)


def faults_of(mapping: Mapping) -> list[str]:
    """What is wrong with a mapping beyond its shape."""
    faults = []
    at, region = mapping.at, mapping.region
    if sum(part is not None for part in (at.column, at.columns or None, at.const)) != 1:
        faults.append("“at” needs exactly one of column, columns and const.")
    if at.zone is not None and at.zone not in available_timezones():
        faults.append(f"“at”: there is no time zone “{at.zone}”: write, for example, Asia/Jakarta.")
    if at.columns and at.format is None:
        faults.append("“at”: several columns need a format, for example “%d-%m-%y %H”.")
    if (region.column is None) == (region.const is None):
        faults.append("“region” needs exactly one of column and const.")
    if not mapping.values:
        faults.append("“values” names no column: write, for example, {nilai: river-level}.")
    if mapping.header < 0:
        faults.append("“header” is the number of the header line, 0 for none.")
    if mapping.encoding.lower() not in KNOWN_ENCODINGS:
        faults.append(f"“encoding” is one of {', '.join(KNOWN_ENCODINGS)}, not “{mapping.encoding}”.")
    return faults


def columns_of(mapping: Mapping) -> list[str]:
    """Every column that a mapping names, once."""
    at, region = mapping.at, mapping.region
    named = [
        *(at.columns or []),
        at.column,
        region.column,
        *mapping.values,
        *mapping.dims.values(),
        mapping.filter and mapping.filter.column,
    ]
    return list(dict.fromkeys(str(column) for column in named if column is not None))


class _Bad(Exception):
    """Why a line cannot be read: field, code and parameters of the sentence."""

    def __init__(self, place: str, code: str, **params: Any) -> None:
        super().__init__(code)
        self.place, self.code, self.params = place, code, params


@dataclass
class Mapper:
    """Turns the lines of one file into rows: each line gives as many as `values` has columns (`width`)."""

    mapping: Mapping
    header: Sequence[str]
    names: Names | None = None

    def __post_init__(self) -> None:
        mapping, at = self.mapping, self.mapping.at
        self.width = len(mapping.values)
        self._values = [(self._index(column), column, code) for column, code in mapping.values.items()]
        self._at = [self._index(column) for column in (at.columns or ([at.column] if at.column is not None else []))]
        self._region = None if mapping.region.column is None else self._index(mapping.region.column)
        self._dims = [(name, self._index(column)) for name, column in mapping.dims.items()]
        self._filter = None if mapping.filter is None else (self._index(mapping.filter.column), squeezed(mapping.filter.equals))
        self._zone = ZoneInfo(at.zone) if at.zone else None
        self._missing = {text_of(word) for word in mapping.missing}
        self._missing_numbers = {float(word) for word in self._missing if PLAIN.fullmatch(word)}
        self._times: dict[tuple[Any, ...], str] = {}

    def _index(self, column: Column) -> int:
        """The place of a column, by its name in the header or by its number from 1 where there is none."""
        wanted = squeezed(str(column))
        places = [index for index, name in enumerate(self.header) if squeezed(name) == wanted]
        if len(places) > 1:
            places = [index for index in places if self.header[index].strip() == str(column).strip()]
            if len(places) != 1:
                raise Faulty([f"The file has the column “{column}” more than once: rename one of them."])
        if places:
            return places[0]
        if not self.header and str(column).isdigit() and int(column) > 0:
            return int(column) - 1
        known = ", ".join(name for name in self.header if name) or "numbers from 1, because “header” is 0"
        raise Faulty([f"The file has no column “{column}”. Its columns are: {known}."])

    def counts(self, cells: Sequence[Cell]) -> bool:
        """Whether the filter lets the line through."""
        if self._filter is None:
            return True
        index, wanted = self._filter
        return index < len(cells) and squeezed(text_of(cells[index])) == wanted

    def rows(self, cells: Sequence[Cell], line: int) -> list[Observation | Refused]:
        """The rows of one line, in the order of `values`. `line` counts the file's data lines from 1."""
        first = (line - 1) * self.width + 1
        try:
            if self.header and len(cells) != len(self.header) and (len(cells) > len(self.header) or not self._reaches(cells)):
                raise _Bad("", "wrong-columns", found=len(cells), expected=len(self.header))
            if self.header and [text_of(cell).strip() for cell in cells] == [name.strip() for name in self.header]:
                raise _Bad("", "header-again")
            at, region, dims = self._when(cells), self._where(cells), self._extra(cells)
        except _Bad as bad:
            raw = raw_of(self.header, cells)
            return [Refused(first + spread, bad.place, bad.code, bad.params, raw) for spread in range(self.width)]
        answer: list[Observation | Refused] = []
        for spread, (index, column, code) in enumerate(self._values):
            try:
                answer.append(Observation(code, region, at, self._number(cells[index]), dims=dims))
            except _Bad as bad:
                answer.append(Refused(first + spread, column[:60], bad.code, bad.params, raw_of(self.header, cells)))
        return answer

    def _reaches(self, cells: Sequence[Cell]) -> bool:
        """Whether a short line (a spreadsheet leaves empty cells off) still holds every column that is asked for."""
        return max([*self._at, *(index for index, *_rest in self._values), *(i for _n, i in self._dims), self._region or 0]) < len(cells)

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
        try:
            moment = datetime.strptime(_in_english(text) if "%b" in form or "%B" in form else text, form)
        except ValueError:
            raise _Bad("at", "time-not-as-declared", given=text[:60], format=form) from None
        has_time = any(mark in form for mark in ("%H", "%I", "%M", "%X", "%c", "%T"))
        return self._zoned(moment if has_time or self._zone else moment.date())

    def _as_written(self, part: Cell, form: str, place: int) -> str:
        """A cell as text; a spreadsheet's own date or time is written in its part of the format first."""
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
            return text
        found = self.names.find(text) if self.names is not None else []
        if not found:
            near = self.names.near(text) if self.names is not None else ""
            raise _Bad("region", "unknown-region-name", given=text[:60], near=near or "–")
        if len(found) > 1:
            raise _Bad("region", "ambiguous-region", given=text[:60], found=", ".join(found))
        return found[0]

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


def text_of(cell: Cell) -> str:
    """A cell as a person would type it: 8888.0 is 8888."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, datetime | date | time) else str(cell)


def region_text(cell: Cell) -> str:
    """A region cell as text. A spreadsheet that took 35.10 for a number has written 35.1: the zero comes back."""
    if isinstance(cell, float) and not cell.is_integer():
        text = f"{cell:.2f}"
        return text if float(text) == cell else str(cell)
    return text_of(cell).strip()


def raw_of(header: Sequence[str], cells: Sequence[Cell]) -> Any:
    """A line as it is kept with its reason."""
    texts = [text_of(cell)[:500] for cell in cells]
    if header and len(header) == len(cells) and len(set(header)) == len(header):
        return dict(zip(header, texts, strict=True))
    return texts


def _in_english(text: str) -> str:
    """Indonesian month names as strptime knows them."""
    return re.sub(r"[A-Za-z]+", lambda word: MONTHS.get(word[0].lower(), word[0]), text)
