"""What is known around a waiting row: the newest values just before and after its time."""

from datetime import datetime
from typing import NamedTuple

from django.db import connection

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
    """A known value near a waiting row; `here` when it is for the row's own time."""

    at: datetime
    value: float
    quality: str
    note: str | None
    here: bool


def around(row: KeptRow) -> list[Neighbour]:
    """The known values around the row, in order of time."""
    with connection.cursor() as cursor:
        cursor.execute(SQL, {"series": row.series_id, "at": row.at, "before": 2 * EACH_SIDE, "after": EACH_SIDE})
        return [Neighbour(at, value, QUALITY_WORDS[quality], note, at == row.at) for at, value, quality, note in cursor.fetchall()]
