"""Paths of room `audit`."""

from django.urls import path

from . import views

app_name = "audit"

urlpatterns = [
    path("audit", views.entries, name="entries"),
    path("audit/<int:pk>", views.entry, name="entry"),
]
