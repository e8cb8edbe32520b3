"""Capacity and availability: who uses the lines, when they are full, and what was reached within working hours."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pendopo.agencies.access import may_somewhere
from pendopo.agencies.holidays import working_calendar
from pendopo.agencies.requests import PersonRequest
from pendopo.regions.logic import is_within
from pendopo.ui import charts
from pendopo.ui.door import opens
from pendopo.ui.lists import Column, Listing
from pendopo.ui.templatetags.house import moment, number

from ..flows.actions import Share, talkers
from ..logic import speed_text
from ..measures import FULL, Availability, Stretch, availability, cut_out
from ..models import Device, Medium
from ..usage import Load, full_day, links_in_service, loads, planned_work, presence_of, shares

DAY, MONTH = timedelta(days=1), timedelta(days=30)
SHOWN_SHARES = 12
PERIODS = {"1": 1, "7": 7, "30": 30}


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


@dataclass(frozen=True)
class Uplink:
    """An uplink as the page shows it."""

    name: str
    chart: charts.Chart | None
    separate: str
    combined: str
    used: str
    full: object


def _uplink(load: Load, now: datetime) -> Uplink:
    limit = float(load.link.capacity_bps or 0) / 1e6
    lines = [[(at, value / 1e6) for at, value in points] for points in (load.inward, load.outward)]
    chart = charts.chart(
        lines,
        since=now - timedelta(days=14),
        until=now,
        every_s=300,
        thresholds=[(FULL * limit, percent(FULL, 0), "attention")],
        zone=ZoneInfo(settings.TIME_ZONE),
        language=get_language() or "id",
    )
    both = load.percentiles
    return Uplink(load.link.name, chart, traffic(both.separate), traffic(both.combined), percent(load.share_95), full_day(load))


@dataclass(frozen=True)
class Row:
    """A device's availability."""

    device: Device
    found: Availability


@opens("network.see")
def reached(request: PersonRequest) -> HttpResponse:
    """Availability of every device within working hours, without planned work, with what was not measured."""
    now = timezone.now()
    days = PERIODS.get(request.GET.get("days", ""), 7)
    since = now - timedelta(days=days)
    working, work = working_calendar().within(since, now), planned_work(since, now)
    stretches: dict[str, list[Stretch]] = presence_of(since, now)
    rows = []
    for device in Device.objects.visible_to(request.user).filter(active=True, code__in=stretches).select_related("site__agency"):
        holes = [interval for _name, region, interval in work if is_within(device.site.region_id, region)]
        rows.append(Row(device, availability(stretches[device.code], cut_out(working, holes))))
    rows.sort(key=lambda row: (row.found.share if row.found.share is not None else 2, row.device.name))
    listing = Listing(
        request,
        title=_("Availability"),
        lead=_("Reached ÷ (reached + not reached) within working hours (Monday to Friday, 07.30-16.00). Planned work is left out; what was "
               "not measured counts as neither and is told."),
        queryset=rows,  # type: ignore[arg-type]
        columns=[
            Column("code", _("Code"), lambda r: r.device.code, csv_only=True),
            Column("device", _("Device"), lambda r: r.device.name, url=lambda r: r.device.get_absolute_url()),
            Column("agency", _("Agency"), lambda r: r.device.site.agency.label if r.device.site.agency else "–"),
            Column("share", _("Availability"), lambda r: percent(r.found.share, 3), numeric=True, csv_value=lambda r: r.found.share),
            Column("lost", _("Not reached"), lambda r: minutes(r.found.lost_s), numeric=True, csv_value=lambda r: r.found.lost_s),
            Column("outages", _("Outages"), lambda r: len(r.found.outages), numeric=True),
            Column("unknown", _("Not measured"), lambda r: minutes(r.found.unknown_s), numeric=True, csv_value=lambda r: r.found.unknown_s),
        ],
        csv_name="availability",
        key=lambda r: r.device.code,
        per_page=500,
        empty_title=_("Nothing was measured yet"),
        empty_text=_("Presence is told each minute once a collector runs."),
    )  # fmt: skip
    if listing.wants_csv:
        return listing.csv()
    context = {
        "listing": listing,
        "days": days,
        "periods": sorted(PERIODS.values()),
        "total": percent(_together([row.found for row in rows]), 3),
        "work": [(name, moment(interval[0]), moment(interval[1])) for name, _region, interval in work],
    }
    return render(request, "network/availability.html", context)


def _together(found: list[Availability]) -> float | None:
    known = sum(one.reached_s + one.lost_s for one in found)
    return sum(one.reached_s for one in found) / known if known else None


def minutes(seconds: float) -> str:
    """Seconds as minutes or hours in words."""
    return f"{number(seconds / 3600, 1)} {_('h')}" if seconds >= 7200 else f"{number(seconds / 60)} {_('min')}"
