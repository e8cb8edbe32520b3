"""Room `alerts`: rules on figures, alerts from inside and outside, suppression and grouping."""

from django.apps import AppConfig


class AlertsConfig(AppConfig):
    """Rules, alerts and what keeps them quiet."""

    name = "pendopo.alerts"
    label = "alerts"
    verbose_name = "Alerts"
