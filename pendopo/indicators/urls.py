"""Paths of room `indicators`."""

from django.urls.resolvers import URLPattern

app_name = "indicators"

urlpatterns: list[URLPattern] = []
