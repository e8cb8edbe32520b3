"""Models of room `incidents`; its sub-folders hold their own."""

from .callout.models import Call, CallList, CallOut, Chain, Reply, Step
from .cases.models import Cause, Decision, Incident, StepMark, TimelineEntry
from .posture.models import Posture
from .procedures.models import Procedure, ProcedureVersion
from .roster.models import Absence, FeedKey, LogLine, Member, Roster, Shift
from .triggers.models import Trigger

__all__ = [
    "Absence", "Call", "CallList", "CallOut", "Cause", "Chain", "Decision", "FeedKey", "Incident", "LogLine", "Member", "Posture",
    "Procedure", "ProcedureVersion", "Reply", "Roster", "Shift", "Step", "StepMark", "TimelineEntry", "Trigger",
]  # fmt: skip
