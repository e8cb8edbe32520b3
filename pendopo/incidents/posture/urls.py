"""Paths of posture."""

from django.urls import path

from . import views

urlpatterns = [
    path("posture", views.postures, name="posture"),
    path("posture/<int:pk>/end", views.end, name="end-posture"),
]
