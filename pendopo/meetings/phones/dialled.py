"""What whoever telephones dials: told in invitations and on a meeting's pages."""

from django.conf import settings

from pendopo.meetings.media.nodes import takes_calls
from pendopo.meetings.models import Meeting

from .logic import PIN_DIGITS, pin_of


def pin_for(meeting: Meeting) -> str:
    """The PIN of a meeting as people read it, in two halves; '' where no telephone reaches it."""
    if meeting.elsewhere or not takes_calls(meeting.code):
        return ""
    pin = pin_of(settings.SECRET_KEY, meeting.code)
    return f"{pin[: PIN_DIGITS // 2]} {pin[PIN_DIGITS // 2 :]}"
