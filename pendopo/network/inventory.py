"""The inventory as people write it: one YAML file with sites, devices, links, services and units. Reads and checks; writes nothing."""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import msgspec

from pendopo.indicators.declared import Faulty, read_lists
from pendopo.ui.sentence import Sentence

from . import logic
from .logic import bits_of
from .models import DeviceRole, Medium, Meter, SiteKind, State, UnitKind

Speed = str | int | float


class SiteEntry(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A site. `agency` is a code or name, `region` a code with dots."""

    code: str
    name: str
    region: str
    agency: str | None = None
    kind: str = "office"
    latitude: float | None = None
    longitude: float | None = None
    state: str = "planned"
    since: date | None = None
    note: str = ""
    collector: str = ""
    networks: list[str] = []


class InterfaceEntry(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """An interface. `number` is its ifIndex; `agency` whose traffic it carries."""

    name: str
    number: int | None = None
    speed: Speed | None = None
    agency: str | None = None


class DeviceEntry(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A device at a site."""

    code: str
    site: str
    name: str = ""
    role: str = "router"
    address: str | None = None
    port: int = 161
    access: str = "public"
    model: str = ""
    platform: str = ""
    active: bool = True
    interfaces: list[InterfaceEntry] = []


class LinkEntry(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A span. Its ends are `device` or `device/interface`; everything behind the first / is the interface's name."""

    code: str
    a: str
    b: str
    name: str = ""
    medium: str = "fibre"
    provider: str = ""
    contract: str = ""
    capacity: Speed | None = None
    cores: int | None = None
    spare_cores: int | None = None
    splices: int | None = None
    otb: str = ""
    length_m: int | None = None
    ducts: list[str] = []
    route: list[tuple[float, float]] = []
    state: str = "planned"
    since: date | None = None


class ServiceEntry(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A service on some devices, used by some agencies (left out: by every agency with a site)."""

    code: str
    name: str
    devices: list[str] = []
    agencies: list[str] | None = None
    indicators: list[str] = []
    target: str = ""


class UnitEntry(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Power, cooling, a rack or a sensor; what it shows is read at `oid` of `device`."""

    code: str
    site: str
    kind: str
    name: str = ""
    capacity: float | None = None
    unit: str = ""
    device: str | None = None
    oid: str = ""
    factor: float = 1.0
    low: float | None = None
    high: float | None = None
    meter: str = ""


KINDS: dict[str, type[Any]] = {
    "sites": SiteEntry,
    "devices": DeviceEntry,
    "links": LinkEntry,
    "services": ServiceEntry,
    "units": UnitEntry,
}
WORDS = {"sites": "site", "devices": "device", "links": "link", "services": "service", "units": "unit"}
# Kinds of devices whose configuration can be read; netmiko's names.
PLATFORMS = (
    "cisco_ios",
    "cisco_xe",
    "cisco_xr",
    "cisco_nxos",
    "cisco_asa",
    "arista_eos",
    "juniper_junos",
    "mikrotik_routeros",
    "huawei_vrp",
    "hp_procurve",
    "aruba_aoscx",
    "fortinet",
    "ubiquiti_edgerouter",
    "vyos",
    "zte_zxros",
    "linux",
)
CHOICES: dict[tuple[str, str], list[str]] = {
    ("sites", "kind"): list(SiteKind.values),
    ("sites", "state"): list(State.values),
    ("devices", "role"): list(DeviceRole.values),
    ("devices", "platform"): ["", *PLATFORMS],
    ("links", "medium"): list(Medium.values),
    ("links", "state"): list(State.values),
    ("units", "kind"): list(UnitKind.values),
    ("units", "meter"): ["", *Meter.values],
}
OID = re.compile(r"\d+(\.\d+){3,127}")
CODE_LETTERS = set("abcdefghijklmnopqrstuvwxyz0123456789-_")
LONGEST_CODE = 60


@dataclass
class Told:
    """One entry with the line (of a CSV: the row) on which it begins."""

    line: int
    entry: Any


@dataclass
class Inventory:
    """Everything a file says."""

    entries: dict[str, list[Told]] = field(default_factory=lambda: {kind: [] for kind in KINDS})

    def of(self, kind: str) -> list[Told]:
        """The entries of one kind."""
        return self.entries[kind]


def parse(text: str) -> Inventory:
    """The inventory of a YAML file. Raises Faulty with one sentence a fault, each with its line."""
    found, faults = Inventory(), list[str]()
    for kind, raw in read_lists(text, Sentence("network inventory"), tuple(KINDS)).items():
        for entry in raw:
            what = Sentence("%(what)s “%(code)s”", what=Sentence(WORDS[kind]), code=entry.data.get("code", "?"))
            try:
                found.of(kind).append(Told(entry.line, entry.as_struct(KINDS[kind], what)))
            except Faulty as error:
                faults.extend(error.sentences)
    faults.extend(faults_of(found))
    if faults:
        raise Faulty(faults)
    return found


def faults_of(inventory: Inventory) -> list[str]:
    """What is wrong with the entries themselves, without a look at what is known already."""
    faults: list[str] = []
    for kind, entries in inventory.entries.items():
        seen: dict[str, int] = {}
        for told in entries:
            code = told.entry.code
            if code in seen:
                again = Sentence("stands in line %(line)s already; leave one of them out.", line=seen[code])
                faults.append(at(told.line, kind, code, again))
            seen[code] = told.line
            faults.extend(at(told.line, kind, code, sentence) for sentence in (*_unwritable(told.entry), *_faults_in(kind, told.entry)))
    return faults


def at(line: int, kind: str, code: str, sentence: str) -> Sentence:
    """A fault with the line and the entry that it is about; line 0 = it stands in no file."""
    if not line:
        return Sentence("%(what)s “%(code)s”: %(why)s", what=Sentence(WORDS[kind]), code=code, why=sentence)
    return Sentence("line %(line)s: %(what)s “%(code)s”: %(why)s", line=line, what=Sentence(WORDS[kind]), code=code, why=sentence)


def _unwritable(entry: Any) -> Iterable[str]:
    """Characters that no database keeps, and days that no network saw."""
    try:
        unwritable = b"\\u0000" in msgspec.json.encode(entry)
    except UnicodeEncodeError:  # half of a pair of surrogates
        unwritable = True
    if unwritable:
        yield Sentence("a text holds a character that cannot be kept (such as NUL): take it out.")
    since = getattr(entry, "since", None)
    if since is not None and not logic.EARLIEST <= since <= date.today() + timedelta(days=1):
        yield Sentence("since is the day on which it came into its state: from 1945 on, and not in the future.")


def _faults_in(kind: str, entry: Any) -> Iterable[str]:
    if not entry.code or set(entry.code) - CODE_LETTERS or len(entry.code) > LONGEST_CODE:
        yield Sentence("a code is at most %(most)s small letters, digits, - and _.", most=LONGEST_CODE)
    for (of, name), known in CHOICES.items():
        if of == kind and getattr(entry, name) not in known:
            given: dict[str, object] = {"name": name, "said": getattr(entry, name), "known": ", ".join(known)}
            yield Sentence("%(name)s “%(said)s” is unknown; write one of %(known)s.", **given)
    if kind == "sites" and set(entry.collector) - CODE_LETTERS:
        yield Sentence("collector is a name of small letters, digits, - and _, as the collector is started with.")
    if kind == "sites":
        for text in entry.networks:
            if not is_network(text):
                yield Sentence("%(text)s is no network: write it as 10.20.13.0/24.", text=text)
    if kind == "devices":
        if not 1 <= entry.port <= 65535:
            yield Sentence("port is a number from 1 to 65535.")
        for name in _twice([port.name for port in entry.interfaces]):
            yield Sentence("the interface %(name)s stands here twice.", name=name)
        for name in _twice([port.number for port in entry.interfaces if port.number is not None]):
            yield Sentence("the interface number %(name)s stands here twice.", name=name)
        for port in entry.interfaces:
            if port.speed is not None and bits_of(port.speed) is None:
                said: dict[str, object] = {"speed": port.speed, "port": port.name}
                yield Sentence("the speed “%(speed)s” of %(port)s is none; write 1G, 100M or a number of bit/s.", **said)
            if port.number is not None and not 0 < port.number < 2**31:
                yield Sentence("the number of %(port)s is its ifIndex, from 1 on.", port=port.name)
    if kind == "links":
        if entry.capacity is not None and bits_of(entry.capacity) is None:
            yield Sentence("the capacity “%(speed)s” is none; write 1G, 100M or a number of bit/s.", speed=entry.capacity)
        if end_of(entry.a)[0] == end_of(entry.b)[0]:
            yield Sentence("a and b are the same device; a link joins two.")
        if any(not (-180 <= lon <= 180 and -90 <= lat <= 90) for lon, lat in entry.route):
            yield Sentence("route is a list of [longitude, latitude] in degrees.")
        if entry.spare_cores is not None and (entry.cores is None or entry.spare_cores > entry.cores):
            yield Sentence("there are no more spare_cores than cores; give both.")
        if any((number or 0) < 0 for number in (entry.cores, entry.spare_cores, entry.splices, entry.length_m)):
            yield Sentence("cores, spare_cores, splices and length_m are 0 or more.")

    if kind == "units":
        if entry.oid and not OID.fullmatch(entry.oid):
            yield Sentence("oid is numbers parted by points, such as 1.3.6.1.4.1.318.1.1.1.2.2.2.0.")
        if bool(entry.oid) != bool(entry.device):
            yield Sentence("device and oid belong together: give both or neither.")
        if entry.low is not None and entry.high is not None and entry.low >= entry.high:
            yield Sentence("low lies below high.")


def is_network(text: str) -> bool:
    """Whether a text is a network with its prefix, whose addresses begin where it does."""
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True


def _twice(names: list[Any]) -> list[Any]:
    return sorted({name for name in names if names.count(name) > 1}, key=str)


def end_of(text: str) -> tuple[str, str]:
    """The device and the interface ('' when none is named) of a link's end."""
    device, _slash, interface = text.partition("/")
    return device.strip(), interface.strip()
