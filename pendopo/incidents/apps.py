"""Room `incidents`: incidents, roster, call-out."""

from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    """Incidents, roster, call-out."""

    name = "pendopo.incidents"
    label = "incidents"
    verbose_name = "Incidents"
