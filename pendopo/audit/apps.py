"""Room `audit`: the book of deeds."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Audit trail and outbox in one table."""

    name = "pendopo.audit"
    label = "audit"
    verbose_name = "Audit"
