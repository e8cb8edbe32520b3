"""How long until a corrected row has corrected everything that is derived from it, and how long a year of history takes to be derived.

A whole installation (`pendopo up`): 18 districts with a year of daily cases, a yearly population, and five derived indicators, two of them
derived from others. Seen from outside: from the answer to POST (the correction is committed) until GET shows the new value of every
dependant of both depths. Usage: python bench/derive.py [CORRECTIONS]
"""

import json
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from _installation import PENDOPO, Installation, installation, line, machine

DAYS = 365
FIRST = date(2025, 11, 1)
DISTRICTS = [f"35.16.{number:02d}" for number in range(1, 19)]
TARGET_S = 1.0
PATIENCE_S = 120.0

CATALOGUE = """
sources:
  - {code: dinkes, name: Dinas Kesehatan, agency: Dinas Kesehatan}
indicators:
  - {code: cases, name: Kasus, unit: kasus, every: 1d, kind: count, level: district, sources: [dinkes], publicity: public}
  - {code: population, name: Penduduk, unit: jiwa, every: 1y, kind: gauge, level: district, sources: [dinkes], publicity: public}
  - code: incidence
    name: Insidens
    publicity: public
    derived: {per_100k: {of: {moving_sum: {of: cases, window: 7d}}, population: population}}
  - {code: total, name: Total, publicity: public, derived: {cumulative: cases}}
  - {code: part, name: Bagian, publicity: public, derived: {share: {moving_sum: {of: cases, window: 7d}}}}
  - {code: rise, name: Kenaikan, publicity: public, derived: {change: {of: incidence, window: 7d}}}
  - {code: place, name: Peringkat, publicity: public, derived: {rank: {of: incidence, order: ascending}}}
"""
# A rank may stay what it was; these move with every correction.
MOVING = ("incidence", "total", "part", "rise")


class Yard:
    """An installation with the catalogue loaded and a key to write with."""

    def __init__(self, house: Installation) -> None:
        self.house = house
        catalogue = house.folder.parent / "derived.yaml"
        catalogue.write_text(CATALOGUE)
        self._command("catalogue", "load", str(catalogue))
        self.key = json.loads(self._command("key", "new", "--source", "dinkes", "--json"))["key"]

    def _command(self, *words: str) -> str:
        done = subprocess.run([PENDOPO, *words, "--data", self.house.folder], capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"pendopo {' '.join(words)}: {done.stdout}{done.stderr}")
        return done.stdout

    def post(self, rows: Sequence[tuple[str, str, str, float]]) -> None:
        """Sends rows (indicator, region, day, value) as one body; returns after their commit."""
        names = ("indicator", "region", "at", "value")
        body = json.dumps({"observations": [dict(zip(names, row, strict=True)) for row in rows]}).encode()
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.house.url}/api/v1/observations", body, headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            receipt = json.load(answer)
        if receipt["accepted"] != len(rows):
            raise SystemExit(f"not every row was accepted: {receipt}")

    def latest(self, query: str) -> list[dict[str, Any]]:
        """The newest words."""
        with urllib.request.urlopen(f"{self.house.url}/api/v1/latest?{query}", timeout=30) as answer:
            found: list[dict[str, Any]] = json.load(answer)["items"]
        return found


def history(yard: Yard) -> None:
    """A year of cases in 18 districts, derived for the first time."""
    days = [(FIRST + timedelta(n)).isoformat() for n in range(DAYS)]
    yard.post([("population", code, "2025-01-01", 40_000.0 + n) for n, code in enumerate(DISTRICTS)])
    yard.post([("cases", code, day, float((n * 7 + m * 3) % 11)) for n, code in enumerate(DISTRICTS) for m, day in enumerate(days)])
    begun = time.perf_counter()
    last = f"{FIRST + timedelta(DAYS - 2)}T17:00:00Z"
    while sum(item["at"] == last for item in yard.latest("indicator=place,rise")) < 2 * len(DISTRICTS):
        if time.perf_counter() - begun > PATIENCE_S:
            raise SystemExit("the history was not derived in time")
        time.sleep(0.05)
    seconds = time.perf_counter() - begun
    figures = len(DISTRICTS) * (DAYS + 3 * (DAYS - 6) + (DAYS - 13))
    print(f"a year of {len(DISTRICTS)} districts: {figures:,} figures derived in {seconds:.1f} s ({figures / seconds:,.0f}/s)")


def corrections(yard: Yard, count: int) -> list[float]:
    """Corrects the newest day again and again; the seconds until every dependant shows it."""
    last, took = (FIRST + timedelta(DAYS - 1)).isoformat(), []
    query = f"indicator={','.join(MOVING)}&region={DISTRICTS[0]}"
    for number in range(count):
        before = {item["indicator"]: item["value"] for item in yard.latest(query)}
        yard.post([("cases", DISTRICTS[0], last, 100.0 + number)])
        begun = time.perf_counter()
        while any(item["value"] == before[item["indicator"]] for item in yard.latest(query)):
            if time.perf_counter() - begun > PATIENCE_S:
                raise SystemExit("the correction did not reach every dependant in time")
            time.sleep(0.005)
        took.append(time.perf_counter() - begun)
        time.sleep(0.3)
    return took


def main() -> None:
    """Prints the measurements; exit 1 when the median misses the target."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    print(machine())
    with installation() as house:
        yard = Yard(house)
        history(yard)
        took = corrections(yard, count)
    print(line("one corrected row, dependants of both depths", [seconds * 1000 for seconds in took], "ms"))
    met = statistics.median(took) <= TARGET_S
    print(f"target: at most {TARGET_S * 1000:.0f} ms: {'met' if met else 'missed'}")
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    main()
