"""Everything a page of tiles needs to know, read at once: the number of queries does not grow with the tiles.

`plan` decides which indicator and region each tile shows; `Reading` holds the figures, trends, names and boundaries behind them.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet

from pendopo.indicators.history import Point
from pendopo.indicators.latest import Ask, Figure, asked
from pendopo.indicators.logic import Duration, dims_key
from pendopo.indicators.models import Indicator, Source
from pendopo.indicators.nearest import at_home, reporting, resolve
from pendopo.indicators.pulse import Judged, Pulse, Reader, pulse_of
from pendopo.indicators.trends import Line, trends
from pendopo.live.logic import Follow
from pendopo.regions.models import Region
from pendopo.ui.words import language_of

from .goals import current, leaves, tile_of
from .logic import Band, BoardSpec, TileSpec, band_of
from .maps import Child, children_of
from .models import Goal

# Without a span of its own a tile looks back this many cadences.
SPARK_PERIODS = 30
TREND_PERIODS = 90
CALENDAR_DAYS = 365
NO_MATTER_WHEN = datetime(1970, 1, 1, tzinfo=UTC)
KINDS_WITH_HISTORY = frozenset({"number", "trend", "table", "bars", "calendar", "multiples"})
KINDS_BELOW = frozenset({"choropleth", "ranking", "multiples", "points"})
# Kinds that show one indicator of several alternatives.
KINDS_OF_ONE = frozenset({"number", "bars", "calendar", "gauge", *KINDS_BELOW})


@dataclass(frozen=True)
class Plan:
    """One tile with what it shows: the indicators that exist and the reader may see, and the region of each."""

    spec: TileSpec
    indicators: tuple[Indicator, ...]
    regions: tuple[str, ...]

    @property
    def pairs(self) -> list[tuple[Indicator, str]]:
        """Each indicator with its region."""
        return list(zip(self.indicators, self.regions, strict=True))


@dataclass(frozen=True)
class Window:
    """The stretch of time that a trend shows, and how far apart its points are."""

    since: datetime
    until: datetime
    step_s: float = 0.0


# Indicator, region, dims, how coarse it is read, and from when on: two tiles may show different stretches of one figure.
HistoryKey = tuple[str, str, str, str, datetime]


@dataclass
class Reading:
    """What was read for one page. `as_of` None = now."""

    now: datetime
    language: str
    as_of: datetime | None
    plans: list[Plan]
    own: dict[tuple[str, str], list[Figure]]
    below: dict[str, list[Figure]]
    names: dict[str, str]
    sources: dict[str, str]
    areas: dict[str, list[Child]]
    history: dict[HistoryKey, tuple[Window, list[Point]]] = field(default_factory=dict)
    goals: list[Goal] = field(default_factory=list)
    aims: list[tuple[Goal, Plan]] = field(default_factory=list)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo(settings.TIME_ZONE))

    @property
    def reader(self) -> Reader:
        """For whom the pulses are made."""
        return Reader(self.now, self.zone, self.language, self.sources, self.as_of)

    def figure(self, indicator: Indicator, region: str, dims: Any = None) -> Figure:
        """The figure of an indicator in a region: of the series asked for, or of the one with the newest report."""
        found = self.own[(indicator.code, region)]
        if dims:
            found = [figure for figure in found if figure.dims == dims] or [figure for figure in found if figure.value is None] or found
        return max(found, key=lambda figure: (figure.at is not None, figure.at.timestamp() if figure.at else 0.0))

    def children(self, indicator: Indicator, region: str) -> list[Figure]:
        """The figures of the regions below, newest report of each."""
        newest: dict[str, Figure] = {}
        for figure in self.below[indicator.code]:
            if figure.region.startswith(f"{region}.") and figure.at is not None:
                seen = newest.get(figure.region)
                if seen is None or seen.at is None or seen.at < figure.at:
                    newest[figure.region] = figure
        return list(newest.values())

    def near(self, indicator: Indicator, region: str) -> list[Figure]:
        """The figures of the regions right below; where none reports, of whichever lie further below."""
        found = [figure for figure in self.children(indicator, region) if figure.value is not None]
        depth = region.count(".") + 1
        return [figure for figure in found if figure.region.count(".") == depth] or found

    def pulse(self, figure: Figure, indicator: Indicator, bands: tuple[Band, ...] = ()) -> Pulse:
        """A figure ready to be shown, judged by the tile's bands."""
        held = band_of(bands, figure.value)
        judged = Judged(held.state, held.word.say(self.language)) if held else None
        packed = [[band.start, band.end, band.state, band.word.say(self.language)] for band in bands]
        return pulse_of(figure, indicator, self.reader, place=self.names.get(figure.region, figure.region), judged=judged, bands=packed)

    def trend(self, figure: Figure, plan: Plan, indicator: Indicator) -> tuple[Window, list[Point]] | None:
        """The recent past of a figure, as far back as its tile looks."""
        return self.history.get(_history_key(figure, plan.spec, window_of(plan.spec, indicator, figure, self)))

    def follows(self) -> frozenset[Follow]:
        """What the page's ticket must name."""
        found = {Follow(i.code, region, plan.spec.kind in KINDS_BELOW) for plan in self.plans for i, region in plan.pairs}
        return frozenset(f for f in found if f.below or Follow(f.indicator, f.region, True) not in found)


def read(
    spec: BoardSpec, visible: QuerySet[Indicator], *, now: datetime, language: str | None, as_of: datetime | None = None, home: str = ""
) -> Reading:
    """Reads everything a board shows, as known at `as_of` (then also the ages are of that moment). Leaves of goals follow its tiles."""
    goals = current() if any(tile.kind == "goals" for tile in spec.tiles) else []
    tiles = (*spec.tiles, *(tile_of(goal) for goal in leaves(goals)))
    codes = {code for tile in tiles for code in tile.indicators}
    known = {indicator.code: indicator for indicator in visible.filter(code__in=codes).select_related("weight")}
    plans = plan(tiles, known, home or settings.REGION, _reports(tiles, known, home or settings.REGION))
    asks = [Ask(indicator, region, one.spec.kind in KINDS_BELOW) for one in plans for indicator, region in one.pairs]
    regions = {ask.region for ask in asks}
    found = asked(asks, as_of=as_of) if asks else []
    own: dict[tuple[str, str], list[Figure]] = defaultdict(list)
    below: dict[str, list[Figure]] = defaultdict(list)
    for figure in found:
        own[(figure.indicator, figure.region)].append(figure)
        below[figure.indicator].append(figure)
    sources = dict(Source.objects.filter(code__in={c for f in found for c in f.source.split(", ") if c}).values_list("code", "name"))
    names = dict(Region.objects.filter(code__in={f.region for f in found} | regions).values_list("code", "name"))
    areas = children_of({region for one in plans if one.spec.kind in KINDS_BELOW for region in one.regions})
    reading = Reading(as_of or now, language_of(language), as_of, plans, own, below, names, sources, areas)
    reading.goals, reading.aims = goals, list(zip(leaves(goals), plans[len(spec.tiles) :], strict=True))
    _read_history(reading)
    return reading


def _reports(tiles: Sequence[TileSpec], known: dict[str, Indicator], home: str) -> dict[str, list[tuple[str, datetime]]]:
    """Who reports the indicators of which `plan` must know it: those of alternatives, and those whose region is looked for.

    Most are reported at home, and then it does not matter where else.
    """
    there = [(tile, [known[code] for code in tile.indicators if code in known]) for tile in tiles]
    chosen = {one for tile, some in there if tile.kind in KINDS_OF_ONE and len(some) > 1 for one in some}
    sought = {one for tile, some in there if tile.region == "auto" for one in some} - chosen
    near = at_home(sought, home) if sought else set()
    found = reporting(chosen | {one for one in sought if one.code not in near})
    return found | {code: [(home, NO_MATTER_WHEN)] for code in near}


def plan(tiles: Sequence[TileSpec], known: dict[str, Indicator], home: str, reports: dict[str, list[tuple[str, datetime]]]) -> list[Plan]:
    """Which indicator and region each tile shows. Of alternatives the first that reports stands, else the first that exists; a map or a
    ranking prefers one that is reported below its region, because a figure of the whole alone would leave it empty."""

    def below(one: Indicator, tile: TileSpec) -> bool:
        reporting = reports.get(one.code, [])
        region = resolve(tile.region, home, reporting)
        return any(place.startswith(f"{region}.") for place, _at in reporting)

    plans = []
    for tile in tiles:
        there = [known[code] for code in tile.indicators if code in known]
        if tile.kind in KINDS_BELOW:
            there = [one for one in there if below(one, tile)] or there
        if tile.kind in KINDS_OF_ONE:
            there = ([one for one in there if reports.get(one.code)] or there)[:1]
        regions = tuple(resolve(tile.region, home, reports.get(one.code, ())) for one in there)
        plans.append(Plan(tile, tuple(there), regions))
    return plans


def _read_history(reading: Reading) -> None:
    keys: list[HistoryKey] = []
    lines: list[Line] = []
    for one in reading.plans:
        if one.spec.kind not in KINDS_WITH_HISTORY:
            continue
        for indicator, region in one.pairs:
            below = one.spec.kind == "multiples"
            for figure in reading.near(indicator, region) if below else [reading.figure(indicator, region, one.spec.dims)]:
                window = window_of(one.spec, indicator, figure, reading)
                key = _history_key(figure, one.spec, window)
                if figure.at is None or key in reading.history:
                    continue
                reading.history[key] = (window, [])
                keys.append(key)
                lines.append(
                    Line(indicator, figure.region, window.since, window.until, figure.dims or None, figure.expected, _coarse(one.spec))
                )
    for key, line, points in zip(keys, lines, trends(lines, as_of=reading.as_of), strict=True):
        reading.history[key] = (Window(line.since, line.until, line.step_s), points)


def _coarse(tile: TileSpec) -> Literal["peaks", "last"]:
    return "last" if tile.kind == "calendar" else "peaks"


def _history_key(figure: Figure, tile: TileSpec, window: Window) -> HistoryKey:
    return (figure.indicator, figure.region, dims_key(figure.dims), _coarse(tile), window.since)


def window_of(tile: TileSpec, indicator: Indicator, figure: Figure, reading: Reading) -> Window:
    """The stretch a tile shows: up to now, or up to the last report when the source fell silent long ago."""
    every = Duration.parse(indicator.every)
    periods = TREND_PERIODS if tile.kind == "trend" else SPARK_PERIODS
    default = timedelta(days=CALENDAR_DAYS) if tile.kind == "calendar" else timedelta(seconds=every.seconds * periods)
    length = timedelta(seconds=Duration.parse(tile.span).seconds) if tile.span else default
    until = reading.now
    if figure.at is not None and until - figure.at > max(length / 3, timedelta(seconds=3 * every.seconds)):
        until = figure.at
    return Window(until - length, until)
