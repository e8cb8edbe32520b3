"""Paths of room `incidents`."""

from .callout.urls import urlpatterns as callout
from .roster.urls import urlpatterns as roster

app_name = "incidents"

urlpatterns = [*roster, *callout]
