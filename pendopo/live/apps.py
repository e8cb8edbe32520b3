"""Room `live`: how a page follows the bus."""

from django.apps import AppConfig


class LiveConfig(AppConfig):
    """How a page follows the bus."""

    name = "pendopo.live"
    label = "live"
    verbose_name = "Live"
