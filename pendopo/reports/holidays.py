"""The calendar of days on which no government office works: the shipped table, and the owner's own file beside it."""

from datetime import date
from functools import cache
from pathlib import Path

import yaml
from django.conf import settings

SHIPPED = Path(__file__).with_name("holidays.yaml")


@cache
def _read(path: Path) -> dict[int, frozenset[date]]:
    years = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    return {
        int(year): frozenset(date.fromisoformat(f"{year}-{day}") for kind in ("holidays", "joint_leave") for day in given.get(kind) or ())
        for year, given in years.items()
    }


def holidays() -> frozenset[date]:
    """Every known day off. A year in the owner's file (PENDOPO_HOLIDAYS) replaces the shipped one."""
    years = dict(_read(SHIPPED))
    if settings.HOLIDAYS_FILE:
        years |= _read(Path(settings.HOLIDAYS_FILE))
    return frozenset().union(*years.values())
