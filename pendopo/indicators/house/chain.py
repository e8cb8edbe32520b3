"""Once a day the whole book of deeds is walked and its chain proved; a note says when it was last unbroken."""

import json
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from pendopo.audit.verify import verify

EVERY = timedelta(days=1)


def note() -> Path:
    """Where it is noted, beside what the supervisor notes of the backups."""
    return Path(settings.DATA_DIR) / "run/proved.json"


def proved(now: datetime) -> datetime | None:
    """When the chain was last walked and found unbroken. Walks it when that is a day ago; None where there is no data folder to note it in.

    A broken chain is not noted: its age grows, and `pendopo verify` says what is wrong.
    """
    last = _noted()
    if not note().parent.is_dir() or (last is not None and timedelta(0) <= now - last < EVERY):
        return last
    verdict = verify(now=now)
    if not verdict.unbroken:
        return last
    try:
        note().write_text(json.dumps({"unbroken": now.isoformat(), "head": str(verdict.head)}), encoding="utf-8")
    except OSError:
        return last
    return now


def _noted() -> datetime | None:
    try:
        return datetime.fromisoformat(json.loads(note().read_text(encoding="utf-8"))["unbroken"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
