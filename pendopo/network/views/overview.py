"""The network at a glance, live; and what would be lost if something were cut."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from pendopo.agencies.requests import PersonRequest
from pendopo.alerts.models import Alert
from pendopo.bus.subjects import ALERTS, INCIDENTS
from pendopo.live.logic import Follow
from pendopo.live.tickets import issue
from pendopo.ui.door import opens

from ..connected import connected_agencies
from ..graph import Effect, Network, lost, ways, weak_spans
from ..picture import map_picture, topology_picture
from ..reading import Names, read_network, short_names
from ..standing import DOWN, NEVER, UP, standings
from ..usage import busy_links


def ticket() -> str:
    """The right to hear that alerts, presence and incidents changed."""
    province = settings.REGION.split(".")[0]
    return issue([Follow(ALERTS, province, below=True), Follow(INCIDENTS, province, below=True)])


@opens("network.see")
def network(request: PersonRequest) -> HttpResponse:
    """How many agencies are connected, what is not reached, the topology and the map."""
    graph, names = read_network()
    now = timezone.now()
    known, busy = standings(now), busy_links(now)
    days, expected = connected_agencies([timezone.localdate()])
    watched = [known.get(device, NEVER).state for device in graph.sites]
    context = {
        "connected": days[0][1],
        "expected": expected,
        "up": watched.count(UP),
        "down": watched.count(DOWN),
        "devices": len(watched),
        "alerts": Alert.objects.visible_to(request.user).firing().filter(family="network").order_by("-started")[:20],
        "topology": topology_picture(graph, names, known, busy),
        "map": map_picture(graph, known, busy),
        "ticket": ticket(),
        "empty": not graph.sites,
    }
    return render(request, "network/network.html", context)


@dataclass(frozen=True)
class Loss:
    """An effect in names."""

    agencies: list[str]
    partly: list[str]
    sites: list[str]
    services: list[tuple[str, list[str]]]
    indicators: list[str]
    devices: int


def in_names(effect: Effect, names: Names) -> Loss:
    """What is lost, as people call it."""
    agencies = (
        {**names.agencies, **short_names(effect.affected - names.agencies.keys())}
        if effect.affected - names.agencies.keys()
        else names.agencies
    )
    return Loss(
        agencies=sorted(agencies.get(code, code) for code in effect.agencies),
        partly=sorted(agencies.get(code, code) for code in effect.partly),
        sites=sorted(names.sites.get(code, code) for code in effect.sites),
        services=[
            (names.services.get(code, code), sorted(agencies.get(one, one) for one in losers))
            for code, losers in sorted(effect.services.items())
        ],
        indicators=sorted(effect.indicators),
        devices=len(effect.devices),
    )


@opens("network.see")
def what_if(request: PersonRequest) -> HttpResponse:
    """`?cut=` codes of links, devices or ducts: who is affected, who has another way. Without: the weakest points of the network."""
    graph, names = read_network()
    chosen = [code for code in request.GET.getlist("cut") if code in graph.by_code or code in graph.sites or graph.in_duct(code)]
    spans = {code for code in chosen if code in graph.by_code} | {s for code in chosen for s in graph.in_duct(code)}
    devices = {code for code in chosen if code in graph.sites}
    weak = sorted(weak_spans(graph).items(), key=lambda pair: (-len(pair[1]), pair[0]))[:20]
    ducts = sorted({duct for span in graph.spans for duct in span.ducts})
    context = {
        "chosen": chosen,
        "loss": in_names(lost(graph, spans, devices), names) if chosen else None,
        "detours": detours(graph, names, spans, devices),
        "links": sorted(names.links.items(), key=lambda pair: pair[1]),
        "device_names": sorted(names.devices.items(), key=lambda pair: pair[1]),
        "ducts": ducts,
        "weak": [(code, names.links[code], len(gone)) for code, gone in weak],
    }
    return render(request, "network/what_if.html", context)


def detours(graph: Network, names: Names, spans: set[str], devices: set[str]) -> list[tuple[str, list[str]]]:
    """Each end of a cut span that stays connected over other spans, with their names."""
    ends = sorted({end for code in spans for end in (graph.by_code[code].a, graph.by_code[code].b)} - devices - graph.roots)
    found = ways(graph, ends, spans, devices)
    return [(names.devices[end], [names.links[code] for code in steps]) for end, steps in found.items() if steps]
