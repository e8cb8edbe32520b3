"""Who is written to about a meeting, and what: people of the house by room `notify`, guests and agencies by their e-mail address."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
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
from pendopo.meetings.phones.dialled import pin_for
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


@dataclass(frozen=True)
class Changed:
    """What a change did to one meeting: whether its own facts are others, and who is new, gone, and invited as before."""

    meeting: Meeting
    differs: bool
    new: list[Invitee]
    gone: list[Invitee]
    same: list[Invitee]


def tell_changes(told: Sequence[Changed], *, by: Person) -> None:
    """Writes to everybody about exactly those meetings of a series that are new, others or gone for them."""
    for what, of in (("invited", "new"), ("cancelled", "gone"), ("changed", "same")):
        changes = [one for one in told if what != "changed" or one.differs]
        theirs: dict[tuple[Any, ...], list[tuple[Changed, Invitee]]] = {}
        for one in changes:
            for row in getattr(one, of):
                theirs.setdefault(_reader(row), []).append((one, row))
        alike: dict[tuple[int, ...], list[list[tuple[Changed, Invitee]]]] = {}
        for rows in theirs.values():
            alike.setdefault(tuple(one.meeting.pk for one, _row in rows), []).append(rows)
        for readers in alike.values():
            first = readers[0][0][0]
            # Who is also invited another way hears neither that they are newly invited nor that they are not any more.
            but = {"invited": people_of(first.same), "cancelled": [*people_of([*first.same, *first.new]), by], "changed": []}[what]
            post([one.meeting for one, _row in readers[0]], what, invitees=[rows[0][1] for rows in readers], by=by, but=but)


def _reader(row: Invitee) -> tuple[Any, ...]:
    """For whom an invitation is, whichever meeting of the series it stands in."""
    return row.person_id, row.agency_id, row.name if row.nonce else "", row.email.lower()


def facts(meeting: Meeting, what: str, *, language: str = "", count: int = 1, why: str = "") -> dict[str, Any]:
    """What the letter's text is filled with, its moment in the reader's language."""
    return {
        "what": what,
        "subject": meeting.subject,
        "when": moment_text(meeting.start, ZoneInfo(settings.TIME_ZONE), language or settings.LANGUAGE_CODE),
        "minutes": meeting.minutes,
        "place": meeting.place,
        "elsewhere": meeting.elsewhere,
        "agenda": meeting.agenda.strip(),
        "convener": meeting.convener.name if meeting.convener else "",
        "room": f"{settings.SITE_URL}{meeting.get_absolute_url()}",
        "count": count,
        "number": settings.SIP_NUMBER,
        # The meetings of a series have a PIN each: it stands in each one's reminder.
        "pin": pin_for(meeting) if count == 1 else "",
        "why": why,
    }


def by_language(people: Iterable[Person]) -> list[tuple[str, list[Person]]]:
    """People under their languages: a letter's moment is written in the reader's."""
    found: dict[str, list[Person]] = {}
    for person in people:
        found.setdefault(person.language, []).append(person)
    return sorted(found.items())


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
    people = [person for person in people_of(invitees) if person not in but]
    if first.convener and first.convener not in [*people, *but]:
        people.append(first.convener)
    attendees = [(person.name, person.email) for person in people]
    body = invitation(meetings, method, link=f"{settings.SITE_URL}{first.page}", attendees=attendees)
    for language, readers in by_language(people):
        send(
            to=readers,
            kind="meeting",
            subject_template=SUBJECTS[what],
            context=facts(first, what, language=language, count=len(meetings), why=why),
            about=first.page,
            by=by,
            enclosed=_enclosed(method, body),
        )
    context = facts(first, what, count=len(meetings), why=why)
    for guest in invitees:
        email = guest.email or (guest.agency.email if guest.agency else "")
        if guest.person_id or not email:
            continue
        own = bool(guest.nonce)
        link = room_link(first, guest) if own else context["room"]
        body = invitation(meetings, method, link=link, attendees=[(guest.name, email)])
        write(
            to=[Outsider(email, guest.name)],
            secret=guest_token(guest.nonce) if own else "",
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
    for language, readers in by_language(people):
        told = facts(meeting, which, language=language)
        send(to=readers, kind="meeting-soon", subject_template=SOON, context=told, about=meeting.page, key=key)
    for guest in invitees:
        if guest.nonce and guest.email:
            own = {**context, "room": room_link(meeting, guest)}
            write(
                to=[Outsider(guest.email, guest.name)],
                kind="meeting-soon",
                subject_template=SOON,
                context=own,
                about=invitation_path(meeting, guest),
                secret=guest_token(guest.nonce),
            )


def call(meeting: Meeting, invitees: Collection[Invitee], *, by: Person, but: Collection[Person] = ()) -> int:
    """Calls those invited now, on every way they have; answers how many people. `but` was called already."""
    people = [person for person in people_of(invitees) if person != by and person not in but]
    context = facts(meeting, "call")
    about = meeting.get_absolute_url()
    if people:
        send(to=people, kind="meeting-call", subject_template=CALL, context=context, about=about, urgency=Urgency.URGENT, by=by)
    outside = [Outsider(row.agency.email, row.agency.name) for row in invitees if row.agency and row.agency.email]
    if outside:
        write(to=outside, kind="meeting-call", subject_template=CALL, context=context, about=about, urgency=Urgency.URGENT, by=by)
    return len(people)
