"""What rings: alerts that fire and that nobody took on, one for each group."""

from pendopo.alerts.models import RANKS, Alert, AlertQuerySet


def unanswered() -> AlertQuerySet:
    """Alerts that people must know of and that nobody took on."""
    found: AlertQuerySet = Alert.objects.firing().filter(acknowledged=None)
    return found


def key_of(alert: Alert) -> str:
    """What is called for: the group, or an alert alone."""
    return f"alert group {alert.group_id}" if alert.group_id else f"alert {alert.pk}"


def ringing_alerts() -> list[Alert]:
    """The worst alert of each group that rings; of equals the one that was told first."""
    worst: dict[str, Alert] = {}
    for alert in unanswered().select_related("region", "group").order_by("told", "pk"):
        known = worst.get(key_of(alert))
        if known is None or RANKS.get(alert.severity, 0) > RANKS.get(known.severity, 0):
            if known is not None and known.told is not None:
                alert.told = known.told
            worst[key_of(alert)] = alert
    return list(worst.values())
