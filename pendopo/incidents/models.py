"""Models of room `incidents`; its sub-folders hold their own."""

from .callout.models import Call, CallList, CallOut, Chain, Reply, Step
from .roster.models import Absence, LogLine, Member, Roster, Shift

__all__ = ["Absence", "Call", "CallList", "CallOut", "Chain", "LogLine", "Member", "Reply", "Roster", "Shift", "Step"]
