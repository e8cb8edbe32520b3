"""When a nightly backup is due and which are kept."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from pendopo.supervise.retention import due, is_late, to_keep

WIB = ZoneInfo("Asia/Jakarta")


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_seven_days_four_weeks_twelve_months_are_kept_of_two_years():
    nights = [at("2026-11-24T18:30:00") - timedelta(days=day) for day in range(730)]
    kept = to_keep(nights)
    assert set(nights[:7]) <= kept
    weeks = {night.strftime("%G-%V") for night in kept}
    months = {night.strftime("%Y-%m") for night in kept}
    assert len(months) == 12
    assert {night.strftime("%G-%V") for night in nights[:28]} <= weeks
    assert len(kept) <= 7 + 4 + 12
    # Of a period the newest is kept, so that thinning out again tomorrow does not lose it.
    assert to_keep(kept) == kept


def test_a_gap_does_not_cost_old_backups():
    old = [at("2025-01-10T18:30:00"), at("2025-02-10T18:30:00")]
    assert to_keep([*old, at("2026-11-24T18:30:00")]) >= set(old)


def test_due_once_a_night_in_the_governments_zone():
    evening, last = at("2026-11-23T14:00:00"), at("2026-11-22T18:31:00")
    assert not due(evening, last, WIB)  # 21.00 WIB, saved at 01.31 WIB this morning
    night = at("2026-11-23T18:30:00")  # 01.30 WIB
    assert not due(night - timedelta(seconds=1), last, WIB)
    assert due(night, last, WIB)
    assert not due(night + timedelta(hours=1), night + timedelta(minutes=1), WIB)
    assert due(night + timedelta(hours=9), last, WIB), "a machine that slept makes up for it"


def test_late_after_a_night_without():
    assert not is_late(at("2026-11-24T20:00:00"), at("2026-11-23T18:30:00"))
    assert is_late(at("2026-11-24T20:31:00"), at("2026-11-23T18:30:00"))
