"""Alerts: from an observation to the list on the glass under load, a burst of ten thousand, and events a second.

1. 5,000 observations a second with 1,000 rules; beside them one that a rule must tell, again and again: how long until its alert stands
   on the list in Chromium. 2. 10,000 alerts of a storm over the API: how long until all are judged and answered by incidents that open by
   themselves, and how many those are. 3. Alerts that open and end, as many as go: events for each second of CPU that the installation used.
Usage: python bench/alerts.py [SECONDS]
"""

import asyncio
import http.client
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from _installation import PENDOPO, Installation, installation, line, machine
from playwright.async_api import Page, async_playwright

INDICATORS, RULES, RATE, BATCH = 40, 1000, 5000, 500
PROBES, PROBE_EVERY_S = 60, 0.5
# Above every figure of the load, so that only probes are told.
PROBE_ABOVE, BURST, BURST_BATCH, NAMES = 800, 10_000, 500, 60
CATCH_UP_S = 120.0
PASSWORD = "bench-bench-2026"
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-background-timer-throttling", "--disable-renderer-backgrounding", "--no-first-run"]

ANSWERED_SQL = """
SELECT count(DISTINCT a.group_id), count(DISTINCT c.group_id), count(DISTINCT c.incident_id)
FROM alerts_alert a LEFT JOIN incidents_cause c ON c.group_id = a.group_id WHERE a.source_id IS NOT NULL
"""

WATCH = """
() => {
  window.seen = {};
  const look = () => requestAnimationFrame(() => {
    for (const row of document.querySelectorAll('.alert-rows > li')) window.seen[row.id] ??= [Date.now(), row.innerText];
  });
  new MutationObserver(look).observe(document.getElementById('alerts-now'), {childList: true, subtree: true});
}
"""


def rules_file(codes: list[str]) -> str:
    """A thousand rules: every district with its threshold on each indicator, and some of other kinds over the whole regency."""
    rules: list[dict[str, Any]] = []
    whole = [
        {"kind": "threshold", "above": 5000, "for": "30m"},
        {"kind": "threshold", "below": -5000},
        {"kind": "threshold", "above": 5000, "clear": 4000},
        {"kind": "change", "change": 5000, "window": "1h"},
        {"kind": "levels", "levels": {"Minor": 5000, "Severe": 6000}},
        {"kind": "silence", "for": "1d"},
    ]
    for code in codes:
        rules += [
            {"code": f"{code}-d{number}", "indicator": code, "region": f"35.16.{number:02d}", "rule": {"kind": "threshold", "above": 5000}}
            for number in range(1, 19)
        ]
        rules += [{"code": f"{code}-w{number}", "indicator": code, "region": "35.16", "rule": rule} for number, rule in enumerate(whole)]
    rules = rules[: RULES - 1]
    probe = {"kind": "threshold", "above": PROBE_ABOVE}
    rules.append({"code": "probe", "indicator": codes[0], "region": "35.16", "severity": "Extreme", "rule": probe})
    return json.dumps({"rules": rules})


class Api:
    """One connection with a source's key."""

    def __init__(self, running: Installation, key: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=60)
        self.headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def ask(self, method: str, path: str, body: bytes | None = None) -> dict[str, Any]:
        """The answer; ends the run when it is a refusal."""
        self.connection.request(method, path, body, self.headers)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status not in (200, 201):
            raise SystemExit(f"{path}: {answer.status} {text[:300]!r}")
        return dict(json.loads(text))


@dataclass
class Load(threading.Thread):
    """Sends the rate in even batches, every series in turn, each row later than the one before. `late_s` is how far it fell behind."""

    api: Api
    series: list[tuple[str, str]]
    closing: threading.Event = field(default_factory=threading.Event)
    sent: int = 0
    late_s: float = 0.0

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        """Until closing."""
        begun, start = time.monotonic(), datetime.now(UTC) - timedelta(minutes=20)
        while not self.closing.is_set():
            rows = []
            for number in range(self.sent, self.sent + BATCH):
                code, region = self.series[number % len(self.series)]
                at = start + timedelta(seconds=number // len(self.series))
                rows.append({"indicator": code, "region": region, "at": at.isoformat(), "value": number % 700})
            self.api.ask("POST", "/api/v1/observations", json.dumps({"observations": rows}).encode())
            self.sent += BATCH
            ahead = begun + self.sent / RATE - time.monotonic()
            self.late_s = max(self.late_s, -ahead)
            if ahead > 0:
                self.closing.wait(ahead)


def prepare(running: Installation) -> tuple[dict[str, Any], Api]:
    """Series, rules and a person who looks."""
    yard = running.yard(INDICATORS)
    place = ["--data", str(running.folder)]
    rules = rules_file(yard["indicators"])
    subprocess.run([PENDOPO, "rules", "load", "-", *place], input=rules, text=True, check=True, stdout=subprocess.DEVNULL)
    person = ["bench@pendopo.example", "--name", "Bench", "--role", "administrator", "--password", PASSWORD]
    subprocess.run([PENDOPO, "user", "add", *person, *place], check=True, stdout=subprocess.DEVNULL)
    return yard, Api(running, yard["key"])


async def signed_in(page: Page, running: Installation) -> None:
    """The list of alerts, watched."""
    await page.goto(f"{running.url}/accounts/login/")
    await page.fill("[name=login]", "bench@pendopo.example")
    await page.fill("[name=password]", PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(lambda url: "login" not in url)
    await page.goto(f"{running.url}/alerts")
    await page.evaluate(WATCH)


async def latency(running: Installation, yard: dict[str, Any], api: Api, seconds: float) -> None:
    """The first table."""
    series = [(code, village) for code in yard["indicators"] for village in yard["villages"]]
    load = Load(Api(running, yard["key"]), series)
    async with async_playwright() as player:
        browser = await player.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = await browser.new_page(viewport={"width": 1920, "height": 1080})
        await signed_in(page, running)
        load.start()
        await asyncio.sleep(seconds)
        met_s = await asyncio.to_thread(caught_up)
        cpu, begun, sent_before = running.cpu_s(), time.monotonic(), load.sent
        sent = {}
        for number in range(PROBES):
            value, region = PROBE_ABOVE + 1 + number, yard["villages"][number]
            row = {"indicator": yard["indicators"][0], "region": region, "at": datetime.now(UTC).isoformat(), "value": value}
            sent[value] = time.time()
            await asyncio.to_thread(api.ask, "POST", "/api/v1/observations", json.dumps({"observations": [row]}).encode())
            await asyncio.sleep(PROBE_EVERY_S)
        await asyncio.sleep(5)
        took, after, rows = time.monotonic() - begun, running.cpu_s(), load.sent - sent_before
        seen = list((await page.evaluate("() => window.seen")).values())
        await browser.close()
    load.closing.set()
    load.join()
    glass = {value: at / 1000 - sent[value] for value in sent for at, row in seen if re.search(rf"\b{value}\b", row)}
    told = heard_after(sent)
    print(f"the judge had met every series {seconds + met_s:.0f} s after the first row")
    behind = f"at most {load.late_s:.1f} s behind"
    print(f"{rows / took:,.0f} observations/s sent (target {RATE:,}), {behind}; {RULES:,} rules, {len(series):,} series")
    percentiles("observation sent → alert in the database", list(told.values()))
    percentiles("observation sent → alert on the list in Chromium", list(glass.values()))
    print(f"probes told: {len(told)} of {PROBES}; seen on the glass: {len(glass)}")
    print("cores used: " + ", ".join(f"{name} {(after[name] - cpu[name]) / took:.2f}" for name in cpu))


def caught_up() -> float:
    """Waits until the judge is less than a second behind; answers how long that took."""
    begun = time.monotonic()
    with psycopg.connect(os.environ["PENDOPO_DATABASE_URL"], autocommit=True) as connection:
        while time.monotonic() - begun < CATCH_UP_S:
            row = connection.execute("SELECT extract(epoch FROM now() - known_since)::float8 FROM alerts_position").fetchone()
            if row and row[0] < 1:
                break
            time.sleep(0.2)
    return time.monotonic() - begun


def percentiles(name: str, seconds: list[float]) -> None:
    """Median and 99th percentile in ms."""
    every = sorted(1000 * one for one in seconds)
    if every:
        print(line(f"{name}: median", every, "ms"))
        print(line(f"{name}: p99", [every[min(len(every) - 1, int(0.99 * len(every)))]], "ms"))


def heard_after(sent: dict[int, float]) -> dict[int, float]:
    """Seconds from sending to the alert's birth by the database, by value."""
    with psycopg.connect(os.environ["PENDOPO_DATABASE_URL"]) as connection:
        rows = connection.execute(
            "SELECT a.value, extract(epoch FROM a.heard)::float8 FROM alerts_alert a "
            "JOIN alerts_rule r ON r.id = a.rule_id WHERE r.code = 'probe'"
        ).fetchall()
    return {int(value): heard - sent[int(value)] for value, heard in rows if int(value) in sent}


def every_alert(api: Api) -> Iterator[dict[str, Any]]:
    """All alerts of the storm, page by page."""
    cursor = ""
    while cursor is not None:
        answer = api.ask("GET", "/api/v1/alerts?state=all" + (f"&cursor={cursor}" if cursor else ""))
        yield from (one for one in answer["items"] if one["source"])
        cursor = answer["next"]


def answered() -> int:
    """Waits until every group of alerts from outside is answered by an incident; how many incidents that are."""
    begun = time.monotonic()
    with psycopg.connect(os.environ["PENDOPO_DATABASE_URL"], autocommit=True) as connection:
        while time.monotonic() - begun < CATCH_UP_S:
            row = connection.execute(ANSWERED_SQL).fetchone()
            if row and row[0] and row[0] == row[1]:
                return int(row[2])
            time.sleep(0.05)
    return -1


def burst(running: Installation, api: Api, villages: list[str]) -> None:
    """The second table."""
    now = datetime.now(UTC).isoformat()
    about = {"status": "firing", "severity": "Severe", "at": now}
    rows = [{"id": f"b{n}", "name": f"Burst {n % NAMES}", "region": villages[n % len(villages)], **about} for n in range(BURST)]
    cpu, begun, accepted = sum(running.cpu_s().values()), time.monotonic(), 0
    for start in range(0, BURST, BURST_BATCH):
        accepted += api.ask("POST", "/api/v1/alerts", json.dumps({"alerts": rows[start : start + BURST_BATCH]}).encode())["accepted"]
    incidents = answered()
    took, used = time.monotonic() - begun, sum(running.cpu_s().values()) - cpu
    kept = list(every_alert(api))
    groups = {one["group"] for one in kept}
    firing = sum(one["state"] == "firing" for one in kept)
    print(f"{accepted:,} alerts with {NAMES} names in {len(villages)} villages: {took:.1f} s (target 10), {used:.1f} s of CPU")
    print(f"  {len(groups)} groups, {incidents} incidents (target 20), {BURST - len(kept)} lost, {firing:,} fire")


def events(running: Installation, api: Api, villages: list[str], seconds: float) -> None:
    """The third table: each round ends what fires and lets as many others fire."""
    cpu, begun, count, turn = running.cpu_s(), time.monotonic(), 0, 0
    while time.monotonic() - begun < seconds:
        status = ("firing", "resolved")[turn % 2]
        now = datetime.now(UTC).isoformat()
        when = {"at": now} if status == "firing" else {"ended": now}
        rows = [
            {"id": f"e{turn // 2 % 2}-{n}", "name": f"Event {n % 5}", "status": status, "region": villages[n % len(villages)], **when}
            for n in range(BURST_BATCH)
        ]
        count += api.ask("POST", "/api/v1/alerts", json.dumps({"alerts": rows}).encode())["accepted"]
        turn += 1
    took, after = time.monotonic() - begun, running.cpu_s()
    used = {name: after[name] - cpu[name] for name in cpu}
    a_core = f"{count / sum(used.values()):,.0f} for each second of CPU (target 1,000)"
    print(f"{count:,} events in {took:.1f} s: {count / took:,.0f}/s over one connection, {a_core}")
    print("CPU for each event: " + ", ".join(f"{name} {1e6 * one / count:,.0f} µs" for name, one in used.items()))


def main() -> None:
    """Runs all three."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 20.0
    print(machine())
    with installation() as running:
        yard, api = prepare(running)
        asyncio.run(latency(running, yard, api, seconds))
        burst(running, api, yard["villages"])
        events(running, api, yard["villages"], seconds)


main()
