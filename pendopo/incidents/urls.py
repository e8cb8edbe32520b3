"""Paths of room `incidents`."""

from .roster.urls import urlpatterns as roster

app_name = "incidents"

urlpatterns = [*roster]
