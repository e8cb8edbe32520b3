"""Paths of what the public is told of incidents."""

from django.urls import path

from . import views

urlpatterns = [
    path("incidents/<int:pk>/public", views.public, name="incident-public"),
    path("incidents/<int:pk>/reports", views.answer, name="incident-reports"),
]
