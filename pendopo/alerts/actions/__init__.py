"""The verbs of alerts."""

from .declaring import declare_rule, use_rule
from .depending import LoopingDependency, depend, undepend
from .handling import acknowledge, cancel_maintenance, plan_maintenance, snooze, wake
from .judging import apply, settle
from .taking import take_alerts

__all__ = [
    "LoopingDependency",
    "acknowledge",
    "apply",
    "cancel_maintenance",
    "declare_rule",
    "depend",
    "plan_maintenance",
    "settle",
    "snooze",
    "take_alerts",
    "undepend",
    "use_rule",
    "wake",
]
