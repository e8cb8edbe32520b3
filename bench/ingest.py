"""How many observations a second go in: HTTP → validated → compared with what is known → committed → announced.

Beside it, in the same run and the same PostgreSQL: a bare binary COPY of rows of the same shape into partitions of the same shape, by as
many connections. The load client's CPU is stated apart. Usage: python bench/ingest.py [ROUNDS]
"""

import asyncio
import contextlib
import http.client
import json
import os
import struct
import sys
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import psycopg
from _installation import Installation, installation, line, machine
from nats.js.errors import NotFoundError

from pendopo.bus import client as bus
from pendopo.bus import subjects

CONNECTIONS = 4
ROWS_A_ROUND = {500: 60_000, 10_000: 200_000}
START = datetime(2026, 5, 1, tzinfo=UTC)
PG_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)

TABLE_SQL = """
CREATE TABLE bench_copy (series_id bigint NOT NULL, at timestamptz NOT NULL, known_since timestamptz NOT NULL, value double precision,
    quality smallint NOT NULL, delivery_id bigint NOT NULL, note text, PRIMARY KEY (series_id, at, known_since)) PARTITION BY RANGE (at);
CREATE TABLE bench_copy_05 PARTITION OF bench_copy FOR VALUES FROM ('2026-05-01 00:00Z') TO ('2026-06-01 00:00Z');
CREATE TABLE bench_copy_06 PARTITION OF bench_copy FOR VALUES FROM ('2026-06-01 00:00Z') TO ('2026-07-01 00:00Z');
"""
COPY_SQL = "COPY bench_copy (series_id, at, known_since, value, quality, delivery_id, note) FROM STDIN (FORMAT BINARY)"
LAST_SQL = """
SELECT i.code, s.region_id, l.known_since
FROM indicators_latest l JOIN indicators_series s ON s.id = l.series_id JOIN indicators_indicator i ON i.id = s.indicator_id
ORDER BY l.known_since DESC, l.series_id DESC LIMIT 1
"""


class Clock:
    """Hands out series and times: every series once an hour, hour after hour, so that each row is news."""

    def __init__(self, series: Sequence[tuple[str, str]]) -> None:
        self.series, self.next = series, 0

    def rows(self, count: int) -> list[tuple[int, datetime]]:
        """The next rows as (number of the series, time)."""
        numbers = range(self.next, self.next + count)
        self.next += count
        return [(number % len(self.series), START + timedelta(hours=number // len(self.series))) for number in numbers]


def json_bodies(clock: Clock, rows: int, batch: int) -> list[bytes]:
    """Bodies of `{"observations": […]}`."""
    bodies = []
    for _ in range(rows // batch):
        observations = [
            {"indicator": clock.series[n][0], "region": clock.series[n][1], "at": f"{at:%Y-%m-%dT%H:%M:%SZ}", "value": (n % 977) / 3}
            for n, at in clock.rows(batch)
        ]
        bodies.append(json.dumps({"observations": observations}).encode())
    return bodies


def column_bodies(clock: Clock, rows: int, batch: int) -> list[bytes]:
    """Bodies by column."""
    bodies = []
    for _ in range(rows // batch):
        drawn = clock.rows(batch)
        numbers = sorted({n for n, _ in drawn})
        place = {n: index for index, n in enumerate(numbers)}
        body = {
            "series": [clock.series[n] for n in numbers],
            "index": [place[n] for n, _ in drawn],
            "at": [f"{at:%Y-%m-%dT%H:%M:%SZ}" for _, at in drawn],
            "value": [(n % 977) / 3 for n, _ in drawn],
        }
        bodies.append(json.dumps(body).encode())
    return bodies


def copy_buffers(clock: Clock, rows: int, batch: int) -> list[bytes]:
    """The same rows as PostgreSQL's binary COPY format."""
    now = int((datetime.now(UTC) - PG_EPOCH).total_seconds() * 1e6)
    pack = struct.Struct(">hiqiqiqidihiqi").pack
    buffers = []
    for _ in range(rows // batch):
        now += 1
        lines = [
            pack(7, 8, n, 8, int((at - PG_EPOCH).total_seconds()) * 1_000_000, 8, now, 8, (n % 977) / 3, 2, 0, 8, 1, -1)
            for n, at in clock.rows(batch)
        ]
        buffers.append(b"PGCOPY\n\xff\r\n\0" + bytes(8) + b"".join(lines) + b"\xff\xff")
    return buffers


def in_parallel(jobs: Sequence[bytes], opened: Callable[[], Callable[[bytes], None]]) -> float:
    """Works through the jobs with CONNECTIONS threads; answers the seconds it took."""
    left, lock, broken = list(reversed(jobs)), threading.Lock(), []

    def work() -> None:
        send = opened()
        while True:
            with lock:
                if not left or broken:
                    return
                job = left.pop()
            try:
                send(job)
            except Exception as problem:
                broken.append(problem)

    threads = [threading.Thread(target=work) for _ in range(CONNECTIONS)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if broken:
        raise broken[0]
    return time.perf_counter() - begun


def poster(running: Installation, key: str) -> Callable[[], Callable[[bytes], None]]:
    """Opens keep-alive connections that POST and insist on every row being accepted."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def opened() -> Callable[[bytes], None]:
        connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=120)

        def send(body: bytes) -> None:
            connection.request("POST", "/api/v1/observations", body, headers)
            answer = connection.getresponse()
            text = answer.read()
            found = json.loads(text)
            if answer.status != 201 or found["problems"]:
                raise SystemExit(f"{answer.status}: {text[:500]!r}")

        return send

    return opened


def copier() -> Callable[[], Callable[[bytes], None]]:
    """Opens connections that COPY and commit."""

    def opened() -> Callable[[bytes], None]:
        connection = psycopg.connect(os.environ["PENDOPO_DATABASE_URL"])

        def send(buffer: bytes) -> None:
            with connection.cursor() as cursor, cursor.copy(COPY_SQL) as copy:
                copy.write(buffer)
            connection.commit()

        return send

    return opened


def announced(before: float) -> float:
    """Seconds since `before` until the bus holds the newest word of the series that is told last."""
    with psycopg.connect(os.environ["PENDOPO_DATABASE_URL"]) as connection:
        code, region, stamp = connection.execute(LAST_SQL).fetchone() or ("", "", datetime.now(UTC))
    subject = subjects.observed(code, region)

    async def wait() -> None:
        nc = await bus.connect(os.environ["PENDOPO_NATS_URL"], name="bench")
        while True:
            with contextlib.suppress(NotFoundError):
                word = await nc.jetstream().get_last_msg(subjects.OBSERVED.name, subject)
                if datetime.fromisoformat(json.loads(word.data or b"{}")["known_since"]) >= stamp:
                    break
            await asyncio.sleep(0.02)
        await nc.close()

    asyncio.run(asyncio.wait_for(wait(), 120))
    return time.perf_counter() - before


def measure(running: Installation, bodies: list[bytes], rows: int, key: str) -> tuple[float, float, dict[str, float], float]:
    """Rows a second until the last answer, seconds until announced, CPU seconds of every part, CPU seconds of the client."""
    cpu, own = running.cpu_s(), time.process_time()
    seconds = in_parallel(bodies, poster(running, key))
    own = time.process_time() - own
    after = running.cpu_s()
    late = announced(time.perf_counter())
    return rows / seconds, late, {name: after[name] - cpu[name] for name in cpu}, own


def main() -> None:
    """Prints the table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    print(machine())
    with installation() as running:
        yard = running.yard(40)
        series = [(indicator, village) for indicator in yard["indicators"] for village in yard["villages"]]
        clock, copy_clock = Clock(series), Clock(series)
        with psycopg.connect(os.environ["PENDOPO_DATABASE_URL"], autocommit=True) as connection:
            connection.execute(TABLE_SQL)
        in_parallel(json_bodies(clock, len(series) // 500 * 500 + 500, 500), poster(running, yard["key"]))  # the series now exist
        announced(time.perf_counter())
        cases = [("JSON rows", json_bodies, 500), ("JSON rows", json_bodies, 10_000), ("JSON columns", column_bodies, 10_000)]
        print(f"{len(series):,} series, {CONNECTIONS} connections, {rounds} rounds, each beside a bare COPY of as many rows a commit\n")
        for name, make, batch in cases:
            rows = ROWS_A_ROUND[batch]
            speeds, bare, lates, clients, parts = [], [], [], [], []
            for _ in range(rounds):
                buffers = copy_buffers(copy_clock, rows, batch)
                bare.append(rows / in_parallel(buffers, copier()))
                del buffers
                speed, late, part, own = measure(running, make(clock, rows, batch), rows, yard["key"])
                speeds.append(speed)
                lates.append(late)
                clients.append(1e6 * own / rows)
                parts.append({name: 1e6 * used / rows for name, used in part.items()})
            title = f"{name}, {batch:,} a request"
            print(line(f"{title}: HTTP to commit", speeds, "rows/s"))
            print(line("  bare COPY into partitions", bare, "rows/s"))
            print(line("  ratio to the bare COPY", [s / b for s, b in zip(speeds, bare, strict=True)], "", 2))
            print(line("  last word told after the last answer", lates, "s", 2))
            print(line("  CPU of the load client a row (not counted below)", clients, "µs", 1))
            print(line("  CPU of the installation a row", [sum(used.values()) for used in parts], "µs", 1))
            for part in parts[0]:
                print(line(f"    of it {part}", [used[part] for used in parts], "µs", 1))
            print()


main()
