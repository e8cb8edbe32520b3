"""What EARS C1-C3 and CUSUM cost and bring: false alarms a year on quiet counts, days until a seeded outbreak is told.

Quiet counts are Poisson with a constant mean (the standard null case). An outbreak adds cases that rise in a straight line for a week to
the named multiple of the mean and stay there for a week. Everything is drawn from one seed. No installation is needed.
"""

import math
import random
import statistics
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from pendopo.alerts.rules import rule_of

SEED = 20261129
MEANS = (0.5, 2.0, 10.0, 40.0)
QUIET_YEARS = 20
OUTBREAKS = 200
BEFORE, RISE, STAY = 60, 7, 7
EXTRAS = (1.0, 2.0, 4.0)
RULES = {
    "EARS C1": {"kind": "ears", "method": "c1"},
    "EARS C2": {"kind": "ears", "method": "c2"},
    "EARS C3": {"kind": "ears", "method": "c3"},
    "CUSUM h=5 k=0.5": {"kind": "cusum"},
    "CUSUM h=8 k=0.5": {"kind": "cusum", "h": 8},
}
START = datetime(2000, 1, 1, tzinfo=UTC)


def poisson(chance: random.Random, mean: float) -> int:
    """One count: products of uniform numbers (Knuth)."""
    limit, product, count = math.exp(-mean), chance.random(), 0
    while product > limit:
        product *= chance.random()
        count += 1
    return count


def days(values: list[int]) -> list[tuple[datetime, float]]:
    """One value a day."""
    return [(START + timedelta(days=number), float(value)) for number, value in enumerate(values)]


def quiet(mean: float) -> list[tuple[datetime, float]]:
    """Years in which nothing happens."""
    chance = random.Random(f"{SEED} quiet {mean}")
    return days([poisson(chance, mean) for _ in range(QUIET_YEARS * 365)])


def outbreaks(mean: float, extra: float) -> Iterator[list[tuple[datetime, float]]]:
    """Sixty quiet days, then an outbreak."""
    chance = random.Random(f"{SEED} outbreak {mean} {extra}")
    for _ in range(OUTBREAKS):
        lifted = [min(1.0, (day + 1) / RISE) * extra * mean for day in range(RISE + STAY)]
        yield days([poisson(chance, mean) for _ in range(BEFORE)] + [poisson(chance, mean + more) for more in lifted])


def delay(series: list[tuple[datetime, float]], about: dict[str, object]) -> float | None:
    """Days from the first day of the outbreak to the alert (0 = the same day); None when it was never told. One that fires already
    when the outbreak begins counts as told then."""
    first = START + timedelta(days=BEFORE)
    told = [f for f in rule_of(about).firings(series) if f.start >= first or f.end is None or f.end > first]
    return max(0.0, (told[0].start - first).days) if told else None


def main() -> None:
    """Prints two tables."""
    print(f"false alarms a year, {QUIET_YEARS} years of quiet counts a cell; in brackets the days between two")
    print(f"{'mean a day':<18}" + "".join(f"{mean:>18g}" for mean in MEANS))
    for name, about in RULES.items():
        found = [len(rule_of(about).firings(quiet(mean))) / QUIET_YEARS for mean in MEANS]
        print(f"{name:<18}" + "".join(f"{rate:>10.1f} ({365 / rate if rate else math.inf:>4.0f})" for rate in found))
    print(f"\ndays of delay (median) and share told within {RISE + STAY} days, {OUTBREAKS} outbreaks a cell")
    for extra in EXTRAS:
        print(f"{f'mean a day × {1 + extra:g}':<18}" + "".join(f"{mean:>18g}" for mean in MEANS))
        for name, about in RULES.items():
            cells = []
            for mean in MEANS:
                told = [delay(series, about) for series in outbreaks(mean, extra)]
                late = [one for one in told if one is not None]
                cells.append(f"{statistics.median(late) if late else math.nan:>9.1f} ({100 * len(late) / len(told):>3.0f} %)")
            print(f"{name:<18}" + "".join(f"{cell:>18}" for cell in cells))


if __name__ == "__main__":
    main()
