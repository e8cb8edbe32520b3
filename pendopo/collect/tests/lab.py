"""A network of its own for tests: a watching place, a core router, and agencies, each a network namespace joined by veth pairs.

Needs root and iproute2. Addresses are those of RFC 2544 (198.18.0.0/15); nothing leads out of it.
"""

import ctypes
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

CLONE_NEWNET = 0x40000000
IP = shutil.which("ip") or shutil.which("ip", path="/usr/sbin:/sbin") or ""


def why_not() -> str:
    """Why no lab can be built here; '' when it can."""
    if not IP:
        return "iproute2 is not installed."
    if os.geteuid() != 0:
        return "Network namespaces need root."
    name = f"pl{os.getpid()}-try"
    if subprocess.run([IP, "netns", "add", name], capture_output=True, check=False).returncode:
        return "This machine allows no network namespaces."
    subprocess.run([IP, "netns", "del", name], capture_output=True, check=False)
    return ""


@dataclass
class Lab:
    """A core with agencies 1…n; the last hangs behind the one before it."""

    prefix: str
    agencies: int

    def ip(self, node: str, *words: str) -> None:
        """`ip` in the namespace of a node."""
        subprocess.run([IP, "-n", f"{self.prefix}-{node}", *words], check=True, capture_output=True)

    def address(self, number: int) -> str:
        """The address of an agency's router."""
        return f"198.18.{number}.2"

    def cut(self, number: int) -> None:
        """Takes down the core's end of an agency's line."""
        self.ip("core", "link", "set", "dev", f"ag{number}", "down")

    def mend(self, number: int) -> None:
        """Brings it up again."""
        self.ip("core", "link", "set", "dev", f"ag{number}", "up")

    def line(self) -> socket.socket:
        """A raw ICMP socket that lives in the watching place."""
        made: list[socket.socket] = []

        def make() -> None:
            handle = os.open(f"/run/netns/{self.prefix}-noc", os.O_RDONLY)
            if ctypes.CDLL(None, use_errno=True).setns(handle, CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns")
            os.close(handle)
            made.append(socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP))

        worker = threading.Thread(target=make)  # a thread has its own namespace, and ends with it
        worker.start()
        worker.join()
        return made[0]

    def build(self) -> None:
        """Everything up, with routes."""
        for node in ("noc", "core", *(f"ag{number}" for number in range(1, self.agencies + 1))):
            subprocess.run([IP, "netns", "add", f"{self.prefix}-{node}"], check=True)
            self.ip(node, "link", "set", "dev", "lo", "up")
            forward = ["netns", "exec", f"{self.prefix}-{node}", "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"]
            subprocess.run([IP, *forward], check=True)
        self._join("noc", "noc0", "198.19.0.2/24", "core", "noc", "198.19.0.1/24")
        self.ip("noc", "route", "add", "198.18.0.0/15", "via", "198.19.0.1")
        for number in range(1, self.agencies):
            self._join("core", f"ag{number}", f"198.18.{number}.1/30", f"ag{number}", "up0", f"{self.address(number)}/30")
            self.ip(f"ag{number}", "route", "add", "default", "via", f"198.18.{number}.1")
        before, last = self.agencies - 1, self.agencies
        self._join(f"ag{before}", "down0", f"198.18.{last}.1/30", f"ag{last}", "up0", f"{self.address(last)}/30")
        self.ip(f"ag{last}", "route", "add", "default", "via", f"198.18.{last}.1")
        self.ip("core", "route", "add", f"198.18.{last}.0/30", "via", self.address(before))

    def _join(self, a: str, a_port: str, a_address: str, b: str, b_port: str, b_address: str) -> None:
        far = ["peer", "name", b_port, "netns", f"{self.prefix}-{b}"]
        self.ip(a, "link", "add", a_port, "type", "veth", *far)
        for node, port, address in ((a, a_port, a_address), (b, b_port, b_address)):
            self.ip(node, "addr", "add", address, "dev", port)
            self.ip(node, "link", "set", "dev", port, "up")

    def take_down(self) -> None:
        """Takes every namespace away, and with them the lines."""
        for node in ("noc", "core", *(f"ag{number}" for number in range(1, self.agencies + 1))):
            subprocess.run([IP, "netns", "del", f"{self.prefix}-{node}"], check=False, capture_output=True)


@contextmanager
def lab(agencies: int) -> Iterator[Lab]:
    """A lab for as long as the block runs."""
    built = Lab(f"pl{os.getpid()}", agencies)
    try:
        built.build()
        yield built
    finally:
        built.take_down()
