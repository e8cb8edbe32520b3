"""A file on its way in. Imports nothing of the room: `indicators.models` brings it to Django."""

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class UploadState(models.TextChoices):
    """How far a file has come."""

    RECEIVING = "receiving", _("arriving")
    READY = "ready", _("to be looked at")
    WAITING = "waiting", _("waiting to be taken")
    TAKING = "taking", _("being taken")
    TAKEN = "taken", _("taken")
    FAILED = "failed", _("not taken")


class Upload(models.Model):
    """A file that a person sends for a source. Its bytes lie below `files/uploads/` under its key until it is taken or too old.

    `size` is what was announced and `received` what has arrived, in bytes; `mark` is how a browser knows the same file again after a
    lost line. `mapping` is how it is read (null = by the API's own columns), `rows` how many rows the preview judged, `whole` whether
    those were all, `done` how many rows have been taken.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    source = models.ForeignKey("indicators.Source", on_delete=models.PROTECT, related_name="uploads")
    by = models.ForeignKey("agencies.Person", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()
    received = models.PositiveBigIntegerField(default=0)
    mark = models.CharField(max_length=200, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    mapping = models.JSONField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=UploadState.choices, default=UploadState.RECEIVING)
    rows = models.PositiveIntegerField(default=0)
    whole = models.BooleanField(default=False)
    done = models.PositiveIntegerField(default=0)
    delivery = models.ForeignKey("indicators.Delivery", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    failure = models.TextField(blank=True)
    created = models.DateTimeField(default=timezone.now)
    heard = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        ordering = ["-created"]
        indexes = [models.Index(fields=["state", "heard"], name="upload_by_state")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(received__lte=models.F("size")),
                name="upload_is_as_long_as_announced",
                violation_error_message=_("More of the file arrived than was announced."),
            )
        ]

    def __str__(self) -> str:
        return self.name
