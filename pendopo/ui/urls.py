"""Paths of room `ui`."""

from django.urls import path
from django.views.i18n import set_language

from . import views

app_name = "ui"

urlpatterns = [
    path("language", set_language, name="language"),
    path("theme", views.theme, name="theme"),
]
