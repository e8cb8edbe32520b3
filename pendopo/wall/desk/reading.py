"""Everything a desk shows, as its reader may see it. A fixed number of queries, however much burns."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from pendopo.agencies.access import may, sees_everything
from pendopo.agencies.letters import mail_is_set_up
from pendopo.agencies.models import Person
from pendopo.alerts.models import RANKS, Alert
from pendopo.incidents.callout.models import CallOut, Chain
from pendopo.incidents.callout.models import State as CallState
from pendopo.incidents.callout.planning import to_ring
from pendopo.incidents.cases.models import Cause, Incident
from pendopo.incidents.roster.models import LineKind, LogLine
from pendopo.incidents.roster.reading import Duty, duties, needed
from pendopo.indicators.health.models import Watched
from pendopo.indicators.models import sources_for
from pendopo.notify.models import Channel, Dispatch
from pendopo.notify.models import State as Sent
from pendopo.orders.models import Order

from .models import Desk
from .ringing import BUNDLE, key_of, worst_of_each

MOST = 30
MOST_SHORT = 12
DUE_SOON = timedelta(hours=24)


@dataclass(frozen=True)
class Burning:
    """Alerts of one group that fire: the worst of them, how many there are, and how many nobody took on."""

    alert: Alert
    count: int
    ringing: int
    incident: Incident | None

    @property
    def title(self) -> str:
        """The group's title, else the alert's name and place."""
        group = self.alert.group
        return group.title if group and self.count > 1 else f"{self.alert.name}, {self.alert.region.name}"


@dataclass(frozen=True)
class DeskView:
    """What one reader's desk shows at a moment."""

    burning: list[Burning]
    ringing: int
    incidents: list[Incident]
    silent: list[Watched]
    duties: list[Duty]
    orders: list[Order]
    handovers: list[LogLine]
    lines: list[LogLine]
    unsent: list[Dispatch]
    unmailed: int
    by_hand: list[tuple[CallOut, list[Person]]]
    desks: list[Desk]
    awake: bool
    has_chain: bool


def desk_of(person: Person, now: datetime) -> DeskView:
    """The desk of a person."""
    found, failed, waits = burning(person), unsent(person, now), without_mail()
    desks = list(Desk.objects.filter(ended=None, beat__gte=now - timedelta(hours=12)).select_related("person")[:MOST_SHORT])
    return DeskView(
        burning=found[:MOST],
        ringing=sum(one.ringing for one in found),
        incidents=list(
            Incident.objects.visible_to(person).active().select_related("region", "lead", "procedure__procedure").worst_first()[:MOST]
        ),
        silent=silent(person),
        duties=duties(now, [one for one in needed(now) if one.region_id is None or may(person, "desk.see", one)]),
        orders=orders_due(person, now),
        handovers=list(
            LogLine.objects.filter(kind=LineKind.HANDOVER, taken=None).exclude(by=person).select_related("by", "roster")[:MOST_SHORT]
        ),
        lines=list(LogLine.objects.select_related("by")[:MOST_SHORT]),
        unsent=list(failed.exclude(waits).select_related("person", "endpoint").order_by("-pk")[:MOST_SHORT]),
        unmailed=failed.filter(waits).count(),
        by_hand=by_hand(person, now),
        desks=desks,
        awake=any(desk.is_awake(now) for desk in desks),
        has_chain=Chain.objects.by_themselves().exists(),
    )


def silent(person: Person) -> list[Watched]:
    """Sources within the reader's reach of which nothing is heard, the longest silence first."""
    found = Watched.objects.exclude(silent_since=None).select_related("source__agency").order_by("silent_since")
    return list(found.filter(source__in=sources_for(person, "desk.see").values("pk"))[:MOST])


def unsent(person: Person, now: datetime) -> QuerySet[Dispatch]:
    """What could not be sent since this morning: to the reader, or for a call-out that the reader sees."""
    found = Dispatch.objects.filter(state__in=[Sent.FAILED, Sent.GIVEN_UP], created__gte=now - timedelta(hours=12))
    if not sees_everything(person):
        found = found.filter(Q(person=person) | Q(call__call_out__in=CallOut.objects.visible_to(person).values("pk")))
    return found


def without_mail() -> Q:
    """Letters that no mail server could take because none is named: one thing to know, not an alarm for each. None where one is."""
    return Q(pk__in=[]) if mail_is_set_up() else Q(channel=Channel.EMAIL)


def by_hand(person: Person, now: datetime) -> list[tuple[CallOut, list[Person]]]:
    """Call-outs that go on, and those of six hours that nobody answered, each with whom to ring by hand."""
    asked = Q(state=CallState.RUNNING) | Q(state=CallState.UNANSWERED, ended__gte=now - timedelta(hours=6))
    found = list(CallOut.objects.visible_to(person).filter(asked).select_related("chain").order_by("-started")[:MOST_SHORT])
    people = to_ring(found)
    return [(out, people.get(out.pk, [])) for out in found]


def burning(person: Person) -> list[Burning]:
    """What fires, by group: what rings first, then the worst, then the newest. As many queries and rows, however large a group is."""
    seen = Alert.objects.visible_to(person).firing()
    counted = seen.annotate(bundle=BUNDLE).values_list("bundle").annotate(n=Count("pk"), rings=Count("pk", filter=Q(acknowledged=None)))
    counts = {bundle: (n, rings) for bundle, n, rings in counted.order_by()}
    heads = worst_of_each(seen)
    causes = Cause.objects.filter(
        Q(group__in={alert.group_id for alert in heads if alert.group_id}) | Q(alert__in=[alert.pk for alert in heads])
    ).select_related("incident")
    answered = {f"alert group {cause.group_id}" if cause.group_id else f"alert {cause.alert_id}": cause.incident for cause in causes}
    found = [
        Burning(alert, *counts.get(alert.group_id or -alert.pk, (1, alert.acknowledged is None)), answered.get(key_of(alert)))
        for alert in heads
    ]
    return sorted(found, key=lambda one: (one.ringing == 0, -RANKS.get(one.alert.severity, 0), -one.alert.started.timestamp()))


def orders_due(person: Person, now: datetime) -> list[Order]:
    """Orders that the person may see and that are late, due within a day, or reported and wait for the giver."""
    seen = Order.objects.visible_to(person)
    late = seen.overdue(now) | seen.open().filter(due__lte=now + DUE_SOON) | seen.filter(state="reported")
    return list(late.select_related("to", "by", "post").order_by("due", "pk")[:MOST])
