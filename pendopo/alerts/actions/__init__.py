"""The verbs of alerts."""

from .depending import LoopingDependency, depend, undepend
from .handling import acknowledge, cancel_maintenance, plan_maintenance, snooze, wake
from .judging import apply, settle

__all__ = [
    "LoopingDependency",
    "acknowledge",
    "apply",
    "cancel_maintenance",
    "depend",
    "plan_maintenance",
    "settle",
    "snooze",
    "undepend",
    "wake",
]
