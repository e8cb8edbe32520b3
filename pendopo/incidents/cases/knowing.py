"""An incident and its orders as they were known at a moment, from the book of deeds: the same moment tells the same for ever."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pendopo.alerts.models import Severity
from pendopo.audit.models import Entry
from pendopo.orders import logic as orders
from pendopo.orders.models import State as OrderState

from .models import Incident, State
from .reading import orders_of


@dataclass(frozen=True)
class Known:
    """The facts of an incident at a moment."""

    title: str
    severity: str
    state: str
    detail: str
    regions: str
    lead: str
    acknowledged: datetime | None

    @property
    def state_word(self) -> str:
        """How it stood, in the reader's language."""
        return str(dict(State.choices).get(self.state, self.state))

    @property
    def severity_word(self) -> str:
        """How bad it was, in the reader's language."""
        return str(dict(Severity.choices).get(self.severity, self.severity))


def known_at(incident: Incident, at: datetime) -> Known:
    """Its facts at a moment: those of now, taken back over every deed that came later, the newest first."""
    facts: dict[str, Any] = {
        "title": incident.title,
        "severity": incident.severity,
        "state": incident.state,
        "detail": incident.detail,
        "regions": ", ".join(incident.regions.order_by("code").values_list("name", flat=True)),
        "lead": incident.lead.name if incident.lead else "",
    }
    deeds = Entry.objects.filter(
        about=incident.get_absolute_url(), room="incidents", at__gt=at, verb__in=["change", "move", "lead", "grow"]
    )
    for before in deeds.order_by("-id").values_list("before", flat=True):
        facts |= {name: value for name, value in before.items() if name in facts and value is not None}
    taken_on = incident.acknowledged if incident.acknowledged and incident.acknowledged <= at else None
    return Known(acknowledged=taken_on, **facts)


@dataclass(frozen=True)
class OrderThen:
    """An order as it stood at a moment."""

    what: str
    to: str
    due: datetime | None
    state: str
    is_overdue: bool


def orders_at(incident: Incident, at: datetime) -> list[OrderThen]:
    """Its orders that had been given by then, as they stood."""
    found = []
    for order in orders_of(incident):
        if order.given > at:
            continue
        state, reported = orders.GIVEN, None
        for word in order.words.all():
            if word.at <= at and word.verb in orders.MOVES:
                state = orders.MOVES[word.verb].to
                reported = word.at if state == orders.REPORTED else reported
        late = orders.is_overdue(state, order.due, at, reported=reported)
        found.append(OrderThen(order.what, order.to.title, order.due, str(OrderState(state).label), late))
    return found
