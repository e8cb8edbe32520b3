"""What rings: alerts that fire and that nobody took on, one for each group."""

from django.db.models import Case, F, IntegerField, Min, Q, Value, When
from django.db.models.functions import Coalesce

from pendopo.alerts.models import RANKS, Alert, AlertQuerySet
from pendopo.incidents.callout.models import Chain
from pendopo.regions.models import Region

# What is answered together: the group, or an alert alone (below 0).
BUNDLE = Coalesce("group_id", -F("id"))
RANK = Case(*[When(severity=word, then=Value(rank)) for word, rank in RANKS.items()], default=0, output_field=IntegerField())


def unanswered() -> AlertQuerySet:
    """Alerts that people must know of and that nobody took on."""
    found: AlertQuerySet = Alert.objects.firing().filter(acknowledged=None)
    return found


def within_scope(alerts: AlertQuerySet, chain: Chain) -> AlertQuerySet:
    """Those of these alerts that are a chain's matter."""
    if chain.region_id is not None:
        alerts = alerts.filter(region__in=Region.objects.within(chain.region_id).values("pk"))
    if chain.word:
        alerts = alerts.filter(Q(family=chain.word) | Q(family__startswith=f"{chain.word}-"))
    return alerts


def key_of(alert: Alert) -> str:
    """What is called for: the group, or an alert alone."""
    return f"alert group {alert.group_id}" if alert.group_id else f"alert {alert.pk}"


def worst_of_each(alerts: AlertQuerySet) -> list[Alert]:
    """The worst alert of each group among these; of equals the one that was told first."""
    ranked = alerts.annotate(bundle=BUNDLE, rank=RANK).order_by("bundle", "-rank", "told", "pk").distinct("bundle")
    return list(ranked.select_related("region", "group"))


def ringing_alerts(chain: Chain | None = None) -> list[Alert]:
    """The worst alert of each group that rings (of those that are the matter of a chain), told when the first of them was."""
    rings = within_scope(unanswered(), chain) if chain else unanswered()
    found = worst_of_each(rings)
    if found:
        first = dict(rings.annotate(bundle=BUNDLE).values_list("bundle").annotate(first=Min("told")).order_by())
        for alert in found:
            alert.told = first.get(alert.group_id or -alert.pk, alert.told)
    return found
