"""A number with its pulse, ready to be shown: value, unit, age, source, coverage and state in words. A page renders it with
`{% include "ui/_figure.html" with pulse=… %}`; the island pd-figure keeps the same words up to date from the same attributes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import msgspec
from django.urls import reverse
from django.utils.translation import gettext_lazy

from pendopo.ui import words

from .latest import Figure, utc_text
from .logic import Freshness, dims_key
from .models import Indicator

LEVEL_WORDS = {
    "province": gettext_lazy("provinces"),
    "regency": gettext_lazy("regencies"),
    "district": gettext_lazy("districts"),
    "village": gettext_lazy("villages"),
}

# What each freshness is called, and the state that shows it. Fresh and due need no word: their age says enough.
FRESHNESS_WORDS: dict[Freshness, Any] = {
    "fresh": "",
    "due": gettext_lazy("due"),
    "stale": gettext_lazy("late"),
    "silent": gettext_lazy("silent"),
}
NEVER = gettext_lazy("no report yet")


@dataclass(frozen=True)
class Judged:
    """What a board's band says of a value: a state (well, attention, danger) and its word."""

    state: str
    word: str


@dataclass(frozen=True)
class Pulse:
    """Everything that `ui/_figure.html` shows. `attributes` are what the island needs to go on by itself."""

    figure: Figure
    name: str
    place: str
    value: str
    unit: str
    age: str
    moment: str
    freshness: Freshness
    freshness_word: str
    source: str
    coverage: str
    judged: Judged | None
    attributes: dict[str, str]
    as_of: datetime | None = None

    @property
    def origin(self) -> str:
        """The page that opens the number to its formula, inputs, rows and deliveries, as known at the moment the pulse was read."""
        figure = self.figure
        query = {"as_of": utc_text(self.as_of)} if self.as_of else {}
        query |= {f"dims.{name}": value for name, value in figure.dims.items()}
        page = reverse("indicators:figure", args=[figure.indicator, figure.region])
        return f"{page}?{urlencode(query)}" if query else page

    @property
    def is_old(self) -> bool:
        """Whether it is shown grey."""
        return self.freshness in ("stale", "silent")


@dataclass(frozen=True)
class Reader:
    """For whom pulses are made: the moment, the zone, the language, the names of sources, and the moment asked for (None = now)."""

    now: datetime
    zone: ZoneInfo
    language: str
    sources: Mapping[str, str]
    as_of: datetime | None = None


def pulse_of(
    figure: Figure, indicator: Indicator, reader: Reader, *, place: str = "", judged: Judged | None = None, bands: Any = ()
) -> Pulse:
    """The pulse of a figure. `bands` is the JSON of the board's bands, for the browser to judge later values by."""
    freshness = figure.freshness(reader.now)
    never = figure.value is None
    name_of = [reader.sources.get(code, code) for code in figure.source.split(", ") if code]
    coverage = ""
    if figure.expected > 1:
        coverage = f"{figure.reporting}/{figure.expected} {LEVEL_WORDS[indicator.level]}"
    return Pulse(
        figure=figure,
        name=indicator.name,
        place=place,
        value=words.number_text(figure.value, indicator.decimals, reader.language),
        unit=figure.unit,
        age=words.age_text((reader.now - figure.at).total_seconds(), reader.language) if figure.at else "",
        moment=words.moment_text(figure.at, reader.zone, reader.language),
        freshness=freshness,
        freshness_word=str(NEVER if never else FRESHNESS_WORDS[freshness]),
        source=", ".join(name_of),
        coverage=coverage,
        judged=None if freshness in ("stale", "silent") else judged,
        attributes=_attributes(figure, indicator, bands),
        as_of=reader.as_of,
    )


def _attributes(figure: Figure, indicator: Indicator, bands: Any) -> dict[str, str]:
    contract = figure.contract
    found = {
        "indicator": figure.indicator,
        "region": figure.region,
        "dims": dims_key(figure.dims),
        "at": utc_text(figure.at) or "",
        "known": utc_text(figure.known_since) or "",
        "value": "" if figure.value is None else repr(figure.value),
        "quality": figure.quality or "",
        "source": figure.source,
        "reporting": str(figure.reporting),
        "expected": str(figure.expected),
        "decimals": str(indicator.decimals),
        "level": indicator.level,
        "due": str(contract.due_s),
        "grace": str(contract.grace.seconds),
        "every": str(contract.every.seconds),
    }
    if indicator.rollup == "sum":
        found["sum"] = "1"
    if bands:
        found["bands"] = msgspec.json.encode(bands).decode()
    return found
