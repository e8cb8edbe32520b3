"""Two incidents that are one, and one that is two."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.audit.actions import record
from pendopo.regions.models import Region

from ..models import Cause, EntryKind, Incident, State, common_region
from .changing import held
from .opening import open_incident
from .timeline import add_line


@transaction.atomic
def merge(*, incident: Incident, into: Incident, by: Person) -> Incident:
    """`incident` becomes part of `into`: its alerts, regions and agencies go over, its timeline is read there too; itself stays readable.

    The clocks of the one that stays become the earlier of both. Refused: into itself, or a drill with what is real.
    """
    if incident.pk == into.pk:
        raise Refused(_("An incident cannot become part of itself: choose another."))
    list(Incident.objects.select_for_update(of=("self",)).filter(pk__in=[incident.pk, into.pk]).order_by("pk"))
    gone, kept = held(incident), held(into)
    if gone.exercise != kept.exercise:
        raise Refused(_("A drill and a real incident stay apart."))
    Incident.objects.filter(merged_into=gone).update(merged_into=kept)
    Cause.objects.filter(incident=gone).update(incident=kept)
    kept.regions.add(*gone.regions.all())
    kept.agencies.add(*gone.agencies.all())
    kept.region_id = common_region(sorted(kept.regions.values_list("pk", flat=True)), kept.region_id)
    for clock in ("began", "detected", "acknowledged", "first_action"):
        both = [at for at in (getattr(gone, clock), getattr(kept, clock)) if at is not None]
        setattr(kept, clock, min(both) if both else None)
    kept.save(update_fields=["region", "began", "detected", "acknowledged", "first_action"])
    Incident.objects.filter(pk=gone.pk).update(state=State.MERGED, merged_into=kept, touched=timezone.now())
    words = {"title": gone.title, "other": kept.title}
    add_line(gone, EntryKind.JOINED, _("Became part of “%(other)s”") % words, by=by, link=kept.get_absolute_url())
    add_line(kept, EntryKind.JOINED, _("Took in “%(title)s”") % words, by=by, link=gone.get_absolute_url())
    record(
        by=by,
        room="incidents",
        verb="merge",
        about=kept.get_absolute_url(),
        after={"merged": gone.get_absolute_url()},
        region=kept.region_id,
    )
    return kept


@transaction.atomic
def split(*, incident: Incident, title: str, regions: Sequence[Region], by: Person, causes: Sequence[Cause] = ()) -> Incident:
    """A part of it goes on as an incident of its own, with these regions and alerts; both timelines say so."""
    kept = held(incident)
    made = open_incident(
        title=title,
        by=by,
        severity=kept.severity,
        regions=regions,
        agencies=list(kept.agencies.all()),
        lead=None,
        procedure=kept.procedure,
        began=kept.began,
        detected=kept.detected,
        exercise=kept.exercise,
        split_from=kept,
    )
    Cause.objects.filter(incident=kept, pk__in=[cause.pk for cause in causes]).update(incident=made)
    rest = [place for place in kept.regions.all() if place not in set(regions)]
    if rest:
        kept.regions.set(rest)
        Incident.objects.filter(pk=kept.pk).update(region=common_region([place.pk for place in rest], kept.region_id))
    words = {"title": kept.title, "other": made.title}
    add_line(kept, EntryKind.JOINED, _("“%(other)s” goes on by itself") % words, by=by, link=made.get_absolute_url())
    add_line(made, EntryKind.JOINED, _("Was part of “%(title)s”") % words, by=by, link=kept.get_absolute_url())
    record(
        by=by, room="incidents", verb="split", about=kept.get_absolute_url(), after={"new": made.get_absolute_url()}, region=kept.region_id
    )
    return made
