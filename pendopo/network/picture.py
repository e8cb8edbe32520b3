"""The network as people see it, on its page and on a wall: the topology and the map, each thing in the colour of its state."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from .drawing import Edge, Node, topology
from .graph import Network
from .maps import Map, network_map
from .reading import Names
from .standing import DOWN, NEVER, Standing, state_of_span

NEARLY_FULL = "attention"


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


@dataclass(frozen=True)
class TopologyPicture:
    """Everything that the topology shows."""

    dots: tuple[Dot, ...]
    wires: tuple[Wire, ...]


def topology_picture(graph: Network, names: Names, known: Mapping[str, Standing], busy: Collection[str] = ()) -> TopologyPicture:
    """Devices in rings around the heart of the network, with the spans between them; `busy` are those that are nearly full."""
    drawn, labels = topology(graph), short_labels(names.devices)
    return TopologyPicture(
        tuple(Dot(node, names.devices[node.code], labels[node.code], known.get(node.code, NEVER).state) for node in drawn.nodes),
        tuple(Wire(edge, names.links[edge.code], _state(graph, edge.code, known, busy)) for edge in drawn.edges),
    )


def map_picture(graph: Network, known: Mapping[str, Standing], busy: Collection[str] = ()) -> Map | None:
    """Sites and fibre on the district map; None without boundaries."""
    spans = {span.code: _state(graph, span.code, known, busy) for span in graph.spans}
    return network_map(_sites(graph, {code: one.state for code, one in known.items()}), spans)


def _state(graph: Network, code: str, known: Mapping[str, Standing], busy: Collection[str]) -> str:
    """What is out of reach says so before it says that it is full."""
    state = state_of_span(graph, code, known)
    return NEARLY_FULL if code in busy and state != DOWN else state


def short_labels(names: dict[str, str]) -> dict[str, str]:
    """Names for a drawing: without the first word where most begin with it ("Router …")."""
    first = Counter(name.partition(" ")[0] for name in names.values() if " " in name)
    common = next((f"{word} " for word, count in first.most_common(1) if 2 * count > len(names)), "")
    return {code: name.removeprefix(common) for code, name in names.items()}


def _sites(graph: Network, states: dict[str, str]) -> dict[str, str]:
    """A site is as bad as its worst device that is watched."""
    found: dict[str, str] = {}
    for device, site in graph.sites.items():
        state = states.get(device, "")
        if state == DOWN or site not in found or (state and found[site] == ""):
            found[site] = state
    return found
