"""The web application and the background loops as parts of an installation."""

import contextlib
import errno
import http.client
import os
import signal
import socket
import ssl
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from .child import Child
from .environment import reach
from .folder import DataFolder
from .refusal import Refusal

WORKERS = 2
# Every open live stream counts as a request in work, and a wall may have thousands of viewers.
BACKLOG, REQUESTS_A_WORKER = 4096, 8192
FIRST_ORDINARY_PORT = 1024
HEARTBEAT_LATE_S = 20.0


@dataclass(frozen=True)
class Address:
    """Where the web application listens, and its certificate when it speaks TLS."""

    host: str = "127.0.0.1"
    port: int = 8000
    certificate: Path | None = None
    key: Path | None = None

    @property
    def url(self) -> str:
        """What a browser on this machine opens."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, f"[{self.host}]" if ":" in self.host else self.host)  # noqa: S104
        return f"{'https' if self.certificate else 'http'}://{host}:{self.port}/"

    def check_free(self) -> None:
        """Refuses with a sentence when nobody can listen there."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError as problem:
                raise Refusal(self._why_not(problem)) from None

    def _why_not(self, problem: OSError) -> str:
        if problem.errno == errno.EADDRINUSE:
            return f"Port {self.port} on {self.host} is taken by another program. Stop it, or choose another port with --port."
        if problem.errno == errno.EACCES:
            return f"Only root may listen on port {self.port}. Choose one from {FIRST_ORDINARY_PORT} with --port, or start as root."
        return f"Nobody can listen on {self.host}, port {self.port}: {problem.strerror or problem}. Choose another --host or --port."


@dataclass
class Web:
    """The web application: granian with worker processes that share one port."""

    folder: DataFolder
    address: Address
    env: dict[str, str] = field(default_factory=dict)

    def child(self) -> Child:
        """The application as a part of the installation."""
        address = self.address
        options = ["--interface", "asginl", "--host", address.host, "--port", str(address.port), "--workers", str(WORKERS)]
        options += ["--respawn-failed-workers", "--respawn-interval", "0.5", "--workers-kill-timeout", "3", "--no-access-log"]
        options += ["--backlog", str(BACKLOG), "--backpressure", str(REQUESTS_A_WORKER), "--log-level", "warning"]
        if address.certificate and address.key:
            options += ["--ssl-certificate", str(address.certificate), "--ssl-keyfile", str(address.key)]
        return Child(
            name="Web",
            program=[sys.executable, "-m", "granian", *options, "pendopo.asgi:application"],
            ready=self.answers,
            log=self.folder.path / "log/web.log",
            account=self.folder.account,
            reach=reach(self.folder),
            env=self.env,
            stop_signal=signal.SIGTERM,
            low_port=address.port < FIRST_ORDINARY_PORT,
        )

    def answers(self) -> bool:
        """Whether it answers `/healthz`."""
        return self.status_of("/healthz") == 200

    def status_of(self, path: str) -> int:
        """The status of a page as a visitor gets it; 0 without an answer."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.address.host, self.address.host)  # noqa: S104
        if self.address.certificate:
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            line: http.client.HTTPConnection = http.client.HTTPSConnection(host, self.address.port, timeout=3, context=context)
        else:
            line = http.client.HTTPConnection(host, self.address.port, timeout=3)
        with contextlib.closing(line):
            try:
                line.request("GET", path, headers={"Host": "localhost"})
                return line.getresponse().status
            except (OSError, http.client.HTTPException):
                return 0


@dataclass
class Work:
    """The background loops (`pendopo/work.py`). They have no port; each second they write the system's monotonic time to a file."""

    folder: DataFolder
    env: dict[str, str] = field(default_factory=dict)

    @property
    def heartbeat(self) -> Path:
        """The file that the loops write."""
        return self.folder.path / "run/work.beat"

    def child(self) -> Child:
        """The loops as a part of the installation."""
        return Child(
            name="Work",
            program=[sys.executable, "-m", "pendopo.work"],
            ready=self.beats,
            log=self.folder.path / "log/work.log",
            account=self.folder.account,
            reach=reach(self.folder),
            env=self.env,
            before=self.forget,
            stop_signal=signal.SIGTERM,
        )

    def forget(self) -> None:
        """Stops the clock of an earlier process, in the same place on the disk: a full one has no other."""
        with contextlib.suppress(OSError):
            handle = os.open(self.heartbeat, os.O_WRONLY | os.O_NOFOLLOW)
            os.pwrite(handle, f"{-HEARTBEAT_LATE_S:020.3f}".encode(), 0)
            os.close(handle)

    def beats(self) -> bool:
        """Whether the loops are alive: the process's event loop turned within the last seconds."""
        try:
            return time.monotonic() - float(self.heartbeat.read_text(encoding="ascii")) < HEARTBEAT_LATE_S
        except (OSError, ValueError):
            return False
