"""The network at a glance, live; and what would be lost if something were cut."""

from collections import Counter
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from pendopo.agencies.requests import PersonRequest
from pendopo.alerts.models import Alert
from pendopo.bus.subjects import ALERTS
from pendopo.live.logic import Follow
from pendopo.live.tickets import issue
from pendopo.ui.door import opens

from ..connected import connected_agencies
from ..drawing import Edge, Node, topology
from ..graph import Effect, Network, lost, ways, weak_spans
from ..maps import network_map
from ..reading import Names, read_network, short_names
from ..standing import DOWN, NEVER, UP, standings, state_of_span


@dataclass(frozen=True)
class Dot:
    """A device on the drawing with its state."""

    node: Node
    name: str
    label: str
    state: str


@dataclass(frozen=True)
class Wire:
    """A span on the drawing with its state."""

    edge: Edge
    name: str
    state: str


def short_labels(names: dict[str, str]) -> dict[str, str]:
    """Names for a drawing: without the first word where most begin with it ("Router …")."""
    first = Counter(name.partition(" ")[0] for name in names.values() if " " in name)
    common = next((f"{word} " for word, count in first.most_common(1) if 2 * count > len(names)), "")
    return {code: name.removeprefix(common) for code, name in names.items()}


def ticket() -> str:
    """The right to hear that alerts and presence changed."""
    province = settings.REGION.split(".")[0]
    return issue([Follow(ALERTS, province, below=True)])


@opens("network.see")
def network(request: PersonRequest) -> HttpResponse:
    """How many agencies are connected, what is not reached, the topology and the map."""
    graph, names = read_network()
    known = standings(timezone.now())
    drawn, labels = topology(graph), short_labels(names.devices)
    days, expected = connected_agencies([timezone.localdate()])
    watched = [known.get(device, NEVER).state for device in graph.sites]
    spans = {span.code: state_of_span(graph, span.code, known) for span in graph.spans}
    context = {
        "connected": days[0][1],
        "expected": expected,
        "up": watched.count(UP),
        "down": watched.count(DOWN),
        "devices": len(watched),
        "alerts": Alert.objects.visible_to(request.user).firing().filter(family="network").order_by("-started")[:20],
        "dots": [Dot(node, names.devices[node.code], labels[node.code], known.get(node.code, NEVER).state) for node in drawn.nodes],
        "wires": [Wire(edge, names.links[edge.code], spans[edge.code]) for edge in drawn.edges],
        "map": network_map(_sites(graph, {code: one.state for code, one in known.items()}), spans),
        "ticket": ticket(),
        "empty": not graph.sites,
    }
    return render(request, "network/network.html", context)


def _sites(graph: Network, states: dict[str, str]) -> dict[str, str]:
    """A site is as bad as its worst device that is watched."""
    found: dict[str, str] = {}
    for device, site in graph.sites.items():
        state = states.get(device, "")
        if state == DOWN or site not in found or (state and found[site] == ""):
            found[site] = state
    return found


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
