"""The periods of a cadence as whole numbers, so that windows are differences of numbers.

Days, weeks, months and years are cut in the government's zone, shorter periods from midnight of the zone's day, as
`Duration.period_start` does.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from pendopo.ui.sentence import Sentence

from ..logic import Duration

DAY_S = 86_400


@dataclass(frozen=True)
class Grid:
    """Numbers the periods of one cadence. Raises ValueError for a cadence under a day that does not divide the day."""

    every: Duration
    zone: ZoneInfo

    def __post_init__(self) -> None:
        if not self.every.is_calendar and DAY_S % self.every.seconds:
            raise ValueError(Sentence("a cadence of %(every)s does not divide the day into equal periods.", every=self.every))

    def ordinal(self, moment: datetime) -> int:
        """The number of the period that holds the moment."""
        local = moment.astimezone(self.zone)
        unit, number = self.every.unit, self.every.number
        if unit == "y":
            return local.year // number
        if unit == "M":
            return (local.year * 12 + local.month - 1) // number
        if self.every.is_calendar:
            return (local.toordinal() - 1) // (number * (7 if unit == "w" else 1))
        seconds = local.hour * 3600 + local.minute * 60 + local.second
        return local.toordinal() * (DAY_S // self.every.seconds) + seconds // self.every.seconds

    def start(self, ordinal: int) -> datetime:
        """When the period begins, in UTC."""
        unit, number = self.every.unit, self.every.number
        if unit == "y":
            local = datetime(ordinal * number, 1, 1)
        elif unit == "M":
            year, month = divmod(ordinal * number, 12)
            local = datetime(year, month + 1, 1)
        elif self.every.is_calendar:
            local = datetime.combine(date.fromordinal(ordinal * number * (7 if unit == "w" else 1) + 1), datetime.min.time())
        else:
            day, part = divmod(ordinal, DAY_S // self.every.seconds)
            local = datetime.combine(date.fromordinal(day), datetime.min.time()) + timedelta(seconds=part * self.every.seconds)
        return local.replace(tzinfo=self.zone).astimezone(UTC)

    def periods(self, window: Duration) -> int | None:
        """How many periods the window holds, None when that depends on the calendar (months and years of shorter periods).

        Raises ValueError with a sentence for a window that is no whole number of periods.
        """
        months, own = (d.number * {"M": 1, "y": 12}.get(d.unit, 0) for d in (window, self.every))
        if own:
            whole, rest = divmod(months, own)
        elif months:
            return None
        else:
            whole, rest = divmod(window.seconds, self.every.seconds)
        if rest or not whole:
            raise ValueError(Sentence("the window %(window)s is no whole number of periods of %(every)s.", window=window, every=self.every))
        return whole

    def back(self, ordinal: int, window: Duration) -> int:
        """The period one window earlier: the window that ends with `ordinal` holds what comes after it."""
        whole = self.periods(window)
        return ordinal - whole if whole is not None else self.ordinal(window.after(self.start(ordinal), self.zone, -1))

    def forth(self, ordinal: int, window: Duration) -> int:
        """The period one window later: windows that end from it on no longer hold `ordinal` (months: at the latest)."""
        whole = self.periods(window)
        return ordinal + whole if whole is not None else self.ordinal(window.after(self.start(ordinal), self.zone, 1)) + 4
