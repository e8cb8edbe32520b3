"""What history knows around a delivery, for the checks that need it: asked once a delivery, and only for indicators that declare them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from pendopo.regions.models import Region

from .beside import us_of
from .checks import EPOCH, MICROSECOND, Placed, Problem, SeriesKey
from .closing.thawing import thaw_near
from .soundness.asked import Asked
from .soundness.seen import Point, Surroundings
from .soundness.table import Verdicts, look, series_needed
from .storing import find_series

# Of every series: the newest rows of the points before, within and (three) after the times of the delivery.
AROUND_SQL = """
SELECT t.series_id, k.at, k.value, k.quality
FROM unnest(%(series)s::bigint[], %(from)s::timestamptz[], %(to)s::timestamptz[], %(before)s::int[]) AS t(series_id, first, last, before)
CROSS JOIN LATERAL (
    (SELECT DISTINCT ON (o.at) o.at, o.value, o.quality FROM indicators_observation o
     WHERE o.series_id = t.series_id AND o.at < t.first ORDER BY o.at DESC, o.known_since DESC LIMIT t.before)
    UNION ALL
    (SELECT DISTINCT ON (o.at) o.at, o.value, o.quality FROM indicators_observation o
     WHERE o.series_id = t.series_id AND o.at >= t.first AND o.at <= t.last ORDER BY o.at, o.known_since DESC)
    UNION ALL
    (SELECT DISTINCT ON (o.at) o.at, o.value, o.quality FROM indicators_observation o
     WHERE o.series_id = t.series_id AND o.at > t.last ORDER BY o.at, o.known_since DESC LIMIT 3)
) k
WHERE k.value IS NOT NULL
ORDER BY t.series_id, k.at
"""


def judge_beside(rows: Sequence[Placed], asked: Mapping[str, Asked], ahead: Sequence[tuple[Placed, Problem]], now_us: int) -> Verdicts:
    """The verdicts of the checks that need history; `ahead` are the rows of the same delivery that already wait, with their reasons."""
    partners = {code for wants in asked.values() for code in (wants.total_of, wants.agrees_with) if code}
    rows = [row for row in rows if row.key[0] in asked or row.key[0] in partners]
    keys = [key for key in dict.fromkeys(row.key for row in rows) if key[0] in asked]
    if not keys:
        return Verdicts({}, {})
    parents = {parent for _code, region, _dims in keys for parent in (region, region.rpartition(".")[0]) if parent}
    children = _children(parents) if any(wants.adds_up is not None for wants in asked.values()) else {}
    spans: dict[SeriesKey, tuple[int, int]] = {}
    for row in rows:
        first, last = spans.get(row.key, (row.at_us, row.at_us))
        spans[row.key] = min(first, row.at_us), max(last, row.at_us)
    whole = min(first for first, _ in spans.values()), max(last for _, last in spans.values())
    ids = find_series(sorted(series_needed(asked, keys, children)))
    known = _known(ids, spans, whole, asked)
    future = frozenset(spot.key for spot, problem in ahead if problem.code == "future")
    return look(rows, asked, Surroundings(known, children, future, now_us))


def _children(parents: set[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for parent, code in Region.objects.filter(parent_id__in=parents).order_by("code").values_list("parent_id", "code"):
        found[parent].append(code)
    return {parent: tuple(codes) for parent, codes in found.items()}


def _known(
    ids: Mapping[SeriesKey, int], spans: Mapping[SeriesKey, tuple[int, int]], whole: tuple[int, int], asked: Mapping[str, Asked]
) -> dict[SeriesKey, list[Point]]:
    key_of = {series: key for key, series in ids.items()}
    ranges = {series: spans.get(key, whole) for series, key in key_of.items()}
    parameters: dict[str, Any] = {
        "series": list(ranges),
        "from": [EPOCH + first * MICROSECOND for first, _ in ranges.values()],
        "to": [EPOCH + last * MICROSECOND for _, last in ranges.values()],
        "before": [asked[key_of[series][0]].before if key_of[series][0] in asked else 1 for series in ranges],
    }
    found: dict[SeriesKey, list[Point]] = defaultdict(list)
    if ranges:
        spots = zip(parameters["series"], parameters["from"], parameters["to"], strict=True)
        thaw_near(list(spots), before=max(parameters["before"]), after=3)
        with connection.cursor() as cursor:
            cursor.execute(AROUND_SQL, parameters)
            for series, at, value, quality in cursor:
                found[key_of[series]].append(Point(us_of(at), value, quality))
    return found
