"""The situation room in one click: a meeting about an incident with who leads, who is on duty, and the agencies that take part."""

from datetime import datetime

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pendopo.agencies.access import require
from pendopo.agencies.models import Person
from pendopo.agencies.requests import PersonRequest
from pendopo.incidents.cases import actions as cases
from pendopo.incidents.cases.models import EntryKind, Incident
from pendopo.incidents.roster.models import Shift
from pendopo.incidents.roster.reading import needed
from pendopo.meetings.actions import open_about
from pendopo.meetings.models import Invitee, Meeting
from pendopo.meetings.planning.actions import call_in
from pendopo.regions.logic import is_within
from pendopo.ui.door import opens


def people_for(incident: Incident, now: datetime) -> list[Person]:
    """Who is called into the room: who leads, and who is on duty now in a roster of the whole house or of a region that it touches."""
    places = {incident.region_id, *incident.regions.values_list("pk", flat=True)}
    rosters = [one for one in needed(now) if one.region_id is None or any(_touch(one.region_id, place) for place in places)]
    on_duty = [shift.person for shift in Shift.objects.on_duty(now).filter(roster__in=rosters)]
    return list(dict.fromkeys([*([incident.lead] if incident.lead else []), *on_duty]))


def _touch(one: str, other: str) -> bool:
    return is_within(one, other) or is_within(other, one)


@transaction.atomic
def room_for(incident: Incident, by: Person) -> Meeting:
    """The room that there is, or a new one, with everybody in it who is newly named called to join now; the timeline says so. Two who
    click at once come into the same room, and nobody is called twice."""
    Incident.objects.select_for_update().get(pk=incident.pk)
    now = timezone.now()
    about = incident.get_absolute_url()
    known = set(Invitee.objects.filter(meeting__about=about).values_list("pk", flat=True))
    mark = "LATIHAN: " if incident.exercise else ""
    meeting, is_new = open_about(
        about=about,
        subject=f"{mark}{incident.title}"[:200],
        by=by,
        agencies=list(incident.agencies.all()),
        people=people_for(incident, now),
    )
    call_in(meeting=meeting, known=known, by=by)
    if is_new:
        text = _("Situation room: %(subject)s") % {"subject": meeting.subject}
        cases.note(incident=incident, kind=EntryKind.MEETING, text=text, by=by, link=meeting.get_absolute_url())
    return meeting


@require_POST
@opens("desk.work")
def open_room(request: PersonRequest, pk: int) -> HttpResponse:
    """One click: into the room about this incident."""
    found = Incident.objects.visible_to(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404
    require(request.user, "incidents.handle", found)
    if not found.is_active:
        messages.error(request, _("The incident is over: plan an ordinary meeting for its review."))
        return redirect(found)
    return redirect(room_for(found, request.user))
