"""The rehearsal of a restoration: a backup is restored into a scratch database, which must hold what the saved one held."""

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from .archive import check
from .backup import contents
from .child import environment, launched
from .environment import product_environment, reach
from .folder import DataFolder
from .refusal import Refusal
from .restore import pour
from .sealed import Secret

SCRATCH = "pendopo_rehearsal"
# What a restored database takes is about what the saved one takes; with less than this times as much free, none is begun.
ROOM_FACTOR = 1.2


def rehearse(folder: DataFolder, database_url: str, archive: Path, secrets: list[Secret]) -> dict[str, Any]:
    """Reads the whole backup, restores its database beside the real one, and compares the rows of every table and the chain of deeds.

    The scratch database is gone afterwards. Returns how many `tables` and `rows` were compared. Refuses with what differs.
    """
    manifest = check(archive, secrets)
    _need_room(folder, database_url)
    with _scratch(database_url) as url:
        pour(folder, url, archive, secrets, database_only=True)
        with psycopg.connect(url, connect_timeout=10) as connection:
            found = contents(connection)
        wrong = sorted(name for name in {*found["rows"], *manifest["rows"]} if found["rows"].get(name) != manifest["rows"].get(name))
        if wrong:
            first = wrong[0]
            raise Refusal(
                f"Restored from {archive.name}, the table {first} has {found['rows'].get(first, 'no')} rows instead of "
                f"{manifest['rows'].get(first, 'no')}. Look at the disk, and make another backup."
            )
        _prove(folder, url, manifest["head"], archive.name)
    return {"tables": len(found["rows"]), "rows": sum(found["rows"].values())}


def _need_room(folder: DataFolder, url: str) -> None:
    with psycopg.connect(url, connect_timeout=10) as connection:
        row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    free = shutil.disk_usage(folder.path).free
    if row is not None and free < ROOM_FACTOR * row[0]:
        raise Refusal(f"The disk has {free // 1024**2} MB left: too few to rehearse a restoration. Make room.")


@contextmanager
def _scratch(url: str) -> Iterator[str]:
    """An empty database on the same server; dropped before, if one was left, and afterwards."""
    drop = f'DROP DATABASE IF EXISTS "{SCRATCH}" WITH (FORCE)'
    with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
        try:
            connection.execute(drop.encode())
            connection.execute(f'CREATE DATABASE "{SCRATCH}" TEMPLATE template0'.encode())
        except psycopg.Error as problem:
            raise Refusal(f"A restoration cannot be rehearsed: {problem}. Give the database's role the right CREATEDB.") from None
    try:
        yield urlsplit(url)._replace(path=f"/{SCRATCH}").geturl()
    finally:
        with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
            connection.execute(drop.encode())


def _prove(folder: DataFolder, url: str, head: str, name: str) -> None:
    """The chain of deeds must be unbroken and end where it ended."""
    command = launched([sys.executable, "-m", "pendopo.supervise.proving"], folder.account, reach(folder), signal.SIGTERM)
    env = environment(product_environment(folder, database_url=url, nats={}))
    done = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Refusal(f"The book of deeds in {name} could not be read: {done.stderr.strip().splitlines()[-1:]}")
    said = json.loads(done.stdout)
    if said["problems"] or (head and said["head"] != head):
        raise Refusal(f"The book of deeds in {name} is not what was sealed. {' '.join(said['problems'][:3])}")
