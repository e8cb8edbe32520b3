"""The score of a drill, from what was done and when."""

from datetime import timedelta

from django.db.models import Min
from django.utils import timezone

from pendopo.alerts.cap.models import PublicWarning
from pendopo.orders import logic as orders

from ..field.models import FieldLine, Need, NeedState
from . import logic
from .models import Incident
from .reading import checklist, orders_of


def drill_parts(incident: Incident) -> list[logic.Part]:
    """The parts of the score as things stand."""
    steps = checklist(incident, at=incident.resolved)
    needed = [one for one in steps if one.state != "skipped"]
    answered = [
        one.reported is not None and (one.due is None or one.reported <= one.due) or one.state == orders.DONE for one in orders_of(incident)
    ]
    return logic.drill_parts(
        incident.clocks,
        [one.in_time for one in needed if one.in_time is not None],
        [one.state == "done" for one in needed],
        answered,
        requests_met=[state == NeedState.MET for state in Need.objects.filter(incident=incident).values_list("state", flat=True)],
        warned=_warned(incident),
        taken_in=_taken_in(incident),
        counted=_counted(incident),
    )


def _warned(incident: Incident) -> timedelta | None:
    """From detection to the first warning of the public about it; None without one."""
    sent = PublicWarning.objects.published().filter(about=incident.get_absolute_url()).aggregate(at=Min("sent"))["at"]
    return max(sent - incident.detected, timedelta(0)) if sent else None


def _taken_in(incident: Incident) -> timedelta | None:
    """From when the first report was said until its incident was opened; None without a report."""
    said = incident.records.aggregate(at=Min("at"))["at"]
    return max(incident.opened - said, timedelta(0)) if said else None


def _counted(incident: Incident) -> timedelta | None:
    """From detection to the first number of the field; None without one."""
    noted = FieldLine.objects.filter(incident=incident).exclude(number=None).aggregate(at=Min("noted"))["at"]
    return max(noted - incident.detected, timedelta(0)) if noted else None


def score_of(incident: Incident) -> int | None:
    """From 0 to 100; None when there was nothing to judge."""
    if incident.resolved is None:
        incident.resolved = timezone.now()
    return logic.score(drill_parts(incident))
