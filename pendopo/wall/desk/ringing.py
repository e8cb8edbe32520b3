"""What rings: alerts that fire and that nobody took on, one for each group."""

from django.db.models import Case, F, IntegerField, Min, Value, When
from django.db.models.functions import Coalesce

from pendopo.alerts.models import RANKS, Alert, AlertQuerySet

# What is answered together: the group, or an alert alone (below 0).
BUNDLE = Coalesce("group_id", -F("id"))
RANK = Case(*[When(severity=word, then=Value(rank)) for word, rank in RANKS.items()], default=0, output_field=IntegerField())


def unanswered() -> AlertQuerySet:
    """Alerts that people must know of and that nobody took on."""
    found: AlertQuerySet = Alert.objects.firing().filter(acknowledged=None)
    return found


def key_of(alert: Alert) -> str:
    """What is called for: the group, or an alert alone."""
    return f"alert group {alert.group_id}" if alert.group_id else f"alert {alert.pk}"


def worst_of_each(alerts: AlertQuerySet) -> list[Alert]:
    """The worst alert of each group among these; of equals the one that was told first."""
    ranked = alerts.annotate(bundle=BUNDLE, rank=RANK).order_by("bundle", "-rank", "told", "pk").distinct("bundle")
    return list(ranked.select_related("region", "group"))


def ringing_alerts() -> list[Alert]:
    """The worst alert of each group that rings, told when the first of them was."""
    found = worst_of_each(unanswered())
    if found:
        first = dict(unanswered().annotate(bundle=BUNDLE).values_list("bundle").annotate(first=Min("told")).order_by())
        for alert in found:
            alert.told = first.get(alert.group_id or -alert.pk, alert.told)
    return found
