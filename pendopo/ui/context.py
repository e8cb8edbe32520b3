"""What every page knows: the government whose house this is."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def house(request: HttpRequest) -> dict[str, Any]:
    """`house_region` (the code) and `house_demo` (whether this is a demonstration)."""
    return {"house_region": settings.REGION, "house_demo": settings.DEMO}
