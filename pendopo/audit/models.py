"""The book of deeds: one row for every verb of a person or of the system, written in the verb's own transaction."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Entry(models.Model):
    """Who did what to what, when, with the values before and after.

    A row is written unsealed; the sealing loop (`relay.py`) gives it `seq` and `hash` within a second, in commit order. Once sealed,
    a database trigger refuses every change; before that only the seal may be set. The actor is kept as id and name, because audit
    stands below agencies and a person's name at the time is part of the record.
    """

    at = models.DateTimeField(default=timezone.now)
    actor_id = models.BigIntegerField(null=True, blank=True)
    actor = models.CharField(max_length=200)
    room = models.CharField(max_length=40)
    verb = models.CharField(max_length=60)
    about = models.CharField(max_length=300)
    region = models.CharField(max_length=13, blank=True)
    before = models.JSONField(default=dict, blank=True)
    after = models.JSONField(default=dict, blank=True)
    seq = models.BigIntegerField(null=True, unique=True, editable=False)
    hash = models.BinaryField(null=True, editable=False)
    told = models.BooleanField(default=False, editable=False)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["about", "-id"], name="audit_about"),
            models.Index(fields=["actor", "-id"], name="audit_actor"),
            models.Index(fields=["room", "verb", "-id"], name="audit_verb"),
            models.Index(fields=["id"], name="audit_unsealed", condition=models.Q(seq=None)),
            models.Index(fields=["seq"], name="audit_untold", condition=models.Q(told=False)),
        ]

    def __str__(self) -> str:
        return f"{self.actor}: {self.room}.{self.verb} {self.about}"
