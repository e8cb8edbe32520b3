"""Who may see and who may change a plan: asked by every page of planning and papers."""

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from pendopo.agencies.access import User, may
from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.meetings.actions import digest_of
from pendopo.meetings.models import Invitee, Meeting, Part, agencies_of


def find(user: User, code: str) -> Meeting:
    """The meeting, if the user may see it. Raises Http404."""
    seen = Meeting.objects.visible_to(user).select_related("convener", "series")
    meeting = seen.filter(code=code).first()
    if meeting is None:
        raise Http404
    return meeting


def may_manage(user: User, meeting: Meeting) -> bool:
    """Its conveners, and whoever convenes for the whole house."""
    return meeting.part_of(user) == Part.CONVENER or may(user, "meetings.convene")


def managed(user: User, code: str) -> Meeting:
    """The meeting, if the user may change it. Raises Http404 or Refused."""
    meeting = find(user, code)
    if not may_manage(user, meeting):
        raise Refused(_("Only the convener changes a meeting: ask them."))
    return meeting


def own_invitations(person: Person, meeting: Meeting) -> list[Invitee]:
    """For whom the person may answer: themselves, and the agencies of their posts."""
    rows = meeting.invitees.filter(revoked=None).select_related("agency", "person")
    agencies = agencies_of(person)
    return [row for row in rows if row.person_id == person.pk or (row.agency_id and row.agency_id in agencies)]


def words(request: HttpRequest, name: str) -> str:
    """What a small form without a class says: without NUL, which no database keeps."""
    return request.POST.get(name, "").replace("\x00", "")


def guest_of(code: str, token: str) -> Invitee | None:
    """The guest behind a personal link that is still good."""
    if not token:
        return None
    found = (
        Invitee.objects.select_related("meeting__convener", "meeting__series").filter(meeting__code=code, digest=digest_of(token)).first()
    )
    return found if found and found.is_good else None
