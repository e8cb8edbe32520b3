"""One process of an installation: how it is started, asked whether it answers, and stopped."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .account import Account, to_reveal

LAUNCHER = Path(__file__).with_name("launch.py")
PACKAGE_ROOT = Path(__file__).resolve().parents[2]
POLL_S = 0.02


def needed_paths(extra: Sequence[Path] = ()) -> list[Path]:
    """What a child must be able to reach: the interpreter, the libraries, the product, and what the caller adds."""
    return [Path(sys.prefix), Path(sys.base_prefix), PACKAGE_ROOT, *extra]


def launched(
    program: Sequence[str],
    account: Account | None,
    reach: Sequence[Path],
    death_signal: int,
    low_port: bool = False,
    probes: bool = False,
) -> list[str]:
    """The command line that runs `program` as the account, dying with this process (`launch.py`)."""
    plan = {
        "parent": os.getpid(),
        "signal": death_signal,
        "account": [account.name, account.uid, account.gid] if account else None,
        "low_port": low_port,
        "probes": probes,
        "reveal": to_reveal(needed_paths(reach), account),
    }
    return [sys.executable, "-I", "-S", str(LAUNCHER), json.dumps(plan), "--", *program]


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    """A child's environment: ours, without what would change an interpreter or a PostgreSQL tool, and `extra`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PG", "GRANIAN_"))}
    return {**kept, **extra}


@dataclass
class Child:
    """A part of the installation.

    `ready` asks once whether it answers. `before` runs before each start and clears what a killed predecessor left. `stop_signal`
    asks it to end; after `stop_s` seconds it is killed. `start_s` is how long it may take until it answers. `low_port` and `probes`: it may
    listen below port 1024, or send ICMP, although it is not root.
    """

    name: str
    program: list[str]
    ready: Callable[[], bool]
    log: Path
    account: Account | None = None
    reach: list[Path] = field(default_factory=list)
    env: dict[str, str] = field(default_factory=dict)
    before: Callable[[], None] = lambda: None
    stop_signal: int = signal.SIGTERM
    stop_s: float = 4.0
    start_s: float = 120.0
    low_port: bool = False
    probes: bool = False
    version: str = ""
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Clears what a predecessor left and starts the process."""
        self.before()
        self.spawn()

    def spawn(self) -> None:
        """Starts the process in a session of its own, so that a signal to our process group does not reach it.

        Must be called in the main thread: the kernel ties the child's end to the thread that started it.
        """
        command = launched(self.program, self.account, self.reach, self.stop_signal, self.low_port, self.probes)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, env=environment(self.env), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd="/"
            )

    @property
    def pid(self) -> int | None:
        """Process id, while it runs."""
        return self.process.pid if self.process else None

    def ended(self) -> bool:
        """Whether the process is gone."""
        return self.process is None or self.process.poll() is not None

    def wait_ready(self, seconds: float) -> bool:
        """Waits until it answers; False when it ended or the time is over."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.ended():
                return False
            if self.ready():
                return True
            time.sleep(POLL_S)
        return False

    def ask_to_stop(self) -> None:
        """Sends the stop signal."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(self.stop_signal)

    def kill(self) -> None:
        """Ends the process and everything it started in its session's group, at once."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """Stops and waits; kills what does not stop in time."""
        self.ask_to_stop()
        if self.process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(self.stop_s)
        self.kill()

    def last_words(self, lines: int = 5) -> str:
        """The end of its log, for the sentence that says why it did not start."""
        try:
            with self.log.open("rb") as file:
                file.seek(max(0, self.log.stat().st_size - 4096))
                return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])
        except OSError:
            return ""
