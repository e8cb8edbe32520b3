"""The collector as a part of an installation: it runs once there is something to watch (the mark `run/network.plan` of the work loops)."""

import os
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from .child import Child
from .environment import reach
from .folder import DataFolder
from .nats import EVERYWHERE
from .tls import own_certificate

MARK = "run/network.plan"
ACCESS, HANDED = "secrets/snmp.yaml", "run/snmp.yaml"
SYSLOG, SYSLOG_TLS, TRAPS = "PENDOPO_SYSLOG", "PENDOPO_SYSLOG_TLS", "PENDOPO_TRAPS"
HEARTBEAT_LATE_S = 20.0


@dataclass
class Collecting:
    """Probes, polls and checks what the plan on the bus names. `more` are further words of the collector's command line."""

    folder: DataFolder
    env: dict[str, str] = field(default_factory=dict)
    more: list[str] = field(default_factory=list)

    @property
    def wanted(self) -> bool:
        """Whether there is something to watch or to hear."""
        return (self.folder.path / MARK).exists() or any(os.environ.get(name) for name in (SYSLOG, SYSLOG_TLS))

    @property
    def heartbeat(self) -> Path:
        """The file that the collector writes each second."""
        return self.folder.path / "run/collect.beat"

    def child(self) -> Child:
        """The collector, with the right to send ICMP and the file of SNMP credentials."""
        options = ["--bus", self.env["PENDOPO_NATS_URL"], "--access", str(self.folder.path / HANDED), "--beat", str(self.heartbeat)]
        options += [*self.ears(), *self.more]
        return Child(
            name="Collect",
            program=[sys.executable, "-m", "pendopo.collect", *options],
            ready=self.beats,
            log=self.folder.path / "log/collect.log",
            account=self.folder.account,
            reach=reach(self.folder),
            env=self.env,
            before=self.prepare,
            stop_signal=signal.SIGTERM,
            probes=True,
            low_port=True,
        )

    def ears(self) -> list[str]:
        """Where syslog and traps are heard and in which zone, as words of the command line."""
        told = ["--zone", os.environ.get("PENDOPO_ZONE") or "Asia/Jakarta"]
        if plain := os.environ.get(SYSLOG):
            told += ["--syslog", plain]
        if traps := os.environ.get(TRAPS):
            told += ["--traps", traps]
        if secure := os.environ.get(SYSLOG_TLS):
            certificate, key, _authority = own_certificate(self.folder, secure.rpartition(":")[0] or EVERYWHERE)
            told += ["--syslog-tls", secure, "--certificate", str(certificate), "--key", str(key)]
        return told

    def prepare(self) -> None:
        """Before each start: no old heartbeat, and the credentials as they are now."""
        self.heartbeat.unlink(missing_ok=True)
        self.hand_over()

    def hand_over(self) -> None:
        """Credentials stand in `secrets/`, where the service account may not look: it gets a copy, which follows every change."""
        given, handed = self.folder.path / ACCESS, self.folder.path / HANDED
        try:
            text = given.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            handed.unlink(missing_ok=True)
            return
        if not handed.exists() or handed.read_text(encoding="utf-8") != text:
            self.folder.write(handed, text)

    def beats(self) -> bool:
        """Whether it is alive: its event loop turned within the last seconds."""
        try:
            return time.monotonic() - float(self.heartbeat.read_text(encoding="ascii")) < HEARTBEAT_LATE_S
        except (OSError, ValueError):
            return False
