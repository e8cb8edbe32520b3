"""Room `indicators`: sources, indicators, deliveries, observations."""

from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    """Sources, indicators, deliveries, observations."""

    name = "pendopo.indicators"
    label = "indicators"
    verbose_name = "Indicators"
