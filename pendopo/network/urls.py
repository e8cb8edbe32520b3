"""Paths of room `network`."""

from django.urls import path

from .configurations import views as configurations
from .reach import views as reach
from .syslog import views as syslog
from .views import found, inventory, overview, reports, things

app_name = "network"

urlpatterns = [
    path("network", overview.network, name="network"),
    path("network/what-if", overview.what_if, name="what-if"),
    path("network/capacity", reports.capacity, name="capacity"),
    path("network/capacity/<slug:code>", reports.uplink, name="uplink"),
    path("network/availability", reach.reached, name="availability"),
    path("network/availability/<slug:of>/<slug:code>", reach.reach, name="reach"),
    path("network/availability/<slug:of>/<slug:code>/samples.csv", reach.samples, name="samples"),
    path("network/availability/<slug:of>/<slug:code>/dispute", reach.ask, name="dispute"),
    path("network/disputes/<int:pk>", reach.decide_one, name="decide-dispute"),
    path("network/sites", inventory.sites, name="sites"),
    path("network/devices", inventory.devices, name="devices"),
    path("network/links", inventory.links, name="links"),
    path("network/found", found.found, name="found"),
    path("network/found/decide", found.decide, name="decide"),
    path("network/log", syslog.log, name="log"),
    path("network/inventory", inventory.take, name="take"),
    path("network/inventory.yaml", inventory.as_file, name="inventory"),
    path("network/inventory/<slug:kind>.csv", inventory.as_table, name="table"),
    path("network/sites/<slug:code>", things.site, name="site"),
    path("network/sites/<slug:code>/step", things.step_site, name="step-site"),
    path("network/devices/<slug:code>", things.device, name="device"),
    path("network/devices/<slug:code>/configuration", configurations.configuration, name="configuration"),
    path("network/devices/<slug:code>/configuration/<int:pk>.txt", configurations.as_text, name="configuration-text"),
    path("network/links/<slug:code>", things.link, name="link"),
    path("network/links/<slug:code>/step", things.step_link, name="step-link"),
    path("network/proof/<int:pk>", things.proof, name="proof"),
]
