"""Paths of room `ui`."""

from django.urls.resolvers import URLPattern

app_name = "ui"

urlpatterns: list[URLPattern] = []
