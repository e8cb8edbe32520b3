"""Meetings as iCalendar (RFC 5545): invitations, changes and cancellations (RFC 5546), and a person's feed."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from email.utils import parseaddr
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from icalendar import Calendar, Event, vCalAddress, vRecur, vText

from pendopo.meetings.models import Meeting, State

REQUEST, CANCEL, PUBLISH = "REQUEST", "CANCEL", "PUBLISH"


def host() -> str:
    """The name under which the installation is known; part of every UID."""
    return settings.SITE_URL.partition("://")[2]


def calendar(method: str, name: str = "") -> Calendar:
    """An empty calendar."""
    book = Calendar()
    book.add("prodid", "-//Pendopo//meetings//ID")
    book.add("version", "2.0")
    book.add("method", method)
    if name:
        book.add("x-wr-calname", name)
    return book


def written(book: Calendar) -> bytes:
    """The calendar with the time zones it names."""
    book.add_missing_timezones()
    return bytes(book.to_ical())


def invitation(meetings: Sequence[Meeting], method: str, *, link: str, attendees: Iterable[tuple[str, str]]) -> bytes:
    """What goes with a letter: one meeting, a whole new series (by its rule), or some meetings of a series (by their RECURRENCE-ID).

    `link` is the reader's own; `attendees` are (name, e-mail).
    """
    book = calendar(method)
    people = list(attendees)
    first = meetings[0]
    whole = first.series is not None and first.revision == 0 and method == REQUEST and len(meetings) > 1
    for meeting in meetings[:1] if whole else meetings:
        event = _event(meeting, link if meeting.pk == first.pk else _own(link, first, meeting))
        if whole and meeting.series:
            event.add("rrule", vRecur.from_ical(meeting.series.rule))
            _leave_out(event, meetings)
        elif meeting.series and meeting.slot:
            event.add("recurrence-id", meeting.slot.astimezone(_zone()))
        _sign(event, meeting, people, cancelled=method == CANCEL)
        book.add_component(event)
    return written(book)


def feed(meetings: Iterable[Meeting], name: str) -> bytes:
    """Meetings one by one, for a calendar program that reads the address again and again."""
    book = calendar(PUBLISH, name)
    for meeting in meetings:
        event = _event(meeting, f"{settings.SITE_URL}{meeting.page}", alone=True)
        event.add("status", "CANCELLED" if meeting.state == State.CANCELLED else "CONFIRMED")
        book.add_component(event)
    return written(book)


def _zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


def uid_of(meeting: Meeting, *, alone: bool = False) -> str:
    """Meetings of a series share it, except in feeds (`alone`)."""
    if meeting.series and not alone:
        return f"series-{meeting.series.code}@{host()}"
    return f"meeting-{meeting.code}@{host()}"


def _event(meeting: Meeting, link: str, *, alone: bool = False) -> Event:
    event = Event()
    event.add("uid", uid_of(meeting, alone=alone))
    event.add("sequence", meeting.revision)
    event.add("dtstamp", timezone.now())
    event.add("dtstart", meeting.start.astimezone(_zone()))
    event.add("dtend", meeting.ends.astimezone(_zone()))
    event.add("summary", meeting.subject)
    event.add("location", meeting.place or meeting.elsewhere or link)
    event.add("description", "\n\n".join(filter(None, [meeting.agenda.strip(), meeting.elsewhere, link])))
    event.add("url", link)
    return event


def _own(link: str, first: Meeting, meeting: Meeting) -> str:
    """The same kind of link for another meeting of the series."""
    return link.replace(first.code, meeting.code)


def _sign(event: Event, meeting: Meeting, attendees: Iterable[tuple[str, str]], *, cancelled: bool) -> None:
    sender = vCalAddress(f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}")
    sender.params["cn"] = vText(meeting.convener.name if meeting.convener else "Pendopo")
    event["organizer"] = sender
    for name, email in attendees:
        attendee = vCalAddress(f"mailto:{email}")
        attendee.params["cn"] = vText(name)
        attendee.params["partstat"] = vText("NEEDS-ACTION")
        attendee.params["rsvp"] = vText("FALSE")  # answers are given on the page
        event.add("attendee", attendee, encode=False)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")


def _leave_out(event: Event, meetings: Sequence[Meeting]) -> None:
    """Times of the rule at which there is no meeting."""
    gone: list[datetime] = [one.slot.astimezone(_zone()) for one in meetings if one.state == State.CANCELLED and one.slot]
    if gone:
        event.add("exdate", gone)
