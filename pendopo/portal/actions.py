"""The verbs of the public face that belong to none of its parts: counting what is read."""

from collections.abc import Mapping
from datetime import date

from django.db import connection, transaction
from django.utils import timezone

VISITS_SQL = """
INSERT INTO portal_visit (day, path, times) SELECT %(day)s, v.path, v.times
FROM unnest(%(paths)s::text[], %(times)s::int[]) AS v(path, times)
ORDER BY v.path ON CONFLICT (day, path) DO UPDATE SET times = portal_visit.times + excluded.times
"""


@transaction.atomic
def note_visits(*, visits: Mapping[str, int], day: date | None = None) -> None:
    """Adds views of pages to the counts of a day. Who read is not known here; the book of deeds does not hold it."""
    if not visits:
        return
    with connection.cursor() as cursor:
        cursor.execute(VISITS_SQL, {"day": day or timezone.localdate(), "paths": list(visits), "times": list(visits.values())})
