"""Django's own admin, for emergencies and staff only. Daily work has pages of its own, which keep the book of deeds."""

from typing import ClassVar

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.http import HttpRequest

from .models import Agency, Holding, Person, Post, Token

# Signing in to the admin goes through the same door as everywhere: rate limits and second factors hold there too.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign, no-untyped-call]
admin.site.site_header = "Pendopo"


@admin.register(Agency)
class AgencyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Agencies."""

    list_display = ("code", "name", "kind", "region", "active")
    search_fields = ("code", "name")
    autocomplete_fields: ClassVar[list[str]] = ["region", "parent"]


@admin.register(Person)
class PersonAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """People; a password is set on the command line or by a link, never here."""

    list_display = ("email", "name", "is_active", "is_staff")
    search_fields = ("email", "name")
    exclude = ("password", "user_permissions", "groups")


@admin.register(Post)
class PostAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Posts."""

    list_display = ("title", "role", "agency", "region", "active")
    search_fields = ("title",)
    autocomplete_fields: ClassVar[list[str]] = ["region", "agency", "seat"]


@admin.register(Holding)
class HoldingAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Who holds which post."""

    list_display = ("post", "person", "standing", "since", "until")
    autocomplete_fields: ClassVar[list[str]] = ["post", "person"]


@admin.register(Token)
class TokenAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """API tokens; they are made elsewhere."""

    list_display = ("person", "label", "expires", "revoked")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A token's secret is shown once, on pages of its own."""
        return False
