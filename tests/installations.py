"""A whole installation for a test: `pendopo up` as a process of its own, on a folder and ports of its own."""

import contextlib
import ctypes
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[1]
STARTS_WITHIN_S = 180.0

# What the unit tests' own engines put into the environment must not reach an installation.
FOREIGN = ("PENDOPO_", "DJANGO_", "PYTEST_", "COVERAGE_")


def patience() -> float:
    """By how much longer everything may take because other programs use this machine too; 1 on one that is idle."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def clean_environment(extra: dict[str, str] | None = None) -> dict[str, str]:
    """The environment of an operator's shell."""
    return {**{name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}, **(extra or {})}


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def pendopo(*arguments: str, env: dict[str, str] | None = None, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    """Runs a command to its end."""
    command = [sys.executable, "-m", "pendopo.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=clean_environment(env), timeout=timeout, check=False, cwd=ROOT)


@dataclass
class Up:
    """A running `pendopo up`. `output` is what it said, once it has ended."""

    data: Path
    options: list[str] = field(default_factory=list)
    env: dict[str, str] = field(default_factory=dict)
    command: str = "up"
    port: int = 0
    output: str = ""
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Up":
        """Starts it in a process group of its own and does not wait."""
        self.port = self.port or free_port()
        command = [sys.executable, "-m", "pendopo.cli", self.command, "--data", str(self.data), "--port", str(self.port), *self.options]
        self._log = self.data.parent / f"{self.data.name}.output"
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                env=clean_environment(self.env),
                stdout=log,
                stderr=log,
                cwd=ROOT,
                start_new_session=True,
                preexec_fn=die_with_the_tests,
            )
        return self

    def __enter__(self) -> "Up":
        return self.start().wait_ready()

    def __exit__(self, *problem: object) -> None:
        self.stop()

    def said(self) -> str:
        """Everything it has written so far."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def status(self) -> dict[str, Any]:
        """What the supervisor wrote about its parts."""
        with contextlib.suppress(OSError, ValueError):
            return dict(json.loads((self.data / "run/status.json").read_text()))
        return {}

    def pid(self, part: str) -> int:
        """Process id of a part."""
        return int(self.status()["parts"][part]["pid"])

    def get(self, path: str, timeout: float = 30) -> tuple[int, bytes]:
        """Asks the web application."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        with contextlib.closing(line):
            line.request("GET", path)
            answer = line.getresponse()
            return answer.status, answer.read()

    def is_ready(self) -> bool:
        """Whether `/readyz` says so."""
        try:
            return self.get("/readyz", timeout=5)[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def wait_ready(self, seconds: float = STARTS_WITHIN_S) -> "Up":
        """Waits for `/readyz` and the supervisor's word that everything is up."""
        wait_for(lambda: self._alive() and self.is_ready() and bool(self.status().get("complete")), seconds, self.said)
        return self

    def _alive(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, f"it ended with {self.process.returncode}:\n{self.said()}"
        return True

    def family(self) -> list[psutil.Process]:
        """The supervisor's living descendants."""
        assert self.process is not None
        return psutil.Process(self.process.pid).children(recursive=True)

    def zombies(self) -> list[int]:
        """Descendants that ended and were not waited for; one that goes while we look is none."""
        found = []
        for process in self.family():
            with contextlib.suppress(psutil.NoSuchProcess):
                if process.status() == psutil.STATUS_ZOMBIE:
                    found.append(process.pid)
        return found

    def stop(self, number: int = signal.SIGTERM) -> float:
        """Asks it to stop and waits; the seconds it took."""
        assert self.process is not None
        begun = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.process.wait(30)
        self.output = self.said()
        return time.monotonic() - begun


def die_with_the_tests() -> None:
    """In a child: asks the kernel for SIGTERM when the tests end without stopping it."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM, 0, 0, 0)


def wait_for(done: Any, seconds: float, explain: Any = lambda: "") -> float:
    """Waits until `done()`; the seconds it took. Fails with an explanation when it does not come."""
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        if done():
            return time.monotonic() - begun
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s.\n{explain()}")


def first_sign_in(said: str) -> tuple[str, str] | None:
    """E-mail and password that the first start printed."""
    found = re.search(r"First sign-in \(shown once\): (\S+)  (\S+)", said)
    return (found.group(1), found.group(2)) if found else None
