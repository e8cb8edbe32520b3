"""The verbs of a search: what it found waits as a proposal; a person takes it into the inventory, or leaves it out."""

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.agencies.models import Person
from pendopo.audit.actions import record

from .. import found
from ..found import Join, Said
from ..inventory import DeviceEntry, InterfaceEntry, Inventory, LinkEntry, SiteEntry, Told
from ..models import ROOTS, Device, DeviceRole, Finding, Link, Site
from ..proposals import entry_of, known_devices
from .inventory import Changes, load_inventory

# Where a device stands of which nobody said where.
NOWHERE = "found"
FASTEST_BPS = 10**15


@transaction.atomic
def propose(*, devices: Sequence[Said], by: Person | None, access: str = "public", port: int = 161) -> list[Finding]:
    """Notes what was found. The same device replaces what it said before; what was left out waits again only if it says something new."""
    told = []
    for said in devices:
        raw = msgspec.to_builtins(said)
        kept = Finding.objects.select_for_update().filter(address__in=said.own).order_by("pk").first()
        if kept is None:
            kept = Finding(address=said.address, name=said.name, said=raw)
        elif kept.said != raw:
            kept.state = Finding.State.WAITING
        kept.name, kept.said, kept.access, kept.port, kept.seen = said.name[:200], raw, access, port, timezone.now()
        kept.save()
        told.append(kept)
    if told:
        names = [one.name or str(one.address) for one in told]
        record(by=by, room="network", verb="propose", about="/network/found", after={"devices": names[:200], "count": len(names)})
    return told


@transaction.atomic
def accept(*, findings: Iterable[Finding], by: Person | None, site: Site | None = None) -> Changes:
    """Takes findings into the inventory: new devices at `site` (left out: a site for what has no place yet), their interfaces, and the
    links by which devices are joined. What people wrote of a device stays. Accepting twice changes nothing.

    Raises Faulty when the inventory refuses something; then nothing was changed.
    """
    chosen = list(Finding.objects.select_for_update().filter(pk__in=[one.pk for one in findings]).order_by("pk"))
    changes = load_inventory(inventory=_as_inventory(chosen, site), by=by)
    Finding.objects.filter(pk__in=[one.pk for one in chosen]).update(state=Finding.State.ACCEPTED)
    after = {"devices": [one.name or str(one.address) for one in chosen][:200], "changes": changes.as_json()}
    record(by=by, room="network", verb="accept", about="/network/found", after=after)
    return changes


@transaction.atomic
def leave_out(*, findings: Iterable[Finding], by: Person | None) -> int:
    """These are not wanted in the inventory: they wait no more until they say something new."""
    chosen = Finding.objects.filter(pk__in=[one.pk for one in findings], state=Finding.State.WAITING)
    names = list(chosen.values_list("name", flat=True))
    done = chosen.update(state=Finding.State.LEFT_OUT)
    if done:
        record(by=by, room="network", verb="leave_out", about="/network/found", after={"devices": names[:200]})
    return done


def _as_inventory(chosen: list[Finding], site: Site | None) -> Inventory:
    """The findings as entries of an inventory."""
    made = Inventory()
    known = known_devices()
    codes: dict[str, str] = {}
    taken = {one.code for one in known}
    said = {str(one.address): msgspec.convert(one.said, Said) for one in chosen}
    joined = found.joins([msgspec.convert(one.said, Said) for one in Finding.objects.exclude(state=Finding.State.LEFT_OUT)])
    for finding in chosen:
        what = said[str(finding.address)]
        match = found.meant(what, known)
        code = match.code if match else found.code_of(what.name or what.address, taken)
        taken.add(code)
        codes[what.address] = code
        made.of("devices").append(Told(0, _device(finding, what, code, match is not None, site)))
    _give_a_core(made, codes, joined)
    if any(told.entry.site == NOWHERE for told in made.of("devices")):
        made.of("sites").append(Told(0, _nowhere()))
    made.of("links").extend(Told(0, entry) for entry in _links(codes, joined))
    return made


def _device(finding: Finding, said: Said, code: str, is_known: bool, site: Site | None) -> DeviceEntry:
    ports = [
        InterfaceEntry(
            name=port.name[:100], number=port.index, speed=port.speed_bps if port.speed_bps and port.speed_bps <= FASTEST_BPS else None
        )
        for port in said.interfaces
        if port.name
    ]
    if is_known:
        entry = entry_of(Device.objects.select_related("site").get(code=code))
        entry.interfaces, entry.address = ports, entry.address or said.address
        return entry
    return DeviceEntry(
        code=code,
        site=site.code if site else NOWHERE,
        name=said.name[:200] or said.address,
        address=said.address,
        port=finding.port,
        access=finding.access,
        model=said.description[:200],
        interfaces=ports,
    )


def _give_a_core(made: Inventory, codes: dict[str, str], joined: list[Join]) -> None:
    """Where no device is a core yet, the one with the most links becomes it: without a core nothing hangs on anything."""
    if Device.objects.filter(role__in=ROOTS).exists():
        return
    ends = Counter(codes[end] for join in joined for end in (join.a, join.b) if end in codes)
    if ends:
        busiest = min(ends, key=lambda code: (-ends[code], code))
        for told in made.of("devices"):
            if told.entry.code == busiest:
                told.entry.role = DeviceRole.CORE.value


def _nowhere() -> SiteEntry:
    name = _("Found, place not known yet")
    return SiteEntry(code=NOWHERE, name=name, region=settings.REGION, kind="pop", state="built")


def _links(codes: dict[str, str], joined: list[Join]) -> Iterable[LinkEntry]:
    """Links that are not known yet, between devices that are taken in now or were before. Two devices that have a link already get none."""
    known = {frozenset(pair) for pair in Link.objects.values_list("a__code", "b__code")}
    before = {address: code for code, address in Device.objects.exclude(address=None).values_list("code", "address")}
    taken = set(Link.objects.values_list("code", flat=True))
    for join in joined:
        a, b = (codes.get(end) or before.get(end) for end in (join.a, join.b))
        if not a or not b or a == b or not {join.a, join.b} & codes.keys() or frozenset([a, b]) in known:
            continue
        code = found.code_of(f"{a}-{b}", taken)
        taken.add(code)
        ends = [f"{device}/{port}" if port else device for device, port in ((a, join.a_port), (b, join.b_port))]
        yield LinkEntry(code=code, a=ends[0], b=ends[1], state="in_service")
