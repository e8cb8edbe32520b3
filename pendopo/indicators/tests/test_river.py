"""A delivery on its way: stored, known, corrected, retracted, rolled up, and asked for as it was known."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from pendopo.audit.models import Entry
from pendopo.indicators.actions import QuotaExceeded, Receipt, _spend, take_delivery
from pendopo.indicators.checks import Observation
from pendopo.indicators.history import Question, page
from pendopo.indicators.latest import Ask, asked, figures
from pendopo.indicators.models import Delivery, Doubt, Indicator, KeptRow, Way
from pendopo.indicators.trends import Line, trends

from .yard import DISTRICTS, Yard, lay_out

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def yard() -> Yard:
    return lay_out()


def send(yard: Yard, *rows: tuple[Any, ...], **other: Any) -> Receipt:
    """Rows as (indicator, region, at, value, …)."""
    return take_delivery(source=yard.source, rows=[Observation(*row) for row in rows], digest="0" * 64, way=Way.API, **other)


def known(code: str, **question: Any) -> list[tuple[str, float]]:
    found, _cursor = page(Question([Indicator.objects.get(code=code).pk], **question))
    return [(k.at.astimezone(UTC).strftime("%d %H"), k.value) for k in found]


HOUR = "2026-05-09T{:02d}:00:00Z"
ONE, TWO, THREE = DISTRICTS


def test_a_correction_is_a_newer_row_and_the_old_answer_stays_askable(yard: Yard) -> None:
    first = send(yard, ("level", ONE, HOUR.format(1), 1.0))
    second = send(yard, ("level", ONE, HOUR.format(1), 2.0))
    assert known("level") == [("09 01", 2.0)]
    assert known("level", as_of=first.known_since) == [("09 01", 1.0)]
    assert known("level", as_of=second.known_since) == [("09 01", 2.0)]
    assert known("level", as_of=first.known_since - timedelta(microseconds=1)) == []


def test_a_b_a_ends_at_a(yard: Yard) -> None:
    verdicts = [send(yard, ("level", ONE, HOUR.format(1), value)) for value in (1.0, 2.0, 1.0, 1.0)]
    assert [verdict.duplicates for verdict in verdicts] == [0, 0, 0, 1]
    assert known("level") == [("09 01", 1.0)]


def test_a_retraction_takes_the_number_away_and_the_one_before_is_the_newest(yard: Yard) -> None:
    send(yard, ("level", ONE, HOUR.format(1), 1.0), ("level", ONE, HOUR.format(2), 1.1))
    receipt = send(yard, ("level", ONE, HOUR.format(2), None, None, "sensor was out of the water"))
    assert receipt.accepted == 1
    assert known("level") == [("09 01", 1.0)]
    (figure,) = figures([Indicator.objects.get(code="level")], [ONE])
    assert figure.value == 1.0
    send(yard, ("level", ONE, HOUR.format(1), None, None, "the other one too"))
    (figure,) = figures([Indicator.objects.get(code="level")], [ONE])
    assert (figure.value, figure.reporting) == (None, 0)


def test_an_older_time_does_not_become_the_newest_word(yard: Yard) -> None:
    send(yard, ("level", ONE, HOUR.format(5), 1.0))
    send(yard, ("level", ONE, HOUR.format(3), 1.2))
    (figure,) = figures([Indicator.objects.get(code="level")], [ONE])
    assert figure.value == 1.0


def test_a_partial_sum_says_so_and_counts_only_the_newest_period(yard: Yard) -> None:
    send(yard, ("cases", ONE, "2026-05-08", 5.0), ("cases", TWO, "2026-05-08", 6.0), ("cases", THREE, "2026-05-07", 100.0))
    (figure,) = figures([Indicator.objects.get(code="cases")], ["35.16"])
    assert (figure.value, figure.reporting, figure.expected, figure.partial) == (11.0, 2, 3, True)
    send(yard, ("cases", THREE, "2026-05-08", 7.0))
    (figure,) = figures([Indicator.objects.get(code="cases")], ["35.16"])
    assert (figure.value, figure.reporting, figure.partial) == (18.0, 3, False)
    (province,) = figures([Indicator.objects.get(code="cases")], ["35"])
    assert (province.value, province.expected) == (18.0, 3)


def test_a_roll_up_can_be_asked_as_it_was_known(yard: Yard) -> None:
    first = send(yard, ("cases", ONE, "2026-05-08", 5.0))
    send(yard, ("cases", TWO, "2026-05-08", 6.0))
    (figure,) = figures([Indicator.objects.get(code="cases")], ["35.16"], as_of=first.known_since)
    assert (figure.value, figure.reporting) == (5.0, 1)


def test_no_report_is_no_zero(yard: Yard) -> None:
    (figure,) = figures([Indicator.objects.get(code="cases")], ["35.16"])
    assert (figure.value, figure.at, figure.reporting, figure.expected) == (None, None, 0, 3)
    assert figure.freshness(timezone.now()) == "silent"


def test_quarantined_rows_are_kept_and_read_by_nobody(yard: Yard) -> None:
    receipt = send(yard, ("level", ONE, HOUR.format(1), 500.0), ("nothing", ONE, HOUR.format(1), 1.0))
    assert (receipt.quarantined, receipt.rejected) == (1, 1)
    assert known("level") == []
    kept = {row.code: row for row in KeptRow.objects.all()}
    assert kept["range"].value == 500.0
    assert kept["range"].raw["region"] == ONE
    assert kept["unknown-indicator"].series is None


def test_the_same_idempotency_key_gives_the_first_answer_and_changes_nothing(yard: Yard) -> None:
    first = send(yard, ("level", ONE, HOUR.format(1), 1.0), idempotency_key="k")
    again = send(yard, ("level", ONE, HOUR.format(1), 9.0), idempotency_key="k")
    assert again.as_json() == first.as_json()
    assert known("level") == [("09 01", 1.0)]
    assert Delivery.objects.count() == 1


def test_known_since_grows_also_when_the_clock_is_set_back(yard: Yard) -> None:
    ahead = timezone.now() + timedelta(days=1)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE indicators_clock SET stamp = %s", [ahead])
    try:
        receipts = [send(yard, ("level", ONE, HOUR.format(hour), 1.0)) for hour in (1, 2)]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE indicators_clock SET stamp = '2000-01-01T00:00:00Z'")
    stamps = [receipt.known_since for receipt in receipts]
    assert ahead < stamps[0] < stamps[1]


def test_a_quota_is_kept_by_the_minute(yard: Yard) -> None:
    yard.source.quota = 2
    yard.source.save()
    send(yard, ("level", ONE, HOUR.format(1), 1.0), ("level", TWO, HOUR.format(1), 1.0))
    with pytest.raises(QuotaExceeded, match="2"):
        send(yard, ("level", ONE, HOUR.format(2), 1.0))
    assert Delivery.objects.count() == 1


def test_a_delivery_is_one_entry_of_the_book(yard: Yard) -> None:
    receipt = send(yard, ("level", ONE, HOUR.format(1), 1.0), ("level", TWO, HOUR.format(1), 1.0))
    (entry,) = Entry.objects.filter(verb="delivered")
    assert (entry.about, entry.after["accepted"], entry.actor) == (f"/deliveries/{receipt.delivery}", 2, "source:psda")


def test_history_refuses_a_change_of_the_past(yard: Yard) -> None:
    send(yard, ("level", ONE, HOUR.format(1), 1.0))
    for statement in ("UPDATE indicators_observation SET value = 2", "DELETE FROM indicators_observation"):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_pages_follow_each_other_without_gap_or_double(yard: Yard) -> None:
    send(yard, *[("level", region, HOUR.format(hour), 1.0 + hour / 100) for region in (ONE, TWO) for hour in range(1, 8)])
    question = Question([Indicator.objects.get(code="level").pk])
    found, cursor = page(question, None, 3)
    while cursor:
        more, cursor = page(question, cursor, 3)
        found += more
    assert [(k.region, k.at.astimezone(UTC).hour) for k in found] == [(region, hour) for region in (ONE, TWO) for hour in range(1, 8)]


@pytest.mark.parametrize(("agg", "value"), [("mean", 2.0), ("sum", 6.0), ("min", 1.0), ("max", 3.0), ("last", 3.0), ("count", 3.0)])
def test_buckets_are_days_of_the_governments_zone(yard: Yard, agg: str, value: float) -> None:
    rows = (("2026-05-08T18:00:00Z", 1.0), ("2026-05-09T01:00:00Z", 2.0), ("2026-05-09T02:00:00Z", 3.0))
    send(yard, *[("free", ONE, at, v) for at, v in rows])
    found, _cursor = page(Question([Indicator.objects.get(code="free").pk], every="1d", agg=agg))
    assert [(k.at, k.value) for k in found] == [(datetime(2026, 5, 8, 17, 0, tzinfo=UTC), value)]


def test_a_trend_of_a_roll_up_says_how_many_reported(yard: Yard) -> None:
    send(yard, ("cases", ONE, "2026-05-07", 1.0), ("cases", TWO, "2026-05-07", 2.0), ("cases", ONE, "2026-05-08", 4.0))
    since = datetime(2026, 5, 1, tzinfo=UTC)
    (found,) = trends([Line(Indicator.objects.get(code="cases"), "35.16", since, since + timedelta(days=30), expected=3)])
    assert [(point.value, point.reporting, point.expected) for point in found] == [(3.0, 2, 3), (4.0, 1, 3)]


def test_dims_make_series_of_their_own(yard: Yard) -> None:
    send(yard, ("free", ONE, HOUR.format(1), 1.0, None, None, {"pos": "A.1"}), ("free", ONE, HOUR.format(1), 2.0, None, None, {"pos": "B"}))
    assert known("free", dims=(("pos", "A.1"),)) == [("09 01", 1.0)]
    found = figures([Indicator.objects.get(code="free")], [ONE])
    assert [(figure.dims, figure.value) for figure in found] == [({"pos": "A.1"}, 1.0), ({"pos": "B"}, 2.0)]


def test_the_work_of_a_board_does_not_grow_with_its_rows(yard: Yard, django_assert_num_queries: Any) -> None:
    indicators = list(Indicator.objects.select_related("weight"))
    send(yard, ("level", ONE, HOUR.format(1), 1.0))
    asks = [Ask(indicator, region, below=True) for indicator in indicators for region in ("35", "35.16")]
    with django_assert_num_queries(2):
        asked(asks)
    send(yard, *[("level", region, HOUR.format(hour), 1.0) for region in DISTRICTS for hour in range(2, 9)])
    with django_assert_num_queries(2):
        asked(asks)


def test_checks_that_need_history_meet_what_is_stored(yard: Yard) -> None:
    """A running total that falls waits, a slip of scale is suspect with its reason kept, and the same delivery again changes nothing."""
    for code, kind, checks in (("total", "cumulative", {"monotonic": True, "total_of": "cases"}), ("free", "gauge", {"scale": True})):
        indicator, _ = Indicator.objects.update_or_create(
            code=code, defaults={"name_id": code, "every": "1d", "grace": "1d", "kind": kind, "level": "district", "checks": checks}
        )
        indicator.sources.add(yard.source)
    days = [f"2026-04-{number:02d}" for number in range(1, 21)]
    rows = [("free", ONE, day, 1.5 + number / 100) for number, day in enumerate(days)]
    rows += [("total", ONE, day, 100.0 + 10 * number) for number, day in enumerate(days)]
    assert send(yard, *rows).accepted == 40
    again = [
        ("free", ONE, "2026-04-21", 1500.0),
        ("total", ONE, "2026-04-21", 90.0),
        ("cases", ONE, "2026-04-22", 10.0),
        ("total", ONE, "2026-04-20", 290.0),
        ("total", ONE, "2026-04-22", 300.0),
    ]
    receipt = send(yard, *again)
    assert {problem["row"]: problem["code"] for problem in receipt.problems} == {1: "scale", 2: "monotonic", 4: "duplicate"}
    (doubt,) = Doubt.objects.all()
    assert (doubt.code, doubt.value, "×1000" in doubt.message) == ("scale", 1500.0, True)
    assert known("free")[-1] == ("20 17", 1500.0)
    repeated = send(yard, *again)
    assert (repeated.accepted, repeated.flagged, repeated.quarantined, repeated.duplicates) == (0, 0, 1, 4)
    corrected = send(yard, ("total", ONE, "2026-04-21", 295.0), ("cases", ONE, "2026-04-21", 7.0))
    assert [problem["code"] for problem in corrected.problems] == ["total", "total"]
    assert Delivery.objects.get(pk=corrected.delivery).out_of_order == 2


def test_a_delivery_commits_while_another_of_its_source_waits_for_the_clock(yard: Yard) -> None:
    """The other has noted that the source was heard and holds that until it ends: it must not stand in the way of a foreign key."""
    noted, done = threading.Event(), threading.Event()

    def another() -> None:
        try:
            with transaction.atomic():
                _spend(yard.source, 1, Way.API)
                noted.set()
                done.wait(30)
        finally:
            connection.close()

    thread = threading.Thread(target=another)
    thread.start()
    try:
        assert noted.wait(10)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '3s'")
        assert send(yard, ("level", ONE, HOUR.format(1), 1.0)).accepted == 1
    finally:
        done.set()
        thread.join()
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
