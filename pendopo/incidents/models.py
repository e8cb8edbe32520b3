"""Models of room `incidents`; its sub-folders hold their own."""

from .roster.models import Absence, LogLine, Member, Roster, Shift

__all__ = ["Absence", "LogLine", "Member", "Roster", "Shift"]
