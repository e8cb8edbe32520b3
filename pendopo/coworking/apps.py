"""Room `coworking`: the co-working space and its start-ups."""

from django.apps import AppConfig


class CoworkingConfig(AppConfig):
    """Places, bookings, members, start-ups."""

    name = "pendopo.coworking"
    label = "coworking"
    verbose_name = "Co-working"
