"""Paths of source health."""

from django.urls import path

from . import views

urlpatterns = [
    path("source-health", views.league, name="health"),
    path("source-health/<str:code>", views.source_health, name="source-health"),
]
