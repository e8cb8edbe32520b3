"""The room's questions to the database, each in a thread of its own: who may come in, who is there, and what the room holds."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ParamSpec, TypeVar

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.meetings import actions
from pendopo.meetings.models import Attendance, Meeting, Part, Seat, State, Where

from . import actions as happenings
from .logic import fold
from .models import Happening, RecordingState
from .tickets import Ticket, share

P = ParamSpec("P")
R = TypeVar("R")

# Somebody whose line fell silent waits no longer at the door.
WAITS = timedelta(seconds=70)


@dataclass(frozen=True)
class Standing:
    """Where somebody stands: `in`, `waiting`, `refused`, `removed` or `ended`, and their role."""

    where: str
    role: str


async def in_database(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Runs a question in a thread and gives its connection back."""

    def run() -> R:
        try:
            return work(*args, **kwargs)
        finally:
            connection.close()

    return await asyncio.to_thread(run)


def meeting_of(code: str) -> Meeting:
    """The meeting."""
    return Meeting.objects.get(code=code)


def seat_of(ticket: Ticket) -> Seat:
    """The seat behind a ticket."""
    return Seat.objects.select_related("meeting", "person").get(meeting__code=ticket.code, key=ticket.seat)


def arrive(ticket: Ticket) -> Standing:
    """Somebody opens the line: their seat at the door."""
    meeting = meeting_of(ticket.code)
    if meeting.state in {State.ENDED, State.CANCELLED}:
        return Standing("ended", ticket.role)
    part = part_now(meeting, ticket)
    seat = actions.take_seat(
        meeting=meeting,
        key=ticket.seat,
        name=ticket.name,
        agency=ticket.agency,
        part=part or Part.SPEAKER,
        invited=part is not None,
        person=ticket.person,
        invitee=ticket.invitee,
    )
    return Standing(str(seat.where), str(seat.part))


def part_now(meeting: Meeting, ticket: Ticket) -> str | None:
    """What the invitation behind a ticket gives today: a page may be older than the guest list. None = not invited."""
    if not ticket.invited:
        return None
    if ticket.invitee:
        guest = meeting.invitees.filter(pk=ticket.invitee).first()
        return guest.part if guest is not None and guest.is_good else None
    if ticket.person is None:
        return ticket.role
    person = Person.objects.filter(pk=ticket.person, is_active=True).first()
    return meeting.part_of(person) if person else None


def sit_down(ticket: Ticket) -> tuple[int, str]:
    """A stay begins; its number, and the role as it is now."""
    seat = seat_of(ticket)
    stay = actions.sit_down(meeting=seat.meeting, key=seat.key)
    return stay.pk, str(seat.part)


def stand_up(stay: int) -> None:
    """A stay ends."""
    actions.stand_up(stay=stay)


def still_here(ticket: Ticket, stay: int, revision: int) -> tuple[str, int]:
    """A heartbeat, in the room (`stay`) or at its door (0); where the person stands by now, whatever words of it were lost, and how often
    the plan was changed. `dropped`: the invitation by which they sit here was taken back (asked when `revision` is not the plan's)."""
    actions.still_here(stay=stay, code=ticket.code, key=ticket.seat)
    seat = seat_of(ticket)
    meeting, where = seat.meeting, str(seat.where)
    if meeting.state in {State.ENDED, State.CANCELLED}:
        where = "ended"
    elif seat.where == Where.IN and not seat.admitted and revision != meeting.revision and part_now(meeting, ticket) is None:
        where = "dropped"
    return where, meeting.revision


def go_away(ticket: Ticket) -> None:
    """Somebody who waited at the door went away."""
    actions.go_away(code=ticket.code, key=ticket.seat)


def people(code: str) -> list[dict[str, Any]]:
    """Who is in the room now."""
    present = Attendance.objects.present(timezone.now()).filter(meeting__code=code).select_related("seat").order_by("joined")
    found = {stay.seat.key: stay.seat for stay in present}
    return [{"seat": key, "name": seat.name, "agency": seat.agency, "role": seat.part} for key, seat in found.items()]


def lobby(code: str) -> list[dict[str, Any]]:
    """Who waits at the door now, longest first."""
    waiting = Seat.objects.filter(meeting__code=code, where=Where.WAITING, seen__gte=timezone.now() - WAITS)
    return [{"seat": seat.key, "name": seat.name, "agency": seat.agency, "role": seat.part} for seat in waiting]


def told(one: Happening) -> dict[str, Any]:
    """A happening as the browser hears it."""
    return {"kind": one.kind, "seat": one.seat, "name": one.name, "at": one.at.isoformat(), **one.data}


def snapshot(code: str) -> dict[str, Any]:
    """What the room holds, for somebody who comes in."""
    meeting = meeting_of(code)
    happened = [told(one) for one in meeting.happenings.all()]
    recording = meeting.recordings.filter(state=RecordingState.RUNNING).first()
    agreed = [one["seat"] for one in happened if recording and one["kind"] == "agree" and one["at"] >= recording.begun.isoformat()]
    return {**fold(happened).as_dict(), "locked": meeting.locked, "recording": recording is not None, "agreed": agreed}


def happen(ticket: Ticket, kind: str, data: dict[str, Any]) -> dict[str, Any]:
    """Writes down what somebody did; what the browsers hear of it, with all polls when it was about one."""
    seat = seat_of(ticket)
    one = happenings.happen(meeting=seat.meeting, seat=seat, kind=kind, data=data)
    if kind in {"poll", "vote", "poll-end"}:
        every = seat.meeting.happenings.filter(kind__in=["poll", "vote", "poll-end"])
        return {"kind": "poll", "seat": one.seat, "room_polls": fold(told(each) for each in every).as_dict()["polls"]}
    return told(one)


def role_of(ticket: Ticket) -> str:
    """What somebody is in the room now."""
    return str(seat_of(ticket).part)


def turn_page(ticket: Ticket, page: int) -> dict[str, Any]:
    """The page of the document that everybody sees; 0 ends showing it. Raises Refused: whoever shows it turns it, and conveners."""
    seat = seat_of(ticket)
    shown = fold(told(one) for one in seat.meeting.happenings.filter(kind__in=["document", "page"])).document
    if shown is None or not 0 <= page <= shown["pages"]:
        raise Refused(_("This page is not shown here."))
    if shown["seat"] != seat.key and seat.part != Part.CONVENER:
        raise Refused(_("Whoever shows the document turns its pages, or a convener."))
    return happen(ticket, "page", {"page": page})


def note_silence(ticket: Ticket, key: str, what: str) -> None:
    """A convener stopped somebody's sound or picture."""
    seat = seat_of(ticket)
    happenings.note_silence(meeting=seat.meeting, key=key, what=what, by=seat)


def admit(ticket: Ticket, key: str | None, agency: str | None) -> list[str]:
    """Lets in one, an agency, or all who wait."""
    seat = seat_of(ticket)
    return actions.decide(meeting=seat.meeting, where=Where.IN, by=seat, key=str(key or ""), agency=str(agency or ""))


def refuse(ticket: Ticket, key: str) -> list[str]:
    """Turns one away."""
    seat = seat_of(ticket)
    return actions.decide(meeting=seat.meeting, where=Where.REFUSED, by=seat, key=key) if key else []


def remove(ticket: Ticket, key: str) -> bool:
    """Puts somebody out for good."""
    seat = seat_of(ticket)
    return actions.remove(meeting=seat.meeting, key=key, by=seat)


def change_role(ticket: Ticket, key: str, role: str) -> str:
    """Changes what somebody may do."""
    seat = seat_of(ticket)
    return actions.change_part(meeting=seat.meeting, key=key, part=role, by=seat)


def lock(ticket: Ticket, on: bool) -> None:
    """Locks or opens the room."""
    seat = seat_of(ticket)
    actions.lock(meeting=seat.meeting, on=on, by=seat)


def end(ticket: Ticket) -> None:
    """Ends the meeting."""
    seat = seat_of(ticket)
    happenings.end_recording(meeting=seat.meeting, people=happenings.names_in(seat.meeting), by=seat)
    actions.end(meeting=seat.meeting, by=seat.person)


def begin_recording(ticket: Ticket) -> bool:
    """Notes that a recording begins; False when one runs already."""
    seat = seat_of(ticket)
    return happenings.begin_recording(meeting=seat.meeting, by=seat) is not None


def end_recording(ticket: Ticket) -> bool:
    """Notes that the recording ends; False when none runs."""
    seat = seat_of(ticket)
    return happenings.end_recording(meeting=seat.meeting, people=happenings.names_in(seat.meeting), by=seat)


def shared_tile(ticket: Ticket, path: str, title: str, *, government: bool) -> dict[str, str]:
    """A page of the wall to show to everybody, under an address that opens for this meeting only. '' ends it."""
    return {"path": share(ticket.code, path, government=government) if path else "", "title": title or path}


def new_name() -> str:
    """A short name for a new thing in the room."""
    return secrets.token_hex(6)


def in_seconds(seconds: int) -> str:
    """The moment so many seconds from now."""
    return (timezone.now() + timedelta(seconds=seconds)).isoformat()
