"""Why nobody can be at a place from one moment to another. Pure."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from pendopo.agencies import hours
from pendopo.ui.sentence import Sentence

# Nothing is booked across more days than this.
LONGEST_DAYS = 8


@dataclass(frozen=True)
class Calendar(hours.Calendar):
    """The calendar of a place that can be booked."""

    def refusal(self, start: datetime, end: datetime) -> Sentence | None:
        """Why nobody can be there from `start` to `end`; None when the place is open all the while."""
        first, last = self.local(start), self.local(end)
        if end - start > timedelta(days=LONGEST_DAYS):
            return Sentence("A booking has %(days)s days at most: make several.", days=LONGEST_DAYS)
        if any(begin <= start and end <= until for begin, until in self.open_between(start, end)):
            return None
        for closing in self.closures:
            if closing.start < end and start < closing.end:
                return Sentence("The place is closed then: %(why)s.", why=closing.why)
        day = first.date()
        while day <= (end - timedelta(microseconds=1)).astimezone(self.zone).date():
            if day in self.holidays:
                return Sentence("The place is closed on that day: %(why)s.", why=self.holidays[day])
            day += timedelta(days=1)
        if last.date() != first.date() and last.time() != time(0):
            return Sentence("The place closes in between: book each day by itself.")
        spans = self.spans_of(first.date())
        if not spans:
            return Sentence("The place is closed on that day.")
        hours = ", ".join(f"{self.local(begin):%H.%M}–{self.local(until):%H.%M}" for begin, until in spans)
        return Sentence("The place is open %(hours)s on that day.", hours=hours)
