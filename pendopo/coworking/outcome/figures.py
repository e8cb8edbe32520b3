"""What the space achieves, counted from its own tables. Groups with fewer than five people are never told apart."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Q, QuerySet, Sum

from pendopo.coworking.bookings.models import Booking, State
from pendopo.coworking.members.models import Member
from pendopo.coworking.places.models import Place, Resource, calendars
from pendopo.coworking.startups.models import DatasetUse, Milestone, Startup

WINDOW = timedelta(days=30)
RETAINED_AFTER = timedelta(days=90)
# A figure about fewer people than this is about somebody.
SMALLEST_GROUP = 5


@dataclass(frozen=True)
class Row:
    """One figure."""

    code: str
    value: float
    region: str
    dims: dict[str, str | int | float] | None = None


def figures(now: datetime) -> list[Row]:
    """Every figure that has something to say; none while no place is set up."""
    places = list(Place.objects.filter(active=True))
    if not places:
        return []
    house = settings.REGION
    held = Booking.objects.filter(start__gte=now - WINDOW, start__lt=now).exclude(state__in=[State.CANCELLED, State.REFUSED, State.CLOSED])
    told = held.aggregate(all=Count("pk"), gone=Count("pk", filter=Q(state=State.RELEASED)), people=Count("by", distinct=True))
    rows = [Row("sys.coworking.bookings", told["all"], house), Row("sys.coworking.people", told["people"], house)]
    if told["all"]:
        rows.append(Row("sys.coworking.no-shows", round(100 * told["gone"] / told["all"], 1), house))
    if (share := use_share(places, now)) is not None:
        rows.append(Row("sys.coworking.use", share, house))
    rows += by_hour(held, house) + by_group(held, house) + members(now, house) + results(house)
    return rows


def use_share(places: list[Place], now: datetime) -> float | None:
    """Percent: booked hours of desks, rooms and studios ÷ their open hours, in the last 30 days."""
    since = now - WINDOW
    known = calendars(places, since, now)
    days = [since.date() + timedelta(days=number) for number in range(WINDOW.days + 2)]
    open_s = {
        pk: sum((min(b, now) - max(a, since)).total_seconds() for day in days for a, b in calendar.spans_of(day) if a < now and b > since)
        for pk, calendar in known.items()
    }
    things = Resource.objects.filter(active=True, place__in=places).exclude(kind="equipment")
    whole = sum(open_s[place] for place in things.values_list("place_id", flat=True))
    rows = Booking.objects.filter(resource__in=things, start__gte=since, start__lt=now, state__in=[State.HERE, State.CONFIRMED])
    used = sum((end - start).total_seconds() for start, end in rows.values_list("start", "end"))
    return round(min(100.0, 100 * used / whole), 1) if whole else None


def by_hour(held: QuerySet[Booking], house: str) -> list[Row]:
    """Bookings of 30 days by the hour of the day in which they begin."""
    zone = ZoneInfo(settings.TIME_ZONE)
    hours = Counter(start.astimezone(zone).hour for start in held.values_list("start", flat=True))
    return [Row("sys.coworking.begins", count, house, {"jam": f"{hour:02d}"}) for hour, count in sorted(hours.items())]


def by_group(held: QuerySet[Booking], house: str) -> list[Row]:
    """People of 30 days by group and by district, where at least five stand for a figure."""
    groups: dict[str, set[int]] = defaultdict(set)
    places: dict[str, set[int]] = defaultdict(set)
    people = held.values_list("by", flat=True)
    for member in Member.objects.filter(person__in=people).only("person_id", "woman", "village_id", "startup_name"):
        for name, belongs in (
            ("perempuan", member.woman),
            ("warga desa", member.is_from_desa),
            ("usaha rintisan", bool(member.startup_name)),
        ):
            if belongs and member.person_id:
                groups[name].add(member.person_id)
        if member.district and member.person_id:
            places[member.district].add(member.person_id)
    rows = [Row("sys.coworking.group", len(who), house, {"kelompok": name}) for name, who in groups.items()]
    rows += [Row("sys.coworking.from", len(who), region) for region, who in places.items()]
    return [row for row in rows if row.value >= SMALLEST_GROUP]


def members(now: datetime, house: str) -> list[Row]:
    """Members, and percent of those who joined more than 90 days ago and booked in the last 30."""
    active = Member.objects.active()
    old = active.filter(joined__lt=now - RETAINED_AFTER)
    stayed = old.filter(person__bookings__start__gte=now - WINDOW, person__bookings__start__lt=now).distinct().count()
    count = old.count()
    rows = [Row("sys.coworking.members", active.count(), house)]
    return [*rows, Row("sys.coworking.retention", round(100 * stayed / count, 1), house)] if count else rows


def results(house: str) -> list[Row]:
    """What start-ups of the directory reached, of milestones that a steward has checked: jobs, revenue and funding since the beginning."""
    published = Startup.objects.published()
    checked = Milestone.objects.filter(startup__published__isnull=False, checked__isnull=False)
    sums = checked.aggregate(jobs=Sum("jobs"), revenue=Sum("revenue"), funding=Sum("funding"), count=Count("pk"))
    uses = DatasetUse.objects.filter(startup__in=published, indicator__publicity="public")
    return [
        Row("sys.coworking.startups", published.count(), house),
        Row("sys.coworking.milestones", sums["count"], house),
        Row("sys.coworking.jobs", sums["jobs"] or 0, house),
        Row("sys.coworking.revenue", float(sums["revenue"] or 0) / 1e6, house),
        Row("sys.coworking.funding", float(sums["funding"] or 0) / 1e6, house),
        Row("sys.coworking.datasets", uses.values("indicator").distinct().count(), house),
    ]
