"""Who was there: from the lines of the room and from what the convener stated; which of those invited came; the quorum."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from pendopo.agencies.models import Holding
from pendopo.meetings.models import Attendance, Invitee, Meeting
from pendopo.meetings.planning.logic import quorum_reached


@dataclass
class Present:
    """One person who was there. Times are None and `seconds` 0 for one who was stated; `left` is None while they are there."""

    name: str
    agency: str
    part: str
    joined: datetime | None = None
    left: datetime | None = None
    seconds: float = 0.0
    person: int | None = None
    invitee: int | None = None
    stated: int | None = None

    @property
    def minutes(self) -> int:
        """How long they were there, to the nearest minute."""
        return round(self.seconds / 60)


@dataclass(frozen=True)
class Sheet:
    """The attendance of a meeting. `parties` are those invited with whether they came; `reached` is None without a quorum."""

    people: list[Present]
    parties: list[tuple[Invitee, bool]]
    came: int
    reached: bool | None

    @property
    def by_agency(self) -> list[tuple[str, list[Present]]]:
        """The people under the names of their agencies, those without one last."""
        found: dict[str, list[Present]] = {}
        for one in sorted(self.people, key=lambda one: (not one.agency, one.agency.casefold(), one.name.casefold())):
            found.setdefault(one.agency, []).append(one)
        return list(found.items())


def people_of(meeting: Meeting, now: datetime | None = None) -> list[Present]:
    """One line a person in the room, whoever came first first; stays of one person are added up."""
    moment = now or timezone.now()
    people: dict[str, Present] = {}
    for stay in Attendance.objects.filter(meeting=meeting).select_related("seat"):
        seat = stay.seat
        made = Present(seat.name, seat.agency, seat.part, stay.joined, person=seat.person_id, invitee=seat.invitee_id)
        one = people.setdefault(seat.key, made)
        is_open = stay.is_open(moment)
        end = stay.left or (moment if is_open else stay.seen)
        one.left = None if is_open else end
        one.seconds += max(0.0, (end - stay.joined).total_seconds())
    return list(people.values())


def sheet_of(meeting: Meeting) -> Sheet:
    """The whole attendance, and the quorum: how many of those invited came."""
    people = people_of(meeting)
    people += [Present(row.name, row.agency, "", stated=row.pk) for row in meeting.declared.all()]
    rows = list(meeting.invitees.filter(revoked=None).select_related("agency", "person"))
    posts = Holding.objects.current().filter(person__in=[one.person for one in people if one.person])
    homes: dict[int, set[int]] = {}
    for person, seat, agency in posts.values_list("person", "post__seat", "post__agency"):
        homes[person] = homes.get(person, set()) | {home for home in (seat, agency) if home}
    parties = [(row, any(_is_of(one, row, homes) for one in people)) for row in rows]
    came = sum(there for _row, there in parties)
    return Sheet(people, parties, came, quorum_reached(meeting.quorum, came))


def _is_of(one: Present, row: Invitee, homes: dict[int, set[int]]) -> bool:
    """Whether somebody who was there came for an invitation."""
    if row.agency:
        names = {name.casefold() for name in (row.agency.name, row.agency.short_name, row.agency.code) if name}
        return one.agency.casefold() in names or row.agency_id in homes.get(one.person or 0, set())
    if row.person_id:
        return one.person == row.person_id or (one.stated is not None and one.name.casefold() == row.name.casefold())
    return one.invitee == row.pk or (one.stated is not None and one.name.casefold() == row.name.casefold())


def lines(meeting: Meeting) -> list[dict[str, Any]]:
    """The attendance in the room as the API tells it: times in UTC."""
    return [
        {
            "name": one.name,
            "agency": one.agency,
            "role": one.part,
            "joined": _stamp(one.joined),
            "left": _stamp(one.left),
            "seconds": round(one.seconds),
        }
        for one in people_of(meeting)
    ]


def _stamp(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None
