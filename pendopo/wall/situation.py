"""The situation room in one click: a meeting about an incident with who leads, who is on duty, and the agencies that take part."""

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
from pendopo.meetings.actions import open_about
from pendopo.meetings.models import Meeting
from pendopo.ui.door import opens


def people_for(incident: Incident) -> list[Person]:
    """Who is called into the room: who leads, and who is on duty now."""
    on_duty = [shift.person for shift in Shift.objects.on_duty(timezone.now())]
    return list(dict.fromkeys([*([incident.lead] if incident.lead else []), *on_duty]))


@transaction.atomic
def room_for(incident: Incident, by: Person) -> Meeting:
    """The room that there is, or a new one; the timeline says so. Two who click at once come into the same room."""
    mark = "LATIHAN: " if incident.exercise else ""
    meeting, is_new = open_about(
        about=incident.get_absolute_url(),
        subject=f"{mark}{incident.title}"[:200],
        by=by,
        agencies=list(incident.agencies.all()),
        people=people_for(incident),
    )
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
