"""Hours and days that are kept say what the rows say: for every order of corrections and retractions, as of every moment."""

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as trials
from hypothesis import strategies as st

from pendopo.indicators import history
from pendopo.indicators.actions import forget_known, take_delivery
from pendopo.indicators.checks import Observation
from pendopo.indicators.closing import actions as closing
from pendopo.indicators.closing import thawing
from pendopo.indicators.models import Delivery, Indicator, Source, Way
from pendopo.indicators.periods import actions
from pendopo.indicators.periods.models import KeptPeriods
from pendopo.indicators.tests.yard import DISTRICTS, lay_out

FIRST = datetime(2025, 1, 30, tzinfo=UTC)
# Minutes around the ends of hours, days (17:00 UTC in Jakarta) and a month.
times = st.sampled_from([0, 20, 59, 60, 61, 17 * 60 - 1, 17 * 60, 17 * 60 + 20, 41 * 60, 48 * 60, 48 * 60 + 1, 65 * 60]).map(
    lambda minute: (FIRST + timedelta(minutes=minute)).isoformat()
)
rows = st.builds(
    Observation,
    indicator=st.sampled_from(["flow", "flow", "level", "cases"]),
    region=st.sampled_from(DISTRICTS[:2]),
    at=times,
    value=st.one_of(st.none(), st.sampled_from([0.0, 0.1, 3.0, 19.5]), st.floats(0, 1e12)),
    quality=st.sampled_from([None, "provisional"]),
)
deliveries = st.lists(st.lists(rows, min_size=1, max_size=8), min_size=1, max_size=4)
# What happens after each delivery: the hours and days follow or not, the month is closed and emptied or not.
steps = st.lists(st.sampled_from(["follow", "follow", "nothing", "close"]), min_size=4, max_size=4)


@pytest.fixture(autouse=True)
def yard(db: None, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[None]:
    """A yard with a quick indicator `flow`, and a folder for the files of closed months."""
    request.getfixturevalue("settings").FILES_DIR = tmp_path
    lay_out()
    flow = Indicator.objects.create(code="flow", name_id="flow", every="5m", grace="5m", level="district", rollup="sum")
    flow.sources.add(Source.objects.get())
    thawing.forget()
    yield
    thawing.forget()


class Fresh(Exception):
    """Ends an example and takes back all that it wrote."""


def send(sent: Sequence[Observation]) -> None:
    """One delivery."""
    take_delivery(source=Source.objects.get(), rows=sent, digest="0" * 64, way=Way.API)


def bring_up() -> None:
    """Follows and builds until nothing is left to do."""
    while actions.bring_up():
        pass


def answers() -> list[Any]:
    """Every period and aggregate, whole or cut in the middle, as of now and of the moment of each delivery."""
    ids = list(Indicator.objects.order_by("code").values_list("pk", flat=True))
    found = []
    whole, cut = (None, None), (FIRST + timedelta(minutes=20), FIRST + timedelta(hours=48, minutes=1))
    asked_for = [(agg, window) for window, aggs in {whole: ("mean", "min", "last"), cut: ("sum", "max", "count")}.items() for agg in aggs]
    for as_of in [None, *Delivery.objects.order_by("known_since").values_list("known_since", flat=True)]:
        for every in history.BUCKETS:
            for agg, (since, until) in asked_for:
                asked = history.Question(ids, since=since, until=until, as_of=as_of, every=every, agg=agg)
                found.append([(k.indicator, k.region, k.at, k.value, k.quality, k.source) for k in history.iterate(asked)])
    return found


def same(one: list[Any], other: list[Any]) -> bool:
    """Equal, and numbers equal to the last digits: sums of sums are rounded elsewhere."""
    if len(one) != len(other):
        return False
    for left, right in zip(one, other, strict=True):
        if [(*row[:3], *row[4:]) for row in left] != [(*row[:3], *row[4:]) for row in right]:
            return False
        if not all(math.isclose(a[3], b[3], rel_tol=1e-12) for a, b in zip(left, right, strict=True)):
            return False
    return True


def outcome(sent: Sequence[Sequence[Observation]], between: Sequence[str] | None) -> list[Any]:
    """All answers after these deliveries, with or without hours and days kept; leaves history as it was."""
    found: list[Any] = []
    forget_known()
    thawing.forget()
    try:
        with transaction.atomic():
            if between is not None:
                bring_up()
            for number, batch in enumerate(sent):
                send(batch)
                if between is not None and between[number] == "follow":
                    bring_up()
                if between is not None and between[number] == "close":
                    for month in closing.open_months():
                        closing.close_month(month=month)
                    closing.sweep(now=datetime.now(UTC) + timedelta(hours=2))
                    thawing.forget()
            found = answers()
            raise Fresh
    except Fresh:
        forget_known()
        thawing.forget()
    return found


@pytest.mark.slow
@given(deliveries, steps)
@trials(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_kept_periods_say_what_the_rows_say(sent: list[list[Observation]], between: list[str]) -> None:
    """Whatever was corrected, retracted or closed, whenever the periods followed, as of every moment."""
    plain = outcome(sent, None)
    assert same(plain, outcome(sent, between))
    assert same(plain, outcome(sent, ["follow"] * 4))


def kept(grain: str) -> list[tuple[Any, ...]]:
    """The kept periods: number of values and their sum."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT at, n, total FROM indicators_{grain} ORDER BY series_id, at")
        return cursor.fetchall()


def flow(minute: int, value: float | None) -> Observation:
    """A value of the quick indicator."""
    return Observation(indicator="flow", region=DISTRICTS[0], at=(FIRST + timedelta(minutes=minute)).isoformat(), value=value)


def test_the_kept_days_are_what_is_read() -> None:
    """What is kept is used: a day that is changed by hand is answered as it stands; news of it is read from the rows at once."""
    bring_up()
    send([flow(0, 1.0), flow(5, 2.0), flow(24 * 60, 5.0)])
    bring_up()
    assert [row[1:] for row in kept("day")] == [(2, 3.0), (1, 5.0)]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE indicators_day SET total = 100 WHERE n = 2")
    asked = history.Question([Indicator.objects.get(code="flow").pk], every="1d", agg="sum")
    assert [known.value for known in history.iterate(asked)] == [100.0, 5.0]
    send([flow(24 * 60 + 5, 5.0)])
    assert [known.value for known in history.iterate(asked)] == [100.0, 10.0]
    send([flow(5, 9.0)])
    assert [known.value for known in history.iterate(asked)] == [10.0, 10.0]
    bring_up()
    assert [row[1:] for row in kept("day")] == [(2, 10.0), (2, 10.0)]
    assert [known.value for known in history.iterate(asked)] == [10.0, 10.0]


def test_a_change_of_cadence_or_zone_builds_anew(settings: Any) -> None:
    """Hours are kept of what comes at least twice in one; a government that moves its clock gets days of its own."""
    send([flow(0, 1.0), flow(5, 2.0)])
    bring_up()
    assert [row[1:] for row in kept("hour")] == [(2, 3.0)]
    Indicator.objects.filter(code="flow").update(every="1h")
    bring_up()
    assert not kept("hour") and [row[1:] for row in kept("day")] == [(2, 3.0)]
    settings.TIME_ZONE = "Asia/Jayapura"
    bring_up()
    assert kept("day")[0][0] == FIRST.replace(hour=15) - timedelta(days=1)
    assert set(KeptPeriods.objects.values_list("zone", flat=True)) == {"Asia/Jayapura"}


def test_a_huge_value_is_left_to_the_rows() -> None:
    """A sum that no double holds stops nothing: its period is read from the rows, its neighbours are kept."""
    send([flow(0, 1.7e308), flow(5, 1.7e308), flow(24 * 60, 1.0)])
    bring_up()
    assert [row[1:] for row in kept("day")] == [(2, None), (1, 1.0)]
    asked = history.Question([Indicator.objects.get(code="flow").pk], every="1d", agg="max")
    assert [known.value for known in history.iterate(asked)] == [1.7e308, 1.0]
