"""Landmarks: names by which people say where they are."""

from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.audit.actions import record as note
from pendopo.regions.models import Region

from ..models import Landmark


@transaction.atomic
def keep_landmark(
    *,
    name: str,
    region: Region,
    by: Person | None,
    landmark: Landmark | None = None,
    latitude: Decimal | None = None,
    longitude: Decimal | None = None,
) -> Landmark:
    """A landmark, new or changed. Without `landmark`, the same name in the same village is the same one."""
    if not name.strip():
        raise Refused(_("Write the name that people use."))
    named = Landmark.objects.select_for_update(of=("self",)).filter(name__iexact=name.strip()[:120], region=region)
    if landmark is not None:
        if named.exclude(pk=landmark.pk).exists():
            raise Refused(_("This landmark is known here already."))
        kept = Landmark.objects.select_for_update(of=("self",)).get(pk=landmark.pk)
    else:
        kept = named.first() or Landmark()
    new = kept.pk is None
    kept.name, kept.region, kept.latitude, kept.longitude = name.strip()[:120], region, latitude, longitude
    kept.save()
    note(
        by=by,
        room="incidents",
        verb="keep_landmark",
        about=kept.get_absolute_url(),
        after={"name": kept.name, "new": new},
        region=region.pk,
    )
    return kept
