"""What a person may still book: plan, quota, no-shows, groups. Read once, asked for many slots."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, Q

from pendopo.agencies.access import may
from pendopo.agencies.hours import Span
from pendopo.agencies.models import Person
from pendopo.coworking.members.models import Group, Member, Pass
from pendopo.coworking.places.models import Kind, Resource
from pendopo.ui.sentence import Sentence

from . import logic
from .models import Booking, FairShare, State
from .search import taken_between

GUEST = logic.Allowance(Sentence("Without a plan"), day=timedelta(hours=10))
# Bookings that came to nothing: whoever has only such ones is here for the first time.
NEVER_WERE = (State.CANCELLED, State.REFUSED, State.CLOSED)
WINDOW = timedelta(days=15)
NEEDS_PLAN = frozenset({Kind.ROOM.value, Kind.STUDIO.value})


def overrules(person: Person, resource: Resource) -> bool:
    """Whether quotas and approval do not bind the person there."""
    return may(person, "coworking.overrule", resource)


@dataclass(frozen=True)
class Reckoning:
    """One person's passes and bookings around a moment, and to which groups they belong."""

    person: int
    passes: tuple[tuple[date, date, logic.Allowance], ...]
    own: tuple[Span, ...]
    no_shows: int
    groups: frozenset[str]

    def allowance(self, start: datetime, end: datetime, zone: ZoneInfo) -> logic.Allowance | Sentence:
        """The best plan that holds all the while; a sentence when one ends in the middle."""
        first, last = start.astimezone(zone).date(), (end - timedelta(microseconds=1)).astimezone(zone).date()
        whole = [plan for since, until, plan in self.passes if since <= first and last <= until]
        if whole:
            return max(whole, key=lambda plan: plan.week)
        ending = [(until, plan) for since, until, plan in self.passes if since <= first <= until]
        if ending:
            until, plan = max(ending, key=lambda one: one[0])
            return Sentence("Your plan “%(plan)s” ends on %(day)s: book until then, or renew it.", plan=plan.name, day=f"{until:%d-%m-%Y}")
        return GUEST

    def reach(self, now: datetime, zone: ZoneInfo) -> datetime:
        """The farthest moment at which the person may book something: as a guest, or by the pass that holds then."""
        ends = [now + plan.ahead for plan in (GUEST, *(plan for _since, _until, plan in self.passes))]
        ends += [datetime.combine(until + timedelta(days=1), time(), zone) - logic.SHORTEST for _since, until, _plan in self.passes]
        far = [
            at
            for at in ends
            if at > now and isinstance(plan := self.allowance(at, at + logic.SHORTEST, zone), logic.Allowance) and at <= now + plan.ahead
        ]
        reached = max(far, default=now)
        return min(reached, now + logic.SHORT_NOTICE) if self.no_shows >= logic.NO_SHOWS else reached

    def refusal(self, resource: Resource, start: datetime, end: datetime, now: datetime) -> Sentence | None:
        """Why the person may not have it, whether it is free or not."""
        zone = ZoneInfo(resource.place.zone)
        allowance = self.allowance(start, end, zone)
        if isinstance(allowance, Sentence):
            return allowance
        room = resource.kind in NEEDS_PLAN
        return logic.quota_refusal(allowance, (start, end), self.own, now, zone, room=room, no_shows=self.no_shows)


def reckon(person: Person, start: datetime, now: datetime, apart: Booking | None = None) -> Reckoning:
    """What counts for bookings of the person around a moment, without the one that is moved."""
    return reckon_together([person.pk], start, now, apart)[person.pk]


def reckon_together(people: Collection[int], start: datetime, now: datetime, apart: Booking | None = None) -> dict[int, Reckoning]:
    """The same for several people (by key), in as many queries."""
    members = {row.person_id: row for row in Member.objects.active().filter(person__in=people)}
    passes: dict[int, list[tuple[date, date, logic.Allowance]]] = defaultdict(list)
    held = Pass.objects.filter(member__in=[row.pk for row in members.values()], ended=None, until__gte=(min(start, now) - WINDOW).date())
    for row in held.select_related("plan", "member") if members else ():
        passes[row.member.person_id or 0].append((row.since, row.until, _allowance(row)))
    made = Booking.objects.filter(by__in=people)
    if apart is not None:
        made = made.exclude(pk=apart.pk)
    own: dict[int, list[Span]] = defaultdict(list)
    for person, begin, end in made.active().filter(start__gte=start - WINDOW, start__lt=start + WINDOW).values_list("by", "start", "end"):
        own[person].append((begin, end))
    since = now - timedelta(days=logic.NO_SHOW_DAYS)
    missed, ever = Count("pk", filter=Q(state=State.RELEASED, start__gte=since)), Count("pk", filter=~Q(state__in=NEVER_WERE))
    counted = {row[0]: row[1:] for row in made.order_by().values("by").annotate(m=missed, e=ever).values_list("by", "m", "e")}
    return {
        person: Reckoning(
            person,
            tuple(passes[person]),
            tuple(own[person]),
            counted.get(person, (0, 0))[0],
            groups_of(members.get(person), first=not counted.get(person, (0, 0))[1]),
        )
        for person in people
    }


def _allowance(held: Pass) -> logic.Allowance:
    plan = held.plan
    return logic.Allowance(
        plan.name, timedelta(hours=plan.hours_day), timedelta(hours=plan.hours_week), timedelta(days=plan.ahead_days), plan.rooms
    )


def groups_of(member: Member | None, *, first: bool) -> frozenset[str]:
    """The groups for whom a share may be kept and to which the person belongs; `first`: nothing was booked before."""
    groups = set()
    if member and member.woman:
        groups.add(Group.WOMEN.value)
    if member and member.is_from_desa:
        groups.add(Group.VILLAGE.value)
    if member and member.startup_name:
        groups.add(Group.STARTUP.value)
    if first:
        groups.add(Group.FIRST.value)
    return frozenset(groups)


def share_refusal(resource: Resource, groups: frozenset[str], start: datetime, end: datetime, now: datetime) -> Sentence | None:
    """Why the last free things of that kind are kept for others."""
    rows = FairShare.objects.filter(Q(place=None) | Q(place=resource.place_id), kind=resource.kind)
    shares = [logic.Share(GROUP_WORDS[row.group], row.group, row.percent, row.hours) for row in rows]
    if not shares:
        return None
    same = set(Resource.objects.filter(active=True, place=resource.place_id, kind=resource.kind).values_list("pk", flat=True))
    free = len(same - taken_between(start, end))
    return logic.share_refusal(shares, groups, start, now, total=len(same), free=free)


# English, so that a sentence of the reader's language is made of them.
GROUP_WORDS = {
    Group.FIRST.value: "first-timers",
    Group.WOMEN.value: "women",
    Group.VILLAGE.value: "people from villages",
    Group.STARTUP.value: "start-ups",
}
