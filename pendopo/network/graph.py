"""One graph: span → device → service → agency → indicator. Who is affected, what if this is cut, what is the cause. Pure.

A device is connected when a way over whole spans and living devices leads to a root (a core router or an uplink). A service works for an
agency that reaches one of the service's devices. What was cut off before is never counted as affected by a new cut.
"""

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

SPAN, SPANS, DUCT, DEVICE = "span", "spans", "duct", "device"
Nothing: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Span:
    """A span in service between two devices, in some ducts."""

    code: str
    a: str
    b: str
    ducts: frozenset[str] = frozenset()

    def other(self, device: str) -> str:
        """Its other end."""
        return self.b if device == self.a else self.a


@dataclass(frozen=True)
class Network:
    """Everything by code. `sites`: device → site, `agencies`: site → agency, `services`: service → devices, `users`: service → agencies.

    `figures`: agency → indicators that it sends; `service_figures`: service → indicators that it feeds.
    """

    spans: tuple[Span, ...]
    roots: frozenset[str]
    sites: Mapping[str, str]
    agencies: Mapping[str, str] = field(default_factory=dict)
    services: Mapping[str, frozenset[str]] = field(default_factory=dict)
    users: Mapping[str, frozenset[str]] = field(default_factory=dict)
    figures: Mapping[str, frozenset[str]] = field(default_factory=dict)
    service_figures: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @cached_property
    def at(self) -> dict[str, list[Span]]:
        """The spans at each device."""
        found: dict[str, list[Span]] = defaultdict(list)
        for span in self.spans:
            found[span.a].append(span)
            found[span.b].append(span)
        return found

    @cached_property
    def by_code(self) -> dict[str, Span]:
        """Spans by code."""
        return {span.code: span for span in self.spans}

    @cached_property
    def devices_of(self) -> dict[str, list[str]]:
        """The devices of each agency."""
        found: dict[str, list[str]] = defaultdict(list)
        for device, site in self.sites.items():
            if agency := self.agencies.get(site):
                found[agency].append(device)
        return found

    def in_duct(self, duct: str) -> frozenset[str]:
        """The spans in a duct."""
        return frozenset(span.code for span in self.spans if duct in span.ducts)


def spread(network: Network, starts: Iterable[str], spans: Collection[str] = Nothing, devices: Collection[str] = Nothing) -> dict[str, str]:
    """Every device that the starts reach without these spans and devices, with the span by which each was first reached ('' = a start)."""
    found = {start: "" for start in starts if start in network.sites and start not in devices}
    waiting = deque(found)
    while waiting:
        here = waiting.popleft()
        for span in network.at.get(here, ()):
            there = span.other(here)
            if span.code not in spans and there not in devices and there not in found:
                found[there] = span.code
                waiting.append(there)
    return found


def connected(network: Network, spans: Collection[str] = Nothing, devices: Collection[str] = Nothing) -> set[str]:
    """The devices that a root reaches without these spans and devices."""
    return set(spread(network, network.roots, spans, devices))


def way(network: Network, device: str, spans: Collection[str] = Nothing, devices: Collection[str] = Nothing) -> list[str] | None:
    """The spans of a shortest way from the device to a root without these; [] for a root itself, None when there is none."""
    return ways(network, [device], spans, devices).get(device)


def ways(
    network: Network, ends: Iterable[str], spans: Collection[str] = Nothing, devices: Collection[str] = Nothing
) -> dict[str, list[str]]:
    """The way of each of these devices that has one. One walk through the network for all of them."""
    reached = spread(network, network.roots, spans, devices)
    found = {}
    for end in ends:
        if end not in reached:
            continue
        steps, here = [], end
        while code := reached[here]:
            steps.append(code)
            here = network.by_code[code].other(here)
        found[end] = steps
    return found


@dataclass(frozen=True)
class Effect:
    """What is lost. `agencies` lost every site, `partly` some of theirs; `services`: service → the agencies for which it works no more."""

    devices: frozenset[str] = frozenset()
    sites: frozenset[str] = frozenset()
    agencies: frozenset[str] = frozenset()
    partly: frozenset[str] = frozenset()
    services: Mapping[str, frozenset[str]] = field(default_factory=dict)
    indicators: frozenset[str] = frozenset()

    @property
    def affected(self) -> frozenset[str]:
        """Every agency that notices."""
        return self.agencies | self.partly | frozenset().union(*self.services.values())


def lost(network: Network, spans: Collection[str] = Nothing, devices: Collection[str] = Nothing) -> Effect:
    """What the loss of these spans and devices takes, beyond what is cut off anyway."""
    before, after = connected(network), connected(network, spans, devices)
    gone = before - after
    sites = frozenset(network.sites[device] for device in gone)
    whole, partly = set[str](), set[str]()
    for agency, own in network.devices_of.items():
        if gone.intersection(own):
            (partly if after.intersection(own) else whole).add(agency)
    services = _services_lost(network, spans, devices)
    indicators = frozenset().union(
        *(network.figures.get(agency, Nothing) for agency in whole), *(network.service_figures.get(code, Nothing) for code in services)
    )
    return Effect(frozenset(gone), sites, frozenset(whole), frozenset(partly), services, indicators)


def _services_lost(network: Network, spans: Collection[str], devices: Collection[str]) -> dict[str, frozenset[str]]:
    found = {}
    for code, providers in network.services.items():
        before, after = spread(network, providers), spread(network, providers, spans, devices)
        losers = {
            agency
            for agency in network.users.get(code, ())
            if any(device in before for device in network.devices_of.get(agency, ()))
            and not any(device in after for device in network.devices_of.get(agency, ()))
        }
        if losers:
            found[code] = frozenset(losers)
    return found


def weak_spans(network: Network) -> dict[str, frozenset[str]]:
    """Every span whose loss alone cuts devices off, with those devices. By low points of a depth-first search: one walk for all spans."""
    reached = connected(network)
    edges: dict[str, list[tuple[str, str]]] = {
        device: [(s.code, s.other(device)) for s in network.at.get(device, ())] for device in reached
    }
    root = ""  # stands for all roots at once: between roots no span is weak
    edges[root] = []
    for one in sorted(network.roots & reached):
        for way_in in ("<", ">"):  # two ways to each root, so that the way itself is never weak
            edges[root].append((f"{way_in}{one}", one))
            edges[one].append((f"{way_in}{one}", root))
    order: dict[str, int] = {root: 0}
    low: dict[str, int] = {root: 0}
    below: dict[str, set[str]] = {root: set()}
    weak: dict[str, frozenset[str]] = {}
    stack = [(root, "", iter(edges[root]))]
    while stack:
        here, by, rest = stack[-1]
        for code, there in rest:
            if code == by:
                continue
            if there in order:
                low[here] = min(low[here], order[there])
                continue
            order[there] = low[there] = len(order)
            below[there] = {there}
            stack.append((there, code, iter(edges[there])))
            break
        else:
            stack.pop()
            if stack:
                above = stack[-1][0]
                low[above] = min(low[above], low[here])
                below[above] |= below[here]
                if low[here] > order[above]:
                    weak[by] = frozenset(below[here])
    return weak


@dataclass(frozen=True)
class Outage:
    """Devices that went together, and what explains it: a span, several spans, a duct, or a device (`heads`: who stands at the break)."""

    kind: str
    causes: tuple[str, ...]
    devices: frozenset[str]
    heads: tuple[str, ...] = ()


def diagnose(
    network: Network, silent: Collection[str], broken: Collection[str] = Nothing, sound: Collection[str] = Nothing
) -> list[Outage]:
    """Why these devices are silent: one outage for each patch of silence.

    `broken` and `sound` are spans whose living end says that the line is down or up. A patch that hangs on one span blames the span, or the
    device behind it where the span is sound; one that hangs on several spans of one device blames the device unless the lines are down; one
    that hangs on several devices blames the duct that all spans share, else all those spans.
    """
    left = set(silent)
    found = []
    while left:
        patch = set(spread(network, [min(left)], devices=network.sites.keys() - left))
        left -= patch
        found.append(_cause(network, patch, broken, sound))
    return sorted(found, key=lambda outage: (-len(outage.devices), outage.causes))


def _cause(network: Network, patch: set[str], broken: Collection[str], sound: Collection[str]) -> Outage:
    border = sorted(
        {span.code: span for device in patch for span in network.at.get(device, ()) if span.other(device) not in patch}.values(),
        key=lambda span: span.code,
    )
    codes = tuple(span.code for span in border)
    heads = tuple(sorted({span.a if span.a in patch else span.b for span in border}))
    devices = frozenset(patch)
    roots = tuple(sorted(patch & network.roots))
    if not border or roots:
        return Outage(DEVICE, roots or (min(patch),), devices, roots or (min(patch),))
    one_head = len(heads) == 1
    if one_head and (all(code in sound for code in codes) or (len(codes) > 1 and not any(code in broken for code in codes))):
        return Outage(DEVICE, heads, devices, heads)
    if len(border) == 1:
        return Outage(SPAN, codes, devices, heads)
    shared = frozenset.intersection(*(span.ducts for span in border))
    if shared:
        return Outage(DUCT, (min(shared),), devices, heads)
    return Outage(SPANS, codes, devices, heads)
