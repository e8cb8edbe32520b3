"""What was known at a moment leaves as CSV, JSON and Parquet with the same rows."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pyarrow import parquet

from pendopo.indicators import exporting
from pendopo.indicators.actions import Receipt, take_delivery
from pendopo.indicators.checks import Observation
from pendopo.indicators.models import Way
from pendopo.indicators.tests.yard import Yard, lay_out


@pytest.fixture
def yard(transactional_db: None) -> Iterator[Yard]:
    """A small yard."""
    yield lay_out()


def send(yard: Yard, *rows: Observation) -> Receipt:
    """One delivery."""
    return take_delivery(source=yard.source, rows=rows, digest="0" * 64, way=Way.API)


def seen(form: str, as_of: datetime | None = None, region: str | None = None) -> bytes:
    """An export of `free`."""
    stream = io.BytesIO()
    exporting.write(exporting.question(["free"], region, None, None, as_of), form, stream)
    return stream.getvalue()


def test_three_formats_say_the_same(yard: Yard) -> None:
    """Ordered by region, dims, at; `as_of` before the correction tells the first value; a retracted time is left out."""
    first = send(
        yard,
        Observation("free", "35.16.02", "2025-01-01T00:00:00Z", 1.0, note="=cmd()"),
        Observation("free", "35.16.01", "2025-01-01T01:00:00Z", 2.0, dims={"pos": "B"}),
        Observation("free", "35.16.01", "2025-01-01T00:00:00Z", 3.0, dims={"pos": "B"}),
        Observation("free", "35.16.01", "2025-01-01T05:00:00Z", 4.0, dims={"pos": "A"}),
    )
    send(
        yard,
        Observation("free", "35.16.02", "2025-01-01T00:00:00Z", 9.0),
        Observation("free", "35.16.01", "2025-01-01T05:00:00Z", None, note="wrong post", dims={"pos": "A"}),
    )
    rows = json.loads(seen("json"))
    assert [(row["region"], row.get("dims", {}).get("pos"), row["at"][11:13], row["value"]) for row in rows] == [
        ("35.16.01", "B", "00", 3.0),
        ("35.16.01", "B", "01", 2.0),
        ("35.16.02", None, "00", 9.0),
    ]
    table = list(csv.DictReader(io.StringIO(seen("csv").decode())))
    assert [(row["region"], float(row["value"]), row["known_since"]) for row in table] == [
        (row["region"], row["value"], row["known_since"]) for row in rows
    ]
    columns = parquet.read_table(io.BytesIO(seen("parquet"))).to_pylist()
    assert [(row["region"], row["value"], row["at"]) for row in columns] == [
        (row["region"], row["value"], datetime.fromisoformat(row["at"])) for row in rows
    ]
    then = list(csv.DictReader(io.StringIO(seen("csv", first.known_since).decode())))
    assert [(row["region"], float(row["value"]), row["note"]) for row in then][-1] == ("35.16.02", 1.0, "'=cmd()")
    assert len(then) == 4
    assert json.loads(seen("json", datetime(2020, 1, 1, tzinfo=UTC))) == []
    assert [row["region"] for row in json.loads(seen("json", region="35.16.02"))] == ["35.16.02"]


def test_what_is_unknown_is_refused(yard: Yard) -> None:
    """With a sentence."""
    for codes, region in ((["nothing"], None), (["free"], "99.99")):
        with pytest.raises(exporting.Impossible):
            exporting.question(codes, region, None, None, None)


def test_moments() -> None:
    """RFC 3339 with an offset, or a date in the government's zone; nothing else."""
    assert exporting.moment_of("2025-01-01") == datetime(2024, 12, 31, 17, tzinfo=UTC)
    assert exporting.moment_of("2025-01-01t07:00:00+07:00") - exporting.moment_of("2025-01-01") == timedelta(hours=7)
    for text in ("2025-01-01T07:00:00", "soon", "2025-13-01"):
        with pytest.raises(ValueError, match=r".*"):
            exporting.moment_of(text)
