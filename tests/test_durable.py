"""Acknowledged means on disk, seen in the system calls; a full disk refuses figures and goes on reading; a clock that goes back."""

import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import nats
import psutil
import psycopg
import pytest
from nats.js.errors import NotFoundError

from tests.installations import Up, patience, pendopo, wait_for
from tests.test_kill import batch, post, prepare, stored

pytestmark = [pytest.mark.alone, pytest.mark.skipif(os.geteuid() != 0, reason="tracing and mounting need root")]

TRIES = 15
CALL = re.compile(r"^\d+\s+(?P<at>[\d.]+) (?P<call>fsync|fdatasync|pwrite64)\(\d+<(?P<file>[^>]+)>.*= 0? ?\d* <(?P<took>[\d.]+)>$")
BEGUN = re.compile(r"^(?P<pid>\d+)\s+[\d.]+ (?P<call>fsync|fdatasync|pwrite64)\(\d+<(?P<file>[^>]+)>.*<unfinished")
ENDED = re.compile(r"^(?P<pid>\d+)\s+(?P<at>[\d.]+) <\.\.\. (?P<call>fsync|fdatasync|pwrite64) resumed>")
MEGABYTE = 1024**2


@contextmanager
def traced(place, pids):
    """Records syncs and writes of some processes; the value is a list of (moment it returned, call, file), filled at the end."""
    calls: list[tuple[float, str, str]] = []
    options = ["-f", "-ttt", "-T", "-y", "-s", "8", "-e", "trace=fsync,fdatasync,pwrite64", "-o", str(place)]
    watching = [word for pid in pids for word in ("-p", str(pid))]
    tracer = subprocess.Popen(["strace", *options, *watching], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(1.5)
    try:
        yield calls
    finally:
        tracer.send_signal(signal.SIGINT)
        tracer.wait()
    waiting: dict[str, tuple[str, str]] = {}
    for line in place.read_text(errors="replace").splitlines():
        if whole := CALL.match(line):
            calls.append((float(whole["at"]) + float(whole["took"]), whole["call"], whole["file"]))
        elif begun := BEGUN.match(line):
            waiting[begun["pid"]] = (begun["call"], begun["file"])
        elif (ended := ENDED.match(line)) and ended["pid"] in waiting:
            calls.append((float(ended["at"]), *waiting.pop(ended["pid"])))


def family(pid):
    """A process and its children."""
    return [pid, *(child.pid for child in psutil.Process(pid).children())]


def synced(calls, sent, acknowledged, file):
    """Whether a sync of the file returned between sending and acknowledgement."""
    return any(sent <= at <= acknowledged and call.endswith("sync") and file in name for at, call, name in calls)


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_database_and_bus_sync_before_each_acknowledgement(tmp_path):
    with Up(tmp_path / "data") as up:
        key = prepare(up)
        with psycopg.connect(f"postgresql://pendopo@/pendopo?host={up.data}/run", autocommit=True) as connection:
            strict = posts(up, key, tmp_path / "strict", 0)
            # The same with a database that acknowledges early: the test must be able to see the difference, at least once.
            connection.execute("ALTER SYSTEM SET synchronous_commit = off")
            connection.execute("SELECT pg_reload_conf()")
            loose = posts(up, key, tmp_path / "loose", 1)
        on_the_bus = publications(up, tmp_path / "bus")
    assert strict == [True] * TRIES
    assert False in loose
    assert on_the_bus == [True] * TRIES


def posts(up, key, trace, sender):
    """For each of some deliveries: whether the write-ahead log was synced before it was acknowledged.

    The background loops are stopped meanwhile: nobody else writes.
    """
    work = psutil.Process(up.pid("Work"))
    moments = []
    with traced(trace, family(up.pid("PostgreSQL"))) as calls:
        work.suspend()
        try:
            for number in range(TRIES):
                sent = time.time()
                assert post(up.port, key, batch(sender, number), str(uuid.uuid4()))
                moments.append((sent, time.time()))
                time.sleep(0.3)
        finally:
            work.resume()
    return [synced(calls, *moment, "/pg_wal/") for moment in moments]


def publications(up, trace):
    """For each of some readings: whether the stream's file was synced before the bus acknowledged it."""

    async def publish():
        url, password = f"nats://127.0.0.1:{up.status()['ports']['client']}", (up.data / "secrets/nats").read_text().strip()
        client = await nats.connect(url, user="pendopo", password=password)
        moments = []
        for number in range(TRIES):
            body = json.dumps({"v": 1, "observations": batch(2, number)}).encode()
            sent = time.time()
            await client.jetstream().publish("reading.killer", body)
            moments.append((sent, time.time()))
            await asyncio.sleep(0.1)
        await client.close()
        return moments

    with traced(trace, [up.pid("NATS")]) as calls:
        moments = asyncio.run(publish())
    return [synced(calls, *moment, "/streams/READING/") for moment in moments]


@contextmanager
def small_disk(place, megabytes):
    """A disk of its own below `place`."""
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "tmpfs", str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(place, leave):
    """Fills the disk until only `leave` bytes are free."""
    ballast = place / "ballast"
    with ballast.open("ab") as file:
        free = shutil.disk_usage(place).free
        while free > leave:
            file.write(b"\0" * min(MEGABYTE, free - leave))
            file.flush()
            free = shutil.disk_usage(place).free


def test_a_full_disk_refuses_figures_and_goes_on_reading(tmp_path):
    with small_disk(tmp_path / "disk", 700) as disk, Up(disk / "data") as up:
        key = prepare(up)
        assert post(up.port, key, batch(0, 0), "before")
        total = shutil.disk_usage(disk).total
        for share in (0.86, 0.96):
            fill(disk, int(total * (1 - share)))
            wait_for(lambda share=share: f"{share:.0%} full" in up.said(), 15 * patience(), up.said)
        assert b"almost full" in up.get("/readyz")[1]
        fill(disk, 0)
        # Until the room that was held back is given, PostgreSQL has not a single block; it must not be started anew for that.
        wait_for(lambda: shutil.disk_usage(disk).free > 0, 15 * patience(), up.said)
        for number in range(3):
            begun = time.monotonic()
            assert not post(up.port, key, batch(1, number), f"full-{number}")
            assert time.monotonic() - begun < 2 * patience()
        end = time.monotonic() + 25  # longer than a heartbeat may be late
        while time.monotonic() < end:
            status, body = up.get("/api/v1/latest?indicator=kill-level&region=35.16.01", timeout=30)
            assert status == 200, (body, up.said())
            assert json.loads(body)["items"][0]["value"] == 0
            with psycopg.connect(f"postgresql://pendopo@/pendopo?host={up.data}/run"):
                time.sleep(0.5)  # a new line to the database is possible, too
        wait_for(up.is_ready, 20 * patience(), lambda: (up.get("/readyz"), up.said()))
        (disk / "ballast").unlink()
        wait_for(lambda: post(up.port, key, batch(1, 0), "after"), 20 * patience(), up.said)
        found = stored(up.data)
        assert all(found[(row["region"], row["at"])] == [row["value"]] for row in [*batch(0, 0), *batch(1, 0)])
        assert pendopo("verify", "--data", str(up.data)).returncode == 0
        wait_for(lambda: "there is room again" in up.said(), 15 * patience(), up.said)
        assert {part: up.status()["parts"][part]["restarts"] for part in ("PostgreSQL", "Work")} == {"PostgreSQL": 0, "Work": 0}, up.said()
        wait_for(lambda: told(up, batch(1, 0)[-1]), 30 * patience(), up.said)


def told(up, row):
    """Whether the bus says the newest word about the row's series."""

    async def ask():
        url, password = f"nats://127.0.0.1:{up.status()['ports']['client']}", (up.data / "secrets/nats").read_text().strip()
        client = await nats.connect(url, user="pendopo", password=password)
        try:
            message = await client.jetstream().get_last_msg("OBSERVED", f"observed.kill-level._.{row['region']}")
            return json.loads(message.data)["at"] == row["at"]
        except NotFoundError:
            return False
        finally:
            await client.close()

    return asyncio.run(ask())


def test_a_clock_that_goes_back_loses_nothing(tmp_path):
    """As after a clock was an hour ahead and is put right: the last stamp that was given lies in the future."""
    with Up(tmp_path / "data") as up:
        key = prepare(up)
        assert post(up.port, key, batch(0, 0), "first")
        with psycopg.connect(f"postgresql://pendopo@/pendopo?host={up.data}/run", autocommit=True) as connection:
            connection.execute("UPDATE indicators_clock SET stamp = now() + interval '1 hour'")
            assert post(up.port, key, batch(0, 1), "second") and post(up.port, key, batch(0, 2), "third")
            stamps = [row[0] for row in connection.execute("SELECT DISTINCT known_since FROM indicators_observation ORDER BY 1")]
            newest = connection.execute("SELECT max(at), max(known_since) FROM indicators_latest").fetchone()
        assert len(stamps) == 3 and stamps == sorted(stamps)
        assert newest[1] == stamps[-1]
        found = stored(up.data)
        assert all(found[(row["region"], row["at"])] == [row["value"]] for number in range(3) for row in batch(0, number))
        status, body = up.get("/api/v1/latest?indicator=kill-level&region=35.16.01", timeout=30)
        assert json.loads(body)["items"][0]["at"] == batch(0, 2)[-1]["at"], (status, body)
        assert pendopo("verify", "--data", str(up.data)).returncode == 0


FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)


@pytest.mark.skipif(FAKETIME is None, reason="the library of the package faketime is not installed")
def test_a_clock_that_is_set_back_under_a_running_installation_loses_nothing(tmp_path):
    """Every process of the installation sees the clock go back by an hour and then by a day more."""
    clock = Path(tempfile.mkdtemp(prefix="pendopo-clock-")) / "clock"  # pytest's own folders are closed to the installation's account
    clock.parent.chmod(0o755)
    clock.write_text("+0")
    env = {
        "LD_PRELOAD": str(FAKETIME),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    with Up(tmp_path / "data", env=env) as up:
        key = prepare(up)
        with psycopg.connect(f"postgresql://pendopo@/pendopo?host={up.data}/run", autocommit=True) as connection:
            seen = []
            for number, offset in enumerate(("+0", "-1h", "-25h")):
                clock.write_text(offset)
                seen.append(connection.execute("SELECT clock_timestamp()").fetchone()[0])
                for sender in range(3):
                    rows, name = batch(sender, number), f"{sender}-{number}"
                    wait_for(lambda rows=rows, name=name: post(up.port, key, rows, name), 30 * patience(), up.said)
            assert seen[0] - seen[1] > timedelta(minutes=59) and seen[1] - seen[2] > timedelta(hours=23)
            stamps = [row[0] for row in connection.execute("SELECT known_since FROM indicators_delivery ORDER BY id")]
        assert len(stamps) == 9 and stamps == sorted(set(stamps))
        found = stored(up.data)
        assert all(found[(row["region"], row["at"])] == [row["value"]] for n in range(3) for s in range(3) for row in batch(s, n))
        newest = batch(2, 2)[-1]
        wait_for(lambda: told(up, newest), 30 * patience(), up.said)
        status, body = up.get(f"/api/v1/latest?indicator=kill-level&region={newest['region']}", timeout=30)
        assert (status, json.loads(body)["items"][0]["at"]) == (200, newest["at"])
        assert all(part["restarts"] == 0 for part in up.status()["parts"].values()), up.said()
        # By the clock that everybody has now: by another, an entry of this second waits for its seal since a day.
        verdict = pendopo("verify", "--data", str(up.data), env=env)
        assert verdict.returncode == 0, verdict.stdout + verdict.stderr
    shutil.rmtree(clock.parent)
