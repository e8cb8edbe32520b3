"""Other governments' Open311 servers, and what was forwarded to them."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pendopo.agencies.models import Person


class Server(models.Model):
    """A server that speaks Open311 GeoReport v2, of a ministry, the province or a neighbour. `key` is sealed; `services` are what it takes,
    as it last said (`service_code`, `service_name`)."""

    name = models.CharField(max_length=120, unique=True)
    url = models.URLField(max_length=300)
    jurisdiction = models.CharField(max_length=100, blank=True)
    key = models.CharField(max_length=500, blank=True)
    services = models.JSONField(default=list, blank=True)
    asked = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("Open311 server")
        verbose_name_plural = _("Open311 servers")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Stage(models.TextChoices):
    """How a forwarded report stands."""

    WAITING = "waiting", _("Waits to be sent")
    SENDING = "sending", _("Being sent")
    OPEN = "open", _("Taken on there")
    CLOSED = "closed", _("Done there")
    FAILED = "failed", _("Not sent")


class Forwarded(models.Model):
    """One report at one server. `token` until the other side gives it its number (`outside_id`)."""

    report = models.ForeignKey("reports.Report", on_delete=models.PROTECT, related_name="forwarded")
    server = models.ForeignKey(Server, on_delete=models.PROTECT, related_name="forwarded")
    service = models.CharField(max_length=100)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    created = models.DateTimeField(default=timezone.now)
    stage = models.CharField(max_length=8, choices=Stage.choices, default=Stage.WAITING)
    token = models.CharField(max_length=100, blank=True)
    outside_id = models.CharField(max_length=100, blank=True)
    notes = models.CharField(max_length=1000, blank=True)
    asked = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("forwarded report")
        verbose_name_plural = _("forwarded reports")
        ordering = ["-created"]
        constraints = [
            models.UniqueConstraint(fields=["report", "server"], condition=~Q(stage="failed"), name="forwarded_once_a_server"),
            models.CheckConstraint(
                condition=~Q(stage__in=["open", "closed"]) | ~Q(token="", outside_id=""),
                name="forwarded_has_a_number",
                violation_error_message=_("What was sent has a number or a token of the other side."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} → {self.server.name}"
