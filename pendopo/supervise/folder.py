"""The data folder of an installation: its layout and rights, its secrets, and the lock that lets one `up` run on it.

    postgres/  nats/   the engines' own files
    files/             files as they were delivered
    backups/           nightly backups
    snapshot/          the public portal as files, anew each minute
    secrets/           one file each, 0600; read by the supervisor and handed down by environment
    run/               sockets, chosen ports, what runs now (status.json)
    log/               what each part says

The folder itself is 0711, so that the service account may pass; everything below is 0700.
"""

import fcntl
import hashlib
import json
import os
import secrets
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from .account import Account
from .refusal import Refusal

Kind = Literal["real", "demo", "site"]

OWNED_BY_ACCOUNT = ("postgres", "nats", "files", "run", "snapshot")
OWNED_BY_SUPERVISOR = ("backups", "secrets", "log")

# A unix socket's path may be 107 bytes long; PostgreSQL adds `/.s.PGSQL.5432`.
MAX_SOCKET_PATH_BYTES = 100
WAIT_FOR_COMMAND_S = 60.0
SOCKET_NAME = ".s.PGSQL.5432"

# Shares of the disk in use at which people are warned.
DISK_WARN_SHARE, DISK_FULL_SHARE = 0.85, 0.95


def default_folder(demo: bool = False) -> Path:
    """Where an installation lives when nobody says: PENDOPO_DATA, else the system's or the user's data folder."""
    given = os.environ.get("PENDOPO_DATA")
    if given and not demo:
        return Path(given)
    name = "pendopo-demo" if demo else "pendopo"
    if os.geteuid() == 0:
        return Path("/var/lib") / name
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / name


@dataclass(frozen=True)
class DataFolder:
    """An installation's data folder at `path`, owned by `account` where the parts need it."""

    path: Path
    account: Account | None

    def prepare(self, kind: Kind) -> None:
        """Makes the folder and its layout; refuses one of the other kind and one that holds something else."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            entries = {entry.name for entry in self.path.iterdir()} - {"lost+found"}
        except OSError as problem:
            raise Refusal(f"The data folder {self.path} cannot be used: {problem.strerror}. Name another one with --data.") from None
        found = self.kind()
        if found is None and entries - {"run"}:
            raise Refusal(f"{self.path} is not empty and holds no installation. Name an empty folder with --data.")
        if found is not None and found != kind:
            raise Refusal(self._other_kind(found))
        self.path.chmod(0o711)
        for name in (*OWNED_BY_ACCOUNT, *OWNED_BY_SUPERVISOR):
            if name == "postgres":
                continue
            place = self.path / name
            place.mkdir(mode=0o700, exist_ok=True)
            place.chmod(0o700)
            if name in OWNED_BY_ACCOUNT:
                self.give(place)
        if found is None:
            (self.path / "kind").write_text(kind + "\n", encoding="utf-8")
            (self.path / "kind").chmod(0o600)

    def _other_kind(self, found: str) -> str:
        if found == "site":
            return f"{self.path} belongs to the collector of a site. Name another folder with --data."
        if found == "demo":
            return f"{self.path} holds a demonstration, whose figures are not real. Name another folder with --data, or run `pendopo demo`."
        return f"{self.path} holds a real installation; a demonstration never mixes with it. Name another folder with --data."

    def kind(self) -> str | None:
        """`real`, `demo`, or None when no installation is here."""
        try:
            return (self.path / "kind").read_text(encoding="utf-8").strip()
        except OSError:
            return None

    def give(self, place: Path) -> None:
        """Hands a file or folder to the service account."""
        if self.account is not None:
            os.chown(place, self.account.uid, self.account.gid, follow_symlinks=False)

    def write(self, place: Path, text: str) -> None:
        """Writes a file for the service account, 0600 and whole: never half of it, never through a link that was put in its way."""
        fresh = place.with_name(f"{place.name}.{secrets.token_hex(4)}")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                if self.account is not None:
                    os.fchown(file.fileno(), self.account.uid, self.account.gid)
            fresh.replace(place)
        except OSError:
            fresh.unlink(missing_ok=True)
            raise

    def give_tree(self, place: Path) -> None:
        """Hands over what root left below `place` (a command run by root stores files that the web must read)."""
        if self.account is None:
            return
        for parent, folders, files in os.walk(place):
            for name in (*folders, *files):
                entry = Path(parent, name)
                if entry.lstat().st_uid != self.account.uid:
                    self.give(entry)

    def secret(self, name: str, make: Callable[[], str] = lambda: secrets.token_urlsafe(48)) -> str:
        """A secret of this installation, made on first use (`make` gives a fresh one)."""
        place = self.path / "secrets" / name
        try:
            return place.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            pass
        fresh = place.with_suffix(".new")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(make() + "\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(place)
        return place.read_text(encoding="ascii").strip()

    def socket_folder(self) -> Path:
        """Where PostgreSQL's socket lies: `run/`, or a private folder of the system's when that path would be too long."""
        run = self.path.absolute() / "run"
        if len(os.fsencode(run / SOCKET_NAME)) <= MAX_SOCKET_PATH_BYTES:
            return run
        digest = hashlib.sha256(os.fsencode(self.path.resolve())).hexdigest()[:16]
        return Path("/run" if os.geteuid() == 0 and Path("/run").is_dir() else tempfile.gettempdir()) / f"pendopo-{digest}"

    def make_socket_folder(self) -> Path:
        """The socket folder, made when needed. Refuses one that somebody else put there."""
        place = self.socket_folder()
        place.mkdir(mode=0o700, exist_ok=True)
        found = place.lstat()
        owner = self.account.uid if self.account else os.geteuid()
        if found.st_uid not in (owner, os.geteuid()) or not place.is_dir() or place.is_symlink():
            raise Refusal(f"{place} belongs to somebody else. Remove it, or name a data folder with a shorter path with --data.")
        place.chmod(0o700)
        self.give(place)
        return place

    def settings(self) -> dict[str, str]:
        """What `pendopo init` decided for this installation (`settings.json`); the operator's environment goes before it."""
        try:
            found = json.loads((self.path / "settings.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}

    def keep_settings(self, settings: dict[str, str]) -> None:
        """Keeps such decisions. The file stays the supervisor's: the service account must not decide what root reads."""
        place = self.path / "settings.json"
        place.write_text(json.dumps({**self.settings(), **settings}, indent=1), encoding="utf-8")
        place.chmod(0o600)

    def remembered(self) -> dict[str, Any]:
        """Ports chosen on an earlier start."""
        try:
            found = json.loads((self.path / "run/ports.json").read_text(encoding="ascii"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def remember(self, ports: dict[str, int]) -> None:
        """Keeps chosen ports, so that they stay the same from start to start."""
        self.write(self.path / "run/ports.json", json.dumps(ports))

    def status(self) -> dict[str, Any]:
        """What the supervisor last wrote about its parts (`status.py`); empty when it never ran."""
        try:
            found = json.loads((self.path / "run/status.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}


class FolderLock:
    """Held by the one process that runs the engines on a data folder. The kernel lets go of it when that process ends."""

    def __init__(self, folder: DataFolder) -> None:
        self._folder = folder
        self._handle = -1

    def take(self, what: str = "up") -> bool:
        """Tries to take the lock and writes who has it; False when somebody else holds it."""
        place = self._folder.path / "lock"
        self._handle = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.release()
            return False
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, f"{os.getpid()} {what}".encode(), 0)
        return True

    def take_or_refuse(self) -> None:
        """Takes the lock, or says who holds it and where that one answers. Waits for a command that is just at work."""
        until = time.monotonic() + WAIT_FOR_COMMAND_S
        while not self.take():
            holder, _, what = (self._folder.path / "lock").read_text(encoding="ascii").strip().partition(" ")
            if what == "command" and time.monotonic() < until:
                time.sleep(0.1)
                continue
            address = self._folder.status().get("address") or "no address yet"
            raise Refusal(
                f"Pendopo already runs on {self._folder.path} (process {holder}, {address}). "
                "Stop it first, or name another folder with --data."
            )

    @property
    def held(self) -> bool:
        """Whether this process holds it."""
        return self._handle >= 0

    def release(self) -> None:
        """Lets go of the lock."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1
