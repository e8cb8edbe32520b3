"""Brings an installation back from a backup, into an empty folder, after reading the whole backup once and comparing every hash."""

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import psycopg

from .archive import BUFFER_BYTES, DATABASE, check, members
from .backup import KEPT_SECRETS
from .child import environment, launched
from .environment import product_environment, reach
from .folder import DataFolder, FolderLock
from .postgres import Postgres, binaries, own_server
from .refusal import Refusal
from .schema import prepare_schema
from .sealed import Secret


def _is_used(folder: DataFolder) -> bool:
    return folder.path.is_dir() and any(entry.name != "lost+found" for entry in folder.path.iterdir())


def _set_aside(folder: DataFolder) -> Path:
    """Moves what is in the way, once we know that nothing runs on it."""
    lock = FolderLock(folder)
    lock.take_or_refuse()
    try:
        aside = folder.path.with_name(f"{folder.path.name}.before-restore-{datetime.now(UTC):%Y%m%d-%H%M%S}")
        folder.path.rename(aside)
    except OSError as problem:
        raise Refusal(f"{folder.path} could not be moved aside: {problem.strerror}. Move what it holds, and restore again.") from None
    finally:
        lock.release()
    return aside


def restore(folder: DataFolder, archive: Path, secrets: list[Secret], replace: bool = False) -> dict[str, Any]:
    """Restores `archive` into the folder and returns its manifest.

    Nothing is touched before the whole archive has been read. With `replace` an installation in the folder is moved aside first and
    moved back when the restoration fails.
    """
    if not archive.is_file():
        raise Refusal(f"{archive} does not exist.")
    if _is_used(folder) and not replace:
        raise Refusal(f"{folder.path} is not empty. Name an empty folder with --data, or add --replace to move what it holds aside.")
    manifest = check(archive, secrets)
    aside = _set_aside(folder) if _is_used(folder) else None
    try:
        _rebuild(folder, archive, secrets, manifest)
    except BaseException:
        for entry in folder.path.iterdir() if folder.path.is_dir() else ():
            if entry.is_dir():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink(missing_ok=True)
        if aside:
            folder.path.rmdir()
            aside.rename(folder.path)
        raise
    return {**manifest, "set_aside": str(aside) if aside else None}


def _rebuild(folder: DataFolder, archive: Path, secrets: list[Secret], manifest: dict[str, Any]) -> None:
    folder.prepare("demo" if manifest["kind"] == "demo" else "real")
    lock = FolderLock(folder)
    lock.take_or_refuse()
    try:
        folder.keep_settings(manifest.get("settings", {}))
        with _server(folder) as (url, postgres):
            _refuse_used_database(url)
            pour(folder, url, archive, secrets)
            env = product_environment(folder, database_url=url, nats={})
            prepare_schema(folder, env, postgres)
            _forget_bus(url)
    finally:
        lock.release()


@contextlib.contextmanager
def _server(folder: DataFolder) -> Iterator[tuple[str, Postgres | None]]:
    """The database to restore into: the operator's, or the folder's own for as long as this takes."""
    given = os.environ.get("PENDOPO_DATABASE_URL")
    if given:
        yield given, None
        return
    with own_server(folder) as postgres:
        yield postgres.url, postgres


def _refuse_used_database(url: str) -> None:
    with psycopg.connect(url, connect_timeout=10) as connection:
        row = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    if row is None or row[0]:
        raise Refusal("The database already holds tables. Restore into an empty one.")


def _forget_bus(url: str) -> None:
    """The restored installation gets a bus of its own, which counts its messages from one."""
    with psycopg.connect(url, connect_timeout=10) as connection:
        connection.execute("UPDATE indicators_intakeposition SET position = 0")


def pour(folder: DataFolder, url: str, archive: Path, secrets: list[Secret], *, database_only: bool = False) -> None:
    """Sends the dump to pg_restore and, unless it is all that is wanted, puts files and secrets in their places."""
    options = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", f"--dbname={url}"]
    command = launched([str(binaries() / "pg_restore"), *options], folder.account, [*reach(folder), binaries().parent], signal.SIGTERM)
    log = folder.path / "log/restore.log"
    with (
        log.open("ab") as errors,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=errors, stderr=errors, env=environment({"LC_ALL": "C"})) as process,
    ):
        assert process.stdin is not None
        for name, content in members(archive, secrets):
            top, _, rest = name.partition("/")
            if top == DATABASE:
                with contextlib.suppress(BrokenPipeError):
                    shutil.copyfileobj(content, process.stdin, BUFFER_BYTES)
            elif database_only:
                continue
            elif top == "files":
                _place(folder, folder.path / "files" / rest, content, to_account=True)
            elif top == "secrets" and rest in KEPT_SECRETS:
                _place(folder, folder.path / "secrets" / rest, content, to_account=False)
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
    if process.returncode != 0:
        last = log.read_text(errors="replace").strip().splitlines()[-1:]
        raise Refusal(f"The database could not be restored: {''.join(last)}")


def _place(folder: DataFolder, place: Path, content: IO[bytes], to_account: bool) -> None:
    missing = [parent for parent in place.parents if not parent.exists()]
    for parent in reversed(missing):
        parent.mkdir(mode=0o700)
        if to_account:
            folder.give(parent)
    with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600), "wb") as file:
        shutil.copyfileobj(content, file, BUFFER_BYTES)
    if to_account:
        folder.give(place)
