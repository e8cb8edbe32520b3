"""Verbs of planning: arrange, change, cancel, answer, call a dial list, remind. Each one transaction with letters at commit."""

import logging
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Agency, Person
from pendopo.audit.actions import record
from pendopo.meetings.actions import LINK_LIVES_AFTER, digest_of, guest_token, invite_guest, plan, refuse_absurd
from pendopo.meetings.models import Answer, DialList, Feed, Invitee, Meeting, Series, State

from . import letters
from .letters import Changed
from .logic import DAY_BEFORE, BadRule, Guest, occurrences, reminder_due

logger = logging.getLogger(__name__)

# The same person who calls the same list again within this is led to the meeting that runs.
AGAIN = timedelta(minutes=2)
MOST_REMINDED = 200


@dataclass(frozen=True)
class Plan:
    """What is wished of a meeting. `rule` (RRULE) only when it is arranged. `quorum` counts invitations; 0 = none."""

    subject: str
    start: datetime
    minutes: int = 60
    agenda: str = ""
    place: str = ""
    elsewhere: str = ""
    quorum: int = 0
    agencies: Sequence[Agency] = ()
    people: Sequence[Person] = ()
    guests: Sequence[Guest] = field(default_factory=tuple)


@transaction.atomic
def arrange(*, wish: Plan, by: Person, rule: str = "", about: str = "", write: bool = True) -> tuple[Meeting, list[str]]:
    """Plans a meeting, or all of a series by its rule, and invites. Answers the first meeting and the guests' tokens in their order."""
    times, series = [wish.start], None
    if rule:
        try:
            times = occurrences(rule, wish.start, ZoneInfo(settings.TIME_ZONE))
        except BadRule:
            raise Refused(_("This rule of repetition cannot be read: choose one of the list.")) from None
        series = Series.objects.create(code=secrets.token_hex(8), rule=rule, begins=times[0])
    nonces = [secrets.token_hex(16) for _guest in wish.guests]
    made: list[Meeting] = []
    tokens: list[str] = []
    for at in times:
        meeting = plan(
            subject=wish.subject,
            start=at,
            minutes=wish.minutes,
            by=by,
            agenda=wish.agenda,
            agencies=wish.agencies,
            people=wish.people,
            about=about,
            place=wish.place,
            elsewhere=wish.elsewhere,
            quorum=wish.quorum,
            series=series,
        )
        tokens = [
            invite_guest(meeting=meeting, name=guest.name, email=guest.email, by=by, nonce=nonce)[1]
            for guest, nonce in zip(wish.guests, nonces, strict=True)
        ]
        made.append(meeting)
    if write:
        letters.post(made, "invited", invitees=list(made[0].invitees.select_related("agency")), by=by)
    return made[0], tokens


def _open_one(meeting: Meeting, revision: int) -> Meeting:
    """The meeting, held for this transaction, if it still stands as the caller saw it."""
    kept = Meeting.objects.select_for_update(of=("self",)).select_related("convener", "series").get(pk=meeting.pk)
    if kept.state in (State.ENDED, State.CANCELLED):
        raise Refused(_("The meeting has ended or was cancelled: plan a new one."))
    if kept.revision != revision:
        raise Refused(_("Somebody else changed this meeting while you wrote: load the page anew and look at what it says now."))
    return kept


def _following(meeting: Meeting) -> list[Meeting]:
    """The later meetings of its series that are still to come."""
    if not meeting.series:
        return []
    later = Meeting.objects.select_for_update(of=("self",)).filter(series=meeting.series, state=State.PLANNED, start__gt=meeting.start)
    return list(later.select_related("convener", "series").order_by("start"))


@transaction.atomic
def change(*, meeting: Meeting, wish: Plan, revision: int, by: Person, following: bool = False) -> Meeting:
    """Changes the plan of one meeting, or of it and the later ones of its series (times move by as much). Who is new is invited, who is
    left out gets a cancellation, the others hear of it when time, place or subject are others: each of the meetings that it is so for.
    Refused: somebody was quicker."""
    refuse_absurd(wish.start)
    kept = _open_one(meeting, revision)
    shift = wish.start - kept.start
    all_of_them = [kept, *(_following(kept) if following else [])]
    before = [_facts(one) for one in all_of_them]
    told: list[Changed] = []
    # The meetings of a series share a guest's link.
    nonces = {Guest(row.name, row.email).key: row.nonce for row in kept.invitees.filter(revoked=None).exclude(nonce="")}
    for one, was in zip(all_of_them, before, strict=True):
        _apply(one, wish, shift)
        invitees = _apply_invitees(one, wish, by, nonces)
        told.append(Changed(one, differs=_facts(one) != was, **invitees))
    record(
        by=by,
        room="meetings",
        verb="changed",
        about=kept.get_absolute_url(),
        before=before[0],
        after={
            **_facts(kept),
            "invited": [str(row) for row in told[0].new],
            "dropped": [str(row) for row in told[0].gone],
            "meetings": len(all_of_them),
        },
    )
    letters.tell_changes(told, by=by)
    return kept


def _facts(meeting: Meeting) -> dict[str, Any]:
    return {
        "subject": meeting.subject,
        "start": meeting.start.isoformat(),
        "minutes": meeting.minutes,
        "place": meeting.place,
        "elsewhere": meeting.elsewhere,
        "agenda": meeting.agenda,
    }


def _apply(one: Meeting, wish: Plan, shift: timedelta) -> None:
    if shift:
        one.told_day = one.told_soon = None
        Invitee.objects.filter(meeting=one).exclude(answer=Answer.NONE).update(answer=Answer.NONE, answered=None)
    one.start += shift
    one.subject, one.minutes, one.agenda = wish.subject.strip()[:200], wish.minutes, wish.agenda
    one.place, one.elsewhere, one.quorum = wish.place[:200], wish.elsewhere, wish.quorum
    one.revision += 1
    one.save(update_fields=["start", "subject", "minutes", "agenda", "place", "elsewhere", "quorum", "revision", "told_day", "told_soon"])
    Invitee.objects.filter(meeting=one).exclude(expires=None).update(expires=one.ends + LINK_LIVES_AFTER)


def _apply_invitees(one: Meeting, wish: Plan, by: Person, nonces: dict[tuple[str, str], str]) -> dict[str, list[Invitee]]:
    """Makes the invitations those that are wished; answers the new ones, those gone, and those that stay."""
    rows = list(one.invitees.select_related("agency", "person"))
    wanted: set[tuple[str, Any]] = {("agency", agency.pk) for agency in wish.agencies} | {
        ("person", p.pk) for p in wish.people if p.pk != one.convener_id
    }
    wanted |= {("guest", guest.key) for guest in wish.guests}
    new: list[Invitee] = []
    gone: list[Invitee] = []
    same: list[Invitee] = []
    known = set()
    for row in rows:
        key = _key(row)
        if key in wanted:
            known.add(key)
            (same if row.revoked is None else new).append(row)
        elif row.revoked is None:
            gone.append(row)
    now = timezone.now()
    Invitee.objects.filter(pk__in=[row.pk for row in gone]).update(revoked=now)
    Invitee.objects.filter(pk__in=[row.pk for row in new]).update(revoked=None, answer=Answer.NONE, answered=None)
    for row in new:
        if row.nonce:
            # Whoever was taken off and asked again gets a link of their own anew: the old one may be in other hands.
            row.nonce = nonces.setdefault(Guest(row.name, row.email).key, secrets.token_hex(16))
            row.digest = digest_of(guest_token(row.nonce))
            row.save(update_fields=["nonce", "digest"])
    fresh = [Invitee(meeting=one, agency=agency, name=agency.name) for agency in wish.agencies if ("agency", agency.pk) not in known]
    fresh += [
        Invitee(meeting=one, person=person, name=person.name, email=person.email)
        for person in wish.people
        if ("person", person.pk) in wanted - known
    ]
    new += Invitee.objects.bulk_create(fresh)
    for guest in wish.guests:
        if ("guest", guest.key) not in known:
            nonce = nonces.setdefault(guest.key, secrets.token_hex(16))
            new.append(invite_guest(meeting=one, name=guest.name, email=guest.email, by=by, nonce=nonce)[0])
    return {"new": new, "gone": gone, "same": same}


def _key(row: Invitee) -> tuple[str, Any]:
    if row.agency_id:
        return "agency", row.agency_id
    return ("person", row.person_id) if row.person_id else ("guest", Guest(row.name, row.email).key)


@transaction.atomic
def cancel(*, meeting: Meeting, revision: int, by: Person, why: str = "", following: bool = False) -> int:
    """Calls a meeting off, or it and the later ones of its series, and writes to everybody; answers how many meetings. Refused: it ended,
    or somebody changed it meanwhile."""
    kept = _open_one(meeting, revision)
    gone = [kept, *(_following(kept) if following else [])]
    now = timezone.now()
    for one in gone:
        one.state, one.ended, one.revision = State.CANCELLED, now, one.revision + 1
        one.save(update_fields=["state", "ended", "revision"])
    after = {"why": why[:300], "meetings": len(gone)}
    record(by=by, room="meetings", verb="cancelled", about=kept.get_absolute_url(), after=after)
    letters.post(gone, "cancelled", invitees=list(kept.invitees.filter(revoked=None).select_related("agency")), by=by, why=why[:300])
    return len(gone)


@transaction.atomic
def answer(*, invitee: Invitee, said: str, by: Person | None, remark: str = "") -> None:
    """Somebody says whether they (or their agency) come. `by` is None for a guest. Refused when it is over."""
    if said not in Answer.values or said == Answer.NONE:
        raise Refused(_("Say whether you come, perhaps come, or do not come."))
    meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=invitee.meeting_id)
    if meeting.state in (State.ENDED, State.CANCELLED):
        raise Refused(_("The meeting has ended or was cancelled."))
    Invitee.objects.filter(pk=invitee.pk).update(answer=said, answered=timezone.now(), answered_by=by, remark=remark.strip()[:200])
    record(by=by, room="meetings", verb="answered", about=meeting.get_absolute_url(), after={"for": str(invitee), "answer": said})


@transaction.atomic
def dial(*, dial_list: DialList, by: Person, subject: str = "", about: str = "", now: datetime | None = None) -> tuple[Meeting, int]:
    """Calls a list: a meeting that begins now, everybody told on every way they have. Answers it and how many people were told (0: they
    had been called a moment ago, and this is that meeting)."""
    moment = now or timezone.now()
    DialList.objects.select_for_update().get(pk=dial_list.pk)
    title = subject.strip()[:200] or dial_list.name
    running = Meeting.objects.planned().filter(convener=by, subject=title, made__gte=moment - AGAIN, start__gte=moment - AGAIN).first()
    if running:
        return running, 0
    agencies, people = dial_list.members()
    if not agencies and not people:
        raise Refused(_("Nobody is on this list: change it first."))
    meeting = plan(subject=title, start=moment, minutes=60, by=by, agencies=agencies, people=people, about=about)
    count = letters.call(meeting, list(meeting.invitees.select_related("agency")), by=by)
    Meeting.objects.filter(pk=meeting.pk).update(told_soon=moment, told_day=moment)
    record(by=by, room="meetings", verb="called", about=meeting.get_absolute_url(), after={"list": dial_list.code, "people": count})
    return meeting, count


@transaction.atomic
def call_in(*, meeting: Meeting, known: Collection[int], by: Person, now: datetime | None = None) -> int:
    """Calls everybody invited to a meeting that goes on, but those whose invitations (`known`) were called before; answers how many.
    No reminder follows."""
    moment = now or timezone.now()
    invited = list(meeting.invitees.filter(revoked=None).select_related("agency"))
    fresh = [one for one in invited if one.pk not in known]
    count = letters.call(meeting, fresh, by=by, but=letters.people_of(one for one in invited if one.pk in known)) if fresh else 0
    Meeting.objects.filter(pk=meeting.pk).update(told_soon=moment, told_day=moment)
    if count:
        record(by=by, room="meetings", verb="called", about=meeting.get_absolute_url(), after={"about": meeting.about, "people": count})
    return count


@transaction.atomic
def set_dial_list(
    *,
    name: str,
    kind: str,
    agencies: Sequence[Agency],
    people: Sequence[Person],
    by: Person,
    owner: Person | None = None,
    agency: Agency | None = None,
    found: DialList | None = None,
) -> DialList:
    """Makes a dial list, or changes one. It is one person's (`owner`), one agency's, or the whole government's (neither)."""
    if not name.strip() or not (kind or agencies or people):
        raise Refused(_("A dial list has a name, and somebody on it."))
    row = found or DialList(code=secrets.token_hex(6))
    row.name, row.kind, row.owner, row.agency = name.strip()[:120], kind, owner, agency
    row.save()
    row.agencies.set(agencies)
    row.people.set(people)
    after = {"name": row.name, "kind": kind, "agencies": [one.code for one in agencies], "people": [one.pk for one in people]}
    whose = {"owner": owner.pk if owner else None, "agency": agency.code if agency else None}
    record(by=by, room="meetings", verb="listed", about=row.get_absolute_url(), after=after | whose)
    return row


@transaction.atomic
def end_dial_list(*, dial_list: DialList, by: Person) -> None:
    """Takes a dial list away."""
    if DialList.objects.filter(pk=dial_list.pk, ended=None).update(ended=timezone.now()):
        record(by=by, room="meetings", verb="unlisted", about=dial_list.get_absolute_url(), after={"name": dial_list.name})


@transaction.atomic
def remind(*, now: datetime | None = None) -> int:
    """Sends the reminders that are due, each once however many processes ask; answers for how many meetings."""
    moment = now or timezone.now()
    near = Meeting.objects.planned().filter(told_soon=None, start__gt=moment, start__lte=moment + DAY_BEFORE)
    rows = near.select_for_update(of=("self",), skip_locked=True).select_related("convener", "series").order_by("start")[:MOST_REMINDED]
    count = 0
    for meeting in rows:
        which = reminder_due(meeting.start, meeting.made, moment, told_day=bool(meeting.told_day), told_soon=bool(meeting.told_soon))
        count += bool(which and _reminded(meeting, which, moment))
    return count


def _reminded(meeting: Meeting, which: str, moment: datetime) -> bool:
    """Reminds of one meeting. One that cannot be written about holds up no other: it is tried again at the next round."""
    try:
        with transaction.atomic():
            Meeting.objects.filter(pk=meeting.pk).update(**{f"told_{which}": moment})
            letters.remind(meeting, which)
            record(by=None, room="meetings", verb="reminded", about=meeting.get_absolute_url(), after={"which": which})
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("meetings: no reminder of %s", meeting.code)
        return False
    return True


@transaction.atomic
def renew_feed(*, person: Person) -> Feed:
    """The address of the person's calendar becomes another one; whoever held the former reads nothing any more."""
    feed, _new = Feed.objects.select_for_update().get_or_create(person=person)
    feed.turn += 1
    feed.save(update_fields=["turn"])
    record(by=person, room="meetings", verb="renewed", about="/meetings/calendar", after={"turn": feed.turn})
    return feed
