"""Room `portal`: the public face."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The public face."""

    name = "pendopo.portal"
    label = "portal"
    verbose_name = "Portal"
