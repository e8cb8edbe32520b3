"""Paths of checks."""

from django.urls import path

from . import views

urlpatterns = [
    path("checks", views.checks, name="checks"),
    path("checks/new", views.add, name="add-check"),
    path("checks/<str:code>", views.check, name="check"),
    path("checks/<str:code>/do", views.act, name="act-on-check"),
    path("ping/<str:key>", views.ping, name="ping"),
    path("ping/<str:key>/<str:ending>", views.ping, name="ping-with"),
]
