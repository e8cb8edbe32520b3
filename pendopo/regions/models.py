"""Administrative regions of Indonesia, keyed by their Kemendagri code (`35`, `35.16`, `35.16.13`, `35.16.13.2004`)."""

from typing import Self

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.utils.translation import gettext_lazy as _


class Level(models.TextChoices):
    """The four levels; the number of parts of the code says which."""

    PROVINCE = "province", _("Province")
    REGENCY = "regency", _("Regency or city")
    DISTRICT = "district", _("District")
    VILLAGE = "village", _("Village")


class BoundaryKind(models.TextChoices):
    """Where a boundary comes from. A schematic one is drawn by us from centres and never leaves the house in a warning."""

    NONE = "none", _("no boundary")
    SCHEMATIC = "schematic", _("schematic")
    OFFICIAL = "official", _("official")


class RegionQuerySet(models.QuerySet["Region"]):
    """Regions by their place in the tree."""

    def within(self, code: str) -> Self:
        """The region itself and everything below it."""
        return self.filter(models.Q(code=code) | models.Q(code__startswith=f"{code}."))


class Region(models.Model):
    """One region. `boundary` is a GeoJSON geometry (lon, lat; WGS 84) or None."""

    code = models.CharField(max_length=13, primary_key=True)
    name = models.CharField(max_length=120)
    level = models.CharField(max_length=10, choices=Level.choices)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    boundary = models.JSONField(null=True, blank=True)
    boundary_kind = models.CharField(max_length=10, choices=BoundaryKind.choices, default=BoundaryKind.NONE)

    objects = RegionQuerySet.as_manager()

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        ordering = ["code"]
        indexes = [models.Index(OpClass("code", name="varchar_pattern_ops"), name="region_subtree")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(code__regex=r"^\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?$"),
                name="region_code_is_kemendagri",
                violation_error_message=_("A region code is written with dots, for example 35.16.13.2004."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
