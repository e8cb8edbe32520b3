"""Paths of open data."""

from django.urls import path

from . import api, views

urlpatterns = [
    path("open", views.open_data, name="open"),
    path("open/datasets.json", views.catalogue_json, name="datasets"),
    path("open/calendar", views.calendar, name="calendar"),
    path("open/requests", views.requests, name="data-requests"),
    path("open/requests/<int:pk>", views.answer, name="data-answer"),
    path("open/requests/<int:pk>/release", views.release, name="data-release"),
    path("open/api", views.api_service, name="api-service"),
    path("open/<str:code>.csv", views.dataset_csv, name="dataset-csv"),
    path("open/<str:code>.json", views.dataset_json, name="dataset-json"),
    path("open/<str:code>.xlsx", views.dataset_xlsx, name="dataset-xlsx"),
    path("open/<str:code>.geojson", views.dataset_geojson, name="dataset-geojson"),
    path("open/<str:code>", views.page, name="dataset"),
    path("api/3/action/<str:name>", api.action, name="ckan"),
]
