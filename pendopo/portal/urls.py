"""Paths of room `portal`."""

from django.urls import include, path

from .places import views as places

app_name = "portal"

urlpatterns = [
    path("", places.front, name="front"),
    path("", include("pendopo.portal.warnings.urls")),
    path("", include("pendopo.portal.happening.urls")),
    path("w/<str:code>", places.place, name="place"),
    path("search", places.search, name="search"),
    path("", include("pendopo.portal.opendata.urls")),
    path("", include("pendopo.portal.services.urls")),
    path("", include("pendopo.portal.guides.urls")),
]
