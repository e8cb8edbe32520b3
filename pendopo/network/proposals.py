"""Findings beside the inventory, as the page and the command show them."""

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from pendopo.ui.sentence import Sentence

from .found import Known, Said, differences, meant
from .inventory import DeviceEntry
from .models import Device, Finding


@dataclass(frozen=True)
class Proposal:
    """A finding, the device of the inventory that it is (None: a new one), and what differs."""

    finding: Finding
    said: Said
    known: Known | None
    differs: list[Sentence]

    @property
    def is_news(self) -> bool:
        """Whether accepting it would change the inventory."""
        return self.known is None or bool(self.differs)


def known_devices() -> list[Known]:
    """Every device of the inventory with its interfaces. Two queries."""
    return [
        Known(
            code=one.code,
            name=one.name,
            address=one.address or "",
            ports={port.name: (port.number, port.speed_bps) for port in one.interfaces.all()},
        )
        for one in Device.objects.prefetch_related("interfaces").order_by("code")
    ]


def proposals(findings: Iterable[Finding]) -> list[Proposal]:
    """Each finding beside the inventory."""
    known, told = known_devices(), []
    for finding in findings:
        said = msgspec.convert(finding.said, Said)
        match = meant(said, known)
        told.append(Proposal(finding, said, match, differences(said, match) if match else []))
    return told


def entry_of(device: Device) -> DeviceEntry:
    """A device as an inventory writes it, without its interfaces."""
    names = ("code", "name", "role", "address", "port", "access", "model", "platform", "active")
    return DeviceEntry(site=device.site.code, **{name: getattr(device, name) for name in names})
