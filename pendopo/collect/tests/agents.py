"""Real SNMP agents (net-snmp's snmpd) on loopback, each with its own port and folder."""

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SNMPD = shutil.which("snmpd") or shutil.which("snmpd", path="/usr/sbin") or ""
V3 = "monitor:SHA-256:authpass1234:AES-256:privpass1234"
needed = pytest.mark.skipif(not SNMPD, reason="No snmpd on this machine: install it with `apt install snmpd`.")


def free_port() -> int:
    """A UDP port of loopback that nobody uses now."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def snmpd(folder: Path, *addresses: str, name: str = "router-kecamatan", more: str = "", port: int = 0) -> Iterator[int]:
    """An agent at some addresses of loopback (127.0.0.1 when none is given), all on the port that is returned; `more` lines of its file."""
    port, place = port or free_port(), folder / f"snmpd-{name}"
    place.mkdir()
    listening = ",".join(f"udp:{address}:{port}" for address in addresses or ("127.0.0.1",))
    (place / "snmpd.conf").write_text(
        f"agentAddress {listening}\nrocommunity rahasia\nsysName {name}\nsysDescr Router uji Kecamatan Sooko\n"
        f"createUser monitor SHA-256 authpass1234 AES-256 privpass1234\nrouser monitor priv\n{more}"
    )
    command = [SNMPD, "-f", "-C", "-c", str(place / "snmpd.conf"), "-Lf", str(place / "log"), "-p", str(place / "pid")]
    running = subprocess.Popen(command, env={"SNMP_PERSISTENT_DIR": str(place), "MIBS": "", "PATH": "/usr/sbin:/usr/bin:/bin"})
    try:
        until = time.monotonic() + 20
        while "NET-SNMP version" not in ((place / "log").read_text() if (place / "log").exists() else ""):
            assert running.poll() is None and time.monotonic() < until, (place / "log").read_text()
            time.sleep(0.05)
        yield port
    finally:
        running.terminate()
        running.wait(10)


@contextmanager
def misbehaving(answers: Callable[[bytes, int], list[bytes]]) -> Iterator[int]:
    """An agent of our own: for the nth datagram it sends what `answers(datagram, n)` says."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", 0))
        line.settimeout(0.05)
        done = threading.Event()

        def serve() -> None:
            number = 0
            while not done.is_set():
                try:
                    asked, sender = line.recvfrom(2048)
                except TimeoutError:
                    continue
                number += 1
                for answer in answers(asked, number):
                    line.sendto(answer, sender)

        worker = threading.Thread(target=serve)
        worker.start()
        try:
            yield line.getsockname()[1]
        finally:
            done.set()
            worker.join()
