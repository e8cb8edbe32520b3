"""The verbs of public warnings."""

from .drafting import IN_ENGLISH, Told, change, draft, drop, follow_up, propose, send_back
from .publishing import approve

__all__ = ["IN_ENGLISH", "Told", "approve", "change", "draft", "drop", "follow_up", "propose", "send_back"]
