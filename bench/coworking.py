"""Co-working: how long a search takes over 5 places with 200 things each and 90 days of bookings, and what happens when 200 people want the
same room in the same moment. Usage: python bench/coworking.py [THINGS a place] [DAYS] [PEOPLE].

The targets: search at most 50 ms at the 95th percentile; of 200 exactly one has the room, the others get alternatives within 300 ms.
There is no peer: what the two numbers are held against is the wish of the house.
"""

import asyncio
import json
import subprocess
import sys
import time
from datetime import datetime, timedelta
from typing import Any

import httpx
from _installation import HERE, installation, line, machine

from pendopo.cli.aim import aim

ROUNDS = 5


def percentile(values: list[float], share: float) -> float:
    """The value below which that share of them lies."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def next_monday(hour: int, weeks: int) -> datetime:
    """A moment of a coming Monday, WIB; far enough away that nothing was booked by chance."""
    today = datetime.now().astimezone()
    day = (today + timedelta(days=7 - today.weekday() + 7 * weeks)).date()
    return datetime.fromisoformat(f"{day}T{hour:02d}:00:00+07:00")


async def together(url: str, tokens: list[str], body: dict[str, Any]) -> tuple[list[float], list[int], int]:
    """Everybody asks at once: milliseconds, statuses, and how many refusals came without alternatives."""
    limits = httpx.Limits(max_connections=len(tokens))
    async with httpx.AsyncClient(base_url=url, limits=limits, timeout=60) as client:
        await asyncio.gather(*(client.get("/healthz") for _token in tokens))  # the connections stand

        async def ask(token: str) -> tuple[float, httpx.Response]:
            begun = time.perf_counter()
            answer = await client.post("/api/v1/coworking/bookings", json=body, headers={"Authorization": f"Bearer {token}"})
            return (time.perf_counter() - begun) * 1000, answer

        answers = await asyncio.gather(*(ask(token) for token in tokens))
    empty = sum(answer.status_code == 409 and not answer.json()["alternatives"] for _ms, answer in answers)
    return [ms for ms, _answer in answers], [answer.status_code for _ms, answer in answers], empty


def main() -> None:
    """Prints the table."""
    given = [int(word) for word in sys.argv[1:4]]
    things, days, people = given + [200, 90, 200][len(given) :]
    print(machine(), flush=True)
    with installation() as running:
        aim(running.folder)
        done = subprocess.run(
            [sys.executable, HERE / "_space.py", str(things), str(days), str(people)], stdout=subprocess.PIPE, text=True, check=True
        )
        yard = json.loads(done.stdout)
        print(f"{yard['things']:,} things, {yard['bookings']:,} bookings of {days} days, {people} people\n")
        print(line("search in the process", yard["search_ms"], "ms", 1))
        print(f"{'  95th percentile':<52} {percentile(yard['search_ms'], 0.95):>15.1f} ms")
        asked, start = [], next_monday(9, 1)
        with httpx.Client(base_url=running.url) as client:
            for number in range(60):
                at = start + timedelta(hours=number % 7, days=number % 5)
                query = {"from": at.isoformat(), "to": (at + timedelta(hours=1)).isoformat(), "people": 4, "features": "projector"}
                begun = time.perf_counter()
                client.get("/api/v1/coworking/resources", params=query).raise_for_status()
                asked.append((time.perf_counter() - begun) * 1000)
        print(line("search over HTTP", asked[10:], "ms", 1))
        print(f"{'  95th percentile':<52} {percentile(asked[10:], 0.95):>15.1f} ms\n")
        for number in range(ROUNDS):
            at = next_monday(8 + number, 20)
            body = {"resource": "b-0-2", "start": at.isoformat(), "end": (at + timedelta(hours=1)).isoformat(), "title": "Bench"}
            waited, statuses, empty = asyncio.run(together(running.url, yard["tokens"], body))
            won = statuses.count(201)
            print(line(f"{people} at once, round {number + 1}: {won} has it, {statuses.count(409)} refused", waited, "ms"))
            print(
                f"{'  95th percentile, and refusals without alternatives':<52} {percentile(waited, 0.95):>15.0f} ms   {empty}", flush=True
            )


if __name__ == "__main__":
    main()
