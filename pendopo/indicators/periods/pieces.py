"""How rows become an hour or a day: one SQL for those who keep it and those who read what is not kept, so that both say the same.

A *piece* is what a series says in a part of an hour or a day: how many values, their sum, least, greatest and last, the worst quality, the
newest `known_since` of what counts and of anything said there (also of what was corrected or retracted), and who said it.
"""

COLUMNS = "series_id, at, n, total, low, high, last, quality, known_since, newest, sources"

# A value from here on is left to the raw rows: a few of them would not fit into a double when added.
HUGE = "1e290"

# Pieces of raw rows within windows of series, as known at a moment.
FROM_ROWS = """
SELECT w.id AS series_id, date_trunc('{grain}', k.at, %(zone)s) AS at, count(k.value)::integer AS n,
    CASE WHEN bool_and(k.value IS NULL OR abs(k.value) < {huge}) THEN sum(k.value) FILTER (WHERE abs(k.value) < {huge}) END AS total,
    min(k.value) AS low, max(k.value) AS high, (array_agg(k.value ORDER BY k.at DESC) FILTER (WHERE k.value IS NOT NULL))[1] AS last,
    coalesce(max(k.quality) FILTER (WHERE k.value IS NOT NULL), 0)::smallint AS quality,
    max(k.known_since) FILTER (WHERE k.value IS NOT NULL) AS known_since, max(k.known_since) AS newest,
    array_agg(DISTINCT d.source_id) FILTER (WHERE k.value IS NOT NULL) AS sources
FROM unnest(%(ids)s::bigint[], %(sinces)s::timestamptz[], %(untils)s::timestamptz[]) AS w(id, since, until)
CROSS JOIN LATERAL (
    SELECT DISTINCT ON (x.at) x.at, x.value, x.quality, x.known_since, x.delivery_id FROM indicators_observation x
    WHERE x.series_id = w.id AND x.at >= w.since AND x.at < w.until AND x.known_since <= %(as_of)s
    ORDER BY x.at, x.known_since DESC
) k
JOIN indicators_delivery d ON d.id = k.delivery_id
GROUP BY 1, 2
"""

# Days of kept hours. What is said of the sources is gathered as text, since lists of different lengths cannot be.
FROM_HOURS = """
SELECT w.id AS series_id, date_trunc('day', h.at, %(zone)s) AS at, sum(h.n)::integer AS n,
    CASE WHEN bool_and(h.n = 0 OR h.total IS NOT NULL) THEN sum(h.total) END AS total, min(h.low) AS low, max(h.high) AS high,
    (array_agg(h.last ORDER BY h.at DESC) FILTER (WHERE h.n > 0))[1] AS last, max(h.quality) AS quality,
    max(h.known_since) AS known_since, max(h.newest) AS newest,
    string_to_array(string_agg(DISTINCT array_to_string(h.sources, ','), ','), ',')::integer[] AS sources
FROM unnest(%(ids)s::bigint[], %(sinces)s::timestamptz[], %(untils)s::timestamptz[]) AS w(id, since, until)
JOIN indicators_hour h ON h.series_id = w.id AND h.at >= w.since AND h.at < w.until
GROUP BY 1, 2
"""

# Pieces of what is kept and of what the raw rows must say (`reading.split` decides): each with a value, as known at a moment.
BOTH = """
    SELECT p.series_id, p.at, p.n, p.total, p.low, p.high, p.last, p.quality, p.known_since, p.sources
    FROM unnest(%(kept)s::bigint[], %(kept_sinces)s::timestamptz[], %(kept_untils)s::timestamptz[]) AS w(id, since, until)
    JOIN indicators_{grain} p ON p.series_id = w.id AND p.at >= w.since AND p.at < w.until
    WHERE p.n > 0 AND p.total IS NOT NULL AND p.newest <= %(as_of)s
    UNION ALL
    SELECT r.series_id, r.at, r.n, r.total, r.low, r.high, r.last, r.quality, r.known_since, r.sources FROM ({rows}) r WHERE r.n > 0
"""


def both(grain: str) -> str:
    """The SQL of pieces by `hour` or `day`, kept ones and those of raw rows together."""
    return BOTH.format(grain=grain, rows=from_rows(grain))


def from_rows(grain: str) -> str:
    """The SQL of pieces of raw rows by `hour` or `day`."""
    return FROM_ROWS.format(grain=grain, huge=HUGE)
