"""A small real yard for tests: one province, one regency, three districts, a source with its key, and indicators of several cadences."""

import asyncio
import hashlib
import secrets
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
from django.db import connection

from pendopo.agencies.models import Agency
from pendopo.asgi import application
from pendopo.indicators.actions import forget_known
from pendopo.indicators.models import Indicator, Source, SourceKey
from pendopo.regions.models import Region

DISTRICTS = ("35.16.01", "35.16.02", "35.16.03")
PLACES = (("35", "Jawa Timur", "province", None), ("35.16", "Kabupaten Mojokerto", "regency", "35"))


class Yard(NamedTuple):
    """What was laid out."""

    source: Source
    key: str


def lay_out() -> Yard:
    """Creates the yard in the test's database. `level` is hourly with checks, `cases` daily and summed, `free` without checks."""
    forget_known()
    for code, name, level, parent in PLACES:
        Region.objects.create(code=code, name=name, level=level, parent_id=parent)
    for number, code in enumerate(DISTRICTS):
        Region.objects.create(code=code, name=f"Kecamatan {number}", level="district", parent_id="35.16")
    agency = Agency.objects.create(code="psda", name="Dinas PU SDA", region_id="35.16")
    source = Source.objects.create(code="psda", name="PSDA", agency=agency)
    secret = "pds_" + secrets.token_urlsafe(16)
    SourceKey.objects.create(source=source, digest=hashlib.sha256(secret.encode()).hexdigest())
    checks = {"range": [0, 20], "step": 1.5}
    for code, every, kind, rollup, rules in (
        ("level", "1h", "gauge", "mean", checks),
        ("cases", "1d", "count", "sum", {"range": [0, None]}),
        ("free", "1h", "gauge", "none", {}),
    ):
        indicator = Indicator.objects.create(
            code=code, name_id=code, every=every, grace="45m", kind=kind, rollup=rollup, level="district", checks=rules, publicity="public"
        )
        indicator.sources.add(source)
    return Yard(source, secret)


class Reply(NamedTuple):
    """What the product answered."""

    status: int
    headers: dict[str, str]
    body: Any


async def send(method: str, path: str, body: bytes, headers: dict[str, str], *, part: int = 1 << 20) -> Reply:
    """One request straight into the application, as the web server would hand it on."""
    parts = [body[at : at + part] for at in range(0, len(body), part)] or [b""]
    feed: Iterator[dict[str, Any]] = iter(
        [{"type": "http.request", "body": piece, "more_body": number + 1 < len(parts)} for number, piece in enumerate(parts)]
    )
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return next(feed, {"type": "http.disconnect"})

    async def answer(message: Any) -> None:
        sent.append(message)

    given = {"host": "localhost", **headers}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path.partition("?")[0],
        "raw_path": path.partition("?")[0].encode(),
        "query_string": path.partition("?")[2].encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in given.items()],
        "client": ("127.0.0.1", 1),
        "server": ("localhost", 80),
    }
    await application(scope, receive, answer)
    got = {name.decode(): value.decode("latin-1") for name, value in sent[0]["headers"]}
    whole = b"".join(message.get("body", b"") for message in sent[1:])
    kind = got.get("content-type", "")
    return Reply(sent[0]["status"], got, msgspec.json.decode(whole) if "json" in kind else whole)


def post(
    yard: Yard,
    body: bytes | dict[str, Any] | list[Any],
    media: str = "application/json",
    path: str = "/api/v1/observations",
    **headers: str,
) -> Reply:
    """A POST with the yard's key, from a synchronous test."""
    data = body if isinstance(body, bytes) else msgspec.json.encode(body)
    given = {"authorization": f"Bearer {yard.key}", "content-type": media, "content-length": str(len(data))}
    given.update({name.replace("_", "-"): value for name, value in headers.items()})
    return asyncio.run(send("POST", path, data, given))


def state() -> list[tuple[Any, ...]]:
    """All that readers can see: the newest known row of every series and time, and the newest word of every series."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT ON (s.id, o.at) i.code, s.region_id, s.dims_key, o.at, o.value, o.quality, coalesce(o.note, '')
            FROM indicators_observation o JOIN indicators_series s ON s.id = o.series_id
            JOIN indicators_indicator i ON i.id = s.indicator_id ORDER BY s.id, o.at, o.known_since DESC
            """
        )
        rows = [("row", *row) for row in cursor.fetchall()]
        cursor.execute(
            """
            SELECT i.code, s.region_id, s.dims_key, l.at, l.value, l.quality FROM indicators_latest l
            JOIN indicators_series s ON s.id = l.series_id JOIN indicators_indicator i ON i.id = s.indicator_id
            """
        )
        return sorted(rows + [("latest", *row) for row in cursor.fetchall()], key=repr)
