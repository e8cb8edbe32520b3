"""The real files as deliveries, and a history in memory that judges them with the product's own checks."""

import csv
import os
from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from pendopo.indicators.checks import EPOCH, MICROSECOND, Judge, Observation, Placed, Rule
from pendopo.indicators.logic import Duration
from pendopo.indicators.soundness.asked import read_asked
from pendopo.indicators.soundness.seen import Point, Surroundings
from pendopo.indicators.soundness.table import look
from pendopo.indicators.steps import KnownRow, judge_steps

HERE = Path(__file__).resolve()
# The real files: where PENDOPO_REAL says, else beside the repository or above it.
PLACES = [Path(os.environ["PENDOPO_REAL"])] if "PENDOPO_REAL" in os.environ else [above / "shared" / "data" for above in HERE.parents[1:]]
DATA = next((place for place in PLACES if place.exists()), PLACES[0])
WIB = ZoneInfo("Asia/Jakarta")
OFFSET_S = 7 * 3600
HOURS = {str(hour) for hour in range(24)}
REGIONS = {f"{number}" for number in range(11, 97)} | {"35.14", "35"}

Key = tuple[str, str, str]

# indicator → (cadence, checks); what a catalogue would declare.
CASES = {"range": [0, 100000], "scale": True, "copy": True}
TOTAL = {"range": [0, 10_000_000], "monotonic": True, "scale": True, "copy": True}
RULES: dict[str, tuple[str, dict[str, Any]]] = {
    "river-level": ("1h", {"range": [0, 20], "step": 2.0, "scale": True, "stuck": 6, "copy": True, "clock": True}),
    "rainfall": ("1h", {"range": [0, 150], "step": 60, "copy": 12, "clock": True}),
    "covid-cases": ("1d", CASES),
    "covid-recovered": ("1d", CASES),
    "covid-cases-total": ("1d", {**TOTAL, "total_of": "covid-cases"}),
    "covid-recovered-total": ("1d", {**TOTAL, "total_of": "covid-recovered"}),
    "price": ("1d", {"range": [1000, 300_000], "scale": True, "copy": True}),
}


class Day(NamedTuple):
    """One delivery: what a source sends for one day, and when it arrives."""

    name: str
    rows: list[Observation]
    now: datetime


def rule(code: str) -> Rule:
    """The rule of an indicator as the product reads it from its catalogue."""
    every, checks = RULES[code]
    cadence = Duration.parse(every)
    low, high = checks.get("range", (None, None))
    return Rule(
        may_write=True,
        takes_dates=cadence.is_calendar,
        low=float(low),
        high=float(high),
        step=checks.get("step"),
        asked=read_asked(checks, every_s=cadence.seconds, offset_s=OFFSET_S),
    )


def _rows(*path: str) -> Iterator[dict[str, str]]:
    with (DATA.joinpath(*path)).open(encoding="utf-8") as file:
        yield from csv.DictReader(file)


def gauges(name: str, code: str) -> list[Day]:
    """An hourly telemetry file, a delivery for each day (WIB), ten minutes after the day ended."""
    days: dict[str, dict[str, Observation]] = defaultdict(dict)
    for line in _rows("hydrology", f"{name}.csv"):
        if line["jam"] not in HOURS:
            continue  # hour 24 stands in the file: the product rejects such rows by name
        at = datetime.strptime(f"{line['tanggal']} {line['jam']}", "%d-%m-%y %H").replace(tzinfo=WIB)
        if line["nilai"] not in ("", "-", "8888"):
            days[at.date().isoformat()][at.isoformat()] = Observation(code, "35.14", at.isoformat(), float(line["nilai"]))
    return [_day(code, day, list(days[day].values())) for day in sorted(days)]


def provinces() -> list[Day]:
    """The provinces' file, a delivery a day: new cases and recoveries and their running totals."""
    days: dict[str, list[Observation]] = defaultdict(list)
    codes: dict[str, str] = {}
    names = {
        "KASUS": "covid-cases",
        "SEMBUH": "covid-recovered",
        "AKUMULASI_KASUS": "covid-cases-total",
        "AKUMULASI_SEMBUH": "covid-recovered-total",
    }
    for line in _rows("covid", "provinsi_harian_2020_2021.csv"):
        region = codes.setdefault(line["provinsi"], str(11 + len(codes)))
        for column, code in names.items():
            if line[column]:
                days[line["tanggal"]].append(Observation(code, region, line["tanggal"], float(line[column])))
    return [_day("covid", day, days[day]) for day in sorted(days)]


def prices() -> list[Day]:
    """East Java's food prices, a delivery a working day: 31 commodities."""
    days = []
    for line in _rows("prices", "pihps_jawa_timur_2020_2023.csv"):
        day = line.pop("Tanggal")
        rows = [Observation("price", "35", day, float(value), dims={"of": name}) for name, value in line.items() if value]
        days.append(_day("price", day, rows))
    return [day for day in days if day.rows]


def _day(name: str, day: str, rows: list[Observation]) -> Day:
    end = datetime.fromisoformat(day).replace(tzinfo=WIB) + timedelta(days=1, minutes=10)
    return Day(name, rows, end.astimezone(UTC))


class History:
    """Known points in memory, asked as `pendopo.indicators.surroundings` asks the database."""

    def __init__(self) -> None:
        self.known: dict[Key, list[Point]] = defaultdict(list)

    def judge(self, day: Day) -> tuple[dict[int, str], list[Placed]]:
        """The code that speaks about each row of a delivery, by row number from 1; and the placed rows."""
        codes = {row.indicator for row in day.rows}
        rules = {code: rule(code) for code in codes}
        judge = Judge(rules=rules, is_region=REGIONS.__contains__, zone=WIB, now=day.now)
        judged = judge.judge(day.rows, range(1, len(day.rows) + 1))
        said = {problem.row: problem.code for problem in (*judged.rejected, *(p for _, p in judged.quarantined))}
        asked = {code: r.asked for code, r in rules.items() if r.asked is not None}
        keys = list(dict.fromkeys(row.key for row in judged.placed))
        spans = {key: self._span(judged.placed, key) for key in keys}
        wanted = {*keys, *((asked[k[0]].total_of or "", *k[1:]) for k in keys)}
        known = {key: self.around(key, *spans.get(key, self._whole(spans)), asked[key[0]].before) for key in wanted if key in self.known}
        future = frozenset(spot.key for spot, problem in judged.quarantined if problem.code == "future")
        verdicts = look(judged.placed, asked, Surroundings(known, {}, future, (day.now - EPOCH) // MICROSECOND))
        said |= {row: finding.code for row, finding in (verdicts.soft | verdicts.hard).items()}
        placed = [row for row in judged.placed if row.row not in verdicts.hard]
        steps = {code: r.step for code, r in rules.items() if r.step is not None}
        lines = {key: [KnownRow(*p, None, 0) for p in self.around(key, *spans[key], 3)] for key in keys if key[0] in steps}
        flagged, _ = judge_steps([row for row in placed if row.key[0] in steps], steps, lines)
        return {**dict.fromkeys(flagged, "step"), **said}, placed

    @staticmethod
    def _span(rows: Sequence[Placed], key: Key) -> tuple[int, int]:
        times = [row.at_us for row in rows if row.key == key]
        return min(times), max(times)

    @staticmethod
    def _whole(spans: dict[Key, tuple[int, int]]) -> tuple[int, int]:
        return min(first for first, _ in spans.values()), max(last for _, last in spans.values())

    def around(self, key: Key, first: int, last: int, before: int) -> list[Point]:
        """The points before, within and three after the times."""
        points = self.known[key]
        low, high = bisect_left(points, (first,)), bisect_right(points, (last, float("inf")))
        return points[max(0, low - before) : high + 3]

    def take(self, rows: Sequence[Placed], said: dict[int, str]) -> None:
        """Rows become history, suspect ones as such."""
        for row in rows:
            if row.value is not None:
                insort(self.known[row.key], Point(row.at_us, row.value, 3 if row.row in said else 0))
