"""Paths of guides."""

from django.urls import path

from . import views

urlpatterns = [
    path("guides", views.shelf, name="guides"),
    path("guides/questions", views.questions, name="guide-questions"),
    path("guides/questions/<int:pk>", views.take_up, name="take-up-question"),
    path("guides/<slug:code>", views.guide, name="guide"),
]
