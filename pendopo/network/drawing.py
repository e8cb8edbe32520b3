"""The logical topology as a drawing: roots in the middle, everything else in rings by how many spans away it is. Pure."""

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from .graph import Network, spread

SIZE = 1000.0
MIDDLE = SIZE / 2
# The radius of the outermost ring: room for the names beyond it.
OUTER = 395.0
INNER = 44.0


@dataclass(frozen=True)
class Node:
    """A device as drawn. `turn` is the angle of its name in degrees, `end` whether the text ends at the device."""

    code: str
    x: float
    y: float
    depth: int
    turn: float
    end: bool
    root: bool


@dataclass(frozen=True)
class Edge:
    """A span as drawn."""

    code: str
    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True)
class Topology:
    """The drawing in a box of SIZE × SIZE. Devices that no root reaches stand in a row at the bottom."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def topology(network: Network) -> Topology:
    """Each device gets a share of the circle by the leaves behind it, so that no two stand on one another."""
    reached = spread(network, sorted(network.roots))
    children: dict[str, list[str]] = defaultdict(list)
    depth: dict[str, int] = {}
    for device, code in reached.items():  # in the order of the search: a parent comes before its children
        parent = network.by_code[code].other(device) if code else ""
        depth[device] = depth[parent] + 1 if code else 0
        children[parent].append(device)
    leaves = _leaves(reached, children)
    deepest = max(depth.values(), default=0)
    places: dict[str, tuple[float, float, float]] = {}
    turns: dict[str, tuple[float, float]] = {}
    tops = children[""]
    start = -math.pi / 2
    whole = sum(leaves[one] for one in tops) or 1
    for number, one in enumerate(tops):
        width = 2 * math.pi * leaves[one] / whole
        turns[one] = (start, width)
        around = 2 * math.pi * number / max(1, len(tops))
        radius = 0.0 if len(tops) == 1 else INNER
        places[one] = (MIDDLE + radius * math.cos(around), MIDDLE + radius * math.sin(around), 0.0)
        start += width
    for one in reached:
        begun, width = turns[one]
        total = sum(leaves[child] for child in children[one]) or 1
        for child in children[one]:
            share = width * leaves[child] / total
            turns[child] = (begun, share)
            angle = begun + share / 2
            radius = INNER + (OUTER - INNER) * depth[child] / max(1, deepest)
            places[child] = (MIDDLE + radius * math.cos(angle), MIDDLE + radius * math.sin(angle), angle)
            begun += share
    for number, one in enumerate(sorted(set(network.sites) - set(reached))):
        places[one] = (60.0 + 40.0 * (number % 22), SIZE + 110.0 - 60.0 * (number // 22), -math.pi / 2)
    nodes = tuple(_node(code, place, depth.get(code, 0), code in network.roots) for code, place in sorted(places.items()))
    edges = tuple(
        Edge(span.code, *(round(value, 1) for value in (*places[span.a][:2], *places[span.b][:2])))
        for span in network.spans
        if span.a in places and span.b in places
    )
    return Topology(nodes, edges)


def _leaves(reached: Mapping[str, str], children: Mapping[str, list[str]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for device in reversed(list(reached)):
        found[device] = sum(found[child] for child in children.get(device, ())) or 1
    return found


def _node(code: str, place: tuple[float, float, float], depth: int, root: bool) -> Node:
    x, y, angle = place
    degrees = math.degrees(angle) % 360
    end = 90 < degrees < 270
    return Node(code, round(x, 1), round(y, 1), depth, round(degrees - 180 if end else degrees, 1), end, root)
