"""Notices about bookings: one kind, a subject for each thing that can happen."""

from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext_noop

from pendopo.agencies.models import Person
from pendopo.notify.actions import send
from pendopo.ui.words import moment_text

from .models import Booking

SUBJECTS = {
    "approved": gettext_noop("Your booking of %(what)s is approved"),
    "refused": gettext_noop("Your booking of %(what)s was refused"),
    "released": gettext_noop("Your booking of %(what)s was released: nobody came"),
    "moved_up": gettext_noop("%(what)s became free: it is yours now"),
    "closed": gettext_noop("Your booking of %(what)s is cancelled: the place is closed then"),
}


def tell(booking: Booking, happened: str, by: Person | None) -> None:
    """Tells whoever booked what happened; within the transaction of the deed."""
    zone = ZoneInfo(booking.resource.place.zone)
    send(
        to=[booking.by],
        kind="booking",
        subject_template=SUBJECTS[happened],
        context={
            "what": booking.resource.name,
            "place": booking.resource.place.name,
            "when": moment_text(booking.start, zone, settings.LANGUAGE_CODE),
            "why": booking.why,
        },
        about=booking.get_absolute_url(),
        key=f"booking {booking.pk} {happened}",
        by=by,
    )
