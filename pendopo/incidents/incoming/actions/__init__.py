"""The verbs of intake."""

from .deciding import close, place_at, same, to_incident, to_request
from .naming import keep_landmark
from .taking import Said, take

__all__ = ["Said", "close", "keep_landmark", "place_at", "same", "take", "to_incident", "to_request"]
