"""Working and opening hours as people write them, and the calendar that follows. Pure: time and zone are arguments."""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from pendopo.ui.sentence import Sentence

DAY_M = 24 * 60
DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
NAMES = {
    **{name.lower(): number for number, name in enumerate(DAYS)},
    **{name: number for number, name in enumerate(("sen", "sel", "rab", "kam", "jum", "sab", "min"))},
    **{name: number for number, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))},
}
SPAN = re.compile(r"(\d{1,2})[:.](\d{2})-(\d{1,2})[:.](\d{2})")
RULE = re.compile(r"([A-Za-z]+)(?:-([A-Za-z]+))?\s+(\S+(?:\s*,\s*\S+)*)")

Span = tuple[datetime, datetime]
Week = tuple[tuple[tuple[int, int], ...], ...]


def read_hours(text: str) -> Week:
    """Opening hours a weekday in minutes since midnight, Monday first: `Mo-Fr 08:00-17:00; Sa 09:00-12:00`, or `24/7`.

    Days may be Indonesian (`Sen-Jum`). Raises ValueError with a Sentence.
    """
    if text.strip() == "24/7":
        return (((0, DAY_M),),) * 7
    week: list[list[tuple[int, int]]] = [[] for _day in DAYS]
    for rule in filter(None, map(str.strip, text.split(";"))):
        found = RULE.fullmatch(rule)
        first = NAMES.get(found[1].lower()) if found else None
        last = NAMES.get((found[2] or found[1]).lower()) if found else None
        if not found or first is None or last is None:
            raise ValueError(Sentence("“%(rule)s” are no opening hours: write them as Mo-Fr 08:00-17:00.", rule=rule[:60]))
        spans = [_minutes(part.strip(), rule) for part in found[3].split(",")]
        for number in range((last - first) % 7 + 1):
            week[(first + number) % 7].extend(spans)
    if any(a[1] > b[0] for spans in week for a, b in zip(sorted(spans), sorted(spans)[1:], strict=False)):
        raise ValueError(Sentence("The opening hours of a day overlap: write every span once."))
    return tuple(tuple(sorted(spans)) for spans in week)


def _minutes(text: str, rule: str) -> tuple[int, int]:
    found = SPAN.fullmatch(text)
    begin, end = (int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])) if found else (0, 0)
    if not found or int(found[2]) > 59 or int(found[4]) > 59 or not 0 <= begin < end <= DAY_M:
        raise ValueError(Sentence("“%(rule)s” are no opening hours: write them as Mo-Fr 08:00-17:00.", rule=rule[:60]))
    return begin, end


@dataclass(frozen=True)
class Closing:
    """A span that is closed beyond the hours, and why."""

    start: datetime
    end: datetime
    why: str


@dataclass(frozen=True)
class Calendar:
    """When a place is open or an office works: weekly hours on the clock of its zone, holidays by day, closures by moment."""

    hours: str
    zone: ZoneInfo
    holidays: dict[date, str] = field(default_factory=dict)
    closures: tuple[Closing, ...] = ()

    @cached_property
    def week(self) -> Week:
        """The weekly hours, read."""
        return read_hours(self.hours)

    def local(self, at: datetime) -> datetime:
        """A moment on the clock of the place."""
        return at.astimezone(self.zone)

    def spans_of(self, day: date) -> list[Span]:
        """When the place is open on a day: weekly hours without holidays, less closures. Moments are UTC."""
        if day in self.holidays:
            return []
        spans = [(self._at(day, begin), self._at(day, end)) for begin, end in self.week[day.weekday()]]
        for closing in self.closures:
            spans = [part for span in spans for part in minus(span, closing.start, closing.end)]
        return spans

    def _at(self, day: date, minutes: int) -> datetime:
        whole, rest = divmod(minutes, DAY_M)
        at = datetime.combine(day + timedelta(days=whole), time(rest // 60, rest % 60), self.zone)
        return at.astimezone(UTC)

    def open_between(self, start: datetime, end: datetime) -> list[Span]:
        """The open spans that meet [start, end), those that touch joined (a place open around the clock has one)."""
        first, last = self.local(start).date(), self.local(end).date()
        joined: list[Span] = []
        for number in range((last - first).days + 1):
            for span in self.spans_of(first + timedelta(days=number)):
                if span[0] >= end or span[1] <= start:
                    continue
                if joined and joined[-1][1] == span[0]:
                    joined[-1] = (joined[-1][0], span[1])
                else:
                    joined.append(span)
        return joined

    def within(self, start: datetime, end: datetime) -> list[Span]:
        """The open time between two moments."""
        return [(max(begin, start), min(until, end)) for begin, until in self.open_between(start, end)]


def runs(week: Week) -> list[tuple[int, int, tuple[tuple[int, int], ...]]]:
    """The week as people say it: first and last weekday (0 Monday) of neighbouring days with the same hours; closed days are left out."""
    found: list[tuple[int, int, tuple[tuple[int, int], ...]]] = []
    for day, spans in enumerate(week):
        if found and found[-1][1] == day - 1 and found[-1][2] == spans:
            found[-1] = (found[-1][0], day, spans)
        elif spans:
            found.append((day, day, spans))
    return found


def clock(minutes: int) -> str:
    """Minutes since midnight as `08.00`."""
    return f"{minutes // 60:02d}.{minutes % 60:02d}"


def minus(span: Span, start: datetime, end: datetime) -> list[Span]:
    """What is left of a span without [start, end)."""
    if end <= span[0] or start >= span[1]:
        return [span]
    return [part for part in ((span[0], min(start, span[1])), (max(end, span[0]), span[1])) if part[0] < part[1]]
