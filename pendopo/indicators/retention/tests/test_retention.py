"""Rows that are older than their indicator keeps them go, in open and in closed months; hours and days stay and say the same."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import connection

from pendopo.indicators import evidence, history
from pendopo.indicators.actions import take_delivery
from pendopo.indicators.checks import Observation
from pendopo.indicators.closing import actions, thawing
from pendopo.indicators.closing.models import ClosedMonth
from pendopo.indicators.models import Indicator, KeptRow, Latest, Source, Way
from pendopo.indicators.periods.actions import bring_up
from pendopo.indicators.retention.actions import forget_due
from pendopo.indicators.tests.yard import DISTRICTS, lay_out
from pendopo.indicators.trends import Line, trends

NOW = datetime(2025, 4, 15, 3, tzinfo=UTC)
JAKARTA = ZoneInfo("Asia/Jakarta")
HERE, ENDED, _OTHER = DISTRICTS


@pytest.fixture(autouse=True)
def yard(db: None, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[None]:
    """Four months of `free`, which keeps 40 days, in two districts; one of them ended in January. And `level`, which keeps everything."""
    request.getfixturevalue("settings").FILES_DIR = tmp_path
    lay_out()
    thawing.forget()
    for month in (1, 2, 3, 4):
        send(*[row("free", HERE, datetime(2025, month, day, hour, tzinfo=UTC), day + hour / 10) for day in (1, 10) for hour in (1, 2)])
        send(row("level", HERE, datetime(2025, month, 1, 1, tzinfo=UTC), 2.0))
    send(row("free", ENDED, datetime(2025, 1, 5, 1, tzinfo=UTC), 5.0))
    Indicator.objects.filter(code="free").update(keep="40d", every="15m")
    while bring_up():
        pass
    yield
    thawing.forget()


def row(code: str, region: str, at: datetime, value: float) -> Observation:
    """One figure."""
    return Observation(indicator=code, region=region, at=at.isoformat(), value=value)


def send(*rows: Observation) -> dict[str, Any]:
    """One delivery, and its counts."""
    return take_delivery(source=Source.objects.get(), rows=list(rows), digest="0" * 64, way=Way.API).as_json()


def asked(every: str | None, as_of: datetime | None = None) -> list[tuple[str, datetime, float]]:
    """What is known of `free`, raw or by a period."""
    indicator = Indicator.objects.get(code="free")
    found = history.iterate(history.Question([indicator.pk], every=every, agg="sum", as_of=as_of))
    return [(known.region, known.at, known.value) for known in found]


@pytest.mark.parametrize("closed", [False, True])
def test_rows_go_and_hours_and_days_stay(closed: bool) -> None:
    if closed:
        for month in (date(2025, 1, 1), date(2025, 2, 1), date(2025, 3, 1)):
            actions.close_month(month=month)
    hours, days, weeks = asked("1h"), asked("1d"), asked("1w")
    assert forget_due(now=NOW) == ["free"]
    # 40 days before is 6 March: where March is closed it stays whole, else its first days go too.
    first = 3 if closed else 4
    raw = [at for region, at, _value in asked(None) if region == HERE]
    assert min(raw) == datetime(2025, 3, 1 if closed else 10, 1, tzinfo=UTC)
    assert len(raw) == (8 if first == 3 else 6)
    assert (asked("1h"), asked("1d"), asked("1w")) == (hours, days, weeks)
    # The last word of the district that ended is still there, and so is what keeps everything.
    assert (ENDED, datetime(2025, 1, 5, 1, tzinfo=UTC), 5.0) in asked(None)
    assert Latest.objects.get(series__region=ENDED).value == 5.0
    kept = history.iterate(history.Question([Indicator.objects.get(code="level").pk]))
    assert len(list(kept)) == 4
    # The book knows the new files.
    problems = [found for found in evidence.check_closed(settings.FILES_DIR) if not isinstance(found, int)]
    assert problems == []
    assert forget_due(now=NOW) == []


def test_a_line_over_forgotten_time_is_drawn_of_its_hours() -> None:
    forget_due(now=NOW)
    free = Indicator.objects.get(code="free")
    points = trends([Line(free, HERE, datetime(2025, 1, 1, tzinfo=JAKARTA), NOW, coarse="peaks")])[0]
    assert (points[0].value, points[1].value) == (1.1, 1.2)  # the least and the greatest of the first day
    assert [point.value for point in points[-2:]] == [10.1, 10.2]
    short = Line(free, HERE, datetime(2025, 2, 27, tzinfo=JAKARTA), datetime(2025, 3, 2, tzinfo=JAKARTA), coarse="peaks")
    assert [point.value for point in trends([short])[0]] == [1.1, 1.2], "however short it is"


def test_a_long_line_is_drawn_of_days_and_keeps_its_peaks() -> None:
    """Half a year of hours, one of them a flood: the older part is the least and the greatest of each day, the newest 90 hours are rows."""
    level = Indicator.objects.get(code="level")
    start = datetime(2025, 5, 1, tzinfo=UTC)
    send(*[row("level", HERE, start + timedelta(hours=hour), 1 + hour % 24 / 24 + (8.0 if hour == 100 else 0.0)) for hour in range(2400)])
    while bring_up():
        pass
    end = start + timedelta(hours=2399)
    raw = trends([Line(level, HERE, start, end)])[0]
    drawn = trends([Line(level, HERE, start, end, coarse="peaks")])[0]
    last = trends([Line(level, HERE, start, end, coarse="last")])[0]
    assert len(raw) == 2400 and len(drawn) < 400
    assert max(point.value or 0.0 for point in drawn) == max(point.value or 0.0 for point in raw)
    assert drawn[-90:] == raw[-90:]
    days = {point.at.astimezone(JAKARTA).date(): point.value for point in raw}
    assert len(last) < 250 and all(days[point.at.astimezone(JAKARTA).date()] == point.value for point in last[:60])
    below = trends([Line(level, "35.16", start, end, coarse="peaks", expected=3)])[0]
    assert {point.reporting for point in below} == {1} and len(below) < 200


def test_a_row_of_forgotten_time_is_refused_in_words() -> None:
    forget_due(now=NOW)
    answer = send(row("free", HERE, datetime(2025, 1, 1, 1, tzinfo=UTC), 9.0), row("free", HERE, datetime(2025, 4, 10, 3, tzinfo=UTC), 9.0))
    assert (answer["accepted"], answer["rejected"]) == (1, 1)
    assert answer["problems"][0]["code"] == "forgotten"
    assert "2025-03-05" in KeptRow.objects.get().message


def test_nothing_goes_before_hours_and_days_are_complete() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE indicators_keptperiods SET days = false")
    assert forget_due(now=NOW) == []
    assert len(asked(None)) == 17


def test_a_changed_file_keeps_its_rows(caplog: pytest.LogCaptureFixture) -> None:
    actions.close_month(month=date(2025, 1, 1))
    month = ClosedMonth.objects.get()
    file = settings.FILES_DIR / month.file
    ClosedMonth.objects.update(digest="0" * 64)
    forget_due(now=NOW)
    assert "not what was sealed" in caplog.text
    assert file.exists()
    assert ClosedMonth.objects.get().rows == month.rows


def test_a_reader_that_had_the_old_file_reads_the_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    actions.close_month(month=date(2025, 1, 1))
    actions.sweep(now=datetime.now(UTC) + timedelta(hours=2))
    old = ClosedMonth.objects.get().file
    forget_due(now=NOW)
    names = iter([old])
    true_name = thawing._file_of
    monkeypatch.setattr(thawing, "_file_of", lambda month: next(names, None) or true_name(month))
    assert [found for found in asked(None) if found[1].month == 1] == [(ENDED, datetime(2025, 1, 5, 1, tzinfo=UTC), 5.0)]
