"""The demonstration's network: a data centre, an uplink, a ring of hubs, eighteen districts and the offices, all told by the model.

Its devices have no addresses, so nothing outside is ever probed. Every 25 minutes one span fails for three minutes.
"""

import math
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from django.db.models import Max

from pendopo.agencies.models import Agency
from pendopo.bus.messages import Presence
from pendopo.indicators.catalogue import Catalogue, parse
from pendopo.indicators.checks import Observation
from pendopo.indicators.declaring import load_catalogue
from pendopo.indicators.latest import utc_text
from pendopo.indicators.models import Latest, Source
from pendopo.network.actions import load_inventory
from pendopo.network.actions.declaring import CATALOGUE
from pendopo.network.figures.actions import CATALOGUE as FIGURES
from pendopo.network.graph import Network, connected
from pendopo.network.inventory import parse as parse_inventory
from pendopo.network.models import Interface, Site
from pendopo.network.reading import read_network
from pendopo.regions.models import Region

from .model import DAY_S, Shape

SOURCE = "sim-jaringan"
CENTRE = (-7.4722, 112.4381)
HUBS = ("35.16.13", "35.16.08", "35.16.03", "35.16.12", "35.16.14")
OFFICES = ("setda", "bappeda", "bpkad", "bpbd", "dinkes", "disdik", "dpupr", "dinsos", "dispendukcapil", "satpolpp", "damkar", "dlh")
NOT_YET = ("35.16.15", "35.16.17")
TRAFFIC_S, BACK_S, UPLINK_BACK_S, PRESENCE_BACK_S = 300.0, DAY_S, 14 * DAY_S, 8 * DAY_S
FINE_S, FINE_BACK_S = 10.0, 3 * 3600.0
ROUND_S, BEGINS_S, LASTS_S = 1500.0, 240.0, 180.0
UPLINK_BPS = 1e9
UPLINK = Shape(0.43, 0.03, 0.97, daily=0.27, slow=0.06, quick=0.05)
UNIT_S, UNIT_BACK_S = 900.0, 4 * DAY_S
UNITS = {
    "ups-dc": Shape(9.2, 7.5, 11.5, daily=0.9, slow=0.3, quick=0.2),
    "ac-dc": Shape(3.4, 2.2, 5.5, daily=0.8, slow=0.3, quick=0.2),
    "meter-dc": Shape(14.6, 12.0, 19.5, daily=1.6, slow=0.4, quick=0.2),
    "suhu-dc": Shape(22.8, 19.0, 26.5, daily=1.1, slow=0.5, quick=0.2),
    "lembap-dc": Shape(51.0, 41.0, 59.0, daily=2.0, slow=1.5, quick=0.5),
}
PAST = {"temperature": "suhu-dc", "humidity": "lembap-dc", "power": "meter-dc"}
LINE = Shape(0.16, 0.01, 0.85, daily=0.1, slow=0.03, quick=0.04, spread=0.7)


def inventory() -> str:
    """The network as the import takes it."""
    districts = list(Region.objects.filter(parent="35.16").order_by("code"))
    sites = [_site("dc", "Pusat Data Kabupaten", "diskominfo", "35.16.13", CENTRE, "in_service", "data_centre")]
    devices = [
        "  - {code: inti, site: dc, name: Router inti, role: core, platform: cisco_ios, "
        "interfaces: [{name: uplink, number: 1, speed: 1G}]}",
        "  - {code: uplink, site: dc, name: Uplink internet, role: other}",
    ]
    links = [
        "  - {code: uplink-1g, name: Uplink 1 Gbps, a: inti/uplink, b: uplink, medium: provider, provider: Penyedia A, capacity: 1G, "
        "state: in_service, since: 2025-01-15}"
    ]
    for place, district in enumerate(districts):
        short = district.code[-2:]
        state = "built" if district.code in NOT_YET else "in_service"
        agency = Agency.objects.filter(region=district, kind="district").values_list("code", flat=True).first()
        where = (float(district.latitude or CENTRE[0]), float(district.longitude or CENTRE[1]))
        sites.append(_site(f"kec-{short}", f"Kantor Kecamatan {district.name}", agency, district.code, where, state))
        devices.append(
            f"  - {{code: r-{short}, site: kec-{short}, name: Router {district.name}, interfaces: [{{name: wan, number: 1, speed: 1G}}]}}"
        )
        above = "inti" if district.code in HUBS else f"r-{_nearest(where, districts)[-2:]}"
        links.append(_link(f"s-{short}", f"r-{short}/wan", above, state, place))
    for number, (a, b) in enumerate(zip(HUBS, (*HUBS[1:], HUBS[0]), strict=True)):
        ends = f"name: Cincin {number + 1}, a: r-{a[-2:]}, b: r-{b[-2:]}"
        links.append(
            f"  - {{code: ring-{number + 1}, {ends}, capacity: 10G, cores: 24, spare_cores: 16, state: in_service, since: 2025-02-01}}"
        )
    for number, code in enumerate(OFFICES):
        turn = 2 * math.pi * number / len(OFFICES)
        where = (CENTRE[0] + 0.022 * math.sin(turn), CENTRE[1] + 0.022 * math.cos(turn))
        name = Agency.objects.get(code=code).label
        sites.append(_site(f"opd-{code}", name, code, "35.16.13", where, "in_service"))
        devices.append(
            f'  - {{code: r-{code}, site: opd-{code}, name: "Router {name[:40]}", interfaces: [{{name: wan, number: 1, speed: 1G}}]}}'
        )
        links.append(_link(f"s-{code}", f"r-{code}/wan", "inti", "in_service", number, duct=f"pipa-{number // 3 + 1}"))
    services = ["  - {code: internet, name: Internet, devices: [uplink]}", "  - {code: srikandi, name: Srikandi, devices: [inti]}"]
    units = [
        "  - {code: ups-dc, site: dc, kind: ups, name: UPS ruang server, capacity: 20, unit: kW, meter: it}",
        "  - {code: ac-dc, site: dc, kind: cooling, name: Pendingin presisi, capacity: 12, unit: kW}",
        "  - {code: meter-dc, site: dc, kind: power, name: Meter utama, capacity: 40, unit: kW, meter: total}",
        "  - {code: rak-dc, site: dc, kind: rack, name: Rak 1-6, capacity: 252, unit: U}",
        "  - {code: suhu-dc, site: dc, kind: temperature, name: Suhu lorong dingin, unit: °C, low: 18, high: 27}",
        "  - {code: lembap-dc, site: dc, kind: humidity, name: Kelembapan, unit: '%', low: 40, high: 60}",
    ]
    return "\n".join(["sites:", *sites, "devices:", *devices, "links:", *links, "services:", *services, "units:", *units]) + "\n"


def _nearest(where: tuple[float, float], districts: list[Region]) -> str:
    """The hub that stands nearest to a place."""
    hubs = {one.code: (float(one.latitude or 0), float(one.longitude or 0)) for one in districts if one.code in HUBS}
    return min(hubs, key=lambda code: math.dist(hubs[code], where))


def _site(code: str, name: str, agency: str | None, region: str, where: tuple[float, float], state: str, kind: str = "office") -> str:
    since = "2025-01-10" if kind == "data_centre" else f"2025-{1 + zlib.crc32(code.encode()) % 12:02d}-15"
    place = f'region: "{region}", latitude: {where[0]:.5f}, longitude: {where[1]:.5f}'
    told = f'name: "{name}", {place}, state: {state}, since: {since}, kind: {kind}'
    return f"  - {{code: {code}, {told}{f', agency: {agency}' if agency else ''}}}"


def _link(code: str, a: str, b: str, state: str, number: int, duct: str = "") -> str:
    length = 800 + zlib.crc32(code.encode()) % 9000
    size = "1G" if number % 3 else "100M"
    told = f"a: {a}, b: {b}, capacity: {size}, cores: 12, spare_cores: {4 + number % 7}, length_m: {length}, state: {state}"
    return f"  - {{code: {code}, {told}, since: 2025-03-01{f', ducts: [{duct}]' if duct else ''}}}"


def seed_network() -> None:
    """The network and its figures, with the simulated source as a second writer."""
    if Site.objects.exists():
        return
    wanted = parse(CATALOGUE.read_text(encoding="utf-8"))
    own = parse(f'sources:\n  - {{code: {SOURCE}, name: "Pengumpul jaringan (simulasi)", agency: diskominfo, simulated: true}}\n')
    own_figures = parse(FIGURES.read_text(encoding="utf-8"))
    wanted = Catalogue(wanted.sources, [*wanted.indicators, *own_figures.indicators], {**wanted.lines, **own_figures.lines})
    for entry in wanted.indicators:
        entry.sources = ["pendopo", SOURCE]
    sources = [entry for entry in wanted.sources if not Source.objects.filter(code=entry.code).exists()]
    load_catalogue(catalogue=Catalogue([*sources, *own.sources], wanted.indicators, {**wanted.lines, **own.lines}))
    load_inventory(inventory=parse_inventory(inventory()), by=None)
    drawn.cache_clear()


@lru_cache(maxsize=1)
def drawn() -> tuple[Network, dict[str, str]]:
    """The graph and the region of each device, as seeded."""
    network, names = read_network()
    return network, names.regions


def failing(network: Network, t_s: float) -> str:
    """The span that fails at a time, '' for none."""
    turn, into = divmod(t_s, ROUND_S)
    spans = sorted(span.code for span in network.spans if not span.code.startswith(("ring", "uplink")))
    if not spans or not BEGINS_S <= into < BEGINS_S + LASTS_S:
        return ""
    return spans[zlib.crc32(f"putus:{int(turn)}".encode()) % len(spans)]


def reached(network: Network, t_s: float) -> set[str]:
    """The devices that are reached at a time."""
    span = failing(network, t_s)
    return connected(network, {span} if span else set())


def presence(now: datetime) -> Presence | None:
    """What a collector would say now."""
    network, _regions = drawn()
    if not network.sites:
        return None
    up = reached(network, now.timestamp())
    return Presence(at=utc_text(now) or "", devices={device: device in up for device in sorted(connected(network))})


def network_rows(now: datetime) -> list[Observation]:
    """Every figure of the network that should have been told by now and was not."""
    network, regions = drawn()
    known = dict(
        Latest.objects.filter(delivery__source__code=SOURCE, at__isnull=False).values_list("series__indicator__code").annotate(Max("at"))
    )
    watched = connected(network)
    rows = list(unit_rows(known.get("net.unit"), now))
    if "net.up" not in known:
        rows += past_rows(now)
    for t_s in _presence_times(known.get("net.up"), now):
        up, at = reached(network, t_s), utc_text(datetime.fromtimestamp(t_s, UTC)) or ""
        rows += [Observation("net.up", regions[device], at, float(device in up), dims={"device": device}) for device in sorted(watched)]
    since = known.get("net.in")
    ports = Interface.objects.filter(number__isnull=False, device__code__in=watched).select_related("device")
    for port in ports:
        code = port.device.code
        back = UPLINK_BACK_S if code == "inti" else BACK_S
        for t_s in _times(since, now - timedelta(seconds=TRAFFIC_S), TRAFFIC_S, back):
            at = utc_text(datetime.fromtimestamp(t_s, UTC)) or ""
            for indicator, share in (("net.in", 1.0), ("net.out", 0.35)):
                value = round(share * _load(code, t_s) * (reached_one(network, code, t_s)))
                rows.append(Observation(indicator, regions[code], at, float(value), dims={"device": code, "interface": port.name}))
    rows += fine_rows(known.get("net.uplink.in"), now)
    return rows


def fine_rows(known: datetime | None, now: datetime) -> Iterator[Observation]:
    """The uplink every ten seconds: its five-minute means with the unrest of seconds."""
    for t_s in _times(known, now - timedelta(seconds=FINE_S), FINE_S, FINE_BACK_S):
        at = utc_text(datetime.fromtimestamp(t_s, UTC)) or ""
        for indicator, share in (("net.uplink.in", 1.0), ("net.uplink.out", 0.35)):
            unrest = 1 + 0.12 * math.sin(t_s / 37 + share) + 0.08 * (zlib.crc32(f"{indicator}{t_s}".encode()) / 2**32 - 0.5)
            value = round(min(share * _load("inti", t_s) * unrest, UPLINK_BPS))
            yield Observation(indicator, "35.16.13", at, float(value), dims={"device": "inti", "interface": "uplink"})


def unit_rows(known: datetime | None, now: datetime) -> Iterator[Observation]:
    """What the sensors and meters of the data centre show, every quarter of an hour."""
    for t_s in _times(known, now, UNIT_S, UNIT_BACK_S):
        at, local = utc_text(datetime.fromtimestamp(t_s, UTC)) or "", t_s + 7 * 3600
        for code, shape in UNITS.items():
            yield Observation("net.unit", "35.16.13", at, round(shape.at(f"unit/{code}", local), 1), dims={"unit": code})


def past_rows(now: datetime) -> Iterator[Observation]:
    """The week before, as the house's own figures would have told it; from now on they tell it themselves."""
    for t_s in _times(None, now - timedelta(minutes=5), TRAFFIC_S, 7 * DAY_S):
        at, local = utc_text(datetime.fromtimestamp(t_s, UTC)) or "", t_s + 7 * 3600
        told = {"uplink": _load("inti", t_s) / UPLINK_BPS * 100, "availability": 99.3 + 0.6 * math.sin(local / DAY_S)}
        told |= {name: UNITS[unit].at(f"unit/{unit}", local) for name, unit in PAST.items()}
        for name, value in told.items():
            yield Observation(f"sys.network.{name}", "35.16", at, round(value, 2))


def reached_one(network: Network, device: str, t_s: float) -> bool:
    """Whether one device is reached; quick where nothing fails."""
    return not failing(network, t_s) or device in reached(network, t_s)


def _load(code: str, t_s: float) -> float:
    local = t_s + 7 * 3600
    if code == "inti":
        return UPLINK_BPS * UPLINK.at("uplink", local) * (1 + 0.004 * (local / DAY_S % 60))
    return 1e8 * LINE.at(f"line/{code}", local)


def _presence_times(known: datetime | None, now: datetime) -> Iterator[float]:
    """Every five minutes of the past, every minute of the last ten."""
    lately = now - timedelta(minutes=10)
    if known is None:
        yield from _times(None, lately, TRAFFIC_S, PRESENCE_BACK_S)
    yield from _times(max(known or lately, lately), now, 60.0, 0.0)


def _times(known: datetime | None, now: datetime, step: float, back: float) -> Iterator[float]:
    start = known.timestamp() + 1 if known else now.timestamp() - back
    slot = math.ceil(start / step)
    while slot * step <= now.timestamp():
        yield slot * step
        slot += 1
