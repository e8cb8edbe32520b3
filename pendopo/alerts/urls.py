"""Paths of room `alerts`."""

from django.urls import path

from .cap.urls import urlpatterns as cap
from .hearing.urls import urlpatterns as hearing
from .views import alerts, maintenance, rivers, rules

app_name = "alerts"

urlpatterns = [
    *cap,
    *hearing,
    path("alerts", alerts.alerts, name="alerts"),
    path("alerts/<int:pk>", alerts.alert, name="alert"),
    path("alerts/<int:pk>/do", alerts.act, name="act"),
    path("alerts/refused", maintenance.refused, name="refused"),
    path("rules", rules.rules, name="rules"),
    path("rules/new", rules.new, name="new-rule"),
    path("rules/<slug:code>", rules.rule, name="rule"),
    path("rules/<slug:code>/edit", rules.change, name="change-rule"),
    path("rules/<slug:code>/do", rules.act, name="act-on-rule"),
    path("maintenance", maintenance.windows, name="maintenance"),
    path("maintenance/new", maintenance.plan, name="plan-maintenance"),
    path("maintenance/<int:pk>/cancel", maintenance.cancel, name="cancel-maintenance"),
    path("rivers", rivers.rivers, name="rivers"),
    path("rivers/<slug:code>", rivers.station, name="station"),
]
