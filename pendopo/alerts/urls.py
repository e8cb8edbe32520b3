"""Paths of room `alerts`."""

from django.urls import path

from .views import alerts

app_name = "alerts"

urlpatterns = [
    path("alerts", alerts.alerts, name="alerts"),
    path("alerts/<int:pk>", alerts.alert, name="alert"),
    path("alerts/<int:pk>/do", alerts.act, name="act"),
]
