"""The calendar of the government: days on which no office works (the shipped table, and the owner's own file), and working hours."""

from datetime import date
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml
from django.conf import settings

from .hours import Calendar

SHIPPED = Path(__file__).with_name("holidays.yaml")
HOLIDAY, JOINT_LEAVE = "holidays", "joint_leave"


@cache
def _read(path: Path) -> dict[int, dict[date, str]]:
    years = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    return {
        int(year): {date.fromisoformat(f"{year}-{day}"): kind for kind in (JOINT_LEAVE, HOLIDAY) for day in given.get(kind) or ()}
        for year, given in years.items()
    }


def days_off() -> dict[date, str]:
    """Every known day off, as HOLIDAY or JOINT_LEAVE. A year in the owner's file (PENDOPO_HOLIDAYS) replaces the shipped one."""
    years = dict(_read(SHIPPED))
    if settings.HOLIDAYS_FILE:
        years |= _read(Path(settings.HOLIDAYS_FILE))
    return {day: kind for days in years.values() for day, kind in days.items()}


def holidays() -> frozenset[date]:
    """Every known day off."""
    return frozenset(days_off())


def working_calendar() -> Calendar:
    """When offices work: PENDOPO_WORKING_HOURS on the clock of the installation, without days off."""
    return Calendar(settings.WORKING_HOURS, ZoneInfo(settings.TIME_ZONE), days_off())
