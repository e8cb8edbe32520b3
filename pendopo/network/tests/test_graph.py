"""The graph against brute force: random networks with rings, shared ducts, parallel spans and two uplinks."""

import random

import pytest

from pendopo.network.graph import DEVICE, DUCT, SPAN, SPANS, Network, Span, connected, diagnose, lost, way, weak_spans

GRAPHS = 1000


def random_network(seed: int) -> Network:
    """A tree with some more spans (rings, doubles), two roots, a few ducts, agencies at sites and services on devices."""
    dice = random.Random(seed)
    devices = [f"d{number}" for number in range(dice.randint(3, 14))]
    spans: list[tuple[str, str]] = [
        (dice.choice(devices[:place]), devices[place]) for place in range(1, len(devices)) if dice.random() < 0.95
    ]
    spans += [(a, b) for a, b in (dice.sample(devices, 2) for _ in range(dice.randint(0, 6)))]
    ducts = [f"pipa{number}" for number in range(3)]
    told = tuple(Span(f"s{number}", a, b, frozenset(duct for duct in ducts if dice.random() < 0.2)) for number, (a, b) in enumerate(spans))
    sites = {device: f"t{dice.randint(0, len(devices) - 1)}" for device in devices}
    agencies = {site: f"a{dice.randint(0, 4)}" for site in set(sites.values()) if dice.random() < 0.9}
    services = {f"l{number}": frozenset(dice.sample(devices, dice.randint(1, 2))) for number in range(2)}
    users = {code: frozenset(dice.sample([f"a{number}" for number in range(5)], 3)) for code in services}
    return Network(told, frozenset({"d0", devices[-1]} if seed % 2 else {"d0"}), sites, agencies, services, users)


def reachable(network: Network, starts: set[str], spans: set[str], devices: set[str]) -> set[str]:
    """By the plainest means: add neighbours until nothing is added."""
    found = {start for start in starts if start not in devices}
    while True:
        more = {
            end
            for span in network.spans
            if span.code not in spans
            for here, end in ((span.a, span.b), (span.b, span.a))
            if here in found and end not in devices
        }
        if more <= found:
            return found
        found |= more


@pytest.mark.parametrize("start", range(0, GRAPHS, 100))
def test_what_a_cut_takes_is_what_recomputing_says(start: int) -> None:
    for seed in range(start, start + 100):
        network = random_network(seed)
        before = reachable(network, set(network.roots), set(), set())
        weak = weak_spans(network)
        cuts: list[tuple[set[str], set[str]]] = [({span.code}, set()) for span in network.spans]
        cuts += [(set(network.in_duct(f"pipa{number}")), set()) for number in range(3)] + [(set(), {device}) for device in network.sites]
        for spans, devices in cuts:
            after = reachable(network, set(network.roots), spans, devices)
            effect = lost(network, spans, devices)
            assert effect.devices == before - after and connected(network, spans, devices) == after, seed
            if len(spans) == 1:
                assert weak.get(next(iter(spans)), frozenset()) == before - after, seed
            for agency in set(network.agencies.values()):
                own = {device for device, site in network.sites.items() if network.agencies.get(site) == agency}
                gone = bool(own & before - after)
                assert (agency in effect.agencies) == (gone and not own & after), seed
                assert (agency in effect.partly) == (gone and bool(own & after)), seed
                for code, providers in network.services.items():
                    worked = own & reachable(network, set(providers), set(), set())
                    works = own & reachable(network, set(providers), spans, devices)
                    losing = agency in network.users[code] and bool(worked) and not works
                    assert (agency in effect.services.get(code, ())) == losing, seed
            for device in network.sites:
                steps = way(network, device, spans, devices)
                assert (steps is None) == (device not in after), seed
                assert not spans.intersection(steps or ()), seed


@pytest.mark.parametrize("start", range(0, GRAPHS, 100))
def test_a_cause_explains_the_silence_and_nothing_else(start: int) -> None:
    """Removing what is blamed silences every device of the outage again; each silent device is in one outage."""
    for seed in range(start, start + 100):
        network, dice = random_network(seed), random.Random(-seed)
        spans = set(dice.sample([span.code for span in network.spans], min(len(network.spans), dice.randint(1, 3))))
        before = reachable(network, set(network.roots), set(), set())
        whole = Network(
            tuple(s for s in network.spans if s.a in before), network.roots, {d: t for d, t in network.sites.items() if d in before}
        )
        silent = before - reachable(whole, set(whole.roots), spans, set())
        outages = diagnose(whole, silent)
        assert sorted(device for outage in outages for device in outage.devices) == sorted(silent), seed
        for outage in outages:
            gone_spans = set(outage.causes) if outage.kind in (SPAN, SPANS) else set()
            if outage.kind == DUCT:
                gone_spans = set(whole.in_duct(outage.causes[0]))
            gone_devices = set(outage.causes) if outage.kind == DEVICE else set()
            left = reachable(whole, set(whole.roots), gone_spans, gone_devices)
            assert not outage.devices & left, (seed, outage)
        if len(spans) == 1 and silent:
            (outage,) = outages
            assert outage.kind == SPAN and set(outage.causes) == spans


def ring() -> Network:
    """Core – a – b – core, with c behind b, and two spans in one duct."""
    spans = (
        Span("core-a", "core", "a", frozenset({"pipa"})),
        Span("a-b", "a", "b"),
        Span("b-core", "b", "core", frozenset({"pipa"})),
        Span("b-c", "b", "c"),
    )
    sites = {"core": "dc", "a": "sa", "b": "sb", "c": "sc"}
    return Network(
        spans,
        frozenset({"core"}),
        sites,
        {"sa": "dinkes", "sb": "bpbd", "sc": "camat"},
        {"web": frozenset({"core"})},
        {"web": frozenset({"camat"})},
        {"camat": frozenset({"river-level"})},
    )


def test_a_ring_bears_one_cut_and_its_duct_none() -> None:
    network = ring()
    assert lost(network, {"core-a"}).affected == set() and way(network, "a", {"core-a"}) == ["a-b", "b-core"]
    assert set(weak_spans(network)) == {"b-c"}
    effect = lost(network, network.in_duct("pipa"))
    assert effect.affected == {"dinkes", "bpbd", "camat"} and effect.indicators == {"river-level"}
    assert effect.services == {"web": {"camat"}}


def test_what_is_blamed() -> None:
    network = ring()
    assert [(o.kind, o.causes) for o in diagnose(network, {"c"})] == [(SPAN, ("b-c",))]
    assert [(o.kind, o.causes) for o in diagnose(network, {"c"}, sound={"b-c"})] == [(DEVICE, ("c",))]
    assert [(o.kind, o.causes) for o in diagnose(network, {"a"})] == [(DEVICE, ("a",))]
    assert [(o.kind, o.causes) for o in diagnose(network, {"a"}, broken={"core-a", "a-b"})] == [(SPANS, ("a-b", "core-a"))]
    assert [(o.kind, o.causes) for o in diagnose(network, {"a", "b", "c"})] == [(DUCT, ("pipa",))]
    assert [(o.kind, o.causes) for o in diagnose(network, {"core", "a", "b", "c"})] == [(DEVICE, ("core",))]
    assert [o.devices for o in diagnose(network, {"a", "c"})] == [{"a"}, {"c"}]
