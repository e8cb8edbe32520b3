"""Faults seeded into the real files: how many the checks catch, and how often they speak about clean rows. pandera's rules beside them.

Usage: python bench/faults.py [FAULTS] [SEED]. Needs the real files (PENDOPO_REAL or ../shared/data) and `uv sync --group bench`.

Each file is delivered day by day. On seeded days the delivery is spoilt, judged, and put aside; the true one follows, as after a person's
correction. A fault in single rows is caught when its row is flagged, quarantined or rejected; one of a whole delivery when at least half of
the rows that it changed are. The product's own functions judge (checks.Judge, soundness.look, steps.judge_steps), over a history in memory.
"""

import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import _pandera
from _lines import DATA, Day, History, gauges, prices, provinces

from pendopo.indicators.checks import Observation

WARM_DAYS = 60  # deliveries before the first fault, so that there is a history to compare with
Rows = list[Observation]
Spoil = Callable[[Rows, Rows, random.Random], "tuple[Rows, set[int]] | None"]


def _one(
    rows: Rows, chance: random.Random, change: Callable[[Observation], Observation | None], least: float = 0.0
) -> tuple[Rows, set[int]] | None:
    """Changes one row whose value is above `least`; None when there is none or it does not change."""
    places = [index for index, row in enumerate(rows) if row.value is not None and row.value > least]
    chance.shuffle(places)
    for place in places:
        changed = change(rows[place])
        if changed is not None and changed != rows[place]:
            return [*rows[:place], changed, *rows[place + 1 :]], {place + 1}
    return None


def _with(row: Observation, **changes: object) -> Observation:
    values = {name: getattr(row, name) for name in row.__struct_fields__}
    return Observation(**{**values, **changes})  # type: ignore[arg-type]


def times(factor: float) -> Spoil:
    """One value in another unit."""
    return lambda rows, _before, chance: _one(rows, chance, lambda row: _with(row, value=(row.value or 0) * factor))


def whole(factor: float) -> Spoil:
    """The whole delivery in another unit."""

    def spoil(rows: Rows, _before: Rows, _chance: random.Random) -> tuple[Rows, set[int]] | None:
        touched = {index + 1 for index, row in enumerate(rows) if row.value}
        return ([_with(row, value=(row.value or 0) * factor) for row in rows], touched) if touched else None

    return spoil


def decimal_comma(rows: Rows, _before: Rows, chance: random.Random) -> tuple[Rows, set[int]] | None:
    """`1,632` read without its comma; `11.850` read with a decimal point."""

    def change(row: Observation) -> Observation | None:
        value = row.value or 0.0
        if value != int(value):
            return _with(row, value=float(f"{value:.3f}".rstrip("0").replace(".", "")))
        return _with(row, value=value / 1000) if value >= 1000 else None

    return _one(rows, chance, change)


def copied(rows: Rows, before: Rows, _chance: random.Random) -> tuple[Rows, set[int]] | None:
    """Yesterday's values under today's times."""
    place = {(row.indicator, row.region, str(row.dims), row.at[11:19]): row.value for row in before}
    values = [place.get((row.indicator, row.region, str(row.dims), row.at[11:19])) for row in rows]
    if None in values or [row.value for row in rows] == values or len(set(values)) < 3:
        return None
    return [_with(row, value=value) for row, value in zip(rows, values, strict=True)], set(range(1, len(rows) + 1))


def shifted(hours: int) -> Spoil:
    """Local time written as UTC (+7 h) or UTC written as local time (−7 h)."""

    def spoil(rows: Rows, _before: Rows, _chance: random.Random) -> tuple[Rows, set[int]] | None:
        if len(rows) < 12:
            return None
        moved = [_with(row, at=(datetime.fromisoformat(row.at) + timedelta(hours=hours)).isoformat()) for row in rows]
        return moved, set(range(1, len(rows) + 1))

    return spoil


def stuck(rows: Rows, _before: Rows, chance: random.Random) -> tuple[Rows, set[int]] | None:
    """A sensor that repeats its last value for the rest of the day, at least twelve times."""
    if len(rows) < 18:
        return None
    start = chance.randrange(0, len(rows) - 12)
    value = rows[start].value
    return [*rows[: start + 1], *(_with(row, value=value) for row in rows[start + 1 :])], set(range(start + 2, len(rows) + 1))


def swapped(rows: Rows, _before: Rows, chance: random.Random) -> tuple[Rows, set[int]] | None:
    """Two regions that changed places, all their rows."""
    one, other = chance.sample(sorted({row.region for row in rows}), 2)
    to = {one: other, other: one}
    touched = {index + 1 for index, row in enumerate(rows) if row.region in to and row.indicator.endswith("-total") and row.value}
    return ([_with(row, region=to.get(row.region, row.region)) for row in rows], touched) if touched else None


def misread_total(rows: Rows, _before: Rows, chance: random.Random) -> tuple[Rows, set[int]] | None:
    """Two digits of a running total that changed places."""

    def change(row: Observation) -> Observation | None:
        digits = str(int(row.value or 0))
        if not row.indicator.endswith("-total") or len(digits) < 3:
            return None
        return _with(row, value=float(digits[0] + digits[2] + digits[1] + digits[3:]))

    return _one(rows, chance, change)


def unknown_code(rows: Rows, _before: Rows, chance: random.Random) -> tuple[Rows, set[int]] | None:
    """A region code whose digits Excel or a hand changed into one that does not exist."""
    return _one(
        rows, chance, lambda row: _with(row, region=row.region.replace("35.14", "35.140")[::-1] if "." not in row.region else "35.140")
    )


RIVER: dict[str, Spoil] = {
    "×1000": times(1000),
    "×10": times(10),
    "÷10": times(0.1),
    "decimal comma": decimal_comma,
    "whole delivery ×100": whole(100),
    "copy of yesterday": copied,
    "WIB as UTC": shifted(7),
    "UTC as WIB": shifted(-7),
    "stuck sensor": stuck,
    "unknown code": unknown_code,
}
RAIN: dict[str, Spoil] = {"×1000": times(1000), "WIB as UTC": shifted(7), "UTC as WIB": shifted(-7)}
COVID: dict[str, Spoil] = {
    "×1000": times(1000),
    "×10": times(10),
    "whole delivery ×10": whole(10),
    "copy of yesterday": copied,
    "swapped codes": swapped,
    "digits swapped": misread_total,
}
PRICE: dict[str, Spoil] = {
    "×1000": times(1000),
    "×10": times(10),
    "÷10": times(0.1),
    "decimal comma": decimal_comma,
    "whole delivery ÷1000": whole(0.001),
    "copy of yesterday": copied,
}


@dataclass
class Score:
    """Caught and seeded by kind, for the product and for pandera's rules."""

    seeded: Counter[tuple[str, str]] = field(default_factory=Counter)
    caught: Counter[tuple[str, str]] = field(default_factory=Counter)
    peer: Counter[tuple[str, str]] = field(default_factory=Counter)
    clean: int = 0
    peer_false: int = 0
    false: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))


def run(name: str, days: list[Day], kinds: dict[str, Spoil], wanted: int, chance: random.Random, score: Score) -> None:
    """Delivers a file day by day, with `wanted` faults spread over its kinds and days."""
    history, before = History(), days[0]
    at = set(chance.sample(range(WARM_DAYS, len(days)), min(len(days) - WARM_DAYS, 3 * wanted)))
    order = list(kinds)
    left = wanted
    for number, day in enumerate(days):
        if number in at and left:
            kind = order[(wanted - left) % len(order)]
            spoilt = kinds[kind](day.rows, before.rows, chance)
            if spoilt is not None:
                left -= 1
                _try(name, kind, history, day._replace(rows=spoilt[0]), spoilt[1], score)
        said, placed = history.judge(day)
        history.take(placed, said)
        score.clean += len(day.rows)
        score.peer_false += len(_pandera.complaints(day))
        for row, code in said.items():
            score.false[name, code] += 1
            score.examples[name, code].append(f"{day.rows[row - 1].region} {day.rows[row - 1].at} {day.rows[row - 1].value}")
        before = day


def _try(name: str, kind: str, history: History, day: Day, touched: set[int], score: Score) -> None:
    said, _ = history.judge(day)
    score.seeded[name, kind] += 1
    score.caught[name, kind] += 2 * len(touched & set(said)) >= len(touched)
    score.peer[name, kind] += 2 * len(touched & _pandera.complaints(day)) >= len(touched)


def main() -> None:
    """Seeds, judges, prints."""
    if not DATA.exists():
        sys.exit(f"The real files are not at {DATA}: set PENDOPO_REAL.")
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    chance, score, begun = random.Random(seed), Score(), time.monotonic()
    run("river level", gauges("awlr_purwodadi", "river-level"), RIVER, wanted * 10 // 30, chance, score)
    run("rain", gauges("arr_cendono", "rainfall"), RAIN, wanted * 3 // 30, chance, score)
    run("covid-19", provinces(), COVID, wanted * 9 // 30, chance, score)
    run("prices", prices(), PRICE, wanted * 8 // 30, chance, score)
    print(f"{'file':<14}{'fault':<24}{'seeded':>8}{'caught':>8}{'pandera':>9}")
    for file, kind in score.seeded:
        place = file, kind
        print(f"{file:<14}{kind:<24}{score.seeded[place]:>8}{score.caught[place]:>8}{score.peer[place]:>9}")
    total, caught, peer = (sum(side.values()) for side in (score.seeded, score.caught, score.peer))
    print(f"{'all':<38}{total:>8}{caught:>8}{peer:>9}")
    print(f"{'share':<38}{'':>8}{caught / total:>8.1%}{peer / total:>9.1%}")
    false = sum(score.false.values())
    print(
        f"\nClean rows: {score.clean}. Spoken about: {false}, {1000 * false / score.clean:.2f} per 1,000; "
        f"pandera {score.peer_false}, {1000 * score.peer_false / score.clean:.2f} per 1,000."
    )
    for place, count in score.false.most_common():
        print(f"  {place[0]}, {place[1]}: {count}, for example {'; '.join(score.examples[place][:3])}")
    print(f"{time.monotonic() - begun:.0f} s, seed {seed}")


if __name__ == "__main__":
    main()
