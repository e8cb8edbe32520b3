"""Paths of room `incidents`."""

from .callout.urls import urlpatterns as callout
from .cases.urls import urlpatterns as cases
from .procedures.urls import urlpatterns as procedures
from .roster.urls import urlpatterns as roster

app_name = "incidents"

urlpatterns = [*cases, *procedures, *roster, *callout]
