"""The supervisor's side of `prepare.py`: a backup and a copy of the database before its schema changes, and the way back.

An existing schema is changed only after an encrypted backup. On our own PostgreSQL the database is also copied beside itself, so that
a change that fails, or is cut off by a power failure, is undone by a rename.
"""

import json
import signal
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from . import known_schema
from .backup import SUFFIX, make_backup, own_secret
from .child import environment, launched
from .environment import reach
from .folder import DataFolder
from .postgres import Postgres
from .refusal import Refusal

KEPT_BEFORE_CHANGES = 3


@dataclass(frozen=True)
class Prepared:
    """What preparing did: the migrations applied, the backup made before, the first sign-in (e-mail, password) when one was made."""

    migrations: list[str]
    backup: Path | None
    sign_in: tuple[str, str] | None


def _ask(folder: DataFolder, env: dict[str, str], *arguments: str) -> dict[str, Any]:
    """Runs `prepare.py` and returns all it said as one object; refuses when it failed."""
    program = [sys.executable, "-m", "pendopo.supervise.prepare", *arguments]
    command = launched(program, folder.account, reach(folder), signal.SIGTERM)
    log = folder.path / "log/prepare.log"
    with log.open("ab") as errors:
        done = subprocess.run(command, env=environment(env), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, check=False)
    said: dict[str, Any] = {}
    for line in done.stdout.decode(errors="replace").splitlines():
        if line.startswith("{"):
            said.update(json.loads(line))
    if done.returncode != 0:
        last = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:])
        raise Refusal(f"The database could not be prepared. See {log}:\n{last}")
    return said


def _backup_before(folder: DataFolder, url: str) -> Path:
    place = folder.path / "backups"
    target = place / f"before-change-{datetime.now(UTC):%Y%m%d-%H%M%S}{SUFFIX}"
    make_backup(folder, url, target, own_secret(folder))
    for old in sorted(place.glob(f"before-change-*{SUFFIX}"))[:-KEPT_BEFORE_CHANGES]:
        old.unlink()
    return target


def prepare_schema(folder: DataFolder, env: dict[str, str], postgres: Postgres | None, keep_copy: bool = False) -> Prepared:
    """Applies the schema, seeds regions and the first administrator. `postgres` is our own server, None for an external one.

    With `keep_copy` the caller still may undo the change (`Postgres.undo_change`), and must end with `Postgres.forget_copy`.

    Refuses a database that a newer version of the product has changed. When a change fails, everything is as it was before.
    """
    if postgres is not None and postgres.undo_change():
        sys.stderr.write("An earlier change of the schema was cut off; it has been undone and is tried again.\n")
    url, region = env["PENDOPO_DATABASE_URL"], environment(env).get("PENDOPO_REGION", "")
    if known_schema.is_unchanged(folder, url, region):
        return Prepared([], None, None)
    said = _ask(folder, env)
    saved = None
    if said.get("schema") == "newer":
        names = ", ".join(said["migrations"][:3])
        raise Refusal(f"A newer version of Pendopo has changed this database ({names}). Start that version, or restore a backup.")
    if said.get("schema") == "behind":
        saved = _backup_before(folder, url)
        said = _change(folder, env, postgres, saved)
        if postgres is not None and not keep_copy:
            postgres.forget_copy()
    if "refused" in said:
        raise Refusal(said["refused"])
    known_schema.remember(folder, url, region)
    return Prepared(said["migrations"], saved, tuple(said["sign_in"]) if said.get("sign_in") else None)


def _change(folder: DataFolder, env: dict[str, str], postgres: Postgres | None, saved: Path) -> dict[str, Any]:
    if postgres is None:
        try:
            return _ask(folder, env, "--apply")
        except Refusal as refusal:
            raise Refusal(f"{refusal}\nRestore {saved} into an empty database to go back.") from None
    postgres.copy_before_change()
    try:
        said = _ask(folder, env, "--apply")
    except Refusal as refusal:
        postgres.undo_change()
        raise Refusal(f"The change of the schema failed and was undone; nothing is lost. {refusal}\nA backup is in {saved}.") from None
    return said
