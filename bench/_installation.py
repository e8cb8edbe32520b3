"""A private installation for a measurement: `pendopo up` on a folder and a port of its own, and a yard of series to write to."""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil

from pendopo.cli.aim import aim

PENDOPO = Path(sys.executable).with_name("pendopo")
HERE = Path(__file__).resolve().parent
READY_S = 900.0


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Installation:
    """A running `pendopo up`. `ready_s` is the time from its start until /readyz answered 200."""

    def __init__(self, folder: Path, port: int, process: subprocess.Popen[bytes], ready_s: float) -> None:
        self.folder, self.port, self.process, self.ready_s = folder, port, process, ready_s
        self.url = f"http://127.0.0.1:{port}"

    def processes(self) -> dict[str, list[psutil.Process]]:
        """The supervisor and every part with its children, by name."""
        status = json.loads((self.folder / "run/status.json").read_text())
        found = {"Supervisor": [psutil.Process(self.process.pid)]}
        for name, part in status["parts"].items():
            head = psutil.Process(part["pid"])
            found[name] = [head, *head.children(recursive=True)]
        return found

    def pid(self, part: str) -> int:
        """The process id of a part."""
        return int(json.loads((self.folder / "run/status.json").read_text())["parts"][part]["pid"])

    def cpu_s(self) -> dict[str, float]:
        """CPU seconds used so far by every part."""
        return {name: sum(_cpu(process) for process in processes) for name, processes in self.processes().items()}

    def memory_mb(self) -> dict[str, tuple[float, float]]:
        """(PSS, RSS) of every part in MB. PSS shares what is shared, so its sum is the whole."""
        answer = {}
        for name, processes in self.processes().items():
            full = [process.memory_full_info() for process in processes]
            answer[name] = (sum(info.pss for info in full) / 1e6, sum(info.rss for info in full) / 1e6)
        return answer

    def peaks_mb(self, part: str) -> list[float]:
        """The highest RSS since its start of every process of a part, in MB."""
        found = [Path(f"/proc/{process.pid}/status").read_text() for process in self.processes()[part]]
        return [float(re.findall(r"VmHWM:\s+(\d+)", text)[0]) * 1024 / 1e6 for text in found]

    def yard(self, indicators: int) -> dict[str, Any]:
        """Makes a source with a key and so many hourly indicators over every village; answers key, indicators and regions."""
        aim(self.folder)
        done = subprocess.run([sys.executable, HERE / "_yard.py", str(indicators)], capture_output=True, text=True, check=True)
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def stop(self) -> None:
        """Stops it as an operator would."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


def _cpu(process: psutil.Process) -> float:
    with contextlib.suppress(psutil.Error):
        times = process.cpu_times()
        return float(times.user + times.system + times.children_user + times.children_system)
    return 0.0


def start(folder: Path, port: int) -> Installation:
    """Starts `pendopo up` and waits until it is ready."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PENDOPO_")}
    begun = time.monotonic()
    with (folder.parent / "up.log").open("ab") as log:
        command = [str(PENDOPO), "up", "--data", str(folder), "--port", str(port)]
        process = subprocess.Popen(command, stdout=log, stderr=log, env=clean)
    while time.monotonic() - begun < READY_S:
        with contextlib.suppress(urllib.error.URLError, OSError):
            if urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2).status == 200:
                return Installation(folder, port, process, time.monotonic() - begun)
        if process.poll() is not None:
            break
        time.sleep(0.02)
    process.kill()
    raise SystemExit(f"pendopo up did not become ready:\n{(folder.parent / 'up.log').read_text()[-3000:]}")


@contextlib.contextmanager
def installation() -> Iterator[Installation]:
    """A fresh installation that is gone afterwards."""
    place = Path(tempfile.mkdtemp(prefix="pendopo-bench-"))
    place.chmod(0o711)
    running = start(place / "data", free_port())
    try:
        yield running
    finally:
        running.stop()
        shutil.rmtree(place, ignore_errors=True)


def line(name: str, values: Sequence[float], unit: str, digits: int = 0) -> str:
    """One measurement: median, extremes and how many."""
    numbers = f"{statistics.median(values):,.{digits}f} {unit}"
    return f"{name:<52} {numbers:>18}   ({min(values):,.{digits}f} to {max(values):,.{digits}f}, n={len(values)})"


def machine() -> str:
    """What it was measured on."""
    cores, memory = psutil.cpu_count(), psutil.virtual_memory().total / 1e9
    return f"Python {sys.version.split()[0]}, {cores} cores, {memory:.0f} GB, load {os.getloadavg()[0]:.1f} at the start"
