"""Paths of room `wall`."""

from django.urls.resolvers import URLPattern

app_name = "wall"

urlpatterns: list[URLPattern] = []
