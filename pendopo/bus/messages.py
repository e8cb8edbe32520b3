"""Every message that crosses the bus. Each carries its version; unknown fields are ignored by readers, so a version may add fields."""

from typing import Any

import msgspec


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
    """An interface to poll: its ifIndex and its name."""

    number: int
    name: str


class PollDevice(msgspec.Struct, frozen=True, kw_only=True):
    """A device to watch. `access` names an entry of the collector's own file of credentials; `region` is where its readings belong."""

    code: str
    address: str
    region: str
    port: int = 161
    access: str = "public"
    ports: list[PollPort] = []


class PollCheck(msgspec.Struct, frozen=True, kw_only=True):
    """A service to check: https://…, http://…, tcp://host:port or dns://name."""

    code: str
    target: str
    region: str


class PollPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What a collector is to watch, whole: what is not in it is watched no more. `source` is in whose name readings are sent."""

    v: int = 1
    source: str
    devices: list[PollDevice] = []
    checks: list[PollCheck] = []


class Presence(msgspec.Struct, frozen=True, kw_only=True):
    """Whether devices and lines are there, as a collector sees them at `at`. `devices`: code → reached; `lines`: device → ifIndex → up."""

    v: int = 1
    at: str
    devices: dict[str, bool] = {}
    lines: dict[str, dict[str, bool]] = {}


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """Rows from the field in the shape of POST /api/v1/observations: dicts with indicator, region, at, value (dims, quality, note)."""

    v: int = 1
    observations: list[dict[str, Any]]


def encode(message: msgspec.Struct) -> bytes:
    """The message as JSON bytes."""
    return msgspec.json.encode(message)
