"""What pages and the call-out ask about duty: who holds it now, who comes next, where nobody does."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from pendopo.agencies.models import Person

from ..posture.logic import reaches
from ..posture.models import house_posture
from .logic import gaps
from .models import Absence, Roster, Shift

AHEAD = timedelta(days=7)


@dataclass(frozen=True)
class Duty:
    """One roster at a moment: who is on duty, who comes next, and the stretches of the coming week without anybody."""

    roster: Roster
    now: list[Shift]
    next: Shift | None
    gaps: list[tuple[datetime, datetime]]


def duties(at: datetime, rosters: Iterable[Roster] | None = None) -> list[Duty]:
    """Every roster that must be held at a moment. Few queries, however many rosters there are."""
    kept = list(rosters) if rosters is not None else needed(at)
    here = Shift.objects.on_duty(at).filter(roster__in=kept)
    coming = Shift.objects.kept().filter(roster__in=kept).between(at, at + AHEAD).select_related("person", "roster").order_by("since", "pk")
    now: dict[int, list[Shift]] = {}
    for shift in here:
        now.setdefault(shift.roster_id, []).append(shift)
    soon: dict[int, list[Shift]] = {}
    for shift in coming:
        soon.setdefault(shift.roster_id, []).append(shift)
    away = list(Absence.objects.filter(withdrawn=None, since__lt=at + AHEAD, until__gt=at))
    return [_duty(roster, now.get(roster.pk, []), soon.get(roster.pk, []), away, at) for roster in kept]


def needed(at: datetime) -> list[Roster]:
    """The rosters that must be held at a moment: those of the posture are left out while it is calmer."""
    posture = house_posture(at)
    return [one for one in Roster.objects.filter(ended=None) if reaches(posture, one.needed_from)]


def _duty(roster: Roster, now: list[Shift], soon: list[Shift], away: list[Absence], at: datetime) -> Duty:
    spans = [span for shift in soon for span in present(shift, away)]
    following = next((shift for shift in soon if shift.since > at), None)
    return Duty(roster, now, following, gaps(spans, at, at + AHEAD))


def present(shift: Shift, away: Iterable[Absence]) -> list[tuple[datetime, datetime]]:
    """The parts of a shift in which its person is there."""
    mine = [(absence.since, absence.until) for absence in away if absence.person_id == shift.person_id]
    return gaps(mine, shift.since, shift.until)


def people_on_duty(roster: Roster, at: datetime) -> list[Person]:
    """Who is on duty in a roster at a moment."""
    return [shift.person for shift in Shift.objects.on_duty(at).filter(roster=roster)]


def is_away(person: Person, at: datetime) -> bool:
    """Whether a person is absent at a moment."""
    return Absence.objects.filter(person=person, withdrawn=None, since__lte=at, until__gt=at).exists()


@dataclass(frozen=True)
class Row:
    """One person's line of the calendar: the shifts that begin on each day."""

    person: Person
    days: list[list[Shift]]


def calendar(roster: Roster, first: date, days: int) -> list[Row]:
    """The calendar of a roster: its crew and whoever else has a shift, day by day in the government's zone."""
    zone = ZoneInfo(settings.TIME_ZONE)
    since = datetime(first.year, first.month, first.day, tzinfo=zone)
    shifts = Shift.objects.kept().filter(roster=roster, since__gte=since, since__lt=since + timedelta(days=days)).select_related("person")
    rows = {member.person_id: Row(member.person, [[] for _ in range(days)]) for member in roster.members.select_related("person")}
    for shift in shifts:
        row = rows.setdefault(shift.person_id, Row(shift.person, [[] for _ in range(days)]))
        row.days[(shift.since.astimezone(zone).date() - first).days].append(shift)
    return list(rows.values())
