"""Room `network`: what stands where, how it is joined, and how it does."""

from django.apps import AppConfig


class NetworkConfig(AppConfig):
    """The intra-government network."""

    name = "pendopo.network"
    label = "network"
    verbose_name = "Network"
