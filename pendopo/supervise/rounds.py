"""What the supervisor looks after every few seconds: logs, room on the disk, the nightly backup."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from .backup import backup_facts
from .child import environment, launched
from .folder import DISK_FULL_SHARE, DISK_WARN_SHARE, DataFolder
from .progress import Progress
from .retention import due

LOG_LIMIT_BYTES = 20 * 1024**2
# What is held back for the engines, below what free room it is given to them, and above what it is held back again.
RESERVE_BYTES, RESERVE_NEEDED_BELOW_BYTES, RESERVE_KEPT_ABOVE_BYTES = (number * 1024**2 for number in (64, 16, 256))
# A nightly backup that failed is tried again after this long.
TRY_AGAIN = timedelta(hours=1)


def used_share(folder: DataFolder) -> float:
    """The share of the data folder's disk that is in use, as an ordinary user sees it."""
    usage = shutil.disk_usage(folder.path)
    return usage.used / (usage.used + usage.free)


def _moment(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None


def keep_reserve(folder: DataFolder) -> None:
    """Holds some room back while there is plenty and gives it to the engines when nothing is left.

    Without a free block PostgreSQL takes no new connection, so that nobody could read either. New figures are refused long before.
    """
    place = folder.path / "run/reserve"
    free = shutil.disk_usage(folder.path).free
    if free < RESERVE_NEEDED_BELOW_BYTES:
        place.unlink(missing_ok=True)
    elif free > RESERVE_KEPT_ABOVE_BYTES and not place.exists():
        with place.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, RESERVE_BYTES)


@dataclass
class Rounds:
    """The rounds of one running installation."""

    folder: DataFolder
    progress: Progress
    warned: float = 0.0
    saving: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self._begun = datetime.now(UTC)
        self._tried: datetime | None = None

    def look(self, database_url: str) -> None:
        """One round. `database_url` is empty while the database is not up yet."""
        self._keep_logs_small()
        self._watch_disk()
        keep_reserve(self.folder)
        if database_url:
            self._save_at_night(database_url, datetime.now(UTC))

    def _keep_logs_small(self) -> None:
        for log in (self.folder.path / "log").glob("*.log"):
            with contextlib.suppress(OSError):
                if log.stat().st_size > LOG_LIMIT_BYTES:
                    shutil.copyfile(log, log.with_suffix(".log.1"))
                    os.truncate(log, 0)

    def _watch_disk(self) -> None:
        """Says it once at each step, and once when there is room again."""
        share = used_share(self.folder)
        reached = max((step for step in (DISK_WARN_SHARE, DISK_FULL_SHARE) if share >= step), default=0.0)
        if reached > self.warned:
            self.progress.say(f"⚠ The disk of {self.folder.path} is {share:.0%} full. Make room; a full disk refuses new figures.")
        elif reached < self.warned and share < self.warned - 0.01:
            self.progress.say(f"✓ The disk of {self.folder.path} is {share:.0%} full: there is room again.")
        else:
            return
        self.warned = reached

    def _save_at_night(self, database_url: str, now: datetime) -> None:
        if self.saving is not None:
            code = self.saving.poll()
            if code is None:
                return
            self.saving = None
            if code != 0:
                self.progress.failed("Nightly backup", str(backup_facts(self.folder).get("reason") or "see log/nightly.log"))
        last = _moment(backup_facts(self.folder).get("last_success")) or self._begun
        zone = ZoneInfo(os.environ.get("PENDOPO_ZONE") or "Asia/Jakarta")
        if due(now, last, zone) and (self._tried is None or now - self._tried > TRY_AGAIN):
            self._tried = now
            self._save(database_url)

    def _save(self, database_url: str) -> None:
        program = [sys.executable, "-m", "pendopo.supervise.nightly", str(self.folder.path), database_url]
        with (self.folder.path / "log/nightly.log").open("ab") as log:
            self.saving = subprocess.Popen(
                launched(program, None, [], signal.SIGTERM),
                env=environment({}),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def stop(self) -> None:
        """Ends a backup that is being made; its half-written file is removed by itself."""
        if self.saving is not None:
            self.saving.terminate()
            try:
                self.saving.wait(2)
            except subprocess.TimeoutExpired:
                self.saving.kill()
                self.saving.wait()
