"""InfluxDB 1.x and VictoriaMetrics beside PostgreSQL's part: the same rows, the same questions. Skipped where they are not installed."""

import contextlib
import json
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from _installation import free_port, line

SERIES, BATCH = 10_000, 50_000
STEP_S, END_S = 21_600, 1_760_000_000
INFLUX = """
reporting-disabled = true
bind-address = "127.0.0.1:{rpc}"
[meta]
  dir = "{folder}/meta"
[data]
  dir = "{folder}/data"
  wal-dir = "{folder}/wal"
  wal-fsync-delay = "0s"
[http]
  bind-address = "127.0.0.1:{port}"
  log-enabled = false
[monitor]
  store-enabled = false
"""


def bodies(rows: int, add: int = 0) -> Iterator[tuple[bytes, int]]:
    """Line protocol (time in seconds), all series step by step."""
    lines: list[str] = []
    for step in range(max(1, rows // SERIES)):
        at = END_S - step * STEP_S
        for series in range(SERIES):
            lines.append(f"level,r=v{series % 304},i=n{series // 304} value={(series * 7 + step * 3) % 997 / 10 + add} {at}")
            if len(lines) == BATCH:
                yield "\n".join(lines).encode(), len(lines)
                lines = []
    if lines:
        yield "\n".join(lines).encode(), len(lines)


@contextlib.contextmanager
def started(command: list[str], ready: str, folder: Path) -> Iterator[None]:
    """A peer that runs for the block."""
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        for _ in range(300):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(ready, timeout=2)
                break
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(30)


def post(url: str, body: bytes) -> None:
    """One request; an error ends the measurement."""
    urllib.request.urlopen(urllib.request.Request(url, body), timeout=120).read()


def asked(url: str) -> Callable[[], None]:
    """A question that must be answered with something."""

    def ask() -> None:
        with urllib.request.urlopen(url, timeout=120) as answer:
            found = json.load(answer)
        if not (found.get("results", [{}])[0].get("series") or found.get("data", {}).get("result")):
            raise SystemExit(f"no answer from {url}: {str(found)[:300]}")

    return ask


def run(name: str, write: str, rows: int, questions: dict[str, str], settle: str = "") -> None:
    """Ingest, the questions, and a correction of the newest step."""
    begun, count = time.perf_counter(), 0
    making, made = 0.0, time.perf_counter()
    for body, lines in bodies(rows):
        making += time.perf_counter() - made
        post(write, body)
        count += lines
        made = time.perf_counter()
    seconds = time.perf_counter() - begun - making
    print(f"\n{name}: {count:,} rows over HTTP, {BATCH:,} a request: {count / seconds:,.0f} rows/s")
    if settle:
        urllib.request.urlopen(settle, timeout=60).read()
    for what, url in questions.items():
        ask, took = asked(url), []
        for _ in range(11):
            start = time.perf_counter()
            ask()
            took.append((time.perf_counter() - start) * 1000)
        print(line(f"  {what}", took[1:], "ms"))
    body, lines = next(bodies(rows, add=1))
    start = time.perf_counter()
    post(write, body)
    print(f"  corrections, which overwrite: {lines / (time.perf_counter() - start):,.0f} rows/s")


def peers(rows: int) -> None:
    """Both peers, one after the other."""
    folder = Path(tempfile.mkdtemp(prefix="pendopo-peers-"))
    port, first = free_port(), END_S - 365 * 86_400
    try:
        if shutil.which("influxd"):
            (folder / "influx.conf").write_text(INFLUX.format(folder=folder, port=port, rpc=free_port()))
            base = f"http://127.0.0.1:{port}"
            with started(["influxd", "-config", str(folder / "influx.conf")], f"{base}/ping", folder):
                post(f"{base}/query", urllib.parse.urlencode({"q": "CREATE DATABASE b"}).encode())
                ask = {
                    "a board: 24 sums over 304, 30 days": f"SELECT sum(value) FROM level WHERE i =~ /^n([0-9]|1[0-9]|2[0-3])$/ "
                    f"AND time > {END_S - 2592000}s AND time <= {END_S}s GROUP BY i, time(6h)",
                    "one series over a year by day": "SELECT mean(value) FROM level WHERE r = 'v1' AND i = 'n1' "
                    f"AND time > {first}s AND time <= {END_S}s GROUP BY time(1d) fill(none)",
                    "newest value of 10,000 series": "SELECT last(value) FROM level GROUP BY r, i",
                }
                urls = {what: f"{base}/query?" + urllib.parse.urlencode({"db": "b", "q": text}) for what, text in ask.items()}
                run("InfluxDB", f"{base}/write?db=b&precision=s", rows, urls)
        if shutil.which("victoria-metrics"):
            port = free_port()
            base = f"http://127.0.0.1:{port}"
            command = ["victoria-metrics", f"-httpListenAddr=127.0.0.1:{port}", f"-storageDataPath={folder}/vm", "-retentionPeriod=10y"]
            command += ["-search.maxUniqueTimeseries=1000000", "-search.disableCache"]
            with started(command, f"{base}/health", folder):
                ask = {
                    "a board: 24 sums over 304, 30 days": (
                        "query_range",
                        "sum(level_value{i=~'n([0-9]|1[0-9]|2[0-3])'}) by (i)",
                        END_S - 2592000,
                        STEP_S,
                    ),
                    "one series over a year by day": ("query_range", "avg_over_time(level_value{r='v1',i='n1'}[1d])", first, 86_400),
                    "newest value of 10,000 series": ("query", "last_over_time(level_value[1d])", END_S, STEP_S),
                }
                urls = {}
                for what, (kind, text, since, step) in ask.items():
                    words = {"query": text, "start": since, "end": END_S, "step": f"{step}s", "time": END_S}
                    urls[what] = f"{base}/api/v1/{kind}?" + urllib.parse.urlencode(words)
                run("VictoriaMetrics", f"{base}/write?precision=s", rows, urls, f"{base}/internal/force_flush")
        print("\nNeither keeps what was known before a correction: the board as of a moment can be asked of neither.")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    peers(1_000_000)
