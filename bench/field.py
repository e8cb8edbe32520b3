"""In the field: reports of phones that lose their line, a thousand warnings checked, and a warning from its approval to the feed.

1. 30 phones make 500 reports with pictures in MINUTES. Each has a line only part of the time, loses answers and sends again what waits; its
   clock is off by up to a day. Is each there once, with its picture, in the order in which it was made? 2. `pendopo cap check` of 1,000
   warnings, one in ten wrong. 3. From the click on *approve* until the message stands on the feed, on the portal's front page for somebody
   without an account, and in the queue of a confirmed subscriber.
   Usage: python bench/field.py [MINUTES]
"""

import asyncio
import io
import json
import os
import random
import subprocess
import sys
import time
import uuid
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import psycopg
from _installation import HERE, PENDOPO, Installation, installation, machine
from PIL import Image

from pendopo.cli.aim import aim

PHONES, REPORTS, WARNINGS, APPROVALS = 30, 500, 1000, 5
LOSES = 0.15
SUBSCRIBER = "warga@bench.test"


def picture(number: int) -> bytes:
    """A picture that no other report has."""
    image = Image.frombytes("RGB", (64, 48), random.Random(number).randbytes(64 * 48 * 3)).resize((640, 480))
    out = io.BytesIO()
    image.save(out, "JPEG")
    return out.getvalue()


class Browser:
    """A person who is signed in."""

    def __init__(self, url: str, cookies: dict[str, str]) -> None:
        self.http = httpx.AsyncClient(base_url=url, timeout=60, follow_redirects=False, cookies=cookies)

    async def open(self) -> None:
        """The field page, which hands out the token of its forms; asked again where the house is busy, as a person would."""
        for _second in range(60):
            page = await self.http.get("/field")
            if page.status_code == 200:
                return
            await asyncio.sleep(1)
        raise SystemExit(f"The field page did not open: {page.status_code}")

    async def post(self, path: str, data: dict[str, Any], files: Any = None) -> httpx.Response:
        """With the token that the cookie holds."""
        data = {**data, "csrfmiddlewaretoken": self.http.cookies["csrftoken"]}
        return await self.http.post(path, data=data, files=files, headers={"Referer": str(self.http.base_url)})


async def phone(number: int, browser: Browser, reports: list[tuple[float, str]], length_s: float, tally: dict[str, int]) -> None:
    """One phone: makes its reports at their times, has a line for some seconds, loses it, and sends what waits, oldest first."""
    chance = random.Random(number)
    await browser.open()
    off = timedelta(seconds=chance.uniform(-86_400, 86_400))
    begun, day, waiting = time.monotonic(), datetime.now(UTC), [*reports]
    kept: list[tuple[str, str, datetime]] = []
    while waiting or kept:
        now = time.monotonic() - begun
        while waiting and waiting[0][0] <= now:
            due, text = waiting.pop(0)
            kept.append((str(uuid.uuid5(uuid.NAMESPACE_URL, text)), text, day + timedelta(seconds=due) + off))
        online = now > length_s or int(now / 7 + number) % 3 == 0
        while online and kept:
            key, text, said = kept[0]
            data = {
                "key": key,
                "text": text,
                "said": said.isoformat(),
                "sent": (datetime.now(UTC) + off).isoformat(),
                "latitude": "-7.504811",
                "longitude": "112.413157",
            }
            answer = await browser.post("/field/reports", data, [("photo", ("0.jpg", picture(int(text.split()[1])), "image/jpeg"))])
            tally["sent"] += 1
            if answer.status_code not in (200, 201) or chance.random() < LOSES:
                tally["lost"] += 1
                break
            kept.pop(0)
        await asyncio.sleep(0.3)


async def phones(one: Installation, minutes: float) -> dict[str, Any]:
    """All phones; what came of it."""
    browsers = signed_in(one, [f"hp{number}@bench.test" for number in range(PHONES)])
    chance, length_s = random.Random(7), minutes * 60
    made = sorted((chance.uniform(0, length_s), f"Laporan {number}") for number in range(REPORTS))
    shares: list[list[tuple[float, str]]] = [made[place::PHONES] for place in range(PHONES)]
    tally = {"sent": 0, "lost": 0}
    begun = time.monotonic()
    await asyncio.gather(*(phone(number, browsers[number], share, length_s, tally) for number, share in enumerate(shares)))
    took = time.monotonic() - begun
    with psycopg.connect(os.environ["PENDOPO_DATABASE_URL"]) as database:
        rows = database.execute("SELECT text, at, by_id FROM incidents_record ORDER BY at, id").fetchall()
        photos = database.execute("SELECT count(*), count(DISTINCT record_id), count(DISTINCT file) FROM incidents_photo").fetchone()
    order = {text: place for place, (_at, text) in enumerate(made)}
    of_phone: dict[int, list[int]] = defaultdict(list)
    for text, _at, by in rows:
        of_phone[by].append(order[text])
    wrong = sum(first > then for places in of_phone.values() for first, then in pairwise(places))
    return {"there": len(rows), "different": len({row[0] for row in rows}), "photos": photos, "wrong": wrong, "took": took, **tally}


def signed_in(one: Installation, emails: list[str]) -> list[Browser]:
    """Watch officers of the whole installation."""
    aim(one.folder)
    done = subprocess.run([sys.executable, HERE / "_officers.py", *emails], check=True, capture_output=True, text=True)
    told = json.loads(done.stdout)
    return [Browser(one.url, {told["cookie"]: told["sessions"][email]}) for email in emails]


def check_many(folder: Path) -> tuple[float, int]:
    """Seconds that the command needs for all warnings, and how many it calls valid."""
    body = """<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>b-{n}</identifier><sender>b@bench.test</sender>
<sent>2026-11-24T19:00:00+07:00</sent><status>{status}</status><msgType>Alert</msgType><scope>Public</scope><info><language>id</language>
<category>Met</category><event>Banjir</event><urgency>Immediate</urgency><severity>Severe</severity><certainty>Observed</certainty>
<expires>2026-11-24T23:00:00+07:00</expires>{areas}</info></alert>"""
    ring = " ".join(f"{-7.5 + 0.001 * n:.3f},{112.4 + 0.002 * (n % 2):.3f}" for n in range(60))
    area = f"<area><areaDesc>Sooko</areaDesc><polygon>{ring} -7.441,112.300 -7.500,112.300 -7.500,112.400</polygon></area>"
    names = []
    for number in range(WARNINGS):
        path = folder / f"{number}.xml"
        path.write_text(body.format(n=number, status="Nyata" if number % 10 == 0 else "Actual", areas=area * 20))
        names.append(str(path))
    begun = time.monotonic()
    done = subprocess.run([PENDOPO, "cap", "check", "--json", *names], capture_output=True, text=True, check=False)
    return time.monotonic() - begun, sum(json.loads(answer)["valid"] for answer in done.stdout.splitlines())


async def approvals(one: Installation) -> dict[str, float]:
    """The longest of some warnings: seconds from the click until the feed, the public portal and the subscriber's queue have it."""
    author, approver = signed_in(one, ["penulis@bench.test", "penyetuju@bench.test"])
    await author.open()
    await approver.open()
    subscribe()
    anybody = httpx.AsyncClient(base_url=one.url, timeout=60)
    worst = dict.fromkeys(("feed", "portal", "queue"), 0.0)
    for number in range(APPROVALS):
        ends = (datetime.now(UTC) + timedelta(hours=10)).strftime("%Y-%m-%dT%H:%M")
        given = {
            "status": "Actual",
            "headline": f"Banjir {number}",
            "event": "Banjir",
            "category": "Met",
            "severity": "Severe",
            "urgency": "Immediate",
            "certainty": "Observed",
            "regions": ["35.16.13"],
            "expires": ends,
            "propose": "1",
        }
        place = (await author.post("/warnings/new?kind=flood", given)).headers["Location"]
        begun = time.monotonic()
        await approver.post(f"{place}/do", {"do": "approve"})
        took = await asyncio.gather(
            shown(anybody, "/cap/feed.xml", f"Banjir {number}<", begun),
            shown(anybody, "/", f"Banjir {number}<", begun),
            queued(number + 1, begun),
        )
        worst = {name: max(worst[name], seconds) for name, seconds in zip(worst, took, strict=True)}
    await anybody.aclose()
    return worst


def subscribe() -> None:
    """Somebody without an account has asked for warnings of the place and opened the link."""
    with psycopg.connect(os.environ["PENDOPO_DATABASE_URL"]) as database:
        database.execute(
            "INSERT INTO portal_subscription (email, browser, region_id, language, created, confirmed)"
            " VALUES (%s, '', '35.16.13', 'id', now(), now())",
            [SUBSCRIBER],
        )


async def shown(anybody: httpx.AsyncClient, path: str, words: str, begun: float) -> float:
    """Seconds until a page for everybody has the words."""
    while words not in (await anybody.get(path)).text:
        await asyncio.sleep(0.05)
    return time.monotonic() - begun


async def queued(letters: int, begun: float) -> float:
    """Seconds until so many warnings wait for the subscriber or have left."""
    asked = "SELECT count(*) FROM notify_dispatch d JOIN notify_notice n ON n.id = d.notice_id WHERE n.kind = 'warning' AND d.target = %s"
    async with await psycopg.AsyncConnection.connect(os.environ["PENDOPO_DATABASE_URL"], autocommit=True) as database:
        while (await (await database.execute(asked, [SUBSCRIBER])).fetchone() or (0,))[0] < letters:
            await asyncio.sleep(0.05)
    return time.monotonic() - begun


def main(minutes: float) -> None:
    """Prints what was measured."""
    print(machine())
    with installation() as one:
        aim(one.folder)
        seen = asyncio.run(phones(one, minutes))
        took, valid = check_many(one.folder)
        went = asyncio.run(approvals(one))
    pictures, records, files = seen["photos"]
    for name, value in (
        (f"{REPORTS} reports of {PHONES} phones in {minutes:g} min: all there after", f"{seen['took']:.0f} s"),
        ("reports there, of these different", f"{seen['there']}, {seen['different']}"),
        ("pictures there, reports with one, files", f"{pictures}, {records}, {files}"),
        ("sent in all, of these with a lost answer", f"{seen['sent']}, {seen['lost']}"),
        ("out of order on their phone", str(seen["wrong"])),
        (f"cap check of {WARNINGS} warnings, {valid} valid (goal 10 s)", f"{took:.1f} s"),
        (f"approved → on the feed, worst of {APPROVALS} (goal 5 s)", f"{went['feed']:.2f} s"),
        (f"approved → on the portal without an account, worst of {APPROVALS} (goal 5 s)", f"{went['portal']:.2f} s"),
        (f"approved → in a subscriber's queue, worst of {APPROVALS} (goal 5 s)", f"{went['queue']:.2f} s"),
    ):
        print(f"{name:<72}{value:>16}")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 10.0)
