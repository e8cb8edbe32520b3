"""Decisions about bookings: gaps, alternatives, quotas, repetitions, the share that is kept for groups. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from pendopo.agencies.hours import Span, minus
from pendopo.coworking.places.hours import Calendar
from pendopo.ui.sentence import Sentence

PENDING, CONFIRMED, HERE = "pending", "confirmed", "here"
CANCELLED, RELEASED, REFUSED, CLOSED = "cancelled", "released", "refused", "closed"
# A booking in one of these states holds its resource; the exclusion constraint says the same.
ACTIVE = (PENDING, CONFIRMED, HERE)

STEP = timedelta(minutes=15)
SHORTEST = timedelta(minutes=15)
AHEAD = timedelta(days=7)
MOST_ALTERNATIVES, MOST_OF_ONE = 5, 2
EARLY = timedelta(minutes=15)
# After so many no-shows in so many days a person books at short notice only.
NO_SHOWS, NO_SHOW_DAYS, SHORT_NOTICE = 3, 30, timedelta(days=1)
LONGEST_SERIES, FURTHEST_SERIES = 120, timedelta(days=366)

EVERY = {"daily": 1, "weekly": 7, "fortnightly": 14}
WORKDAYS, MONTHLY = "workdays", "monthly"


@dataclass(frozen=True)
class Offer:
    """A slot that is free now."""

    resource: int
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Allowance:
    """What somebody may book: hours a day and a week, how far ahead, whether rooms and studios too. `name` is the plan's."""

    name: str
    day: timedelta = timedelta(hours=8)
    week: timedelta = timedelta(hours=20)
    ahead: timedelta = timedelta(days=90)
    rooms: bool = True


@dataclass(frozen=True)
class Share:
    """A share of the things of one kind that is kept for a group until some hours before."""

    name: str
    group: str
    percent: int
    hours: int


def shape_refusal(start: datetime, end: datetime, now: datetime) -> Sentence | None:
    """What is wrong with a span whoever asks."""
    if end <= start:
        return Sentence("The end must be later than the beginning.")
    if end - start < SHORTEST:
        return Sentence("The shortest booking is %(minutes)s minutes.", minutes=int(SHORTEST.total_seconds() // 60))
    if start < now - EARLY:
        return Sentence("This time has passed: choose a later one.")
    return None


def within_reach(start: datetime, reach: datetime, zone: ZoneInfo) -> datetime:
    """The wanted moment; one beyond the reach as many whole days earlier on the clock of the zone as bring it within."""
    if start <= reach:
        return start
    early = start.astimezone(zone) - timedelta(days=(start - reach) // timedelta(days=1))
    return (early if early <= reach else early - timedelta(days=1)).astimezone(UTC)


def week_of(at: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The week (Monday to Monday on the clock of the zone) that holds a moment."""
    local = at.astimezone(zone)
    monday = local.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=local.weekday())
    return monday, monday + timedelta(days=7)


def quota_refusal(
    allowance: Allowance, span: Span, own: Iterable[Span], now: datetime, zone: ZoneInfo, *, room: bool, no_shows: int = 0
) -> Sentence | None:
    """Why an allowance does not reach; `own` are the person's other active bookings of that week."""
    start, end = span
    if room and not allowance.rooms:
        return Sentence("Your plan “%(plan)s” is for desks only: rooms need another plan.", plan=allowance.name)
    if start > now + allowance.ahead:
        return Sentence("Your plan “%(plan)s” books %(days)s days ahead at most.", plan=allowance.name, days=allowance.ahead.days)
    if no_shows >= NO_SHOWS and start > now + SHORT_NOTICE:
        return Sentence(
            "You did not come to %(count)s bookings in %(days)s days: for now you can book only a day ahead.",
            count=no_shows,
            days=NO_SHOW_DAYS,
        )
    spans = list(own)
    day = start.astimezone(zone).date()
    used_day = sum((until - begin for begin, until in spans if begin.astimezone(zone).date() == day), timedelta())
    if used_day + (end - start) > allowance.day:
        return Sentence(
            "Your plan “%(plan)s” has %(hours)s hours a day, and %(used)s of that day are used.",
            plan=allowance.name,
            hours=hours_text(allowance.day),
            used=hours_text(used_day),
        )
    begin_week, end_week = week_of(start, zone)
    used = sum((until - begin for begin, until in spans if begin_week <= begin < end_week), timedelta())
    if used + (end - start) > allowance.week:
        return Sentence(
            "Your plan “%(plan)s” has %(hours)s hours a week, and %(used)s of that week are used.",
            plan=allowance.name,
            hours=hours_text(allowance.week),
            used=hours_text(used),
        )
    return None


def hours_text(length: timedelta) -> str:
    """Hours with at most one decimal."""
    return f"{length.total_seconds() / 3600:.1f}".removesuffix(".0")


def share_refusal(
    shares: Iterable[Share], groups: frozenset[str], start: datetime, now: datetime, *, total: int, free: int
) -> Sentence | None:
    """Why the last free ones are not for this person: a share is kept for a group to which they do not belong.

    `free` are those free at that time, the wanted one included.
    """
    for share in shares:
        kept = -(-total * share.percent // 100)
        if share.group not in groups and start - now > timedelta(hours=share.hours) and free <= kept:
            return Sentence(
                "The last %(kept)s are kept for %(group)s until %(hours)s hours before.",
                kept=kept,
                group=Sentence(share.name),
                hours=share.hours,
            )
    return None


def gaps(calendar: Calendar, busy: Sequence[Span], start: datetime, end: datetime) -> list[Span]:
    """When a resource is free between two moments: the open spans less what is taken."""
    free = [(max(begin, start), min(until, end)) for begin, until in calendar.open_between(start, end)]
    for taken in busy:
        free = [part for span in free for part in minus(span, *taken)]
    return [(begin, until) for begin, until in free if begin < until]


def nearest(gap: Span, start: datetime, length: timedelta) -> Span | None:
    """The slot of that length in a gap that begins nearest to `start`, on a quarter of an hour; None when none fits."""
    latest = gap[1] - length
    begin = min(max(start, gap[0]), latest)
    stamp = begin.timestamp() / STEP.total_seconds()
    if begin != start and stamp % 1:
        begin = datetime.fromtimestamp(-(-begin.timestamp() // STEP.total_seconds()) * STEP.total_seconds(), UTC)
        if begin > latest:
            begin -= STEP
    return (begin, begin + length) if gap[0] <= begin <= latest else None


def offers(found: Iterable[tuple[int, Calendar, Sequence[Span]]], wanted: Span, since: datetime) -> list[Offer]:
    """Every slot as long as the wanted one within seven days of it, nothing before `since`, the nearest first: of each gap the nearest.

    `found` holds the wanted thing first, then the others by how well they fit.
    """
    start, end = wanted
    around = max(since, start - AHEAD), max(since, start) + AHEAD
    candidates: list[tuple[timedelta, int, Offer]] = []
    for rank, (resource, calendar, busy) in enumerate(found):
        for gap in gaps(calendar, busy, *around):
            slot = nearest(gap, start, end - start)
            if slot:
                candidates.append((abs(slot[0] - start), rank, Offer(resource, *slot)))
    return [offer for _distance, _rank, offer in sorted(candidates, key=lambda one: (one[0], one[1], one[2].start))]


def choose(ordered: Iterable[Offer], allowed: Callable[[Offer], bool]) -> list[Offer]:
    """The first five that somebody may have; of one thing at most two, so that there is a choice."""
    chosen: list[Offer] = []
    for offer in ordered:
        if sum(one.resource == offer.resource for one in chosen) < MOST_OF_ONE and allowed(offer):
            chosen.append(offer)
            if len(chosen) == MOST_ALTERNATIVES:
                break
    return chosen


def longest_open(calendar: Calendar, start: datetime, length: timedelta) -> timedelta:
    """The wanted length, or as long as the place is open at once within the next seven days."""
    spans = calendar.open_between(start, start + AHEAD)
    return min(length, max((until - begin for begin, until in spans), default=length))


def repeats(rule: str, first: date, until: date) -> list[date]:
    """The days of a series: `daily`, `workdays`, `weekly`, `fortnightly` or `monthly` (months without that day are left out)."""
    last = min(until, first + FURTHEST_SERIES)
    days: list[date] = []
    if rule == MONTHLY:
        for number in range(13):
            year, month = divmod(first.month - 1 + number, 12)
            try:
                days.append(first.replace(year=first.year + year, month=month + 1))
            except ValueError:
                continue
    else:
        step = EVERY.get(rule, 1)
        days = [first + timedelta(days=number) for number in range(0, (last - first).days + 1, step)]
        if rule == WORKDAYS:
            days = [day for day in days if day.weekday() < 5]
    return [day for day in days if day <= last][:LONGEST_SERIES]


def may_check_in(state: str, start: datetime, end: datetime, now: datetime) -> bool:
    """Whether somebody may say now that they are there."""
    return state == CONFIRMED and start - EARLY <= now < end


def is_no_show(state: str, start: datetime, made: datetime, grace: timedelta, now: datetime) -> bool:
    """Whether nobody came: not there when the grace has passed; who booked late has as much time from then."""
    return state == CONFIRMED and bool(grace) and now >= max(start, made) + grace
