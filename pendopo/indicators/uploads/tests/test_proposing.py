"""What is proposed for the tables that people make, and what is asked instead of guessed."""

from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from pendopo.indicators.tests.real_files import FOLDER
from pendopo.indicators.uploads.dates import style_of
from pendopo.indicators.uploads.knowing import Figure, Known, Place
from pendopo.indicators.uploads.looking import look_at
from pendopo.indicators.uploads.proposing import Proposal, propose

PLACES = [
    ("35", "Jawa Timur", "province"),
    ("35.10", "Kabupaten Banyuwangi", "regency"),
    ("35.16", "Kabupaten Mojokerto", "regency"),
    ("35.16.01", "Jatirejo", "district"),
    ("35.16.02", "Gondang", "district"),
    ("35.16.03", "Pacet", "district"),
    ("35.16.10", "Bangsal", "district"),
]
TODAY = date(2026, 5, 9)
BPS = {"3516010": "35.16.01", "3516020": "35.16.02", "3516030": "35.16.03"}


def known(*figures: tuple[str, str]) -> Known:
    """A small house: figures by code and name, one regency with four districts."""
    return Known(
        tuple(Figure(code, (code, name), "district", True, "orang") for code, name in figures or [("cases", "Kasus baru")]),
        {code: Place(code, name, level) for code, name, level in PLACES},
        BPS,
        "35.16",
        "Asia/Jakarta",
        TODAY,
    )


def proposed(path: Path, text: str | bytes, house: Known | None = None) -> Proposal:
    """The proposal for a CSV."""
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return propose(look_at(path), house or known())


def roles(found: Proposal) -> list[str]:
    """The roles in the order of the columns."""
    return [found.roles[place] for place in sorted(found.roles)]


@pytest.mark.parametrize(
    ("values", "form"),
    [
        (["2026-05-09", "2026-05-10"], ""),
        (["31/12/2025", "01/02/2026"], "%d/%m/%Y"),
        (["9 Mei 2020", "10 Juni 2020"], "%d %B %Y"),
        (["04-10-22", "31-10-22"], "%d-%m-%y"),
        (["31/12/2025 14:05", "01/01/2026 00:00"], "%d/%m/%Y %H:%M"),
        (["Januari 2026", "Februari 2026"], "%B %Y"),
        (["31/12/2025", "2026-01-01", "2 Januari 2026"], "%d/%m/%Y | %Y-%m-%d | %d %B %Y"),
    ],
)
def test_the_style_of_days(values: list[str], form: str) -> None:
    """One style, or several when each value fits exactly one."""
    style = style_of(values, TODAY)
    assert style is not None
    assert set((style.form or "").split(" | ")) == set(form.split(" | "))
    assert not style.either


def test_a_day_with_two_readings_is_asked() -> None:
    """04/05/2026 is in April or in May: both are offered, none is taken."""
    style = style_of(["04/05/2026", "05/06/2026"], TODAY)
    assert style is not None
    assert style.form is None
    assert set(style.either) == {"%d/%m/%Y", "%m/%d/%Y"}
    assert style_of(["12", "15", "900"], TODAY) is None
    assert style_of(["Jatirejo", "Gondang"], TODAY) is None


def test_a_wide_table_by_names(tmp_path: Path) -> None:
    """Days, districts by name within the regency, figures by the indicators' names; the rest is left out, each with a reason."""
    house = known(("cases", "Kasus baru"), ("deaths", "Meninggal"))
    text = "Tanggal;Kecamatan;Kasus baru;Meninggal;Petugas\n31/12/2025;Kec. Jatirejo;1,5;-;Sari\n01/01/2026;GONDANG;2,5;0;Budi\n"
    found = proposed(tmp_path / "a.csv", text, house)
    assert roles(found) == ["at", "region", "figure:cases", "figure:deaths", ""]
    assert {name: found.answers[name] for name in ("format", "region_by", "within", "decimal", "missing")} == {
        "format": "%d/%m/%Y",
        "region_by": "name",
        "within": "35.16",
        "decimal": ",",
        "missing": "-",
    }
    assert not found.questions
    assert all(found.reasons[f"role_{place}"] for place in range(5))


@pytest.mark.parametrize(
    ("values", "by", "within"),
    [
        (["35.16.01", "35.16.02", "35.16.10"], "code", ""),
        (["351601", "351602", "351610"], "digits", ""),
        (["3516010", "3516020", "3516030"], "bps", ""),
        (["1", "2", "10"], "part", "35.16"),
    ],
)
def test_codes_of_every_kind(tmp_path: Path, values: list[str], by: str, within: str) -> None:
    """With dots, without, BPS, and the last number whose leading zero Excel ate."""
    lines = [f"2026-01-01,{value},5" for value in values]
    found = proposed(tmp_path / "a.csv", "\n".join(["tanggal,kode_kecamatan,jumlah", *lines]))
    assert roles(found) == ["at", "region", "figure:cases"]
    assert (found.answers["region_by"], found.answers["within"]) == (by, within)


def test_a_long_table(tmp_path: Path) -> None:
    """A column names the indicators: the names are listed with their codes, the unknown one without."""
    house = known(("price-rice", "Beras"), ("price-sugar", "Gula pasir"))
    found = proposed(
        tmp_path / "a.csv", "tanggal,komoditas,harga\n2026-01-01,Beras,12000\n2026-01-01,Gula Pasir,14000\n2026-01-01,Tahu,9000\n", house
    )
    assert roles(found) == ["at", "which", "value"]
    assert str(found.answers["names"]).splitlines() == ["Beras = price-rice", "Gula Pasir = price-sugar", "Tahu ="]
    assert "const_region" in found.questions


def test_days_across(tmp_path: Path) -> None:
    """The heads are days: one indicator, a column for each."""
    found = proposed(tmp_path / "a.csv", "kecamatan,2026-01-01,2026-01-02,2026-01-03\nJatirejo,1,2,3\nGondang,4,5,6\nPacet,1,1,1\n")
    assert roles(found) == ["region", "across", "across", "across"]
    assert found.answers["across"] == "cases"


@pytest.mark.parametrize("heads", ["Jatirejo;Kec. Gondang;PACET", "35.16.01;35.16.02;35.16.03"])
def test_regions_across(tmp_path: Path, heads: str) -> None:
    """The heads are regions by name or code: one indicator, a column for each; the day is a column of its own, a sum is left out."""
    found = proposed(tmp_path / "a.csv", f"tanggal;{heads};Jumlah\n31/12/2025;1,5;2;3;6,5\n01/01/2026;4;5;6;15\n")
    assert roles(found) == ["at", "beside", "beside", "beside", ""]
    assert (found.answers["across"], found.answers["format"], found.answers["decimal"]) == ("cases", "%d/%m/%Y", ",")
    assert not found.questions
    assert "Kabupaten" not in found.reasons["role_1"] and "35.16.01" in found.reasons["role_1"]


def test_what_has_two_readings_is_asked(tmp_path: Path) -> None:
    """1.234 may be a thousand; no column of days, no region, no figure: each is a question."""
    found = proposed(tmp_path / "a.csv", "tanggal,kecamatan,jumlah\n2026-01-01,Jatirejo,1.234\n2026-01-02,Gondang,2.500\n")
    assert "decimal" in found.questions
    assert "decimal" not in found.answers
    found = proposed(tmp_path / "b.csv", "a,b\nx,1\ny,2\n", known(("cases", "Kasus"), ("deaths", "Meninggal")))
    assert set(found.questions) == {"const_at", "const_region", "figures"}


@pytest.mark.parametrize(("value", "decimal"), [("1.234", None), ("1,5", ","), ("15", ".")])
def test_how_numbers_are_written_is_not_guessed_before_their_column_is_chosen(tmp_path: Path, value: str, decimal: str | None) -> None:
    """The name fits two indicators, so a person chooses; a thousand must not become one and a bit by that."""
    house = known(("cases", "Kasus baru Covid-19"), ("dengue", "Kasus baru DBD"))
    found = proposed(tmp_path / "a.csv", f"tanggal;kecamatan;kasus baru\n2026-01-01;Jatirejo;{value}\n", house)
    assert roles(found) == ["at", "region", ""]
    assert (found.answers.get("decimal"), "decimal" in found.questions) == (decimal, decimal is None)


def test_a_name_that_fits_two_indicators_is_asked(tmp_path: Path) -> None:
    """“Kasus baru” may be either: nothing is proposed, and both are named."""
    house = known(("covid-cases", "Kasus baru Covid-19"), ("dengue-cases", "Kasus DBD baru"))
    found = proposed(tmp_path / "a.csv", "tanggal,kode,Kasus baru\n2026-01-01,35.16.01,4\n2026-01-02,35.16.02,5\n", house)
    assert roles(found)[:2] == ["at", "region"] and "figure" not in found.roles.get(2, "") and set(found.questions) == {"figures"}
    assert "Covid-19" in found.reasons["role_2"] and "DBD" in found.reasons["role_2"]
    found = proposed(tmp_path / "b.csv", "tanggal,kode,Kasus DBD\n2026-01-01,35.16.01,4\n2026-01-02,35.16.02,5\n", house)
    assert found.roles[2] == "figure:dengue-cases"


def test_telemetry_with_hours_and_sentinels(tmp_path: Path) -> None:
    """Day and hour in two columns, a test value, and times of upload that are not the time it is about."""
    text = "pos_id,nilai,created_at,tanggal,jam\n" + "".join(
        f"BE1,{value},05-10-22 22:16,{day:02d}-10-22,{day % 24}\n" for day, value in zip(range(1, 29), [1.5, 8888] * 14, strict=True)
    )
    found = proposed(tmp_path / "a.csv", text, known(("river-level", "Tinggi muka air")))
    assert (found.with_role("at"), found.with_role("hour"), found.with_role("figure:river-level")) == (3, 4, 1)
    assert (found.answers["format"], found.answers["zone"], found.answers["missing"]) == ("%d-%m-%y %H", "Asia/Jakarta", "8888")


def test_spreadsheet_codes_that_lost_a_zero(tmp_path: Path) -> None:
    """Excel took 35.10 for a number: 35.1 is read as the code it was, and said."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["tanggal", "kode wilayah", "jumlah"])
    for code in (35.1, 35.16):
        sheet.append([datetime(2026, 1, 1), code, 5])
    book.save(tmp_path / "a.xlsx")
    found = propose(look_at(tmp_path / "a.xlsx"), known())
    assert found.answers["region_by"] == "code"
    assert "35.1" in found.reasons["role_1"]


REAL = {
    "hydrology/awlr_purwodadi.csv": ({"at": "tanggal", "hour": "jam", "figure:river-level": "nilai"}, {"format": "%d-%m-%y %H"}),
    "covid/provinsi_harian_2020_2021.csv": ({"at": "tanggal", "figure:covid-cases": "KASUS"}, {}),
    "covid/kabkota_jatim_maret2020.csv": ({"at": "tanggal_folder"}, {}),
    "prices/pihps_jawa_timur_2020_2023.csv": ({"at": "Tanggal", "figure:price-rice": "Beras"}, {"decimal": "."}),
    "prices/bapanas_kota_bandung_202509_202511.csv": ({"at": "Timestamp", "which": "Komoditas", "value": "Harga"}, {}),
}


@pytest.mark.parametrize("name", REAL)
def test_the_real_files(name: str) -> None:
    """The recorded public files: the columns that a person would choose."""
    if FOLDER is None:
        pytest.skip("the real files are absent: set PENDOPO_REAL to their folder")
    house = known(("river-level", "Nilai"), ("covid-cases", "Kasus"), ("price-rice", "Beras"), ("price-rice-premium", "Beras Premium"))
    look = look_at(FOLDER / name)
    found = propose(look, house)
    wanted, answers = REAL[name]
    chosen = {role: look.heads[place].name for place, role in found.roles.items()}
    assert {role: chosen.get(role) for role in wanted} == wanted
    assert {answer: found.answers.get(answer) for answer in answers} == answers
