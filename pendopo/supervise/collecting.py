"""The collector as a part of an installation: it runs once there is something to watch (the mark `run/network.plan` of the work loops)."""

import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from .child import Child
from .environment import reach
from .folder import DataFolder

MARK = "run/network.plan"
ACCESS = "secrets/snmp.yaml"
HEARTBEAT_LATE_S = 20.0


@dataclass
class Collecting:
    """Probes, polls and checks what the plan on the bus names."""

    folder: DataFolder
    env: dict[str, str] = field(default_factory=dict)

    @property
    def wanted(self) -> bool:
        """Whether there is something to watch."""
        return (self.folder.path / MARK).exists()

    @property
    def heartbeat(self) -> Path:
        """The file that the collector writes each second."""
        return self.folder.path / "run/collect.beat"

    def child(self) -> Child:
        """The collector, with the right to send ICMP and the file of SNMP credentials."""
        options = ["--bus", self.env["PENDOPO_NATS_URL"], "--access", str(self.folder.path / ACCESS), "--beat", str(self.heartbeat)]
        return Child(
            name="Collect",
            program=[sys.executable, "-m", "pendopo.collect", *options],
            ready=self.beats,
            log=self.folder.path / "log/collect.log",
            account=self.folder.account,
            reach=reach(self.folder),
            env=self.env,
            before=lambda: self.heartbeat.unlink(missing_ok=True),
            stop_signal=signal.SIGTERM,
            probes=True,
        )

    def beats(self) -> bool:
        """Whether it is alive: its event loop turned within the last seconds."""
        try:
            return time.monotonic() - float(self.heartbeat.read_text(encoding="ascii")) < HEARTBEAT_LATE_S
        except (OSError, ValueError):
            return False
