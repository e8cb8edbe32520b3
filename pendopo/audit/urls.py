"""Paths of room `audit`."""

from django.urls.resolvers import URLPattern

app_name = "audit"

urlpatterns: list[URLPattern] = []
