"""The format of a board (docs/rooms/wall.md): reading it from plain data, with a sentence for everything that is wrong in it. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
INDICATOR = re.compile(r"[a-z0-9]+([-_.][a-z0-9]+)*")
REGION = re.compile(r"auto|home|province|\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?")
SPAN = re.compile(r"[1-9]\d{0,3}[hdwMy]")

COLUMNS, ROWS = 12, 8
MOST_TILES = 60

State = Literal["well", "attention", "danger"]
STATES = ("well", "attention", "danger")

# What each kind of tile may say beside kind, title and size; and its size when it does not say one.
FIELDS: dict[str, tuple[frozenset[str], tuple[int, int]]] = {
    "number": (frozenset({"indicator", "region", "dims", "spark", "bands"}), (3, 2)),
    "trend": (frozenset({"indicators", "region", "dims", "span", "lines"}), (6, 2)),
    "choropleth": (frozenset({"indicator", "region", "breaks", "bands"}), (5, 4)),
    "ranking": (frozenset({"indicator", "region", "order", "count", "bands"}), (3, 4)),
    "table": (frozenset({"indicators", "region", "spark"}), (6, 3)),
    "clock": (frozenset(), (3, 1)),
    "ticker": (frozenset(), (12, 1)),
}


class WrongBoard(ValueError):
    """The board cannot be shown; `problems` are sentences, each naming the place."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__(" ".join(problems))


@dataclass(frozen=True)
class Text:
    """A text in both languages; a plain string in the file stands for both."""

    id: str
    en: str

    def say(self, language: str) -> str:
        """In the reader's language."""
        return self.en if language == "en" else self.id


@dataclass(frozen=True)
class Band:
    """A judgement on values: from a value up (`start`) or up to one (`end`), a state and its word ("Siaga")."""

    state: State
    word: Text
    start: float | None = None
    end: float | None = None

    def holds(self, value: float) -> bool:
        """Whether the value lies in the band."""
        return (self.start is None or value >= self.start) and (self.end is None or value <= self.end)


@dataclass(frozen=True)
class TileSpec:
    """One tile as declared. `indicators` of number, choropleth and ranking are alternatives: the first that reports is shown."""

    kind: str
    size: tuple[int, int]
    title: Text | None = None
    indicators: tuple[str, ...] = ()
    region: str = "auto"
    dims: Mapping[str, str] = field(default_factory=dict)
    span: str = ""
    bands: tuple[Band, ...] = ()
    breaks: tuple[float, ...] = ()
    order: Literal["high", "low"] = "high"
    count: int = 10

    def bands_of(self, indicator: str) -> tuple[Band, ...]:
        """The bands that judge an indicator of this tile: they are written in the unit of the first one named, and judge no other."""
        return self.bands if self.indicators[:1] == (indicator,) else ()


@dataclass(frozen=True)
class BoardSpec:
    """A board as declared."""

    code: str
    title: Text
    lead: Text
    tiles: tuple[TileSpec, ...]


def band_of(bands: tuple[Band, ...], value: float | None) -> Band | None:
    """The judgement on a value: the gravest band that holds it; None when there is none or no value."""
    held = [band for band in bands if value is not None and band.holds(value)]
    return max(held, key=lambda band: STATES.index(band.state), default=None)


def read_board(data: object) -> BoardSpec:
    """The board behind plain data (as YAML or JSON gives it). Raises WrongBoard with every problem found."""
    problems: list[str] = []
    if not isinstance(data, Mapping):
        raise WrongBoard(["A board is a mapping with code, title and tiles."])
    for name in sorted(str(name) for name in set(data) - {"code", "title", "lead", "tiles"}):
        problems.append(f"A board has no field {name!r}: it has code, title, lead and tiles.")
    code = data.get("code")
    if not isinstance(code, str) or not CODE.fullmatch(code) or len(code) > 60:
        problems.append(f"The board's code must be small letters, digits and hyphens, for example 'water'; it is {code!r}.")
    title = _text(data.get("title"), "The board's title", problems)
    lead = _text(data.get("lead", ""), "The board's lead", problems)
    tiles = data.get("tiles")
    if not isinstance(tiles, list) or not tiles or len(tiles) > MOST_TILES:
        problems.append(f"A board has a list of 1 to {MOST_TILES} tiles.")
        tiles = []
    found = [_tile(tile, f"Tile {number}", problems) for number, tile in enumerate(tiles, 1)]
    if problems:
        raise WrongBoard(problems)
    return BoardSpec(str(code), title, lead, tuple(tile for tile in found if tile is not None))


def _tile(data: object, where: str, problems: list[str]) -> TileSpec | None:
    kind = data.get("kind") if isinstance(data, Mapping) else None
    if not isinstance(data, Mapping) or kind not in FIELDS:
        problems.append(f"{where} must have a kind, one of {', '.join(FIELDS)}.")
        return None
    where = f"{where} ({kind})"
    allowed, size = FIELDS[kind]
    for name in sorted(str(name) for name in set(data) - allowed - {"kind", "title", "size"}):
        problems.append(f"{where} has no field {name!r}: it has {', '.join(sorted(allowed | {'title', 'size'}))}.")
    region = data.get("region", "auto")
    if not isinstance(region, str) or not REGION.fullmatch(region):
        problems.append(f"{where}: region is auto, home, province or a code in quotes such as '35.16'; it is {region!r}.")
    order = data.get("order", "high")
    if order not in ("high", "low"):
        problems.append(f"{where}: order is high or low; it is {order!r}.")
    count = data.get("count", 10)
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= 50:
        problems.append(f"{where}: count is a number from 1 to 50; it is {count!r}.")
    return TileSpec(
        kind=str(kind),
        size=_size(data.get("size", list(size)), where, problems),
        title=_text(data["title"], f"{where}: title", problems) if "title" in data else None,
        indicators=_indicators(data, where, allowed, problems),
        region=str(region),
        dims=_dims(data.get("dims", {}), where, problems),
        span=_span(data.get("span", data.get("spark", "")), where, problems),
        bands=_bands(data.get("bands", data.get("lines", [])), where, problems),
        breaks=_breaks(data.get("breaks", []), where, problems),
        order="low" if order == "low" else "high",
        count=count if isinstance(count, int) else 10,
    )


def _text(data: object, where: str, problems: list[str]) -> Text:
    if isinstance(data, str):
        return Text(data, data)
    if isinstance(data, Mapping) and set(data) <= {"id", "en"} and all(isinstance(text, str) for text in data.values()) and "id" in data:
        return Text(data["id"], data.get("en", data["id"]))
    problems.append(f"{where} is a text, or {{id: …, en: …}}; it is {data!r}.")
    return Text("", "")


def _size(data: object, where: str, problems: list[str]) -> tuple[int, int]:
    if isinstance(data, list | tuple) and len(data) == 2 and all(isinstance(part, int) for part in data):
        width, height = data
        if 1 <= width <= COLUMNS and 1 <= height <= ROWS:
            return width, height
    problems.append(f"{where}: size is [columns, rows], 1 to {COLUMNS} and 1 to {ROWS}; it is {data!r}.")
    return 1, 1


def _indicators(data: Mapping[Any, Any], where: str, allowed: frozenset[str], problems: list[str]) -> tuple[str, ...]:
    name = next((name for name in ("indicator", "indicators") if name in allowed), "")
    if not name:
        return ()
    given = data.get(name)
    codes = [given] if isinstance(given, str) else given
    if isinstance(codes, list) and codes and all(isinstance(code, str) and INDICATOR.fullmatch(code) for code in codes):
        return tuple(codes)
    problems.append(f"{where}: {name} names an indicator by its code, or a list of them; it is {given!r}.")
    return ()


def _dims(data: object, where: str, problems: list[str]) -> dict[str, str]:
    if isinstance(data, Mapping) and all(isinstance(name, str) and isinstance(value, str) for name, value in data.items()):
        return dict(data)
    problems.append(f"{where}: dims is a mapping of texts, for example {{pos: BE10128}}; it is {data!r}.")
    return {}


def _span(data: object, where: str, problems: list[str]) -> str:
    if data == "" or (isinstance(data, str) and SPAN.fullmatch(data)):
        return str(data)
    problems.append(f"{where}: a span is a number and h, d, w, M or y, for example 30d; it is {data!r}.")
    return ""


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _bands(data: object, where: str, problems: list[str]) -> tuple[Band, ...]:
    if not isinstance(data, list):
        problems.append(f"{where}: bands is a list; it is {data!r}.")
        return ()
    found = []
    for band in data:
        known = isinstance(band, Mapping) and set(band) <= {"from", "to", "state", "word"} and band.get("state") in STATES
        if not known or not ("from" in band or "to" in band) or not all(_is_number(band[end]) for end in ("from", "to") if end in band):
            problems.append(f"{where}: a band is {{from: NUMBER, to: NUMBER, state: {' or '.join(STATES)}, word: …}}; it is {band!r}.")
            continue
        word = _text(band.get("word", ""), f"{where}: a band's word", problems)
        found.append(Band(band["state"], word, band.get("from"), band.get("to")))
    return tuple(found)


def _breaks(data: object, where: str, problems: list[str]) -> tuple[float, ...]:
    if isinstance(data, list) and len(data) <= 4 and all(_is_number(value) for value in data) and sorted(set(data)) == data:
        return tuple(float(value) for value in data)
    problems.append(f"{where}: breaks are up to 4 rising numbers, for example [10, 50, 100]; they are {data!r}.")
    return ()
