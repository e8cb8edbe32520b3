"""The verbs of incidents."""

from .changing import change, edition, move, take_lead
from .doing import decide, mark_step, order
from .joining import merge, split
from .opening import attach, open_from_alert, open_incident
from .timeline import note, write

__all__ = [
    "attach",
    "change",
    "decide",
    "edition",
    "mark_step",
    "merge",
    "move",
    "note",
    "open_from_alert",
    "open_incident",
    "order",
    "split",
    "take_lead",
    "write",
]
