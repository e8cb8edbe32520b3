"""Capacity: who uses the lines, and when they are full."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pendopo.agencies.access import may_somewhere
from pendopo.agencies.requests import PersonRequest
from pendopo.ui import charts
from pendopo.ui.door import opens
from pendopo.ui.lists import Column, Listing
from pendopo.ui.templatetags.house import number

from ..flows.actions import Share, talkers
from ..logic import speed_text
from ..measures import FULL
from ..models import Link, Medium
from ..usage import Load, Points, fine_load, full_day, links_in_service, loads, shares

DAY, MONTH = timedelta(days=1), timedelta(days=30)
SHOWN_SHARES = 12
FINE_HOURS = ("1", "6", "48")
# A round that came a little late is no gap.
EVERY_S, FINE_GAP_S = 300.0, 20.0
LINK_ENDS = [f"{end}{of}" for end in "ab" for of in ("__site", "_interface__device__site")]


def percent(share: float | None, decimals: int = 1) -> str:
    """A share in words; a dash for none."""
    return "–" if share is None else f"{number(100 * share, decimals)} %"


def traffic(bits: float | None) -> str:
    """bit/s as Mbit/s; a dash for none."""
    return "–" if bits is None else f"{number(bits / 1e6, 1)} Mbit/s"


@opens("network.see")
def capacity(request: PersonRequest) -> HttpResponse:
    """Every link's load of a day, the uplinks with a month and the day on which they are full, and who uses it."""
    now = timezone.now()
    links = links_in_service()
    found = sorted(loads(links, now - DAY, now), key=lambda one: -(one.share_95 or 0))
    listing = Listing(
        request,
        title=_("Capacity"),
        lead=_("How much of each link is used: the last 24 hours, means of five minutes."),
        queryset=found,  # type: ignore[arg-type]
        columns=[
            Column("code", _("Code"), lambda r: r.link.code, csv_only=True),
            Column("name", _("Link"), lambda r: r.link.name, url=lambda r: r.link.get_absolute_url()),
            Column(
                "capacity", _("Capacity"), lambda r: speed_text(r.link.capacity_bps), numeric=True, csv_value=lambda r: r.link.capacity_bps
            ),
            Column("now", _("Now"), lambda r: traffic(r.now), numeric=True, csv_value=lambda r: r.now),
            Column("share", _("Used now"), lambda r: percent(r.share_now, 0), numeric=True, csv_value=lambda r: r.share_now),
            Column(
                "p95",
                _("95th percentile"),
                lambda r: traffic(r.percentiles.combined),
                numeric=True,
                csv_value=lambda r: r.percentiles.combined,
            ),
            Column("p95_separate", _("each direction"), lambda r: r.percentiles.separate, csv_only=True),
            Column("room", _("Room left"), lambda r: traffic(r.headroom), numeric=True, csv_value=lambda r: r.headroom),
            Column("share_95", _("Used (95th)"), lambda r: percent(r.share_95, 0), numeric=True, csv_value=lambda r: r.share_95),
        ],
        csv_name="capacity",
        key=lambda r: r.link.code,
        per_page=200,
        empty_title=_("No traffic yet"),
        empty_text=_("Traffic is read from interfaces with a number (ifIndex) once a collector runs."),
    )
    if listing.wants_csv:
        return listing.csv()
    uplinks = loads([link for link in links if link.medium == Medium.PROVIDER], now - MONTH, now)
    context = {
        "listing": listing,
        "uplinks": [_uplink(one, now) for one in uplinks],
        "shares": [(name, percent(share), round(100 * share, 2)) for name, share in shares(found)[:SHOWN_SHARES]],
    }
    agencies, addresses = talkers(now - DAY, now)
    context |= {"talking": [_told(agencies)] + ([_told(addresses)] if may_somewhere(request.user, "network.change") else [])}
    return render(request, "network/capacity.html", context)


def _told(shares: list[Share]) -> list[tuple[str, str, str, float]]:
    """Who, sent, received in gigabytes, and the share of the greatest in percent."""
    greatest = max((share.octets for share in shares), default=0) or 1
    return [(one.who, f"{number(one.sent / 1e9, 2)}", f"{number(one.received / 1e9, 2)}", 100 * one.octets / greatest) for one in shares]


@require_safe
@opens("network.see")
def uplink(request: PersonRequest, code: str) -> HttpResponse:
    """One uplink every ten seconds: the last hour, six hours or two days; as CSV with `format=csv`."""
    link = get_object_or_404(Link.objects.visible_to(request.user).select_related(*LINK_ENDS), code=code)
    now = timezone.now()
    hours = int(request.GET["hours"]) if request.GET.get("hours") in FINE_HOURS else 1
    lines = fine_load(link, now - timedelta(hours=hours), now)
    if request.GET.get("format") == "csv":
        return _fine_csv(link, lines)
    peaks = [max((value for _at, value in points), default=None) for points in lines]
    context = {
        "link": link,
        "hours": hours,
        "choices": [int(one) for one in FINE_HOURS],
        "chart": traffic_chart(link, lines, now - timedelta(hours=hours), now, FINE_GAP_S),
        "facts": [
            (_("Samples"), number(sum(map(len, lines)))),
            (_("Highest inward"), traffic(peaks[0])),
            (_("Highest outward"), traffic(peaks[1])),
            (_("Capacity"), speed_text(link.capacity_bps) or "–"),
        ],
    }
    return render(request, "network/uplink.html", context)


def _fine_csv(link: Link, lines: Sequence[Points]) -> HttpResponse:
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{link.code}.csv"'
    writer = csv.writer(answer)
    writer.writerow(["at", "direction", "bit_s"])
    for name, points in zip(("in", "out"), lines, strict=True):
        writer.writerows((at.astimezone(UTC).isoformat(), name, value) for at, value in points)
    return answer


def traffic_chart(link: Link, lines: Sequence[Points], since: datetime, until: datetime, every_s: float) -> charts.Chart | None:
    """Traffic inward and outward in Mbit/s, with a mark at four fifths of the capacity; None without points."""
    limit = float(link.capacity_bps or 0) / 1e6
    return charts.chart(
        [[(at, value / 1e6) for at, value in points] for points in lines],
        since=since,
        until=until,
        every_s=every_s,
        thresholds=[(FULL * limit, percent(FULL, 0), "attention")] if limit else [],
        zone=ZoneInfo(settings.TIME_ZONE),
        language=get_language() or "id",
    )


@dataclass(frozen=True)
class Uplink:
    """An uplink as the page shows it."""

    code: str
    name: str
    chart: charts.Chart | None
    separate: str
    combined: str
    used: str
    full: object


def _uplink(load: Load, now: datetime) -> Uplink:
    chart = traffic_chart(load.link, (load.inward, load.outward), now - timedelta(days=14), now, EVERY_S)
    both = load.percentiles
    return Uplink(
        load.link.code, load.link.name, chart, traffic(both.separate), traffic(both.combined), percent(load.share_95), full_day(load)
    )
