"""The verb that turns deeds into notices: `tell_deeds` follows the book of deeds, each entry exactly once."""

from django.db import transaction
from django.db.models import Q

from pendopo.agencies.keepers import keepers_of
from pendopo.audit.models import Entry

from ..deeds import DEEDS
from ..models import FollowPosition
from .sending import send


@transaction.atomic
def tell_deeds(*, limit: int = 5000) -> int:
    """Tells of the next sealed deeds those who answer for them; returns how many notices were written.

    How far the book was followed is kept in the same transaction: nothing is told twice, whatever crashes. The first call begins at
    the end of the book: what happened before is no news.
    """
    FollowPosition.objects.get_or_create(pk=1, defaults={"seq": Entry.objects.head()[0]})
    position = FollowPosition.objects.select_for_update().get(pk=1)
    newest = min(Entry.objects.head()[0], position.seq + limit)
    if newest <= position.seq:
        return 0
    wanted = Q()
    for room, verb in DEEDS:
        wanted |= Q(room=room, verb=verb)
    told = 0
    for entry in Entry.objects.filter(wanted, seq__gt=position.seq, seq__lte=newest, after__tell=True).order_by("seq"):
        deed = DEEDS[(entry.room, entry.verb)]
        notice = send(
            to=keepers_of(entry.after["agency"]),
            kind=deed.kind,
            subject_template=deed.subject,
            context=deed.context(entry.after),
            about=entry.about,
            key=f"deed {entry.seq}",
        )
        told += notice is not None
    position.seq = newest
    position.save()
    return told
