"""How a site or span comes into service, and how speeds are written. Pure: dates are arguments."""

import re
from collections.abc import Iterable
from datetime import date

PLANNED, PERMITTED, BUILT, ACCEPTED, IN_SERVICE, RETIRED = "planned", "permitted", "built", "accepted", "in_service", "retired"

# The way of everything that is built. What is retired may be planned anew.
ORDER = (PLANNED, PERMITTED, BUILT, ACCEPTED, IN_SERVICE)

# No network is older than this; what is dated before is a slip of the pen.
EARLIEST = date(1945, 1, 1)

PREFIXES = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
SPEED = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(?:bps|bit/s)?", re.I)


def next_states(state: str) -> list[str]:
    """Where a thing may go from here: one step on, one step back (a refusal at the hand-over), or out of use."""
    if state == RETIRED:
        return [PLANNED]
    place = ORDER.index(state)
    return [*ORDER[place + 1 : place + 2], *ORDER[max(0, place - 1) : place], RETIRED]


def bits_of(text: str | float) -> int | None:
    """bit/s of `1G`, `100M`, `2.5G` or a plain number; None for what is no speed."""
    if isinstance(text, bool):
        return None
    found = SPEED.fullmatch(str(text).strip())
    if found is None:
        return None
    bits = round(float(found[1]) * PREFIXES[found[2].lower()])
    return bits if 0 < bits <= 10**15 else None


def speed_text(bits: int | None) -> str:
    """A speed as people write it: 1G, 100M; '' for none. `bits_of` reads it back."""
    if not bits:
        return ""
    for letter in ("t", "g", "m", "k"):
        if bits % PREFIXES[letter] == 0:
            return f"{bits // PREFIXES[letter]}{letter.upper()}"
    return str(bits)


def in_service_on(steps: Iterable[tuple[date, str]], day: date) -> bool:
    """Whether a thing with these steps (date, state; in the order in which they were written) was in service at the end of a day."""
    state = ""
    for when, said in sorted(steps, key=lambda step: step[0]):
        if when <= day:
            state = said
    return state == IN_SERVICE


def connected_by(steps: dict[int, list[tuple[date, str]]], of_agency: dict[int, int], days: Iterable[date]) -> list[tuple[date, int]]:
    """How many agencies had a site in service at the end of each day. `steps` by site, `of_agency`: site → agency."""
    return [(day, len({of_agency[site] for site, taken in steps.items() if in_service_on(taken, day)})) for day in days]
