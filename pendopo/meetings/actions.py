"""Verbs of meetings: plan, invite, open, end, and what is decided at the door. Keyword-only, one transaction, one entry in the book."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core import signing
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Agency, Person
from pendopo.audit.actions import Actor, record
from pendopo.indicators.actions import Receipt
from pendopo.indicators.checks import Observation
from pendopo.indicators.house.actions import declared, send
from pendopo.ui.paths import own_path

from .figures import figures
from .models import Attendance, Invitee, Meeting, Part, Seat, Series, State, Where

CATALOGUE = Path(__file__).with_name("catalogue.yaml")
# A personal link opens the door from its making until this long after the planned end.
LINK_LIVES_AFTER = timedelta(days=1)
LONGEST_MINUTES = 24 * 60
# A situation room stays open this long unless it is ended.
SITUATION_MINUTES = 24 * 60
YEARS = range(2000, 2101)
# An open meeting in which nobody is ends so long after its planned end.
FORGOTTEN_AFTER = timedelta(hours=2)


def digest_of(token: str) -> str:
    """What is kept of a personal link."""
    return hashlib.sha256(token.encode()).hexdigest()


def guest_token(nonce: str) -> str:
    """The personal link's token, made of the nonce and the installation's secret: it can be written again into a reminder."""
    return signing.Signer(salt="pendopo.meetings.guest").signature(nonce)[:32]


def refuse_absurd(start: datetime) -> None:
    """Refuses a slip of the pen, with which calendars cannot reckon."""
    if start.year not in YEARS:
        raise Refused(_("Look at the year: a meeting takes place between %(first)s and %(last)s.") % {"first": YEARS[0], "last": YEARS[-1]})


@transaction.atomic
def plan(
    *,
    subject: str,
    start: datetime,
    minutes: int = 60,
    by: Person | None,
    agenda: str = "",
    agencies: Sequence[Agency] = (),
    people: Sequence[Person] = (),
    about: str = "",
    place: str = "",
    elsewhere: str = "",
    quorum: int = 0,
    series: Series | None = None,
) -> Meeting:
    """A meeting with those invited from the directory. Guests: `invite_guest`; letters: `planning.actions`."""
    clean = subject.strip()[:200]
    if not clean or not 0 < minutes <= LONGEST_MINUTES:
        raise Refused(_("A meeting has a subject and lasts between a minute and a day."))
    refuse_absurd(start)
    code = secrets.token_urlsafe(12).replace("-", "a").replace("_", "b").lower()
    meeting = Meeting.objects.create(
        code=code,
        subject=clean,
        start=start,
        minutes=minutes,
        convener=by,
        agenda=agenda,
        about=own_path(about)[:300],
        place=place[:200],
        elsewhere=elsewhere,
        quorum=quorum,
        series=series,
        slot=start if series else None,
    )
    Invitee.objects.bulk_create([Invitee(meeting=meeting, agency=agency, name=agency.name) for agency in dict.fromkeys(agencies)])
    named = [person for person in dict.fromkeys(people) if person != by]
    Invitee.objects.bulk_create([Invitee(meeting=meeting, person=person, name=person.name, email=person.email) for person in named])
    after = {"subject": clean, "start": start.isoformat(), "agencies": [agency.code for agency in agencies], "about": meeting.about}
    record(by=by, room="meetings", verb="planned", about=meeting.get_absolute_url(), after=after)
    return meeting


@transaction.atomic
def open_about(
    *, about: str, subject: str, by: Person, agencies: Sequence[Agency] = (), people: Sequence[Person] = ()
) -> tuple[Meeting, bool]:
    """A situation room: the meeting about a page of this house, made and open at once; whether it is new.

    `about` is that page's own path (`/incidents/…`), anything else is refused. Rooms of other ladders do not import this: they post
    `about`, `subject`, `agencies` (codes, repeated) and `people` (numbers, repeated) to the URL name `meetings:open` and are
    answered with the room's address; `did.meetings.planned` and `did.meetings.opened` carry `about` for their timeline. Asking twice for
    the same page within a day leads into the same room, and whoever is newly named is invited too.
    """
    path = own_path(about.strip())[:300]
    if not path:
        raise Refused(_("A situation room is about a page of this house: open it from that page."))
    now = timezone.now()
    since = now - timedelta(minutes=SITUATION_MINUTES)
    with connection.cursor() as cursor:
        # Of two who press at once the second one waits here, and finds the room of the first.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 4))", [path])
    there = Meeting.objects.filter(about=path, state__in=[State.PLANNED, State.OPEN], start__gte=since, start__lte=now).first()
    if there is None:
        made = plan(subject=subject, start=now, minutes=SITUATION_MINUTES, by=by, agencies=agencies, people=people, about=path)
        return made, True
    known = set(there.invitees.values_list("person", flat=True)) | {there.convener_id}
    also = [
        Invitee(meeting=there, person=one, name=one.name, email=one.email) for one in dict.fromkeys([*people, by]) if one.pk not in known
    ]
    Invitee.objects.bulk_create(also)
    if also:
        record(by=by, room="meetings", verb="invited", about=there.get_absolute_url(), after={"people": [one.name for one in also]})
    return there, False


@transaction.atomic
def invite_guest(
    *, meeting: Meeting, name: str, email: str = "", part: str = Part.SPEAKER, by: Actor | None, nonce: str = ""
) -> tuple[Invitee, str]:
    """A guest with a personal link, and its token. The meetings of a series share the `nonce`, and so the link."""
    nonce = nonce or secrets.token_hex(16)
    token = guest_token(nonce)
    expires = meeting.ends + LINK_LIVES_AFTER
    guest = Invitee.objects.create(
        meeting=meeting, name=name.strip()[:200], email=email, part=part, digest=digest_of(token), expires=expires, nonce=nonce
    )
    record(by=by, room="meetings", verb="invited", about=meeting.get_absolute_url(), after={"guest": guest.name, "part": part})
    return guest, token


@transaction.atomic
def take_seat(
    *, meeting: Meeting, key: str, name: str, agency: str, part: str, invited: bool, person: int | None = None, invitee: int | None = None
) -> Seat:
    """Somebody comes to the door: their seat, made at the first time. Who was refused or removed stays so, whatever page they open.

    Whoever came in by an invitation that holds no more waits again; a part that a convener gave in the room stays.
    """
    straight_in = invited and not meeting.locked and (meeting.lobby != "all" or part == Part.CONVENER)
    seat, is_new = Seat.objects.select_for_update().get_or_create(
        meeting=meeting,
        key=key,
        defaults={
            "name": name[:120],
            "agency": agency[:120],
            "part": part,
            "person_id": person,
            "invitee_id": invitee,
            "where": Where.IN if straight_in else Where.WAITING,
        },
    )
    if not is_new:
        seat.name, seat.agency, seat.seen = name[:120], agency[:120], timezone.now()
        if seat.where == Where.WAITING and straight_in:
            seat.where = Where.IN
        elif seat.where == Where.IN and not (invited or seat.admitted):
            seat.where, seat.appointed = Where.WAITING, False
        if not seat.appointed:
            seat.part = part
        seat.save(update_fields=["name", "agency", "seen", "part", "where", "appointed"])
    return seat


@transaction.atomic
def sit_down(*, meeting: Meeting, key: str) -> Attendance:
    """A stay in the room begins. The first convener opens the meeting. Refuses who is not let in and after the end."""
    seat = Seat.objects.select_for_update().get(meeting=meeting, key=key)
    if seat.where != Where.IN or Meeting.objects.filter(pk=meeting.pk, state__in=[State.ENDED, State.CANCELLED]).exists():
        raise Refused(_("You are not admitted to this meeting."))
    if seat.part == Part.CONVENER and Meeting.objects.filter(pk=meeting.pk, state=State.PLANNED).update(state=State.OPEN):
        record(by=seat.person, room="meetings", verb="opened", about=meeting.get_absolute_url(), after={"about": meeting.about})
    now = timezone.now()
    seat.stays.filter(left=None).update(left=now)
    return Attendance.objects.create(meeting=meeting, seat=seat, joined=now, seen=now)


@transaction.atomic
def stand_up(*, stay: int) -> None:
    """A stay ends; ending it twice changes nothing."""
    now = timezone.now()
    Attendance.objects.filter(pk=stay, left=None).update(left=now, seen=now)


def still_here(*, stay: int, code: str, key: str) -> None:
    """A heartbeat of a stay, or (0) of one who waits at the door."""
    if stay:
        Attendance.objects.filter(pk=stay, left=None).update(seen=timezone.now())
    else:
        Seat.objects.filter(meeting__code=code, key=key).update(seen=timezone.now())


def go_away(*, code: str, key: str) -> None:
    """One who waited closed the page: nobody is asked to let them in any more. Whoever comes back waits again."""
    Seat.objects.filter(meeting__code=code, key=key, where=Where.WAITING).update(seen=F("asked") - timedelta(days=1))


@transaction.atomic
def decide(*, meeting: Meeting, where: str, by: Seat, key: str = "", agency: str = "") -> list[str]:
    """Lets in or turns away one who waits, all of an agency, or everybody: one entry in the book however many. Answers whose seats changed.

    Of two conveners who press opposite buttons the first one decides: the second finds nobody waiting.
    """
    waiting = Seat.objects.select_for_update().filter(meeting=meeting, where=Where.WAITING)
    if key:
        waiting = waiting.filter(key=key)
    elif agency:
        waiting = waiting.filter(agency=agency)
    seats = list(waiting)
    Seat.objects.filter(pk__in=[seat.pk for seat in seats]).update(where=where, admitted=where == Where.IN)
    if seats:
        verb = "admitted" if where == Where.IN else "refused"
        record(
            by=by.person,
            room="meetings",
            verb=verb,
            about=meeting.get_absolute_url(),
            after={"people": [seat.name for seat in seats], "by": by.name},
        )
    return [seat.key for seat in seats]


@transaction.atomic
def remove(*, meeting: Meeting, key: str, by: Seat) -> bool:
    """Puts somebody out for good: the same person does not come back. A convener of the plan cannot be put out."""
    changed = Seat.objects.filter(meeting=meeting, key=key).exclude(person=meeting.convener_id or 0).update(where=Where.REMOVED)
    if changed:
        record(by=by.person, room="meetings", verb="removed", about=meeting.get_absolute_url(), after={"seat": key, "by": by.name})
    return bool(changed)


def put_out_everywhere(*, key: str) -> int:
    """Puts whoever sits under a key out of every meeting that is not over: they lost their right to be here. Answers of how many."""
    open_ones = Meeting.objects.filter(state__in=[State.PLANNED, State.OPEN])
    return Seat.objects.filter(key=key, meeting__in=open_ones).exclude(where=Where.REMOVED).update(where=Where.REMOVED)


@transaction.atomic
def change_part(*, meeting: Meeting, key: str, part: str, by: Seat) -> str:
    """Makes somebody speaker, listener or convener; answers what they are now."""
    if part not in Part.values:
        raise Refused(_("Choose convener, speaker or listener."))
    Seat.objects.filter(meeting=meeting, key=key).exclude(person=meeting.convener_id or 0).update(part=part, appointed=True)
    record(
        by=by.person, room="meetings", verb="promoted", about=meeting.get_absolute_url(), after={"seat": key, "part": part, "by": by.name}
    )
    return Seat.objects.values_list("part", flat=True).get(meeting=meeting, key=key)


@transaction.atomic
def lock(*, meeting: Meeting, on: bool, by: Seat) -> None:
    """Lets nobody new in without a convener, or opens the door again."""
    if Meeting.objects.filter(pk=meeting.pk, locked=not on).update(locked=on):
        record(by=by.person, room="meetings", verb="locked", about=meeting.get_absolute_url(), after={"locked": on, "by": by.name})


@transaction.atomic
def end(*, meeting: Meeting, by: Actor | None) -> bool:
    """Ends the meeting for everybody; whoever is there has left. False when it had ended already."""
    now = timezone.now()
    changed = Meeting.objects.filter(pk=meeting.pk, state__in=[State.PLANNED, State.OPEN]).update(state=State.ENDED, ended=now)
    if changed:
        Attendance.objects.filter(meeting=meeting, left=None).update(left=now)
        record(by=by, room="meetings", verb="ended", about=meeting.get_absolute_url(), after={"about": meeting.about})
    return bool(changed)


def end_forgotten(*, now: datetime | None = None) -> int:
    """Ends the meetings that everybody left and nobody ended, some time after their planned end; answers how many."""
    moment = now or timezone.now()
    there = Attendance.objects.present(moment).values("meeting")
    left = Meeting.objects.filter(state=State.OPEN, start__lt=moment - FORGOTTEN_AFTER).exclude(pk__in=there)
    return sum(end(meeting=meeting, by=None) for meeting in left if meeting.ends + FORGOTTEN_AFTER < moment)


def publish(*, now: datetime | None = None) -> Receipt | None:
    """Tells `sys.meetings.*` as figures of the house; None while the government has no sources."""
    source = declared(CATALOGUE)
    if source is None:
        return None
    moment = now or timezone.now()
    at = moment.replace(microsecond=0).isoformat()
    rows = [Observation(code, settings.REGION, at, round(value, 4)) for code, value in figures(moment).items()]
    return send(source=source, rows=rows)
