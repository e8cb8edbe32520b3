"""How many agencies are connected: from the steps by which sites came into service."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from django.db.models import Q

from pendopo.agencies.models import Agency, Kind

from .logic import connected_by
from .models import Site, Step

# Who is to be connected: the government's own agencies and district offices, and whoever has a site.
EXPECTED = (Kind.OPD, Kind.DISTRICT)


def connected_agencies(days: Sequence[date]) -> tuple[list[tuple[date, int]], int]:
    """For each day how many agencies had a site in service, and how many are to be connected. Three queries."""
    of_agency = dict(Site.objects.exclude(agency=None).values_list("pk", "agency_id"))
    steps: dict[int, list[tuple[date, str]]] = defaultdict(list)
    for site, on, state in Step.objects.filter(site__in=of_agency).order_by("id").values_list("site_id", "on", "state"):
        steps[site].append((on, state))
    top = Agency.objects.filter(active=True, kind__in=EXPECTED).filter(Q(kind=Kind.DISTRICT) | Q(parent=None)).values_list("pk", flat=True)
    return connected_by(steps, of_agency, days), len({*top, *of_agency.values()})
