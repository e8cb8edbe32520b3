"""Django's own admin, for emergencies and staff only."""

from typing import ClassVar

from django.contrib import admin

from .models import BpsCode, Region


@admin.register(Region)
class RegionAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Regions."""

    list_display = ("code", "name", "level", "boundary_kind")
    search_fields = ("code", "name")
    exclude = ("boundary",)
    autocomplete_fields: ClassVar[list[str]] = ["parent"]


@admin.register(BpsCode)
class BpsCodeAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """BPS codes."""

    list_display = ("code", "region", "name")
    search_fields = ("code", "name")
    autocomplete_fields: ClassVar[list[str]] = ["region"]
