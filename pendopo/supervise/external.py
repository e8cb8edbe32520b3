"""Services that run elsewhere (PENDOPO_DATABASE_URL, PENDOPO_NATS_URL): not started here, only asked whether they will do."""

import json
import re
import socket
from urllib.parse import urlsplit

import psycopg

from .nats import OLDEST
from .postgres import OLDEST_MAJOR
from .refusal import Refusal

TIMEOUT_S = 5


def check_database(url: str) -> str:
    """The version of the PostgreSQL at `url`; refuses one that does not answer or is too old."""
    try:
        with psycopg.connect(url, connect_timeout=TIMEOUT_S) as connection:
            number = connection.info.server_version
    except psycopg.Error as problem:
        reason = str(problem).strip().splitlines()[0]
        raise Refusal(f"The database of PENDOPO_DATABASE_URL does not answer: {reason}. Start it, or correct the address.") from None
    if number < OLDEST_MAJOR * 10_000:
        raise Refusal(f"The database of PENDOPO_DATABASE_URL is PostgreSQL {number // 10_000}; {OLDEST_MAJOR} or newer is needed.")
    return f"{number // 10_000}.{number % 10_000}"


def check_nats(url: str) -> str:
    """The version of the nats-server at `url`; refuses one that does not answer, is too old, or has no JetStream."""
    parts = urlsplit(url.split(",")[0])
    try:
        with socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 4222), timeout=TIMEOUT_S) as line:
            greeting = line.makefile("rb").readline(65_536).decode(errors="replace")
    except OSError as problem:
        raise Refusal(f"The bus of PENDOPO_NATS_URL does not answer: {problem}. Start it, or correct the address.") from None
    if not greeting.startswith("INFO "):
        raise Refusal(f"What answers at {url} is not a nats-server. Correct PENDOPO_NATS_URL.")
    info = json.loads(greeting[5:])
    version = str(info.get("version", ""))
    found = re.match(r"(\d+)\.(\d+)", version)
    if found is None or (int(found.group(1)), int(found.group(2))) < OLDEST:
        raise Refusal(f"The nats-server of PENDOPO_NATS_URL is {version}; {OLDEST[0]}.{OLDEST[1]} or newer is needed.")
    if not info.get("jetstream"):
        raise Refusal("The nats-server of PENDOPO_NATS_URL runs without JetStream. Add a `jetstream { }` block to its configuration.")
    return version
