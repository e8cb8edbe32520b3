"""A camera (HLS): the island plays it and says whether it is alive; it plays only from hosts that the operator allows."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from ..reading import Plan, Reading


def build(plan: Plan, reading: Reading) -> dict[str, Any]:
    """Context of `wall/tiles/camera.html`."""
    host = urlsplit(plan.spec.address).netloc
    return {"address": plan.spec.address, "host": host, "allowed": host in settings.CAMERA_HOSTS, "past": reading.as_of is not None}
