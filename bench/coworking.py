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
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
from _installation import HERE, installation, line, machine

from pendopo.cli.aim import aim

ROUNDS = 5
# Within what people without a pass may book, 90 days ahead; nothing is booked beforehand on the thing that all want.
WEEKS, HORIZON, THING = 11, timedelta(days=90), "b-0-2"


def percentile(values: list[float], share: float) -> float:
    """The value below which that share of them lies."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def next_monday(hour: int, weeks: int) -> datetime:
    """A moment of a coming Monday, WIB."""
    today = datetime.now().astimezone()
    day = (today + timedelta(days=7 - today.weekday() + 7 * weeks)).date()
    return datetime.fromisoformat(f"{day}T{hour:02d}:00:00+07:00")


@dataclass
class Answer:
    """What one of those who ask at once was told, and after how many milliseconds."""

    status_code: int
    said: dict[str, Any]
    took_ms: float


async def together(url: str, tokens: list[str], body: dict[str, Any]) -> list[Answer]:
    """Everybody asks at once, each over a connection that stands already. Written by hand: a library's work for 200 requests would be in
    what is measured."""
    where = urlsplit(url)
    sent = json.dumps(body).encode()
    lines = [await asyncio.open_connection(where.hostname, where.port) for _token in tokens]

    async def ask(token: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Answer:
        head = f"POST /api/v1/coworking/bookings HTTP/1.1\r\nHost: {where.netloc}\r\nAuthorization: Bearer {token}\r\n"
        begun = time.perf_counter()
        writer.write(f"{head}Content-Type: application/json\r\nContent-Length: {len(sent)}\r\n\r\n".encode() + sent)
        said = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        told = await reader.readexactly(int(said.partition("content-length:")[2].split("\r\n")[0]))
        took = (time.perf_counter() - begun) * 1000
        writer.close()
        return Answer(int(said.split()[1]), json.loads(told), took)

    return await asyncio.gather(*(ask(token, *line) for token, line in zip(tokens, lines, strict=True)))


def wrong_with(answers: list[Answer], horizon: datetime) -> list[str]:
    """What is not as promised: exactly one has it, everybody else has alternatives, and each begins where a guest may book."""
    refused = [answer.said for answer in answers if answer.status_code == 409]
    won = sum(answer.status_code == 201 for answer in answers)
    wrong = [] if won == 1 else [f"{won} have it"]
    if others := len(answers) - won - len(refused):
        wrong.append(f"{others} have another answer than 201 and 409")
    if empty := sum(not one["alternatives"] for one in refused):
        wrong.append(f"{empty} refusals without alternatives")
    starts = [datetime.fromisoformat(slot["start"].replace("Z", "+00:00")) for one in refused for slot in one["alternatives"]]
    if far := sum(start > horizon for start in starts):
        wrong.append(f"{far} alternatives beyond the horizon")
    return wrong


def main() -> None:
    """Prints the table."""
    given = [int(word) for word in sys.argv[1:4]]
    things, days, people = given + [200, 90, 200][len(given) :]
    print(machine(), flush=True)
    with installation() as running:
        aim(running.folder)
        done = subprocess.run(
            [sys.executable, HERE / "_space.py", str(things), str(days), str(people), THING], stdout=subprocess.PIPE, text=True, check=True
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
        wrong = []
        for number in range(ROUNDS):
            at = next_monday(8 + number, WEEKS)
            body = {"resource": THING, "start": at.isoformat(), "end": (at + timedelta(hours=1)).isoformat(), "title": "Bench"}
            answers = asyncio.run(together(running.url, yard["tokens"], body))
            waited = [answer.took_ms for answer in answers]
            refused = [answer.said["detail"] for answer in answers if answer.status_code == 409]
            if number == 0:
                print(f"  the first refusal: {refused[0] if refused else 'none'}")
            won = sum(answer.status_code == 201 for answer in answers)
            print(line(f"{people} at once, round {number + 1}: {won} has it, {len(refused)} refused", waited, "ms"))
            print(f"{'  95th percentile':<52} {percentile(waited, 0.95):>15.0f} ms", flush=True)
            wrong += [f"round {number + 1}: {what}" for what in wrong_with(answers, datetime.now().astimezone() + HORIZON)]
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
