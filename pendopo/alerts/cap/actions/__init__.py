"""The verbs of public warnings."""

from .drafting import Told, change, draft, drop, follow_up, propose, send_back
from .publishing import approve

__all__ = ["Told", "approve", "change", "draft", "drop", "follow_up", "propose", "send_back"]
