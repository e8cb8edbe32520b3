"""A closed month reads as before: every read, as of every moment, with late corrections; and nothing is lost when it is interrupted."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as trials
from hypothesis import strategies as st

from pendopo.indicators import evidence, history, latest, trends
from pendopo.indicators.actions import forget_known, take_delivery
from pendopo.indicators.checks import Observation
from pendopo.indicators.closing import actions, parquet, thawing
from pendopo.indicators.closing.models import ClosedMonth
from pendopo.indicators.derivation.reading import rows as derivation_rows
from pendopo.indicators.lineage import lineage
from pendopo.indicators.models import Delivery, Indicator, PeriodsPosition, Series, Source, Way
from pendopo.indicators.tests.yard import DISTRICTS, lay_out, state

MONTHS = (date(2025, 1, 1), date(2025, 2, 1), date(2025, 3, 1))
FIRST = datetime(2025, 1, 1, tzinfo=UTC)
LATER = timedelta(hours=2)

# A few times near the ends of three months, few places and few values: repeats, corrections, retractions and jumps are common.
times = st.sampled_from([0, 1, 30 * 24, 31 * 24 - 1, 31 * 24, 45 * 24, 59 * 24 - 1, 59 * 24, 59 * 24 + 1, 95 * 24]).map(
    lambda hour: (FIRST + timedelta(hours=hour)).isoformat()
)
rows = st.builds(
    Observation,
    indicator=st.sampled_from(["level", "level", "cases"]),
    region=st.sampled_from(DISTRICTS[:2]),
    at=times,
    value=st.one_of(st.none(), st.sampled_from([0.0, 1.0, 3.0, 19.5]), st.floats(0, 1e300)),
    quality=st.sampled_from([None, "provisional"]),
    note=st.sampled_from([None, None, "a\tb\\n\nc", ""]),
)
deliveries = st.lists(st.lists(rows, min_size=1, max_size=8), min_size=1, max_size=4)
# How often something is closed or swept between the deliveries.
steps = st.lists(st.sampled_from(["both", "close", "both", "sweep", "read"]), min_size=4, max_size=4)


@pytest.fixture(autouse=True)
def yard(db: None, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[None]:
    """A yard, and a folder for the files."""
    request.getfixturevalue("settings").FILES_DIR = tmp_path
    lay_out()
    thawing.forget()
    yield
    thawing.forget()


class Fresh(Exception):
    """Ends an example and takes back all that it wrote."""


def send(sent: Sequence[Observation]) -> None:
    """One delivery."""
    take_delivery(source=Source.objects.get(), rows=sent, digest="0" * 64, way=Way.API)


def close(month: date) -> None:
    """Closes a month that has some history and is open."""
    if month in actions.open_months():
        actions.close_month(month=month)


def sweep() -> list[date]:
    """Sweeps as if nobody had asked for hours."""
    return actions.sweep(now=datetime.now(UTC) + LATER)


def act(step: str) -> None:
    """What may happen to closed months between two deliveries."""
    if step in ("close", "both"):
        for month in MONTHS:
            close(month)
    if step in ("sweep", "both"):
        sweep()
    thawing.forget()
    if step == "read":
        answers([None])


def moments() -> list[datetime | None]:
    """Now, and the moments just after every delivery but the last."""
    return [None, *Delivery.objects.order_by("known_since").values_list("known_since", flat=True)]


def answers(when: Sequence[datetime | None]) -> list[Any]:
    """Every read of history, as of these moments; without what differs from run to run (stamps and numbers of deliveries)."""
    indicators = list(Indicator.objects.order_by("code"))
    found: list[Any] = []
    for as_of in when:
        for indicator in indicators:
            for region in DISTRICTS[:2]:
                sweep()
                told = lineage(indicator, region, Source.objects.get(), as_of=as_of)
                found.append([told.kind, told.at, told.value, [(w.at, w.value, w.quality, w.note) for w in told.words]])
        sweep()
        words = latest.asked([latest.Ask(i, region, below=True) for i in indicators for region in ("35.16", *DISTRICTS)], as_of=as_of)
        found.append([(f.indicator, f.region, f.at, f.value, f.quality, f.reporting) for f in words])
        sweep()
        for every in (None, "1h", "1d", "1w", "1M"):
            asked = history.Question([i.pk for i in indicators], "35.16", as_of=as_of, every=every, agg="last")
            found.append([(k.indicator, k.region, k.at, k.value, k.quality, k.note) for k in history.iterate(asked)])
        some = history.Question([i.pk for i in indicators], since=FIRST + timedelta(days=31), until=FIRST + timedelta(days=59), as_of=as_of)
        found.append([(k.indicator, k.region, k.at, k.value) for k in history.iterate(some)])
        lines = [trends.Line(i, region, FIRST, FIRST + timedelta(days=99)) for i in indicators for region in ("35.16", *DISTRICTS)]
        found.append(trends.trends(lines, as_of=as_of))
        through = as_of or thawing.MAX_AT
        known = derivation_rows([(line.pk, FIRST, through) for line in Series.objects.order_by("pk")], thawing.MAX_AT)
        found.append(sorted((len(line), [(row.at, row.value, row.quality) for row in line]) for line in known.values()))
    return found


def outcome(sent: Sequence[Sequence[Observation]], between: Sequence[str] | None) -> list[Any]:
    """All answers after these deliveries, with or without closing between them; leaves history as it was."""
    found: list[Any] = []
    forget_known()
    thawing.forget()
    try:
        with transaction.atomic():
            for number, batch in enumerate(sent):
                send(batch)
                if between is not None:
                    act(between[number])
            if between is not None:
                act("both")
            found = [answers(moments()), state() if between is None else warm_state()]
            raise Fresh
    except Fresh:
        forget_known()
        thawing.forget()
    return found


def warm_state() -> list[tuple[Any, ...]]:
    """The state of the tables with everything brought back."""
    thawing.thaw((pk, thawing.MIN_AT, thawing.MAX_AT) for pk in Series.objects.values_list("pk", flat=True))
    return state()


@pytest.mark.slow
@given(deliveries, steps)
@trials(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_every_read_answers_the_same_closed_or_not(sent: list[list[Observation]], between: list[str]) -> None:
    """Random deliveries with corrections, retractions and notes; closed, emptied and read in between; as of every moment."""
    assert outcome(sent, None) == outcome(sent, between)


def hourly(hours: range, value: float = 1.0) -> list[Observation]:
    """Hourly values of one series."""
    return [Observation("free", DISTRICTS[0], (FIRST + timedelta(hours=hour)).isoformat(), value + hour) for hour in hours]


def count() -> int:
    """How many rows PostgreSQL holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM indicators_observation")
        return int(cursor.fetchone()[0])


def test_a_late_correction_stays_and_wins_and_the_same_word_is_a_duplicate() -> None:
    """The file is not touched; what was known before the correction is still known."""
    send(hourly(range(48)))
    closed = actions.close_month(month=MONTHS[0])
    assert closed.rows == 48 and sweep() == [MONTHS[0]] and count() == 0
    thawing.forget()
    again = take_delivery(source=Source.objects.get(), rows=hourly(range(2)), digest="0" * 64, way=Way.API)
    assert again.duplicates == 2
    send([Observation("free", DISTRICTS[0], FIRST.isoformat(), 77.0)])
    asked = history.Question([Indicator.objects.get(code="free").pk])
    before = history.Question(asked.indicators, as_of=closed.cutoff)
    assert [k.value for k in history.iterate(asked)][:2] == [77.0, 2.0]
    assert [k.value for k in history.iterate(before)][:2] == [1.0, 2.0]
    assert list(evidence.check_closed(settings.FILES_DIR))[-1] == 1


def test_rows_come_back_in_portions_that_fit_into_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many series a read needs, few of them are text in memory at a time: an export of closed years is bounded."""
    send([Observation("level", region, FIRST.isoformat(), 1.0) for region in DISTRICTS])
    before = [known.as_json() for known in history.iterate(history.Question([Indicator.objects.get(code="level").pk]))]
    close(MONTHS[0])
    sweep()
    portions: list[int] = []
    whole = parquet.copy_text

    def copied(file: Path, series: Sequence[int]) -> str:
        portions.append(len(series))
        return whole(file, series)

    monkeypatch.setattr(thawing, "SERIES_IN_MEMORY", 2)
    monkeypatch.setattr(parquet, "copy_text", copied)
    after = [known.as_json() for known in history.iterate(history.Question([Indicator.objects.get(code="level").pk]))]
    assert (after, portions) == (before, [2, 1])


def test_the_neighbours_of_a_late_row_are_found_in_closed_months() -> None:
    """The step check looks at the values before and after it; a retraction falls back to the newest value that is left."""
    level = [Observation("level", DISTRICTS[0], (FIRST + timedelta(days=day)).isoformat(), 1.0) for day in (3, 40, 70)]
    send(level)
    for month in MONTHS:
        close(month)
    sweep()
    late = [Observation("level", DISTRICTS[0], (FIRST + timedelta(days=50)).isoformat(), 9.0)]
    assert take_delivery(source=Source.objects.get(), rows=late, digest="0" * 64, way=Way.API).flagged == 1
    for day in (70, 50):
        sweep()
        send([Observation("level", DISTRICTS[0], (FIRST + timedelta(days=day)).isoformat(), None, note="wrong")])
    figure = latest.figures([Indicator.objects.get(code="level")], [DISTRICTS[0]])[0]
    assert (figure.at, figure.value) == (FIRST + timedelta(days=40), 1.0)
    sweep()
    told = lineage(Indicator.objects.get(code="level"), DISTRICTS[0], Source.objects.get())
    assert (told.at, told.value) == (FIRST + timedelta(days=40), 1.0)


def test_a_changed_file_is_named_and_its_rows_stay() -> None:
    """`verify` tells it; `sweep` empties nothing that only PostgreSQL still holds as it was."""
    send(hourly(range(5)))
    closed = actions.close_month(month=MONTHS[0])
    place = settings.FILES_DIR / closed.file
    place.write_bytes(place.read_bytes() + b"x")
    assert sweep() == [] and count() == 5
    assert [p.code for p in evidence.check_closed(settings.FILES_DIR) if not isinstance(p, int)] == ["file-changed"]
    place.unlink()
    assert [p.code for p in evidence.check_closed(settings.FILES_DIR) if not isinstance(p, int)] == ["file-missing"]


@pytest.mark.parametrize("step", ["_copy_out", "_sync", "_split", "record"])
def test_interrupted_at_any_step_nothing_is_closed_and_the_next_time_it_is(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every step before the commit may fail: the rows stay where they were, and closing again gives one file."""
    send(hourly(range(10)))

    def dies(*_words: Any, **_named: Any) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as patch, pytest.raises(OSError, match="no space"), transaction.atomic():
        patch.setattr(actions, step, dies)
        actions.close_month(month=MONTHS[0])
    assert not ClosedMonth.objects.exists() and count() == 10
    assert actions.close_month(month=MONTHS[0]).rows == 10
    assert [entry.name for entry in (settings.FILES_DIR / "closed").iterdir()] == ["2025-01.parquet"]


def test_a_file_that_does_not_hold_its_rows_is_refused(tmp_path: Path) -> None:
    """A copy that is cut short is seen when it is read back."""
    copied = tmp_path / "rows.csv"
    copied.write_text('1,2025-01-01 00:00:00,2025-01-02 00:00:00.5,1.5,0,7,\n1,2025-01-01 01:00:00,2025-01-02 00:00:00.5,,0,7,"a""b"\n')
    assert parquet.write(copied, tmp_path / "rows.parquet")[0] == 2
    assert parquet.copy_text(tmp_path / "rows.parquet", [1]).splitlines()[1].endswith('\\N\t0\t7\ta"b')
    assert parquet.copy_text(tmp_path / "rows.parquet", [2]) == ""


@pytest.mark.parametrize(("month", "sentence"), [(date(2099, 1, 1), "2099-01"), (date(2024, 1, 1), "2024-01")])
def test_what_cannot_be_closed_is_refused_in_words(month: date, sentence: str) -> None:
    """A month to come, and one without history."""
    with pytest.raises(actions.Impossible, match=sentence):
        actions.close_month(month=month)


def test_what_is_due_is_closed_and_the_newest_months_stay() -> None:
    """`keep_open` counts months before the present one; 0 keeps all."""
    send(hourly(range(0, 95 * 24, 24)))
    now, later = datetime.now(UTC), datetime.now(UTC) + timedelta(days=3)
    months = (later.year - 2025) * 12 + later.month - 3
    assert actions.close_due(keep_open=0, now=later) == actions.close_due(keep_open=months, now=now) == []
    assert [closed.month for closed in actions.close_due(keep_open=months, now=later)] == list(MONTHS[:2])


@pytest.fixture
def other(transactional_db: None) -> Iterator[Any]:
    """A second connection, in a transaction of its own, as a reader has one; afterwards the month is gone.

    Tests that commit empty every table, and with it the one row that the schema laid: it is laid again.
    """
    PeriodsPosition.objects.get_or_create(pk=1, defaults={"through": datetime(2000, 1, 1, tzinfo=UTC)})
    line = connection.copy()
    line.set_autocommit(False)
    yield line
    line.close()
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {actions.table_of(MONTHS[0])}")


@pytest.mark.django_db(transaction=True)
def test_sweeping_holds_nothing_while_it_waits_for_a_reader(other: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader holds the month's row and then asks for its table, or the other way round: neither locks up with a sweep."""
    send(hourly(range(10)))
    actions.close_month(month=MONTHS[0])
    row = "SELECT 1 FROM indicators_closedmonth FOR UPDATE"
    with other.cursor() as cursor:
        cursor.execute(row)
        assert sweep() == []
        cursor.execute(f"SELECT count(*) FROM {thawing.part(MONTHS[0], 'closed')}")
        assert cursor.fetchone() == (10,)
        other.rollback()
        cursor.execute("SET lock_timeout = '2s'")
        cursor.execute(f"SELECT count(*) FROM {thawing.part(MONTHS[0], 'closed')}")
        monkeypatch.setattr(actions, "PATIENCE", "6s")
        with ThreadPoolExecutor(1) as thread:
            waiting = thread.submit(swept_elsewhere)
            while not waits_for_a_table() and not waiting.done():
                time.sleep(0.02)
            cursor.execute(row)
            other.rollback()
            assert waiting.result(20) == [MONTHS[0]]
    assert count() == 0


def swept_elsewhere() -> list[date]:
    """Sweeps in another thread, with a connection of its own."""
    try:
        return sweep()
    finally:
        connection.close()


def waits_for_a_table() -> bool:
    """Whether somebody waits to have a table alone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'")
        return bool(cursor.fetchone()[0])
