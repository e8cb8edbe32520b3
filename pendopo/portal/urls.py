"""Paths of room `portal`."""

from django.urls import include, path

from . import views

app_name = "portal"

urlpatterns = [path("", views.front, name="front"), path("", include("pendopo.portal.opendata.urls"))]
