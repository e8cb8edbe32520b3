"""Where a page looks for a figure: declared once, it finds in every installation the region that reports."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, Max, OuterRef, Q

from pendopo.regions.logic import ancestors_of, is_within

from .models import Indicator, Latest


def at_home(indicators: Iterable[Indicator], home: str) -> set[str]:
    """The codes of those that home or a region within it reports. One query."""
    there = Latest.objects.filter(series__indicator=OuterRef("pk"), at__isnull=False)
    there = there.filter(Q(series__region_id=home) | Q(series__region__code__startswith=f"{home}."))
    return set(Indicator.objects.filter(Exists(there), pk__in=[one.pk for one in indicators]).values_list("code", flat=True))


def reporting(indicators: Iterable[Indicator]) -> dict[str, list[tuple[str, datetime]]]:
    """By indicator code: which regions report it, and when last. One query."""
    codes = {indicator.pk: indicator.code for indicator in indicators}
    found: dict[str, list[tuple[str, datetime]]] = defaultdict(list)
    rows = Latest.objects.filter(series__indicator__in=list(codes), at__isnull=False)
    for pk, region, at in rows.values_list("series__indicator_id", "series__region_id").annotate(newest=Max("at")):
        found[codes[pk]].append((region, at))
    return found


def resolve(rule: str, home: str, reports: Iterable[tuple[str, datetime]]) -> str:
    """The region that is shown. `home`, `province` and a code say it; `auto` looks at who reports (region, newest time):

    home or something within it, else the nearest region above that reports itself, else the region of the same province with the newest
    report, else the one anywhere; home when nobody ever reported.
    """
    province = home.split(".", 1)[0]
    if rule == "home":
        return home
    if rule == "province":
        return province
    if rule != "auto":
        return rule
    newest = dict(sorted(reports, key=lambda pair: pair[1]))
    if any(is_within(region, home) for region in newest):
        return home
    above = [region for region in ancestors_of(home) if region in newest]
    if above:
        return above[0]
    near = [region for region in newest if is_within(region, province)]
    return (near or list(newest) or [home])[-1]
