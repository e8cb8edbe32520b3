"""Reads when everything was reached between two moments, and what is left out of that."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pendopo.agencies.models import Agency, Person
from pendopo.regions.logic import is_within

from ..graph import lost
from ..measures import Availability, Interval, Stretch, availability, cut_out
from ..models import Device, Dispute, Link, Site, State, Verdict
from ..reading import read_network
from ..usage import lines_of, planned_work, presence_of
from .logic import Track, any_of, of_link, outside

Thing = Agency | Site | Link | Device


@dataclass(frozen=True)
class Work:
    """Planned work that is left out."""

    name: str
    begin: datetime
    end: datetime


@dataclass(frozen=True)
class Reached:
    """When one thing was reached, what is left out of that and why, and at which devices it was measured by how many samples."""

    thing: Thing
    track: Track
    plain: Track
    measured: tuple[tuple[str, int], ...]
    work: frozenset[Work] = frozenset()
    disputes: frozenset[Dispute] = frozenset()

    def within(self, counted: Sequence[Interval]) -> Availability:
        """Its availability, without what is left out."""
        return availability(self.track.known, cut_out(counted, self.track.left_out))

    def everything(self, counted: Sequence[Interval]) -> Availability:
        """Its availability when nothing is left out."""
        return availability(self.plain.known, counted)

    def left_out_s(self, counted: Sequence[Interval]) -> float:
        """Seconds of what counts that are left out."""
        return outside(counted, self.track.left_out)

    @property
    def samples(self) -> int:
        """How many samples it was measured by."""
        return sum(count for _device, count in self.measured)


@dataclass
class Picture:
    """Everything by code. Sites and links in service; agencies with such a site; devices that were ever heard."""

    agencies: dict[str, Reached] = field(default_factory=dict)
    sites: dict[str, Reached] = field(default_factory=dict)
    links: dict[str, Reached] = field(default_factory=dict)
    devices: dict[str, Reached] = field(default_factory=dict)


def together(thing: Thing, parts: Sequence[Reached]) -> Reached:
    """A thing of several: reached while one of them is."""
    return Reached(
        thing,
        any_of([part.track for part in parts]),
        any_of([part.plain for part in parts]),
        tuple(sorted({pair for part in parts for pair in part.measured})),
        frozenset().union(*(part.work for part in parts)),
        frozenset().union(*(part.disputes for part in parts)),
    )


def disputes(since: datetime, until: datetime, reader: Person | None = None) -> list[Dispute]:
    """Every dispute that meets the time, decided or not; with a reader only those they may see."""
    told = Dispute.objects.visible_to(reader) if reader else Dispute.objects.all()
    return list(told.meeting(since, until).select_related("site", "link__b__site", "by", "decided_by"))


def read(reader: Person, since: datetime, until: datetime, *, links: bool = True) -> Picture:
    """As many queries however large the network is. Without `links` the lines' own word is not read."""
    presence = presence_of(since, until)
    devices = list(Device.objects.visible_to(reader).filter(active=True).select_related("site__agency").order_by("name"))
    work, told = planned_work(since, until), disputes(since, until, reader)
    cut = cut_devices(told)
    picture = Picture()
    of_site: dict[int, list[Reached]] = defaultdict(list)
    for device in devices:
        if device.code not in presence:
            continue
        found = reached_device(device, presence[device.code], work, told, cut)
        picture.devices[device.code] = found
        of_site[device.site_id].append(found)
    of_agency: dict[Agency, list[Reached]] = defaultdict(list)
    for site in sorted({device.site for device in devices}, key=lambda one: one.name):
        if site.state == State.IN_SERVICE and of_site[site.pk]:
            picture.sites[site.code] = together(site, of_site[site.pk])
            if site.agency is not None:
                of_agency[site.agency].append(picture.sites[site.code])
    for agency, parts in sorted(of_agency.items(), key=lambda pair: pair[0].name):
        picture.agencies[agency.code] = together(agency, parts)
    if links:
        picture.links = _links(reader, (since, until), presence, work, told)
    return picture


def cut_devices(told: Iterable[Dispute]) -> dict[int, frozenset[str]]:
    """By dispute about a link: the devices that have no other way than this link."""
    about = {one.pk: one.link.code for one in told if one.link is not None}
    if not about:
        return {}
    network, _names = read_network()
    effects = {code: lost(network, {code}).devices for code in set(about.values()) & network.by_code.keys()}
    return {pk: effects.get(code, frozenset()) for pk, code in about.items()}


def reached_device(
    device: Device,
    known: Sequence[Stretch],
    work: Iterable[tuple[str, str, Interval]],
    told: Iterable[Dispute],
    cut: dict[int, frozenset[str]],
) -> Reached:
    """A device with its own part of the planned work and of the disputes: about its site, or about a link that it hangs on (`cut`)."""
    own = frozenset(Work(name, *interval) for name, region, interval in work if is_within(device.site.region_id, region))
    disputed = frozenset(one for one in told if one.site_id == device.site_id or device.code in cut.get(one.pk, ()))
    return _reached(device, tuple(known), ((device.code, sum(one.samples for one in known)),), own, disputed)


def _reached(
    thing: Thing, known: tuple[Stretch, ...], measured: tuple[tuple[str, int], ...], work: frozenset[Work], told: frozenset[Dispute]
) -> Reached:
    holes = [(one.begin, one.end) for one in work] + [(one.start, one.end) for one in told if one.verdict != Verdict.REFUSED]
    return Reached(thing, Track(known, tuple(sorted(holes))), Track(known), measured, work, told)


def _links(
    reader: Person,
    span: Interval,
    presence: dict[str, list[Stretch]],
    work: Sequence[tuple[str, str, Interval]],
    told: Sequence[Dispute],
) -> dict[str, Reached]:
    lines = lines_of(*span)
    found = {}
    ends = ("a__site", "b__site", "a_interface", "b_interface")
    for link in Link.objects.visible_to(reader).filter(state=State.IN_SERVICE).select_related(*ends).order_by("name"):
        devices = (link.a, link.b)
        ports = (link.a_interface, link.b_interface)
        said = [lines.get((device.code, port.name), []) if port else [] for device, port in zip(devices, ports, strict=True)]
        known = of_link(said, [presence.get(device.code, []) for device in devices])
        if not known:
            continue
        regions = {device.site.region_id for device in devices}
        own = frozenset(Work(name, *interval) for name, region, interval in work if any(is_within(one, region) for one in regions))
        measured = tuple(
            (device.code, sum(one.samples for one in (*line, *presence.get(device.code, ()))))
            for device, line in zip(devices, said, strict=True)
        )
        found[link.code] = _reached(link, known, measured, own, frozenset(one for one in told if one.link_id == link.pk))
    return found
