"""Paths of room `incidents`."""

from .callout.urls import urlpatterns as callout
from .cases.urls import urlpatterns as cases
from .papers.urls import urlpatterns as papers
from .posture.urls import urlpatterns as posture
from .procedures.urls import urlpatterns as procedures
from .roster.urls import urlpatterns as roster
from .triggers.urls import urlpatterns as triggers

app_name = "incidents"

urlpatterns = [*cases, *papers, *posture, *procedures, *roster, *callout, *triggers]
