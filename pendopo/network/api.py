"""GET /api/v1/network/…: the inventory, who is affected when something is cut, how many agencies are connected. For people with a post."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Schema
from ninja.errors import HttpError

from pendopo.agencies.access import grants_of, may_somewhere
from pendopo.agencies.models import Person
from pendopo.indicators.credentials import Refusal
from pendopo.indicators.reader import reader_of
from pendopo.regions.api import only

from .connected import connected_agencies
from .graph import lost, ways
from .models import Device, Link, Service, Site
from .reading import read_network

router = Router(tags=["network"])

PAGE = 500
MOST_DAYS = 3700
StateName = Literal["planned", "permitted", "built", "accepted", "in_service", "retired"]


class SiteOut(Schema):
    """One site. Degrees are WGS 84; `since` is the day on which it came into its state."""

    code: str
    name: str
    kind: str
    agency: str | None
    region: str
    latitude: float | None
    longitude: float | None
    state: StateName
    since: str | None


class SitePage(Schema):
    """Sites by code, and where to go on."""

    items: list[SiteOut]
    next: str | None


class PortOut(Schema):
    """One interface; `number` is its ifIndex, `speed_bps` bit/s."""

    name: str
    number: int | None
    speed_bps: int | None


class DeviceOut(Schema):
    """One device. `address` is told to engineers and administrators only."""

    code: str
    name: str
    site: str
    role: str
    address: str | None
    active: bool
    interfaces: list[PortOut]


class DevicePage(Schema):
    """Devices by code, and where to go on."""

    items: list[DeviceOut]
    next: str | None


class LinkOut(Schema):
    """One link between devices `a` and `b`; `route` is a list of [longitude, latitude]."""

    code: str
    name: str
    a: str
    b: str
    medium: str
    provider: str
    capacity_bps: int | None
    cores: int | None
    spare_cores: int | None
    length_m: int | None
    ducts: list[str]
    route: list[list[float]]
    state: StateName
    since: str | None


class LinkPage(Schema):
    """Links by code, and where to go on."""

    items: list[LinkOut]
    next: str | None


class ServiceOut(Schema):
    """One service: the devices it runs on, the agencies that use it, the indicators it feeds."""

    code: str
    name: str
    devices: list[str]
    agencies: list[str]
    indicators: list[str]


class ServicePage(Schema):
    """Services by code, and where to go on."""

    items: list[ServiceOut]
    next: str | None


class AffectedOut(Schema):
    """What is lost when the cut things fail. `agencies` lose every site, `partly` some; `services`: service → the agencies that lose it.

    `detours`: each end of a cut link that stays connected, with the links of its way.
    """

    cut: list[str]
    devices: list[str]
    sites: list[str]
    agencies: list[str]
    partly: list[str]
    services: dict[str, list[str]]
    indicators: list[str]
    detours: dict[str, list[str]]


class DayOut(Schema):
    """How many of all agencies had a site in service at the end of a day."""

    day: str
    connected: int
    expected: int


class DayPage(Schema):
    """Days in order; `next` is always null."""

    items: list[DayOut]
    next: str | None


def _person(request: HttpRequest) -> Person:
    reader = reader_of(request)
    if not isinstance(reader, Person):
        raise Refusal(401, "credential", _("The network is for people who work here: send a person's token (pdt_…)."))
    if not grants_of(reader):
        raise Refusal(403, "no-right", _("You hold no post: ask an administrator for one."))
    return reader


def _page(found: Any, cursor: str | None, item: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    if cursor:
        found = found.filter(code__gt=cursor.replace("\x00", "")[:60])
    rows = list(found.order_by("code")[: PAGE + 1])
    return {"items": [item(row) for row in rows[:PAGE]], "next": rows[PAGE - 1].code if len(rows) > PAGE else None}


def _clean(text: str) -> str:
    return text.replace("\x00", "")[:60]


@router.get("/network/sites", response=SitePage, summary="Sites of the network")
def sites(
    request: HttpRequest, state: StateName | None = None, agency: str | None = None, region: str | None = None, cursor: str | None = None
) -> dict[str, Any]:
    """By code; a region means itself and all below it."""
    only(request, "state", "agency", "region", "cursor")
    found = Site.objects.visible_to(_person(request)).select_related("agency")
    if state:
        found = found.filter(state=state)
    if agency:
        found = found.filter(agency__code=_clean(agency))
    if region:
        found = found.filter(region__code=_clean(region)) | found.filter(region__code__startswith=f"{_clean(region)}.")
    return _page(
        found,
        cursor,
        lambda one: {
            "code": one.code,
            "name": one.name,
            "kind": one.kind,
            "agency": one.agency.code if one.agency else None,
            "region": one.region_id,
            "latitude": one.latitude,
            "longitude": one.longitude,
            "state": one.state,
            "since": str(one.since) if one.since else None,
        },
    )


@router.get("/network/devices", response=DevicePage, summary="Devices of the network")
def devices(request: HttpRequest, site: str | None = None, cursor: str | None = None) -> dict[str, Any]:
    """By code, with their interfaces."""
    only(request, "site", "cursor")
    person = _person(request)
    told = may_somewhere(person, "network.change")
    found = Device.objects.visible_to(person).select_related("site").prefetch_related("interfaces")
    if site:
        found = found.filter(site__code=_clean(site))
    return _page(
        found,
        cursor,
        lambda one: {
            "code": one.code,
            "name": one.name,
            "site": one.site.code,
            "role": one.role,
            "active": one.active,
            "address": one.address if told else None,
            "interfaces": [{"name": port.name, "number": port.number, "speed_bps": port.speed_bps} for port in one.interfaces.all()],
        },
    )


@router.get("/network/links", response=LinkPage, summary="Links of the network")
def links(request: HttpRequest, state: StateName | None = None, device: str | None = None, cursor: str | None = None) -> dict[str, Any]:
    """By code; `device` narrows to the links at a device."""
    only(request, "state", "device", "cursor")
    found = Link.objects.visible_to(_person(request)).select_related("a", "b")
    if state:
        found = found.filter(state=state)
    if device:
        found = found.filter(a__code=_clean(device)) | found.filter(b__code=_clean(device))
    names = ("code", "name", "medium", "provider", "capacity_bps", "cores", "spare_cores", "length_m", "ducts", "route", "state")
    return _page(
        found,
        cursor,
        lambda one: {
            **{name: getattr(one, name) for name in names},
            "a": one.a.code,
            "b": one.b.code,
            "since": str(one.since) if one.since else None,
        },
    )


@router.get("/network/services", response=ServicePage, summary="Services over the network")
def services(request: HttpRequest, cursor: str | None = None) -> dict[str, Any]:
    """By code, with who uses them."""
    only(request, "cursor")
    found = Service.objects.visible_to(_person(request)).prefetch_related("devices", "agencies", "indicators")
    return _page(
        found,
        cursor,
        lambda one: {
            "code": one.code,
            "name": one.name,
            **{name: sorted(item.code for item in getattr(one, name).all()) for name in ("devices", "agencies", "indicators")},
        },
    )


@router.get("/network/affected", response=AffectedOut, summary="Who is affected when something is cut")
def affected(request: HttpRequest, cut: str) -> dict[str, Any]:
    """`cut`: codes of links, devices or ducts, parted by commas. Counts what is lost beyond what is not connected anyway."""
    only(request, "cut")
    _person(request)
    network, _names = read_network()
    wanted = [code.strip() for code in cut.split(",") if code.strip()]
    spans, gone = set[str](), set[str]()
    for code in wanted:
        if code in network.by_code:
            spans.add(code)
        elif code in network.sites:
            gone.add(code)
        elif in_duct := network.in_duct(code):
            spans |= in_duct
        else:
            raise HttpError(404, _("No link in service, device or duct is called “%(code)s”.") % {"code": code[:60]})
    if not wanted:
        raise HttpError(422, _("Name in “cut” what fails: codes of links, devices or ducts, parted by commas."))
    effect = lost(network, spans, gone)
    ends = {end for code in spans for end in (network.by_code[code].a, network.by_code[code].b)}
    return {
        "cut": wanted,
        **{name: sorted(getattr(effect, name)) for name in ("devices", "sites", "agencies", "partly", "indicators")},
        "services": {code: sorted(losers) for code, losers in sorted(effect.services.items())},
        "detours": ways(network, sorted(ends - gone), spans, gone),
    }


@router.get("/network/connected", response=DayPage, summary="How many agencies are connected, by date")
def connected(request: HttpRequest, since: date | None = None, until: date | None = None) -> dict[str, Any]:
    """Each day from `since` (30 days ago) to `until` (today), both included."""
    only(request, "since", "until")
    _person(request)
    last = until or timezone.localdate()
    if last.year < 1900:
        raise HttpError(422, _("“until” must be a day after 1900."))
    first = since or last - timedelta(days=30)
    if not timedelta(0) <= last - first <= timedelta(days=MOST_DAYS):
        raise HttpError(422, _("“since” must be before “until”, at most ten years."))
    told, expected = connected_agencies([first + timedelta(days=n) for n in range((last - first).days + 1)])
    return {"items": [{"day": str(day), "connected": count, "expected": expected} for day, count in told], "next": None}
