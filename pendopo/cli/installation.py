"""The database for a command: that of the running installation, or started for as long as the command needs it."""

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import psycopg
from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper

import pendopo.ready  # noqa: F401
from pendopo.supervise.account import service_account
from pendopo.supervise.folder import DataFolder, FolderLock
from pendopo.supervise.postgres import Postgres, socket_url
from pendopo.supervise.refusal import Refusal
from pendopo.supervise.state import schema_state

from .aim import folder_of

READY_S = 60.0

data_option = click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="The installation's data folder.")


def _is_external(folder: DataFolder) -> bool:
    """Whether the operator named a database that runs elsewhere (the command's own aim is at the folder's socket)."""
    return os.environ.get("PENDOPO_DATABASE_URL", "") not in {"", socket_url(folder.socket_folder())}


@contextlib.contextmanager
def _in_use(folder: DataFolder) -> Iterator[Callable[[], None]]:
    """Marks the database as used by this command. The value waits until no other command uses it any more."""
    handle = os.open(folder.path / "using", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH)
        yield lambda: fcntl.flock(handle, fcntl.LOCK_EX)
    finally:
        os.close(handle)


def _wait_for(postgres: Postgres, lock: FolderLock) -> bool:
    """Waits for the server of somebody else. True when that one has gone and we hold the lock instead."""
    until = time.monotonic() + READY_S
    while time.monotonic() < until:
        if postgres.answers():
            return False
        if lock.take("command"):
            return True
        time.sleep(0.1)
    raise Refusal(f"The database of {postgres.folder.path} does not answer. See {postgres.folder.path}/log/postgres.log.")


def _check_schema() -> None:
    """A command never changes the schema by itself."""
    state, _ = schema_state()
    if state in {"behind", "empty"}:
        raise Refusal("This installation was made by an older version. Run `pendopo upgrade` first, or start it with `pendopo up`.")
    if state == "newer":
        raise Refusal("A newer version of Pendopo has changed this database. Use that version, or restore a backup.")


def _close_connections() -> None:
    """Lets go of the database before it stops, so that its end is no surprise to anyone."""
    for connection in connections.all(initialized_only=True):
        connection.close()
        if isinstance(connection, DatabaseWrapper):
            connection.close_pool()


@contextlib.contextmanager
def _database(folder: DataFolder, any_schema: bool) -> Iterator[None]:
    lock, postgres = FolderLock(folder), Postgres(folder)
    with _in_use(folder) as wait_for_others:
        ours = lock.take("command") or _wait_for(postgres, lock)
        if not ours:
            yield
            return
        try:
            postgres.prepare()
            child = postgres.child()
            child.start()
            try:
                if not child.wait_ready(READY_S):
                    raise Refusal(f"PostgreSQL did not start:\n{child.last_words()}")
                postgres.ensure_database()
                if not any_schema:
                    _check_schema()
                yield
            finally:
                _close_connections()
                wait_for_others()
                child.stop()
        finally:
            lock.release()


@contextlib.contextmanager
def open_installation(data: Path | None = None, *, any_schema: bool = False) -> Iterator[DataFolder]:
    """The installation that a command works on, with its database answering for as long as the block runs.

    Uses the running one when `pendopo up` runs on the folder, a database named by PENDOPO_DATABASE_URL when there is one, and else
    starts PostgreSQL and stops it again. Files that root leaves in `files/` are handed to the service account. A Refusal inside
    or before becomes a sentence and exit 1. A command that does not read through the models may take `any_schema`.
    """
    try:
        folder = folder_of(data)
        if _is_external(folder):
            yield folder
            return
        if folder.kind() is None:
            raise Refusal(f"No installation in {folder.path}. Start one with `pendopo up`, or name its folder with --data.")
        folder = DataFolder(folder.path, service_account())
        if not os.access(folder.path / "secrets", os.R_OK | os.X_OK):
            raise Refusal(f"The installation in {folder.path} belongs to another user. Run the command as that one, or as root.")
        with _database(folder, any_schema):
            try:
                yield folder
            finally:
                folder.give_tree(folder.path / "files")
    except (Refusal, psycopg.OperationalError) as problem:
        raise click.ClickException(str(problem)) from None
