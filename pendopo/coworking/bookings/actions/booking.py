"""The verb that books, and what stands around it: the limit of requests, the judgement, the alternatives."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.audit.actions import record
from pendopo.coworking.places.models import Resource
from pendopo.ui.sentence import Sentence
from pendopo.ui.telling import told

from .. import logic, search
from ..models import Booking, Series, State
from ..reckoning import NEEDS_PLAN, Reckoning, overrules, reckon, reckon_together, share_refusal

REQUESTS_A_MINUTE = 100
CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 8
PERSON_LOCK = 0x636F
AN_HOUR = timedelta(hours=1)

KNOCK_SQL = """
INSERT INTO coworking_knock (person_id, minute, used) SELECT person, %s, asked FROM unnest(%s::bigint[], %s::int[]) AS given(person, asked)
ON CONFLICT (person_id) DO UPDATE
SET used = CASE WHEN coworking_knock.minute = excluded.minute THEN coworking_knock.used ELSE 0 END + excluded.used, minute = excluded.minute
RETURNING person_id, used
"""

Alternative = tuple[Resource, logic.Offer]


class Unavailable(Refused):
    """It cannot be had; the message says why, `alternatives` what can be had instead."""

    def __init__(self, why: Sentence, alternatives: list[Alternative]) -> None:
        super().__init__(told(why))
        self.alternatives = alternatives


class TooOften(Refused):
    """More requests than one person may send in a minute. `retry_after_s` says how long to wait."""

    def __init__(self, now: datetime) -> None:
        self.retry_after_s = 60 - int(now.timestamp()) % 60
        told_wait = {"count": REQUESTS_A_MINUTE, "wait": self.retry_after_s}
        super().__init__(_("You may ask %(count)s times a minute: try again in %(wait)s seconds.") % told_wait)


@dataclass(frozen=True)
class Wish:
    """What somebody wants to book."""

    resource: Resource
    start: datetime
    end: datetime
    title: str
    people: int = 1
    series: Series | None = field(default=None, compare=False)
    # The booking that is moved to here: what it holds now counts neither as taken nor as used.
    moved: Booking | None = field(default=None, compare=False)


def knock(*, by: Person, now: datetime | None = None) -> None:
    """Counts a request of a person. Raises TooOften beyond the limit of this minute; counts for all processes at once."""
    moment = now or timezone.now()
    if not knock_together(asked={by.pk: 1}, now=moment)[by.pk]:
        raise TooOften(moment)


def knock_together(*, asked: Mapping[int, int], now: datetime) -> dict[int, int]:
    """Counts requests of several people (key → how many); answers how many of each are within the limit of this minute."""
    if not asked:
        return {}
    people = sorted(asked)  # in one order, so that nobody waits for each other
    with connection.cursor() as cursor:
        cursor.execute(KNOCK_SQL, [int(now.timestamp()) // 60, people, [asked[person] for person in people]])
        used: dict[int, int] = dict(cursor.fetchall())
    return {person: max(0, min(asked[person], REQUESTS_A_MINUTE - used[person] + asked[person])) for person in people}


class Round:
    """What was found out for one person and holds for the others who ask in the same breath (`coworking.counter`)."""

    def __init__(self) -> None:
        self.taken: set[tuple[int, datetime, datetime]] = set()
        self.reckonings: dict[int, Reckoning] = {}
        # Who holds no post, and so overrules nothing anywhere.
        self.without_post: set[int] = set()
        self._elsewhere: dict[datetime, dict[int, Reckoning]] = {}
        self._slots: dict[tuple[int, datetime, datetime, int, int], search.Slots] = {}

    def slots(self, asked: search.Question, now: datetime, look: int) -> search.Slots:
        """What is free near a question, looked up once."""
        key = (asked.resource.pk, asked.start, asked.end, asked.people, look)
        if key not in self._slots:
            self._slots[key] = search.slots(asked, now, look)
        return self._slots[key]

    def elsewhere(self, reckoning: Reckoning, start: datetime, now: datetime, apart: Booking | None) -> Reckoning:
        """The person's reckoning around another moment, read for all who ask at once."""
        known = self._elsewhere.setdefault(start, {})
        if reckoning.person not in known:
            known |= reckon_together({reckoning.person, *self.reckonings}, start, now, apart)
        return known[reckoning.person]


def book(*, wish: Wish, by: Person, now: datetime | None = None, together: Round | None = None) -> Booking:
    """Books, or raises Unavailable with the reason and the nearest alternatives that this person may have.

    Whoever holds `coworking.overrule` there skips quota, fair share and approval; nobody skips opening hours and other people's bookings.
    """
    moment, shared = now or timezone.now(), together or Round()
    slot = (wish.resource.pk, wish.start, wish.end)
    reckoning = None
    if by.pk in shared.without_post or not overrules(by, wish.resource):
        reckoning = shared.reckonings.get(by.pk) or reckon(by, wish.start, moment, apart=wish.moved)
    why = search.TAKEN if slot in shared.taken else refusal(wish, reckoning, moment)
    if why is None:
        try:
            made = hold(wish, by, moment)
            shared.taken.add(slot)
            return made
        except Gone as gone:
            why = gone.why
    if why is search.TAKEN:
        shared.taken.add(slot)
    raise Unavailable(why, instead(wish, reckoning, moment, shared))


def instead(wish: Wish, reckoning: Reckoning | None, now: datetime, together: Round | None = None) -> list[Alternative]:
    """What can be had instead: as long as wished, else an hour of it, within the person's plan; when that leaves nothing, what is free.

    Looked for around the wish; around the same time of the last day within the person's reach when the wish is beyond it.
    """
    shared = together or Round()
    begin = wish.start
    if reckoning is not None:
        zone = ZoneInfo(wish.resource.place.zone)
        begin = logic.within_reach(wish.start, reckoning.reach(now, zone), zone)
        if begin != wish.start:
            reckoning = shared.elsewhere(reckoning, begin, now, wish.moved)
    allowed = _allowed(reckoning, now) if reckoning else _anything
    length = max(wish.end - wish.start, logic.SHORTEST)
    tries = [(allowed, length), (allowed, AN_HOUR), (_anything, length), (_anything, logic.SHORTEST)]
    if length <= AN_HOUR:
        del tries[1]
    for may_have, as_long in tries:
        asked = search.Question(wish.resource, begin, begin + as_long, wish.people)
        for look in range(search.LAST_LOOK + 1):
            if found := shared.slots(asked, now, look).choose(may_have):
                return found
    return []


def _allowed(reckoning: Reckoning, now: datetime) -> search.Allowed:
    """Whether the person may have a slot, judged once for all things of which the answer depends on the same."""
    known: dict[tuple[bool, str, int, datetime, datetime], bool] = {}

    def allowed(resource: Resource, start: datetime, end: datetime) -> bool:
        key = (resource.kind in NEEDS_PLAN, resource.place.zone, resource.longest_minutes, start, end)
        if key not in known:
            known[key] = too_long(resource, start, end) is None and reckoning.refusal(resource, start, end, now) is None
        return known[key]

    return allowed


def _anything(resource: Resource, start: datetime, end: datetime) -> bool:
    return True


def too_long(resource: Resource, start: datetime, end: datetime) -> Sentence | None:
    """Why a thing is not booked for so long."""
    longest = timedelta(minutes=resource.longest_minutes)
    if longest and end - start > longest:
        return Sentence("“%(name)s” is booked for %(hours)s hours at most.", name=resource.name, hours=logic.hours_text(longest))
    return None


def refusal(wish: Wish, reckoning: Reckoning | None, now: datetime) -> Sentence | None:
    """Why the wish cannot be fulfilled now; None when it can. Without a reckoning nothing but time and place counts."""
    resource, start, end = wish.resource, wish.start, wish.end
    if wrong := logic.shape_refusal(start, end, now):
        return wrong
    if not resource.active or not resource.place.active:
        return Sentence("“%(name)s” cannot be booked any more.", name=resource.name)
    if wish.people > resource.capacity:
        return Sentence("“%(name)s” has room for %(count)s people.", name=resource.name, count=resource.capacity)
    if closed := search.calendar_for(resource, start, end).refusal(start, end):
        return closed
    taken = Booking.objects.active().filter(resource=resource).meeting(start, end)
    if (taken.exclude(pk=wish.moved.pk) if wish.moved else taken).exists():
        return search.TAKEN
    if reckoning is None:
        return None
    judged = too_long(resource, start, end) or reckoning.refusal(resource, start, end, now)
    return judged or share_refusal(resource, reckoning.groups, start, end, now)


class Gone(Exception):
    """Somebody was quicker, or the person's quota is used up meanwhile."""

    def __init__(self, why: Sentence) -> None:
        self.why = why


def hold(wish: Wish, by: Person, now: datetime) -> Booking:
    """Judges once more under the locks of thing and person, and writes. The exclusion constraint has the last word."""
    try:
        with transaction.atomic():
            resource = Resource.objects.select_for_update(of=("self",), no_key=True).select_related("place").get(pk=wish.resource.pk)
            lock(by)
            free = overrules(by, resource)
            held = replace(wish, resource=resource)
            why = refusal(held, None if free else reckon(by, wish.start, now, apart=wish.moved), now)
            if why is not None:
                raise Gone(why)
            return write(held, by, now, pending=resource.approval and not free)
    except IntegrityError as error:
        if "coworking_no_double_booking" not in str(error):
            raise
        raise Gone(search.TAKEN) from error


def lock(person: Person) -> None:
    """Until the end of the transaction nobody else books for this person, so that a quota is not used twice at once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [PERSON_LOCK, person.pk % 2**31])


def write(wish: Wish, by: Person, now: datetime, *, pending: bool) -> Booking:
    """Writes what was judged, within the transaction that holds the locks: a new booking, or the moved one at its new time."""
    if wish.moved is not None:
        return _move(wish, wish.moved, by, pending=pending)
    booking = Booking.objects.create(
        code="".join(secrets.choice(CODE_LETTERS) for _letter in range(CODE_LENGTH)),
        resource=wish.resource,
        start=wish.start,
        end=wish.end,
        title=wish.title.strip()[:200],
        people=wish.people,
        by=by,
        series=wish.series,
        made=now,
        state=State.PENDING if pending else State.CONFIRMED,
    )
    record(
        by=by, room="coworking", verb="book", about=booking.get_absolute_url(), after=facts(booking), region=wish.resource.region_id or ""
    )
    return booking


def _move(wish: Wish, booking: Booking, by: Person, *, pending: bool) -> Booking:
    before = facts(booking)
    booking.resource, booking.start, booking.end = wish.resource, wish.start, wish.end
    booking.state = State.PENDING if pending else State.CONFIRMED
    done = Booking.objects.filter(pk=booking.pk, state__in=(State.PENDING, State.CONFIRMED)).update(
        resource=booking.resource, start=booking.start, end=booking.end, state=booking.state
    )
    if not done:
        raise Gone(Sentence("This booking cannot be moved any more: make a new one."))
    record(by=by, room="coworking", verb="move", about=booking.get_absolute_url(), before=before, after=facts(booking))
    return booking


def facts(booking: Booking) -> dict[str, Any]:
    """A booking as the book of deeds keeps it; the title is the person's own word and stays out."""
    return {
        "resource": booking.resource.code,
        "start": booking.start.isoformat(),
        "end": booking.end.isoformat(),
        "state": booking.state,
        "people": booking.people,
    }
