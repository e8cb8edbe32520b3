"""What open data may show of few people, and the words that catalogues use for frequencies and formats. Pure.

A count of people in a district or village of 1 to 4 is concealed. Where one value alone is concealed beneath a published total, the next
smallest is concealed too, so that nobody finds it by subtraction (primary and secondary cell suppression: Hundepool et al., "Statistical
Disclosure Control", 2012, chapter 4).
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

# Counts below this are concealed; 0 tells of nobody.
FEWEST = 5
# Units that count people, in Indonesian and English.
PEOPLE = frozenset({
    "orang", "jiwa", "kasus", "pasien", "kematian", "korban", "penderita", "pengungsi", "kk",
    "people", "persons", "cases", "patients", "deaths",
})  # fmt: skip
SMALL_PLACES = frozenset({"district", "village"})

# Cadence as the catalogue of the European Union names it, which DCAT profiles use: (longest period in seconds, word).
FREQUENCIES = (
    (900, "UPDATE_CONT"), (3600, "HOURLY"), (86_400, "DAILY"), (7 * 86_400, "WEEKLY"), (31 * 86_400, "MONTHLY"), (92 * 86_400, "QUARTERLY"),
    (366 * 86_400, "ANNUAL"),
)  # fmt: skip
FREQUENCY_BASE = "http://publications.europa.eu/resource/authority/frequency/"


@dataclass(frozen=True)
class Format:
    """A form in which a dataset is given: its ending, its media type, and its name in catalogues."""

    code: str
    media_type: str
    name: str


FORMATS = (
    Format("csv", "text/csv", "CSV"),
    Format("json", "application/json", "JSON"),
    Format("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "XLSX"),
    Format("geojson", "application/geo+json", "GeoJSON"),
)


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


def frequency(every_s: float) -> str:
    """The word for a cadence."""
    return next((word for longest, word in FREQUENCIES if every_s <= longest), "IRREG")


def slug_of(code: str) -> str:
    """The name of a dataset where dots are not allowed (CKAN)."""
    return code.lower().replace(".", "-")
