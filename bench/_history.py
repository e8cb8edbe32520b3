"""Run by `history.py` with the environment of its installation: fills history in bulk, and measures the reads and the closing."""

import json
import os
import sys
import time
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psutil
from _installation import line
from django.conf import settings
from django.db import connection
from django.db.models import Sum

import pendopo.ready  # noqa: F401
from pendopo.indicators import history, newest
from pendopo.indicators.catalogue import parse
from pendopo.indicators.closing import actions, thawing
from pendopo.indicators.closing.models import ClosedMonth
from pendopo.indicators.declaring import load_catalogue
from pendopo.indicators.derivation.models import DerivedPosition
from pendopo.indicators.logic import Duration
from pendopo.indicators.models import Delivery, Indicator, Series
from pendopo.indicators.periods import actions as periods

OTHERS, NET, DEVICES = 33, 24, 8
CORRECTED_EVERY = 100
MAPPED = "bench-24"
# What follows a correction of the first indicator: of the same period, over four periods, and of what was derived from it.
DERIVED = ("bench-derived-0", "bench-derived-1", "bench-derived-2", "bench-derived-3")
DERIVED_CATALOGUE = """
indicators:
  - {code: bench-derived-0, name: A, derived: {difference: [bench-0, bench-1]}}
  - {code: bench-derived-1, name: B, derived: {moving_mean: {of: bench-0, window: WINDOW}}}
  - {code: bench-derived-2, name: C, derived: {change: {of: bench-0}}}
  - {code: bench-derived-3, name: D, derived: {moving_sum: {of: bench-derived-0, window: WINDOW}}}
"""
PATIENCE_S = 1800
SERIES_SQL = """
INSERT INTO indicators_series (indicator_id, region_id, dims, dims_key)
SELECT i.id, r.code, CASE WHEN d.n < 0 THEN '{}' ELSE jsonb_build_object('device', d.n::text) END,
    CASE WHEN d.n < 0 THEN '' ELSE 'device=' || d.n END
FROM indicators_indicator i, regions_region r, generate_series(%(first)s, %(last)s) AS d(n)
WHERE i.code = ANY(%(codes)s) AND r.level = i.level AND r.code LIKE '35.16.%%' ON CONFLICT DO NOTHING
"""
DELIVERIES_SQL = """
INSERT INTO indicators_delivery (source_id, way, received, known_since, earliest, digest, file, name, rows, accepted, flagged, quarantined,
    rejected, duplicates, late, out_of_order)
SELECT s.id, 'system', t.at + %(late)s, t.at + %(late)s, t.at, 'bench', '', %(name)s, %(rows)s, %(rows)s, 0, 0, 0, 0, 0, 0
FROM indicators_source s, unnest(%(at)s::timestamptz[]) AS t(at) WHERE s.code = 'bench' RETURNING id
"""
# A walk with a daily wave in tenths for most series, a counter's whole numbers for every third, a line that never moves for every fourth.
ROWS_SQL = """
INSERT INTO indicators_observation (series_id, at, known_since, value, quality, delivery_id, note)
SELECT s.id, d.known_since - %(late)s, d.known_since, CASE WHEN s.id %% 4 = 0 THEN 1 WHEN s.id %% 3 = 0 THEN floor(random() * 1e6)
    ELSE round((100 + 40 * sin(extract(epoch FROM d.known_since) / 13751 + s.id) + random() * 10)::numeric, 1) END, 0, d.id, NULL
FROM indicators_delivery d, indicators_series s
WHERE d.id = ANY(%(deliveries)s) AND s.indicator_id = ANY(%(indicators)s) AND (%(every)s = 1 OR (s.id + d.id) %% %(every)s = 0)
ORDER BY d.known_since, s.id
"""
# So many rows a statement, so that their order fits into memory.
ROWS_TOGETHER = 500_000
# So often each is asked: what a worker reads once after its start is then no longer the 95th percentile.
TIMES = 100
# The machine is at rest when so many cores are busy at most.
IDLE_CORES, REST_S = 0.4, 180
LATEST_SQL = """
INSERT INTO indicators_latest (series_id, newest, at, value, quality, known_since, delivery_id)
SELECT s.id, o.at, o.at, o.value, o.quality, o.known_since, o.delivery_id FROM indicators_series s CROSS JOIN LATERAL (
    SELECT * FROM indicators_observation o WHERE o.series_id = s.id AND o.at > %(recent)s ORDER BY o.at DESC, o.known_since DESC LIMIT 1) o
WHERE s.indicator_id IN (SELECT id FROM indicators_indicator WHERE code LIKE 'bench-%%')
"""


def fill(rows: int, now: datetime) -> None:
    """Up to a year of the others (70 % of the rows), the last hours of the network every five minutes; every hundredth row corrected."""
    villages = 304
    times = {"others": rows * 7 // 10 // (OTHERS * villages), "net": rows * 3 // 10 // (NET * villages * DEVICES)}
    hours = max((hours for hours in (1, 2, 3, 4, 6, 8, 12, 24) if hours * times["others"] <= 365 * 24), default=1)
    steps = {"others": timedelta(hours=hours), "net": timedelta(minutes=5)}
    codes = {"others": [f"bench-{n}" for n in range(OTHERS)], "net": [f"bench-{n}" for n in range(OTHERS, OTHERS + NET)]}
    begun = time.perf_counter()
    Indicator.objects.filter(code=MAPPED).update(level="district")
    with connection.cursor() as cursor:
        for kind, (first, last) in {"others": (-1, -1), "net": (0, DEVICES - 1)}.items():
            cursor.execute(SERIES_SQL, {"codes": codes[kind], "first": first, "last": last})
            Indicator.objects.filter(code__in=codes[kind]).update(every=f"{hours}h" if kind == "others" else "5m")
            at = [now - steps[kind] * n for n in range(times[kind], 0, -1)]
            for month in sorted({moment.date().replace(day=1) for moment in at}):
                cursor.execute("SELECT indicators_partition(%s)", [month])
            ids = list(Indicator.objects.filter(code__in=codes[kind]).values_list("pk", flat=True))
            lines = Series.objects.filter(indicator__in=ids).count()
            for name, late, part in ((kind, timedelta(seconds=5), 1), (f"{kind} again", timedelta(hours=3), CORRECTED_EVERY)):
                late += timedelta(microseconds=len(name))
                cursor.execute(DELIVERIES_SQL, {"at": at, "late": late, "name": name, "rows": lines // part})
                made = [pk for (pk,) in cursor.fetchall()]
                together = max(1, ROWS_TOGETHER * part // lines)
                for first in range(0, len(made), together):
                    some = made[first : first + together]
                    cursor.execute(ROWS_SQL, {"deliveries": some, "late": late, "indicators": ids, "every": part})
        cursor.execute(LATEST_SQL, {"recent": now - 2 * steps["others"] - timedelta(hours=1)})
        cursor.execute("SELECT count(*) FROM indicators_observation")
        count = cursor.fetchone()[0]
        print(f"{count:,} rows in {Series.objects.count():,} series, filled in {time.perf_counter() - begun:.0f} s")
        cursor.execute("VACUUM (ANALYZE) indicators_observation")
        cursor.execute("VACUUM (ANALYZE) indicators_latest, indicators_series, indicators_delivery")
        cursor.execute("SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits WHERE inhparent = 'indicators_observation'::regclass")
        print(f"PostgreSQL: {cursor.fetchone()[0] / count:.0f} bytes a row with its index")


def keep_periods() -> None:
    """The hours and days of all that was filled in: the loop of the installation would come to it in its own time."""
    begun = time.perf_counter()
    for indicator in Indicator.objects.filter(code__startswith="bench-", derived=None):
        if any(periods.wanted(indicator)):
            periods.build(indicator)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) indicators_hour, indicators_day")
        cursor.execute("SELECT (SELECT count(*) FROM indicators_hour), (SELECT count(*) FROM indicators_day)")
        hours, days = cursor.fetchone()
        cursor.execute("SELECT pg_total_relation_size('indicators_hour') + pg_total_relation_size('indicators_day')")
        size = cursor.fetchone()[0]
    print(f"{hours:,} hours and {days:,} days made of them in {time.perf_counter() - begun:.0f} s, {size / 1e6:,.0f} MB")


def derive_history(hours: int) -> None:
    """Declares the derived indicators and waits until the loop of the installation has computed their whole history."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT indicators_stamp()")  # what was filled in did not draw stamps: the clock stands before all of it
    begun = time.perf_counter()
    load_catalogue(catalogue=parse(DERIVED_CATALOGUE.replace("WINDOW", f"{4 * hours}h")))
    while DerivedPosition.objects.filter(after=None, indicator__code__in=DERIVED).count() < len(DERIVED):
        if time.perf_counter() - begun > PATIENCE_S:
            raise SystemExit("the history was not derived in time")
        time.sleep(0.2)
    took = time.perf_counter() - begun
    count = Delivery.objects.filter(source__code="derived").aggregate(Sum("accepted"))["accepted__sum"] or 0
    print(f"{count:,} figures derived in {took:.0f} s ({count / took:,.0f}/s)")


def corrected(url: str, key: str, now: datetime, times: int) -> None:
    """One corrected row of a month ago: from the request until all its dependants say so."""
    village = Series.objects.filter(indicator__code="bench-0").values_list("region_id", flat=True)[0]
    known = history.Question([Indicator.objects.get(code="bench-0").pk], village, since=now - timedelta(days=40), until=now)
    at = next(history.iterate(known)).at
    took = []
    for number in range(times + 1):
        row = {"indicator": "bench-0", "region": village, "at": at.isoformat(), "value": 100.0 + number}
        body = json.dumps({"observations": [row]}).encode()
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        begun = time.perf_counter()
        with urllib.request.urlopen(urllib.request.Request(url + "/api/v1/observations", body, headers), timeout=60) as answer:
            stamp = json.load(answer)
        if stamp["accepted"] != 1:
            raise SystemExit(f"the correction was not accepted: {stamp}")
        while derived_since(village, stamp["delivery"]) < len(DERIVED):
            if time.perf_counter() - begun > 60:
                raise SystemExit("the correction did not reach every dependant in a minute")
            time.sleep(0.005)
        took.append((time.perf_counter() - begun) * 1000)
    told("one corrected row: its four dependants say so", 1000, took)


def derived_since(village: str, delivery: int) -> int:
    """How many dependants have stored something after a delivery."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT s.indicator_id) FROM indicators_observation o JOIN indicators_series s ON s.id = o.series_id "
            "JOIN indicators_indicator i ON i.id = s.indicator_id WHERE i.code = ANY(%s) AND s.region_id = %s AND o.known_since > "
            "(SELECT known_since FROM indicators_delivery WHERE id = %s)",
            [list(DERIVED), village, delivery],
        )
        return int(cursor.fetchone()[0])


def judged(name: str, target_ms: float, times: int, ask: Callable[[], Any]) -> None:
    """Asks so often and prints what it took."""
    took = []
    for _ in range(times + 1):
        begun = time.perf_counter()
        ask()
        took.append((time.perf_counter() - begun) * 1000)
    told(name, target_ms, took)


def told(name: str, target_ms: float, took: list[float]) -> None:
    """Prints the first time (ms) alone, then median, extremes and the 95th percentile beside the target."""
    rest = sorted(took[1:])
    p95 = rest[min(len(rest) - 1, int(len(rest) * 0.95))]
    print(line(name, rest, "ms"))
    print(f"{'':52} first {took[0]:,.0f} ms, p95 {p95:,.0f} ms, target {target_ms:,.0f} ms: {'met' if p95 <= target_ms else 'MISSED'}")


def rest() -> None:
    """Waits until the installation has told and counted what was filled in: what is measured is a board, not the end of a bulk load."""
    until = time.perf_counter() + REST_S
    quiet = 0
    while quiet < 3 and time.perf_counter() < until:
        busy = sum(psutil.cpu_percent(1.0, percpu=True)) / 100
        quiet = quiet + 1 if busy < IDLE_CORES else 0


def measure(url: str, token: str, now: datetime, times: int) -> None:
    """What a wall and an analyst ask: a board now and then, a year of one series, a month of many, all newest values."""
    others = list(Indicator.objects.filter(code__in=[f"bench-{n}" for n in range(OTHERS)]))
    village = Series.objects.filter(indicator=others[0]).values_list("region_id", flat=True)[0]
    then = (now - timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def page(address: str) -> Callable[[], Any]:
        def get() -> bytes:
            asked = urllib.request.Request(url + address, headers={"Cookie": f"pendopo_kiosk={token}"})
            with urllib.request.urlopen(asked, timeout=300) as answer:
                text = bytes(answer.read())
            if text.count(b"<pd-figure") < 24:
                raise SystemExit(f"{address} is no board of 24 figures: {text[:300]!r}")
            return text

        return get

    rest()
    year = history.Question([others[0].pk], village, since=now - timedelta(days=365), until=now, every="1d")
    judged("board of 24 tiles and a choropleth (HTTP)", 120, times, page("/wall/bench"))
    judged("the same board as of 30 days ago (HTTP)", 200, times, page(f"/wall/bench?as_of={then}"))
    judged("one series over a year by day", 30, times, lambda: history.page(year))
    month = history.Question([i.pk for i in others[:1]], "35.16", since=now - timedelta(days=30), until=now, every="1d", agg="sum")
    judged("304 series over a month by day", 100, times, lambda: history.page(month, limit=20_000))
    judged("newest value of 10,032 series", 100, times, lambda: newest.rows(others, None))


def close_old(now: datetime) -> None:
    """Closes every month that is over, empties the copies and prints size and time."""
    begun = time.perf_counter()
    periods.catch_up()  # the first month would wait for it: so many figures were derived and corrected just now
    print(f"hours and days of what was derived caught up in {time.perf_counter() - begun:.0f} s")
    for month in actions.open_months():
        if thawing.first_moment(thawing.next_month(month)) <= now:
            begun = time.perf_counter()
            closed = actions.close_month(month=month)
            took = time.perf_counter() - begun
            print(f"{closed}: {closed.rows:,} rows, {closed.bytes / closed.rows:.1f} bytes a row, closed in {took:.1f} s")
    begun = time.perf_counter()
    actions.sweep(now=now + timedelta(days=1))
    thawing.forget()
    own = settings.FILES_DIR.stat()
    for file in [settings.FILES_DIR / "closed", *settings.FILES_DIR.glob("closed/*")]:
        os.chown(file, own.st_uid, own.st_gid)
    rows, size = (sum(getattr(month, name) for month in ClosedMonth.objects.all()) for name in ("rows", "bytes"))
    if not rows:
        raise SystemExit("so few rows fill no month that is over: nothing was closed")
    print(f"{rows:,} rows closed at {size / rows:.1f} bytes a row (target 16); emptied in {time.perf_counter() - begun:.1f} s")


if __name__ == "__main__":
    moment = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    asked = int(sys.argv[2])
    fill(asked, moment)
    keep_periods()
    measure(sys.argv[1], sys.argv[3], moment, TIMES)
    derive_history(Duration.parse(Indicator.objects.get(code="bench-0").every).number)
    corrected(sys.argv[1], sys.argv[4], moment, 10)
    print("\nevery month that is over closed:")
    close_old(moment)
    measure(sys.argv[1], sys.argv[3], moment, TIMES)
