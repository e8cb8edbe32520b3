"""The verdicts on rows, as pure decisions."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils.translation import override

from pendopo.indicators.checks import EPOCH, MICROSECOND, Judge, Judged, Observation, Rule, parse_at
from pendopo.indicators.sentences import sentence

WIB = ZoneInfo("Asia/Jakarta")
NOW = datetime(2026, 5, 9, 5, 0, tzinfo=UTC)
RULES = {
    "level": Rule(may_write=True, takes_dates=False, low=0, high=20, step=1.5),
    "cases": Rule(may_write=True, takes_dates=True),
    "closed": Rule(may_write=False, takes_dates=False),
}


def judged(*rows: Observation) -> Judged:
    judge = Judge(rules=RULES, is_region=lambda code: code == "35.16", zone=WIB, now=NOW)
    return judge.judge(rows, range(1, len(rows) + 1))


def row(value: float | None = 1.0, at: str = "2026-05-09T04:00:00Z", **other: object) -> Observation:
    return Observation(**{"indicator": "level", "region": "35.16", "at": at, "value": value, **other})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("sent", "field", "code"),
    [
        (row(indicator="unknown"), "indicator", "unknown-indicator"),
        (row(indicator="closed"), "indicator", "no-right"),
        (row(region="35.99"), "region", "unknown-region"),
        (row(at="yesterday"), "at", "time-unreadable"),
        (row(at="2026-05-09"), "at", "date-needs-time"),
        (row(at="2026-05-09T04:00:00"), "at", "time-without-zone"),
        (row(at="2026-02-30T04:00:00Z"), "at", "time-unreadable"),
        (row(at="0026-05-09T04:00:00Z"), "at", "time-out-of-range"),
        (row(float("nan")), "value", "not-a-number"),
        (row(float("inf")), "value", "not-a-number"),
        (row(None), "note", "retraction-needs-reason"),
        (row(quality="fine"), "quality", "unknown-quality"),
        (row(note="a\x00b"), "note", "nul-character"),
        (row(dims={"pos": "x" * 400}), "dims", "dims-too-long"),
    ],
)
def test_a_row_without_a_place_is_rejected_by_name_and_its_neighbour_is_not(sent: Observation, field: str, code: str) -> None:
    found = judged(sent, row(2.0))
    assert [(problem.row, problem.field, problem.code) for problem in found.rejected] == [(1, field, code)]
    assert [spot.value for spot in found.placed] == [2.0]


def test_a_code_whose_last_zero_a_spreadsheet_ate_is_told() -> None:
    judge = Judge(rules=RULES, is_region=lambda code: code in ("35.10", "35.16", "35.16.10"), zone=WIB, now=NOW)
    found = judge.judge([row(region="35.1"), row(region="35.9"), row(region="35.16.1")], [1, 2, 3])
    assert [no.params.get("meant") for no in found.rejected] == ["35.10", None, None]
    assert {no.code for no in found.rejected} == {"unknown-region"}
    with override("en"):
        assert "did a spreadsheet eat the zero of 35.10?" in sentence("unknown-region", found.rejected[0].params)
    with override("id"):
        assert "nol dari 35.10" in sentence("unknown-region", found.rejected[0].params)


@pytest.mark.parametrize(
    ("sent", "code"), [(row(20.1), "range"), (row(-0.1), "range"), (row(1.0, at="2026-05-09T05:05:01Z"), "future"), (row(1e308), "range")]
)
def test_a_hard_check_keeps_the_row_back(sent: Observation, code: str) -> None:
    found = judged(sent)
    assert [problem.code for _spot, problem in found.quarantined] == [code]
    assert not found.placed


def test_a_date_is_midnight_in_the_governments_zone() -> None:
    found = judged(row(indicator="cases", at="2026-05-09"))
    assert EPOCH + found.placed[0].at_us * MICROSECOND == datetime(2026, 5, 8, 17, 0, tzinfo=UTC)


def test_the_same_moment_in_two_spellings_is_one_place() -> None:
    found = judged(row(1.0, at="2026-05-09T04:00:00Z"), row(2.0, at="2026-05-09T11:00:00+07:00"))
    assert [(problem.row, problem.code) for problem in found.rejected] == [(1, "superseded")]
    assert [spot.row for spot in found.placed] == [2]


def test_of_a_b_a_in_one_body_the_last_stands_and_the_equal_one_is_a_duplicate() -> None:
    found = judged(row(1.0), row(2.0), row(1.0))
    assert [(problem.row, problem.code) for problem in found.rejected] == [(1, "superseded"), (2, "superseded")]
    assert [spot.row for spot in found.placed] == [3]


def test_an_equal_row_in_one_body_is_a_duplicate() -> None:
    found = judged(row(1.0), row(1.0))
    assert [problem.row for problem in found.duplicates] == [1]


@pytest.mark.parametrize("text", ["2026-05-09T04:00:00.123456+07:00", "2026-05-09t04:00:00z", "2026-05-09 04:00:00+00:00"])
def test_rfc_3339_in_its_spellings(text: str) -> None:
    assert parse_at(text, takes_dates=False, zone=WIB) > 0
