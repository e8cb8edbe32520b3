"""Administrative regions of Indonesia, keyed by their Kemendagri code (`35`, `35.16`, `35.16.13`, `35.16.13.2004`)."""

from typing import Self

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.utils import timezone
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


class Boundary(models.Model):
    """An imported boundary exactly as the file gave it. `Region.boundary` is its simplified copy for the screen."""

    region = models.OneToOneField(Region, primary_key=True, on_delete=models.CASCADE, related_name="official")
    original = models.JSONField()
    digest = models.CharField(max_length=64)
    source = models.CharField(max_length=200, blank=True)
    tolerance_m = models.PositiveIntegerField(help_text=_("Details smaller than this are left out on the screen (metres)."))
    imported = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("official boundary")
        verbose_name_plural = _("official boundaries")

    def __str__(self) -> str:
        return f"{self.region_id} {self.source}"


class BpsCode(models.Model):
    """The code that the statistics office (BPS) gives a region. No formula converts one into the other: only this table does."""

    code = models.CharField(max_length=10, primary_key=True)
    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="bps_codes")
    name = models.CharField(max_length=120, blank=True)

    class Meta:
        verbose_name = _("BPS code")
        verbose_name_plural = _("BPS codes")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(code__regex=r"^\d{2}(\d{2}(\d{3}(\d{3})?)?)?$"),
                name="bps_code_is_digits",
                violation_error_message=_("A BPS code is 2, 4, 7 or 10 digits without dots."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} → {self.region_id}"
