"""`/metrics` for Prometheus: what the house knows of itself, from the database. Open on loopback, elsewhere with a token."""

import hmac
from collections.abc import Iterable
from ipaddress import ip_address

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse

from pendopo import __version__

# name, help, type, SQL whose last column is the value and whose others are labels
GAUGES: tuple[tuple[str, str, str, tuple[str, ...], str], ...] = (
    (
        "pendopo_rows_total",
        "Rows delivered since the beginning, by verdict",
        "counter",
        ("verdict",),
        """
        SELECT v.verdict, coalesce(sum(v.n), 0)::bigint FROM indicators_delivery d CROSS JOIN LATERAL (VALUES
            ('accepted', d.accepted), ('flagged', d.flagged), ('quarantined', d.quarantined),
            ('rejected', d.rejected), ('duplicates', d.duplicates)) AS v(verdict, n) GROUP BY 1 ORDER BY 1
        """,
    ),
    ("pendopo_deliveries_total", "Deliveries since the beginning", "counter", (), "SELECT count(*) FROM indicators_delivery"),
    ("pendopo_series", "Series with a newest word", "gauge", (), "SELECT count(*) FROM indicators_latest"),
    (
        "pendopo_rows_waiting",
        "Quarantined rows that wait for a person",
        "gauge",
        (),
        "SELECT count(*) FROM indicators_keptrow WHERE state = 'waiting'",
    ),
    (
        "pendopo_source_silence_seconds",
        "Seconds since a source was last heard",
        "gauge",
        ("source",),
        """
        SELECT code, extract(epoch FROM now() - last_heard)::float8 FROM indicators_source
        WHERE active AND last_heard IS NOT NULL ORDER BY 1
        """,
    ),
    ("pendopo_audit_unsealed", "Deeds that are not sealed yet", "gauge", (), "SELECT count(*) FROM audit_entry WHERE seq IS NULL"),
    (
        "pendopo_audit_untold",
        "Sealed deeds not yet told on the bus",
        "gauge",
        (),
        "SELECT count(*) FROM audit_entry WHERE seq > 0 AND NOT told",
    ),
    ("pendopo_database_bytes", "Size of the database", "gauge", (), "SELECT pg_database_size(current_database())"),
)


def allowed(request: HttpRequest) -> bool:
    """Whether the reader stands on this machine, or holds the token of PENDOPO_METRICS_TOKEN."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if settings.METRICS_TOKEN and hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode()):
        return True
    forwarded = "Forwarded" in request.headers or "X-Forwarded-For" in request.headers
    return not forwarded and ip_address(request.META.get("REMOTE_ADDR") or "0.0.0.0").is_loopback  # noqa: S104 – the unknown address


def metrics(request: HttpRequest) -> HttpResponse:
    """All figures in the Prometheus text format."""
    if not allowed(request):
        return HttpResponse(
            "Ask from this machine, or send the token of PENDOPO_METRICS_TOKEN as Bearer.\n", status=401, content_type="text/plain"
        )
    lines = ["# HELP pendopo_info The version that answers", "# TYPE pendopo_info gauge", f'pendopo_info{{version="{__version__}"}} 1']
    with connection.cursor() as cursor:
        for name, about, kind, labels, sql in GAUGES:
            cursor.execute(sql)
            lines += [f"# HELP {name} {about}", f"# TYPE {name} {kind}"]
            lines += [_line(name, labels, row) for row in cursor.fetchall()]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4; charset=utf-8")


def _line(name: str, labels: Iterable[str], row: tuple[object, ...]) -> str:
    pairs = ",".join(f'{label}="{_escaped(str(value))}"' for label, value in zip(labels, row, strict=False))
    return f"{name}{{{pairs}}} {row[-1]}" if pairs else f"{name} {row[-1]}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
