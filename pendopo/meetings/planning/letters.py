"""Who is written to about a meeting, and what: people of the house by room `notify`, guests and agencies by their e-mail address."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_noop

from pendopo.agencies.models import Holding, Person
from pendopo.audit.actions import Actor
from pendopo.meetings.actions import guest_token
from pendopo.meetings.models import Answer, Invitee, Meeting
from pendopo.notify.actions import Enclosed, Outsider, send, write
from pendopo.notify.models import Urgency
from pendopo.ui.words import moment_text

from .calendars import CANCEL, REQUEST, invitation

SUBJECTS = {
    "invited": gettext_noop("Invitation: %(subject)s, %(when)s"),
    "changed": gettext_noop("Meeting changed: %(subject)s, %(when)s"),
    "cancelled": gettext_noop("Meeting cancelled: %(subject)s, %(when)s"),
}
SOON = gettext_noop("Reminder: %(subject)s, %(when)s")
CALL = gettext_noop("Join now: %(subject)s")


def people_of(invitees: Iterable[Invitee]) -> list[Person]:
    """The people of the directory behind invitations: those named, and who holds a post at an invited agency today."""
    rows = list(invitees)
    agencies = [row.agency_id for row in rows if row.agency_id]
    at_agency = Q(post__seat__in=agencies) | Q(post__seat=None, post__agency__in=agencies)
    holders = Holding.objects.current().filter(at_agency, post__active=True).values("person") if agencies else []
    named = Q(pk__in=[row.person_id for row in rows if row.person_id])
    return list(Person.objects.filter(named | Q(pk__in=holders), is_active=True))


def invitation_path(meeting: Meeting, guest: Invitee) -> str:
    """The guest's own page of the invitation."""
    return f"{reverse('meetings:invitation', args=[meeting.code])}?k={guest_token(guest.nonce)}"


def room_link(meeting: Meeting, guest: Invitee) -> str:
    """The guest's personal link into the room."""
    return f"{settings.SITE_URL}{meeting.get_absolute_url()}?k={guest_token(guest.nonce)}"


def facts(meeting: Meeting, what: str, *, count: int = 1, why: str = "") -> dict[str, Any]:
    """What the letter's text is filled with."""
    return {
        "what": what,
        "subject": meeting.subject,
        "when": moment_text(meeting.start, ZoneInfo(settings.TIME_ZONE), settings.LANGUAGE_CODE),
        "minutes": meeting.minutes,
        "place": meeting.place,
        "elsewhere": meeting.elsewhere,
        "agenda": meeting.agenda.strip(),
        "convener": meeting.convener.name if meeting.convener else "",
        "room": f"{settings.SITE_URL}{meeting.get_absolute_url()}",
        "count": count,
        "why": why,
    }


def post(
    meetings: Sequence[Meeting],
    what: str,
    *,
    invitees: Collection[Invitee],
    by: Actor | None,
    why: str = "",
    but: Collection[Person] = (),
) -> None:
    """Invites, tells of a change, or cancels, with the calendar entry. Several meetings are those of one series.

    `invitees` are those of the first meeting; `but` hears nothing. Call it inside the transaction of the deed.
    """
    first = meetings[0]
    method = CANCEL if what == "cancelled" else REQUEST
    context = facts(first, what, count=len(meetings), why=why)
    people = [person for person in people_of(invitees) if person not in but]
    if first.convener and first.convener not in [*people, *but]:
        people.append(first.convener)
    attendees = [(person.name, person.email) for person in people]
    if people:
        link = f"{settings.SITE_URL}{first.page}"
        body = invitation(meetings, method, link=link, attendees=attendees)
        send(
            to=people,
            kind="meeting",
            subject_template=SUBJECTS[what],
            context=context,
            about=first.page,
            by=by,
            enclosed=_enclosed(method, body),
        )
    for guest in invitees:
        email = guest.email or (guest.agency.email if guest.agency else "")
        if guest.person_id or not email:
            continue
        own = bool(guest.nonce)
        link = room_link(first, guest) if own else context["room"]
        body = invitation(meetings, method, link=link, attendees=[(guest.name, email)])
        write(
            to=[Outsider(email, guest.name)],
            kind="meeting",
            subject_template=SUBJECTS[what],
            context={**context, "room": link},
            about=invitation_path(first, guest) if own else first.get_absolute_url(),
            by=by,
            enclosed=_enclosed(method, body),
        )


def _enclosed(method: str, body: bytes) -> Enclosed:
    return Enclosed("rapat.ics", f"text/calendar; method={method}", body)


def remind(meeting: Meeting, which: str) -> None:
    """Reminds everybody who has not said that they do not come."""
    invitees = [row for row in meeting.invitees.filter(revoked=None).select_related("agency") if row.answer != Answer.NO]
    context = facts(meeting, which)
    people = people_of(invitees)
    if meeting.convener and meeting.convener not in people:
        people.append(meeting.convener)
    key = f"meeting {meeting.code} {which} {meeting.start.isoformat()}"
    send(to=people, kind="meeting-soon", subject_template=SOON, context=context, about=meeting.page, key=key)
    for guest in invitees:
        if guest.nonce and guest.email:
            own = {**context, "room": room_link(meeting, guest)}
            write(to=[Outsider(guest.email, guest.name)], kind="meeting-soon", subject_template=SOON, context=own,
                  about=invitation_path(meeting, guest))  # fmt: skip


def call(meeting: Meeting, invitees: Collection[Invitee], *, by: Person) -> int:
    """Calls everybody of a dial list now, on every way they have; answers how many people."""
    people = [person for person in people_of(invitees) if person != by]
    context = facts(meeting, "call")
    about = meeting.get_absolute_url()
    if people:
        send(to=people, kind="meeting-call", subject_template=CALL, context=context, about=about, urgency=Urgency.URGENT, by=by)
    outside = [Outsider(row.agency.email, row.agency.name) for row in invitees if row.agency and row.agency.email]
    if outside:
        write(to=outside, kind="meeting-call", subject_template=CALL, context=context, about=about, urgency=Urgency.URGENT, by=by)
    return len(people)
