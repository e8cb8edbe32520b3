"""Letters to those who registered for an event: it does not take place, or at another time or place."""

from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext_noop

from pendopo.agencies.models import Person
from pendopo.notify.actions import Outsider, write
from pendopo.ui.words import moment_text

from .models import Event

SUBJECTS = {
    "cancelled": gettext_noop("Cancelled: %(what)s"),
    "moved": gettext_noop("%(what)s: another time or place"),
}


def tell(event: Event, happened: str, by: Person | None, why: str = "") -> None:
    """Tells everybody who registered; within the transaction of the deed."""
    zone = ZoneInfo(event.place.zone if event.place else settings.TIME_ZONE)
    write(
        to=[Outsider(row.email, row.name) for row in event.registrations.all()],
        kind="event",
        subject_template=SUBJECTS[happened],
        context={
            "what": event.name,
            "place": event.place.name if event.place else "",
            "when": moment_text(event.start, zone, settings.LANGUAGE_CODE),
            "why": why,
        },
        about=event.get_absolute_url(),
        by=by,
    )
