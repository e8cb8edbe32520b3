"""The graph of the network as the inventory has it, and who that names."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from pendopo.agencies.models import Agency
from pendopo.indicators.models import Indicator

from .graph import DUCT, SPAN, SPANS, Effect, Network, Outage, Span
from .models import ROOTS, Device, Link, Service, State


@dataclass(frozen=True)
class Names:
    """What people call things, by code."""

    devices: dict[str, str]
    sites: dict[str, str]
    links: dict[str, str]
    services: dict[str, str]
    agencies: dict[str, str]
    regions: dict[str, str]


def read_network(*, planned: bool = False) -> tuple[Network, Names]:
    """Links in service (with `planned`: all that are not retired) between devices that are in use. Seven queries, however large it is."""
    devices = list(Device.objects.filter(active=True).select_related("site__agency"))
    known = {device.pk: device for device in devices}
    links = Link.objects.filter(a__in=known, b__in=known).only("code", "name", "a_id", "b_id", "ducts", "state")
    links = links.exclude(state=State.RETIRED) if planned else links.filter(state=State.IN_SERVICE)
    links = list(links)  # type: ignore[assignment]
    services = list(Service.objects.prefetch_related("devices", "agencies", "indicators"))
    agencies = {device.site.agency_id: device.site.agency for device in devices if device.site.agency}
    figures: dict[str, set[str]] = defaultdict(set)
    sent = Indicator.objects.filter(sources__agency__in=agencies).values_list("sources__agency__code", "code")
    for agency, indicator in sent:
        figures[agency].add(indicator)
    network = Network(
        spans=tuple(Span(one.code, known[one.a_id].code, known[one.b_id].code, frozenset(map(str, one.ducts))) for one in links),
        roots=frozenset(device.code for device in devices if device.role in ROOTS),
        sites={device.code: device.site.code for device in devices},
        agencies={device.site.code: device.site.agency.code for device in devices if device.site.agency},
        services={one.code: frozenset(device.code for device in one.devices.all()) for one in services},
        users={one.code: frozenset(agency.code for agency in one.agencies.all()) for one in services},
        figures={agency: frozenset(codes) for agency, codes in figures.items()},
        service_figures={one.code: frozenset(indicator.code for indicator in one.indicators.all()) for one in services},
    )
    names = Names(
        devices={device.code: device.name for device in devices},
        sites={device.site.code: device.site.name for device in devices},
        links={one.code: one.name for one in links},
        services={one.code: one.name for one in services},
        agencies={one.code: one.label for one in (*agencies.values(), *(a for s in services for a in s.agencies.all()))},
        regions={device.code: device.site.region_id for device in devices},
    )
    return network, names


def span_ends() -> dict[tuple[str, str], str]:
    """(device, ifIndex) → the span that begins there. One query."""
    found = {}
    ends = ("code", "a__code", "a_interface__number", "b__code", "b_interface__number")
    for code, a, a_number, b, b_number in Link.objects.filter(state=State.IN_SERVICE).values_list(*ends):
        for device, number in ((a, a_number), (b, b_number)):
            if number is not None:
                found[device, str(number)] = code
    return found


def named(codes: Iterable[str], names: dict[str, str], most: int = 5) -> str:
    """Some names in a sentence: the first few, and how many more."""
    told = sorted(names.get(code, code) for code in codes)
    rest = len(told) - most
    text = ", ".join(told[:most])
    return _("%(names)s and %(more)s more") % {"names": text, "more": rest} if rest > 0 else text


def cause_words(outage: Outage, names: Names) -> str:
    """What is blamed, in words."""
    if outage.kind == SPAN:
        return _("Link down: %(link)s") % {"link": names.links.get(outage.causes[0], outage.causes[0])}
    if outage.kind == SPANS:
        return _("Links down: %(links)s") % {"links": named(outage.causes, names.links)}
    if outage.kind == DUCT:
        return _("Duct cut: %(duct)s") % {"duct": outage.causes[0]}
    return _("Device down: %(device)s") % {"device": names.devices.get(outage.causes[0], outage.causes[0])}


def effect_words(effect: Effect, names: Names) -> str:
    """Who is affected, in a sentence."""
    if not effect.affected:
        return _("No agency is affected.")
    text = _("Affected: %(agencies)s.") % {"agencies": named(effect.affected, names.agencies)}
    if effect.services:
        text += " " + _("Services: %(services)s.") % {"services": named(effect.services, names.services)}
    return text


def short_names(codes: Iterable[str]) -> dict[str, str]:
    """The names of agencies by code."""
    return {one.code: one.label for one in Agency.objects.filter(code__in=list(codes))}
