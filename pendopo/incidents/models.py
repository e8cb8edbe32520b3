"""Models of room `incidents`; its sub-folders hold their own."""

from .callout.models import Call, CallList, CallOut, Chain, Reply, Step
from .cases.models import Cause, Decision, Incident, StepMark, TimelineEntry
from .field.models import FieldLine, Movement, Need, NeedWord, Resource, Shelter, ShelterReport, Stay
from .incoming.models import Landmark, Photo, Record
from .learning.models import Finding
from .plans.models import Plan, PlanLine
from .posture.models import Posture
from .procedures.models import Procedure, ProcedureVersion
from .roster.models import Absence, FeedKey, LogLine, Member, Roster, Shift
from .triggers.models import Trigger

__all__ = [
    "Absence",
    "Call",
    "CallList",
    "CallOut",
    "Cause",
    "Chain",
    "Decision",
    "FeedKey",
    "FieldLine",
    "Finding",
    "Incident",
    "Landmark",
    "LogLine",
    "Member",
    "Movement",
    "Need",
    "NeedWord",
    "Photo",
    "Plan",
    "PlanLine",
    "Posture",
    "Procedure",
    "ProcedureVersion",
    "Record",
    "Reply",
    "Resource",
    "Roster",
    "Shelter",
    "ShelterReport",
    "Shift",
    "Stay",
    "Step",
    "StepMark",
    "TimelineEntry",
    "Trigger",
]
