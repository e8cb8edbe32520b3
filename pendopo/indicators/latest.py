"""The newest word of every series, and its roll-up over regions with coverage: what boards, the API and the bus tell.

All of it can be asked `as_of` a moment: then history answers what was known at that time.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings
from django.db import connection
from django.utils import timezone

from .closing.thawing import MAX_AT, closed_months, thaw, thaw_near
from .logic import QUALITY_WORDS, Contract, Duration, Freshness, Part, moment_of, roll_up
from .models import Indicator


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


class Row(NamedTuple):
    """The newest known row of one series."""

    series: int
    indicator_id: int
    region: str
    dims: dict[str, str]
    dims_key: str
    at: datetime
    value: float
    quality: int
    known_since: datetime
    source: str
    simulated: bool


NOW_SQL = """
SELECT s.id, s.indicator_id, s.region_id, s.dims, s.dims_key, (extract(epoch FROM l.at) * 1000000)::bigint, l.value, l.quality,
    (extract(epoch FROM l.known_since) * 1000000)::bigint, src.code, src.simulated
FROM indicators_series s
JOIN indicators_latest l ON l.series_id = s.id AND l.at IS NOT NULL
JOIN indicators_delivery d ON d.id = l.delivery_id
JOIN indicators_source src ON src.id = d.source_id
WHERE s.indicator_id = ANY(%(indicators)s) AND ({regions})
"""

# The newest word of a series is looked for first where its contract expects it: this many cadences before the moment, and a little after
# it (a clock may be ahead). The newest row there, whatever was known of it last, is the answer unless it was retracted.
NEAR_PERIODS = 4
AHEAD = timedelta(days=1)
NEAR_SQL = """
SELECT s.id, s.indicator_id, s.region_id, s.dims, s.dims_key, (extract(epoch FROM o.at) * 1000000)::bigint, o.value, o.quality,
    (extract(epoch FROM o.known_since) * 1000000)::bigint, src.code, src.simulated
FROM unnest(%(indicators)s::bigint[], %(sinces)s::timestamptz[]) AS i(id, since)
JOIN indicators_series s ON s.indicator_id = i.id AND ({regions})
CROSS JOIN LATERAL (
    SELECT c.at, c.value, c.quality, c.known_since, c.delivery_id FROM indicators_observation c
    WHERE c.series_id = s.id AND c.at >= i.since AND c.at >= %(since)s AND c.at <= %(until)s AND c.known_since <= %(as_of)s
    ORDER BY c.at DESC, c.known_since DESC LIMIT 1
) o
JOIN indicators_delivery d ON d.id = o.delivery_id
JOIN indicators_source src ON src.id = d.source_id
"""

# For the others: walk back from the newest time to the first whose newest row known by then has a value.
FAR_SQL = """
SELECT s.id, s.indicator_id, s.region_id, s.dims, s.dims_key, (extract(epoch FROM o.at) * 1000000)::bigint, o.value, o.quality,
    (extract(epoch FROM o.known_since) * 1000000)::bigint, src.code, src.simulated
FROM indicators_series s
CROSS JOIN LATERAL (
    SELECT c.at, c.value, c.quality, c.known_since, c.delivery_id FROM indicators_observation c
    WHERE c.series_id = s.id AND c.known_since <= %(as_of)s AND c.value IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM indicators_observation n
        WHERE n.series_id = c.series_id AND n.at = c.at AND n.known_since > c.known_since AND n.known_since <= %(as_of)s)
    ORDER BY c.at DESC LIMIT 1
) o
JOIN indicators_delivery d ON d.id = o.delivery_id
JOIN indicators_source src ON src.id = d.source_id
WHERE s.indicator_id = ANY(%(indicators)s) AND NOT s.id = ANY(%(found)s) AND ({regions})
"""


def rows(indicators: Sequence[Indicator], within: Iterable[str] | None, as_of: datetime | None = None) -> list[Row]:
    """The newest known row of every series of the indicators in the regions and all below them (None = everywhere).

    One query; as of a moment two, the second for series that were silent then.
    """
    parameters: dict[str, Any] = {"indicators": [indicator.pk for indicator in indicators]}
    if within is None:
        regions = "true"
    else:
        parameters["codes"] = sorted(set(within))
        parameters["prefixes"] = [f"{code}.%" for code in parameters["codes"]]
        regions = "s.region_id = ANY(%(codes)s) OR s.region_id LIKE ANY(%(prefixes)s)"
    if as_of is None:
        return _fetch(NOW_SQL.format(regions=regions), parameters)
    sinces = [as_of - timedelta(seconds=Duration.parse(indicator.every).seconds * NEAR_PERIODS) for indicator in indicators]
    parameters |= {"as_of": as_of, "sinces": sinces, "since": min(sinces, default=as_of), "until": as_of + AHEAD}
    since_of = dict(zip(parameters["indicators"], sinces, strict=True)) if closed_months() else {}
    every = _fetch_ids(regions, parameters) if since_of else {}
    thaw((series, since_of[indicator], parameters["until"]) for series, indicator in every.items())
    near = [row for row in _fetch(NEAR_SQL.format(regions=regions), parameters) if row.value is not None]
    parameters["found"] = [row.series for row in near]
    thaw_near([(series, MAX_AT, MAX_AT) for series in every.keys() - set(parameters["found"])], before=1, as_of=as_of)
    return near + _fetch(FAR_SQL.format(regions=regions), parameters)


def _fetch_ids(regions: str, parameters: dict[str, Any]) -> dict[int, int]:
    """The series that are asked for, each with its indicator."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT s.id, s.indicator_id FROM indicators_series s WHERE s.indicator_id = ANY(%(indicators)s) AND ({regions})",  # noqa: S608
            parameters,
        )
        return dict(cursor.fetchall())


def _fetch(sql: str, parameters: dict[str, Any]) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found = cursor.fetchall()
    return [Row(r[0], r[1], r[2], read_dims(r[3]), r[4], moment_of(r[5]), r[6], r[7], moment_of(r[8]), r[9], r[10]) for r in found]


def read_dims(text: str) -> dict[str, str]:
    """A series' dims as a raw query gives them (Django leaves jsonb as text)."""
    return {} if text == "{}" else msgspec.json.decode(text, type=dict[str, str])


def contract_of(indicator: Indicator) -> Contract:
    """The indicator's freshness contract."""
    return Contract(Duration.parse(indicator.every), Duration.parse(indicator.grace), indicator.kind)


def figures(indicators: Sequence[Indicator], regions: Sequence[str], *, as_of: datetime | None = None, below: bool = False) -> list[Figure]:
    """For every indicator and region: its own series if it has any, else the roll-up of the regions below that report it.

    With `below`, also each reporting region under the given ones as a figure of its own (maps and rankings). An indicator without any
    report in a region gives one figure without a value, so that a board shows a dash and never 0. Ordered by indicator, region, dims.
    """
    weights = [i.weight for i in indicators if i.weight is not None]
    found = rows(list({indicator.pk: indicator for indicator in (*indicators, *weights)}.values()), regions, as_of)
    grouped: dict[int, list[Row]] = defaultdict(list)
    for row in found:
        grouped[row.indicator_id].append(row)
    expected = expected_children(regions)
    answer: list[Figure] = []
    for indicator in indicators:
        own = grouped[indicator.pk]
        weight = {row.region: row.value for row in grouped[indicator.weight_id]} if indicator.weight_id else {}
        for region in regions:
            answer.extend(_in_region(indicator, region, own, weight, expected.get((region, indicator.level), 1)))
        if below:
            wanted = set(regions)
            answer.extend(single(indicator, row) for row in own if row.region not in wanted)
    return sorted(answer, key=lambda f: (f.indicator, f.region, sorted(f.dims.items())))


def _in_region(indicator: Indicator, region: str, found: list[Row], weight: dict[str, float], expected: int) -> list[Figure]:
    direct = [row for row in found if row.region == region]
    if direct:
        return [single(indicator, row) for row in direct]
    groups: dict[str, list[Row]] = defaultdict(list)
    depth = ("province", "regency", "district", "village").index(indicator.level)
    for row in found:
        if row.region.startswith(f"{region}.") and row.region.count(".") == depth:
            groups[row.dims_key].append(row)
    if not groups or indicator.rollup == "none":
        return [_nothing(indicator, region, expected)]
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


def figure_json(figure: Figure, now: datetime | None = None) -> dict[str, Any]:
    """The figure in the shape of GET /api/v1/latest. `age_s` is whole seconds since `at`."""
    moment = now or timezone.now()
    return {
        "indicator": figure.indicator,
        "region": figure.region,
        "at": utc_text(figure.at),
        "value": figure.value,
        "unit": figure.unit,
        "quality": figure.quality,
        "age_s": None if figure.at is None else int((moment - figure.at).total_seconds()),
        "freshness": figure.freshness(moment),
        "source": figure.source,
        "known_since": utc_text(figure.known_since),
        "coverage": {"reporting": figure.reporting, "expected": figure.expected},
        "partial": figure.partial,
        **({"dims": figure.dims} if figure.dims else {}),
    }


def utc_text(moment: datetime | None) -> str | None:
    """RFC 3339 in UTC with `Z`; microseconds only where there are any."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
