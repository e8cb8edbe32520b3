"""The nightly backup: made, restored for a trial, copied off the machine, thinned out, and recorded for people to see.

`python -m pendopo.supervise.nightly DATA URL`, started by the supervisor. Exit 1 when the backup or its copy failed.
"""

import json
import os
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .account import service_account
from .backup import backup_facts, make_backup, nightly_backups, nightly_name, own_secret
from .folder import DataFolder
from .offsite import copy_away
from .refusal import Refusal
from .rehearsal import rehearse
from .retention import to_keep

# A backup needs about as much room as the last one; with less than this times its size free, none is begun.
ROOM_FACTOR = 1.5


def _thin_out(place: Path) -> None:
    backups = nightly_backups(place)
    for moment in set(backups) - to_keep(backups):
        backups[moment].unlink(missing_ok=True)


def _record(folder: DataFolder, **facts: Any) -> None:
    folder.write(folder.path / "run/backup.json", json.dumps({**backup_facts(folder), **facts}))


def _rehearse(folder: DataFolder, database_url: str, made: Path, now: datetime) -> str:
    """Restores the backup beside the real database; '' when it holds what was saved, else why not. Then no older one is removed."""
    try:
        found = rehearse(folder, database_url, made, [own_secret(folder)])
    except Refusal as refusal:
        return str(refusal)
    _record(folder, tested=now.isoformat(), compared=found)
    return ""


def nightly(folder: DataFolder, database_url: str, now: datetime) -> bool:
    """One nightly backup. Whether it went well, copy included; either way it is recorded in `run/backup.json`."""
    place = folder.path / "backups"
    try:
        room = shutil.disk_usage(place).free
        if room < ROOM_FACTOR * int(backup_facts(folder).get("bytes", 0)):
            raise Refusal(f"The disk of {place} has room for {room // 1024**2} MB only. Make room, or name a smaller history.")
        target = place / nightly_name(now)
        about = make_backup(folder, database_url, target, own_secret(folder))
        _record(folder, last_success=now.isoformat(), file=str(target), bytes=about["bytes"], reason="")
        unproved = _rehearse(folder, database_url, target, now)
        if not unproved:
            _thin_out(place)
        destination = os.environ.get("PENDOPO_BACKUP_TO")
        if destination:
            copy_away(target, destination)
            _record(folder, copied=now.isoformat(), copied_to=destination.split("?")[0])
        if unproved:
            raise Refusal(unproved)
    except Refusal as refusal:
        _record(folder, last_failure=now.isoformat(), reason=str(refusal))
        sys.stderr.write(f"{now.isoformat()} {refusal}\n")
        return False
    return True


if __name__ == "__main__":
    sys.exit(0 if nightly(DataFolder(Path(sys.argv[1]), service_account()), sys.argv[2], datetime.now(UTC)) else 1)
