"""Paths of room `regions`."""

from django.urls import path
from django.urls.resolvers import URLPattern

from . import views

app_name = "regions"

urlpatterns: list[URLPattern] = [
    path("regions", views.regions, name="regions"),
    path("regions/import", views.take_file, name="import"),
    path("regions/<str:code>", views.region, name="region"),
    path("regions/<str:code>/edit", views.edit, name="edit"),
]
