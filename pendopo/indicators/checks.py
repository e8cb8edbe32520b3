"""The verdict on every row of a delivery: a pure decision over what was sent and the rules of the catalogue.

A row is stored (accepted or flagged), quarantined (a hard check: kept until a person decides), rejected (cannot be placed in a series) or
a duplicate. The order of the rows is kept; a problem names its row, counted as the sender counts.
"""

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from .logic import dims_key
from .soundness.asked import Asked

Verdict = Literal["flagged", "quarantined", "rejected", "duplicates"]
SeriesKey = tuple[str, str, str]  # indicator code, region code, dims key

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
# Figures are kept for these years; a time outside is a slip of the pen.
EARLIEST_US = (datetime(1900, 1, 1, tzinfo=UTC) - EPOCH) // MICROSECOND
LATEST_US = (datetime(2200, 1, 1, tzinfo=UTC) - EPOCH) // MICROSECOND

QUALITY_CODES = {None: 0, "ok": 0, "provisional": 1, "suspect": 2}
FLAG = {0: 3, 1: 4, 2: 2}
UNFLAG = {3: 0, 4: 1}


class Observation(msgspec.Struct, forbid_unknown_fields=True):
    """One row as it is sent. `value` null with a `note` is a retraction; `at` is RFC 3339 with an offset, or a date."""

    indicator: str
    region: str
    at: str
    value: float | None
    quality: str | None = None
    note: str | None = None
    dims: dict[str, str | int | float] | None = None


@dataclass(frozen=True)
class Rule:
    """What the catalogue says of one indicator, as far as a row needs it.

    `future_s` is how far ahead of the clock `at` may be, `late_s` from what age on a row counts as late, `asked` what needs history,
    `since_us` from where on rows are kept.
    """

    may_write: bool
    takes_dates: bool
    low: float = -math.inf
    high: float = math.inf
    step: float | None = None
    future_s: float = 300.0
    derived: bool = False
    late_s: float = math.inf
    asked: Asked | None = None
    since_us: int = EARLIEST_US


class Problem(NamedTuple):
    """Why a row was not simply accepted. `params` fill the sentence of `code` (sentences.py)."""

    row: int
    verdict: Verdict
    field: str
    code: str
    params: dict[str, Any]


class Placed(NamedTuple):
    """A row with its place: `at_us` is microseconds since 1970 UTC."""

    row: int
    key: SeriesKey
    at_us: int
    value: float | None
    quality: int
    note: str | None


class Refused(NamedTuple):
    """A row that could not even be read as an observation (by the reader of a body or a file)."""

    row: int
    field: str
    code: str
    params: dict[str, Any]
    raw: Any


@dataclass
class Judged:
    """The verdicts of one delivery before the database is asked about duplicates and neighbours."""

    placed: list[Placed] = field(default_factory=list)
    quarantined: list[tuple[Placed, Problem]] = field(default_factory=list)
    rejected: list[Problem] = field(default_factory=list)
    duplicates: list[Problem] = field(default_factory=list)


class _Rejection(Exception):
    """Carries field, code and params of a rejected row."""

    def __init__(self, place: str, code: str, **params: Any) -> None:
        super().__init__(code)
        self.place, self.code, self.params = place, code, params


def parse_at(text: str, *, takes_dates: bool, zone: ZoneInfo) -> int:
    """Microseconds since 1970 UTC of an RFC 3339 time, or of a date (00:00 in the government's zone) where dates are taken.

    Raises ValueError with the code of the problem: `time-unreadable`, `time-without-zone`, `date-needs-time`, `time-out-of-range`.
    """
    try:
        if len(text) == 10:
            moment = datetime.combine(date.fromisoformat(text), datetime.min.time(), zone)
            if not takes_dates:
                raise ValueError("date-needs-time")
        elif len(text) > 15 and text[4] == text[7] == "-" and text[10] in "Tt " and text[13] == ":":
            moment = datetime.fromisoformat(text.upper())
        else:
            raise ValueError("time-unreadable")
    except ValueError as error:
        known = str(error) if str(error) == "date-needs-time" else "time-unreadable"
        raise ValueError(known) from None
    if moment.tzinfo is None:
        raise ValueError("time-without-zone")
    us = (moment - EPOCH) // MICROSECOND
    if not EARLIEST_US <= us < LATEST_US:
        raise ValueError("time-out-of-range")
    return us


class Judge:
    """Judges the rows of one delivery. Remembers what it parsed, because neighbouring rows repeat codes and times."""

    def __init__(self, *, rules: Mapping[str, Rule], is_region: Callable[[str], bool], zone: ZoneInfo, now: datetime) -> None:
        self.rules = rules
        self.is_region = is_region
        self.zone = zone
        self.now_us = (now - EPOCH) // MICROSECOND
        self._keys: dict[tuple[str, str], SeriesKey] = {}
        self._times: dict[tuple[str, bool], int] = {}
        self.dims: dict[SeriesKey, dict[str, str]] = {}

    def judge(self, rows: Sequence[Observation], numbers: Iterable[int]) -> Judged:
        """The verdicts on all rows; `numbers` are the rows' numbers in the sender's counting."""
        judged = Judged()
        kept: dict[tuple[SeriesKey, int], int] = {}
        placed = judged.placed
        for row, sent in zip(numbers, rows, strict=True):
            try:
                spot = self._place(row, sent)
            except _Rejection as no:
                judged.rejected.append(Problem(row, "rejected", no.place, no.code, no.params))
                continue
            problem = self._hard(spot)
            if problem is not None:
                judged.quarantined.append((spot, problem))
                continue
            where = (spot.key, spot.at_us)
            earlier = kept.get(where)
            if earlier is not None:
                self._supersede(judged, placed[earlier], spot)
            kept[where] = len(placed)
            placed.append(spot)
        if len(kept) < len(placed):
            last = set(kept.values())
            judged.placed = [spot for index, spot in enumerate(placed) if index in last]
        return judged

    def late(self, rows: Sequence[Placed]) -> int:
        """How many rows came after they were due and the grace was over."""
        limits = {code: self.now_us - rule.late_s * 1_000_000 for code, rule in self.rules.items()}
        return sum(row.at_us < limits[row.key[0]] for row in rows)

    def _place(self, row: int, sent: Observation) -> Placed:
        rule = self.rules.get(sent.indicator)
        if rule is None:
            raise _Rejection("indicator", "unknown-indicator", given=sent.indicator[:100])
        if not rule.may_write:
            raise _Rejection("indicator", "derived" if rule.derived else "no-right", given=sent.indicator)
        key = self._keys.get((sent.indicator, sent.region)) if not sent.dims else None
        if key is None:
            key = self._key(sent)
        at_us = self._times.get((sent.at, rule.takes_dates))
        if at_us is None or at_us < rule.since_us:
            at_us = self._at(sent.at, rule)
        value = sent.value
        if value is None:
            if not (sent.note and sent.note.strip()):
                raise _Rejection("note", "retraction-needs-reason")
        elif value - value != 0:
            raise _Rejection("value", "not-a-number", given=str(value))
        quality = QUALITY_CODES.get(sent.quality)
        if quality is None:
            raise _Rejection("quality", "unknown-quality", given=str(sent.quality)[:40])
        note = sent.note
        if note is not None:
            if "\x00" in note:
                raise _Rejection("note", "nul-character")
            note = note[:1000] or None
        return Placed(row, key, at_us, value, quality, note)

    def _key(self, sent: Observation) -> SeriesKey:
        if not self.is_region(sent.region):
            raise _Rejection("region", "unknown-region", **self._meant(sent.region[:100]))
        if not sent.dims:
            key = self._keys[sent.indicator, sent.region] = (sent.indicator, sent.region, "")
            return key
        dims = {name: str(value) for name, value in sent.dims.items()}
        text = dims_key(dims)
        if len(text) > 300 or any("\x00" in name + value for name, value in dims.items()):
            raise _Rejection("dims", "dims-too-long")
        key = (sent.indicator, sent.region, text)
        self.dims[key] = dims
        return key

    def _meant(self, given: str) -> dict[str, str]:
        """What was given, and as `meant` the regency or city whose last zero a spreadsheet ate: it reads 35.10 as a number."""
        whole = f"{given}0"
        return {"given": given, "meant": whole} if given.count(".") == 1 and self.is_region(whole) else {"given": given}

    def _at(self, text: str, rule: Rule) -> int:
        try:
            at_us = parse_at(text, takes_dates=rule.takes_dates, zone=self.zone)
        except ValueError as error:
            raise _Rejection("at", str(error), given=text[:60]) from None
        if at_us < rule.since_us:
            raise _Rejection("at", "forgotten", given=text[:60], since=(EPOCH + rule.since_us * MICROSECOND).date().isoformat())
        self._times[text, rule.takes_dates] = at_us
        return at_us

    def _hard(self, spot: Placed) -> Problem | None:
        rule = self.rules[spot.key[0]]
        if spot.at_us > self.now_us + rule.future_s * 1_000_000:
            return Problem(spot.row, "quarantined", "at", "future", {"ahead_s": (spot.at_us - self.now_us) // 1_000_000})
        if spot.value is not None and not rule.low <= spot.value <= rule.high:
            return Problem(spot.row, "quarantined", "value", "range", {"given": spot.value, "low": rule.low, "high": rule.high})
        return None

    @staticmethod
    def _supersede(judged: Judged, earlier: Placed, later: Placed) -> None:
        """Two rows for one place in one body: the last stands; the earlier is a duplicate if equal, else rejected as superseded."""
        if earlier[3:] == later[3:]:
            judged.duplicates.append(Problem(earlier.row, "duplicates", "", "duplicate", {}))
        else:
            judged.rejected.append(Problem(earlier.row, "rejected", "", "superseded", {"by": later.row}))


class Neighbours(NamedTuple):
    """What history knows beside one row: the value before it, and the next row after it (None where there is none)."""

    before_us: int | None
    before: float | None
    after_us: int | None
    after: float | None
    after_quality: int
    after_note: str | None
    after_delivery: int | None


class Rejudged(NamedTuple):
    """A known row whose soft verdict changes because its neighbour in time arrived or changed: written as a newer row."""

    key: SeriesKey
    at_us: int
    value: float
    quality: int
    note: str | None
    delivery: int


def on_line(problem: Problem, spread: int) -> Problem:
    """The problem named by the line of a wide table whose lines gave `spread` rows each."""
    if spread == 1:
        return problem
    params = {**problem.params, "by": (problem.params["by"] - 1) // spread + 1} if "by" in problem.params else problem.params
    return problem._replace(row=(problem.row - 1) // spread + 1, params=params)


def told_first(problems: Sequence[Problem], limit: int) -> list[Problem]:
    """At most `limit` problems in the order of rows; where there are more, duplicates give way: they ask nothing of anybody."""
    if len(problems) <= limit:
        return list(problems)
    kept = sorted(problems, key=lambda problem: (problem.verdict == "duplicates", problem.row))[:limit]
    return sorted(kept, key=lambda problem: problem.row)


def verdict_counts(problems: Collection[Problem], rows: int) -> dict[str, int]:
    """The five counts of a delivery; they sum to `rows`."""
    counts = {"accepted": rows, "flagged": 0, "quarantined": 0, "rejected": 0, "duplicates": 0}
    for problem in problems:
        counts[problem.verdict] += 1
        counts["accepted"] -= 1
    return counts
