"""The network: what polling costs beside prometheus-snmp-exporter and pysnmp on the same agents, and how soon a cut link is told.

1. Rounds over DEVICES agents with 24 interfaces of 6 columns each; CPU of the poller for each device and round, three interleaved runs.
   The agents serve a recording of `snmpsim-data` where that is installed. 2. The share of a core that 400 such devices take when each is
   polled every ten seconds. Peers that are not installed are left out and named. Usage: python bench/network.py [DEVICES] [ROUNDS]
"""

import asyncio
import importlib.util
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from _agents import INTERFACES, address
from _installation import free_port, line, machine

from pendopo.bus.messages import PollDevice, PollPort
from pendopo.collect.credentials import Credentials
from pendopo.collect.polling import Poller, questions

HERE = Path(__file__).resolve().parent
RUNS, SITES, EVERY_S = 3, 400, 10.0
EXPORTER = shutil.which("prometheus-snmp-exporter") or ""
MODULE = """
interfaces:
  walk: [{walk}]
  get: [1.3.6.1.2.1.1.3.0]
  max_repetitions: 25
  metrics:
{metrics}  version: 2
  auth: {{community: public}}
"""
METRIC = """    - {{name: {name}, oid: {oid}, type: {kind}, indexes: [{{labelname: ifIndex, type: gauge}}]}}
"""
COLUMNS = {
    "ifOperStatus": ("1.3.6.1.2.1.2.2.1.8", "gauge"),
    "ifInDiscards": ("1.3.6.1.2.1.2.2.1.13", "counter"),
    "ifInErrors": ("1.3.6.1.2.1.2.2.1.14", "counter"),
    "ifOutErrors": ("1.3.6.1.2.1.2.2.1.20", "counter"),
    "ifHCInOctets": ("1.3.6.1.2.1.31.1.1.1.6", "counter"),
    "ifHCOutOctets": ("1.3.6.1.2.1.31.1.1.1.10", "counter"),
}
PORTS = [PollPort(number=number, name=f"eth{number}") for number in range(1, INTERFACES + 1)]
# The same questions for every library: six columns of all interfaces, in packets of a real line.
ASKED = questions(PORTS)


def recording() -> Path | None:
    """A walk of a real device, where its package is installed."""
    for package in ("snmpsim", "snmpsim_data"):
        found = importlib.util.find_spec(package)
        places = list(Path(found.origin).parent.rglob("linux-full-walk.snmprec")) if found and found.origin else []
        if places:
            return places[0]
    return None


@contextmanager
def agents(count: int) -> Iterator[int]:
    """So many agents, all on one port."""
    port, walk = free_port(), recording()
    command = [sys.executable, str(HERE / "_agents.py"), str(port), str(count), *([str(walk)] if walk else [])]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert running.stdout is not None and running.stdout.readline().strip() == "ready"
        yield port
    finally:
        running.terminate()
        running.wait()


def spent() -> float:
    """CPU seconds of this process."""
    return time.process_time()


def ours(port: int, devices: int, rounds: int) -> float:
    """CPU seconds a device and round of the collector's own pollers, with everything they do with what they hear."""
    told = [0]

    def tell(*_word: object) -> None:
        told[0] += 1

    async def run() -> float:
        pollers = [
            Poller(
                PollDevice(code=f"d{number}", address=address(number), region="35.16", port=port, ports=PORTS), Credentials(), tell, tell
            )
            for number in range(devices)
        ]
        await asyncio.gather(*(poller.once() for poller in pollers))  # sessions are opened once, not each round
        begun = spent()
        for _round in range(rounds):
            await asyncio.gather(*(poller.once() for poller in pollers))
        done = spent() - begun
        assert told[0] >= devices and not any(poller.complained for poller in pollers)
        return done

    return asyncio.run(run()) / devices / rounds


def pysnmp(port: int, devices: int, rounds: int) -> float:
    """The same questions by pysnmp, in a process of its own; it prints its CPU seconds a device and round."""
    program = HERE / "_pysnmp.py"
    done = subprocess.run([sys.executable, str(program), str(port), str(devices), str(rounds)], capture_output=True, text=True, check=True)
    return float(done.stdout)


def exporter(port: int, devices: int, rounds: int) -> float:
    """The same columns walked by prometheus-snmp-exporter: CPU of its process a scrape."""
    with tempfile.TemporaryDirectory() as folder:
        conf = Path(folder) / "snmp.yml"
        metrics = "".join(METRIC.format(name=name, oid=oid, kind=kind) for name, (oid, kind) in COLUMNS.items())
        conf.write_text(MODULE.format(walk=", ".join(oid for oid, _kind in COLUMNS.values()), metrics=metrics))
        http = free_port()
        command = [EXPORTER, f"--config.file={conf}", f"--web.listen-address=127.0.0.1:{http}", "--log.level=error"]
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            for _turn in range(100):
                try:
                    scrape(http, port, 0)
                    break
                except OSError:
                    time.sleep(0.1)
            process = psutil.Process(running.pid)
            before = process.cpu_times()
            for _round in range(rounds):
                for number in range(devices):
                    assert f'ifHCInOctets{{ifIndex="{INTERFACES}"}}' in scrape(http, port, number)
            after = process.cpu_times()
            return (after.user + after.system - before.user - before.system) / devices / rounds
        finally:
            running.terminate()
            running.wait()


def scrape(http: int, port: int, number: int) -> str:
    """What the exporter says of one device."""
    url = f"http://127.0.0.1:{http}/snmp?module=interfaces&target={address(number)}:{port}"
    with urllib.request.urlopen(url, timeout=10) as answer:
        return str(answer.read().decode())


def main() -> None:
    """Runs all and prints."""
    devices, rounds = (int(word) for word in (*sys.argv[1:3], *("100", "5")[len(sys.argv) - 1 :]))
    print(machine())
    walk = recording()
    print(
        f"{devices} agents of {INTERFACES} interfaces, {sum(len(group) for group in ASKED)} values a round, "
        f"{'values of ' + walk.name if walk else 'made-up values (snmpsim-data is not installed)'}\n"
    )
    takers: dict[str, Callable[[int, int, int], float]] = {"the collector's pollers": ours}
    if EXPORTER:
        takers["prometheus-snmp-exporter"] = exporter
    else:
        print("prometheus-snmp-exporter is not installed: left out")
    if importlib.util.find_spec("pysnmp"):
        takers["pysnmp"] = pysnmp
    else:
        print("pysnmp is not installed: left out")
    found: dict[str, list[float]] = {name: [] for name in takers}
    with agents(devices) as port:
        for _run in range(RUNS):
            for name, take in takers.items():
                fewer = max(1, rounds // 5) if name == "pysnmp" else rounds
                found[name].append(take(port, devices, fewer) * 1e3)
    mine = found["the collector's pollers"]
    for name, costs in found.items():
        print(line(f"{name}: CPU a device and round", costs, "ms", 3))
        if costs is not mine:
            print(line("  as a multiple of the collector's", [cost / own for cost, own in zip(costs, mine, strict=True)], "×", 1))
    print(line(f"{SITES} such devices every {EVERY_S:.0f} s take of a core", [SITES * cost / EVERY_S / 10 for cost in mine], "%", 2))


if __name__ == "__main__":
    main()
