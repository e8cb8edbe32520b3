"""Paths of room `indicators`. A code may hold dots, so it is a `str` here."""

from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver

from .views import deliveries, indicators, lineage, moments, refresh, sources

app_name = "indicators"

urlpatterns: list[URLPattern | URLResolver] = [
    path("indicators", indicators.indicators, name="indicators"),
    path("indicators/catalogue", sources.catalogue, name="catalogue"),
    path("indicators/<str:code>", indicators.indicator, name="indicator"),
    path("indicators/<str:code>/export", indicators.export, name="export"),
    path("figures/<str:code>/<str:region>", lineage.figure, name="figure"),
    path("moments", moments.moments, name="moments"),
    path("sources", sources.sources, name="sources"),
    path("sources/new", sources.add, name="add-source"),
    path("sources/<str:code>", sources.source, name="source"),
    path("sources/<str:code>/edit", sources.change, name="change-source"),
    path("sources/<str:code>/keys", sources.make_key, name="make-key"),
    path("sources/<str:code>/keys/<int:pk>/revoke", sources.end_key, name="end-key"),
    path("deliveries", deliveries.deliveries, name="deliveries"),
    path("deliveries/<int:pk>", deliveries.delivery, name="delivery"),
    path("deliveries/<int:pk>/file", deliveries.file, name="delivery-file"),
    path("", include("pendopo.indicators.quarantine.urls")),
    path("", include("pendopo.indicators.health.urls")),
    path("", include("pendopo.indicators.pings.urls")),
    path("", include("pendopo.indicators.uploads.urls")),
    path("", include("pendopo.indicators.entry.urls")),
    path("refresh.csv", refresh.refresh, name="refresh"),
]
