"""Paths of incidents."""

from django.urls import path

from .views import beside, lists, page

urlpatterns = [
    path("incidents", lists.incidents, name="incidents"),
    path("incidents/new", lists.new, name="open"),
    path("incidents/from-alert/<int:pk>", lists.from_alert, name="from-alert"),
    path("incidents/files/<int:pk>", page.file, name="file"),
    path("incidents/<int:pk>", page.incident, name="incident"),
    path("incidents/<int:pk>/beside", beside.beside, name="beside"),
    path("incidents/<int:pk>/do", page.act, name="act"),
    path("incidents/<int:pk>/edit", page.change, name="change"),
    path("incidents/<int:pk>/order", page.order, name="order"),
    path("incidents/<int:pk>/join", page.join, name="join"),
]
