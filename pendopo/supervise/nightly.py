"""The nightly backup: made, read back whole, copied off the machine, thinned out, and recorded for people to see.

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
from .archive import check
from .backup import backup_facts, make_backup, nightly_backups, nightly_name, own_secret
from .folder import DataFolder
from .offsite import copy_away
from .refusal import Refusal
from .retention import to_keep

# A backup needs about as much room as the last one; with less than this times its size free, none is begun.
ROOM_FACTOR = 1.5


def _thin_out(place: Path) -> None:
    backups = nightly_backups(place)
    for moment in set(backups) - to_keep(backups):
        backups[moment].unlink(missing_ok=True)


def _record(folder: DataFolder, **facts: Any) -> None:
    folder.write(folder.path / "run/backup.json", json.dumps({**backup_facts(folder), **facts}))


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
        check(target, [own_secret(folder)])
        _record(folder, tested=now.isoformat())
        _thin_out(place)
        destination = os.environ.get("PENDOPO_BACKUP_TO")
        if destination:
            copy_away(target, destination)
            _record(folder, copied=now.isoformat(), copied_to=destination.split("?")[0])
    except Refusal as refusal:
        _record(folder, last_failure=now.isoformat(), reason=str(refusal))
        sys.stderr.write(f"{now.isoformat()} {refusal}\n")
        return False
    return True


if __name__ == "__main__":
    sys.exit(0 if nightly(DataFolder(Path(sys.argv[1]), service_account()), sys.argv[2], datetime.now(UTC)) else 1)
