"""Room `agencies`: agencies, people, posts, roles, the doorkeeper."""

from django.apps import AppConfig


class AgenciesConfig(AppConfig):
    """Agencies, people, posts, roles, the doorkeeper."""

    name = "pendopo.agencies"
    label = "agencies"
    verbose_name = "Agencies"
