"""Much history: how long a board, the same board as of last month, a year of a series, the newest values and a correction take.

A whole installation (`pendopo up`), filled in bulk; first all open, then every month that is over closed. Usage:
python bench/history.py [ROWS], 20 million when not said; 100 million is the long form. Afterwards InfluxDB and VictoriaMetrics, where
installed, take as many rows as a quarter of it (5 million at most) in 10,000 series and answer the same kinds of questions.
"""

import json
import subprocess
import sys

from _installation import HERE, PENDOPO, installation, machine
from _peers import peers

ROWS = 20_000_000


def board(village: str) -> str:
    """The definition of a board of 24 numbers of one village with their recent past, and a choropleth of the districts."""
    tiles = [f"  - {{kind: number, indicator: [bench-{n}], region: '{village}', spark: 30d, size: [2, 2]}}" for n in range(24)]
    tiles.append("  - {kind: choropleth, indicator: [bench-24], region: '35.16', size: [4, 5]}")
    return "code: bench\ntitle: {id: Uji, en: Bench}\ntiles:\n" + "\n".join(tiles) + "\n"


def main() -> None:
    """Prints the table."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    print(machine(), flush=True)
    with installation() as running:
        yard = running.yard(57)
        place = running.folder.parent / "board.yaml"
        place.write_text(board(yard["villages"][0]))
        subprocess.run([PENDOPO, "board", "load", str(place), "--data", running.folder], check=True, capture_output=True)
        made = subprocess.run([PENDOPO, "screen", "new", "bench", "--json", "--data", running.folder], check=True, capture_output=True)
        token = json.loads(made.stdout)["token"]
        subprocess.run([sys.executable, "-u", HERE / "_history.py", running.url, str(rows), token, yard["key"]], check=True)
    peers(min(rows // 4, 5_000_000))


if __name__ == "__main__":
    main()
