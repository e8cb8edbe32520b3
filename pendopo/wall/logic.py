"""The format of a board (docs/rooms/wall.md): reading it from plain data, with a sentence for everything that is wrong in it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pendopo.ui.sentence import Sentence

from .fields import (
    CODE,
    REGION,
    STATES,
    Band,
    State,
    Text,
    read_address,
    read_bands,
    read_breaks,
    read_code,
    read_dims,
    read_indicators,
    read_number,
    read_picture,
    read_size,
    read_span,
    read_text,
)

__all__ = ["FIELDS", "STATES", "Band", "BoardSpec", "Scene", "State", "Text", "TileSpec", "WrongBoard", "band_of", "read_board"]

MOST_TILES = 60
MOST_SCENES = 30
# Addresses below /wall/ that are no boards.
RESERVED = frozenset({"new", "pictures", "preview", "screens"})
LEAST_SECONDS, MOST_SECONDS = 5, 3600

# What each kind of tile may say beside kind, title and size; and its size when it does not say one.
FIELDS: dict[str, tuple[frozenset[str], tuple[int, int]]] = {
    "number": (frozenset({"indicator", "region", "dims", "spark", "bands"}), (3, 2)),
    "trend": (frozenset({"indicators", "region", "dims", "span", "lines"}), (6, 2)),
    "choropleth": (frozenset({"indicator", "region", "breaks", "bands"}), (5, 4)),
    "ranking": (frozenset({"indicator", "region", "by", "order", "count", "bands"}), (3, 4)),
    "table": (frozenset({"indicators", "region", "spark"}), (6, 3)),
    "bars": (frozenset({"indicator", "region", "dims", "span", "bands"}), (4, 2)),
    "multiples": (frozenset({"indicator", "region", "span", "order", "count"}), (6, 3)),
    "calendar": (frozenset({"indicator", "region", "dims", "span", "breaks"}), (6, 2)),
    "points": (frozenset({"indicator", "region", "bands"}), (5, 4)),
    "network-map": (frozenset({"indicator"}), (5, 4)),
    "network-topology": (frozenset({"indicator"}), (5, 4)),
    "gauge": (frozenset({"indicator", "region", "dims", "min", "max", "target", "bands"}), (3, 2)),
    "goals": (frozenset({"goal"}), (6, 4)),
    "text": (frozenset({"text"}), (4, 2)),
    "image": (frozenset({"picture"}), (4, 3)),
    "camera": (frozenset({"address"}), (4, 3)),
    "clock": (frozenset(), (3, 1)),
    "ticker": (frozenset(), (12, 1)),
}

# Kinds that draw many series of their indicator as a picture: none of them is a figure of the board.
DRAWINGS = frozenset({"network-map", "network-topology"})


class WrongBoard(ValueError):
    """The board cannot be shown; `problems` are sentences, each naming the place."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__(" ".join(problems))


@dataclass(frozen=True)
class TileSpec:
    """One tile as declared. `indicators` of number, choropleth and ranking are alternatives: the first that reports is shown.

    `by` names the dimension whose series a ranking compares instead of regions.
    """

    kind: str
    size: tuple[int, int]
    title: Text | None = None
    indicators: tuple[str, ...] = ()
    region: str = "auto"
    dims: Mapping[str, str] = field(default_factory=dict)
    span: str = ""
    bands: tuple[Band, ...] = ()
    breaks: tuple[float, ...] = ()
    by: str = ""
    order: Literal["high", "low", "name"] = "high"
    count: int = 10
    least: float | None = None
    most: float | None = None
    target: float | None = None
    text: Text | None = None
    picture: str = ""
    address: str = ""
    goal: str = ""

    def bands_of(self, indicator: str) -> tuple[Band, ...]:
        """The bands that judge an indicator of this tile: they are written in the unit of the first one named, and judge no other."""
        return self.bands if self.indicators[:1] == (indicator,) else ()


@dataclass(frozen=True)
class Scene:
    """One board of a board that rotates, and for how many seconds it stands."""

    board: str
    seconds: int


@dataclass(frozen=True)
class BoardSpec:
    """A board as declared: tiles, or scenes (other boards) that follow each other on a wall."""

    code: str
    title: Text
    lead: Text
    tiles: tuple[TileSpec, ...]
    scenes: tuple[Scene, ...] = ()


def band_of(bands: tuple[Band, ...], value: float | None) -> Band | None:
    """The judgement on a value: the gravest band that holds it; None when there is none or no value."""
    held = [band for band in bands if value is not None and band.holds(value)]
    return max(held, key=lambda band: STATES.index(band.state), default=None)


def read_board(data: object) -> BoardSpec:
    """The board behind plain data (as YAML or JSON gives it). Raises WrongBoard with every problem found."""
    problems: list[str] = []
    if not isinstance(data, Mapping):
        raise WrongBoard([Sentence("A board is a mapping with code, title and tiles.")])
    for name in sorted(str(name) for name in set(data) - {"code", "title", "lead", "tiles", "scenes"}):
        problems.append(Sentence("A board has no field %(name)s: it has code, title, lead and tiles or scenes.", name=repr(name)))
    code = data.get("code")
    if not isinstance(code, str) or not CODE.fullmatch(code) or len(code) > 60:
        problems.append(
            Sentence("The board's code must be small letters, digits and hyphens, for example 'water'; it is %(given)s.", given=repr(code))
        )
    if code in RESERVED:
        problems.append(Sentence("The code %(given)s is the address of another page: choose another one.", given=repr(code)))
    title = read_text(data.get("title"), Sentence("The board's title"), problems)
    lead = read_text(data.get("lead", ""), Sentence("The board's lead"), problems)
    scenes = _scenes(data, problems) if "scenes" in data else ()
    tiles = data.get("tiles", [])
    if not isinstance(tiles, list) or len(tiles) > MOST_TILES or not (tiles or "scenes" in data):
        problems.append(Sentence("A board has a list of 1 to %(most)s tiles.", most=MOST_TILES))
        tiles = []
    if tiles and "scenes" in data:
        problems.append(Sentence("A board has tiles or scenes, not both: scenes are other boards that follow each other."))
    found = [_tile(tile, Sentence("Tile %(number)s", number=number), problems) for number, tile in enumerate(tiles, 1)]
    if problems:
        raise WrongBoard(problems)
    return BoardSpec(str(code), title, lead, tuple(tile for tile in found if tile is not None), scenes)


def _scenes(data: Mapping[Any, Any], problems: list[str]) -> tuple[Scene, ...]:
    given = data["scenes"]
    if not isinstance(given, list) or not given or len(given) > MOST_SCENES:
        problems.append(Sentence("A board that rotates has a list of 1 to %(most)s scenes.", most=MOST_SCENES))
        return ()
    found = []
    for number, one in enumerate(given, 1):
        board, seconds = (one.get("board"), one.get("seconds", 30)) if isinstance(one, Mapping) else (None, None)
        whole = isinstance(seconds, int) and not isinstance(seconds, bool) and LEAST_SECONDS <= seconds <= MOST_SECONDS
        if isinstance(seconds, int) and isinstance(board, str) and CODE.fullmatch(board) and whole and board != data.get("code"):
            found.append(Scene(board, seconds))
        else:
            shape = f"{{board: CODE, seconds: {LEAST_SECONDS}–{MOST_SECONDS}}}"
            problems.append(
                Sentence(
                    "Scene %(number)s is %(shape)s, and names another board than this; it is %(given)s.",
                    number=number,
                    shape=shape,
                    given=repr(one),
                )
            )
    return tuple(found)


def _tile(data: object, where: str, problems: list[str]) -> TileSpec | None:
    kind = data.get("kind") if isinstance(data, Mapping) else None
    if not isinstance(data, Mapping) or kind not in FIELDS:
        problems.append(Sentence("%(where)s must have a kind, one of %(kinds)s.", where=where, kinds=", ".join(FIELDS)))
        return None
    where = Sentence("%(where)s (%(kind)s)", where=where, kind=kind)
    allowed, size = FIELDS[kind]
    for name in sorted(str(name) for name in set(data) - allowed - {"kind", "title", "size"}):
        problems.append(
            Sentence(
                "%(where)s has no field %(name)s: it has %(known)s.",
                where=where,
                name=repr(name),
                known=", ".join(sorted(allowed | {"title", "size"})),
            )
        )
    region = data.get("region", "auto")
    if not isinstance(region, str) or not REGION.fullmatch(region):
        problems.append(
            Sentence(
                "%(where)s: region is auto, home, province or a code in quotes such as '35.16'; it is %(given)s.",
                where=where,
                given=repr(region),
            )
        )
    order = data.get("order", "high")
    if order not in ("high", "low", *(["name"] if "by" in data else [])):
        problems.append(
            Sentence(
                "%(where)s: order is high or low (of a ranking by a dimension also name); it is %(given)s.", where=where, given=repr(order)
            )
        )
    count = data.get("count", 10)
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= 50:
        problems.append(Sentence("%(where)s: count is a number from 1 to 50; it is %(given)s.", where=where, given=repr(count)))
    return TileSpec(
        kind=str(kind),
        size=read_size(data.get("size", list(size)), where, problems),
        title=read_text(data["title"], Sentence("%(where)s: title", where=where), problems) if "title" in data else None,
        indicators=read_indicators(data, where, allowed, problems),
        region=str(region),
        dims=read_dims(data.get("dims", {}), where, problems),
        span=read_span(data.get("span", data.get("spark", "")), where, problems),
        bands=read_bands(data.get("bands", data.get("lines", [])), where, problems),
        breaks=read_breaks(data.get("breaks", []), where, problems),
        by=read_code(data, "by", where, problems),
        order=order if order in ("low", "name") else "high",
        count=count if isinstance(count, int) else 10,
        least=read_number(data, "min", where, problems),
        most=read_number(data, "max", where, problems),
        target=read_number(data, "target", where, problems),
        text=read_text(data.get("text"), Sentence("%(where)s: text", where=where), problems) if "text" in allowed else None,
        picture=read_picture(data, where, problems) if "picture" in allowed else "",
        address=read_address(data, where, problems) if "address" in allowed else "",
        goal=read_code(data, "goal", where, problems),
    )
