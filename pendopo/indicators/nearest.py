"""Where a page looks for a figure: declared once, it finds in every installation the region that reports."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from pendopo.regions.logic import ancestors_of, is_within

from .models import Indicator, Latest


def reporting(indicators: Iterable[Indicator]) -> dict[str, list[tuple[str, datetime]]]:
    """By indicator code: which regions report it, and when last. One query."""
    found: dict[str, list[tuple[str, datetime]]] = defaultdict(list)
    rows = Latest.objects.filter(series__indicator__in=list(indicators), at__isnull=False)
    for code, region, at in rows.values_list("series__indicator__code", "series__region_id", "at"):
        if at is not None:
            found[code].append((region, at))
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
