"""A network of its own for tests: a watching place, a core router, and agencies, each a network namespace joined by veth pairs.

Needs root and iproute2. Addresses are those of RFC 2544 (198.18.0.0/15); nothing leads out of it.
"""

import ctypes
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

CLONE_NEWNET = 0x40000000
IP, TC, IPTABLES, SNMPD = (
    shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin") or "" for name in ("ip", "tc", "iptables", "snmpd")
)


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


def why_no_agents() -> str:
    """Why no lab with real agents, shaped and lossy lines can be built here; '' when it can."""
    missing = [name for name, path in (("tc", TC), ("iptables", IPTABLES), ("snmpd", SNMPD)) if not path]
    return f"Not installed: {', '.join(missing)}." if missing else why_not()


@dataclass
class Lab:
    """A core with agencies 1…n; with `chain` the last hangs behind the one before it, else all hang on the core."""

    prefix: str
    agencies: int
    chain: bool = True
    agents: "list[subprocess.Popen[bytes]]" = field(default_factory=list)

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

    def inside(self, node: str, *words: str) -> None:
        """A command in the namespace of a node."""
        subprocess.run([IP, "netns", "exec", f"{self.prefix}-{node}", *words], check=True, capture_output=True)

    def lose(self, number: int, share: float) -> None:
        """So many packets to and from an agency's router are lost, at random each way; 0 = none any more."""
        for way in ("INPUT", "OUTPUT"):
            self.inside(f"ag{number}", IPTABLES, "-w", "-F", way)
            if share:
                chance = ["-m", "statistic", "--mode", "random", "--probability", str(share)]
                self.inside(f"ag{number}", IPTABLES, "-w", "-A", way, *chance, "-j", "DROP")

    def slow(self, number: int, rate: str) -> None:
        """The core sends to an agency at this rate only: a few packets wait, the rest is lost; '' = as fast as it can."""
        qdisc = [TC, "qdisc", "replace" if rate else "del", "dev", f"ag{number}", "root"]
        self.inside("core", *qdisc, *(["tbf", "rate", rate, "burst", "2kb", "limit", "600"] if rate else []))

    def enter(self) -> None:
        """The calling thread lives in the watching place from now on: sockets that it opens do."""
        handle = os.open(f"/run/netns/{self.prefix}-noc", os.O_RDONLY)
        try:
            if ctypes.CDLL(None, use_errno=True).setns(handle, CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns")
        finally:
            os.close(handle)

    def serve_snmp(self, folder: Path) -> None:
        """A real agent on the core and on each agency's router; returns when all of them have begun."""
        for node in ("core", *(f"ag{number}" for number in range(1, self.agencies + 1))):
            place = folder / node
            place.mkdir()
            (place / "snmpd.conf").write_text(f"agentAddress udp:161\nrocommunity public\nsysName {node}\nsysLocation lab\n")
            command = [SNMPD, "-f", "-C", "-c", str(place / "snmpd.conf"), "-Lf", str(place / "log"), "-p", str(place / "pid")]
            environment = {"SNMP_PERSISTENT_DIR": str(place), "MIBS": "", "PATH": "/usr/sbin:/usr/bin:/bin"}
            self.agents.append(subprocess.Popen([IP, "netns", "exec", f"{self.prefix}-{node}", *command], env=environment))
        until = time.monotonic() + 30
        waiting = {folder / node.name / "log" for node in folder.iterdir()}
        while waiting := {log for log in waiting if not log.exists() or "NET-SNMP version" not in log.read_text()}:
            assert time.monotonic() < until, waiting
            time.sleep(0.1)

    def line(self) -> socket.socket:
        """A raw ICMP socket that lives in the watching place."""
        made: list[socket.socket] = []

        def make() -> None:
            self.enter()
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
        for number in range(1, self.agencies + (not self.chain)):
            self._join("core", f"ag{number}", f"198.18.{number}.1/30", f"ag{number}", "up0", f"{self.address(number)}/30")
            self.ip(f"ag{number}", "route", "add", "default", "via", f"198.18.{number}.1")
        if not self.chain:
            return
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
        """Takes every namespace away, and with them the agents and the lines."""
        for agent in self.agents:
            agent.terminate()
        for agent in self.agents:
            agent.wait(10)
        for node in ("noc", "core", *(f"ag{number}" for number in range(1, self.agencies + 1))):
            subprocess.run([IP, "netns", "del", f"{self.prefix}-{node}"], check=False, capture_output=True)


@contextmanager
def lab(agencies: int, *, chain: bool = True) -> Iterator[Lab]:
    """A lab for as long as the block runs."""
    built = Lab(f"pl{os.getpid()}", agencies, chain)
    try:
        built.build()
        yield built
    finally:
        built.take_down()
