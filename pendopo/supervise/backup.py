"""Makes backups: one encrypted file with the database, the files and the secrets of an installation.

The bus is not in it: what it holds is made anew from the database.
"""

import contextlib
import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version as package_version
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from .archive import ArchiveWriter
from .child import environment, launched
from .environment import reach
from .folder import DataFolder
from .postgres import binaries
from .refusal import Refusal
from .sealed import Secret

SUFFIX = ".pendopo"
NAME_FORMAT = "nightly-%Y%m%d-%H%M%S"
KEPT_SECRETS = ("django", "nats", "nats_issuer", "backup", "ca.key", "ca.crt")


def own_secret(folder: DataFolder) -> Secret:
    """What an installation locks its backups with: PENDOPO_BACKUP_PASSPHRASE when it is set, else its key in `secrets/backup`."""
    passphrase = os.environ.get("PENDOPO_BACKUP_PASSPHRASE")
    return Secret(passphrase, True) if passphrase else Secret(folder.secret("backup"), False)


def known_secrets(folder: DataFolder, archive: Path, key: Path | None) -> list[Secret]:
    """Everything that might open an archive: the passphrase, a named key file, the one beside the archive, the installation's own."""
    found = []
    passphrase = os.environ.get("PENDOPO_BACKUP_PASSPHRASE")
    if passphrase:
        found.append(Secret(passphrase, True))
    if key is not None and not key.is_file():
        raise Refusal(f"The key file {key} does not exist.")
    for place in (key, key_beside(archive), folder.path / "secrets/backup"):
        with contextlib.suppress(OSError):
            if place is not None:
                found.append(Secret(place.read_text(encoding="ascii").strip(), False))
    return found


def key_beside(archive: Path) -> Path:
    """Where `pendopo backup` puts the key of an archive that it writes."""
    return archive.with_name(archive.name + ".key")


# The tables that a backup holds. What is unlogged is only a copy and not saved.
TABLES_SQL = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind = 'r' AND c.relpersistence = 'p' ORDER BY 1
"""
HEAD_SQL = "SELECT seq || ':' || encode(hash, 'hex') FROM audit_entry WHERE seq IS NOT NULL ORDER BY seq DESC LIMIT 1"


def contents(connection: psycopg.Connection[Any]) -> dict[str, Any]:
    """What a database holds: how many `rows` each table has, and the `head` of the book of deeds ('' before the first seal)."""
    rows: dict[str, int] = {}
    for (table,) in connection.execute(TABLES_SQL).fetchall():
        counted = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
        rows[table] = counted[0] if counted else 0
    head = connection.execute(HEAD_SQL).fetchone() if "audit_entry" in rows else None
    return {"rows": rows, "head": head[0] if head else ""}


@contextlib.contextmanager
def _snapshot(url: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """One moment of the database, by the name that pg_dump takes, and what it holds then."""
    with psycopg.connect(url, connect_timeout=10) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        if connection.execute("SELECT to_regclass('django_migrations')").fetchone() == (None,):
            raise Refusal("The database holds no installation yet: there is nothing to back up.")
        rows = connection.execute("SELECT app || '.' || name FROM django_migrations ORDER BY id").fetchall()
        facts = {"migrations": [row[0] for row in rows], "postgresql": connection.info.server_version, **contents(connection)}
        named = connection.execute("SELECT pg_export_snapshot()").fetchone()
        assert named is not None
        yield named[0], facts


def make_backup(folder: DataFolder, database_url: str, target: Path, secret: Secret) -> dict[str, Any]:
    """Writes a backup to `target` and returns what it says about itself.

    The database is one snapshot, taken while people go on working; files are only ever added, so those it names are all there. The
    file appears under its name only when it is complete and on disk.
    """
    about = {
        "format": 1,
        "product": package_version("pendopo"),
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "kind": folder.kind() or "real",
        "settings": folder.settings(),
    }
    half = target.with_name(target.name + ".part")
    half.unlink(missing_ok=True)
    try:
        with (
            os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file,
            _snapshot(database_url) as (snapshot, facts),
        ):
            about.update(facts)
            writer = ArchiveWriter(file, secret, about)
            _dump(folder, database_url, snapshot, writer)
            writer.add_tree("files", folder.path / "files")
            for name in KEPT_SECRETS:
                if (folder.path / "secrets" / name).is_file():
                    writer.add_file(f"secrets/{name}", folder.path / "secrets" / name)
            writer.finish()
            file.flush()
            os.fsync(file.fileno())
        half.replace(target)
    except OSError as problem:
        raise Refusal(f"The backup {target} could not be written: {problem.strerror}.") from None
    finally:
        half.unlink(missing_ok=True)
    return {**about, "bytes": target.stat().st_size, "members": len(writer.hashes)}


def _dump(folder: DataFolder, url: str, snapshot: str, writer: ArchiveWriter) -> None:
    arguments = ["--format=custom", "--compress=5", "--no-owner", "--no-privileges", "--no-unlogged-table-data", f"--dbname={url}"]
    arguments.append(f"--snapshot={snapshot}")
    command = launched([str(binaries() / "pg_dump"), *arguments], folder.account, [*reach(folder), binaries().parent], signal.SIGTERM)
    env = environment({"LC_ALL": "C"})
    with (
        (folder.path / "log/backup.log").open("ab") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, stdin=subprocess.DEVNULL, env=env) as process,
    ):
        assert process.stdout is not None
        try:
            writer.add_dump(process.stdout)
        except BaseException:
            process.kill()
            raise
    if process.returncode != 0:
        last = (folder.path / "log/backup.log").read_text(errors="replace").strip().splitlines()[-1:]
        raise Refusal(f"The database could not be saved: {''.join(last)}")


def nightly_name(now: datetime) -> str:
    """The name of a nightly backup."""
    return now.strftime(NAME_FORMAT) + SUFFIX


def nightly_backups(place: Path) -> dict[datetime, Path]:
    """The nightly backups in a folder by the moment they were made."""
    moments = ((nightly_moment(entry.name), entry) for entry in place.iterdir()) if place.is_dir() else ()
    return {moment: entry for moment, entry in moments if moment is not None}


def nightly_moment(name: str) -> datetime | None:
    """When a nightly backup was made, by its file's name; None for another file."""
    stem = name.removesuffix(SUFFIX)
    if stem == name or not re.fullmatch(r"nightly-\d{8}-\d{6}", stem):
        return None
    return datetime.strptime(stem, NAME_FORMAT).replace(tzinfo=UTC)


def backup_facts(folder: DataFolder) -> dict[str, Any]:
    """How the nightly backups go: `last_success`, `bytes`, `tested`, `last_failure`, `reason`, `copied_to` (`run/backup.json`)."""
    try:
        found = json.loads((folder.path / "run/backup.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
