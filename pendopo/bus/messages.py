"""Every message that crosses the bus. Each carries its version; unknown fields are ignored by readers, so a version may add fields."""

import zlib
from typing import Any, TypeVar

import msgspec

Shape = TypeVar("Shape")


class Observed(msgspec.Struct, frozen=True, kw_only=True):
    """The newest word about one series or roll-up, as told to pages and rules after commit.

    `at` and `known_since` are RFC 3339 UTC with `Z`; `value` is in the indicator's unit, None after a retraction.
    `reporting` of `expected` is the coverage of a roll-up (1 of 1 for a series itself).
    """

    v: int = 1
    indicator: str
    region: str
    dims: dict[str, str] = {}
    at: str
    value: float | None
    quality: str
    source: str
    known_since: str
    reporting: int = 1
    expected: int = 1


class Did(msgspec.Struct, frozen=True, kw_only=True):
    """One sealed entry of the book of deeds. `seq` orders them without gaps; `about` is the path of what was done to."""

    v: int = 1
    seq: int
    at: str
    actor: str
    verb: str
    about: str
    region: str = ""
    after: dict[str, Any] = {}


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A word for the people of one meeting: `to` is `*`, `conveners` or a seat; `worker` is who sent it and hears it no more."""

    v: int = 1
    worker: str
    code: str
    to: str
    word: dict[str, Any]


class PollPort(msgspec.Struct, frozen=True, kw_only=True):
    """An interface to poll: its ifIndex and its name. `line`: a link begins there, and its state is kept; `uplink`: so is each of its
    ten-second rates."""

    number: int
    name: str
    line: bool = False
    uplink: bool = False


class PollValue(msgspec.Struct, frozen=True, kw_only=True):
    """A number to read for a unit (a sensor, a meter): where it stands, and by what it is multiplied."""

    unit: str
    oid: str
    factor: float = 1.0


class PollDevice(msgspec.Struct, frozen=True, kw_only=True):
    """A device to watch. `access` names an entry of the collector's own file of credentials; `region` is where its readings belong,
    `collector` who watches it ('' = the house's own), `platform` how its configuration is read ('' = not at all)."""

    code: str
    address: str
    region: str
    port: int = 161
    access: str = "public"
    ports: list[PollPort] = []
    collector: str = ""
    platform: str = ""
    values: list[PollValue] = []


class PollCheck(msgspec.Struct, frozen=True, kw_only=True):
    """A service to check: https://…, http://…, tcp://host:port, dns://name or ntp://host."""

    code: str
    target: str
    region: str


class PollPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What a collector is to watch, whole: what is not in it is watched no more. `source` is in whose name readings are sent."""

    v: int = 1
    source: str
    devices: list[PollDevice] = []
    checks: list[PollCheck] = []


class PostureWord(msgspec.Struct, frozen=True, kw_only=True):
    """Which posture holds in a region. Who measures there sends every (usual cadence × `cadence`). `until` is None for normal."""

    v: int = 1
    region: str
    level: str
    cadence: float
    until: str | None = None


class Presence(msgspec.Struct, frozen=True, kw_only=True):
    """Whether devices and lines are there, as a collector sees them at `at`. `devices`: code → reached; `lines`: device → ifIndex → up;
    `weak`: devices that are reached badly → percent of probes lost, milliseconds of an answer now and usually."""

    v: int = 1
    at: str
    devices: dict[str, bool] = {}
    lines: dict[str, dict[str, bool]] = {}
    weak: dict[str, list[float]] = {}
    collector: str = ""


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """Rows from the field in the shape of POST /api/v1/observations: dicts with indicator, region, at, value (dims, quality, note)."""

    v: int = 1
    observations: list[dict[str, Any]]


class LogLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of syslog as a collector read it. `sender` is the address it came from; severity 0 (the house burns) to 7 (debugging)."""

    at: str
    sender: str
    host: str = ""
    app: str = ""
    facility: int = 1
    severity: int = 5
    text: str = ""
    raw: str = ""


class LogLines(msgspec.Struct, frozen=True, kw_only=True):
    """Lines of syslog in the order in which they were heard."""

    v: int = 1
    lines: list[LogLine]


class Copied(msgspec.Struct, frozen=True, kw_only=True):
    """The configuration of a device with its secrets taken out, or why there is none. Packed."""

    v: int = 1
    device: str
    at: str = ""
    text: str = ""
    why: str = ""


def encode(message: msgspec.Struct) -> bytes:
    """The message as JSON bytes."""
    return msgspec.json.encode(message)


def pack(message: msgspec.Struct) -> bytes:
    """The message as compressed JSON, for what may be larger than the bus carries (1 MB)."""
    return zlib.compress(encode(message), 6)


def unpack(data: bytes, kind: type[Shape]) -> Shape:
    """A message that was packed. Raises ValueError or MsgspecError for what is none."""
    try:
        return msgspec.json.decode(zlib.decompress(data), type=kind)
    except zlib.error as problem:
        raise ValueError(str(problem)) from None
