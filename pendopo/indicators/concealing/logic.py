"""What may be told of few people. Pure.

A count of people in a district or village of 1 to 4 is concealed. Where one value alone is concealed beneath a published total, the next
smallest is concealed too, so that nobody finds it by subtraction (primary and secondary cell suppression: Hundepool et al., "Statistical
Disclosure Control", 2012, chapter 4).
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from typing import NamedTuple

# Counts below this are concealed; 0 tells of nobody.
FEWEST = 5
# Units that count people, in Indonesian and English.
PEOPLE = frozenset(
    {
        "orang",
        "jiwa",
        "kasus",
        "pasien",
        "kematian",
        "korban",
        "penderita",
        "pengungsi",
        "kk",
        "people",
        "persons",
        "cases",
        "patients",
        "deaths",
    }
)
SMALL_PLACES = frozenset({"district", "village"})
# A code of a district has three parts, one of a village four.
SMALL_FROM_PARTS = 3


def is_small_place(region: str) -> bool:
    """Whether a region's code is one of a district or village. What a regency adds up to is told."""
    return region.count(".") + 1 >= SMALL_FROM_PARTS


def counts_people(unit: str, level: str) -> bool:
    """Whether small values of an indicator with this unit and level could point at persons."""
    return level in SMALL_PLACES and unit.strip().lower() in PEOPLE


class Cell(NamedTuple):
    """One value of a dataset: `period` names its time and dims, `parent` the region it is added up to."""

    key: Hashable
    period: Hashable
    parent: str
    value: float


def is_small(value: float) -> bool:
    """Whether a count of people may not be told."""
    return 0 < value < FEWEST


def concealed(cells: Iterable[Cell]) -> frozenset[Hashable]:
    """The keys of the values that are not told: the small ones, and beside a lonely one the next smallest of its sum."""
    small: dict[Hashable, list[Hashable]] = defaultdict(list)
    next_smallest: dict[Hashable, tuple[float, Hashable]] = {}
    for cell in cells:
        group = (cell.period, cell.parent)
        if is_small(cell.value):
            small[group].append(cell.key)
        elif cell.value > 0 and (group not in next_smallest or cell.value < next_smallest[group][0]):
            next_smallest[group] = (cell.value, cell.key)
    partners = [next_smallest[group][1] for group, keys in small.items() if len(keys) == 1 and group in next_smallest]
    return frozenset([key for keys in small.values() for key in keys] + partners)
