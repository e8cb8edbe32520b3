"""Paths of public services."""

from django.urls import path

from . import views

urlpatterns = [
    path("services", views.page, name="services"),
    path("services/choose", views.choose, name="choose-services"),
    path("services/<int:pk>/off", views.take_off, name="take-off-service"),
    path("services/<slug:code>.svg", views.badge, name="service-badge"),
]
