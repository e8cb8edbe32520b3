"""The system user that the parts of an installation run as when `pendopo` itself was started by root.

PostgreSQL refuses root, and nothing that answers the network should be root. As an ordinary user everything runs as that user.
"""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .refusal import Refusal

NAME = "pendopo"


@dataclass(frozen=True)
class Account:
    """A user of the system."""

    name: str
    uid: int
    gid: int


def service_account() -> Account | None:
    """The account to drop to, made when it is missing; None when we are not root and everything runs as we are."""
    if os.geteuid() != 0:
        return None
    found = existing()
    if found is None:
        command = [
            "useradd",
            "--system",
            "--user-group",
            "--no-create-home",
            "--home-dir",
            "/nonexistent",
            "--shell",
            "/usr/sbin/nologin",
            NAME,
        ]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        except FileNotFoundError:
            raise Refusal(f"The system user {NAME} is missing and useradd is not installed: run `apt-get install passwd`.") from None
        found = existing()
        if found is None:
            raise Refusal(f"The system user {NAME} could not be made: {done.stderr.strip()}. Make it with `{' '.join(command)}`.")
    return found


def existing() -> Account | None:
    """The service account if the system has it."""
    try:
        entry = pwd.getpwnam(NAME)
    except KeyError:
        return None
    return Account(NAME, entry.pw_uid, entry.pw_gid)


def _may_enter(folder: os.stat_result, account: Account) -> bool:
    if folder.st_uid == account.uid:
        return bool(folder.st_mode & 0o100)
    if folder.st_gid == account.gid:
        return bool(folder.st_mode & 0o010)
    return bool(folder.st_mode & 0o001)


def closed_folder(path: Path, account: Account) -> Path | None:
    """The topmost folder above `path` that the account may not enter, or None when the path can be reached."""
    for folder in reversed(path.parents):
        if not _may_enter(folder.stat(), account):
            return folder
    return None


def _names(given: Path, account: Account) -> list[Path]:
    """Both names of a path that is or passes through a symbolic link; of a folder closed in itself, those of what it holds."""
    names = {Path(os.path.abspath(given)), given.resolve()}  # noqa: PTH100
    if given.is_dir() and not _may_enter(given.stat(), account):
        return [name / entry.name for name in names for entry in given.iterdir()]
    return list(names)


def to_reveal(paths: list[Path], account: Account | None) -> dict[str, list[str]]:
    """Which closed folders stand between the account and the paths it needs (see `launch.py`)."""
    if account is None:
        return {}
    hidden: dict[str, list[str]] = {}
    for name in {name for given in paths for name in _names(given, account)}:
        folder = closed_folder(name, account)
        if folder is not None:
            hidden.setdefault(str(folder), []).append(str(name))
    return hidden
