"""Every subject that crosses the bus, and the streams that keep them. No other file types a subject by hand.

A region is written as its code's parts, last in the subject, so that one wildcard follows a whole regency:
`observed.river-level._.35.16.13` is matched by `observed.river-level.*.35.16.>`.
"""

from dataclasses import dataclass

NO_DIMS = "_"


@dataclass(frozen=True)
class Stream:
    """A JetStream stream: what it keeps and for how long. `last_only` keeps the newest message of each subject; `in_memory` is for what its
    publisher tells anew after a loss: nothing is written to disk, and a restart of the server empties it."""

    name: str
    subjects: tuple[str, ...]
    last_only: bool = False
    in_memory: bool = False
    max_age_s: int = 0
    max_bytes: int = -1


OBSERVED = Stream("OBSERVED", ("observed.>", "sys.posture.>"), last_only=True, in_memory=True)
DID = Stream("DID", ("did.>",), max_age_s=7 * 86_400)
READING = Stream("READING", ("reading.>", "pendopo.>"), max_age_s=7 * 86_400, max_bytes=4 * 1024**3)
SYSLOG = Stream("SYSLOG", ("syslog.>",), max_age_s=2 * 86_400, max_bytes=1024**3)
COPIED = Stream("COPIED", ("copied.>",), max_age_s=14 * 86_400, max_bytes=1024**3)

# What a collector behind a leaf node keeps on the disk of its site until it has arrived.
KEPT = Stream("KEPT", ("kept.>",), max_age_s=14 * 86_400, max_bytes=8 * 1024**3)

# Under this name stands the word that alerts changed, as an observed figure, so that pages hear it as any other: how many fire.
ALERTS = "alerts"
# And under this one that an incident, an order, a meeting or the watch changed: how many incidents go on.
INCIDENTS = "incidents"

# Every word about a series or roll-up, for who follows them all.
EVERY_WORD = "observed.>"

STREAMS = (OBSERVED, DID, READING, SYSLOG, COPIED)


def observed(indicator: str, region: str, dims: str = NO_DIMS) -> str:
    """The newest word about one series. `dims` is the series' dims key (indicators.logic.dims_key) or `_`. An indicator's own
    dots are written `//`, as NATS does with the dots of a topic, so that the region stays last."""
    return f"observed.{indicator.replace('.', '//')}.{dims or NO_DIMS}.{region}"


def did(room: str, verb: str) -> str:
    """A deed, as the audit book recorded it: `did.incident.opened`."""
    return f"did.{room}.{verb}"


def meeting(code: str) -> str:
    """What the web workers of one meeting tell each other about it: nothing keeps it."""
    return f"meeting.{code}"


def poll_plan() -> str:
    """What collectors are to watch, told whole every few seconds: nothing keeps it."""
    return "poll.plan"


def posture(region: str) -> str:
    """Which posture holds in a region: the newest word is kept."""
    return f"sys.posture.{region}"


def presence() -> str:
    """Whether devices are reached, told by a collector the moment it changes and every few seconds: nothing keeps it."""
    return "poll.presence"


def reading(source: str) -> str:
    """Readings from the field, before any check: one message carries many rows of one source."""
    return f"reading.{source}"


def syslog(source: str) -> str:
    """Lines of syslog that a collector heard, many in one message."""
    return f"syslog.{source}"


def copied(source: str) -> str:
    """Configurations of devices that a collector copied, one in a message."""
    return f"copied.{source}"


def kept(subject: str) -> str:
    """Where a message for `subject` waits at a site."""
    return f"kept.{subject}"


def kept_for(subject: str) -> str:
    """Where a message that waited at a site is meant for."""
    return subject.partition(".")[2]


def sensor_subjects(source: str) -> str:
    """Where a source's sensors may publish by MQTT: topic `pendopo/<source>/<indicator>/<region>`."""
    return f"pendopo.{source}.>"


def inbox(source: str) -> str:
    """Under which prefix the server answers a source's own clients: that a reading is on disk. Nobody else's answers come there."""
    return f"_INBOX.{source}"


def read_sensor(subject: str) -> tuple[str, str, str] | None:
    """Source, indicator and region of a sensor's subject, None when it has another shape. NATS writes a topic's dots as `//`."""
    parts = subject.split(".")
    if len(parts) != 4 or not all(parts):
        return None
    return parts[1].replace("//", "."), parts[2].replace("//", "."), parts[3].replace("//", ".")
