"""The nouns of the network."""

from .copies import Configuration, Copying
from .disputes import Dispute, Verdict
from .findings import Finding
from .log import LogEvent, LogEventQuerySet, LogKind, LogLevel, LogPosition
from .talkers import FlowFile, Talker
from .things import (
    ROOTS,
    Device,
    DeviceRole,
    Interface,
    Link,
    Medium,
    Meter,
    Service,
    Site,
    SiteKind,
    State,
    Step,
    Unit,
    UnitKind,
)

__all__ = [
    "ROOTS",
    "Configuration",
    "Copying",
    "Device",
    "DeviceRole",
    "Dispute",
    "Finding",
    "FlowFile",
    "Interface",
    "Link",
    "LogEvent",
    "LogEventQuerySet",
    "LogKind",
    "LogLevel",
    "LogPosition",
    "Medium",
    "Meter",
    "Service",
    "Site",
    "SiteKind",
    "State",
    "Step",
    "Talker",
    "Unit",
    "UnitKind",
    "Verdict",
]
