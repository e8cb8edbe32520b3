"""Files of every shape: each row gets a verdict with its reason, and none is lost."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
from django.conf import settings

from pendopo.indicators.actions import Receipt
from pendopo.indicators.beside import neighbours
from pendopo.indicators.checks import EPOCH, MICROSECOND, Observation, Placed
from pendopo.indicators.declared import Faulty
from pendopo.indicators.files import VERDICTS, Outcome, batches, take_file
from pendopo.indicators.mapping import parse_mapping
from pendopo.indicators.models import Delivery, KeptRow
from pendopo.indicators.storing import find_series
from pendopo.indicators.tests.yard import DISTRICTS, Yard, lay_out

MAP = """
at: {columns: [tanggal, jam], format: "%d-%m-%y %H", zone: Asia/Jakarta}
region: {const: "35.16.01"}
values: {nilai: level}
missing: ["", "8888"]
"""
HEADER = "indicator,region,at,value"
R = "free,35.16.01"
DAY = "2025-01-01T0{}:00:00+07:00"


@pytest.fixture
def yard(transactional_db: None) -> Iterator[Yard]:
    """A small yard; files are kept in the test's data folder."""
    yield lay_out()


def take(yard: Yard, path: Path, content: bytes | str, mapping: str = "", dry_run: bool = False) -> Outcome:
    """Writes the file and ingests it."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    rules = parse_mapping(mapping) if mapping else None
    return take_file(source=yard.source, path=path, name=path.name, mapping=rules, dry_run=dry_run)


def counts(outcome: Outcome) -> tuple[int, ...]:
    """Accepted, flagged, quarantined, rejected, duplicates."""
    found = tuple(getattr(outcome, verdict) for verdict in VERDICTS)
    assert sum(found) == outcome.rows
    return found


def reasons(outcome: Outcome) -> list[tuple[int, str]]:
    """Row and reason of every problem."""
    return [(problem["row"], problem["code"]) for problem in outcome.problems]


def test_every_verdict_with_its_row(yard: Yard, tmp_path: Path) -> None:
    """A mapped CSV with good, doubtful, impossible, unreadable, missing, superseded and repeated rows; then the same file again."""
    lines = [
        "tanggal,jam,nilai",
        "01-01-25,0,1.0",
        "01-01-25,1,1.2",
        "01-01-25,2,9.5",
        "01-01-25,3,99",
        "01-01-25,24,1",
        "01-01-25,4,x",
        "01-01-25,5,8888",
        "01-01-25,1,1.2",
        "01-01-25,0,1.1",
        "tanggal,jam,nilai",
        "01-01-25,6",
    ]
    dry = take(yard, tmp_path / "a.csv", "\n".join(lines), MAP, dry_run=True)
    assert not Delivery.objects.exists()
    first = take(yard, tmp_path / "a.csv", "\n".join(lines), MAP)
    assert counts(first) == counts(dry) == (2, 1, 1, 6, 1)
    assert reasons(first) == reasons(dry)
    assert reasons(first) == [
        (1, "superseded"),
        (2, "duplicate"),
        (3, "step"),
        (4, "range"),
        (5, "time-not-as-declared"),
        (6, "not-a-number"),
        (7, "value-missing"),
        (10, "header-again"),
        (11, "wrong-columns"),
    ]
    again = take(yard, tmp_path / "a.csv", "\n".join(lines), MAP)
    assert counts(again) == (0, 0, 1, 6, 4)
    delivery = Delivery.objects.earliest("id")
    assert delivery.digest == first.digest
    assert (settings.FILES_DIR / delivery.file).read_bytes() == "\n".join(lines).encode()
    kept = KeptRow.objects.get(delivery=delivery, row=6)
    assert kept.raw == {"tanggal": "01-01-25", "jam": "4", "nilai": "x"}


def test_the_apis_own_columns(yard: Yard, tmp_path: Path) -> None:
    """Without a mapping: as POST /api/v1/observations takes them, dims and notes included."""
    start = "free,35.16.01,"
    rows = [f"{start}{DAY.format(1)},1.5,,A", f"{start}{DAY.format(1)},2.5,,B", f"{start}{DAY.format(2)},,,"]
    text = "\n".join([f"{HEADER},note,dims.pos", *rows])
    outcome = take(yard, tmp_path / "a.csv", text)
    assert counts(outcome) == (2, 0, 0, 1, 0)
    assert reasons(outcome) == [(3, "retraction-needs-reason")]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (f"{HEADER}\r\n{R},{DAY.format(1)},1\r{R},{DAY.format(2)},1\n{R},{DAY.format(3)},1", (3, [])),
        ("\ufeff" + f"{HEADER}\n{R},{DAY.format(1)},1\n", (1, [])),
        (f"{HEADER}\n{R},{DAY.format(1)},1\n".encode("utf-16"), (1, [])),
        (f"{HEADER};note\nfree;35.16.01;{DAY.format(1)};1;\n".replace(",", ";"), (1, [])),
        (f"{HEADER}\n\n{R},{DAY.format(1)},1\n,,,\n \n", (1, [])),
        (f"{HEADER},note\n{R},{DAY.format(1)},1,caf\xe9\n{R},{DAY.format(2)},1,x\n".encode("latin-1"), (1, [(1, "bad-bytes")])),
        (f"{HEADER}\n{R},{DAY.format(1)},1\x00\n{R},{DAY.format(2)},1\n", (1, [(1, "nul-character")])),
        (f'{HEADER}\n{R},"{DAY.format(1)},1\n{R},{DAY.format(2)},1\n{R},{DAY.format(3)},1\n', (2, [(1, "open-quote")])),
        (f'{HEADER},note\n{R},{DAY.format(1)},1,"two\nlines, one ""cell"""\n{R},{DAY.format(2)},1,\n', (2, [])),
        (f"{HEADER}\n{R},{DAY.format(1)},=1+1\n{R},{DAY.format(1)}\n", (0, [(1, "not-a-number"), (2, "wrong-columns")])),
        (f"{HEADER}\n{R},{DAY.format(1)},1e999\n{R},{DAY.format(2)},1e308\n", (1, [(1, "not-a-number")])),
        (f"{HEADER}\n{R},{DAY.format(1)},{'9' * 2_000_000}\n{R},{DAY.format(2)},1\n", (1, [(1, "unreadable-row")])),
    ],
    ids=[
        "mixed-ends",
        "bom",
        "utf-16",
        "semicolons",
        "empty-lines",
        "latin-1",
        "nul",
        "stray-quote",
        "quoted-lines",
        "formula",
        "endless",
        "long",
    ],
)
def test_dirty_files(yard: Yard, tmp_path: Path, raw: str | bytes, expected: tuple[int, list[tuple[int, str]]]) -> None:
    """Bad rows are kept with their reason and their neighbours are taken."""
    outcome = take(yard, tmp_path / "a.csv", raw)
    assert (outcome.accepted, reasons(outcome)) == expected
    assert KeptRow.objects.count() == len(expected[1])


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (HEADER.encode(), "holds no row"),
        (b"a,b\n1,2\n", "does not name indicator, region, at, value"),
        (b"PK\x03\x04 not a zip", "cannot be opened"),
        (b"\xd0\xcf\x11\xe0 not a workbook", "cannot be opened"),
        (b'{"observations": 7}', "neither JSON lines nor"),
        (b"[1,2]", "neither JSON lines nor"),
    ],
)
def test_what_is_no_table_gets_a_sentence(yard: Yard, tmp_path: Path, raw: bytes, sentence: str) -> None:
    """Nothing is stored and nothing is a stack trace."""
    with pytest.raises(Faulty, match=sentence):
        take(yard, tmp_path / "a.csv", raw)
    assert not Delivery.objects.exists()


def test_spreadsheets(yard: Yard, tmp_path: Path) -> None:
    """Typed dates and numbers, a formula with and without its stored result, a hidden sheet, trailing empty columns."""
    book = openpyxl.Workbook()
    hidden = book.active
    hidden.title, hidden.sheet_state = "lama", "hidden"
    hidden.append(["tanggal", "jam", "nilai"])
    sheet = book.create_sheet("data")
    sheet.append(["tanggal", "jam", "nilai", None])
    sheet.append([datetime(2025, 1, 1), 0, 1.5, None])
    sheet.append(["01-01-25", 1, "1.6"])
    sheet.append(["01-01-25", 2, "=1+1"])
    sheet.append([None, None, None])
    sheet.append(["01-01-25", 3, 1.7])
    book.save(tmp_path / "a.xlsx")
    outcome = take_file(source=yard.source, path=tmp_path / "a.xlsx", name="a.xlsx", mapping=parse_mapping(MAP))
    assert counts(outcome) == (3, 0, 0, 1, 0)
    assert reasons(outcome) == [(3, "value-missing")]
    assert any("1 cells hold formulas" in notice for notice in outcome.notices)


def test_json_lines(yard: Yard, tmp_path: Path) -> None:
    """With and without a mapping; a line that is no object is kept."""
    own = [{"indicator": "free", "region": "35.16.01", "at": DAY.format(hour), "value": hour} for hour in (1, 2)]
    text = "\n".join([json.dumps(own[0]), "[1]", "", json.dumps(own[1])])
    assert reasons(take(yard, tmp_path / "a.jsonl", text)) == [(2, "unreadable-row")]
    assert counts(take(yard, tmp_path / "b.json", json.dumps({"observations": own}))) == (0, 0, 0, 0, 2)
    lines = ['{"tanggal": "01-01-25", "jam": 1, "nilai": 2.5, "lain": [1]}', '{"tanggal": "01-01-25", "jam": 2, "nilai": {}}', "7"]
    mapped = take(yard, tmp_path / "c.jsonl", "\n".join(lines), MAP)
    assert (counts(mapped), reasons(mapped)) == ((1, 0, 0, 2, 0), [(2, "unreadable-row"), (3, "unreadable-row")])


def test_a_wide_file_names_lines(yard: Yard, tmp_path: Path) -> None:
    """Two rows a line; problems and kept rows name the line, also after a filter."""
    text = "kota,t,a,b\nX,2025-01-01T01:00:00Z,1,2\nY,2025-01-01T02:00:00Z,1,2\nX,2025-01-01T03:00:00Z,x,99\n"
    mapping = 'at: {column: t}\nregion: {const: "35.16.01"}\nvalues: {a: free, b: level}\nfilter: {column: kota, equals: x}\n'
    outcome = take(yard, tmp_path / "a.csv", text, mapping)
    assert counts(outcome) == (2, 0, 1, 1, 0)
    assert reasons(outcome) == [(3, "not-a-number"), (3, "range")]
    assert set(KeptRow.objects.values_list("row", flat=True)) == {3}


def test_long_files_become_deliveries_of_whole_lines() -> None:
    """A line's rows are never parted."""
    rows = ((number, Observation("x", "35", "2025-01-01", 1.0)) for number in range(1, 22))
    parts = list(batches(rows, 3, 8))
    assert [len(good) for good, _numbers, _refused in parts] == [9, 9, 3]
    assert [numbers[0] for _good, numbers, _refused in parts] == [1, 10, 19]


def test_more_than_a_thousand_problems_tell_the_refused_first(yard: Yard, tmp_path: Path) -> None:
    """A file sent again with one new bad row: the duplicates give way."""
    rows = [
        f"free,35.16.01,2025-01-{day:02d}T{hour:02d}:{minute:02d}:00Z,1"
        for day in (1, 2)
        for hour in range(24)
        for minute in range(0, 60, 2)
    ]
    take(yard, tmp_path / "a.csv", "\n".join([HEADER, *rows]))
    outcome = take(yard, tmp_path / "a.csv", "\n".join([HEADER, *rows, "free,35.16.01,soon,1"]))
    assert (outcome.duplicates, outcome.rejected, outcome.problems_omitted) == (1440, 1, 441)
    assert outcome.problems[-1]["code"] == "time-unreadable"


def test_many_rows_have_the_same_neighbours_as_few(yard: Yard, tmp_path: Path) -> None:
    """The range of history and the look-up row by row answer alike."""
    source = random.Random(7)
    hours = source.sample(range(2000), 60)
    history = [f"level,35.16.01,{stamp(hour)},{source.random():.3f}" for hour in hours]
    take(yard, tmp_path / "a.csv", "\n".join([HEADER, *history]))
    key = ("level", DISTRICTS[0], "")
    asked = [Placed(row, key, micros(hour), 1.0, 0, None) for row, hour in enumerate(source.sample(range(-50, 2050), 40), 1)]
    ids = find_series([key])
    together = neighbours(asked, ids)
    for row in asked:
        assert together[row.row] == neighbours([row], ids)[row.row]


def stamp(hour: int) -> str:
    """An hour after the beginning of 2025, in RFC 3339."""
    return (datetime(2025, 1, 1, tzinfo=UTC) + hour * 3_600_000_000 * MICROSECOND).isoformat()


def micros(hour: int) -> int:
    """The same in microseconds since 1970."""
    return (datetime(2025, 1, 1, tzinfo=UTC) - EPOCH) // MICROSECOND + hour * 3_600_000_000


def test_a_receipt_adds_up() -> None:
    """An outcome is the sum of its deliveries."""
    outcome = Outcome("a", "d")
    for number in (1, 2):
        outcome.add(Receipt(number, 3, 1, 0, 0, 2, [{"row": 1, "code": "step", "field": "", "message": ""}]))
    assert (outcome.rows, outcome.accepted, outcome.deliveries, outcome.by_reason["step"]) == (12, 6, [1, 2], 2)
