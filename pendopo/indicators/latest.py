"""The newest word of every series, and its roll-up over regions with coverage: what boards, the API and the bus tell.

All of it can be asked `as_of` a moment: then history answers what was known at that time.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.utils import timezone

from .logic import QUALITY_WORDS, Contract, Duration, Freshness, Part, roll_up
from .models import Indicator
from .newest import Pair, Row, rows_of


@dataclass(frozen=True)
class Figure:
    """One number with its pulse. `value` is in the indicator's unit; None = no report. A roll-up has `expected` > 1 children."""

    indicator: str
    region: str
    dims: dict[str, str]
    at: datetime | None
    value: float | None
    unit: str
    quality: str | None
    source: str
    simulated: bool
    known_since: datetime | None
    reporting: int
    expected: int
    is_sum: bool
    contract: Contract

    @property
    def partial(self) -> bool:
        """True for an incomplete sum: it must never be shown as a total."""
        return self.is_sum and self.reporting < self.expected

    def freshness(self, now: datetime) -> Freshness:
        """Its state at a moment."""
        return self.contract.freshness(self.at, now)


def contract_of(indicator: Indicator) -> Contract:
    """The indicator's freshness contract."""
    return Contract(Duration.parse(indicator.every), Duration.parse(indicator.grace), indicator.kind)


class Ask(NamedTuple):
    """A figure that is asked for: of an indicator in a region; with `below` also of each reporting region under it (maps, rankings)."""

    indicator: Indicator
    region: str
    below: bool = False


def figures(indicators: Sequence[Indicator], regions: Sequence[str], *, as_of: datetime | None = None) -> list[Figure]:
    """The figure of every indicator in every region: see `asked`."""
    return asked([Ask(indicator, region) for indicator in indicators for region in regions], as_of=as_of)


def asked(asks: Sequence[Ask], *, as_of: datetime | None = None) -> list[Figure]:
    """For every ask: its own series if it has any, else the roll-up of the regions below that report it.

    An indicator without any report in a region gives one figure without a value, so that a board shows a dash and never 0. A figure that
    is asked for twice comes once. Reads only the series that are named, and those below where they are rolled up or asked for, in as many
    queries however many there are. Ordered by indicator, region, dims.
    """
    known = {ask.indicator.pk: ask.indicator for ask in asks}
    wanted = sorted({(ask.indicator.pk, ask.region) for ask in asks})
    deep = {(ask.indicator.pk, ask.region) for ask in asks if ask.below}
    found = _Found()
    found.take(rows_of([Pair(pk, region, (pk, region) in deep) for pk, region in wanted], known.values(), as_of))
    rolled = [pair for pair in wanted if pair not in found.own and known[pair[0]].rollup != "none"]
    weights = {i.weight.pk: i.weight for i in known.values() if i.weight is not None}
    under = {Pair(pk, region, True) for pk, region in rolled if (pk, region) not in deep}
    under |= {Pair(weight, region, True) for pk, region in rolled if (weight := known[pk].weight_id)}
    if under:
        found.take(rows_of(sorted(under), (known | weights).values(), as_of))
    expected = expected_children(sorted({region for _pk, region in wanted}))
    answer: list[Figure] = []
    for pk, region in wanted:
        answer.extend(_in_region(known[pk], region, found, expected.get((region, known[pk].level), 1)))
    places = set(wanted)
    for pk, region in deep:
        answer.extend(single(known[pk], row) for row in found.under(pk, region) if (pk, row.region) not in places)
        places.update((pk, row.region) for row in found.under(pk, region))
    return sorted(answer, key=lambda f: (f.indicator, f.region, sorted(f.dims.items())))


class _Found:
    """Rows by place, each series once."""

    def __init__(self) -> None:
        self.own: dict[tuple[int, str], list[Row]] = defaultdict(list)
        self._series: set[int] = set()
        self._by_indicator: dict[int, list[Row]] = defaultdict(list)

    def take(self, rows: Iterable[Row]) -> None:
        for row in rows:
            if row.series not in self._series:
                self._series.add(row.series)
                self.own[(row.indicator_id, row.region)].append(row)
                self._by_indicator[row.indicator_id].append(row)

    def under(self, indicator: int, region: str) -> list[Row]:
        """Those of the regions below one."""
        return [row for row in self._by_indicator[indicator] if row.region.startswith(f"{region}.")]


def _in_region(indicator: Indicator, region: str, found: _Found, expected: int) -> list[Figure]:
    direct = found.own.get((indicator.pk, region))
    if direct:
        return [single(indicator, row) for row in direct]
    groups: dict[str, list[Row]] = defaultdict(list)
    if indicator.rollup != "none":
        depth = ("province", "regency", "district", "village").index(indicator.level)
        for row in found.under(indicator.pk, region):
            if row.region.count(".") == depth:
                groups[row.dims_key].append(row)
    if not groups:
        return [_nothing(indicator, region, expected)]
    weight = {row.region: row.value for row in found.under(indicator.weight_id, region)} if indicator.weight_id else {}
    return [_rolled(indicator, region, group, expected, weight) for group in groups.values()]


def expected_children(regions: Sequence[str]) -> dict[tuple[str, str], int]:
    """How many regions of each level lie below each region: the denominators of coverage, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT above.code, below.level, count(*) FROM unnest(%s::text[]) AS above(code)
            JOIN regions_region below ON below.code LIKE above.code || '.%%' GROUP BY 1, 2
            """,
            [list(regions)],
        )
        return {(code, level): count for code, level, count in cursor.fetchall()}


def single(indicator: Indicator, row: Row) -> Figure:
    """One series as a figure of its own."""
    return Figure(
        indicator=indicator.code,
        region=row.region,
        dims=row.dims,
        at=row.at,
        value=row.value,
        unit=indicator.unit,
        quality=QUALITY_WORDS[row.quality],
        source=row.source,
        simulated=row.simulated,
        known_since=row.known_since,
        reporting=1,
        expected=1,
        is_sum=False,
        contract=contract_of(indicator),
    )


def _nothing(indicator: Indicator, region: str, expected: int) -> Figure:
    return Figure(
        indicator=indicator.code,
        region=region,
        dims={},
        at=None,
        value=None,
        unit=indicator.unit,
        quality=None,
        source="",
        simulated=False,
        known_since=None,
        reporting=0,
        expected=expected,
        is_sum=indicator.rollup == "sum",
        contract=contract_of(indicator),
    )


def _rolled(indicator: Indicator, region: str, group: list[Row], expected: int, weight: dict[str, float]) -> Figure:
    """The roll-up at the newest period for which any child reported; coverage counts the children with a value for that period."""
    every = Duration.parse(indicator.every)
    zone = ZoneInfo(settings.TIME_ZONE)
    newest = max(every.period_start(row.at, zone) for row in group)
    current = [row for row in group if every.period_start(row.at, zone) == newest]
    parts = [Part(row.value, row.at, weight.get(row.region)) for row in current]
    return Figure(
        indicator=indicator.code,
        region=region,
        dims=current[0].dims,
        at=newest,
        value=roll_up(indicator.rollup, parts),
        unit=indicator.unit,
        quality=QUALITY_WORDS[max(row.quality for row in current)],
        source=", ".join(sorted({row.source for row in current})),
        simulated=any(row.simulated for row in current),
        known_since=max(row.known_since for row in current),
        reporting=len(current),
        expected=expected,
        is_sum=indicator.rollup == "sum",
        contract=contract_of(indicator),
    )


def figure_json(figure: Figure, now: datetime | None = None, *, hidden: bool = False) -> dict[str, Any]:
    """The figure in the shape of GET /api/v1/latest. `age_s` is whole seconds since `at`; `hidden` ones are told without their value."""
    moment = now or timezone.now()
    return {
        "indicator": figure.indicator,
        "region": figure.region,
        "at": utc_text(figure.at),
        "value": None if hidden else figure.value,
        "unit": figure.unit,
        "quality": figure.quality,
        "age_s": None if figure.at is None else int((moment - figure.at).total_seconds()),
        "freshness": figure.freshness(moment),
        "source": figure.source,
        "known_since": utc_text(figure.known_since),
        "coverage": {"reporting": figure.reporting, "expected": figure.expected},
        "partial": figure.partial,
        **({"dims": figure.dims} if figure.dims else {}),
        **({"note": "suppressed"} if hidden else {}),
    }


def utc_text(moment: datetime | None) -> str | None:
    """RFC 3339 in UTC with `Z`; microseconds only where there are any."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
