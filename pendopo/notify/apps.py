"""Room `notify`: channels and notices."""

from django.apps import AppConfig


class NotifyConfig(AppConfig):
    """Channels and notices."""

    name = "pendopo.notify"
    label = "notify"
    verbose_name = "Notices"
