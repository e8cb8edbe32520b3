"""Verbs of fair shares: keep one, drop one."""

from django.db import transaction
from django.urls import reverse

from pendopo.agencies.models import Person
from pendopo.audit.actions import record
from pendopo.coworking.places.models import Place

from ..models import FairShare


@transaction.atomic
def set_share(*, place: Place | None, kind: str, group: str, percent: int, hours: int, by: Person) -> FairShare:
    """Keeps a share of the things of a kind, at a place or everywhere; the same kind and group there again changes it."""
    made, new = FairShare.objects.select_for_update(of=("self",)).get_or_create(
        place=place, kind=kind, group=group, defaults={"percent": percent, "hours": hours}
    )
    before = {} if new else {"percent": made.percent, "hours": made.hours}
    made.percent, made.hours = percent, hours
    made.full_clean()
    made.save()
    after = {"place": place.code if place else "", "kind": kind, "group": group, "percent": percent, "hours": hours}
    region = place.region_id or "" if place else ""
    record(by=by, room="coworking", verb="set_share", about=reverse("coworking:shares"), before=before, after=after, region=region)
    return made


@transaction.atomic
def drop_share(*, share: FairShare, by: Person) -> None:
    """Nothing is kept for this group there any more; bookings stay as they are."""
    before = {"place": share.place.code if share.place else "", "kind": share.kind, "group": share.group, "percent": share.percent}
    record(by=by, room="coworking", verb="drop_share", about=reverse("coworking:shares"), before=before, after={})
    FairShare.objects.filter(pk=share.pk).delete()
