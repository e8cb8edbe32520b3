"""Paths of papers."""

from django.urls import path

from . import views

urlpatterns = [
    path("meetings/papers/<int:pk>", views.paper, name="paper"),
    path("meetings/<slug:code>/attendance", views.attendance, name="attendance"),
    path("meetings/<slug:code>/minutes", views.minutes, name="minutes"),
    path("meetings/<slug:code>/press", views.press, name="press"),
]
