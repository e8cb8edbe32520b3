"""How soon an existing folder is ready, and how much memory an idle installation holds. Usage: python bench/start.py [ROUNDS]"""

import sys
import tempfile
import time
from pathlib import Path

from _installation import free_port, line, machine, start

IDLE_S = 15.0


def main() -> None:
    """Prints the table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    print(machine())
    with tempfile.TemporaryDirectory(prefix="pendopo-bench-", ignore_cleanup_errors=True) as place:
        Path(place).chmod(0o711)
        folder, port = Path(place) / "data", free_port()
        first = start(folder, port)
        first.stop()
        ready, stopped, totals = [], [], []
        parts: dict[str, list[float]] = {}
        for _ in range(rounds):
            running = start(folder, port)
            ready.append(running.ready_s)
            time.sleep(IDLE_S)
            memory = running.memory_mb()
            totals.append(sum(pss for pss, _rss in memory.values()))
            for name, (pss, _rss) in memory.items():
                parts.setdefault(name, []).append(pss)
            begun = time.monotonic()
            running.stop()
            stopped.append(time.monotonic() - begun)
    print(line("pendopo up on an empty folder: /readyz is 200", [first.ready_s], "s", 1))
    print(line("pendopo up on an existing folder: /readyz is 200", ready, "s", 1))
    print(line("stopped after SIGTERM", stopped, "s", 1))
    print(line(f"memory of all processes after {IDLE_S:.0f} s (PSS)", totals, "MB"))
    for name, values in parts.items():
        print(line(f"  {name}", values, "MB"))


main()
