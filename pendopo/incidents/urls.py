"""Paths of room `incidents`."""

from .callout.urls import urlpatterns as callout
from .cases.urls import urlpatterns as cases
from .field.urls import urlpatterns as field
from .incoming.urls import urlpatterns as intake
from .learning.urls import urlpatterns as learning
from .papers.urls import urlpatterns as papers
from .plans.urls import urlpatterns as plans
from .posture.urls import urlpatterns as posture
from .procedures.urls import urlpatterns as procedures
from .roster.urls import urlpatterns as roster
from .triggers.urls import urlpatterns as triggers

app_name = "incidents"

urlpatterns = [*cases, *field, *intake, *plans, *papers, *learning, *posture, *procedures, *roster, *callout, *triggers]
