"""Room `regions`: administrative regions by official code."""

from django.apps import AppConfig


class RegionsConfig(AppConfig):
    """Administrative regions by official code."""

    name = "pendopo.regions"
    label = "regions"
    verbose_name = "Regions"
