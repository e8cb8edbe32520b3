"""What is known around a waiting row: the newest values just before and after its time."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from ..closing.thawing import thaw_near
from ..logic import QUALITY_WORDS
from ..models import KeptRow

EACH_SIDE = 12

SQL = """
SELECT at, value, quality, note FROM (
    (SELECT DISTINCT ON (o.at) o.at, o.value, o.quality, o.note FROM indicators_observation o
     WHERE o.series_id = %(series)s AND o.at <= %(at)s ORDER BY o.at DESC, o.known_since DESC LIMIT %(before)s)
    UNION ALL
    (SELECT DISTINCT ON (o.at) o.at, o.value, o.quality, o.note FROM indicators_observation o
     WHERE o.series_id = %(series)s AND o.at > %(at)s ORDER BY o.at, o.known_since DESC LIMIT %(after)s)
) k WHERE value IS NOT NULL ORDER BY at
"""


class Neighbour(NamedTuple):
    """A value near a waiting row; `waits` marks the row itself."""

    at: datetime
    value: float | None
    quality: str
    note: str | None
    waits: bool = False


def around(row: KeptRow) -> list[Neighbour]:
    """The known values around the row, in order of time."""
    if row.series_id is not None and row.at is not None:
        thaw_near([(row.series_id, row.at, row.at)], before=2 * EACH_SIDE, after=EACH_SIDE)
    with connection.cursor() as cursor:
        cursor.execute(SQL, {"series": row.series_id, "at": row.at, "before": 2 * EACH_SIDE, "after": EACH_SIDE})
        return [Neighbour(at, value, QUALITY_WORDS[quality], note) for at, value, quality, note in cursor.fetchall()]


def nearest(row: KeptRow, known: Sequence[Neighbour], each: int = 5) -> list[Neighbour]:
    """The row between a few known values before it (or for its own time) and after it."""
    if row.at is None or not known:
        return []
    before = [one for one in known if one.at <= row.at][-each:]
    return [*before, Neighbour(row.at, row.value, "", row.reason or None, True), *[one for one in known if one.at > row.at][:each]]
