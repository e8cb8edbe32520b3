"""Procedures and their versions. A version is never changed: incidents are pinned to the one that they began with."""

from functools import cached_property

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from . import logic


class Procedure(models.Model):
    """A kind of incident with its procedure. `shipped`: its newest version came with the product and a newer product may replace it."""

    code = models.SlugField(max_length=40, unique=True)
    shipped = models.BooleanField(default=False)
    ended = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("procedure")
        verbose_name_plural = _("procedures")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        """The page of its newest version."""
        return reverse("incidents:procedure", args=[self.code])


class ProcedureVersion(models.Model):
    """A procedure as it was from one loading to the next. `definition` is what `logic.read` takes."""

    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    definition = models.JSONField()
    loaded = models.DateTimeField(default=timezone.now)
    by = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("version of a procedure")
        verbose_name_plural = _("versions of procedures")
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["procedure", "number"], name="procedure_version_has_a_number")]

    def __str__(self) -> str:
        return f"{self.name} {self.number}"

    @cached_property
    def spec(self) -> logic.Procedure:
        """The procedure as values."""
        return logic.read(self.definition)

    @property
    def code(self) -> str:
        """The code of the procedure."""
        return self.spec.code

    @property
    def name(self) -> str:
        """Its name in the reader's language."""
        return logic.say(self.spec.name, get_language() or "id")


def newest() -> list[ProcedureVersion]:
    """The newest version of every procedure in use, by code."""
    found = ProcedureVersion.objects.filter(procedure__ended=None).select_related("procedure")
    return list(found.order_by("procedure__code", "-number").distinct("procedure__code"))
