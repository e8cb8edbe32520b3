"""The SQL of derivation: what changed since a stamp, and the rows that a formula needs, as they were known at a stamp."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Q

from pendopo.regions.models import Region

from ..closing.thawing import thaw
from ..logic import Duration
from ..models import Series
from .contract import Facts, Formula
from .expressions import LEVELS, Call, Node, walk
from .grid import Grid
from .world import Place, Row, World

MIN_AT, MAX_AT = datetime(1800, 1, 1, tzinfo=UTC), datetime(2300, 1, 1, tzinfo=UTC)


class Change(NamedTuple):
    """A row of an input that is news: where, when, and in which delivery."""

    code: str
    region: str
    at: datetime
    known_since: datetime
    delivery: int


# First what is news at all, by the ranges of stamps (BRIN), then which of it is an input: never series by series, month by month.
CHANGES_SQL = """
WITH news AS MATERIALIZED (
    SELECT o.series_id, o.at, o.known_since, o.delivery_id FROM indicators_observation o
    WHERE o.known_since > %(after)s AND o.known_since <= %(through)s
)
SELECT i.code, s.region_id, n.at, n.known_since, n.delivery_id
FROM news n
JOIN indicators_series s ON s.id = n.series_id
JOIN indicators_indicator i ON i.id = s.indicator_id
WHERE i.code = ANY(%(codes)s)
"""


def stamp() -> datetime:
    """The newest stamp that is committed: nothing will ever be committed at or before it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT stamp FROM indicators_clock")
        found: datetime = cursor.fetchone()[0]
    return found


# The deliveries after a stamp, until they hold so many rows that it is enough for one go.
NEXT_SQL = """
SELECT max(known_since) FILTER (WHERE upto - rows < %(enough)s), bool_and(upto - rows < %(enough)s), count(*)
FROM (
    SELECT known_since, rows, sum(rows) OVER (ORDER BY known_since) AS upto FROM (
        SELECT known_since, rows FROM indicators_delivery WHERE known_since > %(after)s ORDER BY known_since LIMIT %(most)s) d) e
"""
ENOUGH_ROWS = 200_000
MOST_DELIVERIES = 20_000


def next_stamp(after: datetime | None) -> datetime:
    """Up to where to go from a stamp: to the newest committed one, or less far when much history waits."""
    newest = stamp()
    if after is None or after >= newest:
        return newest
    with connection.cursor() as cursor:
        cursor.execute(NEXT_SQL, {"after": after, "enough": ENOUGH_ROWS, "most": MOST_DELIVERIES})
        enough, every_one, count = cursor.fetchone()
    return newest if enough is None or (every_one and count < MOST_DELIVERIES) else min(enough, newest)


def changes(codes: Iterable[str], after: datetime, through: datetime) -> list[Change]:
    """Every row of these indicators that became known after one stamp and up to another."""
    wanted = sorted(set(codes))
    if not wanted or after >= through:
        return []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # a month that was never analysed would be read whole
        cursor.execute(CHANGES_SQL, {"codes": wanted, "after": after, "through": through})
        return [Change(*row) for row in cursor.fetchall()]


def scope_of(formula: Formula, region: str) -> str:
    """The region whose subtree a value in `region` may read: itself, or the one above within which it is compared."""
    depths = [
        LEVELS.index(node.options["within"]) + 1 if "within" in node.options else region.count(".")
        for node in walk(formula.tree)
        if isinstance(node, Call) and node.function.shape == "among"
    ]
    parts = region.split(".")
    return ".".join(parts[: max(1, min([len(parts), *depths]))])


def within(scopes: Iterable[str], field: str) -> Q:
    """The regions themselves and all below them."""
    found = Q()
    for scope in scopes:
        found |= Q(**{field: scope}) | Q(**{f"{field}__startswith": f"{scope}."})
    return found


def earliest(node: Node, lo: int, grid: Grid) -> int | None:
    """The first period that the node reads for a value of period `lo`; None = everything before."""
    if not isinstance(node, Call):
        return lo
    if node.name == "cumulative":
        return None
    if node.function.shape == "window":
        lo = grid.back(lo, node.options.get("window", grid.every))
    found = [earliest(operand, lo, grid) for group in node.operands.values() for operand in group]
    known = [n for n in found if n is not None]
    return min(known) if len(known) == len(found) else None


def load(
    formula: Formula,
    facts: Mapping[str, Facts],
    grid: Grid,
    scopes: Sequence[str],
    stretch: tuple[int | None, int | None],
    raw: datetime,
    derived: datetime,
) -> tuple[World, dict[str, dict[str, str]]]:
    """The world for the values of the formula in these regions and periods (None = without end), as known at the two stamps.

    Also the dimensions by their key.
    """
    codes = {*formula.inputs, *(weight for code in formula.inputs if (weight := facts[code].weight))}
    first = earliest(formula.tree, stretch[0], grid) if stretch[0] is not None else None
    since = grid.start(first) if first is not None else MIN_AT
    until = grid.start(stretch[1] + 1) if stretch[1] is not None else MAX_AT
    lines = list(Series.objects.filter(within(scopes, "region__code"), indicator__code__in=codes).select_related("indicator"))
    regions = Region.objects.filter(within(scopes, "code")).order_by("code").values_list("code", flat=True)
    slow = {code for code in codes if Duration.parse(facts[code].every).seconds > grid.every.seconds}
    asked = [
        (line.pk, MIN_AT if line.indicator.code in slow else since, raw if line.indicator.derived is None else derived) for line in lines
    ]
    found = rows(asked, until)
    keyed = {(line.indicator.code, Place(line.region_id, line.dims_key)): found.get(line.pk, []) for line in lines}
    return World(grid, facts, keyed, list(regions)), {line.dims_key: line.dims for line in lines}


ROWS_SQL = """
SELECT s.id, o.at, o.value, o.quality, o.known_since, o.delivery_id
FROM unnest(%(ids)s::bigint[], %(since)s::timestamptz[], %(through)s::timestamptz[]) AS s(id, since, through)
CROSS JOIN LATERAL (
    SELECT DISTINCT ON (x.at) x.at, x.value, x.quality, x.known_since, x.delivery_id FROM indicators_observation x
    WHERE x.series_id = s.id AND x.at >= s.since AND x.at < %(until)s AND x.known_since <= s.through
    ORDER BY x.at, x.known_since DESC
) o
WHERE o.value IS NOT NULL ORDER BY s.id, o.at
"""


def rows(asked: Sequence[tuple[int, datetime, datetime]], until: datetime) -> dict[int, list[Row]]:
    """The rows of series by id, each from a time on and as known at a stamp, oldest first and without retracted ones."""
    answer: dict[int, list[Row]] = {}
    if asked:
        thaw((pk, since, until) for pk, since, _through in asked)
        ids, since, through = zip(*asked, strict=True)
        with connection.cursor() as cursor:
            cursor.execute(ROWS_SQL, {"ids": list(ids), "since": list(since), "through": list(through), "until": until})
            for pk, *row in cursor.fetchall():
                answer.setdefault(pk, []).append(Row(*row))
    return answer


def stored(code: str, regions: Iterable[str], since: datetime, until: datetime) -> dict[Place, dict[datetime, Row]]:
    """The newest known rows of a derived indicator itself."""
    lines = {line.pk: line for line in Series.objects.filter(indicator__code=code, region_id__in=set(regions))}
    found = rows([(pk, since, MAX_AT) for pk in lines], until)
    return {Place(line.region_id, line.dims_key): {row.at: row for row in found.get(pk, [])} for pk, line in lines.items()}
