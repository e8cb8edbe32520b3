"""Room `ui`: base templates, stylesheet, template tags."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Base templates, stylesheet, template tags."""

    name = "pendopo.ui"
    label = "ui"
    verbose_name = "Ui"
