"""The book of deeds: one row for every verb of a person or of the system, written in the verb's own transaction."""

from typing import Any, Self

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .logic import GENESIS


class EntryQuerySet(models.QuerySet["Entry"]):
    """Entries by their standing in the chain."""

    def sealed(self) -> Self:
        """Those that have their number and hash."""
        return self.exclude(seq=None)

    def head(self) -> tuple[int, bytes]:
        """Number and hash of the newest link; (0, GENESIS) before the first."""
        newest = self.sealed().order_by("-seq").first()
        return (newest.seq or 0, bytes(newest.hash or b"")) if newest else (0, GENESIS)

    def keys_handed_to(self, person: int) -> list["Entry"]:
        """The deeds by which the person (an id) was shown the secret of a machine's key that nobody has revoked since, newest first.

        A key outlives the person who made it, so whoever leaves should leave none that they could have copied.
        """
        made = list(self.filter(actor_id=person, verb="new_key").order_by("-id"))
        revoked = self.filter(verb="revoke_key", about__in={entry.about for entry in made})
        ended = {(about, after.get("key")) for about, after in revoked.values_list("about", "after")}
        return [entry for entry in made if (entry.about, entry.after.get("key")) not in ended]

    def untold(self) -> Self:
        """Sealed, but not yet known to be on the bus; in the order in which they must be told."""
        return self.sealed().filter(told=False).order_by("seq")


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

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["about", "-id"], name="audit_about"),
            models.Index(fields=["actor", "-id"], name="audit_actor"),
            models.Index(fields=["room", "verb", "-id"], name="audit_verb"),
            models.Index(fields=["at"], name="audit_at"),
            models.Index(fields=["id"], name="audit_unsealed", condition=models.Q(seq=None)),
            models.Index(fields=["seq"], name="audit_untold", condition=models.Q(told=False)),
        ]

    def __str__(self) -> str:
        return f"{self.actor}: {self.room}.{self.verb} {self.about}"

    def get_absolute_url(self) -> str:
        """The page of the entry."""
        return reverse("audit:entry", args=[self.pk])

    @property
    def deed(self) -> str:
        """Room and verb as the bus names them."""
        return f"{self.room}.{self.verb}"

    @property
    def content(self) -> dict[str, Any]:
        """All that the hash covers beside `seq` and `at`. A new column belongs in here, or it may be changed unseen."""
        return {
            "id": self.pk,
            "actor_id": self.actor_id,
            "actor": self.actor,
            "room": self.room,
            "verb": self.verb,
            "about": self.about,
            "region": self.region,
            "before": self.before,
            "after": self.after,
        }
