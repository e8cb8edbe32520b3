"""What was known at a moment, as CSV, JSON or Parquet: the fields of GET /api/v1/observations, ordered by indicator, region, dims, at."""

import csv
import io
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _

from pendopo.regions.models import Region

from .history import Known, Question, forgetful, iterate
from .latest import utc_text
from .models import Indicator

try:
    pyarrow: Any = import_module("pyarrow")
    parquet: Any = import_module("pyarrow.parquet")
except ImportError:
    pyarrow = None

COLUMNS = ("indicator", "region", "at", "value", "quality", "source", "known_since", "dims", "note")
GROUP = 50_000


class Impossible(Exception):
    """The export cannot be written; the message is a sentence that says what to do."""


def moment_of(text: str) -> datetime:
    """RFC 3339 with an offset, or a date at 00:00 in the government's zone. ValueError for anything else."""
    if len(text) == 10:
        return datetime.combine(date.fromisoformat(text), time.min, ZoneInfo(settings.TIME_ZONE))
    found = datetime.fromisoformat(text.upper())
    if found.tzinfo is None:
        raise ValueError("offset")
    return found


def question(codes: Sequence[str], region: str | None, since: datetime | None, until: datetime | None, as_of: datetime | None) -> Question:
    """What is asked, by codes. Impossible when an indicator or the region is unknown."""
    found = dict(Indicator.objects.filter(code__in=codes).values_list("code", "pk"))
    unknown = [code for code in codes if code not in found]
    if unknown:
        raise Impossible(_("There is no indicator “%(code)s”.") % {"code": ", ".join(unknown)})
    if region is not None and not Region.objects.filter(pk=region).exists():
        raise Impossible(_("There is no region “%(code)s”: use the Kemendagri code with dots.") % {"code": region})
    return Question(list(found.values()), region, since=since, until=until, as_of=as_of)


def forgotten(asked: Question) -> list[tuple[str, str]]:
    """The indicators that have forgotten rows which the question reaches: code, and from when on rows are kept."""
    found = forgetful(Indicator.objects.filter(pk__in=asked.indicators).order_by("code"), asked.since)
    return [(one.code, utc_text(one.raw_since) or "") for one in found]


def write(asked: Question, form: str, stream: IO[bytes], rows: Iterator[Known] | None = None) -> int:
    """Writes all rows of an answer (`rows` where they were looked through) to a binary stream; returns how many. `form` is csv, json or
    parquet."""
    return {"csv": _csv, "json": _json, "parquet": _parquet}[form](iterate(asked) if rows is None else rows, stream)


def _row(known: Known) -> dict[str, Any]:
    dims = msgspec.json.encode(dict(sorted(known.dims.items()))).decode() if known.dims else ""
    at, known_since = utc_text(known.at), utc_text(known.known_since)
    return dict(zip(COLUMNS, (*known[:2], at, known.told, known.quality, known.source, known_since, dims, known.remark or ""), strict=True))


def _csv(rows: Iterator[Known], stream: IO[bytes]) -> int:
    text = io.TextIOWrapper(stream, "utf-8", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    count = 0
    for known in rows:
        count += 1
        row = _row(known)
        row["note"] = _harmless(row["note"])
        writer.writerow(row.values())
    text.detach()
    return count


def _harmless(text: str) -> str:
    """A note that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _json(rows: Iterator[Known], stream: IO[bytes]) -> int:
    count = 0
    stream.write(b"[")
    for count, known in enumerate(rows, 1):
        stream.write((b",\n" if count > 1 else b"\n") + msgspec.json.encode(known.as_json()))
    stream.write(b"\n]\n")
    return count


def _parquet(rows: Iterator[Known], stream: IO[bytes]) -> int:
    if pyarrow is None:
        raise Impossible(_("Parquet needs the package pyarrow: install it with “pip install pyarrow”, or export as csv or json."))
    kinds = {"at": pyarrow.timestamp("us", "UTC"), "known_since": pyarrow.timestamp("us", "UTC"), "value": pyarrow.float64()}
    schema = pyarrow.schema([(name, kinds.get(name, pyarrow.string())) for name in COLUMNS])
    count = 0
    # Parquet ends with an index of itself: it is written to a file first, so that a pipe can take it.
    with tempfile.NamedTemporaryFile(suffix=".parquet") as copy:
        with parquet.ParquetWriter(copy.name, schema, compression="zstd") as writer:
            while group := list(islice(rows, GROUP)):
                columns = [_row(known) | {"at": known.at, "known_since": known.known_since} for known in group]
                writer.write_table(pyarrow.Table.from_pylist(columns, schema))
                count += len(group)
        with Path(copy.name).open("rb") as done:
            while chunk := done.read(1 << 20):
                stream.write(chunk)
    return count
