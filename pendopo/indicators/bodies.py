"""Reading the body of POST /api/v1/observations: JSON by row, JSON by column, NDJSON and CSV become rows, or rows with a reason.

The fast path decodes the whole body at once; only when that fails is it read again row by row, so that one bad row never refuses its
neighbours. Raises Unreadable when the body is not what it says it is, or holds no row.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec

from .checks import Observation, Refused

COLUMNS = ("indicator", "region", "at", "value", "quality", "note")
REQUIRED = COLUMNS[:4]
# A cell may be as long as a body: a monstrous one refuses its own row and not the file (Python's default is 128 KB).
csv.field_size_limit(32 * 1024 * 1024)
PLAIN_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


class Unreadable(Exception):
    """The body cannot be read at all; `code` names the sentence (ingest.py)."""

    def __init__(self, code: str, why: str = "") -> None:
        super().__init__(code)
        self.code, self.why = code, why


class Rows(NamedTuple):
    """What a body holds: readable rows with their numbers, and refused rows."""

    rows: list[Observation]
    numbers: list[int]
    refused: list[Refused]


class _ByRow(msgspec.Struct, forbid_unknown_fields=True):
    observations: list[Observation]


class _RawRows(msgspec.Struct, forbid_unknown_fields=True):
    observations: list[msgspec.Raw]


class _ByColumn(msgspec.Struct, forbid_unknown_fields=True):
    series: list[tuple[str, str]]
    index: list[int]
    at: list[str]
    value: list[float | None]


_rows = msgspec.json.Decoder(_ByRow)
_raw_rows = msgspec.json.Decoder(_RawRows)
_columns = msgspec.json.Decoder(_ByColumn)
_row = msgspec.json.Decoder(Observation)


def read(body: bytes, content_type: str) -> Rows:
    """The rows of a body by its media type (lower case, without parameters). LookupError for a type that is not taken."""
    found = READERS[content_type](body.removeprefix(codecs.BOM_UTF8))
    if not found.rows and not found.refused:
        raise Unreadable("no-rows")
    return found


def read_json(body: bytes) -> Rows:
    """`{"observations": […]}`, or columns: `{"series": [[indicator, region]…], "index": […], "at": […], "value": […]}`."""
    try:
        rows = _rows.decode(body).observations
        return Rows(rows, list(range(1, len(rows) + 1)), [])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        pass
    try:
        raws = _raw_rows.decode(body).observations
    except msgspec.ValidationError:
        return _read_columns(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable("not-json", str(error)) from None
    return read_rows(raws)


def _read_columns(body: bytes) -> Rows:
    try:
        columns = _columns.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable("not-observations", str(error)) from None
    if not len(columns.index) == len(columns.at) == len(columns.value):
        raise Unreadable("columns-differ")
    rows: list[Observation] = []
    numbers: list[int] = []
    refused: list[Refused] = []
    series = columns.series
    for number, (index, at, value) in enumerate(zip(columns.index, columns.at, columns.value, strict=True), 1):
        if 0 <= index < len(series):
            rows.append(Observation(series[index][0], series[index][1], at, value))
            numbers.append(number)
        else:
            raw = {"index": index, "at": at, "value": value}
            refused.append(Refused(number, "index", "unknown-series", {"given": index}, raw))
    return Rows(rows, numbers, refused)


def read_ndjson(body: bytes) -> Rows:
    """One JSON object a line; empty lines are not rows."""
    lines = [line for line in body.splitlines() if line.strip()]
    return read_rows(lines)


def read_rows(raws: Iterable[msgspec.Raw | bytes]) -> Rows:
    """Rows that are still JSON text, each read for itself."""
    found = Rows([], [], [])
    for number, raw in enumerate(raws, 1):
        try:
            found.rows.append(_row.decode(raw))
            found.numbers.append(number)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            place, code, params = _explain(str(error), bytes(raw))
            found.refused.append(Refused(number, place, code, params, bytes(raw)[:4000].decode("utf-8", "replace")))
    return found


def _explain(text: str, raw: bytes) -> tuple[str, str, dict[str, Any]]:
    """Field, code and parameters of a decoder's message."""
    if match := re.search(r"unknown field `(.*?)`", text):
        return match[1][:60], "unknown-field", {"given": match[1][:60]}
    if match := re.search(r"missing required field `(.*?)`", text):
        return match[1], "missing-field", {"given": match[1]}
    place = match[1] if (match := re.search(r"`\$\.(\w+)", text)) else ""
    if place == "value" or "out of range" in text:
        return "value", "not-a-number", {"given": _value_in(raw)}
    return place, "unreadable-row", {"why": text}


def _value_in(raw: bytes) -> str:
    """The value as it was written, for the sentence."""
    match = re.search(rb'"value"\s*:\s*("[^"]*"|[^,}\s]+)', raw)
    return match[1].decode("utf-8", "replace").strip('"')[:60] if match else "?"


def read_csv(body: bytes) -> Rows:
    """A header with `indicator, region, at, value` and perhaps `quality`, `note`, `dims.NAME`, then one row a line. UTF-8."""
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise Unreadable("not-utf8", str(error)) from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=False)
    try:
        lines = [line for line in reader if any(cell.strip() for cell in line)]
    except csv.Error as error:
        raise Unreadable("not-csv", str(error)) from None
    if not lines:
        raise Unreadable("no-rows")
    header = [name.strip().lower() if not name.strip().lower().startswith("dims.") else name.strip() for name in lines[0]]
    if not set(header) & set(REQUIRED):
        raise Unreadable("no-header")
    found = Rows([], [], [])
    for number, cells in enumerate(lines[1:], 1):
        row = csv_row(number, header, cells)
        if isinstance(row, Refused):
            found.refused.append(row)
        else:
            found.rows.append(row)
            found.numbers.append(number)
    return found


def csv_row(number: int, header: list[str], cells: list[str]) -> Observation | Refused:
    """One line of a CSV with the API's own column names."""
    raw = dict(zip(header, cells, strict=False))
    if len(cells) != len(header):
        return Refused(number, "", "wrong-columns", {"found": len(cells), "expected": len(header)}, cells)
    if [cell.strip().lower() for cell in cells] == [name.lower() for name in header]:
        return Refused(number, "", "header-again", {}, raw)
    unknown = next((name for name in header if name not in COLUMNS and not name.lower().startswith("dims.")), None)
    if unknown is not None:
        return Refused(number, unknown[:60], "unknown-field", {"given": unknown[:60]}, raw)
    missing = next((name for name in REQUIRED if name not in raw), None)
    if missing is not None:
        return Refused(number, missing, "missing-field", {"given": missing}, raw)
    text = raw["value"].strip()
    if text and not PLAIN_NUMBER.fullmatch(text):
        return Refused(number, "value", "not-a-number", {"given": text[:60]}, raw)
    dims: dict[str, str | int | float] = {name[5:]: cell.strip() for name, cell in raw.items() if name.startswith("dims.") and cell.strip()}
    return Observation(
        indicator=raw["indicator"].strip(),
        region=raw["region"].strip(),
        at=raw["at"].strip(),
        value=float(text) if text else None,
        quality=raw.get("quality", "").strip() or None,
        note=raw.get("note", "").strip() or None,
        dims=dims or None,
    )


READERS = {
    "application/json": read_json,
    "application/x-ndjson": read_ndjson,
    "application/ndjson": read_ndjson,
    "application/jsonl": read_ndjson,
    "text/csv": read_csv,
}
