"""Numbers, times and ages in words. The table tests/words.json is also read by the islands' tests."""

import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pendopo.ui import words

TABLE = json.loads((Path(__file__).resolve().parents[3] / "tests" / "words.json").read_text())
JAKARTA = ZoneInfo("Asia/Jakarta")
LUNCH = datetime(2020, 5, 9, 7, 5, tzinfo=UTC)


@pytest.mark.parametrize("row", TABLE["numbers"], ids=lambda row: str(row["value"]))
@pytest.mark.parametrize("language", ["id", "en"])
def test_numbers(row: dict[str, object], language: str) -> None:
    assert words.number_text(row["value"], row["decimals"], language) == row[language]  # type: ignore[arg-type]


@pytest.mark.parametrize("row", TABLE["ages"], ids=lambda row: str(row["seconds"]))
@pytest.mark.parametrize("language", ["id", "en"])
def test_ages(row: dict[str, object], language: str) -> None:
    assert words.age_text(row["seconds"], language) == row[language]  # type: ignore[arg-type]


def test_no_report_and_infinity_are_a_dash_and_never_zero() -> None:
    assert words.number_text(None) == words.number_text(float("inf")) == words.number_text(float("nan")) == "–"


def test_moments_the_indonesian_way_and_the_english_way() -> None:
    assert words.moment_text(LUNCH, JAKARTA) == "9 Mei 2020 14.05 WIB"
    assert words.moment_text(LUNCH, JAKARTA, "en") == "9 May 2020 14:05 WIB"
    assert words.moment_text(LUNCH, ZoneInfo("Asia/Jayapura")) == "9 Mei 2020 16.05 WIT"
    assert words.long_day_text(LUNCH, JAKARTA) == "Sabtu, 9 Mei 2020"
    assert words.day_text(None, JAKARTA) == "–"


def test_spans_are_whole_days_and_hours_where_they_are() -> None:
    assert words.span_text(86_400) == "1 hari"
    assert words.span_text(3600, "en") == "1 hour"
    assert words.span_text(5400) == "90 menit"
    assert words.span_text(100) == "1 menit"
    assert words.span_text(2448 * 60) == "1 hari"
