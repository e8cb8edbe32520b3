"""Paths of room `regions`."""

from django.urls.resolvers import URLPattern

app_name = "regions"

urlpatterns: list[URLPattern] = []
