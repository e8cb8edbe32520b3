"""Paths of the waiting rows."""

from django.urls import path

from . import views

urlpatterns = [
    path("quarantine", views.waiting, name="quarantine"),
    path("quarantine/decide", views.decide, name="decide"),
    path("quarantine/<int:pk>", views.row, name="waiting-row"),
]
