"""Verbs of series: book every day that can be had, give back the rest."""

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.audit.actions import record
from pendopo.coworking.places.models import Resource
from pendopo.ui.telling import told

from .. import logic, search
from ..models import Booking, Series
from ..reckoning import overrules, reckon
from .booking import Unavailable, Wish, instead, lock, refusal, write
from .standing import cancel


@transaction.atomic
def book_series(
    *, wish: Wish, rule: str, until: date, by: Person, skip: Collection[date] = (), now: datetime | None = None
) -> tuple[Series, list[Booking]]:
    """Books every day of the rule that can be had, at the same time of day; why the others cannot stands in `skipped` of the series.

    Raises Unavailable when not one of them can be had.
    """
    moment = now or timezone.now()
    zone = search.zone_of(wish.resource.place)
    begin, length = wish.start.astimezone(zone), wish.end - wish.start
    days = [day for day in logic.repeats(rule, begin.date(), until) if day not in skip]
    if not days:
        raise Refused(_("No day is left of this series: choose a later end."))
    resource = Resource.objects.select_for_update(of=("self",), no_key=True).select_related("place").get(pk=wish.resource.pk)
    lock(by)
    free = overrules(by, resource)
    series = Series.objects.create(resource=resource, by=by, rule=rule, until=days[-1], made=moment)
    made: list[Booking] = []
    for day in days:
        start = datetime.combine(day, begin.time(), zone)
        one = Wish(resource, start, start + length, wish.title, wish.people, series)
        why = refusal(one, None if free else reckon(by, start, moment), moment)
        if why is None:
            made.append(write(one, by, moment, pending=resource.approval and not free))
        else:
            series.skipped[day.isoformat()] = told(why)
    if not made:
        raise Unavailable(why or search.TAKEN, instead(wish, None if free else reckon(by, wish.start, moment), moment))
    series.save(update_fields=["skipped"])
    record(
        by=by,
        room="coworking",
        verb="book_series",
        about=made[0].get_absolute_url(),
        after={"series": series.pk, "rule": rule, "until": until.isoformat(), "made": len(made), "skipped": sorted(series.skipped)},
    )
    return series, made


@transaction.atomic
def cancel_series(*, series: Series, by: Person, now: datetime | None = None) -> int:
    """Gives back everything of a series that has not begun; answers how many. Asked twice, nothing more happens."""
    moment = now or timezone.now()
    coming = series.bookings.active().filter(start__gt=moment).select_related("resource__place", "by")
    count = sum(cancel(booking=booking, by=by, now=moment) for booking in coming)
    if Series.objects.filter(pk=series.pk, cancelled=None).update(cancelled=moment):
        record(
            by=by,
            room="coworking",
            verb="cancel_series",
            about=series.resource.get_absolute_url(),
            after={"series": series.pk, "bookings": count},
        )
    return count
