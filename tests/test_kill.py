"""Acknowledged means on disk: parts are killed at random under load, and no acknowledged row is missing, none is there twice.

30 rounds; the long form is PENDOPO_KILL_ROUNDS=300.
"""

import asyncio
import http.client
import json
import os
import random
import signal
import threading
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import nats
import nats.errors
import nats.js.errors
import psutil
import psycopg
import pytest

from tests.installations import Up, patience, pendopo, wait_for

pytestmark = pytest.mark.alone

ROUNDS = int(os.environ.get("PENDOPO_KILL_ROUNDS", "30"))
BACK_WITHIN_S = 10.0
DISTRICTS = [f"35.16.{number:02}" for number in range(1, 19)]
WRITERS = 3
TIMES_A_BATCH = 5
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)

CATALOGUE = """
sources:
  - {code: killer, name: "Sumber uji", agency: "Dinas Uji"}
indicators:
  - {code: kill-level, name: {id: "Tinggi uji", en: "Test level"}, unit: m, every: 1h, grace: 1h, kind: gauge, rollup: mean,
     level: district, sources: [killer], publicity: public}
"""


@dataclass
class Ledger:
    """What was acknowledged: (region, at) → value. Every sender numbers its own seconds, so that no two ever send the same key."""

    rows: dict[tuple[str, str], float] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    closing: threading.Event = field(default_factory=threading.Event)
    attempts: int = 0
    refused: int = 0

    def acknowledge(self, rows):
        """Notes rows that the product said it has."""
        with self.lock:
            self.rows.update({(row["region"], row["at"]): row["value"] for row in rows})


def batch(sender, number):
    """The rows of one batch: every district at a few seconds that only this batch has."""
    rows = []
    for step in range(TIMES_A_BATCH):
        moment = BEGIN + timedelta(days=30 * sender, seconds=number * TIMES_A_BATCH + step)
        at = moment.isoformat().replace("+00:00", "Z")
        rows += [{"indicator": "kill-level", "region": region, "at": at, "value": sender + number / 1000} for region in DISTRICTS]
    return rows


def post(port, key, rows, idempotency_key):
    """One attempt; True when it was acknowledged."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", "Idempotency-Key": idempotency_key}
        line.request("POST", "/api/v1/observations", json.dumps({"observations": rows}), headers)
        answer = line.getresponse()
        body = answer.read()
        if answer.status == 201:
            counts = json.loads(body)
            assert counts["accepted"] == len(rows), counts
            return True
        assert answer.status == 503, (answer.status, body[:300])
        return False
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


def write_by_http(sender, port, key, ledger, problems):
    """Sends batch after batch; repeats each with its idempotency key until it is acknowledged."""
    number = 0
    try:
        while not ledger.closing.is_set():
            rows, name = batch(sender, number), str(uuid.uuid4())
            while not post(port, key, rows, name):
                ledger.refused += 1
                if ledger.closing.is_set():
                    return
                time.sleep(0.1)
            ledger.acknowledge(rows)
            ledger.attempts += 1
            number += 1
    except BaseException as problem:
        problems.append(problem)


async def write_by_bus(sender, url, password, ledger):
    """The same over the bus: acknowledged is what JetStream says it has; repeated with the same message id."""

    async def quiet(problem):
        """A lost line is what this test is about."""

    options = {"max_reconnect_attempts": -1, "reconnect_time_wait": 0.2, "error_cb": quiet}
    client = await nats.connect(url, user="pendopo", password=password, **options)
    number = 0
    while not ledger.closing.is_set():
        rows = batch(sender, number)
        body = json.dumps({"v": 1, "observations": rows}).encode()
        while not ledger.closing.is_set():
            try:
                await client.jetstream().publish("reading.killer", body, timeout=2, headers={"Nats-Msg-Id": f"killer-{number}"})
            except (nats.errors.Error, nats.js.errors.Error, TimeoutError, OSError):
                await asyncio.sleep(0.2)
                continue
            ledger.acknowledge(rows)
            number += 1
            break
        await asyncio.sleep(0.05)
    await client.close()


def is_worker(child):
    """Whether a child of the web server answers requests; one that ends while it is looked at does not."""
    try:
        return "resource_tracker" not in " ".join(child.cmdline())
    except psutil.NoSuchProcess:
        return False


def victims(up):
    """Everything that can be killed: the parts, a web worker, a database backend."""
    parts = up.status()["parts"]
    found = {name: part["pid"] for name, part in parts.items() if part["ready"]}
    for name, parent in (("web worker", found.get("Web")), ("database backend", found.get("PostgreSQL"))):
        if parent:
            children = [child for child in psutil.Process(parent).children() if is_worker(child)]
            if children:
                found[name] = random.choice(children).pid
    return found


def is_back(up, killed):
    """Whether all parts answer again, the killed one among them."""
    parts = up.status().get("parts", {})
    return killed not in {part["pid"] for part in parts.values()} and all(part["ready"] for part in parts.values()) and up.is_ready()


def stored(data):
    """(region, at) → the values of all rows of the writers' indicator in history; the house writes figures of its own."""
    found = {}
    with psycopg.connect(f"postgresql://pendopo@/pendopo?host={data}/run") as connection:
        rows = connection.execute(
            "SELECT s.region_id, to_char(o.at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), o.value "
            "FROM indicators_observation o JOIN indicators_series s ON s.id = o.series_id "
            "JOIN indicators_indicator i ON i.id = s.indicator_id WHERE i.code = 'kill-level'"
        )
        for region, at, value in rows:
            found.setdefault((region, at), []).append(value)
    return found


def prepare(up):
    """A source with a key and an indicator; the key."""
    catalogue = up.data.parent / "catalogue.yaml"
    catalogue.write_text(CATALOGUE)
    done = pendopo("catalogue", "load", str(catalogue), "--data", str(up.data))
    assert done.returncode == 0, done.stderr
    done = pendopo("key", "new", "--source", "killer", "--json", "--data", str(up.data))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["key"]


def test_nothing_acknowledged_is_lost_or_doubled_when_parts_are_killed(tmp_path):
    seed = int(os.environ.get("PENDOPO_KILL_SEED", str(time.time_ns() % 10**6)))
    random.seed(seed)
    ledger, problems, slowest, killed_names = Ledger(), [], 0.0, []
    with Up(tmp_path / "data") as up:
        key = prepare(up)
        writers = [threading.Thread(target=write_by_http, args=(n, up.port, key, ledger, problems)) for n in range(WRITERS)]
        url, password = f"nats://127.0.0.1:{up.status()['ports']['client']}", (up.data / "secrets/nats").read_text().strip()
        writers.append(threading.Thread(target=lambda: asyncio.run(write_by_bus(WRITERS, url, password, ledger))))
        for writer in writers:
            writer.start()
        try:
            for _ in range(ROUNDS):
                time.sleep(random.uniform(0.2, 1.5))
                name, pid = random.choice(sorted(victims(up).items()))
                killed_names.append(name)
                os.kill(pid, signal.SIGKILL)
                time.sleep(0.1)
                seconds = wait_for(lambda pid=pid: is_back(up, pid), BACK_WITHIN_S * patience() + 5, lambda: f"{killed_names} {up.said()}")
                slowest = max(slowest, seconds / patience())
                assert not problems, problems
        finally:
            ledger.closing.set()
            for writer in writers:
                writer.join()
        expected = dict(ledger.rows)
        wait_for(lambda: not expected.keys() - stored(up.data).keys(), 60 * patience(), lambda: up.said()[-2000:])
        found = stored(up.data)
        verified = pendopo("verify", "--data", str(up.data))
    missing = [place for place in expected if place not in found]
    wrong = {place: found[place] for place, value in expected.items() if place in found and found[place] != [value]}
    doubled = {place: values for place, values in found.items() if len(values) > 1}
    print(f"seed {seed}: {len(expected)} rows acknowledged, {ledger.refused} attempts refused, back in ≤ {slowest:.1f} s; {killed_names}")
    assert len(expected) > 1000
    assert (missing, wrong, doubled) == ([], {}, {}), f"seed {seed}: {killed_names}"
    assert verified.returncode == 0, verified.stdout
    assert slowest <= BACK_WITHIN_S
