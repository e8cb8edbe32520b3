"""The network on a wall: its topology, or sites and fibre on the district map. Who may not see the indicator sees no network."""

from typing import Any

from pendopo.network.picture import map_picture, topology_picture
from pendopo.network.reading import read_network
from pendopo.network.standing import DOWN, UP, standings
from pendopo.network.usage import busy_links

from ..reading import Plan, Reading


def topology(plan: Plan, reading: Reading) -> dict[str, Any]:
    """Context of `wall/tiles/network-topology.html`."""
    graph, names = read_network()
    known = standings(reading.now, reading.as_of)
    return {**_counts(graph.sites, known), "picture": topology_picture(graph, names, known, _busy(reading)) if graph.sites else None}


def on_map(plan: Plan, reading: Reading) -> dict[str, Any]:
    """Context of `wall/tiles/network-map.html`."""
    graph, _names = read_network()
    known = standings(reading.now, reading.as_of)
    return {**_counts(graph.sites, known), "picture": map_picture(graph, known, _busy(reading)) if graph.sites else None}


def _busy(reading: Reading) -> frozenset[str]:
    """Links that are nearly full now; of a moment that is past nothing is said."""
    return frozenset() if reading.as_of else busy_links(reading.now)


def _counts(devices: Any, known: Any) -> dict[str, int]:
    """How many of the watched devices are reached, and how many are not."""
    states = [known[device].state for device in devices if device in known]
    return {"up": states.count(UP), "down": states.count(DOWN)}
