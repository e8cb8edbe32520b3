"""The week of a thing as its page draws it: a column a day, a row every half hour, and what stands in each cell."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from pendopo.agencies.access import may
from pendopo.agencies.hours import Span
from pendopo.agencies.models import Person
from pendopo.coworking.places.models import Resource, calendar_of

from .models import Booking

ROW = timedelta(minutes=30)
DAYS = 7
# Where nothing is open all week, a working day is drawn.
FIRST_ROW, LAST_ROW = time(8), time(17)


@dataclass(frozen=True)
class Cell:
    """Half an hour: `state` is free, taken, mine, closed or past; `rows` how many half hours the booking fills (0: drawn above).

    `at` and `end` are moments; `begin` and `until` the same on the clock of the place, as its form reads them.
    """

    at: datetime
    end: datetime
    begin: str
    until: str
    day: date
    state: str
    rows: int = 1
    title: str = ""
    url: str = ""


@dataclass(frozen=True)
class Line:
    """One row of the table: its time and a cell a day."""

    clock: time
    cells: list[Cell]


@dataclass(frozen=True)
class Week:
    """A week of one thing."""

    days: list[date]
    closed: dict[date, str]
    lines: list[Line]


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def week_of(resource: Resource, monday: date, reader: object, now: datetime) -> Week:
    """The seven days from a Monday on. Titles are shown to whoever booked and to stewards of the place."""
    zone = ZoneInfo(resource.place.zone)
    start = datetime.combine(monday, time(), zone)
    end = datetime.combine(monday + timedelta(days=DAYS), time(), zone)
    calendar = calendar_of(resource.place, start, end)
    bookings = list(Booking.objects.active().filter(resource=resource).meeting(start, end).order_by("start"))
    keeper = isinstance(reader, Person) and may(reader, "coworking.keep", resource)
    days = [monday + timedelta(days=number) for number in range(DAYS)]
    spans = {day: calendar.spans_of(day) for day in days}
    clocks = _clocks([calendar.local(at).time() for of_day in spans.values() for span in of_day for at in span])
    columns = [_column(day, spans[day], clocks, zone, bookings, Eyes(reader, keeper, now)) for day in days]
    lines = [Line(clock, [column[row] for column in columns]) for row, clock in enumerate(clocks)]
    return Week(days, {day: calendar.holidays.get(day, "") for day in days if not spans[day]}, lines)


@dataclass(frozen=True)
class Eyes:
    """Who looks, whether as a steward, and when."""

    reader: object
    keeper: bool
    now: datetime


def _clocks(edges: list[time]) -> list[time]:
    """The half hours between the earliest opening and the latest closing; midnight as a closing time is the end of the day."""
    minutes = [edge.hour * 60 + edge.minute for edge in edges]
    first = min(minutes, default=FIRST_ROW.hour * 60)
    last = 24 * 60 if 0 in minutes[1::2] else max(minutes, default=LAST_ROW.hour * 60)
    step = int(ROW.total_seconds() // 60)
    return [time(at // 60, at % 60) for at in range(first - first % step, last, step)]


def _column(day: date, spans: list[Span], clocks: list[time], zone: ZoneInfo, bookings: list[Booking], eyes: Eyes) -> list[Cell]:
    """The cells of a day from above; a booking stands in its first and covers those below."""
    cells: list[Cell] = []
    above: Booking | None = None
    for row, clock in enumerate(clocks):
        at = datetime.combine(day, clock, zone).astimezone(UTC)
        end = at + ROW
        cell = partial(Cell, at, end, f"{clock:%H:%M}", f"{end.astimezone(zone):%H:%M}", day)
        booking = next((one for one in bookings if one.start < end and one.end > at), None)
        if booking is not None and booking is above:
            cells.append(cell("taken", 0))
        elif booking is not None:
            rows = min(len(clocks) - row, -(-(booking.end - at) // ROW))
            mine = isinstance(eyes.reader, Person) and booking.by_id == eyes.reader.pk
            seen = mine or eyes.keeper
            title, url = (booking.title, booking.get_absolute_url()) if seen else ("", "")
            cells.append(cell("mine" if mine else "taken", rows, title, url))
        elif any(begin <= at and end <= until for begin, until in spans):
            cells.append(cell("past" if end <= eyes.now else "free"))
        else:
            cells.append(cell("closed"))
        above = booking
    return cells
