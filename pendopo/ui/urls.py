"""Paths of room `ui`."""

from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.i18n import set_language

from . import views

app_name = "ui"

urlpatterns = [
    # Both only set a cookie of taste, and their forms stand on public pages that are kept for everyone.
    path("language", csrf_exempt(set_language), name="language"),
    path("theme", csrf_exempt(views.theme), name="theme"),
]
