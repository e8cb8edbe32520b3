"""Room `reports`: citizen reports."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Citizen reports."""

    name = "pendopo.reports"
    label = "reports"
    verbose_name = "Reports"
