"""The verbs of the field sheet and of the registers."""

from .asking import ask, say
from .keeping import keep_resource, keep_shelter, move
from .reporting import Counted, report
from .sheltering import check_in, check_out, report_shelter

__all__ = ["Counted", "ask", "check_in", "check_out", "keep_resource", "keep_shelter", "move", "report", "report_shelter", "say"]
