"""Paths of room `coworking`."""

from .bookings.urls import urlpatterns as bookings
from .members.urls import urlpatterns as members
from .places.urls import urlpatterns as places
from .startups.urls import urlpatterns as startups

app_name = "coworking"

urlpatterns = [*bookings, *members, *places, *startups]
