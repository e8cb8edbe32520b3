"""A report comes in: it gets its number, its clocks, and the agency that answers."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.agencies.actions import Refused
from pendopo.agencies.holidays import holidays
from pendopo.agencies.models import Agency
from pendopo.agencies.models import Kind as AgencyKind
from pendopo.audit.actions import record
from pendopo.regions.logic import ancestors_of
from pendopo.regions.models import Region

from .. import logic
from ..keys import new_number
from ..models import ByPlace, Category, Channel, Kind, Report, Step

LEAST_LETTERS = 10
OFFICES = {ByPlace.DISTRICT.value: AgencyKind.DISTRICT, ByPlace.VILLAGE.value: AgencyKind.VILLAGE}


def agency_for(category: Category, region: Region) -> Agency | None:
    """Who answers a category at a place: the office of the place, the chosen agency, or the first of the usual ones that exists."""
    if category.by_place:
        places = [region.code, *ancestors_of(region.code)]
        offices = Agency.objects.filter(kind=OFFICES[category.by_place], region__in=places, active=True)
        found = sorted(offices, key=lambda office: len(office.region_id or ""), reverse=True)
        if found:
            return found[0]
    if category.agency is not None:
        return category.agency
    known = {agency.code: agency for agency in Agency.objects.filter(code__in=category.handlers, active=True)}
    return next((known[code] for code in category.handlers if code in known), None)


def limit(start: datetime, days: int | None) -> datetime | None:
    """The end of so many working days; None without a limit."""
    return None if days is None else logic.deadline(start, days, holidays(), ZoneInfo(settings.TIME_ZONE))


@transaction.atomic
def submit(
    *,
    category: Category,
    text: str,
    region: Region,
    title: str = "",
    place: str = "",
    point: tuple[Decimal, Decimal] | None = None,
    photo: bytes = b"",
    name: str = "",
    phone: str = "",
    email: str = "",
    anonymous: bool = False,
    confidential: bool = False,
    held: bool = False,
    channel: str = Channel.WEB,
    outside_id: str = "",
    classification: str = "",
    created: datetime | None = None,
) -> Report:
    """A new report. The same one sent twice (`outside_id` of its channel) is the one that there is. Refused: a text that says nothing.

    `photo` is a WebP that was written anew (`ui.pictures`): no metadata comes this far. The book keeps no words of the reporter.
    """
    if len(text.strip()) < LEAST_LETTERS:
        raise Refused(_("Say in a sentence what is wrong and where, so that somebody can go and look."))
    if outside_id and (known := Report.objects.filter(channel=channel, outside_id=outside_id).first()):
        return known
    now = created or timezone.now()
    kind = classification or category.classification
    report = Report(
        number=new_number(),
        channel=channel,
        outside_id=outside_id,
        category=category,
        classification=kind,
        title=(title.strip() or logic.title_of(text))[:200],
        text=text.strip()[:4000],
        region=region,
        place=place.strip()[:200],
        name="" if anonymous else name.strip()[:120],
        phone="" if anonymous else phone.strip()[:40],
        email=email,
        anonymous=anonymous,
        confidential=confidential,
        held=held,
        agency=agency_for(category, region),
        created=now,
        touched=now,
        verify_by=limit(now, logic.VERIFY_DAYS),
        complete_by=limit(now, category.days_to_complete(kind)),
    )
    if point is not None:
        report.latitude, report.longitude = point
    if photo:
        report.photo.save(f"{report.number}.webp", ContentFile(photo), save=False)
    report.save()
    Step.objects.create(report=report, kind=Kind.RECEIVED, at=now)
    record(by=None, room="reports", verb="submit", about=report.get_absolute_url(), after=_facts(report), region=region.pk)
    return report


def _facts(report: Report) -> dict[str, Any]:
    """What the book holds of a new report: no words of the reporter."""
    return {
        "category": report.category.code,
        "region": report.region_id,
        "channel": report.channel,
        "confidential": report.confidential,
        "held": report.held,
        "agency": report.agency.code if report.agency else "",
    }
