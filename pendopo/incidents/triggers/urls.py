"""Paths of triggers."""

from django.urls import path

from . import views

urlpatterns = [
    path("incidents/triggers", views.triggers, name="triggers"),
    path("incidents/triggers/new", views.new, name="new-trigger"),
    path("incidents/triggers/<int:pk>", views.change, name="change-trigger"),
]
