"""Files as they should not be: each is opened or refused with a sentence, previewed, and never guessed."""

import io
import resource
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from pendopo.agencies.models import Role
from pendopo.agencies.tests.people import person_in_post, signed_in
from pendopo.indicators.declared import Faulty
from pendopo.indicators.files import BATCH, take_file
from pendopo.indicators.mapping import parse_mapping
from pendopo.indicators.models import Delivery
from pendopo.indicators.sheets import open_book
from pendopo.indicators.tests.test_files import counts, take
from pendopo.indicators.tests.yard import Yard, lay_out
from pendopo.indicators.uploads.looking import Look, look_at

HEAD = ["tanggal", "kecamatan", "jumlah"]
MAP = "at: {column: tanggal}\nregion: {column: kecamatan}\nvalues: {jumlah: cases}\n"


@pytest.fixture
def yard(transactional_db: None) -> Iterator[Yard]:
    """A small yard."""
    yield lay_out()


@pytest.fixture
def budi(yard: Yard) -> Client:
    """Steward of the source's agency."""
    return signed_in(person_in_post("budi@psda.test", "Budi", Role.STEWARD, agency=yard.source.agency))


def book(path: Path, *rows: list[Any], name: str = "Data") -> openpyxl.Workbook:
    """A workbook with one sheet, saved."""
    made = openpyxl.Workbook()
    made.active.title = name
    for row in rows:
        made.active.append(row)
    made.save(path)
    return made


def facts(look: Look) -> str:
    """All that was said about the file."""
    return " ".join(look.facts)


def packed(path: Path, size: int, *, lie: int | None = None) -> None:
    """A workbook whose sheet unpacks to `size` bytes of blanks; with `lie` the archive says less."""
    book(path, HEAD, ["2026-01-01", "35.16.01", 1])
    with zipfile.ZipFile(path) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    sheet = parts.pop("xl/worksheets/sheet1.xml")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, body in parts.items():
            made.writestr(name, body)
        with made.open("xl/worksheets/sheet1.xml", "w", force_zip64=False) as stream:
            stream.write(sheet)
            for _chunk in range(size >> 20):
                stream.write(b" " * (1 << 20))
    if lie is not None:
        raw = path.read_bytes()
        with zipfile.ZipFile(path) as made:
            real = made.getinfo("xl/worksheets/sheet1.xml").file_size
        path.write_bytes(raw.replace(real.to_bytes(4, "little"), lie.to_bytes(4, "little")))


@pytest.mark.parametrize("lie", [None, 5000])
def test_a_zip_bomb(tmp_path: Path, lie: int | None) -> None:
    """A few megabytes that unpack to 900: refused without unpacking them into memory, also when the archive lies about it."""
    packed(tmp_path / "bomb.xlsx", 900 << 20, lie=lie)
    assert (tmp_path / "bomb.xlsx").stat().st_size < 2_000_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(Faulty) as refused:
        open_book(tmp_path / "bomb.xlsx")
    assert "unpack" in str(refused.value)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000


def test_a_cell_at_the_end_of_the_world(tmp_path: Path) -> None:
    """One forgotten cell far away makes a rectangle of 17 thousand million cells: refused with what to do."""
    made = book(tmp_path / "a.xlsx", HEAD, ["2026-01-01", "35.16.01", 1])
    made.active["XFD1048576"] = "x"
    made.save(tmp_path / "a.xlsx")
    with pytest.raises(Faulty, match=r"XFD1048576"):
        look_at(tmp_path / "a.xlsx")


def test_merged_cells(yard: Yard, tmp_path: Path) -> None:
    """A day merged over three lines stands in the first alone: said, and repeated only when the mapping says so."""
    made = book(tmp_path / "a.xlsx", HEAD, [date(2026, 1, 1), "35.16.01", 1], [None, "35.16.02", 2], [None, "35.16.03", 3])
    made.active.merge_cells("A2:A4")
    made.save(tmp_path / "a.xlsx")
    look = look_at(tmp_path / "a.xlsx")
    assert look.merged == 2
    assert look.merged and "2" in facts(look)
    raw = (tmp_path / "a.xlsx").read_bytes()
    assert counts(take(yard, tmp_path / "b.xlsx", raw, MAP, dry_run=True)) == (1, 0, 0, 2, 0)
    assert counts(take(yard, tmp_path / "b.xlsx", raw, MAP + "merged: fill\n")) == (3, 0, 0, 0, 0)


def test_hidden_sheets_and_two_tables(yard: Yard, tmp_path: Path) -> None:
    """A title, a table, an empty line, another table beside a third: each can be chosen; a hidden sheet is named and not read."""
    made = book(
        tmp_path / "a.xlsx",
        ["Laporan bulanan"],
        [],
        HEAD,
        ["2026-01-01", "35.16.01", 1],
        ["2026-01-02", "35.16.01", 2],
        [],
        ["tanggal", "pos", "tinggi", None, "nama", "alamat"],
        ["2026-01-01", "A", 1.5, None, "Sari", "Jalan 1"],
        ["2026-01-02", "A", 1.6, None, "Budi", "Jalan 2"],
    )
    made.create_sheet("Rahasia").append(HEAD)
    made["Rahasia"].append(["2026-01-01", "35.16.02", 7])
    made["Rahasia"].sheet_state = "hidden"
    made.save(tmp_path / "a.xlsx")
    look = look_at(tmp_path / "a.xlsx")
    assert [(choice.where.area, choice.hidden) for choice in look.choices] == [
        ("A3:C5", False),
        ("A7:C9", False),
        ("E7:F9", False),
        ("", True),
    ]
    assert [head.name for head in look.heads] == HEAD
    assert "Rahasia" in facts(look) and "3" in facts(look)
    other = look_at(tmp_path / "a.xlsx", look.choices[1].key)
    assert [head.name for head in other.heads] == ["tanggal", "pos", "tinggi"]
    raw = (tmp_path / "a.xlsx").read_bytes()
    assert counts(take(yard, tmp_path / "b.xlsx", raw, MAP + "sheet: Data\narea: A3:C5\n")) == (2, 0, 0, 0, 0)
    with pytest.raises(Faulty, match="Lain"):
        take(yard, tmp_path / "b.xlsx", raw, MAP + "sheet: Lain\n")


def test_an_empty_line_within_a_table_does_not_end_it(tmp_path: Path) -> None:
    """The lines after it have no header of their own."""
    book(tmp_path / "a.xlsx", HEAD, ["2026-01-01", "35.16.01", 1], [], ["2026-01-02", "35.16.01", 2])
    (choice,) = look_at(tmp_path / "a.xlsx").choices
    assert choice.rows == 3


def test_days_as_text_in_three_styles(yard: Yard, tmp_path: Path) -> None:
    """Each value fits exactly one style; one that fits two is refused by row."""
    text = "tanggal,kecamatan,jumlah\n31/12/2025,35.16.01,1\n2026-01-01,35.16.01,2\n2 Januari 2026,35.16.01,3\n"
    rules = MAP.replace("tanggal}", 'tanggal, format: "%d/%m/%Y | %Y-%m-%d | %d %B %Y"}')
    assert counts(take(yard, tmp_path / "a.csv", text, rules)) == (3, 0, 0, 0, 0)
    both = take(
        yard,
        tmp_path / "b.csv",
        "tanggal,kecamatan,jumlah\n04/05/2026,35.16.01,1\n",
        MAP.replace("tanggal}", 'tanggal, format: "%d/%m/%Y | %m/%d/%Y"}'),
    )
    assert [problem["code"] for problem in both.problems] == ["time-ambiguous"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xef\xbb\xbftanggal,kecamatan,jumlah\n2026-01-01,35.16.01,1\n", "BOM"),
        ("tanggal,kecamatan,jumlah\n2026-01-01,35.16.01,1\n2026-01-01,Pos café,1\n".encode("latin-1"), "Latin-1"),
        (b"tanggal,kecamatan,jumlah\r\n2026-01-01,35.16.01,1\n2026-01-02,35.16.01,1\r", "Windows"),
        (b"Laporan\n\ntanggal,kecamatan,jumlah\n2026-01-01,35.16.01,1\n", "2"),
    ],
    ids=["BOM", "Latin-1", "mixed line ends", "title above"],
)
def test_texts_as_people_save_them(tmp_path: Path, content: bytes, said: str) -> None:
    """Read, and said how."""
    (tmp_path / "a.csv").write_bytes(content)
    look = look_at(tmp_path / "a.csv")
    assert [head.name for head in look.heads] == HEAD
    assert said in facts(look)
    assert look.heads[2].samples == ["1"]


def test_a_formula_and_the_header_twice(yard: Yard, tmp_path: Path) -> None:
    """A formula that was never computed is no figure; the header that stands again is one refused row."""
    book(tmp_path / "a.xlsx", HEAD, ["2026-01-01", "35.16.01", "=1+1"], HEAD, ["2026-01-02", "35.16.01", 2])
    assert "1 sel berisi rumus" in facts(look_at(tmp_path / "a.xlsx"))
    outcome = take(yard, tmp_path / "a.xlsx", (tmp_path / "a.xlsx").read_bytes(), MAP)
    assert counts(outcome) == (1, 0, 0, 2, 0)
    assert [problem["code"] for problem in outcome.problems] == ["value-missing", "header-again"]


def test_a_file_that_came_yesterday(yard: Yard, budi: Client) -> None:
    """Under a new name it is known by its hash; saved again (other line ends) by its content. Both are said before anything is taken."""
    content = b"indicator,region,at,value\ncases,35.16.01,2026-01-01,1\ncases,35.16.02,2026-01-01,2\n"
    page = budi.post("/upload", {"source": yard.source.pk, "file": SimpleUploadedFile("kemarin.csv", content)}, follow=True)
    budi.post(page.redirect_chain[-1][0], {"do": "take"})
    assert Delivery.objects.get().accepted == 2
    again = budi.post("/upload", {"source": yard.source.pk, "file": SimpleUploadedFile("hari ini.csv", content)}, follow=True)
    assert again.context["before"] and "kemarin.csv" in again.context["before"]
    other = content.replace(b"\n", b"\r\n")
    saved = budi.post("/upload", {"source": yard.source.pk, "file": SimpleUploadedFile("hari ini.csv", other)}, follow=True)
    assert not saved.context["before"]
    assert saved.context["known_already"]


def test_a_very_long_file_is_not_held(yard: Yard, tmp_path: Path) -> None:
    """Ten million rows: the look reads the first lines, the preview the first part, in little memory."""
    path = tmp_path / "long.csv"
    line = b"2026-01-01,35.16.01,1\n" * 100_000
    with path.open("wb") as stream:
        stream.write(b"tanggal,kecamatan,jumlah\n")
        for _part in range(100):
            stream.write(line)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    look = look_at(path)
    assert [head.name for head in look.heads] == HEAD
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 30_000
    outcome = take_file(source=yard.source, path=path, name=path.name, mapping=parse_mapping(MAP), dry_run=True, brief=True)
    assert outcome.more and (outcome.rows, outcome.accepted, outcome.duplicates) == (BATCH, 1, BATCH - 1)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000
    assert not Delivery.objects.exists()


def test_a_broken_workbook(tmp_path: Path) -> None:
    """Cut off, or an archive that is no workbook: a sentence."""
    book(tmp_path / "a.xlsx", HEAD, ["2026-01-01", "35.16.01", 1])
    raw = (tmp_path / "a.xlsx").read_bytes()
    (tmp_path / "a.xlsx").write_bytes(raw[: len(raw) // 2])
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w") as made:
        made.writestr("a.txt", "x")
    (tmp_path / "b.xlsx").write_bytes(plain.getvalue())
    for name in ("a.xlsx", "b.xlsx"):
        with pytest.raises(Faulty, match="save it again"):
            look_at(tmp_path / name)
