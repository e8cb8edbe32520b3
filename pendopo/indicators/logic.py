"""Durations, periods, freshness and roll-ups: decisions without a database. Times are aware datetimes, durations in seconds."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from pendopo.ui.sentence import Sentence

Freshness = Literal["fresh", "due", "stale", "silent"]

DURATION = re.compile(r"([1-9]\d{0,6})(s|m|h|d|w|M|y)")
UNIT_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400}
MONTH_S = 2_629_746  # a twelfth of the mean Gregorian year, where only a length is asked for

QUALITY_WORDS = ("ok", "provisional", "suspect", "suspect", "suspect")

# Kinds whose value is about a whole period: due one cadence after the period ended.
PERIOD_KINDS = frozenset({"count", "cumulative", "rate", "percent"})


@dataclass(frozen=True)
class Duration:
    """A duration as the catalogue writes it: a number and s, m, h, d, w, M (months) or y (years)."""

    number: int
    unit: str

    def __str__(self) -> str:
        return f"{self.number}{self.unit}"

    @classmethod
    def parse(cls, text: str) -> "Duration":
        """Raises ValueError with a sentence when the text is no duration."""
        match = DURATION.fullmatch(text.strip())
        if match is None:
            raise ValueError(Sentence("“%(text)s” is not a duration: write a number and s, m, h, d, w, M or y, for example 1h.", text=text))
        return cls(int(match[1]), match[2])

    @property
    def seconds(self) -> int:
        """The length in seconds; months and years by their mean."""
        if self.unit == "M":
            return self.number * MONTH_S
        if self.unit == "y":
            return self.number * 12 * MONTH_S
        return self.number * UNIT_S[self.unit]

    @property
    def is_calendar(self) -> bool:
        """Whether periods are cut in the government's zone: days and longer."""
        return self.unit in "dwMy"

    def after(self, moment: datetime, zone: ZoneInfo, times: int = 1) -> datetime:
        """The moment `times` durations later; months and years by the calendar of the zone, the day clipped to the month's end."""
        if self.unit not in "My":
            return moment + timedelta(seconds=self.seconds * times)
        local = moment.astimezone(zone)
        months = local.year * 12 + local.month - 1 + times * self.number * (12 if self.unit == "y" else 1)
        year, month = divmod(months, 12)
        day = min(local.day, _days_in(year, month + 1))
        return local.replace(year=year, month=month + 1, day=day).astimezone(moment.tzinfo)

    def period_start(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """The start of the period that holds the moment. Days, weeks (from Monday), months and years are cut in the zone, shorter
        ones from midnight of the zone's day."""
        return _period_start(self, moment, zone)

    def _start(self, moment: datetime, zone: ZoneInfo) -> datetime:
        local = moment.astimezone(zone)
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
        if self.unit == "y":
            return midnight.replace(month=1, day=1, year=local.year - local.year % self.number)
        if self.unit == "M":
            months = local.year * 12 + local.month - 1
            months -= months % self.number
            return midnight.replace(year=months // 12, month=months % 12 + 1, day=1)
        if self.is_calendar:
            days = self.number * (7 if self.unit == "w" else 1)
            monday_based = midnight.date().toordinal() - 1  # ordinal 1 was a Monday
            return midnight - timedelta(days=monday_based % days)
        elapsed = int((local - midnight).total_seconds())
        return midnight + timedelta(seconds=elapsed - elapsed % min(self.seconds, 86_400))


@lru_cache(maxsize=50_000)
def _period_start(every: Duration, moment: datetime, zone: ZoneInfo) -> datetime:
    """Remembered, because the regions of a roll-up report about the same moments."""
    return every._start(moment, zone)


def _days_in(year: int, month: int) -> int:
    following = datetime(year + month // 12, month % 12 + 1, 1)
    return (following - timedelta(days=1)).day


@lru_cache(maxsize=8192)
def moment_of(us: int) -> datetime:
    """The time of a number of microseconds since 1970 UTC. Queries of many rows ask for numbers: they are read five times faster, and
    what is reported together shares its times."""
    return datetime.fromtimestamp(us / 1_000_000, UTC)


@dataclass(frozen=True)
class Contract:
    """When an indicator is expected: its cadence, its grace, and whether a value stands for a period or for a moment."""

    every: Duration
    grace: Duration
    kind: str

    @property
    def due_s(self) -> int:
        """Seconds from `at` until the next value is due (CONTRACT: 2 × every for period kinds, else 1 × every)."""
        return self.every.seconds * (2 if self.kind in PERIOD_KINDS else 1)

    def freshness(self, at: datetime | None, now: datetime) -> Freshness:
        """`fresh` until due, `due` until due + grace, `stale` until due + grace + 3 × every, then `silent`. Never reported = silent."""
        if at is None:
            return "silent"
        return freshness_of((now - at).total_seconds(), self.due_s, self.grace.seconds, self.every.seconds)


def freshness_of(age_s: float, due_s: float, grace_s: float, every_s: float) -> Freshness:
    """The state of a value of this age. The browser computes the same (islands/lib/freshness.ts); both read tests/freshness.json."""
    if age_s <= due_s:
        return "fresh"
    if age_s <= due_s + grace_s:
        return "due"
    if age_s <= due_s + grace_s + 3 * every_s:
        return "stale"
    return "silent"


def dims_key(dims: dict[str, str]) -> str:
    """The canonical text of a series' extra dimensions, fit for a subject token: `pos=BE10128,layer=2`, '' without any."""
    return ",".join(f"{_token(name)}={_token(dims[name])}" for name in sorted(dims))


def _token(text: str) -> str:
    """Percent-writes what a bus subject or the key itself cannot hold."""
    return "".join(c if c.isalnum() or c in "-_:" else "".join(f"%{b:02X}" for b in c.encode()) for c in text)


@dataclass(frozen=True)
class Part:
    """One child's value in a roll-up, with its weight (for weighted means only)."""

    value: float
    at: datetime
    weight: float | None = None


def roll_up(rule: str, parts: Sequence[Part]) -> float | None:
    """Many regions to one by the indicator's rule; None when the rule is `none`, nothing reported, or a weight is missing.

    `sum` adds exactly (math.fsum) before one rounding to double; `last` takes the newest; `weighted` is Σ w·v ÷ Σ w.
    """
    if not parts or rule == "none":
        return None
    values = [part.value for part in parts]
    if rule == "sum":
        return math.fsum(values)
    if rule == "mean":
        return math.fsum(values) / len(values)
    if rule == "max":
        return max(values)
    if rule == "min":
        return min(values)
    if rule == "last":
        return max(parts, key=lambda part: part.at).value
    if rule == "weighted":
        weights = [part.weight for part in parts if part.weight is not None]
        total = math.fsum(weights)
        if len(weights) < len(parts) or total <= 0:
            return None
        return math.fsum(part.value * (part.weight or 0.0) for part in parts) / total
    raise ValueError(f"Unknown roll-up {rule!r}: use sum, mean, max, min, last, none or weighted.")
