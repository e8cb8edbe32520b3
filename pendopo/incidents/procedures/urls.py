"""Paths of procedures."""

from django.urls import path

from . import views

urlpatterns = [
    path("procedures", views.procedures, name="procedures"),
    path("procedures/<slug:code>", views.procedure, name="procedure"),
]
