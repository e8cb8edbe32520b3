"""The contents page of the site: which room answers which path."""

from django.contrib import admin
from django.urls import include, path

from pendopo.api import api
from pendopo.documentation import documentation
from pendopo.metrics import metrics

urlpatterns = [
    path("api/v1/", api.urls),
    path("api/", documentation, name="api"),
    path("api/problems", documentation, name="problems"),
    path("metrics", metrics, name="metrics"),
    path("", include("pendopo.portal.urls")),
    path("", include("pendopo.wall.urls")),
    path("", include("pendopo.reports.urls")),
    path("", include("pendopo.incidents.urls")),
    path("", include("pendopo.meetings.urls")),
    path("", include("pendopo.network.urls")),
    path("", include("pendopo.assessments.urls")),
    path("", include("pendopo.coworking.urls")),
    path("", include("pendopo.alerts.urls")),
    path("", include("pendopo.orders.urls")),
    path("", include("pendopo.indicators.urls")),
    path("", include("pendopo.notify.urls")),
    path("", include("pendopo.agencies.urls")),
    path("", include("pendopo.regions.urls")),
    path("", include("pendopo.audit.urls")),
    path("", include("pendopo.ui.urls")),
    path("accounts/", include("allauth.urls")),
    path("django-admin/", admin.site.urls),
]
