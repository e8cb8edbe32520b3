"""Working days, the two clocks, and what is hidden in a text."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from pendopo.agencies.holidays import holidays
from pendopo.reports import logic

WIB = ZoneInfo("Asia/Jakarta")


def test_weekends_holidays_and_joint_leave_do_not_count() -> None:
    """Idulfitri 2026: joint leave on 18, 20, 23 and 24 March, Nyepi on 19, the feast on the weekend."""
    assert logic.working_day_after(date(2026, 3, 17), 1, holidays()) == date(2026, 3, 25)
    assert logic.working_day_after(date(2026, 11, 27), 3, holidays()) == date(2026, 12, 2)
    assert logic.working_day_after(date(2026, 12, 23), 1, holidays()) == date(2026, 12, 28)


def test_a_limit_ends_with_its_last_day_in_the_governments_zone() -> None:
    late_evening = datetime(2026, 11, 26, 16, 30, tzinfo=UTC)  # 23.30 WIB on Thursday
    assert logic.deadline(late_evening, 3, holidays(), WIB) == datetime(2026, 12, 1, 23, 59, 59, tzinfo=WIB)


@pytest.mark.parametrize(
    ("state", "hours", "answered", "late"),
    [
        ("received", 1, False, ""),
        ("received", 80, False, "verify"),
        ("verified", 130, False, "answer"),
        ("verified", 130, True, ""),
        ("verified", 400, True, "complete"),
        ("answered", 400, True, ""),
        ("closed", 400, True, ""),
    ],
)
def test_which_limit_is_over(state: str, hours: int, answered: bool, late: str) -> None:
    start = datetime(2026, 5, 4, tzinfo=WIB)
    clocks = logic.Clocks(
        state,
        verify_by=datetime(2026, 5, 7, tzinfo=WIB),
        answer_by=datetime(2026, 5, 9, tzinfo=WIB),
        complete_by=datetime(2026, 5, 20, tzinfo=WIB),
        answered=start if answered else None,
        finished=None,
    )
    assert logic.overdue(clocks, datetime.fromtimestamp(start.timestamp() + hours * 3600, WIB)) == late


@pytest.mark.parametrize(
    "secret",
    ["3516131201850003", "3516 1312 0185 0003", "081234567890", "+62 812-3456-7890", "6281234567890", "0321 321888", "ani@contoh.co.id"]
    + ["(0321) 321456", "0321/321456", "(+62 321) 321-456", "0812 – 3456 – 7890", "0812_3456_7890", "35.16.13.12.01.85.00.03"],
)
def test_personal_data_is_hidden(secret: str) -> None:
    assert logic.masked(f"Hubungi {secret}, ya.") == "Hubungi ●●●●, ya."


@pytest.mark.parametrize(
    "text",
    ["RT 03 RW 05, 120 rumah", "Rp 1.500.000 sejak 2026-05-09", "kode 35.16.13.2004", "Jalan KM 57"]
    + ["sejak 01/02/2026 10.30", "(05-11-2026), 12 rumah"],
)
def test_what_is_no_personal_data_stays(text: str) -> None:
    assert logic.masked(text) == text


def test_a_long_title_is_not_cut_within_a_number() -> None:
    title = logic.title_of(f"{'Jalan rusak di depan rumah saya ' * 2}hubungi 0812 3456 7890 atau datang saja ke rumah saya, terima kasih")
    assert title.endswith("hubungi…")


def test_likeness_and_suggestion() -> None:
    one = "Jembatan Brangkal ambrol, mobil tidak bisa lewat"
    assert logic.likeness(one, "Tolong, jembatan brangkal ambrol sejak kemarin") >= 0.4 > logic.likeness(one, "Lampu penerangan padam")
    words = {"jalan": ["jembatan", "lubang"], "lampu-jalan": ["lampu", "padam"]}
    assert logic.suggested(one, words, "lainnya") == "jalan" and logic.suggested("hm", words, "lainnya") == "lainnya"
