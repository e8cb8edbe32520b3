"""The anomaly rule with its defaults on the labelled series of NAB, scored by NAB's published definition (standard profile).

Beside it: a fixed threshold of three standard deviations over all earlier values, as the peer that everybody has.
Needs the recorded series: ../shared/data/anomalies, or the folder in PENDOPO_NAB.
"""

import csv
import json
import math
import os
import statistics
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from pendopo.alerts.rules import rule_of

NAMED = os.environ.get("PENDOPO_NAB")
PLACES = [Path(NAMED)] if NAMED else [up / "shared/data/anomalies" for up in Path(__file__).resolve().parents]
PROBATION, LONGEST_PROBATION = 0.15, 750
FALSE_WEIGHT = 0.11
# Series in which nothing happens.
SILENT = ("art_flatline.csv", "art_daily_no_noise.csv")

Series = list[tuple[datetime, float]]
Window = tuple[int, int]


def sigmoid(position: float) -> float:
    """NAB's scaled sigmoid: near 1 well before 0, near -1 after it."""
    return -1.0 if position > 3 else 2 / (1 + math.exp(5 * position)) - 1


def score(length: int, windows: list[Window], detections: list[int]) -> tuple[float, int, int]:
    """Points, windows found and false detections of one series. Only the first detection in a window counts; outside each costs."""
    points, found, wrong = 0.0, set(), 0
    for at in sorted(detections):
        if at < min(int(PROBATION * length), LONGEST_PROBATION):
            continue
        inside = next((window for window in windows if window[0] <= at <= window[1]), None)
        if inside in found:
            continue
        if inside:
            found.add(inside)
            points += sigmoid(-(inside[1] - at + 1) / (inside[1] - inside[0] + 1)) / sigmoid(-1)
            continue
        wrong += 1
        before = [window for window in windows if window[1] < at]
        away = (at - before[-1][1]) / (before[-1][1] - before[-1][0]) if before else math.inf
        points += FALSE_WEIGHT * sigmoid(away)
    return points - (len(windows) - len(found)), len(found), wrong


def ours(series: Series) -> list[int]:
    """Where the anomaly rule begins to fire."""
    places = {at: number for number, (at, _) in enumerate(series)}
    return [places[firing.start] for firing in rule_of({"kind": "anomaly"}).firings(sorted(dict(series).items()))]


def three_sigma(series: Series) -> list[int]:
    """Where a value first leaves three standard deviations of all before it."""
    found, hot, total, squares = [], False, 0.0, 0.0
    for number, (_, value) in enumerate(series):
        if number > 30:
            deviation = math.sqrt(max(squares / number - (total / number) ** 2, 0.0))
            now = abs(value - total / number) > 3 * deviation + 1e-9
            if now and not hot:
                found.append(number)
            hot = now
        total, squares = total + value, squares + value * value
    return found


def read(folder: Path) -> dict[str, tuple[Series, list[Window]]]:
    """Every series with its labelled windows as row numbers."""
    labels, found = json.loads((folder / "combined_windows.json").read_text(encoding="utf-8")), {}
    for path in sorted(folder.glob("*/*.csv")):
        with path.open(encoding="utf-8") as file:
            series = [(datetime.fromisoformat(row["timestamp"]), float(row["value"])) for row in csv.DictReader(file)]
        times = [at for at, _ in series]
        ends = [[datetime.fromisoformat(end) for end in window] for window in labels[f"{path.parent.name}/{path.name}"]]
        found[path.name] = (series, [(bisect_left(times, first), bisect_right(times, last) - 1) for first, last in ends])
    return found


def total(everything: dict[str, tuple[Series, list[Window]]], detect: Callable[[Series], list[int]]) -> tuple[float, int, int, int]:
    """The normalised score (0 = silent, 100 = perfect), windows found, windows, false detections."""
    scores = [score(len(series), windows, detect(series)) for series, windows in everything.values()]
    count = sum(len(windows) for _, windows in everything.values())
    points = math.fsum(one[0] for one in scores)
    return 100 * (points + count) / (2 * count), sum(one[1] for one in scores), count, sum(one[2] for one in scores)


def main() -> None:
    """Prints one line a detector."""
    folder = next((place for place in PLACES if place.exists()), None)
    if folder is None:
        sys.exit("The labelled series are not here: put them at ../shared/data/anomalies or name the folder in PENDOPO_NAB.")
    everything = read(folder)
    print(f"{len(everything)} series, {statistics.median(len(series) for series, _ in everything.values()):.0f} values each (median)")
    for name, detect in (("anomaly rule, defaults", ours), ("three standard deviations", three_sigma)):
        points, found, count, wrong = total(everything, detect)
        print(f"{name}: score {points:.1f} (target 40), {found} of {count} windows, {wrong} false")
    for name in SILENT:
        print(f"{name}: the anomaly rule fires {len(ours(everything[name][0]))} times (target 0)")


if __name__ == "__main__":
    main()
