"""The mapping: columns become observations, and what would have to be guessed is refused by row."""

from datetime import date, datetime, time
from typing import Any

import pytest

from pendopo.indicators.checks import Observation, Refused
from pendopo.indicators.declared import Faulty
from pendopo.indicators.mapping import Mapper, parse_mapping
from pendopo.indicators.places import Names

REGENCIES = Names(
    [
        ("35.05", "Kabupaten Blitar"),
        ("35.72", "Kota Blitar"),
        ("35.16", "Kabupaten Mojokerto"),
        ("35.76", "Kota Mojokerto"),
        ("35.79", "Kota Batu"),
    ]
)
PROVINCES = Names(
    [
        ("31", "Daerah Khusus Ibukota Jakarta"),
        ("34", "Daerah Istimewa Yogyakarta"),
        ("35", "Jawa Timur"),
        ("19", "Kepulauan Bangka Belitung"),
    ]
)
PLAIN = "at: {column: waktu}\nregion: {column: kode}\nvalues: {nilai: x}\n"


def mapped(text: str, header: list[str], *cells: list[Any], names: Names | None = None) -> list[Observation | Refused]:
    """The rows of some lines under a mapping."""
    mapper = Mapper(parse_mapping(text), header, names)
    return [row for line, one in enumerate(cells, 1) for row in mapper.rows(one, line)]


def one(text: str, header: list[str], cells: list[Any], names: Names | None = None) -> Observation | Refused:
    """The only row of a line."""
    (row,) = mapped(text, header, cells, names=names)
    return row


def test_joined_columns_with_a_zone() -> None:
    """The telemetry's tanggal and jam are WIB."""
    text = (
        'at: {columns: [tanggal, jam], format: "%d-%m-%y %H", zone: Asia/Jakarta}\nregion: {const: "35.14"}\nvalues: {nilai: river-level}\n'
    )
    row = one(text + "dims: {pos: pos_id}\n", ["pos_id", "nilai", "tanggal", "jam"], ["BE1", "1.632", "04-10-22", "0"])
    assert row == Observation("river-level", "35.14", "2022-10-04T00:00:00+07:00", 1.632, dims={"pos": "BE1"})


def test_a_time_without_a_zone_is_not_guessed() -> None:
    """Where the format has hours and the mapping no zone."""
    row = one('at: {column: t, format: "%d/%m/%Y %H:%M"}\nregion: {const: "35"}\nvalues: {n: x}\n', ["t", "n"], ["01/02/2025 10:00", "1"])
    assert isinstance(row, Refused)
    assert (row.field, row.code) == ("at", "time-without-zone")


@pytest.mark.parametrize(
    ("form", "text", "at"),
    [
        ("%d-%m-%Y", "26-03-2020", "2020-03-26"),
        ("%d %B %Y", "9 Mei 2020", "2020-05-09"),
        ("%d %b %Y", "17 Agt 2020", "2020-08-17"),
        ("%d-%m-%y %H", "05-04-23 24", None),
        ("%d-%m-%Y", "2020-03-26", None),
        ("%d-%m-%Y", "", None),
    ],
)
def test_formats(form: str, text: str, at: str | None) -> None:
    """A date stays a date; what is not written as declared is refused."""
    row = one(f'at: {{column: t, format: "{form}"}}\nregion: {{const: "35"}}\nvalues: {{n: x}}\n', ["t", "n"], [text, "1"])
    if at is None:
        assert isinstance(row, Refused)
        assert row.code == "time-not-as-declared"
    else:
        assert isinstance(row, Observation)
        assert row.at == at


def test_typed_cells_of_a_spreadsheet() -> None:
    """Dates, hours and numbers as the spreadsheet holds them; a code that became a number gets its zero back."""
    text = 'at: {columns: [d, h], format: "%d-%m-%y %H", zone: Asia/Jakarta}\nregion: {column: k}\nvalues: {n: x}\n'
    header = ["d", "h", "k", "n"]
    assert one(text, header, [date(2025, 3, 4), 7.0, 35.1, 2.0]) == Observation("x", "35.10", "2025-03-04T07:00:00+07:00", 2.0)
    assert one(text, header, [datetime(2025, 3, 4), time(7, 0), "35.16.01", "2"]).at == "2025-03-04T07:00:00+07:00"  # type: ignore[union-attr]
    alone = "at: {column: d, zone: Asia/Jakarta}\nregion: {column: k}\nvalues: {n: x}\n"
    assert one(alone, ["d", "k", "n"], [datetime(2025, 3, 4, 7), 35.0, 1.0]) == Observation("x", "35", "2025-03-04T07:00:00+07:00", 1.0)


@pytest.mark.parametrize(
    ("decimal", "cell", "value"),
    [
        (".", "1.5", 1.5),
        (".", " 1.5 ", 1.5),
        (".", "1e3", 1000.0),
        (".", "1,5", None),
        (".", "1,500", None),
        (".", "=1+1", None),
        (".", "NaN", None),
        (".", "inf", None),
        (".", "#DIV/0!", None),
        (".", True, None),
        (".", "1_000", None),
        (".", "٣", None),
        (",", "1,5", 1.5),
        (",", "1.234,5", 1234.5),
        (",", "1.234.567", 1234567.0),
        (",", "1.5", None),
        (",", "12.34", None),
        (",", 1.5, 1.5),
        (".", "", "missing"),
        (".", "-", "missing"),
        (".", "8888", "missing"),
        (".", 8888.0, "missing"),
        (".", "8888.0", "missing"),
    ],
)
def test_numbers(decimal: str, cell: Any, value: float | str | None) -> None:
    """Only a number in the declared notation is one; what the mapping calls missing is told as missing."""
    row = one(f'{PLAIN}decimal: "{decimal}"\nmissing: ["", "-", 8888]\n', ["waktu", "kode", "nilai"], ["2025-01-01", "35", cell])
    if isinstance(value, float):
        assert isinstance(row, Observation)
        assert row.value == value
    else:
        assert isinstance(row, Refused)
        assert row.code == ("value-missing" if value else "not-a-number")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("KAB. MOJOKERTO", "35.16"),
        ("Kabupaten Mojokerto", "35.16"),
        ("kab mojokerto", "35.16"),
        ("Kota Mojokerto", "35.76"),
        ("KOTA_BATU", "35.79"),
        ("Batu", "35.79"),
        ("Mojokerto", "ambiguous-region"),
        ("Blitar", "ambiguous-region"),
        ("Kabupaten Batu", "unknown-region-name"),
        ("Surabaya", "unknown-region-name"),
        ("", "unknown-region-name"),
    ],
)
def test_names_of_regencies(text: str, code: str) -> None:
    """Capitals and abbreviations do not matter; a bare name that fits two is refused with both."""
    row = one('at: {const: "2025-01-01"}\nregion: {column: k, by: name}\nvalues: {n: x}\n', ["k", "n"], [text, "1"], names=REGENCIES)
    assert (row.region if isinstance(row, Observation) else row.code) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("DKI_JAKARTA", "31"),
        ("DAERAH_ISTIMEWA_YOGYAKARTA", "34"),
        ("DI Yogyakarta", "34"),
        ("JAWA TIMUR", "35"),
        ("Prov. Jawa Timur", "35"),
        ("KEPULAUAN_BANGKA_BELITUNG", "19"),
        ("Bangka Belitung", "19"),
    ],
)
def test_names_of_provinces(text: str, code: str) -> None:
    """As the covid files write them."""
    assert PROVINCES.find(text) == [code]


def test_the_nearest_name_is_told() -> None:
    """Gedeg is also written Gedek."""
    assert Names([("35.16.14", "Gedeg"), ("35.16.13", "Sooko")]).near("Gedek") == "Gedeg (35.16.14)"


def test_wide_lines_give_a_row_a_column() -> None:
    """One bad cell costs one row; a bad date costs the line."""
    text = 'at: {column: t}\nregion: {const: "35"}\nvalues: {KASUS: covid-cases, MENINGGAL: covid-deaths}\n'
    rows = mapped(text, ["t", "KASUS", "MENINGGAL"], ["2020-03-18", "6", "x"], ["2020-03-19"])
    assert isinstance(rows[0], Observation)
    assert [(row.row, row.field, row.code) for row in rows[1:] if isinstance(row, Refused)] == [
        (2, "MENINGGAL", "not-a-number"),
        (3, "", "wrong-columns"),
        (4, "", "wrong-columns"),
    ]


def test_a_header_that_stands_again_is_refused() -> None:
    """Files that were glued together."""
    row = one(PLAIN, ["waktu", "kode", "nilai"], ["waktu", "kode", "nilai"])
    assert isinstance(row, Refused)
    assert row.code == "header-again"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (PLAIN + "colour: red\n", "line 4: mapping: there is no key “colour”."),
        ("region: {column: kode}\nvalues: {nilai: x}\n", "“at” needs exactly one of column, columns and const."),
        (PLAIN.replace("waktu", "waktu, columns: [a]"), "“at” needs exactly one of column, columns and const."),
        (PLAIN.replace("kode}", 'kode, const: "35"}'), "“region” needs exactly one of column and const."),
        (PLAIN.replace("waktu}", "waktu, zone: Asia/Mojokerto}"), "there is no time zone “Asia/Mojokerto”"),
        (PLAIN + "encoding: ebcdic\n", "“encoding” is one of"),
        (PLAIN + 'decimal: ";"\n', "“decimal”"),
        (PLAIN.replace("kode}", "kode, by: colour}"), "“region.by”"),
        ("", "A mapping is a YAML mapping"),
    ],
)
def test_a_faulty_mapping_is_refused(text: str, sentence: str) -> None:
    """With a sentence that names the key."""
    with pytest.raises(Faulty) as refused:
        parse_mapping(text)
    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    ("header", "sentence"),
    [(["waktu", "kode"], "no column “nilai”. Its columns are: waktu, kode."), (["waktu", "kode", "nilai", "nilai"], "more than once")],
)
def test_a_column_that_is_not_there(header: list[str], sentence: str) -> None:
    """Or there twice: which one is meant is not guessed."""
    with pytest.raises(Faulty, match=sentence):
        Mapper(parse_mapping(PLAIN), header)


def test_without_a_header_columns_have_numbers() -> None:
    """Counted from 1."""
    row = one('header: 0\nat: {column: 1}\nregion: {column: 2}\nvalues: {"3": x}\n', [], ["2025-01-01", "35", "7"])
    assert row == Observation("x", "35", "2025-01-01", 7.0)
