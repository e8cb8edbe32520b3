"""Room `assessments`: what the government is measured by, and the evidence for it."""

from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    """Assessments."""

    name = "pendopo.assessments"
    label = "assessments"
    verbose_name = "Assessments"
