"""Opening hours and calendars: what is open when, midnight, closures, holidays, zones."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pendopo.agencies.hours import Closing, minus, read_hours
from pendopo.coworking.places.hours import Calendar
from pendopo.coworking.places.models import Place

WIB = ZoneInfo("Asia/Jakarta")
MONDAY = date(2026, 12, 7)


def at(hour: int, day: date = MONDAY, zone: ZoneInfo = WIB) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=zone)


OFFICE = Calendar("Mo-Fr 08:00-17:00; Sa 09:00-12:00", WIB)


def test_hours_are_read_in_both_languages() -> None:
    assert read_hours("Mo-Fr 08:00-17:00") == read_hours("Sen-Jum 08.00-17.00") == (((480, 1020),),) * 5 + ((), ())
    assert read_hours("Fr-Mo 08:00-12:00,13:00-17:00")[0] == ((480, 720), (780, 1020)) and not read_hours("Fr-Mo 08:00-12:00")[1]
    assert read_hours("24/7") == (((0, 1440),),) * 7


@pytest.mark.parametrize(
    "text", ["always", "Mo 17:00-08:00", "Mo 08:00-25:00", "Xx 08:00-17:00", "Mo 08:61-17:00", "Mo 8-17", "Mo 08:00-12:00,11:00-13:00"]
)
def test_nonsense_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"hours"):
        read_hours(text)


def test_open_all_the_while_or_why_not() -> None:
    assert OFFICE.refusal(at(8), at(17)) is None
    assert "08.00–17.00" in str(OFFICE.refusal(at(7), at(9)))
    assert str(OFFICE.refusal(at(9, date(2026, 12, 6)), at(10, date(2026, 12, 6)))) == "The place is closed on that day."
    assert "each day by itself" in str(OFFICE.refusal(at(16), at(9, date(2026, 12, 8))))


def test_around_the_clock_crosses_midnight() -> None:
    always = Calendar("24/7", WIB)
    assert always.refusal(at(22), at(3, date(2026, 12, 8))) is None
    holiday = Calendar("24/7", WIB, {date(2026, 12, 8): "Libur"})
    assert "Libur" in str(holiday.refusal(at(22), at(3, date(2026, 12, 8))))
    assert holiday.refusal(at(22), datetime(2026, 12, 8, tzinfo=WIB)) is None


def test_closures_and_holidays_are_named() -> None:
    closed = Calendar("Mo-Fr 08:00-17:00", WIB, {date(2026, 12, 25): "Natal"}, (Closing(at(12), at(14), "listrik padam"),))
    assert "listrik padam" in str(closed.refusal(at(10), at(13))) and closed.refusal(at(14), at(16)) is None
    assert "Natal" in str(closed.refusal(at(9, date(2026, 12, 25)), at(10, date(2026, 12, 25))))


def test_a_place_has_its_own_clock() -> None:
    east = Calendar("Mo-Fr 08:00-17:00", ZoneInfo("Asia/Jayapura"))
    assert east.refusal(at(6), at(8)) is None and east.refusal(at(14), at(16)) is not None


def test_a_clock_that_is_put_forward_keeps_the_wall_time() -> None:
    paris = Calendar("24/7", ZoneInfo("Europe/Paris"))
    spring = date(2026, 3, 29)
    assert sum((b - a for a, b in paris.spans_of(spring)), timedelta()) == timedelta(hours=23)


@given(st.integers(0, 100), st.integers(1, 50), st.integers(0, 160), st.integers(1, 60))
def test_minus_leaves_what_was_there(begin: int, length: int, cut: int, size: int) -> None:
    def moment(minutes: int) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)

    parts = minus((moment(begin), moment(begin + length)), moment(cut), moment(cut + size))
    left = {minute for a, b in parts for minute in range(int((a - moment(0)).seconds / 60), int((b - moment(0)).seconds / 60))}
    assert left == set(range(begin, begin + length)) - set(range(cut, cut + size))


def test_opening_hours_are_told_in_words() -> None:
    def told(hours: str, zone: str = "Asia/Jakarta") -> str:
        return Place(hours=hours, zone=zone).opening

    assert told("Mo-Fr 08:00-17:00") == "Senin–Jumat 08.00–17.00 WIB"
    assert told("Mo-Th 08:00-12:00,13:00-16:00; Fr 08:00-11:00; Su 09:00-12:00", "Asia/Makassar") == (
        "Senin–Kamis 08.00–12.00, 13.00–16.00; Jumat 08.00–11.00; Minggu 09.00–12.00 WITA"
    )
    assert told("24/7") == "sepanjang waktu" and told("") == "tidak pernah buka"
    assert told("Mo 08:00-12:00; We 08:00-12:00") == "Senin 08.00–12.00; Rabu 08.00–12.00 WIB"
