"""Whether administrators must be told that backups are late: what the nightly backup wrote into `run/backup.json` of the data folder."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.utils.translation import gettext as _

# A night is missed.
LATE_AFTER = timedelta(hours=26)


def complaint(data: Path, now: datetime) -> str:
    """A sentence when there is no fresh backup or the last copy failed, else ''. An installation in its first day is left alone."""
    try:
        began = datetime.fromtimestamp((data / "kind").stat().st_mtime, UTC)
    except OSError:
        return ""  # not an installation that `pendopo up` looks after
    try:
        facts = json.loads((data / "run/backup.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        facts = {}
    last = datetime.fromisoformat(facts["last_success"]) if facts.get("last_success") else None
    reason = str(facts.get("reason") or "")
    if now - (last or began) > LATE_AFTER:
        hours = round((now - (last or began)).total_seconds() / 3600)
        if last is None:
            return _("There is no backup of this installation yet, for %(hours)s hours. %(reason)s") % {"hours": hours, "reason": reason}
        return _("The last backup is %(hours)s hours old. %(reason)s") % {"hours": hours, "reason": reason}
    if reason:
        return _("The last nightly backup did not arrive whole: %(reason)s") % {"reason": reason}
    return ""
